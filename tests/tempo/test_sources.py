"""How the sources are asked: addresses, headers, time-outs, limits, redirects."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
import json
from pathlib import Path
import ssl
from urllib.parse import parse_qs, urlsplit

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.marstek.tempo import (
    USER_AGENT,
    VERSION,
    BaseError,
    Bases,
    Credentials,
    FaultKind,
    Season,
    SourceError,
)
from custom_components.marstek.tempo.sources import (
    LONGEST_RETRY_AFTER,
    Request,
    community,
    fetch,
    light,
    retry_after,
    rte_api,
    season,
    token_request,
)
from simulator.http import HttpAnswer, HttpRequest, HttpServer

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOW = datetime(2026, 1, 25, 12, tzinfo=UTC)
MANIFEST = Path(__file__).parents[2] / "custom_components/marstek/manifest.json"

type Answer = Callable[[HttpRequest], HttpAnswer]


class Asked:
    """A server that was asked."""

    def __init__(self, session: aiohttp.ClientSession, answer: Answer) -> None:
        """Answer as told."""
        self.requests: list[HttpRequest] = []
        self.spent = 0
        self.server = HttpServer(self._serve)
        self._session = session
        self._answer = answer

    async def _serve(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        return self._answer(request)

    def _spend(self) -> None:
        self.spent += 1

    async def fetch(self, request: Request | None = None, patience: float = 5.0) -> bytes:
        """Ask, by default for today and tomorrow at RTE."""
        return await fetch(
            self._session,
            request or light(self.bases),
            now=NOW,
            spend=self._spend,
            patience=patience,
        )

    async def fault(self, request: Request | None = None, patience: float = 5.0) -> FaultKind:
        """Ask in vain and return what is wrong."""
        with pytest.raises(SourceError) as caught:
            await self.fetch(request, patience)
        return caught.value.fault.kind

    @property
    def bases(self) -> Bases:
        """Where it is."""
        return Bases.from_environment({"MARSTEK_TEMPO_BASE": self.server.url})


@asynccontextmanager
async def asked(answer: HttpAnswer | Answer) -> AsyncIterator[Asked]:
    """Open a server and a session."""
    give: Answer = answer if callable(answer) else lambda _: answer
    async with aiohttp.ClientSession() as session:
        place = Asked(session, give)
        await place.server.start()
        yield place
        await place.server.stop()


def test_version_is_the_manifests() -> None:
    """The User-Agent says which version asks."""
    assert json.loads(MANIFEST.read_text())["version"] == VERSION
    assert f"Mozilla/5.0 (compatible; ha-marstek/{VERSION})" == USER_AGENT


def test_real_addresses() -> None:
    """All of them with TLS, as docs/tempo-facts.md 1 has them."""
    assert Bases.from_environment({}) == Bases.from_environment({"MARSTEK_TEMPO_BASE": ""})
    bases = Bases()
    host = "https://www.services-rte.com/cms/open_data/v1"
    assert light(bases).url == f"{host}/tempoLight"
    assert season(bases, Season(2025)).url == f"{host}/tempo?season=2025-2026"
    assert community(bases, date(2026, 1, 26)).url == (
        "https://www.api-couleur-tempo.fr/api/jourTempo/2026-01-26"
    )
    token = token_request(bases, Credentials("id", "secret"))
    assert token.url == "https://digital.iservices.rte-france.com/token/oauth/"
    assert token.authorization == "Basic aWQ6c2VjcmV0"


@pytest.mark.parametrize(
    ("today", "start", "end"),
    [
        ("2026-01-25", "2026-01-24T00:00:00+01:00", "2026-01-27T00:00:00+01:00"),
        ("2026-03-28", "2026-03-27T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("2026-10-24", "2026-10-23T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
    ],
)
def test_range_of_the_official_api(today: str, start: str, end: str) -> None:
    """Each bound with the offset of its own date, and its plus sign encoded."""
    url = rte_api(Bases(), "token", date.fromisoformat(today)).url
    query = parse_qs(urlsplit(url).query)
    assert (query["start_date"], query["end_date"]) == ([start], [end])
    assert "+" not in url


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com",
        "http://192.168.1.5:30998",
        "http://localhost:30998",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://user@127.0.0.1",
        "http://0.0.0.0:1",
        "ftp://127.0.0.1",
        "127.0.0.1:30998",
        "http://127.0.0.1:99999",
        "http://[",
        "http://",
        "http://127.0.0.1?x=1",
        "nonsense",
    ],
)
def test_only_loopback_can_replace_them(text: str) -> None:
    """By number; whatever else is refused."""
    with pytest.raises(BaseError, match="MARSTEK_TEMPO_BASE"):
        Bases.from_environment({"MARSTEK_TEMPO_BASE": text})


@pytest.mark.parametrize("text", ["http://127.0.0.1:30998", "http://[::1]:1/", "http://127.9.0.1"])
def test_loopback_replaces_them(text: str) -> None:
    """All four, each with a path of its own."""
    base = text.rstrip("/")
    assert Bases.from_environment({"MARSTEK_TEMPO_BASE": text}) == Bases(
        f"{base}/rte", f"{base}/community", f"{base}/rte_api", f"{base}/open_dpe"
    )


async def test_what_is_sent() -> None:
    """The User-Agent and JSON wanted; a token is asked for with the account."""
    async with asked(HttpAnswer(b"{}")) as place:
        assert await place.fetch() == b"{}"
        (request,) = place.requests
        assert (request.method, request.path) == ("GET", "/rte/tempoLight")
        assert request.headers["user-agent"] == USER_AGENT
        assert request.headers["accept"] == "application/json"
        assert request.headers["referer"].startswith("https://www.services-rte.com/")
        await place.fetch(token_request(place.bases, Credentials("é", "x")))
        token = place.requests[1]
        assert (token.method, token.body) == ("POST", b"grant_type=client_credentials")
        await place.fetch(rte_api(place.bases, "abc", date(2026, 3, 28)))
        calendars = place.requests[2]
        assert calendars.headers["authorization"] == "Bearer abc"
        assert calendars.query["end_date"] == ["2026-03-30T00:00:00+02:00"]


@pytest.mark.parametrize(
    ("status", "of_rte", "of_token", "of_rte_api"),
    [
        (400, "status", "credentials", "status"),
        (401, "status", "credentials", "credentials"),
        (403, "status", "credentials", "credentials"),
        (429, "rate_limited", "rate_limited", "rate_limited"),
        (500, "status", "status", "status"),
        (503, "status", "status", "status"),
        (204, "status", "status", "status"),
    ],
)
async def test_statuses(status: int, of_rte: str, of_token: str, of_rte_api: str) -> None:
    """What each means depends on who says it."""
    async with asked(HttpAnswer(b"", status)) as place:
        token = token_request(place.bases, Credentials("a", "b"))
        calendars = rte_api(place.bases, "abc", NOW.date())
        found = [await place.fault(request) for request in (None, token, calendars)]
        assert found == [of_rte, of_token, of_rte_api]


async def test_size_limit_while_reading() -> None:
    """No more is read than an answer can have."""
    for size, is_too_large in ((65_536, False), (65_537, True), (50_000_000, True)):
        async with asked(HttpAnswer(b" " * size)) as place:
            if is_too_large:
                assert await place.fault() is FaultKind.TOO_LARGE
            else:
                assert len(await place.fetch()) == size


async def test_slow_broken_and_dead() -> None:
    """Each is its own kind of fault, and one request each: aiohttp repeats nothing."""
    for answer, kind in (
        (HttpAnswer(b"{}", delay=5), FaultKind.TIMEOUT),
        (HttpAnswer(b"{}" * 500, cut=0.5), FaultKind.CONNECTION),
        (HttpAnswer(is_reset=True), FaultKind.CONNECTION),
    ):
        async with asked(answer) as place:
            assert await place.fault(patience=0.2) is kind
            assert (len(place.requests), place.spent) == (1, 1)
            await place.server.stop()
            assert await place.fault() is FaultKind.CONNECTION


async def test_redirects_within_the_host() -> None:
    """Followed and counted, twice at most."""

    def answer(request: HttpRequest) -> HttpAnswer:
        steps = {"/rte/tempoLight": "/a", "/a": "b?x=1", "/b": "/c"}
        if request.path == "/b" and "x" in request.query:
            return HttpAnswer(b"{}")
        return HttpAnswer(status=302, headers={"Location": steps[request.path]})

    async with asked(answer) as place:
        assert await place.fetch() == b"{}"
        assert place.spent == 3
    async with asked(HttpAnswer(status=301, headers={"Location": "/rte/tempoLight"})) as place:
        assert await place.fault() is FaultKind.STATUS
        assert place.spent == 3


@pytest.mark.parametrize(
    "location",
    [
        "https://example.com/",
        "//127.0.0.9/x",
        "http://127.0.0.1:1/x",
        "file:///etc",
        "http://[",
        "",
    ],
)
async def test_redirects_elsewhere(location: str) -> None:
    """Not followed."""
    async with asked(HttpAnswer(status=302, headers={"Location": location})) as place:
        assert await place.fault() is FaultKind.STATUS
        assert place.spent == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta()),
        ("999999999999999999", LONGEST_RETRY_AFTER),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), timedelta()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("", None),
    ],
)
def test_retry_after(header: str | None, expected: timedelta | None) -> None:
    """Seconds or a date; never negative, never longer than a day."""
    assert retry_after(header, NOW) == expected


def _self_signed(folder: Path) -> ssl.SSLContext:
    """Return the context of a server that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(private + certificate.public_bytes(pem))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """No request is made over such a connection."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=_self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    bases = Bases.from_environment({"MARSTEK_TEMPO_BASE": f"https://127.0.0.1:{port}"})
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SourceError) as caught:
            await fetch(session, light(bases), now=NOW, spend=lambda: None)
    server.close()
    await server.wait_closed()
    assert caught.value.fault.kind is FaultKind.CONNECTION
    assert "ertificate" in caught.value.fault.detail
    assert received == []

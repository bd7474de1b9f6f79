"""HTTP sources of colours: address, request, time-out and size limit of each."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from .book import Announcement, Source
from .calendar import PARIS, Season
from .faults import FaultKind, SourceError
from .parsing import parse_community, parse_rte, parse_rte_api

VERSION: Final = "0.1.0"
"""The version of the integration, the same as in its manifest."""
USER_AGENT: Final = f"Mozilla/5.0 (compatible; ha-marstek/{VERSION})"
BASE_VARIABLE: Final = "MARSTEK_TEMPO_BASE"
"""The environment variable that puts all sources elsewhere on loopback, for tests and the demo."""
TIMEOUT: Final = 15.0
"""How long one call may take in all, s."""
MAX_REDIRECTS: Final = 2
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
"""A source that asks to be left alone for longer is asked again after this."""
_CHUNK: Final = 16_384
_CREDENTIAL_STATUSES: Final = (401, 403)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_RTE_PAGE: Final = (
    "https://www.services-rte.com/fr/visualisez-les-donnees-publiees-par-rte/"
    "calendrier-des-offres-de-fourniture-de-type-tempo.html"
)


class BaseError(ValueError):
    """The environment variable does not name an address on loopback."""


@dataclass(frozen=True, slots=True)
class Bases:
    """Where the sources are. Only tests and the demo put them elsewhere."""

    rte: str = "https://www.services-rte.com/cms/open_data/v1"
    community: str = "https://www.api-couleur-tempo.fr/api"
    rte_api: str = "https://digital.iservices.rte-france.com"
    open_dpe: str = "https://open-dpe.fr/assets"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Return the real addresses, or those on loopback that the environment variable gives.

        Raises BaseError unless it is like http://127.0.0.1:30998, by number.
        """
        text = environ.get(BASE_VARIABLE, "")
        if not text:
            return cls()
        try:
            parts = urlsplit(text)
            is_allowed = (
                parts.scheme in ("http", "https")
                and ip_address(parts.hostname or "").is_loopback
                and (parts.port is None or parts.port > 0)
                and not (parts.username or parts.password or parts.query or parts.fragment)
            )
        except ValueError as error:
            raise BaseError(f"{BASE_VARIABLE}: {text!r} is no address") from error
        if not is_allowed:
            raise BaseError(f"{BASE_VARIABLE}: {text!r} is not on loopback")
        base = text.rstrip("/")
        return cls(f"{base}/rte", f"{base}/community", f"{base}/rte_api", f"{base}/open_dpe")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An application of the owner's at RTE's official API."""

    client_id: str
    client_secret: str


class Call(StrEnum):
    """Kind of a call."""

    LIGHT = "light"
    """RTE: today and tomorrow by the date of Paris."""
    COMMUNITY = "community"
    """api-couleur-tempo.fr: one day."""
    SEASON = "season"
    """RTE: every published day of a season."""
    RTE_API = "rte_api"
    """RTE's official API: yesterday, today and tomorrow."""
    TOKEN = "token"  # noqa: S105
    """RTE's official API: what opens it."""
    FORECAST = "forecast"
    """open-dpe.fr: a forecast of the days to come."""

    @property
    def source(self) -> Source:
        """Source that is asked."""
        return _QUESTIONS[self].source


type Parser = Callable[[bytes, datetime], tuple[Announcement, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """How a call is made."""

    source: Source
    size_limit: int
    """Bytes of the body, several times what an answer has."""
    parse: Parser | None = None
    referer: str | None = None


_QUESTIONS: Final[Mapping[Call, Question]] = {
    Call.LIGHT: Question(Source.RTE, 65_536, parse_rte, _RTE_PAGE),
    Call.COMMUNITY: Question(Source.COMMUNITY, 65_536, parse_community),
    Call.SEASON: Question(Source.RTE, 262_144, parse_rte, _RTE_PAGE),
    Call.RTE_API: Question(Source.RTE_API, 262_144, parse_rte_api),
    Call.TOKEN: Question(Source.RTE_API, 16_384),
    Call.FORECAST: Question(Source.OPEN_DPE, 65_536),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; with `form` it is a POST."""

    call: Call
    url: str
    authorization: str | None = None
    form: Mapping[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers of the request."""
        question = _QUESTIONS[self.call]
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        if question.referer is not None:
            headers["Referer"] = question.referer
        if self.authorization is not None:
            headers["Authorization"] = self.authorization
        return headers

    def parse(self, body: bytes, seen_at: datetime) -> tuple[Announcement, ...]:
        """Return the announcements in an answer. Raises SourceError."""
        parse = _QUESTIONS[self.call].parse
        return parse(body, seen_at) if parse is not None else ()


def light(bases: Bases) -> Request:
    """Return the request for today and tomorrow at RTE."""
    return Request(Call.LIGHT, f"{bases.rte}/tempoLight")


def season(bases: Bases, wanted: Season) -> Request:
    """Return the request for a season at RTE."""
    return Request(Call.SEASON, f"{bases.rte}/tempo?{urlencode({'season': wanted.label})}")


def community(bases: Bases, day: date) -> Request:
    """Return the request for a day at api-couleur-tempo.fr.

    By its date, since what "today" is there changes at midnight (docs/tempo-facts.md 1.3).
    """
    return Request(Call.COMMUNITY, f"{bases.community}/jourTempo/{day.isoformat()}")


def rte_api(bases: Bases, token: str, today: date) -> Request:
    """Return the request for the days around a date of Paris at RTE's official API.

    The end is exclusive and may not be later than this (docs/tempo-facts.md 1.2).
    """
    start, end = (
        datetime.combine(today + timedelta(days=days), time(), PARIS).isoformat()
        for days in (-1, 2)
    )
    query = urlencode({"start_date": start, "end_date": end, "fallback_status": "true"})
    path = "open_api/tempo_like_supply_contract/v1/tempo_like_calendars"
    return Request(Call.RTE_API, f"{bases.rte_api}/{path}?{query}", f"Bearer {token}")


def token_request(bases: Bases, credentials: Credentials) -> Request:
    """Return the request for a token of RTE's official API."""
    account = f"{credentials.client_id}:{credentials.client_secret}"
    return Request(
        Call.TOKEN,
        f"{bases.rte_api}/token/oauth/",
        f"Basic {b64encode(account.encode()).decode()}",
        {"grant_type": "client_credentials"},
    )


def open_dpe(bases: Bases) -> Request:
    """Return the request for the forecast of open-dpe.fr (docs/tempo-facts.md 1.5)."""
    return Request(Call.FORECAST, f"{bases.open_dpe}/tempo_days_lite.json")


async def fetch(
    session: aiohttp.ClientSession,
    request: Request,
    *,
    now: datetime,
    spend: Callable[[], None],
    patience: float = TIMEOUT,
    on_date: Callable[[datetime], None] | None = None,
) -> bytes:
    """Return the body of an answer with status 200. Raises SourceError.

    `spend` is called before each HTTP request, of which redirects make more than one; what it
    raises passes through. `patience` in s is for all of them. Certificates are checked as the
    session does, by default. Redirects are followed within the same host only. `on_date` is called
    with the moment in UTC at which the server says that it answered.
    """
    try:
        async with asyncio.timeout(patience):
            return await _follow(session, request, now, spend, on_date)
    except TimeoutError as error:
        raise SourceError(FaultKind.TIMEOUT, f"No answer within {patience:g} s") from error
    except aiohttp.ClientError as error:
        raise _broken(error) from error


async def _follow(
    session: aiohttp.ClientSession,
    request: Request,
    now: datetime,
    spend: Callable[[], None],
    on_date: Callable[[datetime], None] | None,
) -> bytes:
    """Return the body of an answer, behind redirects if need be."""

    async def send_once(
        outgoing: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Count each request, and keep aiohttp from repeating one whose connection broke."""
        spend()
        try:
            return await send(outgoing)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise _broken(error) from error

    url = request.url
    for _ in range(1 + MAX_REDIRECTS):
        async with session.request(
            "GET" if request.form is None else "POST",
            url,
            headers=request.headers,
            data=request.form,
            allow_redirects=False,
            middlewares=(send_once,),
        ) as response:
            if on_date is not None and (date := _date(response.headers.get("Date"))) is not None:
                on_date(date)
            if response.status not in _REDIRECTS:
                return await _body(request.call, response, now)
            url = _redirected(url, response.headers.get("Location", ""))
    raise SourceError(FaultKind.STATUS, "Too many redirects")


def _broken(error: aiohttp.ClientError) -> SourceError:
    """Return the error that a failed connection means."""
    return SourceError(FaultKind.CONNECTION, f"{type(error).__name__}: {error}")


async def _body(call: Call, response: aiohttp.ClientResponse, now: datetime) -> bytes:
    """Return the body, reading no more of it than an answer can have."""
    if response.status != 200:
        raise _refusal(call, response, now)
    limit = _QUESTIONS[call].size_limit
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise SourceError(FaultKind.TOO_LARGE, f"More than {limit} bytes")
    return bytes(body)


def _refusal(call: Call, response: aiohttp.ClientResponse, now: datetime) -> SourceError:
    """Return the error that a status means."""
    status = response.status
    wait = retry_after(response.headers.get("Retry-After"), now)
    if status == 429:
        kind = FaultKind.RATE_LIMITED
    elif call.source is Source.RTE_API and (
        status in _CREDENTIAL_STATUSES or (call is Call.TOKEN and status == 400)
    ):
        kind = FaultKind.CREDENTIALS
    else:
        kind = FaultKind.STATUS
    return SourceError(kind, f"HTTP status {status}", retry_after=wait)


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads. Raises SourceError when that is another host, or no TLS."""
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        is_allowed = location != "" and here[:2] == there[:2]
    except ValueError as error:
        raise SourceError(FaultKind.STATUS, "A redirect to nowhere") from error
    if not is_allowed:
        raise SourceError(FaultKind.STATUS, f"A redirect to {there.scheme}://{there.netloc}")
    return target


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait, at most LONGEST_RETRY_AFTER."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # Ten digits are enough to be cut off below.
        wait = timedelta(seconds=int(text[:10]))
    else:
        moment = _date(text)
        if moment is None:
            return None
        wait = moment - now
    return min(max(wait, timedelta()), LONGEST_RETRY_AFTER)


def _date(header: str | None) -> datetime | None:
    """Return the moment in an HTTP date, None where there is none that can be read."""
    try:
        moment = parsedate_to_datetime(header or "")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except ValueError, OverflowError:
        return None

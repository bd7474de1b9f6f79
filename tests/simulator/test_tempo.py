"""The Tempo sources in software, against what docs/tempo-facts.md says of the real ones."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, datetime, time
import json
from typing import Any

import aiohttp
import pytest

from simulator import Fleet, SimulatorError
from simulator.cli import control_request, parser
from simulator.colours import (
    PARIS,
    TempoCalendar,
    load_history,
    load_publication,
    season_days,
    season_label,
)
from simulator.control import ControlServer, ask
from simulator.tempo import (
    CLIENT_ID,
    CLIENT_SECRET,
    LIES,
    SOURCES,
    SPOILERS,
    STATUSES,
    TempoFault,
    TempoServer,
)
from simulator.tempo_steering import TEMPO_COMMANDS
from tests.tempo.home import DATA, HISTORY, PUBLICATION

pytestmark = pytest.mark.usefixtures("socket_enabled")

RED_EVE = datetime(2026, 1, 25, 9, tzinfo=PARIS)
RED = date(2026, 1, 26)
LIGHT, SEASON = "/rte/tempoLight", "/rte/tempo?season=2025-2026"
CALENDARS = "/rte_api/open_api/tempo_like_supply_contract/v1/tempo_like_calendars"


class Place:
    """A server, a client and a clock."""

    def __init__(self, server: TempoServer, session: aiohttp.ClientSession) -> None:
        """Stand on the eve of a red day, after its publication."""
        self.server = server
        self.session = session
        self.now = RED_EVE
        server.calendar.now = lambda: self.now

    async def get(self, path: str, **headers: str) -> Any:
        """Return the JSON of a sound answer."""
        async with self.session.get(self.server.url + path, headers=headers) as response:
            assert response.status == 200
            return await response.json()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Open all of it."""
    calendar = TempoCalendar(HISTORY)
    async with TempoServer(calendar) as server, aiohttp.ClientSession() as session:
        yield Place(server, session)


async def test_rte_public_json(place: Place) -> None:
    """Unordered keys, flags as texts; tomorrow from its publication on."""
    assert await place.get(LIGHT) == {
        "values": {
            "2026-01-26-fallback": "false",
            "2026-01-26": "RED",
            "2026-01-25-fallback": "false",
            "2026-01-25": "BLUE",
        }
    }
    place.now = RED_EVE.replace(hour=6, minute=59)
    assert "2026-01-26" not in (await place.get(LIGHT))["values"]
    season = (await place.get(SEASON))["values"]
    assert (season["2025-09-01"], season["2026-01-25"]) == ("BLUE", "BLUE")
    assert "2026-01-26" not in season
    assert await place.get("/rte/tempo?season=2026-2027") == {"values": {}}


async def test_community(place: Place) -> None:
    """By name and by date; code 0 before the publication; today changes at midnight."""
    tomorrow = {
        "dateJour": "2026-01-26",
        "codeJour": 3,
        "periode": "2025-2026",
        "libCouleur": "Rouge",
    }
    assert await place.get("/community/jourTempo/tomorrow") == tomorrow
    assert await place.get("/community/jourTempo/2026-01-26") == tomorrow
    place.now = datetime(2026, 1, 26, 0, 5, tzinfo=PARIS)
    assert await place.get("/community/jourTempo/today") == tomorrow
    unknown = await place.get("/community/jourTempo/2026-01-27")
    assert (unknown["codeJour"], unknown["libCouleur"]) == (0, "Inconnu")


async def test_official_api(place: Place) -> None:
    """A token for the right account, then days, the newest first."""
    url = place.server.url + "/rte_api/token/oauth/"
    form = {"grant_type": "client_credentials"}
    account = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {account}"}
    async with place.session.post(url, data=form) as response:
        assert response.status == 401
    async with place.session.post(url, data=form, headers=headers) as response:
        token = (await response.json())["access_token"]
    query = "?start_date=2026-01-24T00:00:00%2B01:00&end_date=2026-01-27T00:00:00%2B01:00"
    async with place.session.get(place.server.url + CALENDARS + query) as response:
        assert response.status == 401
    answer = await place.get(CALENDARS + query, Authorization=f"Bearer {token}")
    values = answer["tempo_like_calendars"]["values"]
    assert [item["value"] for item in values] == ["RED", "BLUE", "BLUE"]
    assert values[0]["start_date"] == "2026-01-26T00:00:00+01:00"


async def test_colours_by_hand(place: Place) -> None:
    """Declared ones come before those of the history, at once or from a moment on."""
    calendar = place.server.calendar
    calendar.declare(RED, "white")
    calendar.declare(RED, "Blue", since=RED_EVE.replace(hour=10))
    assert (await place.get(LIGHT))["values"]["2026-01-26"] == "WHITE"
    assert calendar.true_colour(RED) == "blue"
    place.now = RED_EVE.replace(hour=10)
    assert (await place.get(LIGHT))["values"]["2026-01-26"] == "BLUE"
    calendar.forget()
    assert (await place.get(LIGHT))["values"]["2026-01-26"] == "RED"
    with pytest.raises(ValueError, match="no colour 'green'"):
        calendar.declare(RED, "green")


@pytest.mark.parametrize("status", STATUSES)
async def test_statuses(place: Place, status: str) -> None:
    """With Retry-After where it is wanted, and for that source only."""
    place.server.fault("rte", status, retry_after="120")
    async with place.session.get(place.server.url + LIGHT) as response:
        assert (response.status, response.headers["Retry-After"]) == (int(status), "120")
    assert (await place.get("/community/jourTempo/today"))["codeJour"] == 1


async def _is_sound(place: Place) -> bool:
    """Return whether RTE gives an answer of the right form and size in time."""
    url = place.server.url + LIGHT
    try:
        async with (
            asyncio.timeout(0.2),
            place.session.get(url, allow_redirects=False) as response,
        ):
            text = await response.text()
            return len(text) < 1000 and "values" in json.loads(text)
    except aiohttp.ClientError, TimeoutError, ValueError:
        return False


@pytest.mark.parametrize("kind", SPOILERS)
async def test_spoilers(place: Place, kind: str) -> None:
    """None leaves a sound answer in time."""
    place.server.faults["rte"] = TempoFault(kind, seconds=5)
    assert not await _is_sound(place)
    place.server.fault("rte")
    assert await _is_sound(place)


@pytest.mark.parametrize("kind", LIES)
@pytest.mark.parametrize("source", ["rte", "community"])
async def test_lies(place: Place, kind: str, source: str) -> None:
    """Each differs from the truth about tomorrow, in a sound form."""
    path = LIGHT if source == "rte" else "/community/jourTempo/2026-01-26"
    truth = await place.get(path)
    place.server.fault(source, kind)
    said = await place.get(path)
    assert (said != truth) == ((source, kind) != ("community", "stale"))
    assert said.keys() == truth.keys()


async def test_calls_are_logged_and_the_port_kept(place: Place) -> None:
    """By source, at the time of its clock; what is stopped refuses connections."""
    await place.get(LIGHT)
    await place.get("/community/jourTempo/today")
    assert [(call.source, call.at) for call in place.server.calls] == [
        ("rte", RED_EVE),
        ("community", RED_EVE),
    ]
    assert (place.server.count("rte"), place.server.count()) == (1, 2)
    port = place.server.port
    await place.server.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await place.get(LIGHT)
    await place.server.start(port)
    await place.get(LIGHT)


async def test_port_is_taken(place: Place) -> None:
    """Two do not share one."""
    with pytest.raises(SimulatorError, match="something else listens there"):
        await TempoServer().start(place.server.port)


@pytest.mark.parametrize(
    "path", ["/", "/nobody/x", "/rte/x", "/rte/tempo", "/rte/tempo?season=2020-2025"]
)
async def test_unknown_paths(place: Place, path: str) -> None:
    """They are refused, and nothing breaks."""
    async with place.session.get(place.server.url + path) as response:
        assert response.status in (400, 404)


async def test_rubbish_instead_of_http(place: Place) -> None:
    """The connection ends; the next one is served."""
    for rubbish in (b"\r\n\r\n", b"x" * 100_000, b"GET / x y\r\n\r\n", b"GET"):
        reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
        writer.write(rubbish)
        writer.write_eof()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
    assert await place.get(LIGHT)


def test_files() -> None:
    """Both data files are read whole."""
    assert len(load_history(DATA / "tempo_history.csv")) == 4416
    assert len(load_publication(DATA / "tempo_publication_2026.csv")) == 215
    assert PUBLICATION[RED].utcoffset() is not None


def test_seasons() -> None:
    """1 September to 31 August."""
    days = season_days("2023-2024")
    assert (days[0], days[-1], len(days)) == (date(2023, 9, 1), date(2024, 8, 31), 366)
    assert {season_label(day) for day in days} == {"2023-2024"}


@pytest.fixture
async def control(place: Place) -> AsyncIterator[ControlServer]:
    """Open a control socket for the sources."""
    server = ControlServer(Fleet([]), place.server)
    await server.start(port=0)
    yield server
    await server.stop()


async def _do(control: ControlServer, *words: str) -> Any:
    """Do what `ctl` does and return the result."""
    arguments = parser().parse_args(["ctl", "tempo", *words])
    return await asyncio.to_thread(ask, control_request(arguments), control.port)


async def test_by_hand(control: ControlServer, place: Place) -> None:
    """`ctl tempo ...` as a person types it."""
    state = await _do(control)
    assert state["days"]["2026-01-26"] == {
        "colour": "red",
        "shown": "red",
        "published": "2026-01-25T07:00+01:00",
    }
    state = await _do(control, "declare", "tomorrow", "white")
    assert state["days"]["2026-01-26"]["shown"] == "white"
    state = await _do(control, "declare", "2026-01-26", "blue", "09:30")
    assert state["days"]["2026-01-26"]["shown"] == "white"
    place.now = RED_EVE.replace(minute=30)
    assert (await _do(control, "state"))["days"]["2026-01-26"]["shown"] == "blue"
    await _do(control, "forget")
    state = await _do(control, "publish", "17:39")
    assert (state["days"]["2026-01-26"]["shown"], state["published_at"]) == (None, "17:39")
    assert place.server.calendar.published_at == time(17, 39)
    state = await _do(control, "fault", "rte", "429", "60")
    assert state["faults"]["rte"] == {"kind": "429", "retry_after": "60", "seconds": 60.0}
    await _do(control, "fault", "all", "html")
    assert {fault.kind for fault in place.server.faults.values()} == {"html"}
    state = await _do(control, "clear")
    assert [fault["kind"] for fault in state["faults"].values()] == [""] * len(SOURCES)
    await place.get(LIGHT)
    assert (await _do(control, "calls"))[-1]["path"] == LIGHT
    assert await _do(control, "calls", "0") == []


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["declare", "someday", "red"],
        ["declare", "today", "green"],
        ["declare", "today"],
        ["fault", "nobody", "html"],
        ["fault", "rte", "hmtl"],
        ["publish", "noon"],
        ["forget", "it"],
    ],
)
async def test_nonsense_is_refused(control: ControlServer, words: list[str]) -> None:
    """With a message."""
    with pytest.raises((SimulatorError, ValueError)):
        await _do(control, *words)
    assert await _do(control, "state")


async def test_no_sources_no_steering() -> None:
    """A fleet alone says so."""
    server = ControlServer(Fleet([]))
    answer = await server.answer(b'{"command": "tempo state"}')
    assert answer == {"ok": False, "error": "there are no Tempo sources here"}


def test_help_names_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """`ctl --help` lists the commands, `--help` how to make use of them."""
    for words, expected in (
        (["ctl", "--help"], [f"tempo {name}" for name in TEMPO_COMMANDS]),
        (["--help"], ["MARSTEK_TEMPO_BASE=http://127.0.0.1:30998", "tempo declare tomorrow red"]),
    ):
        with pytest.raises(SystemExit):
            parser().parse_args(words)
        text = capsys.readouterr().out
        assert [word for word in expected if word not in text] == []

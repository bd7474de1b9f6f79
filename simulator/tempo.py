"""The sources of Tempo colours in software, on one loopback port with a path for each.

    async with TempoServer(TempoCalendar(history)) as tempo:
        tempo.calendar.declare(date(2026, 11, 23), "red")
        tempo.faults["rte"] = TempoFault("html")
        ... ask tempo.url + "/rte/tempoLight" ...
        assert tempo.count("rte") == 1

What they answer follows docs/tempo-facts.md 1.1 to 1.5.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
import json
from types import TracebackType
from typing import Self

from .colours import COLOURS, PARIS, TempoCalendar, season_days, season_label
from .http import HttpAnswer, HttpRequest, HttpServer

TEMPO_PORT = 30998
SOURCES = ("rte", "community", "rte_api", "open_dpe")
STATUSES = ("400", "401", "403", "404", "429", "500", "503")
SPOILERS = (
    "down",
    "html",
    "slow",
    "truncated",
    "broken",
    "oversized",
    "not_json",
    "array",
    "redirect",
)
"""Faults of the transport, whatever the question."""
LIES = ("missing", "wrong_day", "fallback", "unknown", "wrong_colour", "stale")
"""Faults of the content, in otherwise sound answers."""
CLIENT_ID, CLIENT_SECRET = "simulated-client", "simulated-secret"
_DAY = timedelta(days=1)
_FRENCH = {"blue": "Bleu", "white": "Blanc", "red": "Rouge"}
_HTML = b"<!DOCTYPE html><html><body><h1>Site en maintenance</h1></body></html>"


@dataclass(frozen=True, slots=True)
class TempoFault:
    """What is wrong with a source. `kind` is of SPOILERS, LIES or STATUSES; "" is nothing."""

    kind: str = ""
    retry_after: str = ""
    """The Retry-After header that goes with a status."""
    seconds: float = 60.0
    """How slow "slow" is, in real seconds."""

    def __post_init__(self) -> None:
        """Refuse what does not exist."""
        kinds = ("", *SPOILERS, *LIES, *STATUSES)
        if self.kind not in kinds:
            raise ValueError(f"no fault {self.kind!r}; there are: {', '.join(kinds[1:])}")


@dataclass(frozen=True, slots=True)
class TempoCall:
    """One request that came in."""

    at: datetime
    """By the clock of the calendar."""
    source: str
    path: str
    headers: Mapping[str, str]


class TempoServer:
    """Plays RTE's public JSON, api-couleur-tempo.fr, RTE's official API and open-dpe.fr."""

    def __init__(self, calendar: TempoCalendar | None = None) -> None:
        """Publish a calendar."""
        self.calendar = calendar or TempoCalendar()
        self.faults: dict[str, TempoFault] = dict.fromkeys(SOURCES, TempoFault())
        self.calls: list[TempoCall] = []
        self.token = "simulated-token"  # noqa: S105
        self._http = HttpServer(self._answer)

    @property
    def url(self) -> str:
        """The base address of all sources."""
        return self._http.url

    @property
    def port(self) -> int:
        """The port that was bound last."""
        return self._http.port

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start(0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def start(self, port: int = TEMPO_PORT) -> None:
        """Listen. Raises SimulatorError."""
        await self._http.start(port)

    async def stop(self) -> None:
        """Refuse connections; `start` with the same port ends that."""
        await self._http.stop()

    def fault(self, source: str, kind: str = "", *, retry_after: str = "") -> None:
        """Turn a fault of a source, or of "all", on or off. Raises ValueError."""
        if source not in (*SOURCES, "all"):
            raise ValueError(f"no source {source!r}; there are: {', '.join(SOURCES)}, all")
        for name in SOURCES if source == "all" else (source,):
            self.faults[name] = TempoFault(kind, retry_after)

    def count(self, source: str | None = None) -> int:
        """Return how many requests came in, of one source or of all."""
        return sum(1 for call in self.calls if source in (None, call.source))

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer for the source that a path begins with."""
        _, source, *rest = request.path.split("/", 2)
        if source not in SOURCES:
            return HttpAnswer(b"{}", 404)
        self.calls.append(TempoCall(self.calendar.now(), source, request.path, request.headers))
        fault = self.faults[source]
        if fault.kind in STATUSES:
            wait = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return HttpAnswer(_HTML, int(fault.kind), "text/html", wait)
        sources = {
            "rte": self._rte,
            "community": self._community,
            "rte_api": self._rte_api,
            "open_dpe": self._open_dpe,
        }
        sound = sources[source](rest[0] if rest else "", request, fault.kind)
        return _spoilt(sound, fault)

    def _rte(self, path: str, request: HttpRequest, lie: str) -> HttpAnswer:
        """Answer as RTE's public JSON does."""
        today = self.calendar.today
        match path:
            case "tempoLight":
                shift = {"wrong_day": -2 * _DAY, "stale": -1 * _DAY}.get(lie, timedelta())
                days = [today + shift, today + _DAY + shift]
            case "tempo":
                try:
                    days = season_days(request.query["season"][0])
                except KeyError, ValueError:
                    return HttpAnswer(b"{}", 400)
            case _:
                return HttpAnswer(b"{}", 404)
        values: dict[str, str] = {}
        # Keys come in no order, flags as texts (docs/tempo-facts.md 1.1).
        for day in reversed(days):
            if day <= today + _DAY and (colour := self._said(day, lie)):
                values[f"{day}-fallback"] = str(lie == "fallback" and day > today).lower()
                values[day.isoformat()] = colour.upper()
        return _json({"values": values})

    def _community(self, path: str, request: HttpRequest, lie: str) -> HttpAnswer:
        """Answer as api-couleur-tempo.fr does."""
        today = self.calendar.today
        resource, _, word = path.partition("/")
        if resource != "jourTempo" or request.method != "GET":
            return HttpAnswer(b"{}", 404)
        named = {"yesterday": today - _DAY, "today": today, "tomorrow": today + _DAY}
        try:
            day = named[word] if word in named else date.fromisoformat(word)
        except ValueError:
            return HttpAnswer(b'{"title": "Not Found"}', 404)
        if lie == "wrong_day":
            day -= _DAY
        colour = self._said(day, lie) or ""
        return _json(
            {
                "dateJour": day.isoformat(),
                "codeJour": 1 + COLOURS.index(colour) if colour in COLOURS else 0,
                "periode": season_label(day),
                "libCouleur": _FRENCH.get(colour, "Inconnu"),
            }
        )

    def _rte_api(self, path: str, request: HttpRequest, lie: str) -> HttpAnswer:
        """Answer as RTE's official API does."""
        if path.rstrip("/") == "token/oauth":
            account = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            if (
                request.method != "POST"
                or request.headers.get("authorization") != f"Basic {account}"
            ):
                return _json({"error": "invalid_client"}, 401)
            return _json({"access_token": self.token, "token_type": "Bearer", "expires_in": 7200})
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json({"error": "invalid_token"}, 401)
        if not path.endswith("/tempo_like_calendars"):
            return HttpAnswer(b"{}", 404)
        try:
            start, end = (
                datetime.fromisoformat(request.query[name][0])
                for name in ("start_date", "end_date")
            )
        except KeyError, ValueError:
            return _json({"error": "TMPLIKSUPCON_TMPLIKCAL_F04"}, 400)
        return _json({"tempo_like_calendars": self._api_calendar(start, end, lie)})

    def _api_calendar(self, start: datetime, end: datetime, lie: str) -> dict[str, object]:
        """Return the published days between two midnights, the newest first."""
        values = []
        day = end.date() - _DAY
        while day >= start.date():
            if colour := self._said(day, lie):
                values.append(
                    {
                        "start_date": _midnight(day),
                        "end_date": _midnight(day + _DAY),
                        "value": colour.upper(),
                        "updated_date": self.calendar.published_from(day).isoformat(),
                        "fallback": str(lie == "fallback").lower(),
                    }
                )
            day -= _DAY
        return {"start_date": start.isoformat(), "end_date": end.isoformat(), "values": values}

    def _open_dpe(self, path: str, _: HttpRequest, lie: str) -> HttpAnswer:
        """Answer as open-dpe.fr does, with a forecast that is mostly right (docs/tempo-facts.md 1.5)."""
        if path != "tempo_days_lite.json":
            return HttpAnswer(b"{}", 404)
        if lie == "missing":
            return _json([])
        today = self.calendar.today - (30 * _DAY if lie in ("wrong_day", "stale") else 0 * _DAY)
        days = [today + ahead * _DAY for ahead in range(1, 10)]
        return _json([self._forecast(day, lie) for day in days])

    def _forecast(self, day: date, lie: str) -> dict[str, object]:
        """Return the forecast of a day: certain of the next one, and less so of each after it."""
        colour = self.calendar.true_colour(day)
        chance: float = 1 - 0.05 * (day - self.calendar.today).days
        match lie:
            case "unknown":
                colour = "undefined"
            case "wrong_colour":
                colour = "red"
            case "fallback":
                chance = 17.0
        name = _FRENCH.get(colour or "", str(colour)).lower()
        return {"date": day.isoformat(), "couleur": name, "probability": round(chance, 2)}

    def _said(self, day: date, lie: str) -> str | None:
        """Return the colour that a source says of a day, true or not."""
        colour = self.calendar.shown(day)
        is_ahead = day > self.calendar.today
        match lie:
            case "missing" if is_ahead:
                return None
            case "unknown" if is_ahead:
                return "undefined"
            case "wrong_colour" if colour is not None and is_ahead:
                return "white" if colour == "blue" and day.weekday() != 6 else "blue"
            case "fallback" if is_ahead:
                return "blue"
        return colour


def _midnight(day: date) -> str:

    return datetime.combine(day, time(), PARIS).isoformat()


def _json(value: object, status: int = 200) -> HttpAnswer:
    return HttpAnswer(json.dumps(value).encode(), status)


_SPOILT: Mapping[str, Callable[[TempoFault, HttpAnswer], HttpAnswer]] = {
    "down": lambda _, __: HttpAnswer(is_reset=True),
    "html": lambda _, __: HttpAnswer(_HTML, 200, "text/html"),
    "slow": lambda fault, sound: HttpAnswer(sound.body, sound.status, delay=fault.seconds),
    "truncated": lambda _, sound: HttpAnswer(sound.body[: len(sound.body) * 2 // 3]),
    "broken": lambda _, sound: HttpAnswer(sound.body, sound.status, cut=0.5),
    "oversized": lambda _, sound: HttpAnswer(sound.body + b" " * 2_000_000),
    "not_json": lambda _, __: HttpAnswer(b"{'values': oops"),
    "array": lambda _, __: HttpAnswer(b'[1, "two", null]'),
    "redirect": lambda _, __: HttpAnswer(
        status=302, headers={"Location": "http://127.0.0.99:9/elsewhere"}
    ),
}


def _spoilt(sound: HttpAnswer, fault: TempoFault) -> HttpAnswer:
    """Return what is sent instead of a sound answer."""
    spoil = _SPOILT.get(fault.kind)
    return spoil(fault, sound) if spoil else sound

"""What can be asked of the running Tempo sources over the control socket."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from .colours import PARIS
from .steering import Arguments
from .tempo import SOURCES, TempoServer

type TempoSteering = Callable[[TempoServer, Arguments], object]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TempoCommand:
    """One thing that can be asked."""

    run: TempoSteering
    help: str
    words: tuple[str, ...] = ()
    """Names of the arguments in the order of the words of `ctl tempo`."""


def _state(tempo: TempoServer, _: Arguments) -> object:
    calendar = tempo.calendar
    today = calendar.today
    return {
        "url": tempo.url,
        "now": calendar.now().astimezone(PARIS).isoformat(timespec="seconds"),
        "published_at": calendar.published_at.isoformat("minutes"),
        "days": {
            day.isoformat(): {
                "colour": calendar.true_colour(day),
                "shown": calendar.shown(day),
                "published": calendar.published_from(day).isoformat(timespec="minutes"),
            }
            for day in (today - _DAY, today, today + _DAY)
        },
        "faults": {source: asdict(fault) for source, fault in tempo.faults.items()},
        "calls": {source: tempo.count(source) for source in SOURCES},
    }


def _declare(tempo: TempoServer, arguments: Arguments) -> object:
    since = arguments.text("since") if arguments.has("since") else None
    tempo.calendar.declare(
        _day(tempo, arguments.text("day")),
        arguments.text("colour"),
        _moment(tempo, since) if since else None,
    )
    return _state(tempo, arguments)


def _forget(tempo: TempoServer, arguments: Arguments) -> object:
    tempo.calendar.forget()
    return _state(tempo, arguments)


def _publish(tempo: TempoServer, arguments: Arguments) -> object:
    tempo.calendar.published_at = time.fromisoformat(arguments.text("time"))
    return _state(tempo, arguments)


def _fault(tempo: TempoServer, arguments: Arguments) -> object:
    tempo.fault(
        arguments.text("source"),
        arguments.text("kind", ""),
        retry_after=arguments.text("retry_after", ""),
    )
    return _state(tempo, arguments)


def _clear(tempo: TempoServer, arguments: Arguments) -> object:
    tempo.fault("all")
    return _state(tempo, arguments)


def _calls(tempo: TempoServer, arguments: Arguments) -> object:
    last = arguments.whole("last", 20)
    return [
        {"at": call.at.isoformat(timespec="seconds"), "source": call.source, "path": call.path}
        for call in (tempo.calls[-last:] if last else [])
    ]


def _day(tempo: TempoServer, text: str) -> date:
    """Return a day from "today", "tomorrow" or a date. Raises ValueError."""
    named = {"today": tempo.calendar.today, "tomorrow": tempo.calendar.today + _DAY}
    return named[text] if text in named else date.fromisoformat(text)


def _moment(tempo: TempoServer, text: str) -> datetime:
    """Return a moment from a time of today, or from a date and time, in Paris by default."""
    if len(text) <= len("hh:mm:ss"):
        return datetime.combine(tempo.calendar.today, time.fromisoformat(text), PARIS)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=PARIS)


TEMPO_COMMANDS: Mapping[str, TempoCommand] = {
    "state": TempoCommand(_state, "what is shown, published when, and which faults are on"),
    "declare": TempoCommand(
        _declare,
        "a day's colour, e.g. tomorrow red, or 2026-11-23 white 09:50 to change it then",
        ("day", "colour", "since"),
    ),
    "forget": TempoCommand(_forget, "take back all that was declared"),
    "publish": TempoCommand(_publish, "when tomorrow is shown, e.g. 07:00 or 17:39", ("time",)),
    "fault": TempoCommand(
        _fault,
        "rte, community, rte_api or all: html, down, 429, wrong_day, ...; nothing ends it",
        ("source", "kind", "retry_after"),
    ),
    "clear": TempoCommand(_clear, "turn all faults off"),
    "calls": TempoCommand(_calls, "the last requests, 20 or as many as told", ("last",)),
}
"""By name, without the "tempo " that goes before it in a request."""

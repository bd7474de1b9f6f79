"""Journal of what the plan has done: each step with its reason and what came of it (pure).

Energies are in Wh at the AC side of all batteries together, states of charge in %.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
import datetime as dt
from typing import Any, Final, Self

from ..planner import Action, Reason, Step
from ..stored import (
    LONGEST_TEXT,
    MOST_ENERGY,
    fields,
    moment,
    number,
    one_of,
    optional,
    text,
    whole,
)
from .plan_data import ControlState, PlanData, Totals

MOST_ENTRIES: Final = 1500
"""A year of the busiest nights; some 200 bytes each on the disk."""
# A step that is over sooner was only a step on the way to another.
_SHORTEST: Final = dt.timedelta(seconds=90)
_LONGEST_RESTART: Final = dt.timedelta(minutes=15)
_FOLLOWED: Final = frozenset(
    {
        ControlState.SELF_CONSUMPTION,
        ControlState.AI,
        ControlState.HOLD,
        ControlState.CHARGING,
        ControlState.DISCHARGING,
        ControlState.OVERRIDE,
        ControlState.PARTLY_BY_HAND,
        ControlState.PARTLY_OUT_OF_REACH,
        ControlState.PROBLEM,
    }
)
"""States of a plan that commands."""

# In s, about a year: a wrong clock may make a step of decades.
_LONGEST_STEP: Final = 3 * 10**7
_energy = number(0, MOST_ENERGY)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One step that was carried out, or is being carried out."""

    start: dt.datetime
    end: dt.datetime
    """When it ended; of the running one, when it was last looked at."""
    action: Action
    reason: Reason
    rule: str | None = None
    power: int = 0
    """What was sent to all batteries together, in W without sign."""
    target: int | None = None
    charged: float | None = None
    discharged: float | None = None
    """None where a counter was not known."""
    soc: int | None = None
    """At the end."""
    failing: tuple[str, ...] = ()
    """Names of batteries that did not follow at some time."""

    def as_step(self) -> Step:
        """Return the step, to be described as one that comes."""
        return Step(
            self.start,
            self.end,
            self.action,
            self.reason,
            {} if self.rule is None else {"rule": self.rule},
            sent=self.power,
            target=self.target,
        )

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes; what is empty is left out."""
        given = {
            "start": _stamp(self.start),
            "seconds": min(round((self.end - self.start).total_seconds()), _LONGEST_STEP),
            "action": self.action.value,
            "reason": self.reason.value,
            "rule": self.rule,
            "power": self.power or None,
            "target": self.target,
            "charged": None if self.charged is None else round(self.charged),
            "discharged": None if self.discharged is None else round(self.discharged),
            "soc": self.soc,
            "failing": list(self.failing),
        }
        return {key: value for key, value in given.items() if value not in (None, [], "")}

    @classmethod
    def restore(cls, stored: object) -> Self:
        """Return an entry as it was stored; ValueError for what it can't be."""
        given = fields(stored)
        start = moment(given.get("start"))
        return cls(
            start,
            _end(start, given),
            one_of(Action)(given.get("action")),
            one_of(Reason)(given.get("reason")),
            optional(text, given.get("rule")),
            whole(0, 10**6)(given.get("power", 0)),
            optional(whole(0, 100), given.get("target")),
            optional(_energy, given.get("charged")),
            optional(_energy, given.get("discharged")),
            optional(whole(0, 100), given.get("soc")),
            _names(given.get("failing", [])),
        )


@dataclass(frozen=True, slots=True)
class _Running:
    """The running entry, and the counters in Wh when it began."""

    entry: JournalEntry
    charged: float | None
    discharged: float | None


class Journal:
    """What the plan has done, the oldest first; bounded."""

    def __init__(self, entries: Iterable[JournalEntry] = ()) -> None:
        """Go on from these entries."""
        self.entries: deque[JournalEntry] = deque(entries, maxlen=MOST_ENTRIES)
        self._running: _Running | None = None

    @property
    def running(self) -> JournalEntry | None:
        """The step that is being carried out."""
        return None if self._running is None else self._running.entry

    def look(self, data: PlanData, now: dt.datetime) -> bool:
        """Note what is being done; return whether a step has ended, which is worth a write."""
        step = data.step if data.state in _FOLLOWED else None
        running, totals = self._running, data.totals
        if running is not None and step is not None and _is_the_same(running.entry, step):
            self._running = _grown(running, data, now)
            return False
        has_ended = self.close(totals, now)
        if step is not None:
            self._running = self._begun(_entry(step, now), totals)
        return has_ended

    def _begun(self, entry: JournalEntry, totals: Totals) -> _Running:
        """Return a step that begins, or goes on after a restart where the last one stopped."""
        last = self.entries[-1] if self.entries else None
        if last is None or not _continues(last, entry):
            return _Running(entry, totals.charged, totals.discharged)
        self.entries.pop()
        return _Running(
            replace(entry, start=last.start, failing=last.failing),
            _difference(last.charged, totals.charged),
            _difference(last.discharged, totals.discharged),
        )

    def close(self, totals: Totals | None, now: dt.datetime) -> bool:
        """End the running step; return whether there was one that is worth keeping."""
        running, self._running = self._running, None
        if running is None:
            return False
        entry = running.entry if totals is None else _measured(running, totals, now)
        if entry.end - entry.start < _SHORTEST:
            return False
        self.entries.append(entry)
        return True

    def between(self, start: dt.datetime, end: dt.datetime) -> list[JournalEntry]:
        """Return the entries that touch a span, the running one included."""
        known = [*self.entries, *((self.running,) if self.running else ())]
        return [each for each in known if each.end > start and each.start < end]

    def store(self) -> list[Mapping[str, Any]]:
        """Return what `JournalEntry.restore` takes, the running step included."""
        running = (self.running,) if self.running else ()
        return [entry.store() for entry in (*self.entries, *running)]


def _end(start: dt.datetime, given: Mapping[str, object]) -> dt.datetime:
    """Return the end of a stored step, which was a moment before it was a length."""
    if "seconds" not in given:
        return moment(given.get("end"))
    return start + dt.timedelta(seconds=whole(0, _LONGEST_STEP)(given["seconds"]))


def _stamp(when: dt.datetime) -> str:
    """Return a moment as it is stored, to the second."""
    return when.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _names(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list):
        raise ValueError("Not a list of names")  # noqa: TRY004 - as all readers of stored values
    return tuple(text(name) for name in stored)


def _entry(step: Step, now: dt.datetime) -> JournalEntry:
    rule = step.figures.get("rule")
    return JournalEntry(
        start=now,
        end=now,
        action=step.action,
        reason=step.reason,
        rule=None if rule is None else str(rule)[:LONGEST_TEXT],
        power=step.sent,
        target=None if step.target is None else round(step.target),
    )


def _is_the_same(entry: JournalEntry, step: Step) -> bool:
    return (entry.action, entry.reason) == (step.action, step.reason)


def _continues(last: JournalEntry, entry: JournalEntry) -> bool:
    """Tell whether an entry goes on after a restart where the last one stopped."""
    is_next = dt.timedelta() <= entry.start - last.end < _LONGEST_RESTART
    return is_next and (last.action, last.reason, last.rule) == (
        entry.action,
        entry.reason,
        entry.rule,
    )


def _united(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))


def _measured(running: _Running, totals: Totals, now: dt.datetime) -> JournalEntry:
    soc = totals.soc
    return replace(
        running.entry,
        end=max(running.entry.start, now),
        charged=_difference(running.charged, totals.charged),
        discharged=_difference(running.discharged, totals.discharged),
        soc=running.entry.soc if soc is None else round(min(100.0, max(0.0, soc))),
    )


def _grown(running: _Running, data: PlanData, now: dt.datetime) -> _Running:
    entry = _measured(running, data.totals, now)
    failing = _united(entry.failing, (data.members[key] for key in data.failing))
    return replace(running, entry=replace(entry, failing=failing))


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else max(0.0, after - before)

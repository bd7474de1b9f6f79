"""Stored state of the controller: what it must still know after a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from ..battery.mode_requests import BatteryCommand, SafetyNet, SlotWindow
from ..planner import Action, Override
from ..stored import (
    MOST_ENERGY,
    MOST_POWER,
    StoredPart,
    day,
    fields,
    flag,
    moment,
    number,
    one_of,
    optional,
    power,
    text,
    time,
    whole,
)
from .departure_memory import DepartureMemory
from .fullness import Fullness
from .peak_memory import PeakMemory


@dataclass(slots=True)
class EnergyTotals:
    """Energy totals of the home in Wh: sums of the rises of each battery's own counters."""

    charged: float | None = 0.0
    """None while the total is unknown, because its stored value could not be read."""
    discharged: float | None = 0.0
    _last: dict[str, tuple[float, float]] = field(default_factory=dict)

    def count(self, battery: str, charged: float, discharged: float) -> None:
        """Add the rise of a battery's counters, in Wh, since the last call for it."""
        last = self._last.get(battery)
        if last is not None:
            self.charged = _risen(self.charged, charged - last[0])
            self.discharged = _risen(self.discharged, discharged - last[1])
        self._last[battery] = (charged, discharged)

    def resume(self, key: str, last: float) -> None:
        """Continue from the last published total in Wh, where the stored one was unreadable."""
        if getattr(self, key) is None:
            setattr(self, key, last)

    def store(self) -> dict[str, Any]:
        """Return the totals for `restore`, fit for JSON."""
        return {
            "charged": self.charged,
            "discharged": self.discharged,
            "last": {battery: list(pair) for battery, pair in self._last.items()},
        }

    @classmethod
    def restore(cls, stored: StoredPart) -> EnergyTotals:
        """Return stored totals, with None for an unreadable one."""
        if stored.is_new:
            return cls()
        energy = number(0.0, MOST_ENERGY)
        return cls(
            stored.optional("charged", energy),
            stored.optional("discharged", energy),
            stored.mapping("last", _pair),
        )


def _risen(total: float | None, step: float) -> float | None:
    return None if total is None else total + max(0.0, step)


def _pair(stored: object) -> tuple[float, float]:
    energy = number(0.0, MOST_ENERGY)
    match stored:
        case [charged, discharged]:
            return energy(charged), energy(discharged)
    raise ValueError("Not two counters")


FOR_EVER: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""End of a pause without end: only the owner resumes the plan."""
_percent: Final = number(0.0, 100.0)


@dataclass(slots=True)
class ControlMemory:
    """The stored state of the controller. Batteries are known by their BLE MAC."""

    paused_until: dt.datetime | None = None
    """End of a pause, `FOR_EVER` without end; None while the plan runs."""
    overrides: list[Override] = field(default_factory=list)
    standing_back: dict[str, dt.datetime] = field(default_factory=dict)
    """Until when a battery that was commanded by hand is left alone, by BLE MAC."""
    complete: dict[str, dt.datetime] = field(default_factory=dict)
    """End of the window in which the charge of a battery is complete, by BLE MAC."""
    fullness: dict[str, Fullness] = field(default_factory=dict)
    """When batteries were last full, by BLE MAC."""
    filling_since: dt.datetime | None = None
    """Since when a full charge has been carried out; None: none is."""
    orders: dict[str, BatteryCommand] = field(default_factory=dict)
    """Order that was carried out last, by BLE MAC."""
    taken_over: set[str] = field(default_factory=set)
    """Batteries that the plan commands, and of which that was announced, by BLE MAC."""
    full_day: dt.date | None = None
    """Day that `was_full` is about."""
    was_full: bool = False
    doubts: dict[str, str] = field(default_factory=dict)
    """Why slots of a battery are not trusted, by BLE MAC: one of the order executor's `DOUBTS`."""
    active: set[str] = field(default_factory=set)
    """Alerts that were sent and whose cause still exists."""
    alerted: dict[str, dt.date] = field(default_factory=dict)
    """Date of the last notification, by alert that is sent at most once a day."""
    energy: EnergyTotals = field(default_factory=EnergyTotals)
    peaks: PeakMemory = field(default_factory=PeakMemory)
    departures: DepartureMemory = field(default_factory=DepartureMemory)
    is_pause_assumed: bool = False
    """True when the stored pause was unreadable, so that a pause is assumed."""

    def forget(self, now: dt.datetime) -> None:
        """Drop pauses, overrides and windows that have ended."""
        if self.paused_until is not None and self.paused_until <= now:
            self.paused_until = None
        self.overrides = [override for override in self.overrides if override.until > now]
        for until in (self.standing_back, self.complete):
            for battery in [battery for battery, end in until.items() if end <= now]:
                del until[battery]

    def store(self) -> dict[str, Any]:
        """Return the state for `restore`, fit for JSON."""
        return {
            "paused_until": self.paused_until and self.paused_until.isoformat(),
            "is_pause_assumed": self.is_pause_assumed,
            "overrides": [_store_override(override) for override in self.overrides],
            "standing_back": _store_moments(self.standing_back),
            "complete": _store_moments(self.complete),
            **self._stored_fullness(),
            "doubts": dict(self.doubts),
            "active": sorted(self.active),
            "told": {key: day.isoformat() for key, day in self.alerted.items()},
            "orders": {battery: _store_order(order) for battery, order in self.orders.items()},
            "taken_over": sorted(self.taken_over),
            "full_day": self.full_day and self.full_day.isoformat(),
            "was_full": self.was_full,
            "energy": self.energy.store(),
            **({"peaks": peaks} if (peaks := self.peaks.store()) else {}),
            **({"departures": made} if (made := self.departures.store()) else {}),
        }

    def _stored_fullness(self) -> dict[str, Any]:
        """Return what is known of full charges, where anything is."""
        found: dict[str, Any] = {}
        if self.fullness:
            found["fullness"] = {key: known.store() for key, known in self.fullness.items()}
        if self.filling_since is not None:
            found["filling_since"] = self.filling_since.isoformat()
        return found

    @classmethod
    def restore(cls, stored: StoredPart) -> ControlMemory:
        """Return the stored state, without its unreadable values.

        An unreadable pause becomes one without end: it is not certain that the plan may command.
        """
        paused_until = stored.optional("paused_until", moment)
        is_pause_assumed = stored.lacks("paused_until")
        if is_pause_assumed:
            paused_until = FOR_EVER
        orders = stored.mapping("orders", _restore_order)
        taken_over = set(stored.each("taken_over", text))
        if stored.lacks("taken_over"):
            # The first version stored orders alone, of the batteries that the plan commands.
            taken_over = set(orders)
        return cls(
            paused_until=paused_until,
            overrides=list(stored.each("overrides", _restore_override)),
            standing_back=stored.mapping("standing_back", moment),
            complete=stored.mapping("complete", moment),
            fullness=stored.mapping("fullness", Fullness.read),
            filling_since=stored.optional("filling_since", moment),
            doubts=stored.mapping("doubts", text),
            active=set(stored.each("active", text)),
            alerted=stored.mapping("told", day),
            orders=orders,
            taken_over=taken_over,
            full_day=stored.optional("full_day", day),
            was_full=stored.value("was_full", flag, default=False),
            energy=EnergyTotals.restore(stored.part("energy")),
            peaks=PeakMemory.restore(stored.part("peaks")),
            departures=DepartureMemory.restore(stored.part("departures")),
            is_pause_assumed=is_pause_assumed
            or stored.value("is_pause_assumed", flag, default=False),
        )


def _store_moments(moments: Mapping[str, dt.datetime]) -> dict[str, str]:
    return {key: moment.isoformat() for key, moment in moments.items()}


def _store_override(override: Override) -> dict[str, Any]:
    batteries = override.batteries
    return {
        "action": override.action,
        "until": override.until.isoformat(),
        "power": override.power,
        "target": override.target,
        "floor": override.floor,
        "batteries": None if batteries is None else sorted(batteries),
    }


def _restore_override(stored: object) -> Override:
    given = fields(stored)
    return Override(
        one_of(Action)(given.get("action")),
        moment(given.get("until")),
        whole(0, MOST_POWER)(given.get("power")),
        optional(_percent, given.get("target")),
        optional(_percent, given.get("floor")),
        optional(_texts, given.get("batteries")),
    )


def _texts(stored: object) -> frozenset[str]:
    if not isinstance(stored, list):
        raise ValueError("Not a list")  # noqa: TRY004
    return frozenset(map(text, stored))


def _store_order(order: BatteryCommand) -> dict[str, Any]:
    window = order.window
    if window is None:
        return {
            "power": order.power,
            "until": order.until and order.until.isoformat(),
            "ai": order.is_ai,
        }
    net = window.safety
    return {
        "power": order.power,
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        "safety": net
        and {
            "day": net.day.isoformat(),
            "start": net.start.isoformat(),
            "end": net.end.isoformat(),
            "power": net.power,
        },
    }


def _restore_order(stored: object) -> BatteryCommand:
    given = fields(stored)
    watts = optional(power, given.get("power"))
    if "start" not in given:
        until = optional(moment, given.get("until"))
        return BatteryCommand(watts, until=until, is_ai=flag(given.get("ai", False)))
    safety = optional(_restore_net, given.get("safety"))
    return BatteryCommand(
        watts, SlotWindow(moment(given["start"]), moment(given.get("end")), safety)
    )


def _restore_net(stored: object) -> SafetyNet:
    given = fields(stored)
    return SafetyNet(
        day(given.get("day")),
        time(given.get("start")),
        time(given.get("end")),
        whole(0, MOST_POWER)(given.get("power")),
    )

"""What the controller must still know after a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any

from ..battery.orders import Order, SafetyNet, Window
from ..planner import Action, Override
from .energy_totals import EnergyTotals


@dataclass(slots=True)
class ControlMemory:
    """The stored state of the controller. Batteries are known by their BLE MAC."""

    paused_until: dt.datetime | None = None
    """The end of a pause; far in the future when it has none."""
    overrides: list[Override] = field(default_factory=list)
    standing_back: dict[str, dt.datetime] = field(default_factory=dict)
    """Until when a battery is left to whoever commanded it by hand."""
    complete: dict[str, dt.datetime] = field(default_factory=dict)
    """Batteries whose charge is over, with the end of the window in which it is."""
    orders: dict[str, Order] = field(default_factory=dict)
    """What was last carried out."""
    full_day: dt.date | None = None
    """The day of which `was_full` tells."""
    was_full: bool = False
    doubts: dict[str, str] = field(default_factory=dict)
    """Batteries that did not follow slots, and why: see `pilot.DOUBTS`."""
    active: set[str] = field(default_factory=set)
    """What the owner has been called for and is not over yet."""
    told: dict[str, dt.date] = field(default_factory=dict)
    """The day for which the owner was last called, of what is told once a day."""
    energy: EnergyTotals = field(default_factory=EnergyTotals)

    def forget(self, now: dt.datetime) -> None:
        """Drop what is over."""
        if self.paused_until is not None and self.paused_until <= now:
            self.paused_until = None
        self.overrides = [override for override in self.overrides if override.until > now]
        for until in (self.standing_back, self.complete):
            for battery in [battery for battery, end in until.items() if end <= now]:
                del until[battery]

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "paused_until": self.paused_until and self.paused_until.isoformat(),
            "overrides": [_store_override(override) for override in self.overrides],
            "standing_back": _store_moments(self.standing_back),
            "complete": _store_moments(self.complete),
            "doubts": dict(self.doubts),
            "active": sorted(self.active),
            "told": {key: day.isoformat() for key, day in self.told.items()},
            "orders": {battery: _store_order(order) for battery, order in self.orders.items()},
            "full_day": self.full_day and self.full_day.isoformat(),
            "was_full": self.was_full,
            "energy": self.energy.store(),
        }

    @classmethod
    def restore(cls, stored: object) -> ControlMemory:
        """Return the state as it was stored; a file that can't be read is forgotten."""
        if not isinstance(stored, dict):
            return cls()
        try:
            return cls(
                paused_until=_moment(stored.get("paused_until")),
                overrides=[_restore_override(item) for item in stored.get("overrides", [])],
                standing_back=_restore_moments(stored.get("standing_back", {})),
                complete=_restore_moments(stored.get("complete", {})),
                doubts=dict(stored.get("doubts", {})),
                active=set(stored.get("active", ())),
                told={
                    key: dt.date.fromisoformat(day) for key, day in stored.get("told", {}).items()
                },
                orders={
                    battery: _restore_order(item)
                    for battery, item in stored.get("orders", {}).items()
                },
                full_day=_date(stored.get("full_day")),
                was_full=bool(stored.get("was_full")),
                energy=EnergyTotals.restore(stored.get("energy")),
            )
        except TypeError, ValueError, KeyError, AttributeError:
            return cls()


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _store_moments(moments: Mapping[str, dt.datetime]) -> dict[str, str]:
    return {key: moment.isoformat() for key, moment in moments.items()}


def _restore_moments(stored: Mapping[str, str]) -> dict[str, dt.datetime]:
    return {key: dt.datetime.fromisoformat(text) for key, text in stored.items()}


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


def _restore_override(stored: Mapping[str, Any]) -> Override:
    batteries = stored["batteries"]
    return Override(
        Action(stored["action"]),
        dt.datetime.fromisoformat(stored["until"]),
        int(stored["power"]),
        stored["target"],
        stored["floor"],
        None if batteries is None else frozenset(batteries),
    )


def _store_order(order: Order) -> dict[str, Any]:
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


def _restore_order(stored: Mapping[str, Any]) -> Order:
    if "start" not in stored:
        until = _moment(stored.get("until"))
        return Order(stored["power"], until=until, is_ai=bool(stored.get("ai")))
    net = stored["safety"]
    safety = net and SafetyNet(
        dt.date.fromisoformat(net["day"]),
        dt.time.fromisoformat(net["start"]),
        dt.time.fromisoformat(net["end"]),
        int(net["power"]),
    )
    window = Window(
        dt.datetime.fromisoformat(stored["start"]),
        dt.datetime.fromisoformat(stored["end"]),
        safety,
    )
    return Order(stored["power"], window)

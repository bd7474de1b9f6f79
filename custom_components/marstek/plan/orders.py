"""Turns a step of the plan into what each battery is told."""

from collections.abc import Mapping
import datetime as dt
from typing import Final

from ..battery.orders import AUTO, Order, SafetyNet, Window
from ..planner import Action, BatteryState, House, Order as Share, Step, share
from ..tempo import Interval

_LONG_AGO: Final = dt.timedelta(days=1)


class Orders:
    """Remembers who got how much, so that nothing is written without need."""

    def __init__(self) -> None:
        """Start with nothing told."""
        self._shares: dict[str, Share] = {}
        self._changed_at: dict[str, dt.datetime] = {}

    def make(
        self,
        step: Step,
        batteries: tuple[BatteryState, ...],
        house: House,
        now: dt.datetime,
        window: Interval,
        zone: dt.tzinfo,
        safety: SafetyNet | None,
    ) -> Mapping[str, Order]:
        """Return the order of each battery, by its id."""
        since = {
            key: now - self._changed_at[key] if key in self._changed_at else _LONG_AGO
            for key in self._shares
        }
        shares = share(step, batteries, house, now, step.end, self._shares, since)
        for key, mine in shares.items():
            if mine != self._shares.get(key):
                self._changed_at[key] = now
        self._shares = dict(shares)
        return {key: _order(mine, step, window, zone, safety) for key, mine in shares.items()}


def _order(
    mine: Share, step: Step, window: Interval, zone: dt.tzinfo, safety: SafetyNet | None
) -> Order:
    """Return what a battery is told: slots where they can be confined to the night, else Passive."""
    if mine.action is Action.AUTO:
        return AUTO
    power = {Action.CHARGE: -mine.power, Action.DISCHARGE: mine.power}.get(mine.action, 0)
    if not window.is_off_peak or mine.action is Action.DISCHARGE:
        return Order(power)
    end = step.end if mine.action is Action.CHARGE else window.end
    return Order(power, Window(window.start.astimezone(zone), end.astimezone(zone), safety))

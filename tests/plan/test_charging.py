"""Until when a charge that is over counts as complete, on a battery of made-up readings."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.marstek.battery.poll_schedule import Reading
from custom_components.marstek.const import Tariff
from custom_components.marstek.plan.charging import ChargeCompletion
from custom_components.marstek.plan.control_memory import ControlMemory
from custom_components.marstek.planner import Action, Reason, Step
from custom_components.marstek.tempo import Interval

_HOUR = dt.timedelta(hours=1)
_NOW = dt.datetime(2026, 3, 14, 6, 30, tzinfo=dt.UTC)
_STEP = Step(_NOW - _HOUR, _NOW + _HOUR, Action.CHARGE, Reason.LATER_WORTH_COST, target=60.0)


def _complete_until(tariff: Tariff, *, hours: float, is_off_peak: bool = True) -> dt.datetime:
    """Return until when a battery at its target is complete in so long a window."""
    window = Interval(_NOW - 2 * _HOUR, _NOW + (hours - 2) * _HOUR, is_off_peak)
    memory = ControlMemory()
    settings = SimpleNamespace(tariff=tariff, off_peak=SimpleNamespace(current=lambda _now: window))
    plan: Any = SimpleNamespace(
        settings=settings, store=SimpleNamespace(memory=SimpleNamespace(control=memory))
    )
    announcer: Any = SimpleNamespace(charge_complete=lambda _battery: None)
    full: Any = SimpleNamespace(is_over=lambda *_: False)
    battery = SimpleNamespace(
        data=SimpleNamespace(soc=60.0, ac_power=-1000, battery_power=-1000, fresh={Reading.POWER}),
        clock=SimpleNamespace(time=lambda: 0.0),
        is_reachable=True,
    )
    executor: Any = SimpleNamespace(battery=battery, is_settled=True, standing=None)
    ChargeCompletion(plan, full, announcer).look(_STEP, {"a": executor}, _NOW)
    return memory.complete["a"]


@pytest.mark.parametrize(
    ("tariff", "hours", "is_off_peak", "is_whole"),
    [
        (Tariff.TEMPO, 8, True, True),
        (Tariff.FIXED, 8, True, True),
        (Tariff.FIXED, 56, True, False),
        (Tariff.FIXED, 8, False, False),
        (Tariff.DYNAMIC, 8, True, False),
    ],
)
def test_until_when_a_charge_is_complete(
    tariff: Tariff, hours: float, is_off_peak: bool, is_whole: bool
) -> None:
    """For the rest of a night; else for its step, as the next one may have a higher target."""
    until = _complete_until(tariff, hours=hours, is_off_peak=is_off_peak)
    assert until == (_NOW + (hours - 2) * _HOUR if is_whole else _STEP.end)

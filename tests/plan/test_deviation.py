"""What a battery does otherwise than its order says, on a battery of made-up readings."""

from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.marstek.battery.mode_requests import AUTO, BatteryCommand
from custom_components.marstek.battery.poll_schedule import Reading
from custom_components.marstek.plan.deviation import DeviationWatch, Finding
from custom_components.marstek.venus import Mode

CHARGE = BatteryCommand(-1000)
DISCHARGE = BatteryCommand(1000)
HOLD = BatteryCommand(0)
WINDOW: Any = object()
IN_SLOTS = BatteryCommand(-1000, window=WINDOW)
MINUTE = 60.0


def _made_up(**attributes: Any) -> Any:
    return SimpleNamespace(**attributes)


class Bench:
    """A watch, and the readings of its battery, read once a minute."""

    def __init__(self, *, has_pv: bool = False) -> None:
        """Start in Passive at 0 W with half a charge, an order just carried out."""
        self.now = 1000.0
        self.data = _made_up(
            mode=Mode.PASSIVE, ac_power=0, battery_power=0, soc=50, fresh={Reading.MODE}
        )
        self.battery = _made_up(
            clock=SimpleNamespace(time=lambda: self.now),
            profile=SimpleNamespace(has_pv=has_pv),
            data=self.data,
            is_occupied=False,
            is_reachable=True,
            mode_read_at=0.0,
        )
        self.watch = DeviationWatch(self.battery)
        self.watch.begin()

    def has_acted(self) -> bool:
        """Tell whether power has flowed as it was asked for."""
        return self.watch.has_acted

    def look(self, order: BatteryCommand, minutes: float = 0.0, **data: Any) -> Finding | None:
        """Let minutes pass with these readings, looking each minute; return the first finding."""
        vars(self.data).update(data)
        self.battery.mode_read_at = self.now + 1.0
        if (found := self.watch.look(order)) is not None:
            return found
        end = self.now + minutes * MINUTE
        while self.now < end:
            self.now += MINUTE
            if (found := self.watch.look(order)) is not None:
                return found
        return None


@pytest.mark.parametrize(
    ("mode", "power", "was_silent", "finding"),
    [
        (Mode.AUTO, 300, False, Finding.CHANGED),
        (Mode.AUTO, 300, True, Finding.LAPSE),
        (Mode.AI, 0, True, Finding.CHANGED),
        (Mode.PASSIVE, 0, False, Finding.LAPSE),
        (Mode.PASSIVE, 800, False, Finding.CHANGED),
        (Mode.PASSIVE, None, False, Finding.CHANGED),
        (None, 0, False, Finding.CHANGED),
        (Mode.MANUAL, -1000, True, None),
    ],
)
def test_another_mode(
    mode: Mode | None, power: int | None, was_silent: bool, finding: Finding | None
) -> None:
    """A reset and an old countdown are the firmware's doing, all else is somebody's."""
    bench = Bench()
    if was_silent:
        bench.battery.is_reachable = False
        assert bench.look(IN_SLOTS) is None
        bench.battery.is_reachable = True
    assert bench.look(IN_SLOTS, mode=mode, ac_power=power) is finding


def test_silence_before_an_order_excuses_nothing_after_it() -> None:
    """A battery that was dark and has obeyed since was not reset."""
    bench = Bench()
    bench.battery.is_reachable = False
    assert bench.look(IN_SLOTS) is None
    bench.battery.is_reachable = True
    bench.watch.begin()
    assert bench.look(IN_SLOTS, mode=Mode.AUTO) is Finding.CHANGED


def test_a_mode_that_was_not_read_since_tells_nothing() -> None:
    """Neither a read from before the order nor one that is not current."""
    bench = Bench()
    bench.data.mode, bench.battery.mode_read_at = Mode.AUTO, bench.now
    assert bench.watch.look(HOLD) is None
    assert bench.look(HOLD, fresh=set()) is None
    assert bench.look(HOLD, fresh={Reading.MODE}) is Finding.CHANGED


def test_nothing_is_found_on_the_way_to_a_mode_or_in_the_dark() -> None:
    """And what deviated before the dark is not held against what comes after it."""
    bench = Bench()
    bench.battery.is_occupied = True
    assert bench.look(CHARGE, 30, mode=Mode.AUTO) is None
    bench.battery.is_occupied = False
    assert bench.look(CHARGE, 4, mode=Mode.PASSIVE) is None
    bench.battery.is_reachable = False
    assert bench.look(CHARGE, 30) is None
    bench.battery.is_reachable = True
    assert bench.look(CHARGE, 4) is None
    assert bench.look(CHARGE, 1) is Finding.IDLE


@pytest.mark.parametrize(
    ("order", "power", "finding"),
    [
        (CHARGE, 0, Finding.IDLE),
        (CHARGE, 800, Finding.OTHER_POWER),
        (CHARGE, -2000, Finding.OTHER_POWER),
        (CHARGE, -400, None),
        (CHARGE, -1000, None),
        (CHARGE, None, None),
        (HOLD, 400, Finding.OTHER_POWER),
        (HOLD, 0, None),
        (AUTO, 400, None),
    ],
)
def test_another_power(order: BatteryCommand, power: int | None, finding: Finding | None) -> None:
    """Five minutes long it may be a ramp or a clock that is slow; less than asked is derated."""
    bench = Bench()
    assert bench.look(order, 4, mode=order.mode, ac_power=power) is None
    assert bench.look(order, 1) is finding
    assert bench.look(order, 4) is None
    assert bench.look(order, 2) is finding


def test_a_hold_that_has_acted_is_not_exhausted() -> None:
    """Only what charged or discharged before can have run out."""
    bench = Bench()
    assert bench.look(HOLD, 5, ac_power=400) is Finding.OTHER_POWER
    assert not bench.has_acted()


@pytest.mark.parametrize(("order", "power"), [(CHARGE, -900), (DISCHARGE, 900)])
def test_cells_that_take_or_give_no_more(order: BatteryCommand, power: int) -> None:
    """It has acted, so a quarter of an hour passes; a rest that ends begins anew."""
    bench = Bench()
    assert bench.look(order, 5, ac_power=power) is None
    assert bench.has_acted()
    assert bench.look(order, 14, ac_power=0, soc=80) is None
    assert bench.look(order, 1, ac_power=power) is None
    assert bench.look(order, 14, ac_power=0) is None
    assert bench.look(order, 1) is Finding.EXHAUSTED
    assert bench.look(order, 14) is None
    bench.watch.begin()
    assert not bench.has_acted()
    assert bench.look(order, 5) is Finding.IDLE


def test_power_against_the_order_is_no_sign_that_it_acts() -> None:
    """Another slot that discharges is not the charge that was ordered, nor are a few watts."""
    bench = Bench()
    assert bench.look(CHARGE, 2, ac_power=900) is None
    assert bench.look(CHARGE, 2, ac_power=-40) is None
    assert not bench.has_acted()


def test_what_deviates_before_an_order_does_not_count_after_it() -> None:
    """The five minutes begin anew."""
    bench = Bench()
    assert bench.look(CHARGE, 4) is None
    bench.watch.begin()
    assert bench.look(CHARGE, 4) is None
    assert bench.look(CHARGE, 1) is Finding.IDLE


@pytest.mark.parametrize(("order", "power"), [(CHARGE, -900), (DISCHARGE, 900)])
def test_cells_beside_the_sun(order: BatteryCommand, power: int) -> None:
    """Their own power tells, and only once they have acted; the sun's hides all else."""
    bench = Bench(has_pv=True)
    assert bench.look(order, 60, ac_power=2000, battery_power=0) is None
    assert bench.look(order, 5, battery_power=-power) is None
    assert bench.look(order, 60, battery_power=0) is None
    assert bench.look(order, 5, battery_power=power) is None
    assert bench.look(order, 14, battery_power=0) is None
    assert bench.look(order, 5, battery_power=None) is None
    assert bench.look(order, 5, battery_power=-power) is None
    assert bench.look(order, 14, battery_power=0) is None
    assert bench.look(order, 1) is Finding.EXHAUSTED
    assert bench.look(order, 14) is None
    assert bench.look(order, 2) is Finding.EXHAUSTED


def test_a_hold_beside_the_sun() -> None:
    """Cells that do nothing are what was asked for."""
    bench = Bench(has_pv=True)
    assert bench.look(HOLD, 60, battery_power=0) is None
    assert bench.look(HOLD, 5, battery_power=500) is None
    assert bench.look(HOLD, 60, battery_power=0) is None

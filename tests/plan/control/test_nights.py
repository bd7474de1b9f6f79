"""Nights of all kinds, as they should go when nothing goes wrong."""

import datetime as dt
from typing import Any

import pytest

from custom_components.marstek.const import CONF_HAS_PV, CONF_OFF_PEAK, CONF_OFF_PEAK_DAYS, Tariff
from custom_components.marstek.plan.events import Alert, Kind
from custom_components.marstek.plan.plan_data import ControlState
from custom_components.marstek.planner import Reason
from custom_components.marstek.tempo import Colour
from simulator import SimulatedBattery
from simulator.household import constant
from tests.support.plan_home import at, paris, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

MOST_SLOT_WRITES = 8
_LAST = 23 * 60 + 59


@at(2026, 3, 9, 21, 40)
async def test_an_ordinary_night_is_held_and_ends_in_auto_within_seconds() -> None:
    """An ordinary night is held and ends in Auto within seconds."""
    async with plan_home() as home:
        await home.until(22, 4, 50)
        assert home.modes() == ["Auto"] * 3
        await home.until(22, 6)
        assert home.modes() == ["Manual"] * 3
        assert home.shown.state is ControlState.HOLD
        await home.until(5, 59, 58)
        assert home.powers() == [0, 0, 0]
        await home.until(6, 0, 20)
        assert home.modes() == ["Auto"] * 3
        for battery in home.batteries:
            assert len(home.slot_writes(battery)) <= 4
        assert len(home.kinds(Kind.SWITCHED)) == 2
        assert not {Kind.FAILED, Kind.PUT_BACK} & {said.kind for said in home.said}


@at(2026, 3, 12, 21, 40)
async def test_before_a_red_day_all_are_charged_in_turn_with_few_writes() -> None:
    """Before a red day all are charged in turn with few writes."""
    async with plan_home(soc=68) as home:
        most = 0
        await home.until(22, 6)
        for _ in range(int(7.4 * 12)):
            await home.minutes(5)
            most = max(most, sum(power < -50 for power in home.powers()))
        await home.until(6, 0, 20)
        assert home.modes() == ["Auto"] * 3
        assert home.guard.mornings == {dt.date(2026, 3, 13): [100, 100, 100]}
        assert most == 1
        assert max(home.guard.nights.values()) <= MOST_SLOT_WRITES
        assert len(home.kinds(Kind.CHARGE_COMPLETE)) == 3
        assert len(home.kinds(Alert.RED_TOMORROW)) == 1
        assert home.kinds(Alert.RED_UNCHARGED) == []


@pytest.mark.long
@at(2026, 3, 12, 21, 40)
async def test_empty_batteries_are_all_full_in_time_for_a_red_day() -> None:
    """Empty batteries are all full in time for a red day."""
    async with plan_home(soc=12) as home:
        await home.until(6, 0, 20)
        assert home.guard.mornings == {dt.date(2026, 3, 13): [100, 100, 100]}
        assert max(home.guard.nights.values()) <= MOST_SLOT_WRITES


@pytest.mark.long
@at(2026, 3, 16, 21, 40)
async def test_batteries_are_charged_again_between_two_red_days() -> None:
    """Batteries are charged again between two red days."""
    async with plan_home(soc=20, count=2) as home:
        await home.until(22, 30)
        assert home.shown.reason is Reason.RED_TOMORROW
        await home.until(6, 0, 20)
        assert home.guard.mornings[dt.date(2026, 3, 17)] == [100, 100]


@at(2026, 1, 12, 21, 40)
async def test_a_blue_night_before_a_white_day_charges() -> None:
    """A blue night before a white day charges."""
    tomorrow = dt.date(2026, 1, 13)
    days = {dt.date(2026, 1, 12): Colour.BLUE, tomorrow: Colour.WHITE}
    async with plan_home(soc=80, count=1, days=days) as home:
        await home.until(22, 30)
        assert home.shown.reason is Reason.WHITE_TOMORROW
        await home.until(6, 5)
        assert home.socs()[0] >= 99


@at(2026, 7, 6, 16, 50)
async def test_a_night_after_a_sunny_day_is_left_to_auto() -> None:
    """A night after a sunny day is left to Auto."""
    async with plan_home(soc=95, count=1, options={CONF_HAS_PV: True}) as home:
        home.batteries[0].set_household(constant(0))
        await home.until(23, 0)
        assert home.shown.reason is Reason.SOLAR_NIGHT
        assert home.modes() == ["Auto"]


@at(2026, 1, 14, 21, 40)
async def test_an_unknown_day_that_may_be_red_is_charged_for() -> None:
    """An unknown day that may be red is charged for."""
    async with plan_home(soc=70, count=1, unknown=[dt.date(2026, 1, 15)]) as home:
        await home.until(22, 30)
        assert home.shown.reason is Reason.RED_POSSIBLE
        assert home.powers()[0] <= -900
        await home.until(6, 5)
        assert home.socs()[0] >= 99


@at(2026, 7, 15, 21, 40)
async def test_an_unknown_day_in_july_is_not_charged_for() -> None:
    """An unknown day in July is not charged for."""
    async with plan_home(soc=70, count=1, unknown=[dt.date(2026, 7, 16)]) as home:
        await home.until(22, 30)
        assert home.shown.reason is Reason.NO_COLOUR
        assert home.powers() == [0]
        await home.until(6, 5)


@at(2026, 1, 14, 21, 40)
async def test_a_colour_that_becomes_known_late_stops_a_charge_in_vain() -> None:
    """A colour that becomes known late stops a charge in vain."""
    tomorrow = dt.date(2026, 1, 15)
    days = {dt.date(2026, 1, 14): Colour.WHITE, tomorrow: Colour.BLUE}
    async with plan_home(soc=30, count=1, days=days, unknown=[tomorrow]) as home:
        await home.until(23, 30)
        assert home.powers()[0] <= -900
        home.announce(tomorrow, Colour.BLUE)
        await home.minutes(0.5)
        assert home.powers() == [0]
        assert home.shown.state is ControlState.HOLD
        await home.until(6, 5)


@at(2026, 3, 28, 21, 40)
async def test_the_short_night_in_spring() -> None:
    """The short night in spring."""
    days = {dt.date(2026, 3, 29): Colour.BLUE}
    async with plan_home(soc=50, days=days) as home:
        await home.until(22, 6)
        assert home.modes() == ["Manual"] * 3
        with uneventful():
            await home.until(5, 50)
        await home.until(6, 0, 20)
        assert home.modes() == ["Auto"] * 3
        elapsed = home.now.astimezone(dt.UTC) - paris(2026, 3, 28, 22).astimezone(dt.UTC)
        assert elapsed == dt.timedelta(hours=7, seconds=20)
        await home.until(6, 15)


@at(2026, 10, 24, 21, 40)
async def test_the_long_night_in_autumn() -> None:
    """The long night in autumn."""
    async with plan_home(soc=50, days={dt.date(2026, 10, 24): Colour.BLUE}) as home:
        await home.until(22, 30)
        with uneventful():
            await home.until(1, 30)
        await home.until(2, 59, 50)
        await home.minutes(75)
        assert home.modes() == ["Manual"] * 3
        with uneventful():
            await home.until(5, 50)
        await home.until(5, 59, 50)
        assert home.modes() == ["Manual"] * 3
        await home.until(6, 0, 20)
        assert home.modes() == ["Auto"] * 3
        await home.until(6, 15)


@at(2026, 5, 8, 21, 50)
async def test_a_weekend_that_is_off_peak_as_a_whole() -> None:
    """From Friday night to Monday morning slots tell no more than today and tomorrow."""
    options: dict[str, Any] = {
        Tariff.FIXED: {
            CONF_OFF_PEAK: [{"start": "22:00", "end": "06:00"}],
            CONF_OFF_PEAK_DAYS: ["sat", "sun"],
        }
    }
    async with plan_home(soc=50, count=1, tariff=Tariff.FIXED, options=options) as home:
        (battery,) = home.batteries
        home.guard.period = 300.0
        seen: dict[int, list[tuple[int, int, int]]] = {}
        for _ in range(3):
            with uneventful():
                await home.until(21, 55)
            await home.until(22, 30)
            assert home.modes() == ["Manual"]
            assert home.powers() == [0]
            seen[home.now.weekday()] = _enabled(battery)
        saturday, sunday, monday = 1 << 5, 1 << 6, 1
        assert seen[4] == [(1 << 4, 22 * 60, _LAST), (saturday, 0, _LAST)]
        assert seen[5] == [(saturday, 0, _LAST), (sunday, 0, _LAST)]
        assert seen[6] == [(sunday, 0, _LAST), (monday, 0, 6 * 60)]
        assert len(home.slot_writes(battery)) <= 6
        with uneventful():
            await home.until(5, 55)
        await home.until(5, 59, 50)
        assert home.powers() == [0]
        await home.until(6, 0, 20)
        assert home.modes() == ["Auto"]
        await home.until(6, 10)
        assert len(home.kinds(Kind.SWITCHED)) == 2


def _enabled(battery: SimulatedBattery) -> list[tuple[int, int, int]]:
    """Return day, start and end of the slots that may act, in minutes after midnight."""
    return [
        (slot.week_set, slot.start, slot.end)
        for slot in battery.state.slots
        if slot is not None and slot.enabled
    ]


@at(2026, 5, 4, 11, 30)
async def test_a_tariff_with_two_windows_and_without_colours() -> None:
    """A tariff with two windows and without colours."""
    windows = [{"start": "12:30", "end": "14:30"}, {"start": "01:00", "end": "07:00"}]
    options: dict[str, Any] = {Tariff.FIXED: {CONF_OFF_PEAK: windows}}
    async with plan_home(soc=50, count=2, tariff=Tariff.FIXED, options=options) as home:
        await home.until(12, 36)
        assert home.modes() == ["Manual"] * 2
        await home.until(14, 30, 20)
        assert home.modes() == ["Auto"] * 2
        with uneventful():
            await home.until(0, 55)
        await home.until(1, 6)
        assert home.modes() == ["Manual"] * 2
        with uneventful():
            await home.until(6, 50)
        await home.until(7, 0, 20)
        assert home.modes() == ["Auto"] * 2
        await home.until(7, 15)

"""Batteries that live by day-ahead prices: what is charged when, and what ends it."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final
from unittest.mock import patch

import pytest

from custom_components.marstek.const import CONF_DAILY_LOAD, CONF_FULL_EVERY, Tariff
from custom_components.marstek.planner import Reason
from simulator.household import constant
from tests.support.plan_home import PARIS, PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

_SENSOR: Final = "sensor.spot"
_HOUR: Final = dt.timedelta(hours=1)
_USUAL: Final = 0.2
# Cheap in the small hours and around noon, dear in the evening.
_PRICES: Final[Mapping[int, float]] = {3: 0.05, 4: 0.05, 13: 0.04, 14: 0.04, 18: 0.4, 19: 0.4}
_CHEAP: Final = (3, 4, 13, 14)
_MOST_SLOT_WRITES: Final = 16


def _rows(day: dt.date) -> Iterable[dict[str, object]]:
    start = dt.datetime.combine(day, dt.time(), PARIS).astimezone(dt.UTC)
    while (local := start.astimezone(PARIS)).date() == day:
        end = start + _HOUR
        price = _PRICES.get(local.hour, _USUAL)
        yield {"start": start.isoformat(), "end": end.isoformat(), "value": price}
        start = end


def _tell(home: PlanHome, days: int) -> None:
    """Let the sensor tell the prices of today and of some days after it."""
    today = home.now.date()
    rows = [row for day in range(days) for row in _rows(today + day * dt.timedelta(days=1))]
    attributes = {"unit_of_measurement": "EUR/kWh", "raw_today": rows}
    home.hass.states.async_set(_SENSOR, "0.1", attributes)


@dataclass
class _Diary:
    """What a battery did, minute by minute."""

    home: PlanHome
    charged: dict[tuple[int, int], float] = field(default_factory=dict)
    """Wh by day and hour."""

    async def live(self, hours: float) -> None:
        """Live on, and write down what is charged; half a minute is granted at each change."""
        (battery,) = self.home.batteries
        for _ in range(round(hours * 60)):
            at_half = (90 - self.home.now.second) % 60 or 60
            await self.home.minutes(at_half / 60)
            now, power = self.home.now, -battery.state.ac_power
            if power > 50:
                key = now.day, now.hour
                self.charged[key] = self.charged.get(key, 0.0) + power / 60

    def hours(self) -> set[int]:
        """Return the hours in which anything was charged."""
        return {hour for _, hour in self.charged}


@asynccontextmanager
async def _home(*, soc: float = 20.0, days: int = 1, count: int = 1) -> AsyncIterator[PlanHome]:
    options: dict[str, Any] = {
        Tariff.DYNAMIC: {"price_entities": [_SENSOR], "assumed_unit": "kwh"},
        CONF_DAILY_LOAD: 8,
    }

    async def nothing(*_: object) -> list[object]:
        return []

    with patch("custom_components.marstek.plan.learning.async_hours", nothing):
        async with plan_home(soc=soc, count=count, tariff=Tariff.DYNAMIC, options=options) as home:
            for battery in home.batteries:
                battery.set_household(constant(330 / count))
            _tell(home, days)
            yield home


def _reason(home: PlanHome) -> Reason | None:
    return home.shown.reason


def _slots(home: PlanHome) -> list[tuple[int, int, int]]:
    """Return start, end and power of the slots that may act, in minutes and W."""
    (battery,) = home.batteries
    slots = (slot for slot in battery.state.slots if slot is not None and slot.enabled)
    return [(slot.start, slot.end, slot.power) for slot in slots]


@at(2026, 11, 17, 12, 50)
async def test_a_charge_that_is_over_may_begin_anew_with_the_next_step() -> None:
    """What is full is not charged again in this step; a later one may be worth it once more."""
    async with _home(soc=60.0) as home:
        (battery,) = home.batteries
        await home.until(13, 10)
        step = home.shown.step
        assert step is not None
        assert step.target is not None
        battery.set_battery(soc=step.target)
        await home.until(13, 14)
        assert home.control.memory.complete == {battery.spec.ble_mac: step.end}


@at(2026, 11, 17, 11, 50)
async def test_two_days_of_prices() -> None:
    """It charges in the cheapest hours and in no others, in Passive that ends by itself."""
    async with _home() as home:
        (battery,) = home.batteries
        diary = _Diary(home)
        await diary.live(0.5)
        _tell(home, 2)
        await home.until(13, 20)
        assert battery.state.mode == "Passive"
        assert home.shown.reason is Reason.LATER_WORTH_COST
        assert battery.state.ac_power < -200
        commanded = home.place.entry(battery).runtime_data.parts.memory.commanded
        assert commanded.kept is not None
        assert commanded.kept.until == dt.datetime(2026, 11, 17, 15, tzinfo=PARIS)
        await home.until(15, 0, 40)
        assert battery.state.ac_power > -50
        await diary.live(4.5)
        assert battery.state.mode == "Auto"
        before = home.socs()
        await home.until(3, 20)
        assert battery.state.mode == "Passive"
        assert [power for _, _, power in _slots(home) if power] == []
        kept = home.place.entry(battery).runtime_data.parts.memory.commanded.kept
        assert kept is not None
        assert kept.until == dt.datetime(2026, 11, 18, 5, tzinfo=PARIS)
        with uneventful():
            await diary.live(32)
        assert diary.hours() <= set(_CHEAP)
        assert {13, 14} & diary.hours()
        assert before != home.socs()
        assert sum(diary.charged.values()) > 3000
        assert len(home.slot_writes(battery)) <= 2 * _MOST_SLOT_WRITES


@at(2026, 11, 17, 12, 30)
async def test_a_source_that_dies() -> None:
    """The day after it goes by what is expected of its hours."""
    async with _home() as home:
        home.hass.states.async_set(_SENSOR, "unavailable")
        diary = _Diary(home)
        with uneventful():
            await diary.live(40)
        assert home.hass.states.get(_SENSOR).state == "unavailable"  # type: ignore[union-attr]
        assert diary.hours() <= set(_CHEAP)
        assert (17, 13) in diary.charged
        assert {day for day, _ in diary.charged} == {17, 18, 19}


@at(2026, 11, 17, 12, 50)
async def test_a_restart_while_it_charges() -> None:
    """It goes on from what was stored, before the source is there again."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(13, 10)
        assert battery.state.ac_power < -200
        await home.restart(pause=90)
        await home.until(13, 20)
        assert home.hass.states.get(_SENSOR) is None
        assert battery.state.ac_power < -200
        diary = _Diary(home)
        await diary.live(3)
        assert diary.hours() <= {13, 14}


@at(2026, 11, 17, 12, 50)
async def test_a_restart_keeps_the_turns() -> None:
    """Whoever was charging goes on, and what was written is not written again."""
    async with _home(count=3) as home:
        await home.until(13, 30)
        powers = home.powers()
        assert min(powers) < -200
        await home.restart()
        await home.until(13, 34)
        assert [power < -200 for power in home.powers()] == [power < -200 for power in powers]


@at(2026, 11, 17, 12, 50)
async def test_home_assistant_that_never_comes_back() -> None:
    """What was charging ends within minutes, by the battery itself."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(13, 10)
        assert battery.state.ac_power < -200
        await home.stop()
        await home.minutes(6)
        assert battery.state.ac_power > -50
        await home.start()


@pytest.mark.parametrize("first", [28, pytest.param(24, marks=pytest.mark.long)])
def test_nights_of_a_clock_change(first: int) -> None:
    """The cheap hours are those of the clock on the wall, also when it is set."""
    year_month = {28: (2026, 3), 24: (2026, 10)}[first]

    @at(*year_month, first, 20, 50)
    async def lived() -> None:
        async with _home(soc=14.0, days=2) as home:
            diary = _Diary(home)
            with uneventful():
                await diary.live(12)
            assert diary.hours() == {3, 4}

    lived()


@at(2026, 11, 17, 12, 50)
async def test_no_price_at_all() -> None:
    """Without any, night is held and day is Auto, until there are some."""
    async with _home() as home:
        home.plan.tariff.store.memory.prices.clear()
        home.hass.states.async_remove(_SENSOR)
        home.plan.tariff.async_update_listeners()
        await home.minutes(2)
        assert _reason(home) is Reason.PEAK_HOURS
        await home.until(22, 10)
        assert _reason(home) is Reason.CHEAP_NIGHT
        _tell(home, 2)
        await home.minutes(2)
        assert home.control.plan_maker.context(home.now).periods[0].price == _USUAL


@pytest.mark.each_minute
@at(2026, 11, 17, 8, 50)
async def test_a_full_charge_in_the_cheapest_hours() -> None:
    """It goes on to its end, the battery is full for an hour, and then prices decide again."""
    async with _home(soc=40.0, days=2) as home:
        (battery,) = home.batteries
        home.set_options(**{CONF_FULL_EVERY: 7})
        await home.minutes(2)
        known = home.control.memory.fullness[battery.spec.ble_mac]
        known.counted_from = home.now - dt.timedelta(days=7)
        await home.minutes(2)
        begins = home.shown.next_full
        assert begins is not None
        reasons = list[tuple[int, Reason | None]]()
        with uneventful():
            while home.now < dt.datetime(2026, 11, 17, 18, tzinfo=PARIS):
                await home.minutes(20)
                reasons.append((home.now.hour, _reason(home)))
        filling = [hour for hour, reason in reasons if reason is Reason.FULL_CHARGE]
        # From the two hours that are cheap on, or earlier by what the house has used meanwhile.
        assert begins.astimezone(PARIS).hour == 13
        assert {13, 14} <= set(filling)
        assert 12 <= filling[0] <= 13
        assert set(filling) == set(range(filling[0], filling[-1] + 1))
        assert known.last is not None
        assert known.tried is None
        assert home.control.memory.filling_since is None
        assert len(home.slot_writes(battery)) <= _MOST_SLOT_WRITES

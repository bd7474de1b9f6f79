"""Peaks that are billed: no charge makes one, and held batteries serve the house through one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import datetime as dt
from typing import Any, Final
from unittest.mock import patch

import pytest

from custom_components.marstek.const import Tariff
from custom_components.marstek.planner import Action, Reason
from custom_components.marstek.planner.habits import Hour
from custom_components.marstek.tempo import Colour
from simulator.household import constant
from tests.plan.control.test_options import opened
from tests.support.owner import at as on, owner
from tests.support.plan_home import PARIS, PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

_GRID: Final = "sensor.p1"
_PEAKS: Final[dict[str, Any]] = {
    "peak_tariff": "quarter_hours",
    "grid_sensor": _GRID,
    "subscribed_kva": 9,
}


class P1:
    """The meter at the door: shows what the grid gives, and keeps the mean of each quarter hour."""

    def __init__(self, home: PlanHome) -> None:
        """Begin with a quiet house."""
        self._home = home
        self.load = 400.0
        self.means: dict[dt.datetime, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Show the power from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Show nothing any more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Show the power every five seconds."""
        while True:
            for battery in self._home.batteries:
                battery.set_household(constant(self.load / len(self._home.batteries)))
            grid = self.load - sum(battery.state.ac_power for battery in self._home.batteries)
            now = self._home.now
            quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
            self.means[quarter] = self.means.get(quarter, 0.0) + max(0.0, grid) * 5 / 900
            self._home.hass.states.async_set(
                _GRID, f"{grid / 1000:.3f}", {"unit_of_measurement": "kW"}
            )
            await asyncio.sleep(5)


@asynccontextmanager
async def metered(home: PlanHome) -> AsyncIterator[P1]:
    """Let the meter at the door run."""
    meter = P1(home)
    meter.start()
    try:
        yield meter
    finally:
        meter.stop()


@pytest.mark.each_minute
@at(2026, 3, 12, 21, 40)
async def test_a_red_eve_makes_no_peak() -> None:
    """Three batteries charge within 2.5 kW, stop for an oven, and go on in the next quarter hour."""
    async with plan_home(soc=12, count=3, options=_PEAKS) as home, metered(home) as meter:
        await home.until(22, 31)
        assert sum(home.powers()) < -1000
        meter.load = 4000.0
        await home.until(22, 34)
        assert sum(home.powers()) == 0
        await home.until(22, 38)
        meter.load = 400.0
        await home.until(23)
        assert sum(home.powers()) < -1000
        busy = home.now.replace(hour=22, minute=30, second=0, microsecond=0)
        assert max(mean for quarter, mean in meter.means.items() if quarter != busy) < 2500
        # The oven alone: 7 of 15 minutes at 4 kW.
        assert meter.means[busy] < 2900
        # It is remembered, also after a restart: what is a peak already costs nothing more.
        month = home.control.memory.peaks.month.days
        assert max(month.values()) == pytest.approx(meter.means[busy], rel=0.05)
        await home.restart()
        assert home.control.memory.peaks.month.days == month


@pytest.mark.each_minute
@at(2026, 3, 9, 1)
async def test_a_hold_ends_for_a_peak() -> None:
    """At night one write gives the batteries back to Auto for an hour; then they are held again."""
    days = {dt.date(2026, 3, 9): Colour.BLUE, dt.date(2026, 3, 8): Colour.BLUE}
    async with (
        plan_home(soc=80, count=1, days=days, options=_PEAKS) as home,
        metered(home) as meter,
    ):
        (battery,) = home.batteries
        await home.until(1, 30)
        assert home.modes() == ["Manual"]
        meter.load = 2000.0
        await home.until(1, 45)
        assert home.modes() == ["Manual"]
        before = len(home.writes(battery))
        meter.load = 4000.0
        await home.until(2)
        assert home.modes() == ["Auto"]
        assert home.shown.reason is Reason.PEAK_RUNNING
        assert len(home.writes(battery)) == before + 1
        assert meter.means[home.now.replace(minute=45, hour=1, second=0, microsecond=0)] < 2600
        meter.load = 300.0
        await home.until(2, 40)
        assert home.modes() == ["Auto"]
        await home.until(3, 5)
        assert home.modes() == ["Manual"]


@at(2026, 3, 12, 2)
async def test_a_red_day_is_not_emptied_for_a_peak() -> None:
    """What is kept for red peak hours stays."""
    days = {dt.date(2026, 3, 12): Colour.RED}
    async with (
        plan_home(soc=100, count=1, days=days, options=_PEAKS) as home,
        metered(home) as meter,
    ):
        await home.until(2, 15)
        meter.load = 5000.0
        await home.until(2, 45)
        assert home.modes() == ["Manual"]
        assert home.powers() == [0]


@on("2026-03-12 21:30")
async def test_peaks_are_chosen_in_a_form() -> None:
    """Only with a grid sensor; without a reading of it, batteries get 35 % of what is free."""
    async with owner() as me:
        flow = await opened(me, "house")
        result = await flow.submit(peak_tariff="hours")
        assert result["errors"] == {"grid_sensor": "peaks_need_grid_sensor"}
        await flow.submit(peak_tariff="hours", grid_sensor=_GRID, peak_free=2000)
        assert me.entry.options["peak_tariff"] == "hours"
        await me.until("22:15")
        assert -700 <= sum(me.powers) <= -200
        flow = await opened(me, "house")
        await flow.submit(peak_tariff="none", peak_free=2000)
        await me.until("22:30")
        assert sum(me.powers) < -900


@at(2026, 11, 17, 22)
async def test_a_charge_by_a_person_makes_no_peak() -> None:
    """An override charges with what is left, and the meter's own peak of the month counts."""
    options = {**_PEAKS, "peak_sensor": "sensor.peak", Tariff.FIXED: {}}
    async with (
        plan_home(soc=30, count=1, tariff=Tariff.FIXED, options=options) as home,
        metered(home) as meter,
    ):
        await home.minutes(2)
        await home.hass.services.async_call(
            "marstek",
            "override",
            {"mode": "charge", "power": 2500, "duration": {"hours": 3}},
            blocking=True,
        )
        await home.minutes(3)
        assert -2000 <= home.powers()[0] <= -1800
        home.hass.states.async_set("sensor.peak", "4.1", {"unit_of_measurement": "kW"})
        await home.minutes(8)
        assert home.powers()[0] <= -2400
        # Without readings: 35 % of 4.1 kW.
        meter.stop()
        await home.minutes(5)
        assert -1440 <= home.powers()[0] <= -1200


@at(2026, 3, 9, 0, 2)
async def test_peaks_that_come_all_night_cost_few_writes() -> None:
    """Four hand-overs of an hour, of which a restart ends none; then they stay held."""
    days = {dt.date(2026, 3, 9): Colour.BLUE, dt.date(2026, 3, 8): Colour.BLUE}
    options = {**_PEAKS, "peak_free": 500}
    async with (
        plan_home(soc=90, count=1, days=days, options=options) as home,
        metered(home) as meter,
    ):
        (battery,) = home.batteries
        await home.until(0, 10)
        assert home.modes() == ["Manual"]
        meter.load = 700.0
        await home.until(0, 40)
        assert home.modes() == ["Auto"]
        await home.restart()
        await home.minutes(2)
        assert home.modes() == ["Auto"]
        before = len(home.writes(battery))
        with uneventful():
            await home.until(5, 40)
        assert home.control.memory.peaks.served == 4
        assert home.modes() == ["Manual"]
        # Three changes to Auto, four holds of at most two slots.
        assert len(home.writes(battery)) - before <= 3 + 4 * 2


def _tell_prices(home: PlanHome) -> None:
    """Let a sensor tell day-ahead prices of today: three dear hours in the evening."""
    rows = []
    for hour in range(24):
        start = home.now.replace(hour=hour, minute=0, second=0, microsecond=0)
        end = start + dt.timedelta(hours=1)
        price = 0.3 if hour in (18, 19, 20) else 0.25
        rows.append({"start": start.isoformat(), "end": end.isoformat(), "value": price})
    attributes = {"unit_of_measurement": "EUR/kWh", "raw_today": rows}
    home.hass.states.async_set("sensor.spot", "0.1", attributes)


@at(2026, 11, 17, 15, 2)
async def test_a_hold_by_day_ends_for_a_peak() -> None:
    """What is kept for the evening serves the oven, and what is left is held again."""
    options = {
        **_PEAKS,
        Tariff.DYNAMIC: {"price_entities": ["sensor.spot"], "assumed_unit": "kwh"},
        "daily_load": 24,
    }
    async with (
        plan_home(soc=50, count=1, tariff=Tariff.DYNAMIC, options=options) as home,
        metered(home) as meter,
    ):
        (battery,) = home.batteries
        _tell_prices(home)
        await home.until(15, 29)
        assert (home.modes(), home.shown.reason) == (["Manual"], Reason.LATER_WORTH_MORE)
        meter.load = 4000.0
        await home.until(15, 42)
        assert (home.modes(), home.shown.reason) == (["Auto"], Reason.PEAK_RUNNING)
        quarter = home.now.replace(minute=30, second=0, microsecond=0)
        meter.load = 400.0
        await home.until(16, 30)
        assert meter.means[quarter] < 2600
        assert home.modes() == ["Auto"]
        await home.until(16, 55)
        assert home.modes() == ["Manual"]
        assert len(home.slot_writes(battery)) <= 4


async def _evenings(_: object, __: object, start: dt.datetime, end: dt.datetime) -> list[Hour]:
    """Return the history of a house that cooks from 18 to 19."""
    hour = dt.timedelta(hours=1)
    first = start.replace(minute=0, second=0, microsecond=0)
    moments = [first + n * hour for n in range(int((end - first) / hour))]
    return [Hour(each, 3000 if each.astimezone(PARIS).hour == 18 else 300) for each in moments]


@at(2026, 11, 17, 3)
async def test_the_reserve_for_an_expected_peak() -> None:
    """It is charged at night and kept through the day, also through a restart, and cuts the peak."""
    options = {**_PEAKS, Tariff.FIXED: {}}
    with patch("custom_components.marstek.plan.learning.async_hours", _evenings):
        async with (
            plan_home(soc=45, count=1, tariff=Tariff.FIXED, options=options) as home,
            metered(home) as meter,
        ):
            (battery,) = home.batteries
            meter.load = 300.0
            await home.minutes(10)
            shown = home.shown
            assert (shown.reason, shown.target) == (Reason.PEAK_EXPECTED, 67)
            assert home.powers()[0] < -900
            with uneventful():
                await home.until(17)
            assert home.shown.reason is Reason.PEAK_EXPECTED
            assert home.shown.plan is not None
            step = home.shown.plan.at(home.now)
            assert step is not None
            assert (step.action, step.floor) == (Action.AUTO, 70)
            # What stands still for ten hours has lost a little.
            assert 63 <= home.socs()[0] <= 70
            await home.restart()
            before = len(home.slot_writes(battery))
            await home.until(18)
            meter.load = 3000.0
            cooks = home.now
            await home.until(18, 59)
            meter.load = 300.0
            await home.until(19, 5)
            assert (home.modes(), home.shown.reason) == (["Auto"], Reason.PEAK_HOURS)
            assert len(home.slot_writes(battery)) - before <= 2
            assert max(mean for quarter, mean in meter.means.items() if quarter >= cooks) < 1000

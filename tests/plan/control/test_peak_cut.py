"""Passive against a peak that runs, on batteries whose Auto has no meter."""

from dataclasses import replace
import datetime as dt
from itertools import pairwise
from typing import Any, Final

import pytest

from custom_components.marstek.const import Tariff
from custom_components.marstek.plan.participants import loaded_batteries
from custom_components.marstek.plan.plan_options import plan_options
from simulator import Faults, SimulatedBattery
from tests.plan.control.test_options import opened
from tests.plan.control.test_peaks import P1, metered
from tests.support.home import specs_of
from tests.support.owner import at as on, owner
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

_CUTS: Final[dict[str, Any]] = {
    "peak_tariff": "quarter_hours",
    "grid_sensor": "sensor.p1",
    "subscribed_kva": 9,
    "cut_peaks": True,
    Tariff.FIXED: {},
}


def _sent(home: PlanHome, battery: SimulatedBattery) -> list[tuple[float, int]]:
    """Return when a battery was sent which power for a minute, by the loop's time."""
    return [
        (each.received, each.config["passive_cfg"]["power"])
        for each in home.writes(battery)
        if 1 < each.config.get("passive_cfg", {}).get("cd_time", 0) <= 60
    ]


def _mean(meter: P1, moment: dt.datetime) -> float:
    """Return the mean of the quarter of an hour of a moment."""
    return meter.means[moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)]


@at(2026, 11, 17, 15, 20)
async def test_a_running_peak_is_cut() -> None:
    """By the one battery that bears it and has no meter, also through a restart."""
    first, second, third = specs_of("VenusE 3.0", 150, 3)
    specs = [first, replace(second, firmware=145), third]
    async with (
        plan_home(specs=specs, tariff=Tariff.FIXED, options=_CUTS, faults=Faults()) as home,
        metered(home) as meter,
    ):
        blind, harmed, seeing = home.batteries
        blind.faults.ct_lost = harmed.faults.ct_lost = True
        await home.until(15, 30)
        assert _sent(home, blind) == []
        # A third of it is served by the battery with a meter.
        meter.load = 5400.0
        await home.until(15, 44, 50)
        assert home.modes() == ["Passive", "Auto", "Auto"]
        assert _mean(meter, home.now) <= 2450
        await home.until(15, 50)
        before = len(_sent(home, blind))
        await home.restart()
        await home.until(15, 52, 30)
        assert len(_sent(home, blind)) > before
        assert home.modes() == ["Passive", "Auto", "Auto"]
        await home.until(15, 59, 50)
        assert _mean(meter, home.now) <= 2500
        meter.load = 400.0
        await home.until(16, 4)
        assert home.modes() == ["Auto", "Auto", "Auto"]
        moments = [moment for moment, _ in _sent(home, blind)]
        # Half an hour, renewed each 35 s, and some changes of power.
        assert len(moments) <= 60
        assert all(later - moment >= 10 for moment, later in pairwise(moments))
        assert _sent(home, harmed) == []
        assert _sent(home, seeing) == []


async def _cutting(home: PlanHome, minutes: float = 10) -> None:
    """Wait until the battery is discharged against the peak, at the longest for so long."""
    for _ in range(int(minutes * 12)):
        if home.powers()[0] > 1000:
            return
        await home.minutes(1 / 12)
    raise AssertionError(home.modes())


@at(2026, 11, 17, 15, 20)
async def test_it_ends_by_itself() -> None:
    """Within a minute of the sensor's last sample, when paused, and when the owner commands."""
    specs = specs_of("VenusE 3.0", 150, 1)
    async with (
        plan_home(
            specs=specs, tariff=Tariff.FIXED, options=_CUTS, faults=Faults(ct_lost=True)
        ) as home,
        metered(home) as meter,
    ):
        (battery,) = home.batteries
        await home.until(15, 30)
        meter.load = 4400.0
        await _cutting(home)
        meter.stop()
        died = home.hass.loop.time()
        await home.minutes(1)
        assert home.powers() == [0]
        assert _sent(home, battery)[-1][0] <= died + 5
        await home.minutes(0.5)
        assert home.modes() == ["Auto"]
        # The plan is paused.
        meter.start()
        await _cutting(home)
        await home.control.async_pause(None)
        paused = home.hass.loop.time()
        await home.minutes(0.5)
        assert (home.modes(), home.powers()) == (["Auto"], [0])
        await home.minutes(2)
        assert _sent(home, battery)[-1][0] <= paused + 1
        assert home.modes() == ["Auto"]
        # The owner commands.
        await home.control.async_resume()
        await _cutting(home)
        (mine,) = loaded_batteries(home.hass).values()
        await mine.async_begin_run(-300, home.now + dt.timedelta(minutes=5))
        home.excused.add(battery.spec.ble_mac)
        taken = home.hass.loop.time()
        await home.minutes(2)
        assert home.powers() == [-300]
        assert _sent(home, battery)[-1][0] <= taken


@at(2026, 11, 17, 15, 25)
async def test_a_bad_network_makes_no_more_commands() -> None:
    """What is lost is sent again, 10 s after it was, and the peak is cut all the same."""
    specs = specs_of("VenusE 3.0", 150, 2)
    faults = Faults(ct_lost=True, loss=0.25, delay=0.6)
    async with (
        plan_home(specs=specs, tariff=Tariff.FIXED, options=_CUTS, faults=faults) as home,
        metered(home) as meter,
    ):
        # A battery that is silent for long is searched for, whatever else it is asked.
        home.guard.may_be_searched_while_asked = True
        await home.until(15, 30)
        meter.load = 6000.0
        await home.until(15, 59, 50)
        assert _mean(meter, home.now) <= 2500
        assert home.modes() == ["Passive", "Passive"]
        meter.load = 300.0
        await home.until(16, 6)
        assert home.modes() == ["Auto", "Auto"]
        for battery in home.batteries:
            # Those too that the battery never heard or whose answer was lost.
            moments = [
                each.received
                for each in battery.exchanges
                if each.config.get("passive_cfg", {}).get("cd_time", 0) > 1
            ]
            assert all(later - moment >= 10 for moment, later in pairwise(moments))
            assert len(moments) <= 90


@pytest.mark.each_minute
@at(2026, 11, 17, 15, 25)
async def test_the_app_is_minded() -> None:
    """The plan puts a change back once, as ever, and discharges the battery against no peak then."""
    specs, faults = specs_of("VenusE 3.0", 150, 1), Faults(ct_lost=True)
    async with (
        plan_home(specs=specs, tariff=Tariff.FIXED, options=_CUTS, faults=faults) as home,
        metered(home) as meter,
    ):
        (battery,) = home.batteries
        await home.until(15, 30)
        meter.load = 4400.0
        await _cutting(home)
        await home.minutes(1)
        battery.set_mode("Manual")
        changed = home.hass.loop.time()
        await home.minutes(1)
        assert home.modes() == ["Auto"]
        battery.set_mode("Manual")
        await home.minutes(3)
        assert home.modes() == ["Manual"]
        assert battery.spec.ble_mac in home.control.memory.standing_back
        assert _sent(home, battery)[-1][0] <= changed


@at(2026, 11, 17, 21, 40)
async def test_nothing_is_cut_at_night() -> None:
    """The slots of the night say what is done, and a battery that was discharged goes to them."""
    specs = [replace(each, soc=90.0) for each in specs_of("VenusE 3.0", 150, 1)]
    faults = Faults(ct_lost=True)
    async with (
        plan_home(specs=specs, tariff=Tariff.FIXED, options=_CUTS, faults=faults) as home,
        metered(home) as meter,
    ):
        (battery,) = home.batteries
        meter.load = 4400.0
        await _cutting(home, 15)
        await home.until(22)
        starts = home.hass.loop.time()
        await home.until(22, 20)
        assert _sent(home, battery)[-1][0] <= starts + 60
        assert home.powers() == [0]


@on("2026-11-17 12:00")
async def test_it_is_chosen_in_a_form() -> None:
    """Not with Tempo, whose red days keep what is stored, nor where nothing may be fed in."""
    chosen = {"peak_tariff": "hours", "cut_peaks": True}
    assert plan_options(chosen, Tariff.FIXED).cuts_peaks
    assert not plan_options(chosen, Tariff.TEMPO).cuts_peaks
    assert not plan_options({"cut_peaks": True}, Tariff.FIXED).cuts_peaks
    assert not plan_options({**chosen, "never_feed_in": True}, Tariff.FIXED).cuts_peaks
    async with owner(tariff=Tariff.FIXED) as me:
        flow = await opened(me, "house")
        given = {**chosen, "grid_sensor": "sensor.p1"}
        result = await flow.submit(**given, never_feed_in=True)
        assert result["errors"] == {"cut_peaks": "cut_may_feed_in"}
        await flow.submit(**given, never_feed_in=False)
        assert me.entry.options["cut_peaks"] is True

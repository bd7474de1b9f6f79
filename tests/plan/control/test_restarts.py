"""Home Assistant stops, starts and reloads at any moment, and clocks jump."""

import asyncio
import datetime as dt

import pytest

from custom_components.marstek.const import CONF_GRID_SENSOR, CONF_SAFETY_POWER, CONF_SUBSCRIBED_KVA
from custom_components.marstek.plan.events import Alert, Kind
from custom_components.marstek.venus import Method
from simulator.household import constant
from tests.support.plan_home import PlanHome, at, paris, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")


def writes(home: PlanHome) -> int:
    """Return how many writes were sent to all batteries."""
    return sum(
        exchange.method == Method.SET_MODE
        for battery in home.batteries
        for exchange in battery.exchanges
    )


@at(2026, 3, 12, 22, 30)
@pytest.mark.parametrize(
    "how",
    [
        "restart",
        pytest.param("reload the plan", marks=pytest.mark.long),
        pytest.param("reload a battery", marks=pytest.mark.long),
    ],
)
async def test_a_restart_or_a_reload_writes_nothing_and_goes_on(how: str) -> None:
    """A restart or a reload writes nothing and goes on."""
    async with plan_home(soc=50) as home:
        await home.minutes(30)
        before, powers = writes(home), home.powers()
        entries = home.hass.config_entries
        if how == "restart":
            await home.restart()
        elif how == "reload the plan":
            await entries.async_reload(home.entry.entry_id)
        else:
            await entries.async_reload(home.place.entry(home.batteries[0]).entry_id)
        await home.minutes(5)
        assert (writes(home), home.powers()) == (before, powers)
        assert not {Kind.PUT_BACK, Kind.FAILED} & {said.kind for said in home.said}
        await home.until(6, 15)
        assert home.guard.mornings == {dt.date(2026, 3, 13): [100, 100, 100]}
        assert max(home.guard.nights.values()) <= 8


@at(2026, 3, 12, 21, 40)
@pytest.mark.parametrize(
    ("time", "pause"),
    [
        ((21, 59, 50), 20),
        pytest.param((22, 5, 0), 20, marks=pytest.mark.long),
        pytest.param((22, 5, 1), 20, marks=pytest.mark.long),
        pytest.param((22, 5, 3), 600, marks=pytest.mark.long),
        pytest.param((5, 44, 59), 20, marks=pytest.mark.long),
        pytest.param((5, 57, 2), 20, marks=pytest.mark.long),
        pytest.param((5, 59, 59), 20, marks=pytest.mark.long),
        pytest.param((6, 0, 1), 20, marks=pytest.mark.long),
        ((6, 0, 2), 300),
    ],
)
async def test_a_restart_at_a_boundary_loses_nothing(
    time: tuple[int, int, int], pause: float
) -> None:
    """A restart at a boundary loses nothing."""
    async with plan_home(soc=70) as home:
        await home.until(*time)
        await home.restart(pause)
        await home.minutes(2)
        night = home.now.hour >= 22 or home.now.hour < 6
        at_guard = home.now < paris(2026, 3, 12, 22, 5)
        if night and not at_guard:
            assert home.modes() == ["Manual"] * 3
        if not night:
            assert home.modes() == ["Auto"] * 3
        await home.until(6, 15) if night else await home.minutes(15)
        assert home.guard.mornings == {dt.date(2026, 3, 13): [100, 100, 100]}


@at(2026, 3, 9, 21, 40)
@pytest.mark.parametrize("hours", [-2, pytest.param(5, marks=pytest.mark.long)])
async def test_a_step_of_the_system_clock_is_followed_and_taken_back(hours: int) -> None:
    """A step of the system clock is followed and taken back."""
    async with plan_home(soc=70) as home:
        await home.until(23)
        home.place.clock.offset = dt.timedelta(hours=hours)
        await home.minutes(10)
        home.place.clock.offset = dt.timedelta()
        await home.minutes(10)
        assert home.modes() == ["Manual"] * 3
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"] * 3
        await home.until(6, 15)


@at(2026, 3, 13, 5, 50)
@pytest.mark.parametrize("is_restarted", [True, False])
async def test_no_charge_begins_while_the_clock_has_just_been_set(*, is_restarted: bool) -> None:
    """On a red morning our clock falls back an hour, and the battery's own is in the night too.

    Neither would end a charge by its slot in time; within minutes our clock may be set again.
    """
    async with plan_home(soc=70, count=1) as home:
        battery = home.batteries[0]
        await home.until(6, 5)
        battery.faults.clock_offset = -3600.0 * 6
        if is_restarted:
            await home.restart(60)
        await home.until(6, 17)
        home.place.clock.offset = -dt.timedelta(hours=1)
        await home.minutes(5)
        assert battery.state.ac_power >= 0
        home.place.clock.offset = dt.timedelta()
        await home.minutes(5)
        assert battery.state.mode == "Auto"


@at(2026, 3, 12, 21, 40)
@pytest.mark.parametrize("is_set_right", [pytest.param(True, marks=pytest.mark.long), False])
async def test_a_clock_set_back_a_night_charges_nothing_in_red_peak_hours(
    *, is_set_right: bool
) -> None:
    """A battery whose slots are not trusted is not charged while the clock has just been set.

    Its own clock, which was wrong in the night, is right again by then, or still wrong.
    """
    async with plan_home(soc=40, count=1) as home:
        battery = home.batteries[0]
        battery.faults.clock_offset = -3600.0 * 4
        await home.until(22, 30)
        # Its slots were not seen to act: by countdown it charges at any hour.
        assert (battery.state.mode, home.powers()[0] < -500) == ("Passive", True)
        await home.until(6, 20)
        if is_set_right:
            battery.faults.clock_offset = 0.0
        battery.set_battery(soc=40.0)
        home.place.clock.offset = dt.timedelta(hours=-3)
        await home.minutes(8)
        assert home.powers()[0] > -20
        home.place.clock.offset = dt.timedelta()
        await home.minutes(20)
        assert home.modes() == ["Auto"]


@at(2026, 3, 12, 21, 40)
async def test_with_little_power_batteries_stay_within_what_the_house_leaves() -> None:
    """With little power batteries stay within what the house leaves."""
    options = {CONF_SUBSCRIBED_KVA: 3, CONF_GRID_SENSOR: "sensor.grid"}
    async with plan_home(soc=60, count=2, options=options) as home:
        load = 400.0
        worst: list[float] = []
        over = 0

        async def meter() -> None:
            nonlocal over
            while True:
                grid = load - sum(battery.state.ac_power for battery in home.batteries)
                over = over + 1 if grid > 3000 else 0
                worst.append(over)
                if home.is_running:
                    home.hass.states.async_set(
                        "sensor.grid", f"{grid:.0f}", {"unit_of_measurement": "W"}
                    )
                await asyncio.sleep(2)

        for battery in home.batteries:
            battery.set_household(constant(0))
        task = asyncio.get_running_loop().create_task(meter())
        await home.until(22, 20)
        assert -2500 <= sum(home.powers()) <= -900
        load = 2300.0
        await home.minutes(1)
        assert sum(home.powers()) >= -700
        await home.minutes(40)
        load = 300.0
        await home.minutes(20)
        with uneventful():
            await home.until(5, 44)
        assert home.socs() == [100, 100]
        # A peak lasts as long as it takes to command, and no longer.
        assert max(worst) * 2 <= 40
        task.cancel()
        await home.until(6, 15)


@at(2026, 3, 12, 21, 40)
async def test_the_safety_net_serves_the_house_when_auto_never_comes() -> None:
    """The safety net serves the house when Auto never comes."""
    async with plan_home(soc=90, count=1, options={CONF_SAFETY_POWER: 200}) as home:
        battery = home.batteries[0]
        await home.until(4)
        await home.stop()
        await home.until(5, 59)
        assert home.powers() == [0]
        await home.until(6, 1)
        assert home.powers() == [200]
        await home.until(22, 1)
        assert home.powers() == [0]
        await home.start()
        await home.minutes(15)
        slots = battery.state.slots
        assert not any(slot and slot.enabled and slot.power > 0 for slot in slots)


@at(2026, 3, 12, 21, 40)
async def test_the_safety_net_is_ignored_in_auto_and_not_written_before_other_days() -> None:
    """The safety net is ignored in Auto and not written before other days."""
    async with plan_home(soc=90, count=1, options={CONF_SAFETY_POWER: 200}) as home:
        battery = home.batteries[0]
        await home.until(22, 10)
        net = battery.state.slots[5]
        assert net is not None
        assert (net.start, net.end, net.power, net.enabled) == (360, 1320, 200, True)
        await home.until(6, 15)
        assert home.modes() == ["Auto"]
        # Before Saturday, which is blue, it is disabled with the first write of the night.
        with uneventful():
            await home.until(21, 59)
        await home.until(22, 10)
        net = battery.state.slots[5]
        assert net is None or not net.enabled
        assert home.kinds(Alert.RED_UNCHARGED) == []

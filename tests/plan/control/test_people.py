"""What people do to the plan and to its batteries, and what is left of it afterwards."""

import asyncio
import datetime as dt

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.marstek.battery.issues import LEFT_IN_MANUAL
from custom_components.marstek.const import (
    CONF_ALL_BATTERIES,
    CONF_AUTOMATIC,
    CONF_BATTERIES,
    CONF_RED_TARGET,
    DOMAIN,
)
from custom_components.marstek.plan.events import Alert, Kind
from custom_components.marstek.plan.plan_data import ControlState
from custom_components.marstek.planner import Action, Override
from simulator import SimulatedBattery
from tests.support.plan_home import PlanHome, at, paris, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")


def is_told_left(home: PlanHome, battery: SimulatedBattery) -> bool:
    """Tell whether a repair says that a battery was left in Manual."""
    issue_id = f"{LEFT_IN_MANUAL}_{battery.spec.ble_mac}"
    return ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id) is not None


@at(2026, 3, 9, 22, 30)
async def test_a_mode_chosen_in_home_assistant_stands_until_the_next_boundary() -> None:
    """A mode chosen in Home Assistant stands until the next boundary."""
    async with plan_home(soc=80) as home:
        battery = home.batteries[0]
        await home.minutes(2)
        await home.place.call(battery, "select", "mode", option="auto")
        await home.until(23)
        with uneventful():
            await home.until(5, 30)
        await home.until(5, 59, 50)
        assert home.modes() == ["Auto", "Manual", "Manual"]
        assert len(home.kinds(Kind.OVERRIDE_STARTED)) == 1
        with uneventful():
            await home.until(21, 59)
        await home.until(22, 6)
        assert home.modes() == ["Manual"] * 3
        await home.until(22, 16)


@at(2026, 3, 9, 22, 30)
async def test_a_setpoint_set_in_manual_is_an_override_too_and_can_be_handed_back() -> None:
    """A setpoint set in manual is an override too and can be handed back."""
    async with plan_home(soc=80, count=2) as home:
        battery = home.batteries[0]
        await home.minutes(2)
        await home.place.call(battery, "number", "setpoint", value=300)
        await home.minutes(3)
        assert home.powers() == [300, 0]
        assert home.shown.standing_back == {battery.spec.ble_mac}
        await home.control.async_resume()
        await home.minutes(1)
        assert home.powers() == [0, 0]
        slots = battery.state.slots
        assert {number for number, slot in enumerate(slots) if slot and slot.enabled} <= {7, 8}
        assert len(home.kinds(Kind.OVERRIDE_ENDED)) == 1
        await home.until(6, 15)


@at(2026, 3, 12, 22, 30)
async def test_a_hand_that_keeps_a_battery_from_charging_for_a_red_day_is_told_of() -> None:
    """A hand that keeps a battery from charging for a red day is told of."""
    async with plan_home(soc=30, count=2) as home:
        await home.minutes(2)
        await home.place.call(home.batteries[0], "select", "mode", option="auto")
        await home.minutes(2)
        assert [said.battery for said in home.kinds(Alert.RED_UNCHARGED)] == ["Venus E 3.0 0000"]
        await home.control.async_resume()
        await home.until(6, 15)
        assert home.guard.mornings[dt.date(2026, 3, 13)] == [100, 100]


@pytest.mark.each_minute
@at(2026, 3, 12, 22, 30)
@pytest.mark.parametrize("how", ["override", "pause"])
async def test_an_override_or_a_pause_through_a_red_eve_is_told_of(how: str) -> None:
    """An override or a pause through a red eve is told of."""
    async with plan_home(soc=30, count=1) as home:
        await home.minutes(2)
        morning = paris(2026, 3, 13, 6)
        if how == "pause":
            await home.control.async_pause(morning)
        else:
            await home.control.async_override(Override(Action.HOLD, morning))
        await home.minutes(2)
        assert len(home.kinds(Alert.RED_UNCHARGED)) == 1
        await home.until(6, 12)
        assert home.modes() == ["Auto"]


@at(2026, 3, 12, 22, 30)
async def test_a_short_override_leaves_time_and_no_order_of_the_others_changes() -> None:
    """A short override leaves time and no order of the others changes."""
    async with plan_home(soc=60, count=2) as home:
        await home.minutes(20)
        one, other = home.batteries
        if home.powers()[1] < -50:
            one, other = other, one
        writes = len(home.writes(one))
        key = other.spec.ble_mac
        until = paris(2026, 3, 12, 23, 30)
        await home.control.async_override(Override(Action.AUTO, until, batteries=frozenset([key])))
        await home.minutes(15)
        assert other.state.mode == "Auto"
        assert len(home.writes(one)) == writes
        assert home.kinds(Alert.RED_UNCHARGED) == []
        await home.until(6, 15)
        assert min(home.guard.mornings[dt.date(2026, 3, 13)]) >= 99


@at(2026, 3, 10, 12)
async def test_that_the_plan_takes_batteries_over_is_told_once() -> None:
    """Also after a restart or a pause; again once automatic control was off."""
    async with plan_home(count=2) as home:
        await home.minutes(5)
        (taken,) = home.kinds(Kind.TAKEN_OVER)
        assert taken.message.startswith("From now on the plan commands Venus E 3.0 0000, Venus E")
        assert taken.device_id is not None
        await home.restart()
        await home.minutes(5)
        await home.hass.services.async_call("marstek", "pause", {}, blocking=True)
        await home.minutes(5)
        await home.hass.services.async_call("marstek", "resume", {}, blocking=True)
        await home.minutes(5)
        assert len(home.kinds(Kind.TAKEN_OVER)) == 1
        home.set_options(automatic=False)
        await home.minutes(5)
        home.set_options(automatic=True)
        await home.minutes(5)
        assert len(home.kinds(Kind.TAKEN_OVER)) == 2


@pytest.mark.parametrize("seconds", [0.2, 1, 2, 4, 8, 15, 30])
@at(2026, 3, 10, 12)
async def test_handing_back_ends_a_command_that_is_being_carried_out(seconds: float) -> None:
    """Whether it still waits, is written, or is being proven: the plan has the battery afterwards."""
    async with plan_home(count=1, soc=50) as home:
        await home.minutes(2)
        charge = asyncio.create_task(home.place.act("charge", power=800))
        await asyncio.sleep(seconds)
        await home.hass.services.async_call("marstek", "resume", {}, blocking=True)
        await asyncio.gather(charge, return_exceptions=True)
        await home.minutes(3)
        assert home.shown.standing_back == frozenset()
        assert home.modes() == ["Auto"]
        await home.place.act("charge", power=800)
        await home.minutes(1)
        assert home.modes() == ["Passive"]
        assert home.shown.standing_back != frozenset()
        home.excused.add(home.batteries[0].spec.ble_mac)


@pytest.mark.each_minute
@at(2026, 3, 9, 22, 30)
async def test_pause_hands_back_auto_and_resume_takes_the_batteries_again() -> None:
    """Pause hands back Auto and resume takes the batteries again."""
    async with plan_home(soc=80) as home:
        await home.minutes(2)
        await home.control.async_pause(None)
        await home.minutes(1)
        assert home.modes() == ["Auto"] * 3
        assert home.shown.state is ControlState.PAUSED
        await home.control.async_resume()
        await home.minutes(1)
        assert home.modes() == ["Manual"] * 3
        await home.control.async_pause(paris(2026, 3, 9, 23))
        await home.until(23, 2)
        assert home.modes() == ["Manual"] * 3
        with uneventful():
            await home.until(5, 30)
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
async def test_automatic_control_off_hands_back_auto_and_dark_batteries_later() -> None:
    """Automatic control off hands back Auto and dark batteries later."""
    async with plan_home(soc=80) as home:
        await home.minutes(2)
        dark = home.batteries[2]
        dark.go_dark()
        home.set_options(**{CONF_AUTOMATIC: False})
        await home.minutes(2)
        assert home.modes() == ["Auto", "Auto", "Manual"]
        assert is_told_left(home, dark)
        assert len(home.kinds(Alert.LEFT_IN_MANUAL)) == 1
        await home.minutes(60)
        dark.come_back()
        await home.minutes(8)
        assert home.modes() == ["Auto"] * 3
        assert not is_told_left(home, dark)
        for battery in home.batteries:
            battery.clear_exchanges()
        with uneventful():
            await home.until(5, 30)
        await home.until(6, 15)
        assert not any(home.writes(battery) for battery in home.batteries)


@at(2026, 3, 9, 22, 30)
async def test_a_battery_that_takes_part_no_more_is_handed_back() -> None:
    """A battery that takes part no more is handed back."""
    async with plan_home(soc=80) as home:
        await home.minutes(2)
        gone = home.batteries[1].spec.ble_mac
        home.set_options(**{CONF_ALL_BATTERIES: True, CONF_BATTERIES: [gone]})
        await home.minutes(2)
        assert home.modes() == ["Manual", "Auto", "Manual"]
        home.set_options(**{CONF_BATTERIES: []})
        await home.minutes(2)
        assert home.modes() == ["Manual"] * 3
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
@pytest.mark.parametrize("how", ["disable", "remove"])
async def test_the_plan_leaves_no_battery_parked(how: str) -> None:
    """The plan leaves no battery parked."""
    async with plan_home(soc=80) as home:
        await home.minutes(2)
        dark = home.batteries[2]
        dark.go_dark()
        entries = home.hass.config_entries
        if how == "disable":
            await entries.async_set_disabled_by(home.entry.entry_id, ConfigEntryDisabler.USER)
        else:
            await entries.async_remove(home.entry.entry_id)
        assert home.modes() == ["Auto", "Auto", "Manual"]
        assert is_told_left(home, dark)
        assert not is_told_left(home, home.batteries[0])


@at(2026, 3, 9, 22, 30)
@pytest.mark.parametrize("how", ["disable", "remove"])
@pytest.mark.parametrize("is_dark", [False, True])
async def test_a_battery_that_is_taken_out_is_not_left_parked(how: str, *, is_dark: bool) -> None:
    """A battery that is taken out is not left parked."""
    async with plan_home(soc=80, count=2) as home:
        await home.minutes(2)
        gone = home.batteries[1]
        if is_dark:
            gone.go_dark()
        entries, entry = home.hass.config_entries, home.place.entry(gone)
        if how == "disable":
            await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        else:
            await entries.async_remove(entry.entry_id)
        assert home.modes() == ["Manual", "Manual" if is_dark else "Auto"]
        assert is_told_left(home, gone) is is_dark
        await home.minutes(3)
        assert home.modes()[0] == "Manual"
        home.excused.add(gone.spec.ble_mac)


@pytest.mark.each_minute
@at(2026, 3, 12, 22, 30)
async def test_a_target_raised_in_the_night_is_charged_to() -> None:
    """A target raised in the night is charged to."""
    async with plan_home(soc=75, count=1, options={CONF_RED_TARGET: 80}) as home:
        await home.until(0)
        assert home.socs() == [80]
        assert len(home.kinds(Kind.CHARGE_COMPLETE)) == 1
        home.set_options(**{CONF_RED_TARGET: 90})
        await home.until(2)
        assert home.socs() == [90]
        await home.control.async_override(
            Override(Action.CHARGE, paris(2026, 3, 13, 5, 30), 1000, 97)
        )
        await home.until(5)
        assert home.socs() == [97]
        await home.until(6, 15)


@at(2026, 3, 12, 22, 30)
async def test_a_battery_added_at_night_takes_part_at_once() -> None:
    """A battery added at night takes part at once."""
    async with plan_home(soc=40, count=2) as home:
        await home.minutes(2)
        entry = home.place.entry(home.batteries[1])
        await home.hass.config_entries.async_remove(entry.entry_id)
        await home.minutes(2)
        assert home.modes()[1] == "Auto"
        await home.place.add_all()
        await home.minutes(2)
        assert home.modes() == ["Manual"] * 2
        await home.until(6, 15)
        assert min(home.guard.mornings[dt.date(2026, 3, 13)]) >= 99


@at(2026, 3, 12, 22, 30)
async def test_a_dead_home_assistant_leaves_no_battery_charging_into_a_red_morning() -> None:
    """A dead Home Assistant leaves no battery charging into a red morning."""
    async with plan_home(soc=12) as home:
        await home.until(3)
        assert min(home.powers()) < -500
        await home.stop()
        await home.until(5, 46)
        assert home.powers() == [0, 0, 0]
        charged = [battery.state.energy_charged_wh for battery in home.batteries]
        await home.until(22)
        assert charged == [battery.state.energy_charged_wh for battery in home.batteries]
        await home.start()
        await home.minutes(2)
        assert home.modes() == ["Auto"] * 3
        await asyncio.sleep(1200)

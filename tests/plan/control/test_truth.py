"""What the plan shows is true while one battery is set by hand and another is gone."""

from typing import Any, cast

from homeassistant.core import State
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.plan.plan_data import ControlState
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


def see(home: PlanHome, platform: str, key: str) -> State:
    """Return the state of an entity of the plan."""
    entity_id = er.async_get(home.hass).async_get_entity_id(platform, DOMAIN, f"plan_{key}")
    assert entity_id
    state = home.hass.states.get(entity_id)
    assert state
    return state


@pytest.mark.each_minute
@at(2026, 3, 9, 22, 30)
async def test_one_by_hand_and_one_gone() -> None:
    """State and problem say so, by name, until it is over."""
    async with plan_home(soc=80) as home:
        by_owner, gone, _ = home.batteries
        await home.minutes(2)
        assert see(home, "sensor", "plan_state").state == "hold"
        await home.place.call(by_owner, "number", "setpoint", value=-800)
        await home.minutes(3)
        shown = see(home, "sensor", "plan_state")
        assert shown.state == ControlState.PARTLY_BY_HAND
        assert len(shown.attributes["by_hand"]) == 1
        assert see(home, "binary_sensor", "plan_problem").state == "off"
        gone.go_dark()
        await home.minutes(6)
        shown = see(home, "sensor", "plan_state")
        assert shown.state == ControlState.PARTLY_OUT_OF_REACH
        (name,) = shown.attributes["out_of_reach"]
        assert name.endswith(gone.spec.ble_mac[-4:].upper())
        problem = see(home, "binary_sensor", "plan_problem")
        assert problem.state == "on"
        assert problem.attributes["out_of_reach"] == [name]
        gone.come_back()
        await home.minutes(12)
        assert see(home, "sensor", "plan_state").state == ControlState.PARTLY_BY_HAND
        assert see(home, "binary_sensor", "plan_problem").state == "off"
        await home.control.async_resume()
        await home.minutes(2)
        assert see(home, "sensor", "plan_state").state == "hold"


@pytest.mark.parametrize("soc", [15, 45])
@at(2026, 3, 12, 21, 30)
async def test_the_power_that_is_named_is_sent(soc: int) -> None:
    """Preview, alert and calendar of a red eve name what all batteries together are sent."""
    async with plan_home(soc=soc) as home:
        await home.minutes(2)
        answer = await home.hass.services.async_call(
            DOMAIN, "preview", {}, blocking=True, return_response=True
        )
        steps = cast("list[dict[str, Any]]", cast("Any", answer)["steps"])
        charge = next(step for step in steps if step["action"] == "charge")
        await home.until(22, 12)
        sent = -sum(home.powers())
        assert charge["power"] == pytest.approx(sent, abs=60)
        (told,) = home.kinds(Alert.RED_TOMORROW)
        assert f"{charge['power']:,} W" in told.message
        assert charge["average_power"] <= charge["power"]


@at(2026, 3, 9, 12)
async def test_an_alert_of_the_set_up_reaches_its_entity() -> None:
    """The first look at the batteries comes before the entities that tell of it."""
    async with plan_home(soc=80, count=1) as home:
        (battery,) = home.batteries
        await home.minutes(2)
        entry = home.entry
        assert await home.hass.config_entries.async_unload(entry.entry_id)
        battery.state.soc = 8
        await home.minutes(3)
        assert await home.hass.config_entries.async_setup(entry.entry_id)
        assert len(home.kinds(Alert.LOW_SOC)) == 1
        shown = see(home, "event", "alert")
        assert shown.attributes["event_type"] == "low_soc"
        assert shown.attributes["battery"] == home.kinds(Alert.LOW_SOC)[0].battery


@at(2026, 3, 9, 22, 30)
async def test_totals_do_not_jump() -> None:
    """One falls silent: its last values for a while, then nothing, then two of three."""
    async with plan_home(soc=80) as home:
        gone = home.batteries[0]
        gone.state.soc = 20
        await home.minutes(4)

        def soc() -> float | None:
            state = see(home, "sensor", "total_soc").state
            return None if state == "unknown" else float(state)

        assert soc() == pytest.approx(60, abs=1)
        gone.go_dark()
        for _ in range(12):
            await home.minutes(1)
            assert soc() == pytest.approx(60, abs=1)
        shown = see(home, "sensor", "total_power")
        assert (shown.state, shown.attributes["answering"]) == ("unknown", 2)
        await home.minutes(10)
        assert soc() is None
        assert see(home, "sensor", "total_stored").state == "unknown"
        await home.minutes(60)
        assert soc() == pytest.approx(80, abs=1)
        shown = see(home, "sensor", "total_soc")
        assert (shown.attributes["answering"], shown.attributes["batteries"]) == (2, 3)
        assert len(shown.attributes["silent"]) == 1
        assert len(home.kinds(Alert.BATTERY_OFFLINE)) == 1
        gone.come_back()
        await home.minutes(12)
        assert soc() == pytest.approx(60, abs=1)

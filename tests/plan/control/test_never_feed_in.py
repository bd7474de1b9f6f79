"""Where nothing may be fed in, no fixed power is discharged: batteries serve the house instead."""

from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.marstek.const import CONF_NEVER_FEED_IN
from custom_components.marstek.planner import Action, Reason
from simulator.household import constant
from tests.plan.control.test_rules import NOON, add, answer, begin
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def refused(home: PlanHome, action: str, **data: Any) -> str | None:
    """Call an action that is refused; return the key of what it says."""
    with pytest.raises(ServiceValidationError) as caught:
        await home.place.act(action, **data)
    return caught.value.translation_key


@at(2026, 3, 9, 11, 30)
async def test_a_rule_of_before_serves_the_house() -> None:
    """It discharges what the house draws and no more, as soon as the option is on."""
    async with plan_home(count=1, soc=80) as home:
        (battery,) = home.batteries
        battery.set_household(constant(120))
        await add(home, power=500)
        await home.until(12, 5)
        assert home.powers() == [500]
        options = {**home.entry.options, CONF_NEVER_FEED_IN: True}
        home.hass.config_entries.async_update_entry(home.entry, options=options)
        await home.minutes(3)
        assert home.modes() == ["Auto"]
        assert home.powers()[0] == pytest.approx(120, abs=30)
        assert home.shown.step is not None
        assert (home.shown.step.action, home.shown.step.reason) == (Action.AUTO, Reason.RULE)


@at(2026, 3, 9, 11, 30)
async def test_whatever_discharges_is_refused_in_words() -> None:
    """Actions, an override, slots, Do now and a new rule; charging and holding go on."""
    options = {CONF_NEVER_FEED_IN: True}
    async with plan_home(count=1, soc=60, options=options) as home:
        (battery,) = home.batteries
        await home.minutes(3)
        assert await refused(home, "discharge", power=300) == "never_feed_in"
        assert await refused(home, "set_passive", power=300) == "never_feed_in"
        assert await refused(home, "override", mode="discharge", power=300) == "never_feed_in"
        slot = {"start": "12:00", "end": "13:00", "power": 300}
        assert await refused(home, "set_schedule", slots=[slot]) == "never_feed_in"
        with pytest.raises(ServiceValidationError) as caught:
            await home.place.call(battery, "select", "do_now", option="discharge_to_20")
        assert caught.value.translation_key == "never_feed_in"
        assert battery.state.mode == "Auto"
        result = await answer(home, await begin(home), **NOON)
        assert result["errors"] == {"action": "never_feed_in"}
        await home.place.act("charge", power=400)
        assert battery.state.ac_power == pytest.approx(-400, abs=30)
        await home.place.act("stop")

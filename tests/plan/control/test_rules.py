"""Own rules: added, edited, copied and switched in the interface, and followed by batteries."""

import datetime as dt
import json
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.diagnostics import async_get_config_entry_diagnostics
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.plan.rules import SUBENTRY_RULE, subentries
from custom_components.marstek.planner import Action, Reason
from custom_components.marstek.tempo import Colour
from tests.support.plan_home import PlanHome, at, paris, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NOON: dict[str, Any] = {
    "name": "Noon",
    "action": "discharge",
    "start": "12:00:00",
    "end": "13:30:00",
    "days": WEEK,
    "power": 500,
    "active": True,
}


async def begin(home: PlanHome) -> Any:
    """Open the dialog of a rule."""
    return await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, SUBENTRY_RULE), context={"source": SOURCE_USER}
    )


async def answer(home: PlanHome, flow: Any, **values: Any) -> Any:
    """Fill in a form."""
    return await home.hass.config_entries.subentries.async_configure(flow["flow_id"], values)


async def add(home: PlanHome, **changes: Any) -> None:
    """Add a rule as people do."""
    flow = await begin(home)
    if flow["type"] == "menu":
        flow = await answer(home, flow, next_step_id="rule")
    result = await answer(home, flow, **{**NOON, **changes})
    assert result["type"] == "create_entry", result
    await home.minutes(0.1)


def switch(home: PlanHome, number: int = 0) -> str:
    """Return the switch of a rule."""
    subentry = subentries(home.entry)[number]
    found = er.async_get(home.hass).async_get_entity_id(
        "switch", DOMAIN, f"plan_rule_{subentry.subentry_id}"
    )
    assert found
    return found


@at(2026, 3, 9, 11, 30)
async def test_a_rule_is_a_boundary_of_the_plan_and_ends() -> None:
    """From noon on the batteries discharge, and serve the house again afterwards."""
    async with plan_home(count=2, soc=80) as home:
        await add(home)
        step = home.shown.plan.at(paris(2026, 3, 9, 12, 30)) if home.shown.plan else None
        assert step is not None
        assert (step.action, step.reason) == (Action.DISCHARGE, Reason.RULE)
        assert home.shown.next_action is Action.DISCHARGE
        await home.until(11, 59)
        assert {battery.state.mode for battery in home.batteries} == {"Auto"}
        await home.until(12, 3)
        assert home.powers() == [500, 500]
        await home.until(13, 33)
        assert {battery.state.mode for battery in home.batteries} == {"Auto"}


@at(2026, 3, 9, 11, 30)
async def test_a_rule_is_switched_off_and_on_and_removed() -> None:
    """Off it is kept but not followed; removed, its switch is gone, without a reload."""
    async with plan_home(count=1, soc=80) as home:
        await add(home)
        plan = home.plan
        entity_id = switch(home)
        call = home.hass.services.async_call
        await call("switch", "turn_off", {"entity_id": entity_id}, blocking=True)
        await home.until(12, 10)
        assert home.batteries[0].state.mode == "Auto"
        await call("switch", "turn_on", {"entity_id": entity_id}, blocking=True)
        await home.minutes(2)
        assert home.powers() == [500]
        home.hass.config_entries.async_remove_subentry(
            home.entry, subentries(home.entry)[0].subentry_id
        )
        await home.minutes(2)
        assert home.batteries[0].state.mode == "Auto"
        assert er.async_get(home.hass).async_get(entity_id) is None
        assert home.plan is plan


@at(2026, 3, 9, 11, 30)
async def test_a_rule_is_copied_and_edited() -> None:
    """A copy begins with what its model has; an edited rule holds at once."""
    async with plan_home(count=2, soc=80) as home:
        await add(home)
        flow = await answer(home, await begin(home), next_step_id="copy")
        first = subentries(home.entry)[0]
        form = await answer(home, flow, copied=first.subentry_id)
        suggested = {
            str(key): (key.description or {}).get("suggested_value")
            for key in form["data_schema"].schema
        }
        assert suggested["start"] == "12:00:00"
        assert suggested["power"] == 500
        refused = await answer(home, form, **NOON)
        assert refused["errors"] == {"name": "name_taken"}
        changed = {**NOON, "name": "Evening", "start": "18:00:00", "end": "20:00:00"}
        assert (await answer(home, refused, **changed))["type"] == "create_entry"
        flow = await home.hass.config_entries.subentries.async_init(
            (home.entry.entry_id, SUBENTRY_RULE),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": first.subentry_id},
        )
        await answer(home, flow, **{**NOON, "start": "11:40:00", "power": 300})
        await home.until(11, 43)
        assert home.powers() == [300, 300]


@at(2026, 3, 9, 11, 30)
async def test_what_contradicts_is_shown_and_may_be_saved() -> None:
    """A rival is named; saved nevertheless, the rule that was added later counts."""
    async with plan_home(count=1, soc=80) as home:
        await add(home)
        flow = await answer(home, await begin(home), next_step_id="rule")
        rival = {**NOON, "name": "Rest", "action": "hold", "start": "13:00:00", "end": "14:00:00"}
        form = await answer(home, flow, **rival)
        assert form["errors"] == {"base": "contradicts"}
        assert form["description_placeholders"]["rules"] == "Noon"
        assert (await answer(home, form, **rival, despite=True))["type"] == "create_entry"
        await home.until(13, 3)
        assert home.powers() == [0]


@at(2026, 3, 9, 11, 30)
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "  "}, {"name": "name_missing"}),
        ({"days": []}, {"days": "day_missing"}),
        ({"power": 20}, {"power": "power_out_of_range"}),
        ({"power": 700.5}, {"power": "power_out_of_range"}),
        ({"power": 99_999}, {"power": "power_out_of_range"}),
        ({"target": 101}, {"target": "percentage_out_of_range"}),
    ],
)
async def test_what_makes_no_sense_is_refused(
    changes: dict[str, Any], errors: dict[str, str]
) -> None:
    """Each wrong field is named, and nothing is added."""
    async with plan_home(count=1) as home:
        form = await answer(home, await begin(home), **{**NOON, **changes})
        assert form["errors"] == errors
        assert subentries(home.entry) == []


@at(2026, 3, 9, 11, 30)
async def test_one_battery_only_and_the_hand_goes_before() -> None:
    """A rule for one battery leaves the other alone; an override goes before a rule."""
    async with plan_home(count=2, soc=80) as home:
        mine, other = home.batteries
        await add(home, batteries=[mine.spec.ble_mac])
        await home.until(12, 3)
        assert mine.state.mode == "Passive"
        assert other.state.mode == "Auto"
        data = {"mode": "hold", "duration": {"minutes": 20}}
        await home.hass.services.async_call(
            DOMAIN, "override", data, blocking=True, return_response=True
        )
        await home.minutes(2)
        assert home.powers() == [0, 0]
        await home.minutes(22)
        assert mine.state.mode == "Passive"
        assert other.state.mode == "Auto"
        assert mine.state.ac_power == 500


@at(2026, 3, 9, 21, 30)
async def test_a_night_of_a_rule_across_midnight_and_a_restart() -> None:
    """A rule of the night is followed by slots, over a restart, and ends in the morning."""
    async with plan_home(count=1, soc=60) as home:
        await add(home, name="Night", action="charge", start="23:00:00", end="05:00:00", target=85)
        await home.until(22, 30)
        assert home.powers() == [0]
        await home.until(23, 10)
        assert home.powers() == [-500]
        await home.restart(600)
        await home.until(1, 30)
        assert home.powers() == [-500]
        await home.until(5, 3)
        assert home.powers() == [0]
        assert 84 <= home.socs()[0] <= 86
        await home.until(6, 10)
        assert home.batteries[0].state.mode == "Auto"


@at(2026, 3, 9, 11, 30)
async def test_the_makers_ai_is_a_rule_too() -> None:
    """The mode AI is set and proven, and Auto follows."""
    async with plan_home(count=1, soc=60) as home:
        await add(home, action="ai")
        await home.until(12, 3)
        assert home.batteries[0].state.mode == "AI"
        await home.until(13, 33)
        assert home.batteries[0].state.mode == "Auto"


@at(2026, 3, 9, 5, 30)
async def test_no_rule_charges_in_red_peak_hours() -> None:
    """A rule that charges at noon does nothing of the kind on a red day."""
    days = {dt.date(2026, 3, 9): Colour.RED}
    async with plan_home(count=1, soc=40, days=days) as home:
        await add(home, action="charge")
        await home.until(12, 30)
        assert home.batteries[0].state.mode == "Auto"


@at(2026, 3, 9, 21, 30)
async def test_a_rule_that_keeps_batteries_from_charging_for_a_red_day_is_told_of() -> None:
    """Who holds through the night before a red day learns in the night what that means."""
    days = {dt.date(2026, 3, 10): Colour.RED}
    async with plan_home(count=2, soc=40, days=days) as home:
        await add(home, action="hold", start="21:00:00", end="06:00:00")
        await home.until(0, 30)
        assert len(home.kinds(Alert.RED_UNCHARGED)) == 2
        assert home.powers() == [0, 0]
        await home.until(7, 10)


@at(2026, 3, 9, 11, 30)
async def test_diagnostics_tell_rules_and_orders_without_identities() -> None:
    """A problem report shows what is planned and followed, of batteries that have numbers."""
    async with plan_home(count=2, soc=80) as home:
        await add(home, batteries=[home.batteries[1].spec.ble_mac])
        home.set_options(batteries=[home.batteries[0].spec.ble_mac], all_batteries=True)
        await home.until(12, 3)
        told = await async_get_config_entry_diagnostics(home.hass, home.entry)
        text = json.dumps(told, default=str)
        assert not any(battery.spec.ble_mac in text for battery in home.batteries)
        control = told["control"]
        assert control["rules"][0]["action"] == "discharge"
        assert "power=500" in control["batteries"]["battery 2"]["standing"]
        assert control["steps"][0]["reason"] == "rule"
        assert told["entry"]["options"]["batteries"] == ["battery 1"]


@at(2026, 3, 9, 11, 30)
async def test_a_rule_of_a_colour() -> None:
    """It is asked for Tempo only, followed on days of its colour, and named in the list."""
    async with plan_home(count=1, soc=80) as home:
        today = home.colours[dt.date(2026, 3, 9)]
        other = next(colour for colour in Colour if colour is not today)
        await add(home, name="Other", colours=[other.value], colour_day="this_day")
        await add(
            home,
            name="Mine",
            start="12:00:00",
            end="13:00:00",
            colours=[today.value],
            colour_day="this_day",
        )
        first, second = subentries(home.entry)
        assert first.title.startswith("Other (12:00\N{EN DASH}13:30")
        assert second.title.endswith(f"{today.value.capitalize()})")
        await home.until(12, 3)
        assert home.powers() == [500]
        assert home.place.state(home.batteries[0], "sensor", "commanded_by") == "rule"
        entity_id = home.place.entity_id(home.batteries[0], "sensor", "commanded_by")
        state = home.hass.states.get(entity_id)
        assert state is not None
        assert state.attributes["rule"] == "Mine"
        await home.until(13, 3)
        assert home.powers() == [0] or home.batteries[0].state.mode == "Auto"


@at(2026, 3, 9, 11, 30)
@pytest.mark.parametrize(
    ("tariff", "asked"), [(Tariff.FIXED, set()), (Tariff.TEMPO, {"colours", "colour_day"})]
)
async def test_only_what_there_is_can_be_chosen(tariff: Tariff, asked: set[str]) -> None:
    """Without Tempo no colours are asked for, without batteries none to choose among."""
    async with plan_home(count=1, tariff=tariff) as home:
        battery = home.place.entry(home.batteries[0])
        fields = {*NOON, "target", "floor"} | asked
        form = await begin(home)
        assert {str(key) for key in form["data_schema"].schema} == fields | {"batteries"}
        await home.hass.config_entries.async_remove(battery.entry_id)
        form = await begin(home)
        assert {str(key) for key in form["data_schema"].schema} == fields
        assert (await answer(home, form, **NOON))["type"] == "create_entry"

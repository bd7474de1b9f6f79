"""The plan on its device: what it shows, and what changes when its owner turns something."""

from datetime import datetime
from itertools import pairwise
import re
from typing import Any

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.entries import async_entry_of
from tests.support.owner import PARIS, Owner, at, owner


def clock(state: str) -> str:
    """Return a shown moment as the clock of Paris shows it."""
    return datetime.fromisoformat(state).astimezone(PARIS).strftime("%d %H:%M")


@at("2026-03-12 20:30")
async def test_before_a_red_day() -> None:
    """The evening shows self-consumption and what comes; the night shows the charge and why."""
    async with owner(soc=75) as me:
        assert me.see("sensor", "plan_state") == "self_consumption"
        assert me.see("sensor", "plan_reason") == "peak_hours"
        assert me.see("sensor", "planned_power") == "unknown"
        assert me.see("sensor", "target") == "unknown"
        assert me.see("sensor", "next_action") == "charge"
        assert clock(me.see("sensor", "next_action_at")) == "12 22:05"
        assert me.see("binary_sensor", "plan_problem") == "off"
        await me.until("22:15")
        assert me.see("sensor", "plan_state") == "charging"
        assert me.see("sensor", "plan_reason") == "red_tomorrow"
        assert me.see("sensor", "target") == "100.0"
        assert sum(me.powers) < -900
        assert float(me.see("sensor", "planned_power")) == pytest.approx(sum(me.powers), abs=60)
        assert clock(me.see("sensor", "next_action_at")) == "13 05:45"
        assert me.see("sensor", "next_action") == "hold"


@at("2026-03-12 22:30")
async def test_totals() -> None:
    """The totals are those of the batteries; counters rise with what was charged."""
    async with owner() as me:
        before = float(me.see("sensor", "total_charged"))
        charged = sum(battery.state.energy_charged_wh for battery in me.home.batteries)
        await me.wait(3600)
        truth = sum(battery.state.energy_charged_wh for battery in me.home.batteries) - charged
        assert truth > 500
        shown = 1000 * (float(me.see("sensor", "total_charged")) - before)
        assert shown == pytest.approx(truth, abs=120)
        mean = sum(battery.state.soc for battery in me.home.batteries) / 2
        assert float(me.see("sensor", "total_soc")) == pytest.approx(mean, abs=1.5)
        assert float(me.see("sensor", "total_power")) == pytest.approx(sum(me.powers), abs=60)
        stored = 5.12 * 2 * mean / 100
        assert float(me.see("sensor", "total_stored")) == pytest.approx(stored, abs=0.2)
        energy = me.find("sensor", "total_charged").attributes
        assert energy["state_class"] == "total_increasing"
        assert energy["unit_of_measurement"] == "kWh"
        assert energy["device_class"] == "energy"


@at("2026-03-12 22:30")
async def test_no_batteries() -> None:
    """A home with a tariff only says that there is no battery, and plans nothing."""
    async with owner(count=0) as me:
        assert me.see("sensor", "plan_state") == "no_batteries"
        assert me.see("sensor", "plan_reason") == "no_batteries"
        for key in ("planned_power", "target", "next_action", "next_action_at"):
            assert me.see("sensor", key) == "unknown"
        for key in ("total_soc", "total_power", "total_stored"):
            assert me.see("sensor", key) == "unknown"
        assert me.see("calendar", "plan") == "off"
        assert me.see("binary_sensor", "plan_problem") == "off"


@at("2026-03-12 22:30")
async def test_automatic_control() -> None:
    """Switched off in the night, batteries go back to Auto; switched on, they charge again."""
    async with owner() as me:
        assert "Manual" in me.modes
        await me.use("switch", "turn_off", "automatic_control")
        assert me.modes == ["Auto", "Auto"]
        assert me.see("switch", "automatic_control") == "off"
        assert me.see("sensor", "plan_state") == "off"
        assert me.entry.options["automatic"] is False
        await me.use("switch", "turn_on", "automatic_control")
        assert me.see("sensor", "plan_state") == "charging"
        assert me.modes == ["Manual", "Manual"]


@pytest.mark.parametrize("all_batteries", [True, False])
def test_takes_part(all_batteries: bool) -> None:
    """A battery that is taken out goes back to Auto, one that is put in follows the plan."""
    named = [] if all_batteries else ["02aabbcc0000", "02aabbcc0001"]

    @at("2026-03-12 22:30")
    async def scene() -> None:
        async with owner(all_batteries=all_batteries, batteries=named) as me:
            first, second = (f"takes_part_02aabbcc000{number}" for number in (0, 1))
            assert (me.see("switch", first), me.see("switch", second)) == ("on", "on")
            await me.use("switch", "turn_off", second)
            assert me.modes == ["Manual", "Auto"]
            assert (me.see("switch", first), me.see("switch", second)) == ("on", "off")
            await me.use("switch", "turn_off", second)
            await me.use("switch", "turn_on", second)
            assert me.modes == ["Manual", "Manual"]
            assert sorted(me.entry.options["batteries"]) == named

    scene()


@pytest.mark.each_minute
@at("2026-03-12 20:30")
async def test_battery_comes_and_goes() -> None:
    """A battery that is added later has a switch, named like it; one that is removed has none."""
    async with owner(count=0) as me:
        with pytest.raises(LookupError):
            me.see("switch", "takes_part_02aabbcc0000")
        await me.home.add_all()
        await me.wait()
        entity = me.find("switch", "takes_part_02aabbcc0000")
        assert entity.state == "on"
        assert "Venus E 3.0 0000" in entity.attributes["friendly_name"]
        assert me.see("sensor", "plan_state") == "self_consumption"
        entry = async_entry_of(me.home.hass, "02aabbcc0000")
        assert entry is not None
        await me.home.hass.config_entries.async_remove(entry.entry_id)
        await me.wait()
        with pytest.raises(LookupError):
            me.see("switch", "takes_part_02aabbcc0000")
        assert me.see("sensor", "plan_state") == "no_batteries"


@at("2026-03-12 20:30")
async def test_red_eve_numbers() -> None:
    """Target and power of red eves are what the night then does."""
    async with owner() as me:
        assert me.see("number", "red_target") == "100.0"
        assert me.see("number", "red_power") == "0"
        await me.use("number", "set_value", "red_target", value=70)
        await me.use("number", "set_value", "red_power", value=1200)
        assert (me.entry.options["red_target"], me.entry.options["red_power"]) == (70, 1200)
        assert me.see("number", "red_target") == "70.0"
        with pytest.raises(ServiceValidationError):
            await me.use("number", "set_value", "red_target", value=101)
        await me.until("22:15")
        assert me.see("sensor", "target") == "70.0"
        assert min(me.powers) == pytest.approx(-1200, abs=30)
        await me.until("05:00")
        assert all(69 <= battery.state.soc <= 73 for battery in me.home.batteries)


@at("2026-03-11 21:50")
async def test_ordinary_night() -> None:
    """What ordinary nights are for can be chosen while one runs."""
    async with owner() as me:
        await me.until("22:15")
        assert me.see("select", "night") == "hold"
        assert me.see("sensor", "plan_state") == "hold"
        assert me.powers == [0, 0]
        await me.use("select", "select_option", "night", option="charge")
        assert me.see("sensor", "plan_state") == "charging"
        assert me.see("sensor", "plan_reason") == "owner_charge"
        await me.use("select", "select_option", "night", option="auto")
        assert me.see("sensor", "plan_state") == "self_consumption"
        assert me.modes == ["Auto", "Auto"]
        assert me.see("select", "night") == "auto"


@at("2026-03-11 20:30")
async def test_night_and_day_start() -> None:
    """The night follows its times; a window that is none is refused in plain words."""
    async with owner() as me:
        assert me.see("time", "night_start") == "22:00:00"
        assert me.see("time", "day_start") == "06:00:00"
        await me.use("time", "set_value", "night_start", time="20:45:00")
        assert me.see("time", "night_start") == "20:45:00"
        assert clock(me.see("sensor", "next_action_at")) == "11 20:50"
        with pytest.raises(ServiceValidationError) as refused:
            await me.use("time", "set_value", "day_start", time="20:45:30")
        assert refused.value.translation_key == "empty_window"
        assert me.see("time", "day_start") == "06:00:00"
        window = {"start": "20:45:00", "end": "06:00:00"}
        assert me.entry.options["tempo"] == {"off_peak": [window]}
        await me.until("20:55")
        assert me.see("sensor", "plan_state") == "hold"


@at("2026-03-11 20:30")
async def test_second_window_is_kept() -> None:
    """Only the first window has entities; the second one stays, and is not run into."""
    windows = [
        {"start": "22:00:00", "end": "06:00:00"},
        {"start": "12:30:00", "end": "14:30:00"},
    ]
    async with owner(tariff="fixed", fixed={"off_peak": windows}) as me:
        with pytest.raises(ServiceValidationError) as refused:
            await me.use("time", "set_value", "day_start", time="13:00:00")
        assert refused.value.translation_key == "overlapping_windows"
        await me.use("time", "set_value", "day_start", time="05:30:00")
        changed = [{"start": "22:00:00", "end": "05:30:00"}, windows[1]]
        assert me.entry.options["fixed"]["off_peak"] == changed


@at("2026-03-12 22:30")
async def test_hand_back() -> None:
    """The plan leaves a battery whose mode was chosen to its owner, until its button is pressed."""
    async with owner() as me:
        await me.home.call(me.home.batteries[0], "select", "mode", option="auto")
        await me.home.call(me.home.batteries[1], "select", "mode", option="auto")
        await me.wait()
        assert me.modes == ["Auto", "Auto"]
        assert me.see("sensor", "plan_state") == me.see("sensor", "plan_reason") == "override"
        await me.use("button", "press", "hand_back")
        assert me.modes == ["Manual", "Manual"]
        assert me.see("sensor", "plan_state") == "charging"
        assert me.see("sensor", "plan_reason") == "red_tomorrow"


@at("2026-03-12 22:30")
async def test_apply_now() -> None:
    """What was changed behind the plan's back is put right at once."""
    async with owner() as me:
        me.home.batteries[0].set_battery(mode="Auto")
        await me.use("button", "press", "apply_now")
        assert me.modes == ["Manual", "Manual"]


async def _events(me: Owner) -> list[dict[str, Any]]:
    answer = await me.home.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": me.entity_id("calendar", "plan"),
            "start_date_time": dt_util.utcnow().isoformat(),
            "duration": {"hours": 40},
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    (calendar,) = answer.values()
    assert isinstance(calendar, dict)
    events: Any = calendar["events"]
    return list(events)


@at("2026-03-12 20:30")
async def test_calendar() -> None:
    """The calendar tells the coming steps in plain words, with their reasons."""
    async with owner() as me:
        event = me.find("calendar", "plan")
        assert event.state == "on"
        assert event.attributes["message"] == "Self-consumption: peak hours"
        events = await _events(me)
        assert all(one["end"] == other["start"] for one, other in pairwise(events))
        charge = next(event for event in events if event["summary"].startswith("Charging"))
        assert charge["summary"].endswith(" W to 100 %: tomorrow is red")
        assert charge["description"] == "Tomorrow is red"
        assert (clock(charge["start"]), clock(charge["end"])) == ("12 22:05", "13 05:45")
        next_steps = me.find("sensor", "plan_summary").state.partition(". ")[2]
        assert re.fullmatch(r"From 2\d:\d\d: .* \(.*\)\.", next_steps), next_steps


@at("2026-03-12 20:30")
async def test_every_entity_has_a_name() -> None:
    """No entity of the plan is named after its key or has lost its text."""
    async with owner(count=1) as me:
        registry = er.async_get(me.home.hass)
        items = er.async_entries_for_config_entry(registry, me.entry.entry_id)
        assert len(items) > 30
        named = [item for item in items if item.unique_id != "plan_plan_summary"]
        names = [(item.domain, item.original_name) for item in named]
        assert all(name for _, name in names)
        assert len(set(names)) == len(names)
        assert not any("{" in name or "_" in name for _, name in names if name)

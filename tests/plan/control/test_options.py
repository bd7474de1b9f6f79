"""Options of the plan as its owner changes them, and set-up with batteries at hand."""

from datetime import timedelta
import re
from typing import Any

from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.options import DEFAULTS, OPTIONS, OptionKind
from custom_components.marstek.runtime import async_loaded_plan
from tests.plan.flow import PlanFlow
from tests.support.owner import Owner, at, owner

NIGHT = {
    key: DEFAULTS[key]
    for key in (
        *("night", "has_pv", "red_target", "red_power", "white_eve", "least_soc", "most_soc"),
        *("reserve", "start_guard", "end_guard", "full_every", "gentle_top"),
    )
}
MACS = ["02aabbcc0000", "02aabbcc0001"]
_NO_PEAKS = {"peak_tariff": "none", "peak_sensor": None, "peak_free": 2500}


async def opened(me: Owner, group: str) -> PlanFlow:
    """Return the dialog of a group of options."""
    flow = PlanFlow(me.home.hass)
    await flow.options(me.entry)
    await flow.choose(group)
    return flow


@at("2026-03-12 21:30")
async def test_night() -> None:
    """What is changed in the form is what the next night does."""
    async with owner() as me:
        flow = await opened(me, "night")
        assert flow.defaults == NIGHT
        changed = {"red_target": 60.0, "red_power": 700.0, "start_guard": 20.0, "end_guard": 30.0}
        result = await flow.submit(**NIGHT | changed)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert me.entry.options["red_target"] == 60
        assert type(me.entry.options["red_target"]) is int
        await me.until("22:15")
        assert me.see("sensor", "plan_state") == "self_consumption"
        await me.until("22:30")
        assert me.see("sensor", "plan_state") == "charging"
        assert me.see("sensor", "target") == "60.0"
        assert (await opened(me, "night")).defaults == NIGHT | changed


@pytest.mark.parametrize("key", [key for key in NIGHT if OPTIONS[key].kind is OptionKind.WHOLE])
def test_bounds(key: str) -> None:
    """A number out of bounds, or with a fraction, is refused and can be put right."""

    @at("2026-03-12 20:30")
    async def scene() -> None:
        async with owner(count=0) as me:
            flow = await opened(me, "night")
            option = OPTIONS[key]
            for wrong in (option.low - 1, option.high + 1, option.low + 0.5):
                assert (await flow.submit(**NIGHT | {key: wrong}))["errors"] == {
                    key: "out_of_bounds"
                }
            before = dict(me.entry.options)
            await flow.submit(**NIGHT)
            assert me.entry.options == before | NIGHT

    scene()


@at("2026-03-12 20:30")
async def test_all_mistakes_are_told() -> None:
    """Each wrong field is marked; limits that contradict each other are told too."""
    async with owner(count=0) as me:
        flow = await opened(me, "night")
        errors = (await flow.submit(**NIGHT | {"reserve": -1, "end_guard": 500}))["errors"]
        assert errors == {"reserve": "out_of_bounds", "end_guard": "out_of_bounds"}
        errors = (await flow.submit(**NIGHT | {"least_soc": 80, "most_soc": 70}))["errors"]
        assert errors == {"base": "least_above_most"}


@at("2026-03-12 20:30")
async def test_solar_yield_needs_consumption() -> None:
    """A sensor of the sun alone says nothing of what the house needs: the other one is asked for."""
    async with owner(count=0) as me:
        flow = await opened(me, "strategy")
        form = {"strategy": "savings", "daily_load": 0, "pv_sensor": "sensor.sun"}
        assert (await flow.submit(**form))["errors"] == {"load_sensor": "load_sensor_missing"}
        result = await flow.submit(**form, load_sensor="sensor.house")
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert me.entry.options["pv_sensor"] == "sensor.sun"


@at("2026-03-12 22:30")
async def test_batteries() -> None:
    """A battery that is unticked goes back to Auto at once."""
    async with owner() as me:
        flow = await opened(me, "batteries")
        assert flow.defaults == {"batteries": MACS, "all_batteries": True}
        result = await flow.submit(batteries=[], all_batteries=False)
        assert result["errors"] == {"base": "no_selection"}
        await flow.submit(batteries=MACS[:1], all_batteries=False)
        await me.wait()
        assert me.modes == ["Manual", "Auto"]
        assert (await opened(me, "batteries")).defaults == {
            "batteries": MACS[:1],
            "all_batteries": False,
        }
        flow = await opened(me, "batteries")
        await flow.submit(batteries=MACS[1:], all_batteries=True)
        await me.wait()
        assert me.modes == ["Auto", "Manual"]
        assert me.entry.options["batteries"] == MACS[:1]


@at("2026-03-12 21:30")
async def test_house() -> None:
    """A small contract lets less be drawn at once; a sensor can be picked and taken away."""
    async with owner() as me:
        flow = await opened(me, "house")
        assert flow.defaults == {
            "subscribed_kva": "6",
            "grid_sensor": None,
            "safety_power": 0,
            "never_feed_in": False,
            "standby": 8,
            **_NO_PEAKS,
        }
        result = await flow.submit(subscribed_kva="3", grid_sensor="sensor.grid", safety_power=2501)
        assert result["errors"] == {"safety_power": "out_of_bounds"}
        await flow.submit(subscribed_kva="3", grid_sensor="sensor.grid", safety_power=150)
        changed = {"subscribed_kva": 3, "grid_sensor": "sensor.grid", "safety_power": 150}
        assert changed.items() <= me.entry.options.items()
        await me.until("22:15")
        assert -1060 < sum(me.powers) < -200
        flow = await opened(me, "house")
        assert flow.defaults == {
            **changed,
            "subscribed_kva": "3",
            "standby": 8,
            "never_feed_in": False,
            **_NO_PEAKS,
        }
        wrong = await flow.submit(subscribed_kva="6", safety_power=150, never_feed_in=True)
        assert wrong["errors"] == {"safety_power": "safety_net_feeds_in"}
        await flow.submit(subscribed_kva="6", safety_power=0)
        assert me.entry.options["grid_sensor"] is None


@at("2026-03-12 20:30")
async def test_alerts() -> None:
    """Thresholds are options."""
    async with owner(soc=35) as me:
        flow = await opened(me, "alerts")
        assert flow.defaults == {"low_soc": 20, "high_temperature": 45}
        wrong = await flow.submit(low_soc=20, high_temperature=99)
        assert wrong["errors"] == {"high_temperature": "out_of_bounds"}
        await flow.submit(low_soc=40, high_temperature=50)
        await me.wait()
        assert me.find("event", "alert").attributes["event_type"] == "low_soc"


@at("2026-03-12 20:30")
async def test_what_batteries_do_not_feed() -> None:
    """Things, a limit for those that tell a power, and a longest time."""
    async with owner(soc=35) as me:
        flow = await opened(me, "consumers")
        assert flow.defaults == {
            "do_not_feed": [],
            "do_not_feed_states": ["charging"],
            "do_not_feed_above": 500,
            "do_not_feed_hours": 12,
        }
        things = ["switch.car", "sensor.wallbox"]
        form = {"do_not_feed": things, "do_not_feed_above": 1000, "do_not_feed_hours": 25}
        wrong = await flow.submit(**form)
        assert wrong["errors"] == {"do_not_feed_hours": "out_of_bounds"}
        await flow.submit(**form | {"do_not_feed_hours": 4})
        plan = async_loaded_plan(me.home.hass)
        assert plan is not None
        options = plan.control.options
        assert options.do_not_feed == tuple(things)
        assert (options.do_not_feed_above, options.do_not_feed_for) == (1000, timedelta(hours=4))


@at("2026-03-12 20:30")
async def test_fixed_hours() -> None:
    """Without colours nothing is asked about red and white days."""
    async with owner(count=0, tariff="fixed") as me:
        night, house = await opened(me, "night"), await opened(me, "house")
        assert not {"red_target", "red_power", "white_eve"} & night.defaults.keys()
        assert "safety_power" not in house.defaults
        await night.submit(**{key: NIGHT[key] for key in night.defaults} | {"night": "charge"})
        assert me.see("select", "night") == "charge"


async def set_up_again(me: Owner, **answers: Any) -> PlanFlow:
    """Remove the plan, and go through its set-up up to the preview."""
    hass = me.home.hass
    await hass.config_entries.async_remove(me.entry.entry_id)
    flow = PlanFlow(hass)
    await flow.add()
    await flow.choose("tempo")
    await flow.submit(start="22:00:00", end="06:00:00")
    await flow.submit()
    assert flow.result["step_id"] == "home"
    await flow.submit(**flow.defaults | answers)
    await flow.feed_in_as_suggested()
    return flow


def preview(flow: PlanFlow) -> list[str]:
    """Return the lines of a preview."""
    text: str = (flow.result["description_placeholders"] or {})["plan"]
    assert "exceptions." not in text
    return [line for line in text.splitlines() if line]


@at("2026-03-12 20:30")
async def test_preview_of_the_coming_day() -> None:
    """Set-up shows what 24 hours bring to the batteries at hand, why, and begins."""
    async with owner() as me:
        flow = await set_up_again(me)
        assert flow.result["step_id"] == "preview"
        shown = preview(flow)
        dash = "\N{EN DASH}"
        assert shown[0] == "Today: not known yet · Tomorrow: not known yet"
        assert shown[1] == f"- **20:31{dash}22:00** Self-consumption: peak hours"
        assert shown[2].startswith(f"- **22:05{dash}05:45** Charging at ")
        assert shown[2].endswith(" W to 100 %: tomorrow may be red")
        assert shown[3] == f"- **06:00{dash}20:31** Self-consumption: peak hours"
        charges = r"Venus E 3\.0 0000 (49|50) %, Venus E 3\.0 0001 (49|50) %"
        assert re.fullmatch(rf"State of charge now: {charges}\.", shown[4])
        assert shown[5].startswith("- **From 06:00** batteries are in Auto again")
        assert shown[6].startswith("- **Ordinary nights:** batteries stand at 0 W")
        assert "0.1654 EUR" in shown[6]
        assert shown[7].startswith("- **Before a red day:** batteries charge to 100 %")
        assert len(shown) == 8
        await flow.submit(automatic=True)
        (entry,) = [
            e for e in me.home.hass.config_entries.async_entries(DOMAIN) if e.title == "Plan"
        ]
        await me.until("22:15")
        assert me.modes == ["Manual", "Manual"]
        await entry.runtime_data.async_stop()


@at("2026-03-12 20:30")
async def test_set_up_without_control() -> None:
    """One battery may be left out, and the plan may be left to begin later."""
    async with owner() as me:
        flow = await set_up_again(me, batteries=MACS[:1], all_batteries=False, has_pv=True)
        await flow.submit(automatic=False)
        (entry,) = [
            e for e in me.home.hass.config_entries.async_entries(DOMAIN) if e.title == "Plan"
        ]
        assert entry.options["batteries"] == MACS[:1]
        assert entry.options["has_pv"] is True
        await me.until("22:15")
        assert me.modes == ["Auto", "Auto"]
        assert me.see("sensor", "plan_state") == "off"
        await entry.runtime_data.async_stop()


@at("2026-03-12 21:30")
async def test_preview_of_another_tariff() -> None:
    """Nothing is commanded by another tariff before its hours, prices and preview were seen."""
    async with owner() as me:
        flow = PlanFlow(me.home.hass)
        await flow.reconfigure(me.entry)
        await flow.submit(tariff="fixed")
        await flow.submit(start="21:45:00", end="05:00:00")
        result = await flow.submit(off_peak=0.1, peak=0.3, subscription=0)
        assert result["step_id"] == "reconfigure_preview"
        shown = preview(flow)
        dash = "\N{EN DASH}"
        assert shown[1].startswith(f"- **21:50{dash}05:00** Hold")
        assert [line for line in shown if "ed day" in line] == []
        assert any("0.3000 EUR" in line for line in shown)
        await me.until("21:58")
        assert me.entry.data["tariff"] == "tempo"
        assert me.modes == ["Auto", "Auto"]
        assert (await flow.submit())["reason"] == "tariff_changed"
        await me.wait()
        assert me.entry.options["fixed"]["prices"]["peak"] == 0.3
        assert me.modes == ["Manual", "Manual"]


@at("2026-03-12 21:30")
async def test_another_tariff_while_the_plan_is_stopped() -> None:
    """What it would do is shown all the same, and is done once it runs again."""
    async with owner() as me:
        entries = me.home.hass.config_entries
        assert await entries.async_unload(me.entry.entry_id)
        flow = PlanFlow(me.home.hass)
        await flow.reconfigure(me.entry)
        await flow.submit(tariff="fixed")
        await flow.submit(start="21:45:00", end="05:00:00")
        result = await flow.submit(off_peak=0.1, peak=0.3, subscription=0)
        assert result["step_id"] == "reconfigure_preview"
        assert preview(flow)[1].startswith("- **21:50\N{EN DASH}05:00** Hold")
        assert (await flow.submit())["reason"] == "tariff_changed"
        assert await entries.async_setup(me.entry.entry_id)
        await me.until("21:58")
        assert me.modes == ["Manual", "Manual"]


@at("2026-03-12 21:30")
async def test_preview_of_a_strategy_that_learns() -> None:
    """It says that nights are simple ones until enough is known; a battery may be unread."""
    async with owner(strategy="savings", night="charge") as me:
        me.home.batteries[0].faults.dark = True
        await me.wait(900)
        flow = PlanFlow(me.home.hass)
        await flow.reconfigure(me.entry)
        await flow.submit(tariff="tempo")
        await flow.submit(**flow.defaults)
        await flow.submit(**flow.defaults)
        shown = preview(flow)
        blue = "\N{LARGE BLUE CIRCLE}"
        assert shown[0].startswith(f"Today: {blue} Blue · Tomorrow: ")
        assert f"** {blue} Self-consumption: peak hours" in shown[1]
        assert any("until three days" in line for line in shown)
        assert any("Venus E 3.0 0000 unknown" in line for line in shown)
        assert [line for line in shown if "Ordinary" in line] == []

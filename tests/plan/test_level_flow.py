"""Contracts with more than two prices as a user sets them up, changes them and leaves them."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from tests.plan.flow import PlanFlow
from tests.support.frozen_home import FrozenHome

THREE = "17-20 0.40\n0-6 22 ct\n0.30"
NIGHT = {"start": "22:00:00", "end": "06:00:00"}
STORED = [
    {"windows": [["17:00", "20:00"]], "days": [], "months": [], "value": 0.4},
    {"windows": [["00:00", "06:00"]], "days": [], "months": [], "value": 0.22},
    {"windows": [], "days": [], "months": [], "value": 0.3},
]


@pytest.fixture(name="flow")
def flow_fixture(hass: HomeAssistant, home: FrozenHome) -> PlanFlow:
    """Return a dialog."""
    return PlanFlow(hass)


def keys(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the keys of the entities that are registered."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {each.unique_id.removeprefix("plan_") for each in found}


def _summary(result: ConfigFlowResult) -> list[str]:
    """Return the lines of a summary, with plain dashes."""
    text: str = (result["description_placeholders"] or {})["summary"]
    return text.replace("\N{EN DASH}", "-").splitlines()


async def test_set_up(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Lines are read, shown as they were understood, and become the price of the hour."""
    await flow.add()
    await flow.choose("levels")
    assert flow.defaults == {"price_levels": "", "subscription": 0.0}
    for given, error in (
        ({"subscription": 0}, {"price_levels": "hours_left"}),
        ({"price_levels": "0.3", "subscription": 0}, {"price_levels": "one_price"}),
        (
            {"price_levels": "0-6 0.1\nelse 0.3", "subscription": 0},
            {"price_levels": "line_unknown"},
        ),
        ({"price_levels": THREE, "subscription": -1}, {"subscription": "invalid_price"}),
    ):
        assert (await flow.submit(**given))["errors"] == error
    result = await flow.submit(price_levels=THREE, subscription=12)
    assert result["step_id"] == "levels_check"
    assert _summary(result) == [
        "- 17:00-20:00 0.4 EUR/kWh",
        "- 00:00-06:00 0.22 EUR/kWh",
        "- 0.3 EUR/kWh in all other hours",
        "- Today: 00:00-06:00 0.22 (off-peak hours), 06:00-17:00 0.3, 17:00-20:00 0.4, 20:00-00:00 0.3",
    ]
    await flow.choose("levels")
    assert flow.defaults["price_levels"] == THREE
    await flow.submit(price_levels=THREE, subscription=12)
    await flow.choose("levels_use")
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["tariff"] == "fixed"
    assert entry.options["fixed"] == {"price_levels": STORED, "prices": {"subscription": 12.0}}
    assert home.server.count() == 0
    await home.go("2026-01-13", "16:59")
    assert (home.state("price"), home.state("next_price")) == ("0.3", "0.4")
    await home.go("2026-01-13", "17:00")
    assert home.state("price") == "0.4"
    assert home.state("off_peak") == "off"


async def test_public_holidays(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Those of the country of the home: shown with their prices before they are saved, and billed so."""
    lines = "Mon-Fri 7-23 0.40\nSat,Sun,holidays 0.25\n0.30"
    hass.config.country = "CH"
    await flow.add()
    await flow.choose("levels")
    result = await flow.submit(price_levels=lines, subscription=12)
    assert result["errors"] == {"price_levels": "line_holidays"}
    hass.config.country = "NL"
    result = await flow.submit(price_levels=lines, subscription=12)
    shown = _summary(result)
    assert shown[1] == "- Sat-Sun, holidays 0.25 EUR/kWh"
    assert shown[-1].startswith("- Public holidays (NL), next on 2026-04-06: 00:00-")
    assert "0.4" not in shown[-1]
    await flow.choose("levels_use")
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.options["fixed"]["price_levels"][1]["holidays"] == "NL"
    # What was saved stays, wherever Home Assistant thinks that it is.
    hass.config.country = "FR"
    await home.go("2026-04-27", "12:00")
    assert (home.state("price"), home.state("off_peak")) == ("0.25", "on")
    await home.go("2026-04-28", "12:00")
    assert home.state("price") == "0.4"


async def test_changes(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """From two prices to several and back, by the options and by another tariff."""
    entry = await home.set_up("fixed", off_peak=[NIGHT], prices={"off_peak": 0.1, "peak": 0.2})
    before = keys(hass, entry)
    assert {"price_peak", "night_start"} <= before
    await flow.options(entry)
    await flow.choose("levels")
    await flow.submit(price_levels=THREE, subscription=3)
    await flow.choose("levels_use")
    await home.settle()
    assert not {"price_peak", "night_start"} & keys(hass, entry)
    assert home.state("next_price_change") != "unknown"
    menu = await flow.options(entry)
    choices = menu["menu_options"]
    assert isinstance(choices, list)
    assert choices[-2:] == ["levels", "tidy_up"]
    await flow.choose("levels")
    assert flow.defaults == {
        "price_levels": "17:00-20:00 0.4\n00:00-06:00 0.22\n0.3",
        "subscription": 3.0,
    }
    assert (await flow.submit(price_levels="0-6 0.1", subscription=3))["errors"]
    await flow.submit(price_levels="", subscription=3)
    await home.settle()
    assert keys(hass, entry) == before
    assert home.state("price_peak") == "0.2"
    flow = PlanFlow(hass)
    await flow.reconfigure(entry)
    assert flow.defaults == {"tariff": "fixed"}
    await flow.submit(tariff="levels")
    await flow.submit(price_levels=THREE, subscription=3)
    assert (await flow.choose("levels_use"))["reason"] == "tariff_changed"
    await home.settle()
    assert entry.options["fixed"]["price_levels"] == STORED
    await flow.reconfigure(entry)
    assert flow.defaults == {"tariff": "levels"}
    await flow.submit(tariff="fixed")
    await flow.submit(**NIGHT)
    await flow.submit(off_peak=0.1, peak=0.2, subscription=0)
    await home.settle()
    assert entry.options["fixed"]["price_levels"] == []
    assert keys(hass, entry) == before

"""Prices in another currency than Home Assistant's: nothing is converted, and the owner is told."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.plan.tariff.price_currency import currency_of_prices, stated_currency
from custom_components.marstek.plan.tariff_settings import DynamicSettings, settings_of
from tests.plan.flow import PlanFlow
from tests.plan.test_dynamic import tell
from tests.support.frozen_home import MINUTE, FrozenHome

SPOT = "sensor.spot"


def repair(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the repair about the currency."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"currency_differs_{entry.entry_id}")


def units(hass: HomeAssistant) -> set[Any]:
    """Return the units of a price and of money."""
    registry = er.async_get(hass)
    found = (
        registry.async_get_entity_id("sensor", DOMAIN, f"plan_{key}")
        for key in ("price", "saved_today", "saved_season", "plan_added")
    )
    states = (hass.states.get(entity_id or "") for entity_id in found)
    return {state.attributes["unit_of_measurement"] for state in states if state is not None}


async def test_they_are_shown_in_their_own(hass: HomeAssistant, home: FrozenHome) -> None:
    """Also without their source after a restart, until Home Assistant has the same."""
    tell(hass, "2026-01-13", unit="GBP/kWh")
    entry = await home.set_up("dynamic", price_entities=[SPOT])
    found = repair(hass, entry)
    assert found is not None
    assert found.translation_placeholders == {"prices": "GBP", "home": "EUR"}
    assert units(hass) == {"£/kWh", "GBP"}
    hass.states.async_remove(SPOT)
    await home.restart(entry, home.now + 5 * MINUTE)
    assert units(hass) == {"£/kWh", "GBP"}
    assert repair(hass, entry) is not None
    await hass.config.async_update(currency="GBP")
    await hass.async_block_till_done()
    assert repair(hass, entry) is None


async def test_the_same_currency_is_no_matter(hass: HomeAssistant, home: FrozenHome) -> None:
    """Nor is a source that says none."""
    tell(hass, "2026-01-13", unit=None)
    entry = await home.set_up("dynamic", price_entities=[SPOT])
    assert units(hass) == {"€/kWh", "EUR"}
    assert repair(hass, entry) is None


async def test_tempo_is_paid_in_euros(hass: HomeAssistant, home: FrozenHome) -> None:
    """Whatever Home Assistant calculates in."""
    hass.config.currency = "CHF"
    entry = await home.set_up("tempo")
    assert repair(hass, entry) is not None
    assert units(hass) == {"€/kWh", "EUR"}


async def test_it_is_shown_before_prices_are_saved(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """The page that shows what was understood names it."""
    tell(hass, "2026-01-13", unit="GBP/kWh")
    await flow.add()
    await flow.choose("dynamic")
    result = await flow.submit(price_entities=[SPOT], price_unit="auto", vat=0, surcharge=0)
    assert result["description_placeholders"] is not None
    assert "GBP/kWh" in result["description_placeholders"]["summary"]
    assert "EUR" not in result["description_placeholders"]["summary"]


@pytest.fixture(name="flow")
def flow_fixture(hass: HomeAssistant, home: FrozenHome) -> PlanFlow:
    """Return a dialog."""
    return PlanFlow(hass)


async def test_sources(hass: HomeAssistant) -> None:
    """A unit, an attribute or an entry of Nord Pool may say it; Tibber does not."""
    nord_pool = MockConfigEntry(domain="nordpool", data={"areas": ["SE3"], "currency": "SEK"})
    nord_pool.add_to_hass(hass)
    hass.states.async_set("sensor.one", "1", {"unit_of_measurement": "kr/kWh", "currency": "NOK"})
    hass.states.async_set("sensor.two", "1", {"unit_of_measurement": "p/kWh"})
    for source, expected in (
        (DynamicSettings(entities=("sensor.one",)), "NOK"),
        (DynamicSettings(entities=("sensor.gone", "sensor.two")), "GBP"),
        (DynamicSettings(action=f"nordpool.get_prices_for_date {nord_pool.entry_id} SE3"), "SEK"),
        (DynamicSettings(action="nordpool.get_prices_for_date gone SE3"), None),
        (DynamicSettings(action="tibber.get_prices"), None),
        (DynamicSettings(), None),
    ):
        assert stated_currency(hass, source) == expected


def test_own_prices_are_in_the_currency_of_the_home() -> None:
    """Those that were never changed are the French ones."""
    for prices, currency in (({}, "EUR"), ({"off_peak": 0.2, "peak": 0.3}, "CHF")):
        settings = settings_of({"tariff": Tariff.FIXED}, {Tariff.FIXED: {"prices": prices}})
        assert currency_of_prices(settings, "SEK", "CHF") == currency

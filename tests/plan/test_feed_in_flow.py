"""What feeding in earns as set-up asks it: in homes with solar panels, of each kind."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.marstek.const import DOMAIN
from tests.plan.flow import PlanFlow
from tests.plan.test_dynamic import rows
from tests.support.frozen_home import FrozenHome

FORM = {"price_unit": "auto", "vat": 0, "surcharge": 0}


@pytest.fixture(name="flow")
def flow_fixture(hass: HomeAssistant, home: FrozenHome) -> PlanFlow:
    """Return a dialog."""
    return PlanFlow(hass)


def options(hass: HomeAssistant) -> Any:
    """Return the options of the plan."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry.options


async def test_by_hour(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Lines are shown before the preview, and may be changed; without panels nothing is asked."""
    await flow.add()
    await flow.choose("levels")
    await flow.submit(price_levels="17-20 0.4\n0-6 0.2\n0.3", subscription=0)
    await flow.choose("levels_use")
    assert (await flow.submit(has_pv=True))["step_id"] == "export"
    wrong = await flow.submit(export_kind="hours", feed_in=5)
    assert wrong["errors"] == {"feed_in": "invalid_export_price"}
    await flow.submit(export_kind="hours", feed_in=0.03)
    result = await flow.submit(export_hours="18-21 0.12")
    assert "0.03 EUR/kWh in all other hours" in str(result["description_placeholders"])
    await flow.choose("export_hours_use")
    assert flow.result["step_id"] == "preview_no_battery"
    assert (await flow.submit(automatic=False))["type"] is FlowResultType.CREATE_ENTRY
    assert options(hass)["export_kind"] == "hours"
    assert home.state("export_price") == "0.03"
    await home.go("2026-01-13", "18:00")
    assert home.state("export_price") == "0.12"


async def test_by_a_source(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Its form begins anew after that of the price of drawing, and has a surcharge of its own."""
    day = home.now.date()
    hass.states.async_set("sensor.spot", "0.1", {"raw_today": rows(day)})
    hass.states.async_set("sensor.out", "0.1", {"raw_today": rows(day, price=lambda _: 0.2)})
    await flow.add()
    await flow.choose("dynamic")
    await flow.source(price_entities=["sensor.spot"], **FORM)
    await flow.submit(has_pv=True)
    await flow.submit(export_kind="source", feed_in=0.0)
    assert flow.defaults["price_entities"] is None
    wrong = await flow.submit(price_entities=["sensor.gone"], **FORM)
    assert wrong["errors"] == {"base": "no_prices"}
    shown = await flow.submit(price_entities=["sensor.out"], **FORM | {"surcharge": -0.02})
    assert "You earn now: 0.18" in str(shown["description_placeholders"])
    await flow.choose("export_use")
    assert (await flow.submit(automatic=False))["type"] is FlowResultType.CREATE_ENTRY
    assert options(hass)["export_source"]["price_entities"] == ["sensor.out"]
    assert options(hass)["dynamic"]["price_entities"] == ["sensor.spot"]
    assert float(home.state("export_price")) == pytest.approx(0.18)

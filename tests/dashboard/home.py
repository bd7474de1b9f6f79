"""A home without running batteries, whose registries hold what a dashboard shows."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.dashboard.inventory import BatteryInventory, Inventory, PlanInventory
from custom_components.marstek.dashboard.texts import DashboardTexts
from custom_components.marstek.plan.tariff_settings import new_settings
from tests.dashboard.test_texts import tree_of

OF_BATTERY: Final = {
    "soc": "sensor.{}_soc",
    "battery_power": "sensor.{}_power",
    "mode": "select.{}_mode",
    "do_now": "select.{}_do_now",
    "commanded_by": "sensor.{}_commanded_by",
    "setpoint": "number.{}_setpoint",
    "energy_charged": "sensor.{}_charged",
    "energy_discharged": "sensor.{}_discharged",
    "restore_automatic": "button.{}_restore",
    "schedule": "calendar.{}_schedule",
    "wifi_signal": "sensor.{}_wifi",
}
OF_PLAN: Final = {
    "plan_summary": "sensor.plan",
    "plan_state": "sensor.plan_state",
    "plan_problem": "binary_sensor.plan_problem",
    "automatic_control": "switch.automatic",
    "hand_back": "button.hand_back",
    "total_soc": "sensor.total_soc",
    "total_charged": "sensor.total_charged",
    "total_discharged": "sensor.total_discharged",
    "plan": "calendar.plan",
    "saved_today": "sensor.saved_today",
    "saved_season": "sensor.saved_season",
    "colour_today": "sensor.colour_today",
    "colour_tomorrow": "sensor.colour_tomorrow",
    "red_days_left": "sensor.red_days_left",
    "price": "sensor.price",
    "off_peak": "binary_sensor.off_peak",
    "night": "select.night",
    "red_power": "number.red_power",
    "night_start": "time.night_start",
    "rule_01": "switch.rule_shower",
}
COMPONENTS: Final = frozenset({"energy", "recorder", "logbook", "frontend", "http"})


def battery(number: int, name: str | None = None, without: Iterable[str] = ()) -> BatteryInventory:
    """Return a battery with its entities."""
    entities = {
        key: pattern.format(f"venus_{number}")
        for key, pattern in OF_BATTERY.items()
        if key not in set(without)
    }
    mac = f"02aabbcc{number:04d}"
    return BatteryInventory(
        mac, name or f"Venus {number}", entities, f"device{number}", "schedule" in entities
    )


def plan(tariff: Tariff = Tariff.TEMPO, without: Iterable[str] = ()) -> PlanInventory:
    """Return a plan with its entities."""
    entities = {key: entity for key, entity in OF_PLAN.items() if key not in set(without)}
    return PlanInventory(entities, new_settings(tariff), "device_plan", "sensor.grid")


def inventory(
    count: int = 3, tariff: Tariff | None = Tariff.TEMPO, components: Iterable[str] = COMPONENTS
) -> Inventory:
    """Return a home with so many batteries and, unless its tariff is None, a plan."""
    return Inventory(
        tuple(battery(number) for number in range(count)),
        None if tariff is None else plan(tariff),
        frozenset(components),
    )


def texts_of(language: str = "en") -> DashboardTexts:
    """Return the texts of a language."""
    return DashboardTexts(language, tree_of(language))


def add_battery(hass: HomeAssistant, number: int, title: str) -> MockConfigEntry:
    """Register a battery with a device and two entities, without setting it up."""
    mac = f"02aabbcc{number:04d}"
    entry = MockConfigEntry(
        domain=DOMAIN, title=title, unique_id=mac, data={"kind": "battery", "ble_mac": mac}
    )
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, mac)}, name=title
    )
    for domain, key in (("sensor", "soc"), ("select", "mode")):
        er.async_get(hass).async_get_or_create(
            domain, DOMAIN, f"{mac}_{key}", config_entry=entry, device_id=device.id
        )
    return entry


def add_plan(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Register a plan of Tempo with its sentence, without setting it up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Plan",
        unique_id="plan",
        data={"kind": "plan", "tariff": "tempo"},
        options=dict(options or {}),
    )
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, "plan_plan_summary", config_entry=entry
    )
    return entry

"""Entities that are on when a battery or the plan is added; all others are registered, but off.

A newcomer meets what he needs in the first hour. What is registered once stays as its owner left it:
this decides on new registrations only.
"""

from collections.abc import Iterator
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import CONF_BLE_MAC, PLAN_UNIQUE_ID
from .entries import async_batteries, async_plan_entry

RULE_PREFIX: Final = "rule_"
"""Keys of the switches of own rules begin with it."""

_BATTERY: Final = frozenset(
    {
        "soc",
        "battery_power",
        "mode",
        "commanded_by",
        "full_at",
        "empty_at",
        "energy_charged",
        "energy_discharged",
        "restore_automatic",
        "setpoint",
        "do_now",
        # Of models with solar inputs.
        "pv_power",
        "pv_energy",
    }
)
_PLAN: Final = frozenset(
    {
        "plan_summary",
        "plan_state",
        "next_action_at",
        "total_soc",
        "total_power",
        "total_charged",
        "total_discharged",
        "automatic_control",
        "hand_back",
        "plan_problem",
        "plan",
        "saved_today",
        "saved_season",
        "next_full_charge",
        "plan_added",
        "meter_verdict",
    }
)
_TARIFF: Final = frozenset(
    {
        "colour_today",
        "colour_tomorrow",
        "red_days_left",
        # The same in homes of 0.1.0, where they go on alone.
        "days_left_red",
        "price",
        "off_peak",
        "blue_days",
        "white_days",
        "red_days",
        # Of day-ahead prices.
        "next_price",
        "next_price_change",
        "price_lowest",
        "price_highest",
    }
)


def is_main_of_battery(key: str) -> bool:
    """Tell whether an entity of a battery is on by default."""
    return key in _BATTERY


def is_main_of_plan(key: str) -> bool:
    """Tell whether an entity of the plan or of the tariff is on by default."""
    return key in _PLAN or key in _TARIFF or key.startswith(RULE_PREFIX)


@callback
def async_beyond_main(hass: HomeAssistant) -> Iterator[er.RegistryEntry]:
    """Yield the entities of this integration that are on, and would be off in a new home."""
    registry, plan = er.async_get(hass), async_plan_entry(hass)
    homes = [
        (entry, entry.data[CONF_BLE_MAC], is_main_of_battery) for entry in async_batteries(hass)
    ]
    if plan is not None:
        homes.append((plan, PLAN_UNIQUE_ID, is_main_of_plan))
    for entry, prefix, is_main in homes:
        for item in er.async_entries_for_config_entry(registry, entry.entry_id):
            if item.disabled_by is None and not is_main(item.unique_id.removeprefix(f"{prefix}_")):
                yield item

"""What a config entry of ours holds while it is loaded."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .battery.runtime import Battery
from .entries import async_plan_entry, is_battery
from .plan.runtime import Plan, PlanConfigEntry

type MarstekConfigEntry = ConfigEntry[Battery | Plan]


@callback
def async_loaded_plan(hass: HomeAssistant) -> Plan | None:
    """Return the running plan."""
    entry: PlanConfigEntry | None = async_plan_entry(hass)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry.runtime_data


@callback
def async_is_heard(entry: ConfigEntry) -> bool:
    """Tell whether the battery of an entry is set up and answers where it is, or is left alone."""
    if entry.state is not ConfigEntryState.LOADED or not is_battery(entry):
        return False
    battery: Battery = entry.runtime_data
    return battery.is_reachable_or_left_alone

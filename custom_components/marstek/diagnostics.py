"""What to send along with a problem report, with everything private left out."""

from typing import Any

from homeassistant.core import HomeAssistant

from .battery.coordinator import BatteryCoordinator
from .battery.diagnostics import battery_diagnostics
from .plan.diagnostics import plan_diagnostics
from .runtime import MarstekConfigEntry


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MarstekConfigEntry
) -> dict[str, Any]:
    """Return the state of a battery or of the plan."""
    data = entry.runtime_data
    if isinstance(data, BatteryCoordinator):
        return battery_diagnostics(data)
    return plan_diagnostics(data)

"""Migration of config entries to the version of this integration, one step per older version."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import ENTRY_VERSION
from .entries import is_foreign

type MigrationStep = Callable[[dict[str, Any], dict[str, Any]], None]
"""Changes data and options of an entry in place to those of the next version."""

STEPS: Final[Mapping[int, MigrationStep]] = {}
"""Steps by the version that they start from: none, as version 1 is the first."""


@callback
def async_migrate(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Migrate an entry to the present version; return whether it can be set up.

    Entries of other integrations stay as they are: set-up says what they are. So do entries of a
    newer version, which a downgrade leaves behind: Home Assistant logs that; they are not set up.
    """
    if is_foreign(entry):
        return True
    if entry.version > ENTRY_VERSION:
        return False
    data, options = dict(entry.data), dict(entry.options)
    for version in range(entry.version, ENTRY_VERSION):
        if (step := STEPS.get(version)) is None:
            return False
        step(data, options)
    if entry.version != ENTRY_VERSION:
        hass.config_entries.async_update_entry(
            entry, data=data, options=options, version=ENTRY_VERSION, minor_version=1
        )
    return True

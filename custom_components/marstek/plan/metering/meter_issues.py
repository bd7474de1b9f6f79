"""Repairs of the emulated meter, each raised once and removed when its reason is gone."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...const import DOMAIN, LOGGER

PORT_IN_USE: Final = "meter_port_in_use"
PORT_PRIVILEGED: Final = "meter_port_privileged"
PORT_OTHER: Final = "meter_port_other"
OTHER_METER: Final = "meter_other"
NO_SOURCE: Final = "meter_no_source"
WRONG_SIGN: Final = "meter_wrong_sign"
TWO_ON_SHELLY: Final = "meter_two_on_shelly"
NOT_ASKED: Final = "meter_not_asked"
OTHER_SUBNET: Final = "meter_other_subnet"
ALL: Final = (
    *(PORT_IN_USE, PORT_PRIVILEGED, PORT_OTHER, OTHER_METER),
    *(NO_SOURCE, WRONG_SIGN, TWO_ON_SHELLY, NOT_ASKED, OTHER_SUBNET),
)


class MeterIssues:
    """The repairs of one plan's meter."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Raise nothing yet."""
        self._hass = hass
        self._entry_id = entry_id
        self.raised: dict[str, Mapping[str, str]] = {}

    @callback
    def async_set(self, key: str, placeholders: Mapping[str, str] | None) -> None:
        """Raise a repair with its placeholders, or remove it with None."""
        if placeholders is None:
            if self.raised.pop(key, None) is not None:
                LOGGER.info("Meter: %s is over", key)
                ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry_id}")
            return
        if self.raised.get(key) == placeholders:
            return
        if key not in self.raised:
            LOGGER.info("Meter: %s", key)
        self.raised[key] = placeholders
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._entry_id}",
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders=dict(placeholders),
        )

    @callback
    def async_clear(self) -> None:
        """Remove all of them, also those of an earlier run."""
        self.raised.clear()
        for key in ALL:
            ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry_id}")

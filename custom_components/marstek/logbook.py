"""Logbook entries of the plan: its own sentences, each with an icon.

Home Assistant finds this platform by its file name.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.components.logbook.models import LazyEventPartialState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .plan.announcer import EVENT, Alert, Kind

_DEFAULT_ICON: Final = "mdi:home-battery"
_ICONS: Final[Mapping[str, str]] = {
    Kind.SWITCHED: "mdi:swap-horizontal",
    Kind.PARTLY_FAILED: "mdi:battery-alert",
    Kind.FAILED: "mdi:battery-alert",
    Kind.CHARGE_COMPLETE: "mdi:battery-check",
    Kind.OVERRIDE_STARTED: "mdi:account-arrow-right",
    Kind.OVERRIDE_ENDED: "mdi:account-arrow-left",
    Kind.PUT_BACK: "mdi:restore",
    Kind.CLOCK_WRONG: "mdi:clock-alert",
    Kind.FOREIGN_SLOTS: "mdi:calendar-alert",
    Kind.TAKES_NO_MORE: "mdi:battery-lock",
    Alert.COLOUR_TOMORROW: "mdi:calendar-star",
    Alert.COLOUR_MISSING: "mdi:calendar-question",
    Alert.RED_TOMORROW: "mdi:calendar-alert",
    Alert.BATTERY_FULL: "mdi:battery",
    Alert.LOW_SOC: "mdi:battery-low",
    Alert.HIGH_TEMPERATURE: "mdi:thermometer-alert",
    Alert.ALL_OFFLINE: "mdi:lan-disconnect",
    Alert.BATTERY_OFFLINE: "mdi:lan-disconnect",
    Alert.NO_METER: "mdi:meter-electric-outline",
    Alert.RED_UNCHARGED: "mdi:battery-alert",
    Alert.LEFT_IN_MANUAL: "mdi:hand-back-left",
    Alert.FOREIGN_CONTROLLER: "mdi:account-multiple",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[LazyEventPartialState], dict[str, Any]]], None
    ],
) -> None:
    """Describe the plan's events: each carries its title and sentence."""

    @callback
    def describe(event: LazyEventPartialState) -> dict[str, Any]:
        return {
            LOGBOOK_ENTRY_NAME: event.data.get("title"),
            LOGBOOK_ENTRY_MESSAGE: event.data.get("message"),
            LOGBOOK_ENTRY_ICON: _ICONS.get(str(event.data.get("type")), _DEFAULT_ICON),
        }

    async_describe_event(DOMAIN, EVENT, describe)

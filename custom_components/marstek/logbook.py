"""Logbook entries of the plan: its own sentences, each with an icon.

Home Assistant finds this platform by its file name.
"""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.components.logbook.models import LazyEventPartialState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .plan.events import EVENT, ICONS

_DEFAULT_ICON: Final = "mdi:home-battery"


def _icon(kind: object) -> str:
    return next((icon for known, icon in ICONS.items() if known == kind), _DEFAULT_ICON)


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
            LOGBOOK_ENTRY_ICON: _icon(event.data.get("type")),
        }

    async_describe_event(DOMAIN, EVENT, describe)

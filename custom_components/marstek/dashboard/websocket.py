"""Websocket commands of the dashboard: its layout and texts."""

from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import DOMAIN
from .inventory import async_inventory
from .layout import layout
from .page_module import async_build
from .texts import async_dashboard_texts

_LANGUAGE: Final = "language"
_MOST_NAMES: Final = 20
_SHORT: Final = vol.All(cv.string, vol.Length(max=64))
_NAMES: Final = vol.All(cv.ensure_list, vol.Length(max=_MOST_NAMES), [_SHORT])


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (_async_config, _async_texts):
        async_register_command(hass, command)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/dashboard/config",
        vol.Optional(_LANGUAGE, default="en"): _SHORT,
        vol.Optional("build", default=""): _SHORT,
        vol.Optional("hidden_views", default=list): _NAMES,
        vol.Optional("entry", default=list): _NAMES,
    }
)
@async_response
async def _async_config(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the layout, and whether the module of the page is older than this version."""
    texts = await async_dashboard_texts(hass, message[_LANGUAGE])
    home = async_inventory(hass, message["entry"])
    config = layout(home, texts, message["hidden_views"])
    build = async_build(hass)
    outdated = bool(message["build"]) and build is not None and message["build"] != build
    reload = texts.get("messages", "reload") if outdated else None
    connection.send_result(message["id"], {"config": config, "reload": reload})


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/dashboard/texts",
        vol.Optional(_LANGUAGE, default="en"): _SHORT,
    }
)
@async_response
async def _async_texts(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the texts of the cards."""
    texts = await async_dashboard_texts(hass, message[_LANGUAGE])
    connection.send_result(message["id"], {"language": texts.language, **texts.sections["cards"]})

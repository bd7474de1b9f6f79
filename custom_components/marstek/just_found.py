"""Batteries that have answered a flow's search a moment ago, by BLE MAC.

Their model and firmware are known from that, so that their set-up need not ask again: a request
less makes the first values appear three seconds sooner.
"""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

_LIFETIME: Final = 120.0
_FOUND: HassKey[dict[str, float]] = HassKey("marstek_just_found")


@callback
def async_note_found(hass: HomeAssistant, ble_macs: Iterable[str]) -> None:
    """Note which batteries have just answered; those of an earlier search are forgotten."""
    hass.data[_FOUND] = dict.fromkeys(ble_macs, hass.loop.time())


@callback
def async_take_found(hass: HomeAssistant, ble_mac: str) -> bool:
    """Return, once, whether a battery has answered a search within the last two minutes."""
    found_at = hass.data.get(_FOUND, {}).pop(ble_mac, None)
    return found_at is not None and hass.loop.time() - found_at < _LIFETIME

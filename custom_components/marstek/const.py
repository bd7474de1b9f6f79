"""Names shared by the parts of the integration."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "marstek"
LOGGER: Final = logging.getLogger(__package__)
MANUFACTURER: Final = "Marstek"


class EntryKind(StrEnum):
    """What a config entry stands for."""

    BATTERY = "battery"


# Data of a battery's config entry, beside CONF_HOST (as typed or found), CONF_PORT and CONF_MODEL.
CONF_KIND: Final = "kind"
CONF_BLE_MAC: Final = "ble_mac"
CONF_FIRMWARE: Final = "firmware"
CONF_DHCP_MAC: Final = "dhcp_mac"

# Options of a battery's config entry.
CONF_POWER_PRESET: Final = "power_preset"
CONF_CHARGE_LIMIT: Final = "charge_limit"
CONF_DISCHARGE_LIMIT: Final = "discharge_limit"

# What a battery on a household socket may carry, in W.
SOCKET_LIMIT: Final = 800


class PowerPreset(StrEnum):
    """How far the setpoint may go."""

    MODEL = "model"
    SOCKET = "socket"
    CUSTOM = "custom"

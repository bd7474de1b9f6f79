"""Facts per model and firmware, as one table (docs/protocol.md sections 1.1, 2 and 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

GET_DEVICE = "Marstek.GetDevice"
GET_DATA = "Marstek.GetData"
ES_STATUS = "ES.GetStatus"
ES_GET_MODE = "ES.GetMode"
ES_SET_MODE = "ES.SetMode"
BAT_STATUS = "Bat.GetStatus"
PV_STATUS = "PV.GetStatus"
EM_STATUS = "EM.GetStatus"
WIFI_STATUS = "Wifi.GetStatus"
BLE_STATUS = "BLE.GetStatus"
DOD_SET = "DOD.SET"
BLE_ADV = "Ble.Adv"
LED_CTRL = "Led.Ctrl"
WIFI_SET_CONFIG = "Wifi.SetConfig"
OTA_SET = "Ota.Set"
SET_VER = "Set.Ver"
RESET_FACTORY = "Reset.Factory"

DANGEROUS = frozenset({WIFI_SET_CONFIG, OTA_SET, SET_VER, RESET_FACTORY})
"""What no client may ever send (docs/protocol.md section 6.10)."""

HURTFUL_READS = frozenset({ES_GET_MODE, BAT_STATUS})
"""Reads that wipe settings on reset-prone firmware when polled hard (sections 2.4, 2.7)."""

_BASE = frozenset(
    {
        GET_DEVICE,
        WIFI_STATUS,
        BLE_STATUS,
        BAT_STATUS,
        ES_STATUS,
        ES_GET_MODE,
        ES_SET_MODE,
    }
)
_MODES = frozenset({"Auto", "AI", "Manual", "Passive"})


class Flags(Enum):
    """How charg_flag and dischrg_flag come about (docs/protocol.md section 2.4)."""

    CHARGE_ONLY = "dischrg_flag is always true"
    INDEPENDENT = "two real bits"
    SAME_BYTE = "both show the same BMS byte"


class CtInMode(Enum):
    """What ES.GetMode says about the CT in Auto and AI (docs/protocol.md section 2.7)."""

    NEVER = "no keys"
    ONLY_AI = "zeros in Auto, real values in AI"
    ALWAYS = "real values in both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One firmware of one model."""

    device: str
    source_name: str
    """The name in `src`."""
    pack_wh: int
    max_power: int
    """AC limit in W, both ways."""
    methods: frozenset[str]
    modes: frozenset[str] = _MODES
    replies_to_source_port: bool
    """False: the reply goes to the device's own API port at the sender's address."""
    error_objects: bool = True
    """False: every error is a `result` with `parse_state`."""
    own_errors: Mapping[tuple[str, int], tuple[int, str]] = MappingProxyType({})
    """`code` and `message` that differ from the table, by method and `data`."""
    lacking: frozenset[str] = frozenset({PV_STATUS})
    """Methods answered with 424 instead of 425."""
    silent: frozenset[str] = frozenset()
    """Methods that never get an answer."""
    temperature_unit: float = 1.0
    """Degrees Celsius per count of bat_temp, truncated."""
    capacity_unit: float = 1.0
    """Wh per count of bat_capacity, truncated."""
    battery_floats: bool = True
    battery_extras: bool = False
    """Whether voltage, current and error code are in Bat.GetStatus."""
    flags: Flags = Flags.SAME_BYTE
    cell_power_in_status: bool = False
    counter_unit: int = 1
    """Wh per count of the total_grid_* counters."""
    pv_channels: int = 0
    first_input_unit: float = 0.1
    """W per count of pv1_power."""
    pv_in_status: bool = False
    ct_in_mode: CtInMode = CtInMode.ONLY_AI
    meter_energy: bool = True
    wifi_mac_in_status: bool = True
    rssi_positive: bool = False
    reports_bssid: bool = True
    manual_before_validation: bool = True
    manual_slots: int = 10
    needs_manual_set: bool = False
    reset_prone: bool = False


_HMG_153 = Profile(
    device="VenusE",
    source_name="VenusE",
    pack_wh=5120,
    max_power=2500,
    methods=_BASE | {WIFI_SET_CONFIG},
    replies_to_source_port=False,
    error_objects=False,
    capacity_unit=10.0,
    battery_floats=False,
    battery_extras=True,
    flags=Flags.CHARGE_ONLY,
    cell_power_in_status=True,
    counter_unit=10,
    ct_in_mode=CtInMode.NEVER,
    meter_energy=False,
    wifi_mac_in_status=False,
    rssi_positive=True,
    reports_bssid=False,
    manual_before_validation=False,
)
_HMG_154 = replace(
    _HMG_153,
    methods=_HMG_153.methods | {EM_STATUS},
    error_objects=True,
    own_errors=MappingProxyType({(WIFI_STATUS, 412): (-32600, "Invalid Request")}),
    temperature_unit=10.0,
    capacity_unit=1.0,
    battery_floats=True,
    battery_extras=False,
    flags=Flags.INDEPENDENT,
    cell_power_in_status=False,
    counter_unit=100,
    wifi_mac_in_status=True,
    rssi_positive=False,
)
_HMG_155 = replace(_HMG_154, ct_in_mode=CtInMode.ALWAYS)

_VNSE3_135 = Profile(
    device="VenusE 3.0",
    source_name="VenusE 3.0",
    pack_wh=5120,
    max_power=2500,
    methods=_BASE | {EM_STATUS},
    replies_to_source_port=True,
    silent=frozenset({ES_STATUS, PV_STATUS}),
    ct_in_mode=CtInMode.NEVER,
)
_VNSE3_139 = replace(_VNSE3_135, temperature_unit=0.1, capacity_unit=10.0)
_VNSE3_143 = replace(_VNSE3_135, silent=frozenset())
_VNSE3_144 = replace(
    _VNSE3_143,
    methods=_VNSE3_143.methods | {GET_DATA},
    ct_in_mode=CtInMode.ONLY_AI,
    reset_prone=True,
)
_VNSE3_147 = replace(_VNSE3_144, methods=_VNSE3_144.methods | {DOD_SET}, modes=_MODES | {"UPS"})
_VNSE3_1476 = replace(_VNSE3_147, methods=_VNSE3_147.methods | {BLE_ADV, LED_CTRL})
_VNSE3_148 = replace(_VNSE3_1476, methods=_VNSE3_1476.methods | {OTA_SET})
_VNSE3_149 = replace(
    _VNSE3_148,
    methods=_VNSE3_148.methods | {SET_VER, RESET_FACTORY},
    reset_prone=False,
)
_VNSE3_151 = replace(_VNSE3_149, source_name="VNSE3-0")

_VNSA_147 = replace(
    _VNSE3_147,
    device="Venus A",
    source_name="VenusA",
    pack_wh=2080,
    max_power=1200,
    methods=_VNSE3_147.methods | {PV_STATUS},
    lacking=frozenset(),
    pv_channels=4,
)
_VNSA_148 = replace(_VNSA_147, methods=_VNSE3_148.methods | {PV_STATUS})
_VNSA_1487 = replace(_VNSA_148, methods=_VNSE3_149.methods | {PV_STATUS}, pv_in_status=True)
_VNSA_149 = replace(_VNSA_1487, reset_prone=False)

_VNSD_147 = replace(
    _VNSA_147,
    device="Venus D",
    source_name="VenusD",
    pack_wh=2560,
    max_power=2200,
    reset_prone=False,
)
_VNSD_149 = replace(_VNSD_147, methods=_VNSA_149.methods, max_power=2500, pv_in_status=True)
_VNSD_151 = replace(_VNSD_149, source_name="VNSD-0")

_VNSEM_300 = replace(
    _VNSE3_143,
    device="VNSEM-0",
    source_name="VNSEM-0",
    pack_wh=2560,
    max_power=800,
    modes=_MODES - {"Passive"},
    ct_in_mode=CtInMode.ONLY_AI,
    manual_slots=6,
    needs_manual_set=True,
)

_HMG = {153.0: _HMG_153, 154.0: _HMG_154, 155.0: _HMG_155}
_VENUS_C = {
    label: replace(profile, device="VenusC", source_name="VenusC", pack_wh=2560)
    for label, profile in _HMG.items()
}
_VNSE3 = {
    135.0: _VNSE3_135,
    139.0: _VNSE3_139,
    143.0: _VNSE3_143,
    144.0: _VNSE3_144,
    147.0: _VNSE3_147,
    147.6: _VNSE3_1476,
    148.0: _VNSE3_148,
    149.0: _VNSE3_149,
    151.0: _VNSE3_151,
}
_VNSA = {147.0: _VNSA_147, 148.0: _VNSA_148, 148.7: _VNSA_1487, 149.0: _VNSA_149}
_VNSD = {147.0: _VNSD_147, 149.0: _VNSD_149, 151.0: _VNSD_151}
_VEPRO = {150.0: replace(_VNSA_149, device="VenusE Pro", source_name="VEPRO-0", pack_wh=5120)}

_MODELS: tuple[tuple[str, Mapping[float, Profile]], ...] = (
    ("vnsem", {300.0: _VNSEM_300}),
    ("vnse3", _VNSE3),
    ("venuse3", _VNSE3),
    ("venusepro", _VEPRO),
    ("vepro", _VEPRO),
    ("vnsa", _VNSA),
    ("venusa", _VNSA),
    ("vnsd", _VNSD),
    ("venusd", _VNSD),
    ("hmg25", _VENUS_C),
    ("venusc", _VENUS_C),
    ("hmg", _HMG),
    ("venuse", _HMG),
)
"""Prefixes of the normalised model name, longest first, to firmwares by first label."""


def profile_for(device: str, firmware: int) -> Profile:
    """Return the profile of a model and firmware.

    A firmware that is not in the table behaves like the newest known one before
    it, or like the oldest. Raises ValueError for an unknown model.
    """
    wanted = device.lower().translate(str.maketrans("", "", " -_"))
    for prefix, firmwares in _MODELS:
        if wanted.startswith(prefix):
            return _newest_until(firmwares, _label(firmware))
    raise ValueError(f"unknown battery model {device!r}")


def _label(firmware: int) -> float:
    """Return the version as on the label: 1476 is 147.6."""
    return firmware / 10 if firmware >= 1000 else float(firmware)


def _newest_until(firmwares: Mapping[float, Profile], label: float) -> Profile:
    """Return the profile of the newest firmware that is not newer than `label`."""
    known = [first for first in firmwares if first <= label]
    return firmwares[max(known, default=min(firmwares))]

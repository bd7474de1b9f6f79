"""Results on the wire turned into models; a value that cannot be true becomes None."""

from collections.abc import Callable, Mapping
import re
from typing import Any, Final

from .errors import InvalidReplyError
from .models import (
    BatteryStatus,
    BluetoothStatus,
    DataStatus,
    DeviceStatus,
    EnergyStatus,
    MeterStatus,
    Method,
    Mode,
    ModeStatus,
    PvChannel,
    PvStatus,
    Status,
    WifiStatus,
)
from .profiles import Profile
from .text import plain, printable

# Twice what the largest model can do: a reply with such a power is a glitch and asked for again.
_POWER_LIMIT: Final = 6000
# Cells hold up to a tenth more than their rated capacity says.
_CAPACITY_MARGIN: Final = 1.1
# A three-phase house of 36 kVA with margin.
_METER_LIMIT: Final = 60_000
_CAPACITY_LIMIT: Final = 60_000
_COUNTER_LIMIT: Final = 1e9
# Beyond all of them. NaN is not within it; an integer of a thousand digits becomes no float.
_NUMBER_LIMIT: Final = 1e12
_MAC: Final = re.compile(r"[0-9a-f]{12}")
_PV_CHANNELS: Final = (1, 2, 3, 4)
_WORK_MODES: Final[dict[int | None, Mode]] = {
    0: Mode.AUTO,
    1: Mode.MANUAL,
    3: Mode.PASSIVE,
    5: Mode.AI,
}


class Fields:
    """Typed access to a result; None for missing, mistyped and out-of-range values."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        """Wrap a result."""
        self._result = result
        self.beyond: dict[str, float] = {}
        """Values that this battery can't have, by the names that they have in the status."""

    def within(self, name: str, value: float | None, low: float, high: float) -> bool:
        """Tell whether a value is one that this battery can have, and note it if not."""
        if value is None or low <= value <= high:
            return value is not None
        self.beyond[name] = value
        return False

    def number(self, key: str, low: float, high: float, scale: float | None = 1.0) -> float | None:
        """Return a number times `scale` when it then lies between `low` and `high`."""
        value = self._result.get(key)
        if scale is None or type(value) is bool or not isinstance(value, (int, float)):
            return None
        if not -_NUMBER_LIMIT <= value <= _NUMBER_LIMIT:
            return None
        scaled = round(value * scale, 3)
        return scaled if low <= scaled <= high else None

    def integer(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number between `low` and `high`."""
        value = self.number(key, low, high)
        return None if value is None else round(value)

    def flag(self, key: str) -> bool | None:
        """Return true or false; some firmware sends 1 and 0."""
        value = self._result.get(key)
        return bool(value) if value in (0, 1) and type(value) in (bool, int) else None

    def text(self, key: str) -> str | None:
        """Return the printable characters of a text, at most 64; None without any."""
        return printable(self._result.get(key))

    def name(self, key: str) -> str | None:
        """Return a text that is shown in forms and repairs, without markup; None without any."""
        return plain(self._result.get(key))

    def mac(self, key: str) -> str | None:
        """Return 12 lower-case hexadecimal digits."""
        value = (self.text(key) or "").replace(":", "").lower()
        return value if _MAC.fullmatch(value) else None

    def address(self, key: str) -> str | None:
        """Return an IPv4 address; on Ethernet its parts come with leading zeros (2.1)."""
        parts = (self.text(key) or "").split(".")
        if len(parts) != 4 or not all(part.isdecimal() and int(part) < 256 for part in parts):
            return None
        return ".".join(str(int(part)) for part in parts)


def _unsigned(value: int | None) -> int | None:
    """Undo the 16-bit wrap of a small negative backup power (2.6)."""
    return 0 if value is not None and value > 32767 else value


def _backup_power(fields: Fields, key: str = "offgrid_power") -> int | None:
    value = _unsigned(fields.integer(key, 0, 65535))
    return value if value is None or value <= _POWER_LIMIT else None


def _ac_power(
    fields: Fields, profile: Profile, backup_power: int | None, key: str = "ongrid_power"
) -> int | None:
    """Return the AC power; while the grid carries the backup socket, that is taken in beside."""
    power, largest = fields.integer(key, -_POWER_LIMIT, _POWER_LIMIT), profile.largest_ac_power
    is_possible = fields.within("ac_power", power, -largest - (backup_power or 0), largest)
    return power if is_possible else None


def _wifi(fields: Fields, _: Profile) -> WifiStatus:
    rssi = fields.integer("rssi", -120, 120)
    return WifiStatus(
        # 0 is Ethernet or unknown; firmware 153 drops the sign (2.2).
        rssi=-abs(rssi) if rssi else None,
        address=fields.address("sta_ip"),
    )


def _bluetooth(fields: Fields, _: Profile) -> BluetoothStatus:
    return BluetoothStatus({"connect": True, "disconnect": False}.get(fields.text("state") or ""))


def _battery(fields: Fields, profile: Profile) -> BatteryStatus:
    discharge = fields.flag("dischrg_flag") if profile.discharge_flag_is_real else None
    rated = fields.number("rated_capacity", 500, _CAPACITY_LIMIT)
    stored = fields.number("bat_capacity", 0, _CAPACITY_LIMIT, profile.stored_energy_scale)
    most = _CAPACITY_MARGIN * (rated or _CAPACITY_LIMIT)
    return BatteryStatus(
        soc=fields.integer("soc", 0, 100),
        charge_permitted=fields.flag("charg_flag"),
        discharge_permitted=discharge,
        temperature=fields.number("bat_temp", -40, 100, profile.temperature_scale),
        stored_energy=stored if fields.within("stored_energy", stored, 0, most) else None,
        rated_capacity=rated,
        voltage=fields.number("bat_voltage", 10, 100, profile.voltage_scale),
        current=fields.number("bat_current", -200, 200, profile.current_scale),
        error_code=fields.text("error_code"),
    )


def _energy(fields: Fields, profile: Profile) -> EnergyStatus:
    def counter(key: str, scale: float | None) -> float | None:
        return fields.number(key, 0, _COUNTER_LIMIT, scale)

    pv_power = fields.number("pv_power", 0, _POWER_LIMIT)
    backup_power = _backup_power(fields)
    return EnergyStatus(
        soc=fields.integer("bat_soc", 0, 100),
        rated_capacity=fields.number("bat_cap", 500, _CAPACITY_LIMIT),
        pv_power=pv_power if profile.pv_total_is_real else None,
        ac_power=_ac_power(fields, profile, backup_power),
        backup_power=backup_power,
        energy_discharged=counter("total_grid_output_energy", profile.energy_scale),
        energy_charged=counter("total_grid_input_energy", profile.energy_scale),
        pv_energy=counter("total_pv_energy", profile.pv_energy_scale),
    )


def _mode(fields: Fields, profile: Profile) -> ModeStatus:
    name = fields.text("mode")
    mode = Mode(name) if name is not None and name in Mode else None
    has_meter = profile.mode_has_meter and mode in (Mode.AUTO, Mode.AI)
    backup_power = _backup_power(fields)
    return ModeStatus(
        mode=mode,
        soc=fields.integer("bat_soc", 0, 100),
        ac_power=_ac_power(fields, profile, backup_power),
        backup_power=backup_power,
        ct_connected=fields.flag("ct_state") if has_meter else None,
    )


def _data(fields: Fields, profile: Profile) -> DataStatus:
    pv_power = fields.number("pv_pow", 0, _POWER_LIMIT)
    backup_power = _backup_power(fields, "off_grid_pow")
    return DataStatus(
        soc=fields.integer("soc", 0, 100),
        battery_state=fields.integer("bat_state", 0, 3),
        mode=_WORK_MODES.get(fields.integer("work_mode", 0, 255)),
        ct_connected=fields.flag("ct_state"),
        ac_power=_ac_power(fields, profile, backup_power, "grid_pow"),
        backup_power=backup_power,
        pv_power=pv_power if profile.pv_total_is_real else None,
        energy_charged=fields.number("tol_charge", 0, _COUNTER_LIMIT, 10),
        energy_discharged=fields.number("tol_discharge", 0, _COUNTER_LIMIT, 10),
        rated_capacity=fields.number("bat_cap", 500, _CAPACITY_LIMIT),
    )


def _meter(fields: Fields, _: Profile) -> MeterStatus:
    def power(key: str) -> int | None:
        return fields.integer(key, -_METER_LIMIT, _METER_LIMIT)

    return MeterStatus(
        connected=fields.flag("ct_state"),
        total_power=power("total_power"),
        phase_powers=(power("a_power"), power("b_power"), power("c_power")),
        energy_imported=fields.number("input_energy", 0, _COUNTER_LIMIT, 0.1),
        energy_exported=fields.number("output_energy", 0, _COUNTER_LIMIT, 0.1),
    )


def _pv(fields: Fields, profile: Profile) -> PvStatus:
    return PvStatus(
        tuple(
            PvChannel(
                power=fields.number(f"pv{number}_power", 0, _POWER_LIMIT, scale),
                voltage=fields.number(f"pv{number}_voltage", 0, 200),
                current=fields.number(f"pv{number}_current", 0, 50),
                active=fields.flag(f"pv{number}_state"),
            )
            for number, scale in zip(_PV_CHANNELS, profile.pv_channel_scales, strict=True)
        )
    )


_PARSERS: Final[dict[Method, Callable[[Fields, Profile], Status]]] = {
    Method.WIFI: _wifi,
    Method.BLUETOOTH: _bluetooth,
    Method.BATTERY: _battery,
    Method.PV: _pv,
    Method.ENERGY: _energy,
    Method.MODE: _mode,
    Method.METER: _meter,
    Method.DATA: _data,
}
# A status without these says nothing worth having; the request is repeated instead.
_ESSENTIAL: Final[dict[Method, tuple[str, ...]]] = {
    Method.WIFI: ("address",),
    Method.BLUETOOTH: ("connected",),
    Method.BATTERY: ("soc",),
    Method.PV: ("power",),
    Method.ENERGY: ("soc", "ac_power"),
    Method.MODE: ("soc", "ac_power"),
    Method.METER: ("connected", "total_power"),
    Method.DATA: ("soc", "ac_power"),
}


def parse_device(result: Mapping[str, Any], *, ble_mac: str | None = None) -> DeviceStatus:
    """Return a battery's identity; InvalidReplyError when a part of it is missing.

    `ble_mac` is who answered by the reply's `src`: some firmware leaves it out of the result (2.1).
    """
    fields = Fields(result)
    model, firmware, mac = (
        fields.name("device"),
        fields.integer("ver", 1, 99999),
        fields.mac("ble_mac") or ble_mac,
    )
    if model is None or firmware is None or mac is None:
        raise InvalidReplyError("No model, firmware or BLE MAC")
    return DeviceStatus(
        model=model,
        firmware=firmware,
        ble_mac=mac,
        address=fields.address("ip"),
        wifi_mac=fields.mac("wifi_mac"),
        wifi_name=fields.text("wifi_name"),
    )


def parse_status(
    method: Method,
    result: Mapping[str, Any],
    profile: Profile,
    on_beyond: Callable[[str, float], None] | None = None,
) -> Status:
    """Return the typed status; InvalidReplyError when an essential part of it is missing or false.

    A value that is a number and more than this model can have is None in an otherwise good
    status; `on_beyond` is called with its name and the number.
    """
    fields = Fields(result)
    status = _PARSERS[method](fields, profile)
    missing = [
        name
        for name in _ESSENTIAL.get(method, ())
        if getattr(status, name) is None and name not in fields.beyond
    ]
    mode = {Method.MODE: "mode", Method.DATA: "work_mode"}.get(method)
    if missing or (mode is not None and mode not in result):
        raise InvalidReplyError(f"{method} without a believable {', '.join(missing) or 'mode'}")
    for name, value in fields.beyond.items():
        if on_beyond is not None:
            on_beyond(name, value)
    return status

"""Answers to the methods that read (docs/protocol.md sections 2.1 to 2.8 and 2.11)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import profiles
from .device import Device
from .physics import FULL
from .profiles import CtInMode, Flags
from .state import BatteryState
from .wire import RefusalError

type Result = dict[str, object]
type Reading = Callable[[Query], Result]


@dataclass(frozen=True, slots=True)
class Query:
    """A read of a device."""

    device: Device
    state: BatteryState
    """What is shown: the truth, unless a fault shows something older."""
    params: Mapping[str, object]


CELL_VOLTAGE = 52.7
"""Volts of the battery, for the firmware that reports volts and amperes."""
BMS_EMPTY = 10.0
"""% below which the BMS permits no discharge; at 11 %, under the usual floor, it does."""
PV_VOLTAGE = 38.4
PV_FLOOR = 10.0
"""W below which a PV channel reports 0."""


def get_device(query: Query) -> Result:
    """Answer Marstek.GetDevice; a MAC of another battery is refused, not ignored."""
    device = query.device
    wanted = query.params.get("ble_mac")
    if wanted not in ("0", device.spec.ble_mac):
        raise RefusalError(411)
    return {
        "device": device.name,
        "ver": device.spec.firmware,
        "ble_mac": device.spec.ble_mac,
        "wifi_mac": _wifi_mac(device),
        "wifi_name": device.spec.wifi_name,
        "ip": _printed(device, device.spec.address),
    }


def wifi_status(query: Query) -> Result:
    """Answer Wifi.GetStatus; rssi in dBm, 0 on Ethernet."""
    device, spec, profile = query.device, query.device.spec, query.device.profile
    gateway = _printed(device, spec.address.rsplit(".", 1)[0] + ".1")
    rssi = 0 if spec.ethernet else spec.rssi
    wifi_mac = {"wifi_mac": _wifi_mac(device)} if profile.wifi_mac_in_status else {}
    return wifi_mac | {
        "ssid": spec.wifi_name,
        "rssi": abs(rssi) if profile.rssi_positive else rssi,
        "sta_ip": _printed(device, spec.address),
        "sta_gate": gateway,
        "sta_mask": _printed(device, "255.255.255.0"),
        "sta_dns": gateway,
    }


def ble_status(query: Query) -> Result:
    """Answer BLE.GetStatus."""
    return {
        "state": "connect" if query.state.ble_connected else "disconnect",
        "ble_mac": query.device.spec.ble_mac,
    }


def battery_status(query: Query) -> Result:
    """Answer Bat.GetStatus in the scales of the firmware."""
    state, profile = query.state, query.device.profile
    rated = query.device.spec.reported_wh or query.device.plant.rated_wh
    printed = float if profile.battery_floats else int
    charge, discharge = _flags(profile.flags, state)
    volts_and_amperes: Result = {
        "bat_voltage": round(CELL_VOLTAGE * 100),
        "bat_current": round(-state.cell_power / CELL_VOLTAGE * 100),
    }
    return {
        "soc": _percent(state),
        "charg_flag": charge,
        "dischrg_flag": discharge,
        "bat_temp": printed(_counts(state.temperature, profile.temperature_unit)),
        **(volts_and_amperes if profile.battery_extras else {}),
        "bat_capacity": printed(_counts(rated * state.soc / 100, profile.capacity_unit)),
        "rated_capacity": printed(rated),
        **({"error_code": "0"} if profile.battery_extras else {}),
    }


def pv_status(query: Query) -> Result:
    """Answer PV.GetStatus: channel 1 in 0.1 W, the others in W."""
    unit = query.device.profile.first_input_unit
    result: Result = {}
    share = query.state.pv_power / 2
    for channel in range(1, query.device.profile.pv_channels + 1):
        power = share if channel <= 2 else 0.0
        power = power if power >= PV_FLOOR else 0.0
        result |= {
            f"pv{channel}_power": _counts(power, unit if channel == 1 else 1.0),
            f"pv{channel}_voltage": int(PV_VOLTAGE) if power else 0,
            f"pv{channel}_current": int(power / PV_VOLTAGE),
            f"pv{channel}_state": int(power > 0),
        }
    return result


def es_status(query: Query) -> Result:
    """Answer ES.GetStatus; ongrid_power + = feeding AC, counters per firmware."""
    state, profile = query.state, query.device.profile
    cells: Result = {"bat_power": round(-state.cell_power * 10)}
    pv_known = profile.pv_in_status
    return {
        "bat_soc": _percent(state),
        "bat_cap": query.device.spec.reported_wh or query.device.plant.rated_wh,
        "pv_power": int(_visible_pv(state)) if pv_known else 0,
        "ongrid_power": round(state.ac_power),
        "offgrid_power": round(state.backup_power),
        **(cells if profile.cell_power_in_status else {}),
        "total_pv_energy": int(state.energy_pv_wh / 10) if pv_known else 0,
        "total_grid_output_energy": int(state.energy_discharged_wh / profile.counter_unit),
        "total_grid_input_energy": int(state.energy_charged_wh / profile.counter_unit),
        "total_load_energy": 0,
    }


def es_mode(query: Query) -> Result:
    """Answer ES.GetMode; in Auto the VNSx families show a CT of zeros."""
    state, profile = query.state, query.device.profile
    shown: Result = {}
    if state.mode in ("Auto", "AI") and profile.ct_in_mode is not CtInMode.NEVER:
        real = state.mode == "AI" or profile.ct_in_mode is CtInMode.ALWAYS
        shown = _meter(query)
        shown = shown if real else dict.fromkeys(shown, 0)
    return {
        "mode": state.mode,
        "ongrid_power": round(state.ac_power),
        "offgrid_power": round(state.backup_power),
        "bat_soc": _percent(state),
        **shown,
    }


def em_status(query: Query) -> Result:
    """Answer EM.GetStatus; powers in W, + = import."""
    return _meter(query)


def get_data(query: Query) -> Result:
    """Answer the undocumented Marstek.GetData; totals in 10 Wh."""
    device, state = query.device, query.state
    inverter = round(state.ac_power) + round(state.backup_power)
    charging = round(state.battery_power)
    return {
        "soc": _percent(state),
        "bat_state": 1 if not charging else 2 if charging < 0 else 3,
        "work_mode": _WORK_MODES.get(state.mode, 2),
        "ct_state": int(state.ct_connected),
        "grid_pow": inverter - round(state.backup_power),
        "off_grid_pow": round(state.backup_power),
        "pv_pow": int(_visible_pv(state)) if device.profile.pv_in_status else 0,
        "inv_pow": inverter,
        "tol_charge": int(state.energy_charged_wh / 10),
        "tol_discharge": int(state.energy_discharged_wh / 10),
        "bat_cap": device.spec.reported_wh or device.plant.rated_wh,
    }


def _turned(value: int) -> int:
    return -value


def _mirrored(value: int) -> int:
    return 100 - value


def _other_mode(value: int) -> int:
    return 0 if value else 5


LIES: Mapping[str, Callable[[int], int]] = {
    "grid_pow": _turned,
    "soc": _mirrored,
    "work_mode": _other_mode,
}
"""What a firmware might get wrong in Marstek.GetData, by key."""


READINGS: Mapping[str, Reading] = {
    profiles.GET_DEVICE: get_device,
    profiles.WIFI_STATUS: wifi_status,
    profiles.BLE_STATUS: ble_status,
    profiles.BAT_STATUS: battery_status,
    profiles.PV_STATUS: pv_status,
    profiles.ES_STATUS: es_status,
    profiles.ES_GET_MODE: es_mode,
    profiles.EM_STATUS: em_status,
    profiles.GET_DATA: get_data,
}

_WORK_MODES: Mapping[str, int] = {
    "Auto": 0,
    "Manual": 1,
    "UPS": 1,
    "Passive": 3,
    "AI": 5,
}


def _meter(query: Query) -> Result:
    """Return the CT's keys: one phase carries all, and zeros without a CT."""
    state = query.state
    meter, is_connected = query.device.meter, state.ct_connected
    power = round(state.grid_power) if is_connected else 0
    if meter is not None:
        is_connected = not meter.is_lost
        power = meter.last.powers[3] if is_connected and meter.last is not None else 0
    energies: Result = {"input_energy": 0, "output_energy": 0}
    return {
        "ct_state": int(is_connected),
        "a_power": power,
        "b_power": 0,
        "c_power": 0,
        "total_power": power,
        **(energies if query.device.profile.meter_energy else {}),
    }


def _visible_pv(state: BatteryState) -> float:
    """Return the PV power of the channels above their floor, in W."""
    return state.pv_power if state.pv_power / 2 >= PV_FLOOR else 0.0


def _flags(rule: Flags, state: BatteryState) -> tuple[bool, bool]:
    """Return charg_flag and dischrg_flag: what the BMS permits, not what is done."""
    charge, discharge = state.soc < FULL, state.soc > BMS_EMPTY
    match rule:
        case Flags.CHARGE_ONLY:
            return charge, True
        case Flags.INDEPENDENT:
            return charge, discharge
        case Flags.SAME_BYTE:
            return charge or discharge, charge or discharge


def _percent(state: BatteryState) -> int:
    """Return the whole percent, truncated (Venus A: 869 of 4160 Wh is 20 %).

    A tolerance of 0.05 % keeps a state of charge that has just been set.
    """
    return int(state.soc + 0.05)


def _counts(value: float, unit: float) -> int:
    """Return a value in whole counts of a unit, truncated, float dust aside."""
    return int(value / unit + 1e-6)


def _wifi_mac(device: Device) -> str:
    """Return what the family calls wifi_mac: its own MAC or the access point's."""
    if device.profile.reports_bssid:
        return device.spec.bssid
    return device.spec.wifi_mac or "02dd" + device.spec.ble_mac[4:]


def _printed(device: Device, address: str) -> str:
    """Return an address as printed: on Ethernet each octet has two digits."""
    if not device.spec.ethernet:
        return address
    return ".".join(f"{int(octet):02d}" for octet in address.split("."))

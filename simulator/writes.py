"""Answers to the methods that write (docs/protocol.md sections 2.9 and 2.10)."""

from collections.abc import Callable, Mapping
import re

from . import modes, profiles
from .device import Device
from .state import Slot
from .wire import RefusalError, cut

type Params = Mapping[str, object]
type Write = Callable[[Device, Params], bool]
"""Carries a command out and returns set_result; raises RefusalError."""

MAX_POWER = 2500
CLASSES = frozenset({600, 800, 1200, 1500, 2200, 2500})
"""Power classes that Set.Ver takes."""


def set_mode(device: Device, params: Params) -> bool:
    """Carry out ES.SetMode; an unknown mode or a missing *_cfg is set_result false."""
    if "config" not in params:
        raise RefusalError(415)
    config = params["config"]
    if not isinstance(config, Mapping) or "mode" not in config:
        raise RefusalError(422)
    mode = config["mode"]
    if not isinstance(mode, str):
        raise RefusalError(423)
    settings = config.get(f"{mode.lower()}_cfg")
    if mode not in device.profile.modes or not isinstance(settings, (Mapping, list)):
        return False
    values = settings if isinstance(settings, Mapping) else {}
    _MODES[mode](device, values)
    device.settle()
    return True


def _auto(device: Device, settings: Params) -> None:
    _enabled(settings)
    modes.enter(device.state, "Auto")


def _ai(device: Device, settings: Params) -> None:
    _enabled(settings)
    modes.enter(device.state, "AI")


def _enabled(settings: Params) -> None:
    """Refuse anything but the integer 1."""
    if cut(settings.get("enable"), 8) != 1:
        raise RefusalError(426)


def _manual(device: Device, settings: Params) -> None:
    """Write one slot; VNSx switches to Manual before it validates the slot."""
    if device.profile.manual_before_validation:
        modes.enter(device.state, "Manual")
        device.settle()
    number = cut(settings.get("time_num"), 8)
    if number >= device.profile.manual_slots:
        raise RefusalError(426)
    device.state.slots[number] = _slot(device, settings)
    modes.enter(device.state, "Manual")


def _slot(device: Device, settings: Params) -> Slot:
    """Return the slot in a manual_cfg, or raise RefusalError."""
    week_set = cut(settings.get("week_set"), 8)
    power = cut(settings.get("power"), 16, signed=True)
    enable = cut(settings.get("enable"), 8)
    if week_set > 127 or abs(power) > MAX_POWER or enable > 1:
        raise RefusalError(426)
    manual_set = None
    if device.profile.needs_manual_set:
        given = settings.get("manual_set")
        manual_set = 0 if given is None else cut(given, 8)
        if manual_set > 3:
            raise RefusalError(426)
    return Slot(
        start=_minutes(settings.get("start_time")),
        end=_minutes(settings.get("end_time")),
        week_set=week_set,
        power=power,
        enabled=bool(enable),
        manual_set=manual_set,
    )


def _minutes(text: object) -> int:
    """Return the minute of the day as atoi reads it at offsets 0 and 3."""
    if not isinstance(text, str):
        raise RefusalError(426)
    return _atoi(text) * 60 + _atoi(text[3:])


def _atoi(text: str) -> int:
    """Return the leading digits of a text as C's atoi does; 0 without any."""
    found = re.match(r"\s*([+-]?[0-9]+)", text)
    return int(found[1]) if found else 0


def _passive(device: Device, settings: Params) -> None:
    """Hold a power; one out of range is dropped although set_result is true."""
    seconds = cut(settings.get("cd_time"), 32)
    power = cut(settings.get("power"), 16, signed=True)
    if seconds < 1:
        raise RefusalError(426)
    if abs(power) <= MAX_POWER:
        low, high = -device.plant.max_charge, device.plant.max_discharge
        modes.start_passive(device.state, min(max(power, low), high), seconds)


def _ups(device: Device, settings: Params) -> None:
    """Switch UPS on, at the cost of the schedule, or off, which gives Auto."""
    enable = cut(settings.get("enable"), 8)
    if enable > 1:
        raise RefusalError(426)
    if enable:
        modes.enter_ups(device.state, device.plant.max_charge)
    else:
        modes.enter(device.state, "Auto")


_MODES: Mapping[str, Callable[[Device, Params], None]] = {
    "Auto": _auto,
    "AI": _ai,
    "Manual": _manual,
    "Passive": _passive,
    "UPS": _ups,
}


def set_depth_of_discharge(device: Device, params: Params) -> bool:
    """Carry out DOD.SET, 30 to 88 %."""
    value = cut(params.get("value"), 8)
    if not value:
        raise RefusalError(422)
    if not 30 <= value <= 88:
        raise RefusalError(409)
    device.state.depth_of_discharge = value
    device.settle()
    return True


def set_ble_advertising(device: Device, params: Params) -> bool:
    """Carry out Ble.Adv; 1 switches advertising on, as the code of the device does."""
    device.state.ble_advertising = bool(_one_of(params.get("enable"), {0, 1}))
    return True


def set_led(device: Device, params: Params) -> bool:
    """Carry out Led.Ctrl."""
    device.state.led = bool(_one_of(params.get("state"), {0, 1}))
    return True


def _one_of(value: object, allowed: set[int] | frozenset[int]) -> int:
    """Return an unsigned 16-bit value if it is allowed."""
    number = cut(value, 16)
    if number not in allowed:
        raise RefusalError(426)
    return number


def _set_version(_device: Device, params: Params) -> bool:
    _one_of(params.get("version"), CLASSES)
    return True


def _reset_factory(_device: Device, params: Params) -> bool:
    _one_of(params.get("type"), {1, 2, 3})
    return True


def _configure(_device: Device, params: Params) -> bool:
    if "config" not in params:
        raise RefusalError(415)
    return True


def _update_firmware(_device: Device, _params: Params) -> bool:
    return True


WRITES: Mapping[str, Write] = {
    profiles.ES_SET_MODE: set_mode,
    profiles.DOD_SET: set_depth_of_discharge,
    profiles.BLE_ADV: set_ble_advertising,
    profiles.LED_CTRL: set_led,
    profiles.SET_VER: _set_version,
    profiles.RESET_FACTORY: _reset_factory,
    profiles.WIFI_SET_CONFIG: _configure,
    profiles.OTA_SET: _update_firmware,
}
"""The dangerous ones answer as the device does and change nothing."""

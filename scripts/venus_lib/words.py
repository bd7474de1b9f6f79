"""What batteries say and what goes wrong, in plain words."""

from collections.abc import Iterator
from typing import Any, Final

from .library import venus
from .network import NetworkError

# The first that fits counts: a subclass stands before its base.
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (venus.RestingError, "Not asked: it has not answered lately and is left alone for a while."),
    (
        venus.NoAnswerError,
        (
            "No answer. Is this the battery's address and port, is the local API switched on in"
            " the vendor's app, and may UDP pass in both directions?"
        ),
    ),
    (venus.NotMarstekError, "Another kind of device answers at this address."),
    (venus.InvalidReplyError, "It answers, but with nothing that can be believed."),
    (venus.MethodMissingError, "This firmware does not know the method."),
    (venus.DeviceError, "The battery answers with an error."),
    (venus.UnsupportedError, "This model and firmware does not have it; nothing was sent."),
    (venus.OutOfRangeError, "This model does not take that; nothing was sent."),
    (venus.RefusedError, "The battery refused the command every time."),
    (
        venus.StandstillError,
        (
            "The battery accepted the power, and nothing flows: its cells take or give no more for"
            " now, as full, empty, cold or unbalanced ones do."
        ),
    ),
    (
        venus.ContradictedError,
        (
            "The battery accepted the command and did not follow. Does something else control it:"
            " the app, a schedule, another program?"
        ),
    ),
    (venus.WrongDeviceError, "Another battery answers at this address now."),
)
_PORT_HELD: Final = (
    "UDP port {port} is held by another program on this machine, most likely by Home Assistant"
    " with this integration. The battery answers to that port, and two programs would take each"
    " other's answers. Stop Home Assistant for as long as you look at the battery, or run this"
    " on another machine."
)
_UNITS: Final = {
    "soc": "%",
    "temperature": "°C",
    "voltage": "V",
    "current": "A",
    "rssi": "dBm",
    "rated_capacity": "Wh",
    "stored_energy": "Wh",
}
_KEY_WIDTH: Final = 22


def reason(error: Exception) -> str:
    """Return why something failed, and what the owner can do about it."""
    if isinstance(error, NetworkError):
        return str(error)
    if isinstance(error, venus.PortInUseError):
        return _PORT_HELD.format(port=error.port)
    text = next((text for kind, text in _REASONS if isinstance(error, kind)), "It failed.")
    return f"{text} ({error})"


def failure(error: Exception) -> dict[str, str]:
    """Return an error for other programs."""
    return {"error": type(error).__name__, "reason": reason(error)}


def _unit(key: str) -> str:
    if key in _UNITS:
        return _UNITS[key]
    if key.endswith("power") or key == "phase_powers":
        return "W"
    return "Wh" if "energy" in key else ""


def _shown(value: Any, unit: str) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(_shown(item, unit) for item in value)
        case float():
            return f"{value:,.10g} {unit}".rstrip()
    return f"{value} {unit}".rstrip()


def lines(status: dict[str, Any]) -> Iterator[str]:
    """Yield the values of a status, one a line, with their units; "-" is unknown."""
    for number, channel in enumerate(status.get("channels", ()), 1):
        values = (f"{key} {_shown(item, _unit(key))}" for key, item in channel.items())
        yield f"{f'input {number}':{_KEY_WIDTH}}{', '.join(values)}"
    for key, value in status.items():
        if key == "channels":
            continue
        yield f"{key:{_KEY_WIDTH}}{_shown(value, _unit(key))}"


def device_line(found: venus.FoundDevice) -> str:
    """Return a battery in a line."""
    device = found.device
    return (
        f"{device.model}, firmware {venus.firmware_name(device.firmware)}, "
        f"BLE MAC {device.ble_mac}, {found.address} port {found.port}"
    )


def watch_line(status: venus.EnergyStatus | venus.ModeStatus, mode: venus.ModeStatus | None) -> str:
    """Return the state of a battery in a line; powers with + = feeding the house."""
    parts = [
        f"{_shown(status.soc, '%'):>5}",
        f"AC {'-' if status.ac_power is None else f'{status.ac_power:+d}'} W",
        f"backup {_shown(status.backup_power, 'W')}",
    ]
    if isinstance(status, venus.EnergyStatus) and status.pv_power is not None:
        parts.append(f"solar {_shown(status.pv_power, 'W')}")
    if mode is not None:
        parts.append(mode.mode or "a mode of the app")
    return "  ".join(parts)


def notes(profile: venus.Profile) -> Iterator[str]:
    """Yield what the owner should know about this model and firmware."""
    if not profile.known:
        yield "This model or firmware is not known: it is read like the nearest one that is."
    if venus.Danger.WIPES_SETTINGS in profile.dangers:
        yield (
            "This firmware can lose its settings when asked often. Update it in the app, and let"
            " nothing poll it meanwhile: the update would fail."
        )
    if venus.Danger.LOSES_METER in profile.dangers:
        yield "This battery can lose its meter (CT) while it is being asked. Ask it rarely."

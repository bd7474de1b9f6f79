"""What can be asked of a running battery over the control socket."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

from .battery import START_SECONDS, SimulatedBattery
from .household import constant
from .state import BatteryState

type Steering = Callable[[SimulatedBattery, Arguments], Awaitable[object]]


class Arguments:
    """The arguments of a command, from JSON or from words; errors are ValueError."""

    def __init__(self, values: Mapping[str, object]) -> None:
        """Take the values by name."""
        self.values = values

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number."""
        value = self.values.get(name, default)
        if value is None or isinstance(value, bool):
            raise ValueError(f"{name!r} is missing or not a number")
        return float(str(value))

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        return int(self.number(name, default))

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        value = self.values.get(name, default)
        if value is None:
            raise ValueError(f"{name!r} is missing")
        return str(value)

    def has(self, name: str) -> bool:
        """Return whether an argument was given."""
        return self.values.get(name) is not None


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be asked; it is done for each battery that was chosen."""

    run: Steering
    help: str
    words: tuple[str, ...] = ()
    """Names of the arguments in the order of the words of `ctl`."""
    pairs: bool = False
    """Whether `ctl` takes words like loss=0.3."""


async def _identity(battery: SimulatedBattery, _: Arguments) -> object:
    return asdict(battery.spec)


async def _state(battery: SimulatedBattery, _: Arguments) -> object:
    return _described(battery, battery.state)


def _described(battery: SimulatedBattery, state: BatteryState) -> object:
    """Return the ground truth with what gives it a meaning."""
    return asdict(state) | {
        "name": battery.spec.name,
        "device": battery.spec.device,
        "firmware": battery.spec.firmware,
        "address": battery.spec.address,
        "port": battery.spec.port,
        "rated_wh": battery.rated_wh,
        "local_time": battery.local_time.isoformat(),
    }


async def _faults(battery: SimulatedBattery, arguments: Arguments) -> object:
    for name, value in arguments.values.items():
        battery.faults.set(name, value)
    return asdict(battery.faults)


async def _clear_faults(battery: SimulatedBattery, _: Arguments) -> object:
    battery.faults.clear()
    battery.come_back()
    return asdict(battery.faults)


async def _set(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.set_battery(**{name: arguments.number(name) for name in arguments.values})
    return _described(battery, battery.state)


async def _mode(battery: SimulatedBattery, arguments: Arguments) -> object:
    power = arguments.whole("power") if arguments.has("power") else None
    battery.set_mode(arguments.text("mode"), power, arguments.number("duration", 3600))
    return _described(battery, battery.state)


async def _reboot(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.reboot(arguments.number("seconds", START_SECONDS))
    return _described(battery, battery.state)


async def _dark(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.go_dark(arguments.number("seconds") if arguments.has("seconds") else None)
    return None


async def _back(battery: SimulatedBattery, _: Arguments) -> object:
    battery.come_back()
    return None


async def _address(battery: SimulatedBattery, arguments: Arguments) -> object:
    await battery.change_address(arguments.text("address"))
    return asdict(battery.spec)


async def _firmware(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.update_firmware(arguments.whole("firmware"), arguments.text("device", ""))
    return asdict(battery.spec)


async def _wipe(battery: SimulatedBattery, _: Arguments) -> object:
    battery.wipe_settings()
    return _described(battery, battery.state)


async def _reset_counters(battery: SimulatedBattery, _: Arguments) -> object:
    battery.reset_counters()
    return _described(battery, battery.state)


async def _household(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.set_household(constant(arguments.number("power")))
    return _described(battery, battery.state)


async def _sun(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.set_sun(constant(arguments.number("power")))
    return _described(battery, battery.state)


async def _follow(battery: SimulatedBattery, arguments: Arguments) -> object:
    await battery.follow(
        arguments.text("kind"),
        arguments.text("profile", "e3"),
        ct=("HME-4", arguments.text("ct", "02b2500000ff")),
        port=arguments.whole("port", 0),
    )
    return _described(battery, battery.state)


async def _unfollow(battery: SimulatedBattery, _: Arguments) -> object:
    await battery.unfollow()
    return _described(battery, battery.state)


async def _meter(battery: SimulatedBattery, _: Arguments) -> object:
    return battery.meter_figures()


async def _backup(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.set_backup(arguments.number("power"))
    return _described(battery, battery.state)


async def _latency(battery: SimulatedBattery, arguments: Arguments) -> object:
    low = arguments.number("low")
    battery.latency = (low, max(low, arguments.number("high", low)))
    return battery.latency


async def _scale(battery: SimulatedBattery, arguments: Arguments) -> object:
    battery.clock.scale = arguments.number("scale")
    return battery.clock.scale


async def _exchanges(battery: SimulatedBattery, arguments: Arguments) -> object:
    last = arguments.whole("last", 20)
    return [asdict(item) for item in battery.exchanges[-last:]] if last else []


async def _statistics(battery: SimulatedBattery, arguments: Arguments) -> object:
    since = None
    if arguments.has("seconds"):
        since = battery.clock.real() - arguments.number("seconds")
    return asdict(battery.statistics(since))


async def _forbidden(battery: SimulatedBattery, _: Arguments) -> object:
    return [asdict(item) for item in battery.forbidden]


async def _clear(battery: SimulatedBattery, _: Arguments) -> object:
    battery.clear_exchanges()
    return None


COMMANDS: Mapping[str, Command] = {
    "list": Command(_identity, "what each battery is"),
    "state": Command(_state, "ground truth: mode, powers in W, soc in %, slots, counters"),
    "statistics": Command(
        _statistics, "requests per hour, outcomes, overlaps, smallest gap", ("seconds",)
    ),
    "exchanges": Command(_exchanges, "the last requests, 20 or as many as told", ("last",)),
    "forbidden": Command(_forbidden, "dangerous requests received; there should be none"),
    "clear": Command(_clear, "forget all exchanges"),
    "faults": Command(_faults, "turn knobs, e.g. loss=0.3 late=0.05, and show all", pairs=True),
    "clear_faults": Command(_clear_faults, "turn all knobs off and answer again"),
    "set": Command(_set, "set the state, e.g. soc=20 temperature=31", pairs=True),
    "mode": Command(
        _mode, "as the app does: Passive 500 3600 (W, s), Auto ...", ("mode", "power", "duration")
    ),
    "household": Command(_household, "net load behind the CT in W, constant", ("power",)),
    "follow": Command(
        _follow,
        "poll a meter over UDP: shelly or ct; e3, lock or hmg; MAC of the CT; port",
        ("kind", "profile", "ct", "port"),
    ),
    "meter": Command(_meter, "polls of a meter: counts, and the latency of answers in ms"),
    "unfollow": Command(_unfollow, "poll no meter"),
    "sun": Command(_sun, "power of the battery's own panels in W, constant", ("power",)),
    "backup": Command(_backup, "load on the backup socket in W", ("power",)),
    "reboot": Command(_reboot, "restart, silent for some seconds", ("seconds",)),
    "dark": Command(_dark, "no answer, for some seconds or until `back`", ("seconds",)),
    "back": Command(_back, "answer again, with the API switched on", ()),
    "address": Command(_address, "move to another loopback address", ("address",)),
    "firmware": Command(_firmware, "run another firmware", ("firmware", "device")),
    "wipe": Command(_wipe, "lose mode and slots, and switch the API off"),
    "reset_counters": Command(_reset_counters, "energy counters to 0"),
    "latency": Command(_latency, "bounds in seconds: 0.09 0.25", ("low", "high")),
    "scale": Command(_scale, "simulated seconds per real second", ("scale",)),
}

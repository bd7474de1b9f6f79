"""The command line: which words are understood, and what they mean."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping
from dataclasses import fields
import json
from pathlib import Path

from .battery import LATENCY
from .control import CONTROL_PORT, TEMPO_PREFIX
from .demo import DEMO_FLEET
from .faults import Faults
from .following import FOLLOW_PROFILES
from .meter_client import PORTS
from .spec import BatterySpec
from .steering import COMMANDS
from .tempo import TEMPO_PORT
from .tempo_steering import TEMPO_COMMANDS

_DESCRIPTION = """\
Marstek Venus batteries in software, on loopback addresses of this machine.

Without arguments the demo fleet starts, on UDP port 30000:
{fleet}
Every battery hears unicast on its own address, and broadcasts to 127.255.255.255.
The sources of Tempo colours are played over HTTP, one port below the control port:
MARSTEK_TEMPO_BASE=http://127.0.0.1:{tempo_port} makes Home Assistant ask them.
Stop with Ctrl-C. While it runs, steer it from another terminal with `ctl`:
  python -m simulator ctl state
  python -m simulator ctl -b 02aabbcc0012 faults loss=0.3 late=0.05
  python -m simulator ctl -b garage mode Passive 500 3600
  python -m simulator ctl tempo declare tomorrow red
  python -m simulator ctl tempo fault rte html
  python -m simulator ctl '{{"command": "dark", "battery": "balcony", "seconds": 300}}'
"""

_CONVERT: Mapping[str, Callable[[str], object]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda text: text.lower() == "true",
}


def battery_spec(text: str) -> BatterySpec:
    """Read "device=Venus D,firmware=149,address=127.0.0.14" into a spec."""
    kinds = {field.name: getattr(field.type, "__name__", "str") for field in fields(BatterySpec)}
    values: dict[str, object] = {}
    for pair in text.split(","):
        name, _, value = pair.partition("=")
        if name not in kinds:
            raise ValueError(f"no property {name!r}; there are: {', '.join(kinds)}")
        values[name] = _CONVERT[kinds[name]](value)
    return BatterySpec(**values)  # type: ignore[arg-type]


def parser() -> ArgumentParser:
    """Return the parser of the whole command line."""
    fleet = "".join(
        f"  {spec.name:8} {spec.device:10} firmware {spec.firmware}, {spec.address}, "
        f"MAC {spec.ble_mac}\n"
        for spec in DEMO_FLEET
    )
    whole = ArgumentParser(
        "python -m simulator",
        description=_DESCRIPTION.format(fleet=fleet, tempo_port=TEMPO_PORT),
        formatter_class=RawDescriptionHelpFormatter,
        epilog="knobs of --faults and `ctl faults`: "
        + ", ".join(field.name for field in fields(Faults)),
    )
    _run_options(whole)
    _ctl(whole)
    return whole


def _run_options(whole: ArgumentParser) -> None:
    """Add what shapes a run."""
    add = whole.add_argument
    add(
        "--battery",
        action="append",
        default=[],
        metavar="NAME=VALUE,...",
        help="simulate this instead of the demo fleet; repeatable; e.g. "
        '"device=Venus D,firmware=149,ble_mac=02aabbcc0014,address=127.0.0.14"',
    )
    add("--port", type=int, default=CONTROL_PORT, help="control port (TCP), default %(default)s")
    add("--latency", type=float, nargs=2, default=LATENCY, metavar=("LOW", "HIGH"))
    add("--time-scale", type=float, default=1.0, help="simulated seconds per real second")
    add("--seed", type=int, default=0, help="of all chance")
    add("--faults", nargs="+", default=[], metavar="KNOB=VALUE", help="for all batteries")
    add("--broadcast", default="127.255.255.255", metavar="ADDRESS")
    add(
        "--tempo-port",
        type=int,
        help="of the Tempo sources (TCP), default one below the control port",
    )
    add("--tempo-history", type=Path, metavar="FILE", help="CSV of past days: date,colour")
    add(
        "--meter", choices=tuple(PORTS), help="let all batteries poll a meter of this kind over UDP"
    )
    add("--meter-profile", choices=tuple(FOLLOW_PROFILES), default="e3", help="how they follow it")
    add("--allow-lan", action="store_true", help="allow addresses that others can reach")


def _ctl(whole: ArgumentParser) -> None:
    """Add the sub-command that steers a running simulator."""
    commands = "\n".join(
        f"  {name + ' ' + ' '.join(command.words):28} {command.help}"
        for name, command in COMMANDS.items()
    )
    tempo_commands = "\n".join(
        f"  {'tempo ' + name + ' ' + ' '.join(command.words):36} {command.help}"
        for name, command in TEMPO_COMMANDS.items()
    )
    ctl = whole.add_subparsers(dest="action", metavar="ctl").add_parser(
        "ctl",
        aliases=["control"],
        help="steer a running simulator; `ctl --help` lists the commands",
        description="Steer a running simulator. The result is JSON.\n\n"
        f"{commands}\n\nof the Tempo sources:\n{tempo_commands}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    ctl.add_argument("-b", "--battery", help="MAC or its end, address or name; all if left out")
    ctl.add_argument("--port", dest="ctl_port", type=int, default=CONTROL_PORT)
    ctl.add_argument("words", nargs="+", metavar="WORD", help="a command and its arguments")


def control_request(arguments: Namespace) -> Mapping[str, object]:
    """Turn the words of `ctl` into a request. Raises ValueError."""
    name, *words = arguments.words
    named = json.loads(name) if name.startswith("{") else _named(name, words)
    chosen = {"battery": arguments.battery} if arguments.battery else {}
    return {**named, **chosen}


def _named(name: str, words: list[str]) -> Mapping[str, object]:
    """Return a request from words: arguments by position, or written as pairs."""
    if name == "tempo":
        return _tempo(words)
    command = COMMANDS.get(name)
    if command is None:
        raise ValueError(f"no command {name!r}; there are: {', '.join([*COMMANDS, 'tempo'])}")
    if command.pairs:
        pairs = [word.partition("=") for word in words]
        return {"command": name} | {key: value for key, _, value in pairs}
    if len(words) > len(command.words):
        raise ValueError(f"{name} takes: {' '.join(command.words) or 'nothing'}")
    return {"command": name} | dict(zip(command.words, words, strict=False))


def _tempo(words: list[str]) -> Mapping[str, object]:
    """Return a request to the Tempo sources."""
    name, *rest = words or ["state"]
    command = TEMPO_COMMANDS.get(name)
    if command is None:
        raise ValueError(f"no command {name!r} of tempo; there are: {', '.join(TEMPO_COMMANDS)}")
    if len(rest) > len(command.words):
        raise ValueError(f"tempo {name} takes: {' '.join(command.words) or 'nothing'}")
    return {"command": TEMPO_PREFIX + name} | dict(zip(command.words, rest, strict=False))

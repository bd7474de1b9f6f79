"""The command line: which words are understood, and what they mean."""

import argparse
from typing import Final

from .library import venus

MODES: Final = {mode.value.lower(): mode for mode in venus.Mode if mode is not venus.Mode.UPS}
OWNER_SLOT: Final = 6
LONGEST_DURATION: Final = 86400

_DESCRIPTION = """\
Talk to one Marstek Venus battery over your own network, without Home Assistant.

  scripts/venus discover
  scripts/venus status 192.168.1.50
  scripts/venus watch 192.168.1.50
  scripts/venus set-mode 192.168.1.50 passive --power -500 --duration 600

Powers are in W: positive discharges or feeds the house, negative charges.
Stop Home Assistant first if it runs on this machine: only one program can have
the battery's UDP port.
"""
_EPILOG = """\
exit codes: 0 done; 1 failed, and the reason is printed; 2 wrong arguments;
3 set-mode only: accepted, but nothing the battery tells can prove it.
"""
_SET_MODE = """\
Change the mode, and prove it: the command is repeated while it is refused or
lost, and the battery is asked afterwards. A mode that is on already is not
written again.

Passive holds --power for --duration seconds; then the battery stands at 0 W,
still in Passive. Manual writes slot {slot} of the battery's schedule (00:00-23:59,
today and tomorrow), whatever was in it, and leaves the other slots as they are.
UPS can only be set in the vendor's app: it overwrites all slots.
"""


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is between 1 and 65535")
    return port


def _duration(text: str) -> int:
    duration = int(text)
    if not 1 <= duration <= LONGEST_DURATION:
        raise argparse.ArgumentTypeError(f"a duration is between 1 and {LONGEST_DURATION} s")
    return duration


def _interval(text: str) -> float:
    interval = float(text)
    if not 10 <= interval <= 86400:
        raise argparse.ArgumentTypeError("an interval is between 10 and 86400 s")
    return interval


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("a count is at least 1")
    return count


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        "scripts/venus",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--json", action="store_true", help="for other programs: SI units, null is unknown"
    )
    common.add_argument("--debug", action="store_true", help="log to stderr what happens")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_discover(commands, common)
    one = argparse.ArgumentParser(add_help=False, parents=[common])
    one.add_argument("address", metavar="ADDRESS", help="IPv4 address or name of the battery")
    one.add_argument(
        "--port", type=_port, default=venus.DEFAULT_PORT, help="as set in the app, %(default)s"
    )
    commands.add_parser(
        "status",
        parents=[one],
        help="everything a battery tells, and what it does not and why; takes 20 s or more",
    )
    watch = commands.add_parser(
        "watch", parents=[one], help="one line a poll at a gentle pace, until Ctrl-C"
    )
    watch.add_argument(
        "--interval",
        type=_interval,
        metavar="S",
        help="seconds between two polls, 10 or more; default: what the firmware bears",
    )
    watch.add_argument("--count", type=_count, metavar="N", help="end after so many polls")
    _add_set_mode(commands, one)
    return whole


type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name


def _add_discover(commands: _Commands, common: argparse.ArgumentParser) -> None:
    discover = commands.add_parser(
        "discover", parents=[common], help="search the network by broadcast; takes 9 s"
    )
    discover.add_argument(
        "--address",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="ask this address instead of all; repeatable. May be a broadcast address",
    )
    discover.add_argument(
        "--port",
        type=_port,
        action="append",
        default=[],
        help="search this port instead of "
        + ", ".join(map(str, venus.DISCOVERY_PORTS))
        + "; repeatable",
    )


def _add_set_mode(commands: _Commands, one: argparse.ArgumentParser) -> None:
    set_mode = commands.add_parser(
        "set-mode",
        parents=[one],
        help="change the mode, and prove that the battery follows",
        description=_SET_MODE.format(slot=OWNER_SLOT),
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    set_mode.add_argument(
        "mode", metavar="MODE", type=str.lower, choices=MODES, help=", ".join(MODES)
    )
    set_mode.add_argument(
        "--power", type=int, metavar="W", help="for manual and passive: negative charges"
    )
    set_mode.add_argument(
        "--duration", type=_duration, metavar="S", help="for passive; default: 300"
    )


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message when they make no sense."""
    whole = parser()
    arguments = whole.parse_args(words)
    if arguments.command == "set-mode":
        steered = arguments.mode in ("manual", "passive")
        if steered and arguments.power is None:
            whole.error(f"{arguments.mode} needs --power")
        if not steered and arguments.power is not None:
            whole.error(f"{arguments.mode} takes no --power")
        if arguments.mode != "passive" and arguments.duration is not None:
            whole.error(f"{arguments.mode} takes no --duration")
    return arguments

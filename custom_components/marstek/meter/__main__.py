"""Run the emulated meter alone, from any meter that HTTP can read.

`python -m custom_components.marstek.meter --source http://...`, or `scripts/meter`, which needs no Home
Assistant.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from typing import override

from . import frame
from .emulator import Conduct, CtEmulator, ShellyEmulator, grid_error
from .errors import MeterError
from .http_source import HttpSource
from .quality import Quality
from .regulator import LATENCY, Regulator
from .sample import GridSample, SampleLog
from .server import CT_PORT, SHELLY_PORT, MeterServer
from .shares import Capability, Duty


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser("meter", description=__doc__)
    add = parser.add_argument
    add("--source", metavar="URL", help="HTTP address that gives W, + = import: a number or JSON")
    add("--key", default="", help="name of the power in the JSON, with dots through levels")
    add("--interval", type=float, default=0.25, help="seconds between reads, default %(default)s")
    add("--latency", type=float, default=LATENCY, help="age in s that a value may have when read")
    add("--invert", action="store_true", help="the source counts import as negative")
    add("--way", choices=("ct", "shelly", "listen"), default="ct", help="what is emulated")
    add("--host", default="0.0.0.0", help="address to bind, default all")  # noqa: S104
    add("--port", type=int, help=f"UDP port, default {CT_PORT} for ct and {SHELLY_PORT} for shelly")
    add("--ct-type", choices=frame.CT_TYPES, default=frame.CT_TYPES[0], help="CT002 or CT003")
    add("--ct-mac", default="", help="12 hex digits; by default the first that a battery asks for")
    add("--offset", type=float, default=0.0, help="grid power in W to aim at, + = import")
    add("--export-cap", type=float, default=0.0, help="W of export that batteries do not charge")
    add("--max-charge", type=float, default=2500.0, help="W for each battery")
    add("--max-discharge", type=float, default=2500.0, help="W for each battery")
    add("--low-load", type=float, default=0.0, help="W per battery below which one carries all")
    add("--figures", type=float, default=10.0, help="seconds between lines of figures, 0 for none")
    return parser


class LearningCt(CtEmulator):
    """A CT that takes the MAC that the first battery asks for, where none was given."""

    @override
    def receive(self, datagram: bytes, address: str, now: float) -> bytes | None:
        """Answer as a CT does, once a MAC is known."""
        if not self.ct_mac:
            try:
                asked = frame.parse_request(datagram).ct_mac
            except MeterError:
                return None
            self.ct_mac = "02b2500000ff" if asked == frame.ANY_CT else asked
        return super().receive(datagram, address, now)


def emulator(given: argparse.Namespace, log: SampleLog) -> CtEmulator | ShellyEmulator:
    """Return what answers."""
    conduct = Conduct(is_listening_only=given.way == "listen")
    if given.way == "shelly":
        return ShellyEmulator(samples=log, conduct=conduct)
    limits = Capability(given.max_charge, given.max_discharge)
    duty = Duty(given.low_load)
    regulator = Regulator(
        log, given.offset, given.latency, duty, default=limits, export_cap=given.export_cap
    )
    return LearningCt(
        samples=log,
        regulator=regulator,
        ct_mac=given.ct_mac,
        ct_type=given.ct_type,
        conduct=conduct,
    )


async def run(given: argparse.Namespace) -> None:
    """Answer until a signal comes."""
    log = SampleLog()
    answers = emulator(given, log)
    port = given.port or (SHELLY_PORT if given.way == "shelly" else CT_PORT)
    server = MeterServer(answers, port)
    await server.start(given.host)
    print(f"{given.way}: UDP port {server.port}", flush=True)

    def take(power: float, moment: float) -> None:
        signed = -power if given.invert else power
        if log.add(GridSample(signed, moment)):
            error = grid_error(answers, signed, given.offset, moment)
            answers.quality.note_sample(error, moment)

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tasks = [asyncio.ensure_future(_print_figures(answers, log, given.figures))]
    if given.source:
        source = HttpSource(given.source, take, key=given.key, interval=given.interval)
        tasks.append(asyncio.ensure_future(source.run()))
    await stopped.wait()
    for task in tasks:
        task.cancel()
    server.close()


async def _print_figures(
    answers: CtEmulator | ShellyEmulator, log: SampleLog, seconds: float
) -> None:
    """Print a line of JSON each so many seconds."""
    while seconds > 0:
        await asyncio.sleep(seconds)
        now = time.monotonic()
        print(json.dumps(figures(answers.quality, log, now)), flush=True)


def figures(quality: Quality, log: SampleLog, now: float) -> dict[str, float | int | None]:
    """Return the figures of the last minute. Powers in W, age in s."""
    minute = quality.figures(60, now)
    return {
        "age": log.age(now),
        "rhythm": log.rhythm.seconds,
        "polls": quality.polls,
        "answered": quality.answered,
        "mean": None if minute is None else round(minute.mean, 1),
        "rms": None if minute is None else round(minute.rms, 1),
        "exchanged_wh": round(quality.exchanged_wh, 3),
    }


def main() -> int:
    """Run the command line; 1 on an error, which is printed in one line."""
    given = arguments().parse_args()
    if not given.source and given.way != "listen":
        print("meter: --source is missing", file=sys.stderr)
        return 2
    try:
        asyncio.run(run(given))
    except MeterError as err:
        print(f"meter: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

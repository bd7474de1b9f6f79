"""`python -m simulator`: run batteries and Tempo sources, or steer running ones."""

from argparse import Namespace
import asyncio
import json
import signal
import sys

from .cli import battery_spec, control_request, parser
from .colours import TempoCalendar, load_history
from .control import CONTROL_HOST, ControlServer, ask
from .demo import DEMO_FLEET
from .faults import Faults
from .fleet import Fleet
from .sockets import SimulatorError
from .tempo import TempoServer


def main() -> int:
    """Do what the command line says; 1 on an error, which is told in one line."""
    arguments = parser().parse_args()
    try:
        if arguments.action:
            result = ask(control_request(arguments), arguments.ctl_port)
            print(json.dumps(result, indent=2))
        else:
            asyncio.run(_run(arguments))
    except (SimulatorError, ValueError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(arguments: Namespace) -> None:
    """Run a fleet until a signal comes."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    fleet = Fleet(
        [battery_spec(text) for text in arguments.battery] or DEMO_FLEET,
        faults=Faults.parse(arguments.faults),
        broadcast=arguments.broadcast,
        seed=arguments.seed,
        latency=(arguments.latency[0], arguments.latency[1]),
        time_scale=arguments.time_scale,
        allow_lan=arguments.allow_lan,
    )
    history = load_history(arguments.tempo_history) if arguments.tempo_history else None
    tempo = TempoServer(TempoCalendar(history))
    control = ControlServer(fleet, tempo)
    await control.start(arguments.port)
    try:
        await tempo.start(_tempo_port(arguments))
        async with fleet:
            if arguments.meter:
                for battery in fleet:
                    await battery.follow(arguments.meter, arguments.meter_profile)
            _announce(fleet, control, tempo)
            await stopped.wait()
    finally:
        await tempo.stop()
        await control.stop()


def _tempo_port(arguments: Namespace) -> int:
    """Return where the Tempo sources listen: 0, any port, next to a control port that is any."""
    given: int | None = arguments.tempo_port
    control: int = arguments.port
    return max(0, control - 1) if given is None else given


def _announce(fleet: Fleet, control: ControlServer, tempo: TempoServer) -> None:
    """Say what runs where."""
    for battery in fleet:
        spec = battery.spec
        print(
            f"{spec.name or spec.ble_mac}: {spec.device}, firmware {spec.firmware}, "
            f"UDP {spec.address}:{spec.port}, MAC {spec.ble_mac}"
        )
    print(f"control: TCP {CONTROL_HOST}:{control.port}, JSON lines; see `ctl --help`")
    print(f"tempo: HTTP, MARSTEK_TEMPO_BASE={tempo.url}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

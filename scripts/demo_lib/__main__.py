"""Start the demo; `scripts/demo --help` explains it."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path
import signal
import socket
import sys
import tempfile
import time

import aiohttp

from . import check, config_folder, flow, home, meter
from .home_assistant import HomeAssistant, wait_until
from .process import Child, DemoError, run
from .shifted_clock import WHOLE_CLOCKS

RESTART_REQUESTED = 100
PORT = 8199


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Start three simulated batteries and a real Home Assistant, all on this"
        " machine's loopback interface. Ctrl-C stops everything.",
    )
    parser.add_argument(
        "--configured", action="store_true", help="add the batteries, through the config flow"
    )
    parser.add_argument(
        "--headless-check",
        action="store_true",
        help="try everything unattended, print what was seen, exit with 0 or 1",
    )
    parser.add_argument(
        "--meter",
        action="store_true",
        help="let the batteries follow sensor.demo_grid, whose load is sensor.demo_load",
    )
    parser.add_argument(
        "--language", choices=sorted(config_folder.NAMES), default="en", help="default: en"
    )
    parser.add_argument(
        "--port", type=int, help=f"of Home Assistant; default: {PORT}, any free one for the check"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keep Home Assistant's configuration in this folder",
    )
    parser.add_argument(
        "--time-limit", type=float, default=240.0, metavar="S", help="of the check; default: 240"
    )
    parser.add_argument("--debug", action="store_true", help="log what the integration does")
    return parser.parse_args()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as err:
            raise DemoError(f"port {port} cannot be used ({err.strerror}): try --port") from err


def _require_loopback_addresses() -> None:
    """Raise where the machine has not all of 127.0.0.0/8, as macOS has not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((home.BATTERIES[0].address, 0))
        except OSError as err:
            raise DemoError(
                f"this machine has no address {home.BATTERIES[0].address}: the simulated"
                " batteries each have a loopback address of their own, which needs Linux"
            ) from err


class Demo:
    """The processes of the demo and the folder that they work in."""

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        """Prepare; nothing is started yet."""
        self.folder = folder
        self.language: str = arguments.language
        self.debug: bool = arguments.debug
        self.port: int = arguments.port or (_free_port() if arguments.headless_check else PORT)
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "home-assistant.log"
        self.more = ""
        """Configuration of Home Assistant beside the usual one, as YAML."""
        self._children: list[Child] = []
        self.core: Child | None = None

    async def start(self, session: aiohttp.ClientSession) -> HomeAssistant:
        """Start the batteries and Home Assistant, and log in."""
        _require_loopback_addresses()
        _require_free(self.port)
        home.require_port_free()
        config_folder.prepare(
            self.folder, port=self.port, language=self.language, debug=self.debug, more=self.more
        )
        if not config_folder.has_user(self.folder):
            say("Making the demo user")
            await self._make_user()
        say(f"Starting {len(home.BATTERIES)} simulated batteries")
        simulator = await Child.start(
            "the simulator",
            home.SIMULATOR,
            self.folder / "simulator.log",
            cwd=config_folder.ROOT,
            environment=WHOLE_CLOCKS,
        )
        self._children.append(simulator)
        await wait_until("the simulator answers", lambda: home.answers(simulator), seconds=20)
        say("Starting Home Assistant (about 15 seconds)")
        self.log.unlink(missing_ok=True)
        await self.start_core()
        return await self.connect(session)

    async def _make_user(self) -> None:
        await run(
            "making the demo user",
            [
                *(sys.executable, "-m", "homeassistant", "--script", "auth"),
                *("-c", str(self.folder), "add", config_folder.USER, config_folder.PASSWORD),
            ],
            self.folder / "auth.log",
        )

    async def start_core(self) -> None:
        """Start Home Assistant itself."""
        self.core = await Child.start(
            "Home Assistant",
            [
                *(sys.executable, "-m", "homeassistant", "-c", str(self.folder)),
                *("--log-no-color", "--log-file", str(self.log)),
            ],
            self.folder / "home-assistant.out",
            environment=home.TEMPO_ENVIRONMENT | WHOLE_CLOCKS,
        )
        self._children.append(self.core)

    async def connect(self, session: aiohttp.ClientSession) -> HomeAssistant:
        """Wait for Home Assistant to have started and log in."""
        hass = HomeAssistant(self.url, session)

        async def answers() -> bool:
            if self.core is not None:
                self.core.require()
            return await hass.answers()

        await wait_until("Home Assistant answers", answers, seconds=120)
        await hass.log_in(config_folder.USER, config_folder.PASSWORD)
        await wait_until("Home Assistant has started", hass.is_running, seconds=120)
        await hass.set_language(self.language)
        return hass

    async def stay(self) -> None:
        """Wait for ever; start Home Assistant again when it is asked to restart."""
        while self.core is not None:
            if await self.core.wait() != RESTART_REQUESTED:
                self.core.require()
            say("Home Assistant restarts")
            await self.start_core()

    async def stop(self) -> None:
        """Stop all, Home Assistant first so that it can say goodbye to the batteries."""
        for child in reversed(self._children):
            await child.stop()


def _welcome(demo: Demo, configured: bool) -> None:
    batteries = "\n".join(
        f"    {battery.address}  {battery.device}, firmware {battery.firmware}"
        for battery in home.BATTERIES
    )
    then = (
        "  The batteries and the plan have been added: see Settings > Devices & services > Marstek Venus."
        if configured
        else "  Next: Settings > Devices & services > Add integration > Marstek Venus."
    )
    say(f"""
  Home Assistant:  {demo.url}
  Login:           {config_folder.USER} / {config_folder.PASSWORD}
{then}

  Simulated batteries (Open API on UDP port 30000 of this machine):
{batteries}
  Simulated sources of Tempo's colours (HTTP port 30998).
    Ask and steer both from another terminal: .venv/bin/python -m simulator ctl --help
    for instance: .venv/bin/python -m simulator ctl tempo declare tomorrow red
    or, for cells that are full early: .venv/bin/python -m simulator ctl faults full_at=60

  Log:             {demo.log}
  Ctrl-C stops everything.
""")


async def _unattended(demo: Demo, limit: float, *, with_meter: bool) -> None:
    """Start everything, check it, and give up after `limit` seconds."""
    try:
        async with asyncio.timeout(limit), _session() as session, await demo.start(session) as hass:
            if with_meter:
                await _check_meter(demo, hass)
            else:
                await check.run(hass, demo.log, say)
    except TimeoutError:
        raise DemoError(f"the check took longer than {limit:.0f} s") from None


async def _check_meter(demo: Demo, hass: HomeAssistant) -> None:
    """Add batteries, plan and meter, and try how they follow it."""
    await flow.add_all(hass, len(home.BATTERIES), say)
    house = meter.DemoHouse(hass)
    running = asyncio.create_task(house.run())
    try:
        await asyncio.sleep(3)
        await meter.add(hass, say)
        await meter.check(hass, house, say)
    finally:
        running.cancel()
    check.Check(hass, demo.log, say).log_is_clean()
    say("The check has passed")


async def _attended(demo: Demo, configured: bool, *, with_meter: bool) -> None:
    """Start everything and stay until told to stop."""
    begun = time.monotonic()
    async with _session() as session:
        if with_meter:
            async with await demo.start(session) as hass:
                await flow.add_all(hass, len(home.BATTERIES), say)
                house = asyncio.create_task(meter.DemoHouse(hass).run())
                await asyncio.sleep(3)
                await meter.add(hass, say)
                _welcome(demo, configured=True)
                try:
                    await demo.stay()
                finally:
                    house.cancel()
            return
        async with await demo.start(session) as hass:
            say(f"Home Assistant has started, {time.monotonic() - begun:.0f} s after the start")
            if configured:
                await flow.add_all(hass, len(home.BATTERIES), say)
        _welcome(demo, configured)
        await demo.stay()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))


def _listen_for_signals() -> asyncio.Event:
    """Turn the signals that end a program into one cancellation of the current task.

    A second Ctrl-C must not leave processes behind while they are being stopped.
    """
    task = asyncio.current_task()
    told = asyncio.Event()

    def stop() -> None:
        if task is not None and not told.is_set():
            told.set()
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return told


async def _main(arguments: argparse.Namespace, folder: Path) -> int:
    demo = Demo(folder, arguments)
    told_to_stop = _listen_for_signals()
    try:
        if arguments.headless_check:
            await _unattended(demo, arguments.time_limit, with_meter=arguments.meter)
        else:
            await _attended(demo, arguments.configured, with_meter=arguments.meter)
    except (DemoError, aiohttp.ClientError) as err:
        say(f"error: {err}")
        if arguments.headless_check and demo.log.exists():
            say("The end of Home Assistant's log:")
            say("\n".join(demo.log.read_text("utf-8", "replace").splitlines()[-40:]))
        return 1
    except asyncio.CancelledError:
        if not told_to_stop.is_set():
            raise
        say("\nStopping")
        return 130 if arguments.headless_check else 0
    finally:
        told_to_stop.set()
        await demo.stop()
    return 0


def main() -> int:
    """Run the demo in the folder asked for, or in one that is gone afterwards."""
    arguments = _arguments()
    if arguments.keep is not None:
        folder = arguments.keep.expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(_main(arguments, folder))
    with tempfile.TemporaryDirectory(prefix="ha-marstek-demo-", ignore_cleanup_errors=True) as name:
        return asyncio.run(_main(arguments, Path(name)))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())

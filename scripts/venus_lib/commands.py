"""What each command does."""

from argparse import Namespace
import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
import datetime as dt
import json
import sys
from typing import Any, Final

from . import words
from .arguments import MODES, OWNER_SLOT
from .library import venus
from .network import broadcast_addresses, is_held, resolve

DONE, FAILED, UNPROVEN = 0, 1, 3
# Seconds between two polls (docs/protocol.md 1.5), and how many of them lie between two reads of
# the mode.
_STEADY: Final = 30.0
_CAREFUL: Final = 60.0
_SHARED_CHANNEL: Final = 120.0
_POLLS_PER_MODE: Final = 5
_DURATION: Final = 300
# In the order in which they are read: identity first, as it decides how to read the rest.
_READS: Final = (
    venus.Method.DEVICE,
    venus.Method.ENERGY,
    venus.Method.MODE,
    venus.Method.BATTERY,
    venus.Method.PV,
    venus.Method.METER,
    venus.Method.WIFI,
    venus.Method.BLUETOOTH,
)


def _print(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def _print_json(value: object, *, indent: int | None = 2) -> None:
    _print(json.dumps(value, indent=indent, ensure_ascii=False))


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr, flush=True)


def _require_free(port: int) -> None:
    if is_held(port):
        raise venus.PortInUseError(port)


@asynccontextmanager
async def _battery(arguments: Namespace) -> AsyncIterator[venus.VenusClient]:
    """Find the battery at the given address and talk to it."""
    address = await resolve(arguments.address)
    _require_free(arguments.port)
    hub = venus.Hub()
    found = await venus.probe(hub, address, arguments.port)
    client = venus.VenusClient(hub, found)
    await client.open()
    try:
        if not arguments.json:
            _print(words.device_line(found))
            for text in words.notes(client.profile):
                _note(text)
        yield client
    finally:
        client.close()


async def discover(arguments: Namespace) -> int:
    """Search, and list what answers."""
    asked = [await resolve(address) for address in arguments.address]
    ports = arguments.port or venus.DISCOVERY_PORTS
    held = tuple(port for port in ports if is_held(port))
    free = [port for port in ports if port not in held]
    if not free:
        raise venus.PortInUseError(held[0])
    result = await venus.search(venus.Hub(), asked or broadcast_addresses(), ports=free)
    in_use = sorted({*held, *result.ports_in_use})
    if arguments.json:
        batteries = [asdict(found) for found in result.devices]
        _print_json({"batteries": batteries, "ports_in_use": in_use})
    else:
        for found in result.devices:
            _print(words.device_line(found))
        for port in in_use:
            _note(words.reason(venus.PortInUseError(port)))
        if not result.devices:
            _print(
                "No battery answered. Is the local API switched on in the vendor's app? Is this"
                " machine in the same network? If the app shows another port: --port."
            )
    return DONE if result.devices else FAILED


def _profile(profile: venus.Profile) -> dict[str, Any]:
    return {
        "family": profile.family,
        "known": profile.known,
        "modes": sorted(profile.modes),
        "max_power": profile.max_power,
        "dangers": sorted(profile.dangers),
    }


async def status(arguments: Namespace) -> int:
    """Read everything once."""
    failed = False
    answers: dict[str, Any] = {}
    async with _battery(arguments) as client:
        for method in _READS:
            answer: dict[str, Any]
            try:
                answer = {"status": asdict(await client.read(method))}
            except venus.UnsupportedError as err:
                answer = words.failure(err)
            except venus.VenusError as err:
                answer, failed = words.failure(err), True
            answers[method] = answer
            if not arguments.json:
                _print_answer(method, answer)
        if arguments.json:
            _print_json(
                {
                    "address": client.address,
                    "port": client.port,
                    "profile": _profile(client.profile),
                    "methods": answers,
                }
            )
    return FAILED if failed else DONE


def _print_answer(method: venus.Method, answer: dict[str, Any]) -> None:
    _print(f"\n{method}")
    for line in words.lines(answer["status"]) if "status" in answer else (answer["reason"],):
        _print(f"  {line}")


def _interval(profile: venus.Profile) -> float:
    """Return the seconds between two polls that a firmware bears."""
    if venus.Danger.LOSES_METER in profile.dangers:
        return _SHARED_CHANNEL
    return _STEADY if profile.steady else _CAREFUL


class _Watch:
    """Polls one battery again and again."""

    def __init__(self, client: venus.VenusClient) -> None:
        self._client = client
        self._mode: venus.ModeStatus | None = None
        self._polls = 0
        self._identify = False

    @property
    def _wants_mode(self) -> bool:
        """Tell whether the mode is due: once only where asking for it does harm."""
        if venus.Danger.WIPES_SETTINGS in self._client.profile.dangers:
            return self._mode is None
        return self._mode is None or self._polls % _POLLS_PER_MODE == 0

    async def poll(self) -> tuple[venus.EnergyStatus | venus.ModeStatus, venus.ModeStatus | None]:
        """Return the powers and the mode last read; VenusError when there is no answer."""
        try:
            if self._identify:
                # Whoever answers after a silence may be another battery, or have been updated.
                await self._client.read(venus.Method.DEVICE)
                self._identify = False
            return await self._read()
        except venus.VenusError:
            self._identify = True
            raise
        finally:
            self._polls += 1

    async def _read(self) -> tuple[venus.EnergyStatus | venus.ModeStatus, venus.ModeStatus | None]:
        supports = self._client.profile.supports
        if self._wants_mode or not supports(venus.Method.ENERGY):
            found = await self._client.read(venus.Method.MODE)
            if isinstance(found, venus.ModeStatus):
                self._mode = found
        if supports(venus.Method.ENERGY):
            energy = await self._client.read(venus.Method.ENERGY)
            if isinstance(energy, venus.EnergyStatus):
                return energy, self._mode
        if self._mode is None:
            raise venus.InvalidReplyError("No power")
        return self._mode, self._mode


async def watch(arguments: Namespace) -> int:
    """Print a line a poll."""
    async with _battery(arguments) as client:
        watched = _Watch(client)
        loop = asyncio.get_running_loop()
        polls = 0
        while True:
            started = loop.time()
            moment = dt.datetime.now().astimezone()
            try:
                power, mode = await watched.poll()
            except venus.VenusError as err:
                _print_miss(arguments, moment, err)
            else:
                _print_poll(arguments, moment, power, mode)
            polls += 1
            if polls == arguments.count:
                return DONE
            interval = arguments.interval or _interval(client.profile)
            await asyncio.sleep(max(0.0, started + interval - loop.time()))


def _print_miss(arguments: Namespace, moment: dt.datetime, error: venus.VenusError) -> None:
    if arguments.json:
        _print_json({"time": moment.isoformat(), **words.failure(error)}, indent=None)
    else:
        _print(f"{moment:%H:%M:%S}  {words.reason(error)}")


def _print_poll(
    arguments: Namespace,
    moment: dt.datetime,
    power: venus.EnergyStatus | venus.ModeStatus,
    mode: venus.ModeStatus | None,
) -> None:
    if arguments.json:
        values = asdict(power) | {"mode": mode.mode if mode else None}
        _print_json({"time": moment.isoformat(), **values}, indent=None)
    else:
        _print(f"{moment:%H:%M:%S}  {words.watch_line(power, mode)}")


def _request(arguments: Namespace) -> venus.ModeRequest:
    mode = MODES[arguments.mode]
    power = arguments.power or 0
    slots: tuple[venus.Slot, ...] = ()
    if mode is venus.Mode.MANUAL:
        today = dt.datetime.now().astimezone().weekday()
        days = 1 << today | 1 << (today + 1) % 7
        slots = (venus.Slot(OWNER_SLOT, "00:00", "23:59", days, power),)
    duration = arguments.duration or _DURATION if mode is venus.Mode.PASSIVE else 0
    return venus.ModeRequest(mode, power, duration, slots)


_OUTCOMES: Final = {
    venus.Proof.UNCHANGED: "unchanged: the battery was in this mode already; nothing was written",
    venus.Proof.CONFIRMED: "confirmed: the battery was asked afterwards, and follows",
    venus.Proof.ACCEPTED: "accepted: the mode is on; its power can't be compared beside the sun",
    venus.Proof.ASSUMED: "assumed: accepted, but nothing the battery tells can prove it",
}


async def set_mode(arguments: Namespace) -> int:
    """Change the mode, and tell how well that is known to have happened."""
    request = _request(arguments)
    async with _battery(arguments) as client:
        control = venus.ModeControl(client, venus.LoopClock())
        proof = await control.set_mode(request)
    if arguments.json:
        _print_json({"outcome": proof, "mode": request.mode, **_details(request)})
    else:
        _print(_OUTCOMES[proof])
        if request.mode is venus.Mode.PASSIVE:
            _note(f"in {request.duration} s the battery goes to 0 W and stays in Passive.")
    return UNPROVEN if proof in (venus.Proof.ACCEPTED, venus.Proof.ASSUMED) else DONE


def _details(request: venus.ModeRequest) -> dict[str, int]:
    details = {}
    if request.has_setpoint:
        details["power"] = request.power
    if request.duration:
        details["duration"] = request.duration
    return details


COMMANDS: Final[dict[str, Callable[[Namespace], Coroutine[Any, Any, int]]]] = {
    "discover": discover,
    "status": status,
    "watch": watch,
    "set-mode": set_mode,
}

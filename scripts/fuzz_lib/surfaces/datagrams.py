"""Datagrams of a battery, or of anybody who sends from its address.

Each is received as the answer to a request that is in flight: by the socket's protocol, the link,
and the parser of a method for a profile, which the input's checksum chooses.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Final, override
from zlib import crc32

from custom_components.marstek.venus.errors import VenusError
from custom_components.marstek.venus.gate import Gates
from custom_components.marstek.venus.link import Link
from custom_components.marstek.venus.models import Method, Status
from custom_components.marstek.venus.parsing import parse_device, parse_status
from custom_components.marstek.venus.profiles import profile_for
from custom_components.marstek.venus.transport import Endpoint
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import require_sound

_ADDRESS: Final = "127.0.1.1"
_STRANGER: Final = "127.0.1.2"
_MAC: Final = "02aabbcc0001"
REQUEST_ID: Final = 7
"""The id of the request that inputs answer."""
_LONGEST_NAME: Final = 64
_METHODS: Final = tuple(method for method in Method if not method.is_write)
# A name in a result, by which most inputs are given to the method that has it.
_HALLMARKS: Final = {
    b'"ver"': Method.DEVICE,
    b'"sta_ip"': Method.WIFI,
    b'"ble_mac"': Method.BLUETOOTH,
    b'"bat_temp"': Method.BATTERY,
    b'"pv1_power"': Method.PV,
    b'"total_grid_output_energy"': Method.ENERGY,
    b'"mode"': Method.MODE,
    b'"a_power"': Method.METER,
    b'"bat_state"': Method.DATA,
}
_PROFILES: Final = tuple(
    profile_for(model, firmware)
    for model, firmware in (
        *(("VenusE 3.0", 150), ("VenusE 3.0", 139), ("VenusE 3.0", 147), ("VenusE", 153)),
        *(("VenusE", 156), ("Venus A", 149), ("Venus D", 147), ("VNSEM-0", 300), ("?", 1)),
    )
)


class _Instant:
    """Clock whose waits are over at once."""

    def __init__(self) -> None:
        self._now = 1000.0

    def time(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


class _Dice(Random):
    """Chance that gives the first request its number."""

    @override
    def randint(self, a: int, b: int) -> int:
        return REQUEST_ID


class _Socket(Endpoint):
    """Endpoint that answers each request by the input, first from a stranger's address."""

    def __init__(self) -> None:
        super().__init__(30000, Gates(), "127.0.0.1")
        self.answer = b""

    @override
    def send(self, payload: bytes, address: str) -> None:
        self.datagram_received(self.answer, (_STRANGER, 30000))
        self.datagram_received(self.answer, (address, 30000))
        self.datagram_received(self.answer, (address, 30000))


def _method_of(document: bytes) -> Method:
    """Return the method that an input answers: of eight inputs one gets any."""
    chance = crc32(document) >> 16
    if chance % 8:
        for name, method in _HALLMARKS.items():
            if name in document:
                return method
    return _METHODS[chance // 8 % len(_METHODS)]


class _Conversation:
    """A battery's link that asks one question for each input."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._socket = _Socket()
        self._clock = _Instant()
        self._kept: tuple[int, ...] = ()

    def read(self, document: bytes) -> None:
        """Ask, and be answered by the document."""
        self._socket.answer = document
        self._runner.run(self._ask(_method_of(document), crc32(document)))

    async def _ask(self, method: Method, chance: int) -> None:
        profile = _PROFILES[chance // 64 % len(_PROFILES)]
        parse: Callable[[dict[str, Any]], Status] = lambda result: (  # noqa: E731
            parse_device(result)
            if method is Method.DEVICE
            else parse_status(method, result, profile)
        )
        mac = _MAC if chance // 4096 % 2 else None
        link = Link(self._socket, _ADDRESS, mac, clock=self._clock, rng=_Dice())
        try:
            require_sound(await link.call(method, {"id": 0}, parse, attempts=1), _LONGEST_NAME)
        finally:
            for counted in link.statistics.values():
                require_sound((counted.sent, counted.lost, counted.late, counted.errors))
            self._kept = (len(link.frames), len(asyncio.all_tasks()))
            link.close()

    def kept(self) -> tuple[int, ...]:
        """Return the sizes of what was left by the last input."""
        return self._kept


_CONVERSATION: Final = _Conversation()
DATAGRAMS: Final = Surface(
    "datagrams", _CONVERSATION.read, (VenusError,), counts=_CONVERSATION.kept
)

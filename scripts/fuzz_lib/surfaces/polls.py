"""Polls of batteries for a meter, or datagrams of anybody who sends to its ports.

Each is received by a CT and by a Shelly whose source has a value. A valid one gets an answer that the
simulated battery can read, and none makes what is kept grow.
"""

import json
from typing import Any, Final

from custom_components.marstek.meter import frame, shelly
from custom_components.marstek.meter.emulator import CtEmulator, ShellyEmulator
from custom_components.marstek.meter.errors import DatagramError
from custom_components.marstek.meter.regulator import Regulator
from custom_components.marstek.meter.sample import GridSample, SampleLog
from scripts.fuzz_lib.mutation import dump_json
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import UnsoundError
from simulator.meter_wire import UnreadableReplyError, read_ct, read_shelly

_CT_MAC: Final = "02b2500000ff"
_LONGEST_REPLY: Final = 590


class _Meters:
    """A CT and a Shelly whose clock moves on with each poll."""

    def __init__(self) -> None:
        self._log = SampleLog()
        self._now = 1000.0
        regulator = Regulator(self._log)
        self._ct = CtEmulator(samples=self._log, regulator=regulator, ct_mac=_CT_MAC)
        self._shelly = ShellyEmulator(samples=self._log)

    def read(self, document: bytes) -> None:
        """Give a datagram to both."""
        self._now += 1.0
        self._log.add(GridSample(500.0, self._now))
        to_ct = self._ct.receive(document, "192.0.2.1", self._now)
        to_shelly = self._shelly.receive(document, "192.0.2.1", self._now)
        for answer in (to_ct, to_shelly):
            if answer is not None and len(answer) > _LONGEST_REPLY:
                raise UnsoundError(f"an answer of {len(answer)} bytes")
        try:
            if to_ct is not None:
                request = frame.parse_request(document)
                mac = _CT_MAC if request.ct_mac == frame.ANY_CT else request.ct_mac
                read_ct(to_ct, (request.ct_type or "HME-4", mac), 512)
            if to_shelly is not None:
                read_shelly(to_shelly)
        except UnreadableReplyError as err:
            raise UnsoundError(f"an answer that no battery reads: {err}") from err
        if to_ct is to_shelly is None:
            self._refuse(document)

    def _refuse(self, document: bytes) -> None:
        """Raise the documented error of a datagram that is none of a battery."""
        if document.startswith(b"{"):
            shelly.parse_request(document)
        else:
            frame.parse_request(document)

    def kept(self) -> tuple[int, ...]:
        """Return the sizes of what outlives a datagram."""
        return (
            len(list(self._ct.askers)),
            len(list(self._shelly.askers)),
            len(self._ct.regulator.followers),
        )


def _parse(document: bytes) -> Any:
    """Return a poll as a tree: the list of a frame's fields, or the object of a request."""
    return frame.split(document) if document.startswith(b"\x01") else json.loads(document)


def _dump(tree: object) -> bytes:
    """Return the datagram of a tree: a list as a frame with its right length and checksum."""
    if not isinstance(tree, list):
        return dump_json(tree)
    fields = tuple(str(field) for field in tree)
    try:
        return frame.build(fields)
    except UnicodeEncodeError:
        return "|".join(fields).encode("utf-8", "surrogatepass")


_METERS: Final = _Meters()
POLLS: Final = Surface("polls", _METERS.read, (DatagramError,), _parse, _dump, counts=_METERS.kept)

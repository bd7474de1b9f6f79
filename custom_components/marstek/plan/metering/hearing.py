"""Proof by the battery: its own account of what its meter says, read once an hour.

The only sight of whether a battery hears the emulated meter, and believes it. Firmware without that
reading, or that bears no more polls, leaves it unproven.
"""

from collections.abc import Callable, Collection
from typing import Final

from homeassistant.core import HomeAssistant

from ...battery.runtime import Battery
from .meter_status import HearProof

_FIRST: Final = 120.0
_AGAIN: Final = 3600.0
_SAME_WATTS: Final = 2


class Hearing:
    """Asks batteries what they hear."""

    def __init__(
        self,
        hass: HomeAssistant,
        sent: Collection[int],
        batteries: Callable[[], dict[str, Battery]],
    ) -> None:
        """Ask first two minutes from now; `sent` are the last powers that were sent, in W."""
        self.proof = HearProof.UNPROVEN
        self._sent = sent
        self._batteries = batteries
        self._next = hass.loop.time() + _FIRST

    def is_due(self, now: float) -> bool:
        """Return whether it is time to ask."""
        return now >= self._next

    async def async_ask(self, now: float) -> None:
        """Read the meter of each battery that bears it, and compare."""
        self._next = now + _AGAIN
        found = set[HearProof]()
        for battery in self._batteries().values():
            if battery.profile.steady and battery.is_reachable:
                status = await battery.async_read_meter()
                if status is not None and status.connected is not None:
                    found.add(self._compared(status.connected, status.total_power))
        order = (HearProof.NOT_HEARD, HearProof.OTHER, HearProof.HEARD)
        self.proof = next((each for each in order if each in found), HearProof.UNPROVEN)

    def _compared(self, is_connected: bool, power: int | None) -> HearProof:
        """Return what a reading proves: the power is one of those that were sent, or is not."""
        if not is_connected:
            return HearProof.NOT_HEARD
        if power is None or not self._sent:
            return HearProof.UNPROVEN
        is_ours = any(abs(power - sent) <= _SAME_WATTS for sent in self._sent)
        return HearProof.HEARD if is_ours else HearProof.OTHER

"""Proof by the battery: its own account of what its meter says, read once an hour.

The only sight of whether a battery hears the emulated meter, and believes it. Firmware without that
reading, or that bears no more polls, leaves it unproven.
"""

from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant

from ...battery.runtime import Battery
from ...meter.sample import SampleLog
from .meter_status import HearProof

_FIRST: Final = 120.0
_AGAIN: Final = 3600.0
_SAME_WATTS: Final = 60.0


class Hearing:
    """Asks batteries what they hear."""

    def __init__(
        self, hass: HomeAssistant, log: SampleLog, batteries: Callable[[], dict[str, Battery]]
    ) -> None:
        """Ask first two minutes from now."""
        self.proof = HearProof.UNPROVEN
        self._log = log
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
        """Return what a reading proves. A CT gives steps and zeros, which no sample equals."""
        if not is_connected:
            return HearProof.NOT_HEARD
        sample = self._log.newest
        if sample is None or power is None:
            return HearProof.UNPROVEN
        # What was heard is a sample of the last seconds, a step of about its size, or a hold.
        is_ours = abs(power - sample.power) <= _SAME_WATTS or abs(power) <= _SAME_WATTS
        return HearProof.HEARD if is_ours else HearProof.OTHER

"""Comparison of a battery's readings after a command with the command.

The mode alone proves no setpoint. On models with solar inputs the power of the AC side is not the
whole: it is compared where the sun's power is known, and called accepted elsewhere.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from .agreement import LEAST_TELLING
from .client import VenusClient
from .errors import ContradictedError, StandstillError
from .mode_request import ModeRequest, Proof
from .models import EnergyStatus, Method, ModeStatus, PvStatus, Status
from .proving import Measured

# A battery ramps up; in between two reads lies the quiet gap.
_POWER_READS: Final = 2

type ReadStatus = Callable[[Method], Awaitable[Status | None]]
"""Reads a status at once; None when that fails."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a battery stands to a command that it has accepted."""

    proof: Proof | None
    """None while the battery contradicts the command."""
    contradiction: ContradictedError | None = None
    measured: Measured | None = None


def _contradiction(power: int, measured: Measured) -> ContradictedError:
    """Return what a measured power says that is not the one asked for, in W."""
    found = measured.powers[-1]
    if measured.soc is not None and measured.is_idle and abs(power) >= LEAST_TELLING:
        return StandstillError(power, found, measured.soc)
    return ContradictedError(f"{power} W", f"{found} W")


class Comparer:
    """Compares mode and power of one battery with a command."""

    def __init__(self, client: VenusClient, read: ReadStatus, is_night: Callable[[], bool]) -> None:
        """Read with `read`; `is_night` tells whether there can't be any sun."""
        self._client = client
        self._read = read
        self._is_night = is_night

    async def compare(self, request: ModeRequest, status: ModeStatus) -> Comparison:
        """Return whether the battery follows, after a read of its mode and maybe of its power."""
        if status.mode is not request.mode:
            return Comparison(None, ContradictedError(request.mode, status.mode or "?"))
        if not request.has_setpoint or not request.expects_power:
            return Comparison(Proof.CONFIRMED)
        measured = await self._measure(status)
        for _ in range(_POWER_READS):
            if measured.follows(request.power) is not False:
                break
            measured = await self._measure_anew() or measured
        match measured.follows(request.power):
            case None:
                return Comparison(Proof.ACCEPTED, measured=measured)
            case True:
                return Comparison(Proof.CONFIRMED, measured=measured)
        return Comparison(None, _contradiction(request.power, measured), measured)

    async def _measure_anew(self) -> Measured | None:
        profile = self._client.profile
        status = await self._read(Method.ENERGY if profile.supports(Method.ENERGY) else Method.MODE)
        if not isinstance(status, (EnergyStatus, ModeStatus)):
            return None
        return await self._measure(status)

    async def _measure(self, status: EnergyStatus | ModeStatus) -> Measured:
        """Return the powers in which a setpoint may show; without one where the sun is unknown."""
        profile = self._client.profile
        if status.ac_power is None:
            return Measured(status.soc)
        if not profile.has_pv:
            return Measured(status.soc, (status.ac_power,))
        if profile.pv_total_is_real and not isinstance(status, EnergyStatus):
            # Sun and AC power of one moment.
            return await self._measure_anew() or Measured(status.soc)
        sun = await self._sun(status)
        if sun is None:
            return Measured(status.soc)
        cells = round(status.ac_power + (status.backup_power or 0) - sun)
        return Measured(status.soc, (status.ac_power, cells))

    async def _sun(self, status: EnergyStatus | ModeStatus) -> float | None:
        """Return the solar power in W, None where it is not known and may be more than 0."""
        if isinstance(status, EnergyStatus) and status.pv_power is not None:
            return status.pv_power
        inputs = await self._read(Method.PV)
        sun = inputs.power if isinstance(inputs, PvStatus) else None
        return 0.0 if sun is None and self._is_night() else sun

"""Keeps up what stands: Passive, the slot of Manual, a setpoint that waits for its slot write.

A mode that is chosen by hand is kept up for as long as it stands: Passive, whose countdown would
otherwise end at 0 W, is renewed, and the slot of Manual, which covers two days, is written anew
each day.
"""

from ..const import LOGGER
from ..venus import LEAST_TELLING, Clock, Mode, VenusError
from .commanded import Commanded
from .commands import Commands
from .memory import MemoryStore
from .renewal import RENEW_AT_LAST


class Upkeep:
    """Upkeep of a command between polls: renewals and deferred setpoints.

    Passive ends at 0 W with its countdown, and a Manual slot after its day (docs/protocol.md 2.9).
    """

    def __init__(self, store: MemoryStore, clock: Clock, commands: Commands) -> None:
        """Renew the commands that `commands` have sent."""
        self._store = store
        self._clock = clock
        self._commands = commands
        self._renewal = commands.renewal

    def is_maintenance_due(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Tell whether `async_maintain` has something to do now."""
        if self._commands.lock.locked():
            return False
        if self._has_left(mode, mode_read_at):
            return True
        if self._commands.is_deferred:
            overdue = self._commands.deferral_overdue
            return overdue >= (0 if self._renewal.is_recent(mode_read_at) else RENEW_AT_LAST)
        return self._renewal.is_due(self._commanded, mode_read_at)

    async def async_maintain(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Send what is due: a deferred setpoint, or the renewal of a command.

        Tells whether what was kept up is given up, because somebody else chose another mode.
        """
        commanded = self._commanded
        try:
            if self._has_left(mode, mode_read_at) and not self._is_put_back(commanded, mode):
                self._commands.let_go()
                return True
            if self._commands.is_deferred:
                await self._commands.async_apply_deferred()
            elif commanded.kept is not None:
                await self._commands.async_renew(commanded)
        except VenusError as err:
            LOGGER.debug("Not renewed: %s", err)
        return False

    def wants_mode(self, mode_read_at: float) -> bool:
        """Tell whether a renewal or a deferred setpoint is waiting for a fresh read of the mode."""
        if self._commands.is_deferred:
            is_waiting = self._commands.deferral_overdue >= 0
            return is_waiting and not self._renewal.is_recent(mode_read_at)
        return self._commanded.keeps(Mode.PASSIVE) and self._renewal.wants_mode(mode_read_at)

    @property
    def _commanded(self) -> Commanded:
        return self._store.memory.commanded

    @property
    def _kept_mode(self) -> Mode | None:
        """The mode that is to be kept up, or that a setpoint waits for."""
        if self._commands.is_deferred:
            return Mode.MANUAL
        return None if self._commanded.kept is None else self._commanded.mode

    def _has_left(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Tell whether the battery is known to be in another mode than the one that is kept up.

        That may be one without a name, unlike a mode that has not been read since.
        """
        kept = self._kept_mode
        return kept is not None and mode is not kept and self._renewal.is_since(mode_read_at)

    def _is_put_back(self, commanded: Commanded, mode: Mode | None) -> bool:
        """Tell whether a battery that has left Passive is to be put back.

        Some do so by themselves, and one that restarts goes on in Manual; where that keeps
        happening, somebody else chooses the mode.
        """
        if commanded.kept is None or self._commands.is_deferred:
            return False
        is_restarted = commanded.is_planned and mode is Mode.MANUAL
        is_tiny = abs(commanded.power) < LEAST_TELLING
        is_left_run = commanded.is_run and not is_tiny and not self._renewal.may_have_left
        if not (is_left_run or is_restarted):
            return False
        now = self._clock.time()
        self._renewal.exits.found(now)
        return not self._renewal.exits.is_too_many(now)

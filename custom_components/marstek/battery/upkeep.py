"""Keeps up what stands: Passive, the slot of Manual, a setpoint that waits for its slot write.

A mode that is chosen by hand is kept up for as long as it stands: Passive, whose countdown would
otherwise end at 0 W, is renewed, and the slot of Manual, which covers two days, is written anew
each day.
"""

from dataclasses import replace

from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..venus import LEAST_TELLING, Clock, Mode, ModeControl, VenusError
from .commands import Commands
from .memory import Hold, MemoryStore
from .mode_requests import owner_request
from .renewal import RENEW_AT_LAST


class Upkeep:
    """Does beside the polls what has fallen due."""

    def __init__(
        self, control: ModeControl, store: MemoryStore, clock: Clock, commands: Commands
    ) -> None:
        """Keep up what `commands` have set."""
        self._control = control
        self._store = store
        self._clock = clock
        self._commands = commands
        self._renewal = commands.renewal

    def is_maintenance_due(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Tell whether `async_maintain` has something to do now."""
        hold = self._store.memory.hold
        if self._commands.lock.locked():
            return False
        if self._has_left(mode, mode_read_at):
            return True
        if self._commands.is_deferred:
            overdue = self._commands.deferral_overdue
            return overdue >= (0 if self._renewal.is_recent(mode_read_at) else RENEW_AT_LAST)
        return hold is not None and self._renewal.is_due(hold, mode_read_at)

    async def async_maintain(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Do what has fallen due: a deferred setpoint, the renewal of what was chosen by hand.

        Tells whether what was held is given up, because somebody else chose another mode.
        """
        hold = self._store.memory.hold
        try:
            if self._has_left(mode, mode_read_at) and not self._is_put_back(hold):
                self._let_go()
                return True
            if self._commands.is_deferred:
                await self._commands.async_apply_deferred()
            elif hold is not None:
                await self._keep_up(hold)
        except VenusError as err:
            LOGGER.debug("Not renewed: %s", err)
        return False

    def wants_mode(self, mode_read_at: float) -> bool:
        """Tell whether a renewal or a deferred setpoint is waiting for a fresh read of the mode."""
        if self._commands.is_deferred:
            is_waiting = self._commands.deferral_overdue >= 0
            return is_waiting and not self._renewal.is_recent(mode_read_at)
        return self._held_mode is Mode.PASSIVE and self._renewal.wants_mode(mode_read_at)

    @property
    def _held_mode(self) -> Mode | None:
        """The mode that is to be kept up, or that a setpoint waits for."""
        hold = self._store.memory.hold
        if self._commands.is_deferred:
            return Mode.MANUAL
        return hold.mode if hold else None

    def _has_left(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Tell whether the battery is known to be in another mode than the one that is held.

        That may be one without a name, unlike a mode that has not been read since.
        """
        held = self._held_mode
        return held is not None and mode is not held and self._renewal.is_since(mode_read_at)

    def _is_put_back(self, hold: Hold | None) -> bool:
        """Tell whether a battery that has left Passive is to be put back.

        Some do so by themselves; where that keeps happening, somebody else chooses the mode.
        """
        renewal, run = self._renewal, self._store.memory.run
        if (
            hold is None
            or run is None
            or self._commands.is_deferred
            or abs(hold.power) < LEAST_TELLING
        ):
            return False
        if renewal.may_have_left:
            return False
        now = self._clock.time()
        renewal.exits.found(now)
        return not renewal.exits.is_too_many(now)

    def _let_go(self) -> None:
        """Give up what is held: somebody else chose another mode."""
        self._store.memory.hold = self._store.memory.run = None
        self._commands.drop_deferred()
        self._store.save_soon()

    async def _keep_up(self, hold: Hold) -> None:
        """Send what is held once more, unless that has changed while waiting for its turn."""
        self._renewal.tried()
        async with self._commands.lock:
            if self._store.memory.hold is not hold:
                return
            today = dt_util.now().date()
            await self._control.renew(owner_request(hold.mode, hold.power, hold.until))
            self._commands.hold(replace(hold, day=today))
        self._store.save_soon()

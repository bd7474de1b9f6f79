"""Commands to one battery: its mode and setpoint by hand, and what the plan wants.

A mode that is chosen by hand is kept up for as long as it stands: Passive, whose countdown would
otherwise end at 0 W, is renewed, and the slot of Manual, which covers two days, is written anew
each day.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..venus import Clock, Mode, ModeControl, ModeWish, Proof, Slot, VenusError
from .data import CommandState
from .memory import Hold, MemoryStore
from .slots import HAND_SLOT, SLOTS, cleared

# Every slot write goes to flash: at most one a minute.
_SLOT_WRITE_INTERVAL: Final = 60.0
_COUNTDOWN: Final = 300
# A countdown begins when the request arrives, which may take some attempts.
_COUNTDOWN_MARGIN: Final = 5.0
# A countdown is renewed when this much of it, in s, has passed and a read since then shows that the
# battery is still in Passive; without such a read, when no more time is left to wait for one.
_RENEW_AFTER: Final = 120.0
_RENEW_AT_LAST: Final = 180.0
_FRESH_MODE: Final = 45.0
_RENEWAL_RETRY: Final = 20.0
_SLOT_RENEWAL_RETRY: Final = 600.0
_CLEAR_ATTEMPTS: Final = 4
_SETPOINT_MODES: Final = (Mode.MANUAL, Mode.PASSIVE)
_STATES: Final = {
    Proof.UNCHANGED: CommandState.CONFIRMED,
    Proof.CONFIRMED: CommandState.CONFIRMED,
    Proof.ASSUMED: CommandState.ASSUMED,
}


def hand_slot(power: int, day: dt.date) -> Slot:
    """Return the slot of Manual by hand: all of `day` and of the next one."""
    days = 1 << day.weekday() | 1 << (day.weekday() + 1) % 7
    return Slot(HAND_SLOT, "00:00", "23:59", days, power)


def countdown(until: dt.datetime | None, now: dt.datetime) -> int:
    """Return the seconds of a Passive that is to be over by a moment, at least the least one."""
    if until is None:
        return _COUNTDOWN
    left = (until - now).total_seconds() - _COUNTDOWN_MARGIN
    return max(1, min(_COUNTDOWN, int(left)))


@dataclass(frozen=True, slots=True)
class CommandProgress:
    """How a command fares."""

    state: CommandState
    mode: Mode | None = None
    """The mode that the battery is now known, or assumed, to be in."""


class Commands:
    """Carries out what the owner asks of one battery: one thing at a time, the latest wins."""

    def __init__(
        self,
        control: ModeControl,
        store: MemoryStore,
        clock: Clock,
        on_progress: Callable[[CommandProgress], None],
    ) -> None:
        """Command through `control`, and tell `on_progress` how that goes."""
        self._control = control
        self._store = store
        self._clock = clock
        self._on_progress = on_progress
        self._lock = asyncio.Lock()
        self._newest = 0
        self._mode: Mode | None = None
        self._power = store.memory.setpoint
        self._slot_written_at = float("-inf")
        self._renewed_at = float("-inf")
        self._renewal_tried_at = float("-inf")
        self._deferred = False

    @property
    def lock(self) -> asyncio.Lock:
        """Held while something is carried out; who holds it has the battery to himself."""
        return self._lock

    @property
    def setpoint(self) -> int:
        """The power in W that Manual and Passive use, + discharges."""
        return self._store.memory.setpoint

    async def async_set_mode(self, mode: Mode, current: Mode | None) -> None:
        """Change the mode; VenusError when the battery could not be brought to follow."""
        self._mode = mode
        if mode is not current or not self._is_in_force(mode, self._power):
            await self._run()

    async def async_set_setpoint(self, power: int, current: Mode | None) -> None:
        """Store the setpoint; in a mode that uses it, apply it at once, or raise VenusError.

        In Manual a second change within a minute is applied when that minute is over.
        """
        self._power = power
        self._deferred = False
        if not self._lock.locked():
            self._mode = current
        if self._mode not in _SETPOINT_MODES:
            self._store.memory.setpoint = power
            self._store.save_soon()
            return
        if self._is_in_force(self._mode, power):
            return
        if self._mode is Mode.MANUAL and self._seconds_to_slot_write > 0:
            self._deferred = True
            self._on_progress(CommandProgress(CommandState.PENDING))
            return
        await self._run()

    def _is_in_force(self, mode: Mode | None, power: int) -> bool:
        hold = self._store.memory.hold
        busy = self._lock.locked()
        return hold is not None and not busy and (hold.mode, hold.power) == (mode, power)

    @property
    def _seconds_to_slot_write(self) -> float:
        return self._slot_written_at + _SLOT_WRITE_INTERVAL - self._clock.time()

    async def _run(self) -> None:
        """Carry out what is wanted by then, unless a newer command came while waiting."""
        self._newest += 1
        ticket = self._newest
        self._deferred = False
        self._on_progress(CommandProgress(CommandState.PENDING))
        async with self._lock:
            mode = self._mode
            if ticket != self._newest or mode is None:
                return
            try:
                progress = await self._carry_out(mode, self._power)
            except VenusError, asyncio.CancelledError:
                if ticket == self._newest:
                    self._power = self.setpoint
                self._on_progress(CommandProgress(CommandState.FAILED))
                raise
            self._on_progress(progress)

    async def _carry_out(self, mode: Mode, power: int) -> CommandProgress:
        memory = self._store.memory
        today = dt_util.now().date()
        if memory.hold and memory.hold.mode is not mode:
            memory.hold = None
        wish = _wish(mode, power, today)
        # Also where the mode does not use it, it may be one that waited for the next slot write.
        proof = await self._set(wish, release=tuple(map(cleared, sorted(memory.slots))))
        memory.setpoint = power
        memory.is_planned = False
        if wish.has_setpoint:
            memory.hold = Hold(mode, power, today)
            self._renewed_at = self._renewal_tried_at = self._clock.time()
        self._store.save_soon()
        return CommandProgress(_STATES[proof], mode)

    async def _set(self, wish: ModeWish, *, release: tuple[Slot, ...] = ()) -> Proof:
        """Set a mode; in Manual no slot of ours is left that another purpose enabled.

        `release` are slots that are disabled, if that succeeds at once, when Manual is left.
        """
        memory = self._store.memory
        if wish.mode is Mode.MANUAL:
            written = {slot.number for slot in wish.slots}
            others = tuple(cleared(number) for number in sorted(memory.slots - written))
            wish = replace(wish, slots=(*others, *wish.slots))
            memory.slots |= written
            self._slot_written_at = self._clock.time()
        self._store.save_soon()
        proof = await self._control.set_mode(wish, release=release)
        if wish.mode is Mode.MANUAL:
            memory.slots = {slot.number for slot in wish.slots if slot.enabled}
        elif release:
            memory.slots = set()
        return proof

    async def async_obey(self, wish: ModeWish, until: dt.datetime | None = None) -> Proof | None:
        """Carry out what the plan wants; None when a newer command went before.

        Passive is kept up, at the longest to `until`. The owner's setpoint stays as it is. Raises VenusError as `ModeControl.set_mode` does.
        """
        self._newest += 1
        ticket = self._newest
        self._deferred = False
        async with self._lock:
            if ticket != self._newest:
                return None
            memory = self._store.memory
            memory.hold = None
            memory.is_planned = memory.is_planned or wish.mode is not Mode.AUTO
            self._mode = wish.mode
            self._on_progress(CommandProgress(CommandState.PENDING))
            try:
                proof = await self._set(wish)
            except VenusError, asyncio.CancelledError:
                self._on_progress(CommandProgress(CommandState.FAILED))
                raise
            if wish.mode is Mode.PASSIVE:
                memory.hold = Hold(wish.mode, wish.power, dt_util.now().date(), until)
                self._renewed_at = self._renewal_tried_at = self._clock.time()
            memory.is_planned = wish.mode is not Mode.AUTO
            self._store.save_soon()
            self._on_progress(CommandProgress(_STATES[proof], wish.mode))
            return proof

    async def async_clear_slots(self, numbers: frozenset[int]) -> None:
        """Disable own slots, each tried once, while the battery is in Manual anyway."""
        memory = self._store.memory
        async with self._lock:
            for number in sorted(memory.slots & numbers):
                if await self._control.clear(cleared(number)):
                    memory.slots.discard(number)
        self._store.save_soon()

    async def async_clear_all_slots(self) -> bool:
        """Disable all slots of Manual, whoever set them; tell whether every one was accepted."""
        async with self._lock:
            done = [
                await self._control.clear(cleared(number), attempts=_CLEAR_ATTEMPTS)
                for number in range(SLOTS)
            ]
        self._store.memory.slots.clear()
        self._store.save_soon()
        return all(done)

    def is_maintenance_due(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Tell whether `async_maintain` has something to do now."""
        hold = self._store.memory.hold
        if self._lock.locked():
            return False
        if self._has_left(mode, mode_read_at):
            return True
        if self._deferred:
            overdue = -self._seconds_to_slot_write
            return overdue >= (0 if self._is_recent(mode_read_at) else _RENEW_AT_LAST)
        return hold is not None and self._is_renewal_due(hold, mode_read_at)

    async def async_maintain(self, mode: Mode | None, mode_read_at: float) -> None:
        """Do what has fallen due: a deferred setpoint, the renewal of what was chosen by hand."""
        hold = self._store.memory.hold
        try:
            if self._has_left(mode, mode_read_at):
                self._let_go()
            elif self._deferred:
                await self._run()
            elif hold is not None:
                await self._keep_up(hold)
        except VenusError as err:
            LOGGER.debug("Not renewed: %s", err)

    def wants_mode(self, mode_read_at: float) -> bool:
        """Tell whether a renewal or a deferred setpoint is waiting for a fresh read of the mode."""
        if self._is_recent(mode_read_at):
            return False
        if self._deferred:
            return self._seconds_to_slot_write <= 0
        is_renewable = self._held_mode is Mode.PASSIVE
        return is_renewable and self._clock.time() - self._renewed_at >= _RENEW_AFTER

    def _is_recent(self, mode_read_at: float) -> bool:
        return self._clock.time() - mode_read_at < _FRESH_MODE

    @property
    def _held_mode(self) -> Mode | None:
        """The mode that is to be kept up, or that a setpoint waits for."""
        hold = self._store.memory.hold
        if self._deferred:
            return Mode.MANUAL
        return hold.mode if hold else None

    def _has_left(self, mode: Mode | None, mode_read_at: float) -> bool:
        """Tell whether the battery is known to be in another mode than the one that is held.

        That may be one without a name, unlike a mode that has not been read since.
        """
        held = self._held_mode
        if held is None or mode is held:
            return False
        return mode is not None or mode_read_at > self._renewed_at

    def _let_go(self) -> None:
        """Give up what is held: somebody else chose another mode."""
        self._store.memory.hold = None
        if self._deferred:
            self._deferred = False
            self._store.memory.setpoint = self._power
            self._on_progress(CommandProgress(CommandState.FAILED))
        self._store.save_soon()

    async def _keep_up(self, hold: Hold) -> None:
        self._renewal_tried_at = self._clock.time()
        today = dt_util.now().date()
        wish = _wish(hold.mode, hold.power, today)
        if hold.mode is Mode.PASSIVE:
            wish = replace(wish, duration=countdown(hold.until, dt_util.utcnow()))
        async with self._lock:
            await self._control.renew(wish)
        self._renewed_at = self._clock.time()
        self._store.memory.hold = replace(hold, day=today)
        self._store.save_soon()

    def _is_renewal_due(self, hold: Hold, mode_read_at: float) -> bool:
        now = self._clock.time()
        since_try = now - self._renewal_tried_at
        if hold.mode is Mode.MANUAL:
            return hold.day != dt_util.now().date() and since_try >= _SLOT_RENEWAL_RETRY
        age = now - self._renewed_at
        if hold.until is not None and (hold.until - dt_util.utcnow()).total_seconds() <= max(
            0.0, _COUNTDOWN - age
        ):
            # The countdown that runs ends with it.
            return False
        needed = age >= _RENEW_AT_LAST or (age >= _RENEW_AFTER and self._is_recent(mode_read_at))
        return needed and since_try >= _RENEWAL_RETRY


def _wish(mode: Mode, power: int, today: dt.date) -> ModeWish:
    match mode:
        case Mode.MANUAL:
            return ModeWish(mode, power=power, slots=(hand_slot(power, today),))
        case Mode.PASSIVE:
            return ModeWish(mode, power=power, duration=_COUNTDOWN)
    return ModeWish(mode)

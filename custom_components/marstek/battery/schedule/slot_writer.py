"""Writes the owner's slots, and UPS, and goes back to the mode that was on before.

Every slot write leaves the battery in Manual (docs/protocol.md 2.9). The mode to go back to is
stored before the first of them, so that neither a silent battery nor a restart leaves it there.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ...const import LOGGER
from ...venus import (
    Clock,
    ContradictedError,
    Method,
    Mode,
    ModeControl,
    ModeRequest,
    NoAnswerError,
    Proof,
    Slot,
    UnsupportedError,
    VenusError,
)
from ..commanded import Commanded
from ..commands import Commands
from ..data import STATES, CommandProgress, CommandState
from ..memory import Memory, MemoryStore
from ..ownership import Ownership
from ..readings import Readings
from ..slot_mirror import Mirror, Unfinished
from .timetable import TimetableError

# Between attempts to finish what was interrupted, in s.
_PAUSES: Final = (15.0, 30.0, 60.0, 120.0, 300.0)
# Of a Passive that is gone back to; who keeps it up sends it again.
_PASSIVE_FOR: Final = 300


@dataclass(frozen=True, slots=True)
class Written:
    """Result of a slot write: slots by outcome, and whether the earlier mode is back."""

    slots: tuple[Slot, ...] = ()
    """All that were to be written."""
    failures: dict[int, VenusError] = field(default_factory=dict)
    """Why slots were not accepted, by number."""
    not_put_back: VenusError | None = None
    """Why the battery is not in the earlier mode yet: that is tried again in the background."""

    @property
    def error(self) -> VenusError | None:
        """The first thing that went wrong."""
        return next(iter(self.failures.values()), self.not_put_back)


class SlotWriter:
    """Writer of one battery's slots and UPS."""

    def __init__(
        self,
        control: ModeControl,
        store: MemoryStore,
        clock: Clock,
        commands: Commands,
        readings: Readings,
        on_progress: Callable[[CommandProgress], None],
        ownership: Ownership,
    ) -> None:
        """Share the battery with `commands`; `readings` are its latest statuses."""
        self._ownership = ownership
        self._control = control
        self._store = store
        self._clock = clock
        self._commands = commands
        self._readings = readings
        self._on_progress = on_progress
        self._busy = False
        self._failures = 0
        self._try_at = float("-inf")

    @property
    def _memory(self) -> Memory:
        return self._store.memory

    @property
    def mirror(self) -> Mirror:
        """The slots as last written."""
        return self._memory.schedule

    @property
    def own_slots(self) -> frozenset[int]:
        """Numbers of slots that the integration itself may have enabled."""
        return frozenset(self._memory.slots)

    @property
    def is_occupied(self) -> bool:
        """Whether the battery's mode is only a step on the way to the chosen one."""
        return self._busy or self.mirror.unfinished is not None

    async def async_write(
        self, arrange: Callable[[], tuple[Slot, ...]], *, activate: bool = False
    ) -> Written:
        """Write slots and go back to the earlier mode; with `activate`, stay in Manual.

        `arrange` is called when it is their turn, and may raise TimetableError. Raises before anything is written: OutOfRangeError or UnsupportedError for what the model
        can't do, TimetableError while UPS is on, or a mode that could not be set again;
        NoAnswerError when the mode can't be found out.
        """
        async with self._commands.lock:
            slots = arrange()
            if not slots:
                return Written()
            self._control.check_slots(slots)
            mode = await self._mode_before()
            if mode is Mode.UPS:
                raise TimetableError("backup_is_on")
            if activate:
                return await self._async_activate(slots)
            return await self._occupied(self._async_write(slots, self._way_back(mode)))

    async def _async_activate(self, slots: tuple[Slot, ...]) -> Written:
        """Write slots and stay in Manual, which a person wants from then on."""
        with self._ownership.async_claim():
            self._ownership.async_begin()
            self._memory.commanded = self._memory.commanded.let_go()
            way_back = self._way_back(Mode.MANUAL)
            written = await self._occupied(self._async_write(slots, way_back))
            if written.error is None or len(written.failures) < len(slots):
                self._ownership.async_take()
            return written

    async def _async_write(self, slots: tuple[Slot, ...], way_back: Unfinished) -> Written:
        self._begin(way_back)
        failures = await self._control.write_slots(slots)
        return await self._finish(way_back, slots, failures)

    async def async_enter_backup(self) -> Proof:
        """Switch UPS on, which overwrites slot 9 and disables the others; VenusError on failure."""
        if not self._control.has_backup:
            raise UnsupportedError("UPS is not in this firmware")
        with self._ownership.async_claim():
            async with self._commands.lock:
                mode = await self._mode_before()
                if mode is not Mode.UPS:
                    self.mirror.before_backup = self._after_backup(mode)
                self._ownership.async_begin()
                self._memory.commanded = self._memory.commanded.let_go()
                proof = await self._occupied(self._async_enter_backup())
                self._memory.commanded = Commanded()
            self._ownership.async_take()
            return proof

    def _after_backup(self, mode: Mode) -> Mode:
        """Return the mode for after UPS: Auto for one that needs slots or power of ours."""
        commanded = self._memory.commanded
        is_ours = commanded.kept is not None or commanded.is_planned
        return Mode.AUTO if is_ours or mode is Mode.PASSIVE else mode

    async def _async_enter_backup(self) -> Proof:
        self.mirror.unfinished = None
        self._on_progress(CommandProgress(CommandState.PENDING))
        self._store.save_soon()
        try:
            proof = await self._control.set_mode(ModeRequest(Mode.UPS))
        except (VenusError, asyncio.CancelledError) as err:
            if isinstance(err, ContradictedError):
                self.mirror.is_backup = False
            self._on_progress(CommandProgress(CommandState.FAILED))
            raise
        finally:
            self._store.save_soon()
        self.mirror.note_backup(dt_util.utcnow())
        self._on_progress(CommandProgress(STATES[proof], Mode.UPS))
        return proof

    async def async_make_way(self, mode: Mode) -> None:
        """Leave UPS for another mode; VenusError when that, or rewriting its slots, failed."""
        if self.mirror.is_backup and mode is not Mode.UPS:
            then = mode if mode is Mode.AI else Mode.AUTO
            if (error := (await self.async_leave_backup(then)).error) is not None:
                raise error

    async def async_leave_backup(self, then: Mode | None = None) -> Written:
        """Switch UPS off, write the owner's slots again that it cost, and set the mode `then`.

        By default that is the mode before UPS. Where UPS is off already, only what it has cost
        is written. VenusError when UPS could not be switched off; what is left to do is tried
        again in the background.
        """
        async with self._commands.lock:
            mode = await self._read_mode_before()
            if mode is not Mode.UPS:
                self.mirror.is_backup = False
                if not self.mirror.lost_to_backup():
                    return Written()
            then = then or (self.mirror.before_backup if mode is Mode.UPS else mode) or Mode.AUTO
            return await self._occupied(self._async_leave_backup(self._way_back(then)))

    async def _async_leave_backup(self, way_back: Unfinished) -> Written:
        self._begin(way_back)
        try:
            if self.mirror.is_backup:
                await self._control.set_mode(ModeRequest(Mode.AUTO))
                self.mirror.is_backup = False
        except VenusError:
            self._postpone()
            self._on_progress(CommandProgress(CommandState.FAILED))
            raise
        slots = self.mirror.lost_to_backup()
        failures = await self._control.write_slots(slots)
        written = await self._finish(way_back, slots, failures)
        if failures:
            # What UPS has left in its slot would charge with full power in Manual.
            self.mirror.unfinished = way_back
            self._postpone()
        return written

    async def _occupied[T](self, work: Coroutine[Any, Any, T]) -> T:
        self._busy = True
        try:
            return await work
        finally:
            self._busy = False
            self._store.save_soon()

    async def _mode_before(self) -> Mode:
        """Return the mode that the battery is in; NoAnswerError when it is not known.

        TimetableError for one of the app's own, which has no name and could not be set again.
        """
        if (mode := await self._read_mode_before()) is None:
            raise TimetableError("nameless_mode")
        return mode

    async def _read_mode_before(self) -> Mode | None:
        if (unfinished := self.mirror.unfinished) is not None:
            return Mode.UPS if self.mirror.is_backup else unfinished.mode
        status = await self._control.read_mode()
        mode = self._readings.mode if status is None else status.mode
        if status is None and mode is None:
            raise NoAnswerError(Method.MODE, 1)
        return mode

    def _way_back(self, mode: Mode) -> Unfinished:
        """Return what leads back to a mode: Passive at the power that was, whoever asked for it."""
        power = 0
        if mode is Mode.PASSIVE:
            commanded = self._memory.commanded
            asked = commanded.power if commanded.keeps(mode) else self._readings.ac_power
            power = asked or 0
        return Unfinished(mode, power)

    def _begin(self, way_back: Unfinished) -> None:
        self.mirror.unfinished = way_back
        self._store.save_soon()
        self._on_progress(CommandProgress(CommandState.PENDING))

    async def _finish(
        self,
        way_back: Unfinished,
        slots: tuple[Slot, ...],
        failures: dict[int, VenusError],
    ) -> Written:
        """Go back; what fails is tried again in the background."""
        try:
            proof = await self._go_back(way_back)
        except VenusError as err:
            self._postpone()
            self._on_progress(CommandProgress(CommandState.FAILED))
            return Written(slots, failures, err)
        self.mirror.unfinished = None
        state = CommandState.FAILED if failures else STATES[proof]
        self._on_progress(CommandProgress(state, way_back.mode))
        return Written(slots, failures)

    async def _go_back(self, way_back: Unfinished) -> Proof:
        mode = way_back.mode
        if mode is Mode.MANUAL:
            # It is on since the last slot was written, and is set by nothing else.
            status = await self._control.read_mode()
            if status is None:
                return Proof.ASSUMED
            if status.mode is not mode:
                raise ContradictedError(mode, status.mode or "?")
            return Proof.CONFIRMED
        duration = _PASSIVE_FOR if mode is Mode.PASSIVE else 0
        proof = await self._control.set_mode(ModeRequest(mode, way_back.power, duration))
        if mode is Mode.PASSIVE:
            self._commands.renewal.sent()
        return proof

    def _postpone(self) -> None:
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self._try_at = self._clock.time() + pause

    def superseded(self) -> None:
        """Forget the mode to go back to: another one was set meanwhile."""
        if not self._busy:
            self.mirror.unfinished = None

    def is_maintenance_due(self) -> bool:
        """Tell whether something that was interrupted can be finished now."""
        is_open = self.mirror.unfinished is not None and not self._commands.lock.locked()
        return is_open and self._clock.time() >= self._try_at

    async def async_maintain(self) -> None:
        """Finish a slot write that a silence or restart has interrupted."""
        async with self._commands.lock:
            way_back = self.mirror.unfinished
            if way_back is None:
                return
            try:
                written = await self._occupied(self._async_leave_backup(way_back))
            except VenusError as err:
                LOGGER.debug("Not finished: %s", err)
                return
        if written.error is None:
            self._failures = 0

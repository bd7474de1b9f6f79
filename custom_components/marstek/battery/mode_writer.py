"""Sends a battery into a mode, and keeps track of the slots that were enabled for that.

What is not needed any more is disabled: a slot would act as soon as Manual is on again.
"""

from collections.abc import Callable
from dataclasses import replace
import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..limits import PowerLimits
from ..venus import Clock, Mode, ModeControl, ModeRequest, Proof, Slot
from .memory import MemoryStore
from .mode_requests import PLAN_SLOTS
from .slot_mirror import SLOTS, cleared
from .slot_release import SlotRelease

# Every slot write goes to flash: at most one a minute.
_SLOT_WRITE_INTERVAL: Final = 60.0
_CLEAR_ATTEMPTS: Final = 4
# The app may have enabled a slot since it was disabled here: what was done lately counts.
_DISABLED_FOR: Final = dt.timedelta(days=1)


class ModeWriter:
    """Writes modes with their slots; whoever calls holds the lock of the battery's commands."""

    def __init__(
        self,
        control: ModeControl,
        store: MemoryStore,
        clock: Clock,
        current_mode: Callable[[], Mode | None],
        limits: PowerLimits,
    ) -> None:
        """Write through `control`; `current_mode` returns the mode as last known.

        `limits` are those of the owner, which no correction of a power exceeds.
        """
        self._control = control
        self._store = store
        self._clock = clock
        self._current_mode = current_mode
        self._limits = limits
        self.sent_power: int | None = None
        """W that the Passive in force was sent with; None where that is not known."""
        self._slot_written_at = float("-inf")
        self._release = SlotRelease(clock)

    @property
    def seconds_to_slot_write(self) -> float:
        """Seconds until a slot of Manual may be written again, negative when that is over."""
        return self._slot_written_at + _SLOT_WRITE_INTERVAL - self._clock.time()

    @property
    def is_refused_release_due(self) -> bool:
        """Tell whether slots that the battery refused to disable are to be tried again now."""
        return self.is_release_due and self._release.has_failed

    def own_slots(self) -> tuple[Slot, ...]:
        """Return what disables all slots that may act once Manual is on again."""
        return tuple(map(cleared, sorted(self._store.memory.slots)))

    def released(self) -> tuple[Slot, ...]:
        """Return what disables slots before Passive; while that is on, not at every power.

        Those of the plan with 0 W stay: a battery that goes on in Manual stands still by them as without them.
        """
        is_on = self._current_mode() is Mode.PASSIVE
        return () if is_on and not self._release.is_due else tuple(map(cleared, self._armed()))

    def _armed(self) -> list[int]:
        """Return the numbers of own slots that may give or take power once Manual is on again."""
        return [number for number in sorted(self._store.memory.slots) if not self._is_hold(number)]

    @property
    def is_release_due(self) -> bool:
        """Tell whether slots that were to be disabled before Passive are to be tried again now.

        A battery that restarts goes on in Manual, where they would act.
        """
        memory = self._store.memory
        commanded = memory.commanded
        is_final = commanded.is_planned or (commanded.is_endless and not commanded.back_to.by_owner)
        is_wanted = commanded.keeps(Mode.PASSIVE) and is_final
        return is_wanted and self._release.is_due and bool(self._armed())

    async def async_set(self, request: ModeRequest, *, release: tuple[Slot, ...] = ()) -> Proof:
        """Set a mode; in Manual no slot of ours is left that another purpose enabled.

        `release` are slots that are disabled, if that succeeds at once, when Manual is left, or
        before Passive is sent again.
        """
        memory = self._store.memory
        if request.mode is Mode.MANUAL:
            written = {slot.number for slot in request.slots}
            others = tuple(cleared(number) for number in sorted(memory.slots - written))
            request = replace(request, slots=(*others, *self._worth_writing(request.slots)))
            memory.slots |= written
            self._slot_written_at = self._clock.time()
        if release:
            self._release.tried()
        self._store.save_soon()
        was = self._current_mode()
        request = self._corrected(request)
        proof = await self._control.set_mode(request, release=release)
        self._note_sent(request)
        if proof is not Proof.UNCHANGED and request.mode not in (was, Mode.MANUAL):
            # Manual is a slot write, which is counted where it is sent.
            memory.wear.count(dt_util.now().date())
        if request.mode is Mode.MANUAL:
            memory.slots = {slot.number for slot in request.slots if slot.enabled}
        elif release:
            memory.slots = {number for number in memory.slots if not self._is_disabled(number)}
        if not self._armed():
            self._release.done()
        return proof

    def _worth_writing(self, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
        """Return slots without those that the battery holds disabled; the last one sets the mode."""
        is_held = self._was_just_disabled
        needed = tuple(slot for slot in slots if slot.enabled or not is_held(slot.number))
        return needed or slots[-1:]

    async def async_renew(self, request: ModeRequest) -> None:
        """Send a request that stands once more, by what has been learnt of its power since."""
        request = self._corrected(request)
        await self._control.renew(request)
        self._note_sent(request)

    def _corrected(self, request: ModeRequest) -> ModeRequest:
        """Return a request that is sent so that its power flows; a slot would take flash for it."""
        self.sent_power = None
        if request.mode is not Mode.PASSIVE:
            return request
        added = self._store.memory.held_power.correction(request.power, self._limits)
        return replace(request, correction=added)

    def _note_sent(self, request: ModeRequest) -> None:
        if request.mode is Mode.PASSIVE:
            self.sent_power = request.sent_power

    async def async_send_once(self, request: ModeRequest, *, is_change: bool) -> None:
        """Send Passive once, without proof and without touching slots.

        `is_change` tells whether the battery leaves another mode for it.
        """
        if is_change:
            self._store.memory.wear.count(dt_util.now().date())
        self._store.save_soon()
        # Too short to teach anything about the power that is held.
        self.sent_power = None
        await self._control.send_once(request)

    def _is_hold(self, number: int) -> bool:
        """Tell whether the plan wrote a slot last with 0 W, and the battery has accepted that."""
        if number not in PLAN_SLOTS:
            return False
        entry = self._store.memory.schedule.entries.get(number)
        return entry is not None and entry.is_certain and entry.slot.power == 0

    def _is_disabled(self, number: int) -> bool:
        """Tell whether a slot was last written disabled, and the battery has accepted that."""
        entry = self._store.memory.schedule.entries.get(number)
        return entry is not None and entry.is_certain and not entry.slot.enabled

    def _was_just_disabled(self, number: int) -> bool:
        """Tell whether a slot was disabled here within a day, and nothing casts doubt on that."""
        entry = self._store.memory.schedule.entries.get(number)
        is_recent = entry is not None and dt_util.utcnow() - entry.written_at < _DISABLED_FOR
        return is_recent and self._is_disabled(number)

    async def async_clear_own(self, numbers: frozenset[int]) -> None:
        """Disable own slots, each tried once."""
        memory = self._store.memory
        for number in sorted(memory.slots & numbers):
            if await self._control.clear(cleared(number)):
                memory.slots.discard(number)
        self._store.save_soon()

    async def async_clear_all(self) -> bool:
        """Disable all ten slots, foreign ones too; return whether every write was accepted."""
        done = [
            await self._control.clear(cleared(number), attempts=_CLEAR_ATTEMPTS)
            for number in range(SLOTS)
        ]
        self._store.memory.slots.clear()
        self._store.save_soon()
        return all(done)

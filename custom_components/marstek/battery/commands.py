"""Commands by hand to one battery: its mode, its setpoint, runs, and the way back.

What stands is kept up, see `upkeep`.
"""

import asyncio
from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..venus import Mode, ModeRequest, OutOfRangeError, Proof, Slot, UnsupportedError, VenusError
from .command_channel import CommandChannel
from .commanded import BackTo, Commanded
from .data import STATES, CommandProgress, CommandState
from .mode_requests import owner_request, return_request
from .turns import Rank, Turn

# A run is ended by a command at its end; should that be lost, its countdown ends soon after.
_RUN_MARGIN: Final = dt.timedelta(seconds=10)
_SETPOINT_MODES: Final = (Mode.MANUAL, Mode.PASSIVE)


class Commands:
    """Commands of one battery: one at a time, of those that wait the latest wins."""

    def __init__(self, channel: CommandChannel, on_begin: Callable[[], None]) -> None:
        """Command through `channel`.

        `on_begin` is called when the turn of a caller's command has come, before anything is sent.
        """
        self._control = channel.control
        self._store = channel.store
        self._on_progress = channel.on_progress
        self._current_mode = channel.current_mode
        self._on_begin = on_begin
        self._turns = channel.turns
        self._writer = channel.writer
        self._deferred = channel.deferred
        self.renewal = channel.renewal
        """When what stands has to be sent anew."""

    @property
    def lock(self) -> asyncio.Lock:
        """Lock held while a command is carried out: its holder has the battery alone."""
        return self._turns.lock

    @property
    def is_release_due(self) -> bool:
        """Tell whether slots that were to be disabled before Passive are to be tried again now."""
        return self._writer.is_release_due

    @property
    def sent_power(self) -> int | None:
        """W that the Passive in force was sent with, + discharges; None where not known."""
        return self._writer.sent_power

    @property
    def setpoint(self) -> int:
        """The power in W that Manual and Passive use, + discharges."""
        return self._store.memory.setpoint

    async def async_set_mode(self, mode: Mode) -> None:
        """Change the mode; VenusError when the battery could not be brought to follow."""

        async def job() -> tuple[Mode, Proof]:
            self._on_begin()
            self._deferred.keep()
            if self._is_in_force(mode, self.setpoint):
                return mode, Proof.UNCHANGED
            return await self._carry_out(mode, self.setpoint)

        deferred = self._deferred.power
        power = self.setpoint if deferred is None else deferred
        if self.lock.locked() or not self._is_in_force(mode, power):
            await self._turns.async_take(Turn(), job)

    async def async_set_setpoint(self, power: int) -> None:
        """Store the setpoint; in a mode that uses it, apply it at once, or raise VenusError.

        In Manual a second change within a minute is applied when that minute is over. When
        another mode waits for its turn, the setpoint is stored for that.
        """

        async def job() -> tuple[Mode, Proof] | None:
            mode = self._current_mode()
            if self._is_settled(mode, power) or mode is None:
                return None
            self._turns.pending()
            self._on_begin()
            self._deferred.clear()
            return await self._carry_out(mode, power)

        if self.lock.locked() or not self._is_settled(self._current_mode(), power):
            await self._turns.async_take(Turn(is_setpoint=True), job)

    def _is_settled(self, mode: Mode | None, power: int) -> bool:
        """Tell whether a setpoint has to be stored only, which is done then, or deferred."""
        if mode not in _SETPOINT_MODES or self._turns.is_mode_waiting:
            self._deferred.supersede()
            self._deferred.store(power)
            self._store.save_soon()
            return True
        if self._is_in_force(mode, power):
            self._deferred.supersede()
            return True
        if mode is Mode.MANUAL and self._writer.seconds_to_slot_write > 0:
            self._deferred.defer(power)
            self._turns.pending()
            return True
        return False

    def _is_in_force(self, mode: Mode | None, power: int) -> bool:
        """Tell whether a caller's command has brought the battery there, and that stands."""
        commanded = self._store.memory.commanded
        return mode is self._current_mode() and commanded.stands(mode, power)

    @property
    def is_setpoint_waiting(self) -> bool:
        """Tell whether the setpoint is kept for later: no command has brought it into force."""
        return self.is_deferred or not self._is_in_force(self._current_mode(), self.setpoint)

    @property
    def is_deferred(self) -> bool:
        """Tell whether a setpoint of Manual waits until a slot may be written again."""
        return self._deferred.is_waiting

    @property
    def deferral_overdue(self) -> float:
        """Seconds for which a slot might have been written, negative before."""
        return -self._writer.seconds_to_slot_write

    async def async_apply_deferred(self) -> None:
        """Write the setpoint that waits."""

        async def job() -> tuple[Mode, Proof] | None:
            power = self._deferred.power
            if power is None:
                return None
            self._deferred.clear()
            return await self._carry_out(Mode.MANUAL, power)

        # Its caller was told that it is pending, so its end is published.
        await self._turns.async_take(Turn(is_setpoint=True), job)

    async def _carry_out(self, mode: Mode, power: int) -> tuple[Mode, Proof]:
        """Bring the battery into a mode at a power in W, for as long as that stands."""
        memory = self._store.memory
        if mode is Mode.PASSIVE:
            return await self._carry_out_run(self._run_at, power)
        today = dt_util.now().date()
        back_to = await self._back_to() if mode is Mode.MANUAL else BackTo()
        base = back_to.base if back_to.by_owner else back_to.mode
        earlier = memory.commanded
        memory.commanded = earlier.choosing(mode, power, base)
        try:
            proof = await self._writer.async_set(
                owner_request(mode, power), release=self._writer.own_slots()
            )
        except VenusError, asyncio.CancelledError:
            memory.commanded = memory.commanded.not_chosen(earlier)
            raise
        memory.setpoint = power
        memory.commanded = memory.commanded.chosen(mode, power, base, today)
        if mode is Mode.MANUAL:
            self.renewal.sent()
        return mode, proof

    async def async_run(
        self, power: int, until: dt.datetime | None = None, target: int | None = None
    ) -> Proof | None:
        """Go into Passive at a power in W until something ends it, see `Commanded`.

        VenusError when the battery could not be brought to follow: then it is brought back.
        """

        def make(power: int, back_to: BackTo) -> Commanded:
            return self._store.memory.commanded.on_top(power, back_to, until, target)

        async def job() -> tuple[Mode, Proof]:
            self._on_begin()
            self._deferred.clear()
            return await self._carry_out_run(make, power)

        return await self._turns.async_take(Turn(), job)

    def _run_at(self, power: int, back_to: BackTo) -> Commanded:
        """Return the run of mode select and setpoint: another power leaves the end as it is."""
        commanded = self._store.memory.commanded
        return commanded.at_power(power) if commanded.is_running else Commanded.run(power, back_to)

    async def _carry_out_run(
        self, make: Callable[[int, BackTo], Commanded], power: int
    ) -> tuple[Mode, Proof]:
        memory = self._store.memory
        back_to = await self._back_to()
        earlier, run = memory.commanded, make(power, back_to)
        until = run.until and run.until + _RUN_MARGIN
        # Nothing acts in Passive, and slots are written to flash.
        release = self._writer.released() if run.is_endless and not back_to.by_owner else ()
        # From the first datagram on the battery may be in Passive.
        memory.commanded = run
        try:
            request = owner_request(Mode.PASSIVE, power, until)
            proof = await self._writer.async_set(request, release=release)
        except OutOfRangeError, UnsupportedError:
            memory.commanded = earlier
            raise
        except VenusError, asyncio.CancelledError:
            if earlier.is_running:
                memory.commanded = earlier
                self.renewal.hurry()
            else:
                memory.commanded = memory.commanded.ended()
            raise
        memory.setpoint = power
        self._keep_up(until)
        return Mode.PASSIVE, proof

    def _keep_up(self, until: dt.datetime | None = None) -> None:
        """Keep up what was just sent."""
        memory = self._store.memory
        memory.commanded = memory.commanded.kept_up(dt_util.now().date(), until)
        self.renewal.sent()

    async def _back_to(self) -> BackTo:
        """Return what a person takes the battery out of."""
        memory = self._store.memory
        if (known := memory.commanded.leads_back(memory.setpoint)) is not None:
            return known
        mode = await self._control.known_mode()
        if mode not in (Mode.AI, Mode.MANUAL):
            mode = Mode.AUTO
        return BackTo(mode, memory.setpoint)

    @property
    def is_held_by_owner(self) -> bool:
        """Tell whether a person has put it into Manual or Passive, and it is to stay there."""
        return self._store.memory.commanded.is_held_by_owner

    def end_run(self) -> None:
        """Stop renewing Passive; `async_go_back` brings the battery back."""
        memory = self._store.memory
        if memory.commanded.is_running:
            memory.commanded = memory.commanded.ended()
            self._store.save_soon()

    def release_run(self) -> None:
        """Hand a battery whose run is over to the plan."""
        memory = self._store.memory
        if memory.commanded.is_run:
            memory.setpoint = memory.commanded.back_to.setpoint
        memory.commanded = memory.commanded.released()
        self._store.save_soon()

    def let_go(self) -> None:
        """Stop renewing: somebody else chose another mode."""
        memory = self._store.memory
        memory.commanded = memory.commanded.let_go()
        self._deferred.abandon()
        self._store.save_soon()

    async def async_renew(self, commanded: Commanded) -> None:
        """Renew a command unless it has changed; VenusError on failure."""
        self.renewal.tried()
        async with self.lock:
            kept = commanded.kept
            if kept is None or self._store.memory.commanded is not commanded:
                return
            request = owner_request(commanded.mode, commanded.power, kept.until)
            # Only what was refused: each attempt takes a run out of Passive for some seconds.
            if commanded.is_run and self._writer.is_refused_release_due:
                await self._writer.async_set(request, release=self._writer.released())
            else:
                await self._writer.async_renew(request)
            self._keep_up(kept.until)
        self._store.save_soon()

    async def async_go_back(self, *, is_command: bool = False) -> Proof | None:
        """Bring the battery back from a run, or from Manual by hand, to the state before.

        `is_command` tells that a caller has just asked for it. None when there is nothing to go
        back from; VenusError when it could not be brought to follow.
        """

        async def job() -> tuple[Mode, Proof] | None:
            end, was_waiting = CommandState.FAILED, self.is_deferred
            try:
                done = await self._go_back()
                end = CommandState.CONFIRMED if done is None else STATES[done[1]]
            finally:
                if was_waiting and not self.is_deferred:
                    # Its caller was told that it is pending, so its end is published.
                    self._on_progress(CommandProgress(end))
            return done

        rank = Rank.CALLER if is_command else Rank.BACKGROUND
        return await self._turns.async_take(Turn(rank), job)

    async def _go_back(self) -> tuple[Mode, Proof] | None:
        memory = self._store.memory
        if not self.is_held_by_owner:
            return None
        self.end_run()
        self._deferred.keep()
        release: tuple[Slot, ...] = ()
        if memory.commanded.is_run:
            back_to = memory.commanded.back_to
        else:
            back_to, release = (await self._back_to()).below, self._writer.own_slots()
            memory.commanded = memory.commanded.leaving()
        today = dt_util.now().date()
        try:
            proof = await self._writer.async_set(return_request(back_to), release=release)
        except UnsupportedError:
            back_to = BackTo(setpoint=back_to.setpoint)
            proof = await self._writer.async_set(ModeRequest(Mode.AUTO))
        memory.setpoint = back_to.setpoint
        memory.commanded = memory.commanded.returned(back_to, today)
        if memory.commanded.kept is not None:
            self.renewal.sent()
        return back_to.mode, proof

    async def async_read_mode(self) -> None:
        """Read the mode at once, between two commands; nothing is raised where it is not answered."""
        async with self.lock:
            await self._control.read_mode()

    async def async_clear_all_slots(self) -> bool:
        """Disable all ten slots, foreign ones too; return whether every write was accepted."""
        async with self.lock:
            return await self._writer.async_clear_all()

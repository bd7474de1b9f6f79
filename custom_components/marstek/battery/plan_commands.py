"""Commands of the plan to one battery: its orders, and discharges too short to be proven.

They wait for their turn with the commands by hand, supersede none of them, and leave the owner's
setpoint as it is.
"""

import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..errors import SupersededError
from ..venus import Mode, ModeRequest, Proof
from .command_channel import CommandChannel
from .turns import Rank, Turn

# A power for some seconds is old when it has waited for so many of them.
_BRIEF_WAIT: Final = 5.0
_BRIEF_INTERVAL: Final = 10.0
# A countdown begins when the request arrives.
_BRIEF_MARGIN: Final = 3.0


class PlanCommands:
    """Carries out what the plan wants of one battery."""

    def __init__(self, channel: CommandChannel) -> None:
        """Command through `channel`."""
        self._store = channel.store
        self._renewal = channel.renewal
        self._clock = channel.renewal.clock
        self._turns = channel.turns
        self._writer = channel.writer
        self._deferred = channel.deferred
        self._briefly_sent_at = float("-inf")

    async def async_obey(
        self, request: ModeRequest, until: dt.datetime | None = None
    ) -> Proof | None:
        """Carry out an order of the plan; None when a newer command superseded it.

        Passive is kept up, at the longest to `until`. The owner's setpoint stays as it is. Raises
        VenusError as `ModeControl.set_mode` does.
        """

        async def job() -> tuple[Mode, Proof]:
            memory, mode, power = self._store.memory, request.mode, request.power
            if memory.commanded.is_run:
                memory.setpoint = memory.commanded.back_to.setpoint
            self._deferred.keep()
            memory.commanded = memory.commanded.obeying(mode, power)
            # A battery that restarts in Passive goes on in Manual, where by a clock that is wrong
            # the slots of the night could charge in peak hours.
            release = self._writer.released() if mode is Mode.PASSIVE else ()
            proof = await self._writer.async_set(request, release=release)
            today = dt_util.now().date()
            memory.commanded = memory.commanded.obeyed(mode, power, until, today)
            if mode is Mode.PASSIVE:
                self._renewal.sent()
            return mode, proof

        try:
            return await self._turns.async_take(Turn(Rank.PLAN), job)
        except SupersededError:
            return None

    async def async_send_briefly(self, power: int, seconds: float) -> bool:
        """Send Passive at W for the plan once, without proof; return whether it was sent.

        It is not kept up: its countdown ends it, so many seconds from now at the latest. It is sent
        10 s after the last one was answered, or given up, at the earliest, and not where its turn
        comes too late or after a newer command. Raises VenusError when it is refused or unanswered.
        """
        until = self._clock.time() + seconds - _BRIEF_MARGIN
        pause = self._briefly_sent_at + _BRIEF_INTERVAL - self._clock.time()
        await self._clock.sleep(max(0.0, pause))
        latest, is_sent = self._clock.time() + _BRIEF_WAIT, False

        async def job() -> tuple[Mode, Proof] | None:
            nonlocal is_sent
            now, memory = self._clock.time(), self._store.memory
            if now > min(latest, until - 1):
                return None
            is_sent, before = True, memory.commanded
            is_change = not (before.is_planned and before.mode is Mode.PASSIVE)
            memory.commanded = before.obeying(Mode.PASSIVE, power)
            request = ModeRequest(Mode.PASSIVE, power=power, duration=int(until - now))
            try:
                await self._writer.async_send_once(request, is_change=is_change)
            finally:
                self._briefly_sent_at = self._clock.time()
            return Mode.PASSIVE, Proof.ASSUMED

        try:
            await self._turns.async_take(Turn(Rank.PLAN), job)
        except SupersededError:
            return False
        return is_sent

    async def async_clear_slots(self, numbers: frozenset[int]) -> None:
        """Disable own slots, each tried once, while the battery is in Manual anyway."""
        async with self._turns.lock:
            await self._writer.async_clear_own(numbers)

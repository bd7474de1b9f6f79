"""Mode changes that are proven by a later read (docs/protocol.md 2.9, 6.6 and 6.7)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
import logging
from typing import Any, Final

from .client import VenusClient
from .clock import Clock, within
from .comparing import Comparer
from .errors import (
    DeviceError,
    InvalidReplyError,
    NoAnswerError,
    RefusedError,
    UnreadError,
    VenusError,
)
from .gate import Priority
from .mode_request import BACKUP, NO_BACKUP, ModeRequest, Proof, manual_config, passive_config
from .mode_state import ModeState
from .models import Method, Mode, ModeStatus, Slot, Status
from .profiles import Danger
from .proving import Progress, is_excusable, shows_setpoint

_LOGGER = logging.getLogger(__name__)

# docs/protocol.md 6.7: more than 2 s after a Passive of 1 s.
_COUNTDOWN_WAIT: Final = 2.2
# Rounds of a write and a read, about 11 s each, in which a battery may stay silent altogether.
_SILENT_ROUNDS: Final = 3

# Where slots are disabled on the way to another mode, or to Passive once more.
_RELEASING: Final = (Mode.MANUAL, Mode.PASSIVE)
_UNPROVABLE: Final = (NoAnswerError, DeviceError, InvalidReplyError)
type SlotListener = Callable[[Slot, bool | None], None]
"""Hears of each slot that was sent whether it was accepted; None is not known."""


class ModeControl:
    """Sets the mode of one battery, one change at a time."""

    def __init__(
        self,
        client: VenusClient,
        clock: Clock,
        on_status: Callable[[ModeStatus], None] | None = None,
        on_slot: SlotListener | None = None,
        on_backup: Callable[[], None] | None = None,
        is_night: Callable[[], bool] = lambda: False,
    ) -> None:
        """Control a battery; the clock measures countdowns, `on_status` hears every read.

        `on_slot` hears of every slot that was sent, `on_backup` whenever UPS may have been
        switched on, which overwrites the slots. `is_night` tells whether there can't be any sun.
        """
        self._client = client
        self._clock = clock
        self._on_status = on_status
        self._on_slot = on_slot
        self._on_backup = on_backup
        self._comparer = Comparer(client, self._try_read, is_night)
        self._lock = asyncio.Lock()
        self._state = ModeState(clock)
        self._begun_at = float("-inf")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Make one change at a time, without polls between its requests."""
        async with self._lock:
            self._begun_at = self._client.link.clock.time()
            with self._client.link.preferred():
                yield

    def learn(self, status: ModeStatus) -> None:
        """Note the status of a poll, so that it need not be read again."""
        self._state.read(status)

    @property
    def has_backup(self) -> bool:
        """Tell whether this firmware has UPS."""
        return self._client.profile.has_backup

    def check_slots(self, slots: tuple[Slot, ...]) -> None:
        """Raise OutOfRangeError or UnsupportedError for slots that `write_slots` would not write."""
        ModeRequest(Mode.MANUAL, slots=slots).check(self._client.profile)

    async def read_mode(self) -> ModeStatus | None:
        """Read the mode at once; None when that fails."""
        async with self._alone():
            return await self._try_read_mode()

    async def known_mode(self) -> Mode | None:
        """Return the mode, read again where it is old and polling does no harm."""
        async with self._alone():
            await self._know_mode()
            return self._state.mode

    async def set_mode(
        self, request: ModeRequest, *, release: tuple[Slot, ...] = (), deadline: float | None = None
    ) -> Proof:
        """Make the battery follow.

        DeadlineError when the clock reaches `deadline` first, also while another change runs.

        `release` are slots that are disabled, if that succeeds at the first attempt, when Manual
        is left, and before Passive is sent again: the battery is in Manual meanwhile. Raises UnsupportedError or OutOfRangeError before anything is sent;
        NoAnswerError, RefusedError, DeviceError, ContradictedError or WrongDeviceError when the
        battery could not be brought to follow.
        """
        request.check(self._client.profile)
        return await within(
            self._clock, deadline, Method.SET_MODE, self._set_mode(request, release)
        )

    async def _set_mode(self, request: ModeRequest, release: tuple[Slot, ...]) -> Proof:
        async with self._alone():
            await self._know_mode()
            if await self._is_already(request):
                return Proof.UNCHANGED
            if self._state.counts_down and request.mode is not Mode.PASSIVE:
                await self._stop_countdown()
            elif self._state.mode in _RELEASING and request.mode is not Mode.MANUAL:
                await self._release(release)
            return await self._write_until_proven(request)

    async def clear(self, slot: Slot, *, attempts: int = 1) -> bool:
        """Write a disabled slot; return whether it was accepted.

        Every slot write leaves the battery in Manual (2.9).
        """
        async with self._alone():
            return await self._release_one(slot, attempts)

    async def write_slots(self, slots: Iterable[Slot]) -> dict[int, VenusError]:
        """Write slots, each until it is accepted; return by number why others were not.

        The battery is in Manual afterwards, whatever became of them (2.9). One that has fallen
        silent is not tried for every slot. OutOfRangeError or UnsupportedError before anything is
        sent.
        """
        slots = tuple(slots)
        if slots:
            self.check_slots(slots)
        failures: dict[int, VenusError] = {}
        link = self._client.link
        silence: NoAnswerError | None = None
        async with self._alone():
            if self._state.counts_down and slots:
                try:
                    await self._stop_countdown()
                except (*_UNPROVABLE, RefusedError) as err:
                    return {slot.number: err for slot in slots}
            for slot in slots:
                heard = link.last_heard
                try:
                    if silence is not None:
                        raise silence
                    await self._write_slot_surely(slot)
                except (*_UNPROVABLE, RefusedError) as err:
                    failures[slot.number] = err
                    if isinstance(err, NoAnswerError) and link.last_heard == heard:
                        silence = err
        return failures

    async def _write_slot_surely(self, slot: Slot) -> None:
        """Write a slot until it is accepted, and learn of each attempt what became of it."""
        link = self._client.link
        for attempt in range(1, link.pacing.write_attempts):
            try:
                await self._write_slot(slot, attempts=1)
            except (NoAnswerError, RefusedError, InvalidReplyError) as err:
                _LOGGER.debug("Slot %d not written: %s", slot.number, err)
                await self._clock.sleep(link.pause_before(attempt))
            else:
                return
        await self._write_slot(slot, attempts=1)

    async def _write_slot(self, slot: Slot, *, attempts: int | None = None) -> None:
        """Send a slot, after which the battery is in Manual; tell what became of it."""
        accepted: bool | None = None
        try:
            await self._send(manual_config(slot), attempts=attempts)
            accepted = True
        except RefusedError, DeviceError:
            accepted = False if attempts == 1 else None
            raise
        finally:
            self._state.slot_sent()
            if self._on_slot is not None:
                self._on_slot(slot, accepted)

    async def send_once(self, request: ModeRequest) -> None:
        """Send a request with a single datagram for each config, without proof; errors as of `set_mode`.

        For whoever sees by other means whether the battery follows, and sends again soon.
        """
        request.check(self._client.profile)
        async with self._alone():
            await self._write(request, attempts=1)

    async def renew(self, request: ModeRequest) -> None:
        """Send a request that already stands once more, without proof; errors as of `set_mode`."""
        request.check(self._client.profile)
        async with self._alone():
            await self._write(request)

    async def _know_mode(self) -> None:
        """Read the mode when what is known of it is too old, and polling it does no harm."""
        harmless = Danger.WIPES_SETTINGS not in self._client.profile.dangers
        if self._state.is_old and (harmless or self._state.mode is None):
            await self._try_read_mode()

    async def _try_read_mode(self, *, attempts: int | None = None) -> ModeStatus | None:
        status = await self._try_read(Method.MODE, attempts)
        if not isinstance(status, ModeStatus):
            return None
        self.learn(status)
        if self._on_status is not None:
            self._on_status(status)
        return status

    async def _try_read(self, method: Method, attempts: int | None = None) -> Status | None:
        try:
            return await self._client.read(method, priority=Priority.COMMAND, attempts=attempts)
        except _UNPROVABLE as err:
            _LOGGER.debug("%s of %s not read: %s", method, self._client.address, err)
            return None

    async def _is_already(self, request: ModeRequest) -> bool:
        """Tell whether a fresh read shows a mode without parameters to be on already."""
        if request.mode is not self._state.mode or self._state.counts_down or request.has_setpoint:
            return False
        if not self._state.is_fresh:
            await self._try_read_mode()
        return self._state.mode is request.mode and self._state.is_fresh

    async def _stop_countdown(self) -> None:
        """End Passive so that its countdown, which is never cancelled, can't fire later (6.7)."""
        await self._send(passive_config(0, 1))
        self._state.countdown_stopped()
        await self._clock.sleep(_COUNTDOWN_WAIT)

    async def _release(self, slots: tuple[Slot, ...]) -> None:
        for slot in slots:
            await self._release_one(slot)

    async def _release_one(self, slot: Slot, attempts: int = 1) -> bool:
        try:
            await self._write_slot(slot, attempts=attempts)
        except (*_UNPROVABLE, RefusedError) as err:
            _LOGGER.debug("Slot %d not disabled: %s", slot.number, err)
            return False
        return True

    async def _write(self, request: ModeRequest, *, attempts: int | None = None) -> None:
        if request.mode is Mode.PASSIVE:
            self._state.countdown_sent()
        await self._leave_backup(request, attempts)
        if request.mode is Mode.MANUAL:
            for slot in request.slots:
                await self._write_slot(slot, attempts=attempts)
            return
        if request.mode is Mode.UPS:
            await self._enter_backup(attempts)
            return
        for config in request.configs():
            await self._send(config, attempts=attempts)
        if request.mode is Mode.PASSIVE:
            self._state.countdown_begun(request.duration)

    async def _send(self, config: dict[str, Any], *, attempts: int | None = None) -> None:
        """Write a config, unless it turned out during this change that it was accepted."""
        if not self._client.was_accepted_late(config, self._begun_at):
            await self._client.write(config, attempts=attempts)

    async def _enter_backup(self, attempts: int | None) -> None:
        may_be_on = True
        try:
            await self._send(BACKUP, attempts=attempts)
        except RefusedError, DeviceError:
            may_be_on = attempts != 1
            raise
        finally:
            if may_be_on and self._on_backup is not None:
                self._on_backup()

    async def _leave_backup(self, request: ModeRequest, attempts: int | None) -> None:
        """Switch UPS off, which gives Auto, before another mode is set."""
        is_on = self._state.mode is Mode.UPS and self._client.profile.has_backup
        if is_on and request.mode is not Mode.UPS:
            await self._send(NO_BACKUP, attempts=attempts)
            self._state.backup_ended()

    async def _write_until_proven(self, request: ModeRequest) -> Proof:
        """Write and read in turn: a write without an answer may have been carried out."""
        link = self._client.link
        progress = Progress(link.pacing.write_attempts)
        heard = link.last_heard
        before = self._state.trusted_status
        while progress.may_go_on:
            if progress.rounds == _SILENT_ROUNDS and link.last_heard == heard:
                break
            progress.rounds += 1
            accepted = await self._write_once(request, progress)
            if isinstance(progress.error, (RefusedError, UnreadError)) and not accepted:
                # Not carried out for certain.
                await self._clock.sleep(link.pause_before(progress.failures))
                continue
            status = await self._try_read_mode(attempts=None if accepted else 1)
            accepted = accepted or self._is_accepted_late(request)
            if status is None:
                if accepted and self._state.mode is None:
                    return Proof.ASSUMED
                progress.failed(NoAnswerError(Method.MODE, 1))
                continue
            if not accepted and request.has_setpoint:
                # The mode alone does not tell whether the new power was taken.
                if self._has_followed(request, status, before):
                    return Proof.CONFIRMED
                continue
            found = await self._comparer.compare(request, status)
            if found.proof is not None:
                return found.proof
            if accepted and found.contradiction is not None:
                progress.contradicted(found.contradiction)
                if not progress.may_contradict and is_excusable(
                    request, status, found.measured, before
                ):
                    return Proof.ASSUMED
        raise progress.error

    def _is_accepted_late(self, request: ModeRequest) -> bool:
        return all(
            self._client.was_accepted_late(config, self._begun_at) for config in request.configs()
        )

    def _has_followed(
        self, request: ModeRequest, status: ModeStatus, before: ModeStatus | None
    ) -> bool:
        """Tell whether a read after a write without an answer proves that it was carried out.

        It does not when the same could have been read before, when several slots were to be
        written, or where the power includes the sun.
        """
        if before is None or self._client.profile.has_pv or len(request.slots) > 1:
            return False
        return shows_setpoint(request, status) and not shows_setpoint(request, before)

    async def _write_once(self, request: ModeRequest, progress: Progress) -> bool:
        try:
            await self._write(request, attempts=1)
        except (NoAnswerError, RefusedError, InvalidReplyError) as err:
            progress.failed(err)
            return False
        return True

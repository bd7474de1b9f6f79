"""Poller of one battery: makes the polls, and knows the age of each reading."""

from collections.abc import Callable, Collection
from typing import Final

from ..const import LOGGER
from ..venus import (
    Clock,
    MeterStatus,
    Method,
    RestingError,
    Status,
    VenusClient,
    VenusError,
    WrongDeviceError,
)
from .poll_schedule import PollSchedule, Reading

SHORTEST_WAIT: Final = 1.0
# What is shown grows old also while nothing is to be polled.
_LONGEST_WAIT: Final = 60.0
_FIRST_READS: Final = 4
_DEVICE_AFTER: Final = 60.0
_SILENCE: Final = 60.0


class Poller:
    """Poller of one battery: makes the one poll that is due, and plans the next."""

    def __init__(
        self,
        client: VenusClient,
        plan: PollSchedule,
        clock: Clock,
        on_read: Callable[[Status], None],
        on_stranger: Callable[[], object],
    ) -> None:
        """Poll by `plan`; `on_stranger` is called when another battery answers."""
        self._client = client
        self._plan = plan
        self._clock = clock
        self._on_read = on_read
        self._on_stranger = on_stranger
        self.last_error: VenusError | None = None
        """Why the last poll failed; None when it did not."""

    def is_fresh(self, reading: Reading) -> bool:
        """Tell whether a reading can be shown."""
        silent_for = self._client.link.breaker.silent_for if self.is_dark else 0.0
        return self._plan.is_fresh(reading, self._clock.time(), silent_for=silent_for)

    @property
    def is_dark(self) -> bool:
        """Tell whether the battery answers nothing."""
        return self._client.link.breaker.is_open

    @property
    def is_silent(self) -> bool:
        """Tell whether nothing was heard for a minute: the battery is likely to be off."""
        heard = self._client.link.last_heard
        return heard is None or self._clock.time() - heard > _SILENCE

    def next_method(self, wanted: Collection[Reading]) -> Method | None:
        """Return the method that is most due, None when none is."""
        breaker = self._client.link.breaker
        if breaker.is_open:
            # Who answers after a silence may have been updated, or be another battery.
            return Method.DEVICE if breaker.may_probe() else None
        return self._plan.next_method(wanted, self._clock.time())

    def seconds_to_next(self, wanted: Collection[Reading]) -> float:
        """Return how long nothing is due, within bounds."""
        breaker = self._client.link.breaker
        wait = self._plan.next_at(wanted) - self._clock.time()
        if breaker.is_open:
            wait = breaker.seconds_to_probe
        return min(max(SHORTEST_WAIT, wait), _LONGEST_WAIT)

    async def async_read_first(self, *, is_just_found: bool) -> bool:
        """Read identity and status at start; return whether the battery answered.

        A battery that was found a moment ago has said which model and firmware it is, so that is
        read a minute later; who answers shows in every reply.
        """
        if is_just_found:
            self._plan.postpone(Method.DEVICE, self._clock.time() + _DEVICE_AFTER)
        elif not await self.async_read(Method.DEVICE) and self.last_error is not None:
            return False
        for _ in range(_FIRST_READS):
            method = self._plan.next_method({Reading.MODE}, self._clock.time())
            if method is None or self.is_fresh(Reading.POWER):
                break
            await self.async_read(method)
        return True

    async def async_read(self, method: Method) -> bool:
        """Poll once; return whether it was answered."""
        started = self._clock.time()
        was_dark = self._client.link.breaker.is_open
        try:
            status = await self._client.read(method)
        except RestingError:
            self._plan.postpone(method, self._client.link.backoff.rest_until(method))
            for reading in self._plan.feeds(method):
                self._plan.missed(reading)
            return False
        except VenusError as err:
            self._missed(method, err, was_dark=was_dark)
            return False
        self.last_error = None
        self._on_read(status)
        self._plan.succeeded(method, started, self._clock.time())
        if was_dark:
            self._plan.hurry(Method.ENERGY)
            self._plan.hurry(Method.MODE)
        return True

    def _missed(self, method: Method, err: VenusError, *, was_dark: bool) -> None:
        LOGGER.debug("%s of %s failed: %s", method, self._client.address, err)
        self.last_error = err
        if was_dark:
            for reading in Reading:
                self._plan.missed(reading)
        else:
            self._plan.failed(method, self._clock.time())
        if isinstance(err, WrongDeviceError):
            self._on_stranger()

    async def async_read_meter(self) -> MeterStatus | None:
        """Ask once for the meter; None when the firmware has none or does not answer."""
        if not self._client.profile.supports(Method.METER):
            return None
        started = self._clock.time()
        try:
            status = await self._client.read(Method.METER, attempts=1)
        except VenusError as err:
            LOGGER.debug("Meter of %s not read: %s", self._client.address, err)
            return None
        if not isinstance(status, MeterStatus):
            return None
        self._on_read(status)
        self._plan.succeeded(Method.METER, started, self._clock.time())
        return status

"""Leaves one battery alone for a while, such as during an update of its firmware.

An update in the vendor's app fails while the battery is asked anything (docs/protocol.md 1.5). The
end is measured by the monotonic clock; after a restart of Home Assistant by the time of day.
"""

import datetime as dt
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..venus import Clock, LeftAlone, LeftAloneError, VenusClient
from .leave import Leave
from .memory import MemoryStore
from .ownership import Ownership

_LONGEST_WAIT: Final = 60.0
# Less could be over already: Home Assistant plans refreshes from the begin of the second on.
_SHORTEST_WAIT: Final = 1.0


class LeaveAlone:
    """Whether one battery is left alone, and until when."""

    def __init__(
        self, places: LeftAlone, store: MemoryStore, client: VenusClient, clock: Clock
    ) -> None:
        """Continue a stored leave; `places` has the addresses to which nothing is sent."""
        self._places = places
        self._store = store
        self._client = client
        self._clock = clock
        leave = store.memory.leave
        if leave is not None and not self.is_on:
            # Home Assistant was restarted, or the battery is at another address now.
            self._note(leave.seconds_left(dt_util.utcnow()))

    def _note(self, seconds: float) -> None:
        self._places.begin(self._client.address, self._client.port, seconds, self._clock)

    @property
    def is_stored(self) -> bool:
        """Tell whether the battery is left alone, or was and has not been read since."""
        return self._store.memory.leave is not None

    @property
    def seconds_left(self) -> float:
        """Seconds for which nothing is sent to the battery, 0 for not at all."""
        return self._places.seconds_left(self._client.address, self._client.port)

    @property
    def is_on(self) -> bool:
        """Tell whether nothing is sent to the battery now."""
        return self.is_stored and self.seconds_left > 0

    @property
    def until(self) -> dt.datetime | None:
        """When that ends by the time of day; None while the battery is not left alone."""
        leave = self._store.memory.leave
        return leave.until if leave is not None and self.is_on else None

    @property
    def seconds_to_look(self) -> float:
        """Seconds until its end, or until it is worth a look."""
        return max(_SHORTEST_WAIT, min(_LONGEST_WAIT, self.seconds_left))

    def check(self) -> None:
        """Raise LeftAloneError while nothing may be sent."""
        if self.is_on:
            raise LeftAloneError(self.seconds_left)

    def begin(self, seconds: float) -> dt.datetime:
        """Send nothing for that many seconds from now; return when that ends."""
        until = dt_util.utcnow().replace(microsecond=0) + dt.timedelta(seconds=seconds)
        self._store.memory.leave = Leave(until, seconds)
        self._store.save_soon()
        self._note(seconds)
        return until

    def end(self) -> None:
        """Let the battery be asked again."""
        self._places.end(self._client.address, self._client.port)

    def forget(self) -> None:
        """Note that the battery has been asked again."""
        self._store.memory.leave = None
        self._store.save_soon()


def check_planned_charge(ownership: Ownership, name: str, seconds: float) -> None:
    """Raise ServiceValidationError when a charge is planned within the next seconds."""
    begin = ownership.async_planned_charge(dt_util.utcnow() + dt.timedelta(seconds=seconds))
    if begin is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="charge_is_planned",
            translation_placeholders={"name": name, "time": f"{dt_util.as_local(begin):%H:%M}"},
        )

"""Timers of a home whose clock stands still."""

from datetime import datetime, timedelta
import time
from unittest.mock import patch

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import event
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles

_SPREAD = timedelta(microseconds=event.RANDOM_MICROSECOND_MAX)
_RESOLUTION = time.get_clock_info("monotonic").resolution


@callback
def fire_timers(hass: HomeAssistant, moment: datetime, *, every: bool = False) -> None:
    """Run the timers that are due by an aware moment, or every one there is.

    As the harness's own `async_fire_time_changed`, which makes two mocks for each timer it runs:
    those took a third of a test of many days. Timers are due half a second early, as coordinators
    and intervals spread themselves over it.
    """
    utc = dt_util.as_utc(moment) + _SPREAD
    timestamp = utc.timestamp()
    with (
        patch.object(event, "time_tracker_utcnow", lambda: utc),
        patch.object(event, "time_tracker_timestamp", lambda: timestamp),
    ):
        for handle in list(get_scheduled_timer_handles(hass.loop)):
            if handle.cancelled():
                continue
            ahead = handle.when() - hass.loop.time()
            if every or timestamp - time.time() >= ahead - _RESOLUTION:
                handle._run()
                handle.cancel()

"""Quiet hours: a daily span of local time in which notifications wait."""

from dataclasses import dataclass
import datetime as dt
from typing import Final

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Daily span from `start` to `end`, local times of day without zone; it may span midnight.

    Start and end at the same time make no quiet hours.
    """

    start: dt.time
    end: dt.time

    def is_quiet(self, now: dt.datetime, zone: dt.tzinfo) -> bool:
        """Tell whether a moment, which has a time zone, is within quiet hours in `zone`."""
        if self.start == self.end:
            return False
        today = now.astimezone(zone).date()
        moment = now.astimezone(dt.UTC)
        return any(self._covers(moment, day, zone) for day in (today - _DAY, today))

    def _covers(self, moment: dt.datetime, day: dt.date, zone: dt.tzinfo) -> bool:
        """Tell whether the quiet hours that begin on a day hold at a moment in UTC.

        A time that the change to winter time repeats begins them the first time and ends them the
        second; a time that the change to summer time skips is taken as an hour later at the end.
        """
        last = day if self.start < self.end else day + _DAY
        return min(_moments(day, self.start, zone)) <= moment < max(_moments(last, self.end, zone))


def _moments(day: dt.date, time: dt.time, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """Return both moments in UTC at which a local time may be meant; usually the same."""
    local = dt.datetime.combine(day, time.replace(tzinfo=None), zone)
    first, second = (local.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    return first, second

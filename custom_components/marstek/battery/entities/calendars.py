"""The calendar of the schedule inside a battery, as last written from here."""

from collections.abc import Iterator
from dataclasses import dataclass
import datetime as dt
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...texts import Texts, async_load_texts
from ...venus import Mode
from ..runtime import Battery
from ..slot_mirror import MirrorEntry
from .entity import BatteryEntity, BatteryEntityDescription

_DAY: Final = dt.timedelta(days=1)
_LAST: Final = "23:59"
# A slot comes again after a week at the latest.
_AHEAD: Final = dt.timedelta(days=8)


@dataclass(frozen=True, kw_only=True)
class ScheduleCalendarDescription(BatteryEntityDescription, CalendarEntityDescription):
    """The calendar of a battery's schedule."""


_SCHEDULE: Final = ScheduleCalendarDescription(
    key="schedule",
    translation_key="schedule",
    exists_fn=lambda profile: Mode.MANUAL in profile.modes,
)


def calendars(battery: Battery) -> list[ScheduleCalendar]:
    """Return the calendar of a battery that has a schedule."""
    exists = _SCHEDULE.exists_fn(battery.profile)
    return [ScheduleCalendar(battery, _SCHEDULE)] if exists else []


class ScheduleCalendar(BatteryEntity, CalendarEntity):
    """When slots would act in Manual: all that were written and are on."""

    entity_description: ScheduleCalendarDescription
    _texts = Texts()

    @override
    async def async_added_to_hass(self) -> None:
        """Load the texts of the events."""
        self._texts = await async_load_texts(self.hass)
        await super().async_added_to_hass()

    @property
    @override
    def available(self) -> bool:
        """Always: it is remembered."""
        return True

    @property
    @override
    def _value(self) -> CalendarEvent | None:
        return self.event

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the running slot, or the next one."""
        now = dt_util.utcnow()
        return next(self._events(now, now + _AHEAD), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: dt.datetime, end_date: dt.datetime
    ) -> list[CalendarEvent]:
        """Return what touches a span, in order."""
        return list(self._events(start_date, end_date))

    def _events(self, start: dt.datetime, end: dt.datetime) -> Iterator[CalendarEvent]:
        entries = [each for each in self._data.schedule if each.may_be_held and each.slot.enabled]
        entries.sort(key=lambda entry: entry.slot.start)
        day = dt_util.as_local(start).date()
        while entries and (midnight := dt_util.start_of_local_day(day)) < end:
            for entry in entries:
                if entry.slot.days >> day.weekday() & 1:
                    event = self._event(entry, midnight)
                    if event.start < end and event.end > start:
                        yield event
            day += _DAY

    def _event(self, entry: MirrorEntry, midnight: dt.datetime) -> CalendarEvent:
        slot = entry.slot
        last = midnight.date() + _DAY if slot.end == _LAST else None
        does = "hold" if slot.power == 0 else "charge" if slot.power < 0 else "discharge"
        doubt = None
        if not entry.is_certain:
            doubt = self._texts.get(f"selector.slot_doubt.options.{entry.doubt}")
        return CalendarEvent(
            start=_at(midnight, slot.start),
            end=_at(midnight, slot.end) if last is None else dt_util.start_of_local_day(last),
            summary=self._texts.get(
                f"selector.slot_summary.options.{does}", {"power": str(abs(slot.power))}
            ),
            description=doubt,
            uid=f"{slot.number}_{midnight.date().isoformat()}",
        )


def _at(midnight: dt.datetime, time: str) -> dt.datetime:
    """Return a time of the day that begins at a midnight, by the clock on the wall."""
    hour, minute = time.split(":")
    return midnight.replace(hour=int(hour), minute=int(minute))

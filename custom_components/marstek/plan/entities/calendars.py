"""Calendars: Tempo days of each colour, the same from 06:00 to 06:00, and the steps of the plan."""

from collections.abc import Iterator
from dataclasses import dataclass
import datetime as dt
from itertools import groupby, takewhile
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...planner import Step
from ...tempo import Colour, day_end, day_start, tempo_day
from ..journal import JournalEntry
from ..plan_data import ControlState
from ..runtime import Plan
from .entity import (
    ControlEntity,
    ControlEntityDescription,
    TariffEntity,
    TariffEntityDescription,
    offered,
)


@dataclass(frozen=True, kw_only=True)
class TariffCalendarDescription(TariffEntityDescription, CalendarEntityDescription):
    """A calendar of the tariff."""


@dataclass(frozen=True, kw_only=True)
class PlanCalendarDescription(ControlEntityDescription, CalendarEntityDescription):
    """The calendar of what is planned."""


@dataclass(frozen=True, kw_only=True)
class DaysCalendarDescription(TariffCalendarDescription):
    """The calendar of the days of one colour."""

    colour: Colour


_TEMPO: Final = TariffCalendarDescription(key="tempo", translation_key="tempo")
# Colours of the calendar page, legible on light and on dark ground; white is a light grey there.
_DAYS: Final = tuple(
    DaysCalendarDescription(
        key=f"{colour}_days",
        translation_key=f"{colour}_days",
        colour=colour,
        initial_color=shown,
    )
    for colour, shown in (
        (Colour.BLUE, "#1565c0"),
        (Colour.WHITE, "#b0bec5"),
        (Colour.RED, "#c62828"),
    )
)
_PLAN: Final = PlanCalendarDescription(key="plan", translation_key="plan")


def calendars(plan: Plan) -> list[CalendarEntity]:
    """Return the calendars that a tariff has, and that of the plan itself."""
    tariff = plan.tariff
    return [
        *(DaysCalendar(tariff, item) for item in offered(tariff, Platform.CALENDAR, _DAYS)),
        *(TempoCalendar(tariff, item) for item in offered(tariff, Platform.CALENDAR, (_TEMPO,))),
        PlanCalendar(plan.control, _PLAN),
    ]


class DaysCalendar(TariffEntity, CalendarEntity):
    """The known days of one colour, each on its date: the hours before 06:00 are the eve's."""

    entity_description: DaysCalendarDescription

    @property
    @override
    def _value(self) -> CalendarEvent | None:
        return self.event

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the day of today, or the next one."""
        return next(self._events(dt_util.now().date(), dt.date.max), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: dt.datetime, end_date: dt.datetime
    ) -> list[CalendarEvent]:
        """Return the days that touch a span, in order."""
        last = dt_util.as_local(end_date - dt.timedelta(microseconds=1)).date()
        return list(self._events(dt_util.as_local(start_date).date(), last))

    def _events(self, first: dt.date, last: dt.date) -> Iterator[CalendarEvent]:
        colour, colours = self.entity_description.colour, self.coordinator.colours
        summary = self.coordinator.texts.get(f"entity.sensor.colour_today.state.{colour}")
        for day in sorted(day for day, its in colours.items() if its is colour):
            if first <= day <= last:
                yield CalendarEvent(
                    start=day,
                    end=day + dt.timedelta(days=1),
                    summary=summary,
                    uid=f"{day.isoformat()}_{colour}",
                )


class TempoCalendar(TariffEntity, CalendarEntity):
    """The known Tempo days of this and the last season, and tomorrow as soon as it is known."""

    entity_description: TariffCalendarDescription

    @property
    @override
    def _value(self) -> CalendarEvent | None:
        return self.event

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the running day, or the next one when the running one is unknown."""
        today = tempo_day(dt_util.utcnow())
        return next(self._events(today, today + dt.timedelta(days=1)), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: dt.datetime, end_date: dt.datetime
    ) -> list[CalendarEvent]:
        """Return the days that touch a span, in order."""
        last = tempo_day(end_date - dt.timedelta(microseconds=1))
        return list(self._events(tempo_day(start_date), last))

    def _events(self, first: dt.date, last: dt.date) -> Iterator[CalendarEvent]:
        colours = self.coordinator.colours
        for day in sorted(day for day in colours if first <= day <= last):
            yield self._event(day, colours[day])

    def _event(self, day: dt.date, colour: Colour) -> CalendarEvent:
        return CalendarEvent(
            start=day_start(day),
            end=day_end(day),
            summary=self.coordinator.texts.get(f"entity.sensor.colour_today.state.{colour}"),
            uid=f"{day.isoformat()}_{colour}",
        )


class PlanCalendar(ControlEntity, CalendarEntity):
    """What the plan has done and why, what it does, and what it will do."""

    entity_description: PlanCalendarDescription

    @property
    @override
    def _value(self) -> CalendarEvent | None:
        return self.event

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the running step."""
        return next(self._events_from(dt_util.utcnow()), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: dt.datetime, end_date: dt.datetime
    ) -> list[CalendarEvent]:
        """Return the steps that touch a span, in order: those that are over as they went."""
        journal, now = self.coordinator.journal, dt_util.utcnow()
        running = journal.running
        past = journal.between(start_date, min(end_date, now))
        coming = takewhile(
            lambda event: event.start < end_date, self._events_from(max(start_date, now))
        )
        return [*(self._past(entry) for entry in past if entry is not running), *coming]

    @property
    def _steps(self) -> tuple[Step, ...]:
        data = self._data
        if data.state is ControlState.NO_BATTERIES or data.plan is None:
            return ()
        return data.plan.steps

    def _events_from(self, moment: dt.datetime) -> Iterator[CalendarEvent]:
        """Yield the steps that end after a moment, in order; those that read the same are one event."""
        announcer = self.coordinator.announcer
        steps = (step for step in self._steps if step.end > moment)
        alike = groupby(steps, key=lambda step: (announcer.describe(step), announcer.reason(step)))
        for (summary, description), (first, *others) in alike:
            start = self._start(first)
            yield CalendarEvent(
                start=start,
                end=others[-1].end if others else first.end,
                summary=summary,
                description=description,
                uid=f"{start.isoformat()}_{first.action}",
            )

    def _start(self, step: Step) -> dt.datetime:
        """Return when a step of the plan begins; the running one began when it began."""
        running = self.coordinator.journal.running
        goes_on = running is not None and running.start < step.end and step == self._data.step
        return min(running.start, step.start) if running is not None and goes_on else step.start

    def _past(self, entry: JournalEntry) -> CalendarEvent:
        """Return a step that is over, with what came of it."""
        wording = self.coordinator.announcer.wording
        return CalendarEvent(
            start=entry.start,
            end=entry.end,
            summary=wording.describe(entry.as_step()),
            description=wording.outcome(entry),
            uid=f"{entry.start.isoformat()}_{entry.action}",
        )

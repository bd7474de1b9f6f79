"""Calendars: Tempo days from 06:00 to 06:00 as far as known, and the steps of the plan."""

from collections.abc import Iterator
from dataclasses import dataclass
import datetime as dt
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


# Named as its device is.
_TEMPO: Final = TariffCalendarDescription(key="tempo", name=None)
_PLAN: Final = PlanCalendarDescription(key="plan", translation_key="plan")


def calendars(plan: Plan) -> list[CalendarEntity]:
    """Return the calendars that a tariff has, and that of the plan itself."""
    tariff = plan.tariff
    return [
        *(TempoCalendar(tariff, item) for item in offered(tariff, Platform.CALENDAR, (_TEMPO,))),
        PlanCalendar(plan.control, _PLAN),
    ]


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
    """What batteries will do, and why; empty as long as there is no battery."""

    entity_description: PlanCalendarDescription

    @property
    @override
    def _value(self) -> CalendarEvent | None:
        return self.event

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the running step."""
        now = dt_util.utcnow()
        step = next((step for step in self._steps if step.end > now), None)
        return None if step is None else self._event(step)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: dt.datetime, end_date: dt.datetime
    ) -> list[CalendarEvent]:
        """Return the steps that touch a span, in order."""
        touching = (step for step in self._steps if step.start < end_date and step.end > start_date)
        return [self._event(step) for step in touching]

    @property
    def _steps(self) -> tuple[Step, ...]:
        data = self._data
        if data.state is ControlState.NO_BATTERIES or data.plan is None:
            return ()
        return data.plan.steps

    def _event(self, step: Step) -> CalendarEvent:
        announcer = self.coordinator.announcer
        return CalendarEvent(
            start=step.start,
            end=step.end,
            summary=announcer.describe(step),
            description=announcer.reason(step),
            uid=f"{step.start.isoformat()}_{step.action}",
        )

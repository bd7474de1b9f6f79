"""What the plan knows of days: colours, money and the steps that it carried out, as tables."""

from collections.abc import Iterable, Mapping
import datetime as dt
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..const import Tariff
from ..export import Cell, Changes, Table
from ..plan.journal import JournalEntry
from ..plan.runtime import Plan
from ..savings import DayMoney
from ..tempo import Colour, day_end, day_start

_COLOURS: Final = tuple(colour.value for colour in Colour)


@callback
def colours(plan: Plan | None, first: dt.date, last: dt.date) -> dict[dt.date, Colour]:
    """Return the known colours of Tempo days from one day to another, none for other tariffs."""
    if plan is None or plan.tariff.settings.tariff is not Tariff.TEMPO:
        return {}
    return {day: colour for day, colour in plan.tariff.colours.items() if first <= day <= last}


def colour_changes(known: Mapping[dt.date, Colour]) -> Changes:
    """Return the colours as what held from a moment on: a Tempo day begins at 06:00."""
    changes: list[tuple[float, str | None]] = []
    for day, colour in sorted(known.items()):
        changes += [(day_start(day).timestamp(), colour.value), (day_end(day).timestamp(), None)]
    return Changes("colour", changes)


def step_changes(steps: Iterable[JournalEntry]) -> list[Changes]:
    """Return what the plan did, and why, as what held from a moment on."""
    actions: list[tuple[float, str | None]] = []
    reasons: list[tuple[float, str | None]] = []
    for step in steps:
        start, end = step.start.timestamp(), step.end.timestamp()
        actions += [(start, step.action.value), (end, None)]
        reasons += [(start, step.rule or step.reason.value), (end, None)]
    return [Changes("plan_action", actions), Changes("plan_reason", reasons)]


def steps_table(steps: Iterable[JournalEntry], zone: dt.tzinfo) -> Table:
    """Return what the plan did, a row for each step."""
    columns = ("start", "end", "action", "reason", "rule", "power_w", "target_percent")
    more = ("charged_kwh", "discharged_kwh", "soc_percent", "failing")
    rows: list[tuple[Cell, ...]] = [
        (
            step.start.astimezone(zone),
            step.end.astimezone(zone),
            step.action.value,
            step.reason.value,
            step.rule,
            step.power or None,
            step.target,
            _kwh(step.charged),
            _kwh(step.discharged),
            step.soc,
            ", ".join(step.failing) or None,
        )
        for step in steps
    ]
    return Table("plan steps", (*columns, *more), rows)


def money_table(
    lines: Mapping[dt.date, DayMoney], known: Mapping[dt.date, Colour], currency: str
) -> Table:
    """Return what was saved, a row for each day of the ledger."""
    columns = ("date", "colour", "saved", "estimated_part", "stock_change", "known_hours")
    more = (
        "charged_from_sun_kwh",
        "charged_from_grid_kwh",
        *(f"saved_{each}" for each in _COLOURS),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            day,
            known[day].value if day in known else None,
            round(line.saved, 4),
            round(line.estimated, 4),
            round(line.stock, 4),
            round(line.seconds / 3600, 2),
            _kwh(line.from_sun),
            _kwh(line.from_grid),
            *(
                round(line.by_colour[each], 4) if each in line.by_colour else None
                for each in _COLOURS
            ),
            currency,
        )
        for day, line in lines.items()
    ]
    return Table("money", (*columns, *more, "currency"), rows)


@callback
def money_lines(plan: Plan | None, first: dt.date, last: dt.date) -> dict[dt.date, DayMoney]:
    """Return the lines of the ledger from one day to another."""
    days = {} if plan is None else plan.savings.store.ledger.days
    return {day: line for day, line in days.items() if first <= day <= last}


@callback
def steps_between(plan: Plan | None, first: dt.date, last: dt.date) -> list[JournalEntry]:
    """Return the steps that touch the days from one to another."""
    if plan is None:
        return []
    end = dt_util.start_of_local_day(last + dt.timedelta(days=1))
    return plan.journal.journal.between(dt_util.start_of_local_day(first), end)


def _kwh(energy: float | None) -> float | None:
    return None if energy is None else round(energy / 1000, 3)

"""Export: measurements, plan steps and money of a range of days, as tables and as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import datetime as dt
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, Tariff
from ..export import (
    Cell,
    Changes,
    Resolution,
    StatisticRows,
    Table,
    csv_bytes,
    measurements,
    xlsx_bytes,
)
from ..plan.journal import JournalEntry
from ..plan.runtime import Plan
from ..savings import DayMoney
from ..tempo import Colour
from .downloads import CSV, XLSX, FileKind, async_downloads
from .home_days import (
    colour_changes,
    colours,
    money_lines,
    money_table,
    step_changes,
    steps_between,
    steps_table,
)
from .statistics import (
    OF_PLAN,
    async_changes,
    async_measured,
    first_known,
    has_recorder,
    require_recorder,
    statistics_of,
)

MOST_ROWS: Final = 100_000
"""Eleven years of hours; a spreadsheet takes ten times as many."""
_ROWS_A_DAY: Final = {
    Resolution.FIVE_MINUTES: 288.0,
    Resolution.HOUR: 24.0,
    Resolution.DAY: 1.0,
    Resolution.MONTH: 1 / 28,
}
# A longer text would be too much for the answer of an action.
_LONGEST_TEXT: Final = 1_000_000


class Content(StrEnum):
    """Table of an export."""

    MEASUREMENTS = "measurements"
    PLAN_STEPS = "plan_steps"
    MONEY = "money"


class FileFormat(StrEnum):
    """Format of the file."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported, from the begin of one day to the end of another."""

    first: dt.date
    last: dt.date
    resolution: Resolution
    content: Content
    format: FileFormat
    batteries: Sequence[ConfigEntry]


@dataclass(frozen=True, slots=True)
class _Kept:
    """All that is kept of the range."""

    measured: Sequence[StatisticRows]
    changes: Sequence[Changes]
    colours: Mapping[dt.date, Colour]
    steps: Sequence[JournalEntry]
    money: Mapping[dt.date, DayMoney]
    currency: str
    zone: dt.tzinfo
    notes: Mapping[str, str | None]
    """How far back each part reaches."""


async def async_export(
    hass: HomeAssistant, plan: Plan | None, request: ExportRequest
) -> dict[str, Any]:
    """Return the answer of an export: address, columns, rows, and the text of a short CSV.

    Raises a translated ServiceValidationError for a range that is too long, and where nothing is
    kept of it.
    """
    days = (request.last - request.first).days + 1
    if days * _ROWS_A_DAY[request.resolution] > MOST_ROWS:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="range_too_long")
    kept = await _async_kept(hass, plan, request)
    tables, content = await hass.async_add_executor_job(_write, kept, request)
    chosen = tables[0]
    if not chosen.rows:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="nothing_kept",
            translation_placeholders={
                "start": request.first.isoformat(),
                "end": request.last.isoformat(),
            },
        )
    kind: FileKind = XLSX if request.format is FileFormat.XLSX else CSV
    name = f"marstek-{chosen.name.replace(' ', '-')}-{request.first}-{request.last}"
    answer: dict[str, Any] = dict(await async_downloads(hass).async_offer(content, name, kind))
    answer |= {"columns": list(chosen.columns), "rows": len(chosen.rows), "since": dict(kept.notes)}
    if kind is CSV and len(content) < _LONGEST_TEXT:
        answer["csv"] = content.decode()
    return answer


async def _async_kept(hass: HomeAssistant, plan: Plan | None, request: ExportRequest) -> _Kept:
    """Return what is kept: the recorder is read in its executor, the rest is at hand."""
    first, last = request.first, request.last
    start = dt_util.start_of_local_day(first)
    end = dt_util.start_of_local_day(last + dt.timedelta(days=1))
    measured: list[StatisticRows] = []
    changes: list[Changes] = []
    if request.content is Content.MEASUREMENTS:
        require_recorder(hass)
    if _reads_recorder(hass, request):
        wanted = statistics_of(hass, request.batteries, _of_plan(plan))
        measured = await async_measured(hass, wanted, start, end, request.resolution.value)
        if request.resolution.is_short:
            changes = await async_changes(hass, request.batteries, start, end)
    # One day more: a Tempo day goes on until 06:00.
    known = colours(plan, first - dt.timedelta(days=1), last)
    return _Kept(
        measured,
        changes,
        known,
        steps_between(plan, first, last),
        money_lines(plan, first, last),
        hass.config.currency if plan is None else plan.tariff.currency,
        dt_util.get_default_time_zone(),
        _notes(plan, changes, known),
    )


@callback
def _reads_recorder(hass: HomeAssistant, request: ExportRequest) -> bool:
    """Tell whether measurements are wanted, and can be there."""
    is_wanted = request.content is Content.MEASUREMENTS or request.format is FileFormat.XLSX
    return is_wanted and has_recorder(hass)


@callback
def _of_plan(plan: Plan | None) -> tuple[Any, ...]:
    return () if plan is None else OF_PLAN


@callback
def _notes(
    plan: Plan | None, changes: Sequence[Changes], known: Mapping[dt.date, Colour]
) -> dict[str, str | None]:
    """Return since when modes, plan steps, colours and money are known within the range."""
    notes: dict[str, str | None] = {}
    if changes:
        since = first_known(changes)
        notes["modes"] = None if since is None else dt_util.as_local(since).isoformat()
    if plan is not None:
        entries, days = plan.journal.journal.entries, plan.savings.store.ledger.days
        notes["plan_steps"] = dt_util.as_local(entries[0].start).isoformat() if entries else None
        notes["money"] = min(days).isoformat() if days else None
        if plan.tariff.settings.tariff is Tariff.TEMPO:
            notes["colours"] = min(known).isoformat() if known else None
    return notes


def _write(kept: _Kept, request: ExportRequest) -> tuple[list[Table], bytes]:
    """Return the tables, the chosen one first, and the file; runs in an executor."""
    makers: dict[Content, Callable[[_Kept, ExportRequest], Table]] = {
        Content.MEASUREMENTS: _measurements_table,
        Content.PLAN_STEPS: _steps_table,
        Content.MONEY: _money_table,
    }
    first = makers.pop(request.content)(kept, request)
    if request.format is FileFormat.CSV or not first.rows:
        return [first], csv_bytes(first)
    tables = [first, *(make(kept, request) for make in makers.values())]
    about = Table("about", ("part", "known_since"), list(kept.notes.items()))
    return tables, xlsx_bytes([*tables, about])


def _steps_table(kept: _Kept, _: ExportRequest) -> Table:
    return steps_table(kept.steps, kept.zone)


def _money_table(kept: _Kept, _: ExportRequest) -> Table:
    return money_table(kept.money, kept.colours, kept.currency)


def _measurements_table(kept: _Kept, request: ExportRequest) -> Table:
    """Return measurements with what held at each row's begin, or on its day."""
    days: dict[str, Mapping[dt.date, Cell]] = {}
    changes: list[Changes] = []
    if request.resolution.is_short:
        changes = [*_home_changes(kept), *kept.changes]
    elif request.resolution is Resolution.DAY and kept.colours:
        days["colour"] = {day: colour.value for day, colour in kept.colours.items()}
    return measurements(kept.measured, changes, days, kept.zone, request.resolution)


def _home_changes(kept: _Kept) -> list[Changes]:
    found = [colour_changes(kept.colours)] if kept.colours else []
    return [*found, *step_changes(kept.steps)] if kept.steps else found

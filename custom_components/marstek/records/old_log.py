"""Battery log of another program as CSV, read row by row (pure).

Columns are found by their names in the first line: battery_id, timestamp, soc, bat_power, pv_power,
ongrid_power, offgrid_power, bat_temp; others are ignored. Powers are as the device gives them:
ongrid_power and offgrid_power in W, + leaves the battery; bat_power + charges, in W or in 10 W by
firmware (docs/protocol.md 2.6).
"""

from collections.abc import Iterator, Mapping
import csv
from dataclasses import dataclass, field
import datetime as dt
from enum import StrEnum
import io
import math
from typing import Final

POWER_UNITS: Final[Mapping[str, float]] = {"w": 1.0, "10w": 10.0}
"""Units in which a log can have bat_power: W of one step."""
_NEEDED: Final = ("timestamp", "soc")
_POWER: Final = ("ongrid_power", "bat_power")
_MOST_POWER: Final = 10_000.0
_EARLIEST: Final = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
_LONGEST_FIELD: Final = 100
_EMPTY: Final = frozenset({"", "null", "none", "\\n"})


class LogProblem(StrEnum):
    """Why a log can't be read at all; the key of its message."""

    NO_COLUMNS = "log_without_columns"
    NO_ROWS = "log_without_rows"
    SEVERAL_BATTERIES = "log_of_several_batteries"
    NO_ZONE = "log_without_zone"


class LogError(ValueError):
    """A log that can't be read at all."""

    def __init__(self, problem: LogProblem, names: str = "") -> None:
        """Hold the problem, and the columns or batteries that it is about."""
        super().__init__(problem.value)
        self.problem = problem
        self.names = names


@dataclass(frozen=True, slots=True)
class Sample:
    """One row: state of charge and temperature in % and °C, powers in W, + discharges."""

    moment: dt.datetime
    soc: float | None
    battery_power: float | None
    ac_power: float | None
    temperature: float | None


@dataclass(frozen=True, slots=True)
class LogFormat:
    """What a log does not say of itself."""

    battery_id: str | None = None
    """Whose rows count; None where the log has those of one battery only."""
    zone: dt.tzinfo | None = None
    """Of moments without an offset."""
    power_scale: float = 1.0
    """W of one step of bat_power."""


@dataclass(slots=True)
class OldLog:
    """Samples in the order of time, and the numbers of lines that can't be read."""

    samples: list[Sample] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)


def read_log(text: str, given: LogFormat, now: dt.datetime) -> OldLog:
    """Return the samples of a log, none later than `now`; LogError where there is none at all."""
    rows = _rows(text.lstrip("\ufeff"))
    columns = [name.strip().lower() for name in next(rows, (0, []))[1]]
    missing = [name for name in _NEEDED if name not in columns]
    if missing or not set(_POWER) & set(columns):
        raise LogError(LogProblem.NO_COLUMNS, ", ".join(missing or _POWER))
    log, ids, is_naive = OldLog(), set[str](), False
    for number, cells in rows:
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        battery = row.get("battery_id", "")
        if given.battery_id is not None and battery != given.battery_id:
            continue
        try:
            sample = _sample(row, given, now)
        except _NaiveError:
            is_naive = True
        except ValueError:
            log.unreadable.append(number)
        else:
            ids.add(battery)
            log.samples.append(sample)
    if is_naive:
        raise LogError(LogProblem.NO_ZONE)
    if len(ids) > 1:
        raise LogError(LogProblem.SEVERAL_BATTERIES, ", ".join(sorted(ids)))
    if not log.samples:
        raise LogError(LogProblem.NO_ROWS)
    log.samples.sort(key=lambda each: each.moment)
    return log


class _NaiveError(ValueError):
    """A moment without an offset, where no zone was given."""


def _rows(lines: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the numbers of their lines; one that csv itself can't read has no cells."""
    first = next((line for line in lines.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=";" if ";" in first else ",")
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = ["?"]
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _sample(row: Mapping[str, str], given: LogFormat, now: dt.datetime) -> Sample:
    moment = _moment(row.get("timestamp", ""), given.zone)
    if not _EARLIEST <= moment <= now:
        raise ValueError("Not a moment of this log")
    grid, backup = _number(row, "ongrid_power"), _number(row, "offgrid_power")
    sun, cells = _number(row, "pv_power"), _number(row, "bat_power")
    battery = None if cells is None else -cells * given.power_scale
    ac = battery if grid is None else grid + (backup or 0.0)
    if grid is not None and ac is not None:
        battery = ac - (sun or 0.0)
    powers = (battery, ac)
    if any(power is not None and abs(power) > _MOST_POWER for power in powers):
        raise ValueError("More than any battery gives")
    soc, temperature = _number(row, "soc"), _number(row, "bat_temp")
    if soc is not None and not 0 <= soc <= 100:
        raise ValueError("Not a state of charge")
    if temperature is not None and not -40 <= temperature <= 100:
        raise ValueError("Not a temperature")
    return Sample(moment, soc, battery, ac, temperature)


def _moment(text: str, zone: dt.tzinfo | None) -> dt.datetime:
    if len(text) > _LONGEST_FIELD:
        raise ValueError("Not a moment")
    if not text.isprintable():
        raise ValueError("Not printable")
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        if zone is None:
            raise _NaiveError
        found = found.replace(tzinfo=zone)
    return found.astimezone(dt.UTC)


def _number(row: Mapping[str, str], name: str) -> float | None:
    text = row.get(name, "")
    if text.lower() in _EMPTY:
        return None
    if len(text) > _LONGEST_FIELD:
        raise ValueError("Not a number")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("Not a number")
    return value

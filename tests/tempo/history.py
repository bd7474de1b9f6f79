"""Real colours, the clock of Paris without a time zone database, and computers elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
import time
from typing import Final

import pytest

from custom_components.marstek.tempo import Colour, Quotas, Season

_DATA: Final = Path(__file__).parents[1] / "data"
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


def _read_history() -> dict[date, Colour]:
    """Return the colour of every day in the file."""
    with (_DATA / "tempo_history.csv").open(encoding="utf-8", newline="") as file:
        return {
            date.fromisoformat(row["date"]): Colour(row["colour"].lower())
            for row in csv.DictReader(file)
        }


HISTORY: Final = _read_history()
SEASONS: Final = tuple(Season(year) for year in range(2014, 2026))
"""The twelve whole seasons of the file."""


def quotas_of(season: Season) -> Quotas:
    """Return the quotas that RTE kept to (docs/tempo-facts.md section 2)."""
    return Quotas(red=18, white=47) if season == Season(2019) else Quotas()


def clock_changes(year: int) -> tuple[datetime, datetime]:
    """Return when clocks go forward and back in the European Union: last Sundays, 01:00 UTC."""
    march, october = (
        datetime(year, month, 31 - date(year, month, 31).isoweekday() % 7, 1, tzinfo=UTC)
        for month in (3, 10)
    )
    return march, october


def paris_clock(moment: datetime) -> datetime:
    """Return what a clock in Paris shows, without a zone."""
    utc = moment.astimezone(UTC)
    forward, back = clock_changes(utc.year)
    shift = 2 if forward <= utc < back else 1
    return (utc + shift * HOUR).replace(tzinfo=None)


@contextmanager
def computer_in(zone: str) -> Iterator[None]:
    """Move the process to another time zone."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            yield
    finally:
        time.tzset()

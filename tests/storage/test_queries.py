"""The queries of docs/storage.md give what the sensors say, on whichever database is used.

SQLite by default; `scripts/storage-check` gives `--dburl` for others.
"""

import datetime as dt
import re
from typing import Any

from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from sqlalchemy import text

from tests.records.conftest import E3_MAC, RecordedHome
from tests.test_repository import ROOT

PAGE = (ROOT / "docs" / "storage.md").read_text(encoding="utf-8")
DAY_OF_A_BATTERY, BY_PRICE = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
DAYS = 3


async def rows(home: RecordedHome, query: str, first: dt.date, days: int) -> list[tuple[Any, ...]]:
    """Return what a query of the page gives for some days."""
    start, end = (
        dt_util.start_of_local_day(first + dt.timedelta(days=number)).timestamp()
        for number in (0, days)
    )

    def run() -> list[tuple[Any, ...]]:
        engine = get_instance(home.hass).engine
        assert engine is not None
        with engine.connect() as connection:
            found = connection.execute(text(query), {"start": start, "end": end})
            return [tuple(row) for row in found]

    return await get_instance(home.hass).async_add_executor_job(run)


async def filled(home: RecordedHome) -> dt.date:
    """Keep three days of a battery, and of a price that is low in the first six hours of each."""
    first = home.today - dt.timedelta(days=DAYS)
    hours = 24 * DAYS
    home.record(E3_MAC, "energy_charged", first, [0.25] * hours)
    home.record(
        E3_MAC, "energy_discharged", first, [0.1 + 0.01 * (hour // 24) for hour in range(hours)]
    )
    home.record(
        "plan",
        "price",
        first,
        [0.1325 if hour % 24 < 6 else 0.1612 for hour in range(hours)],
        spread=0,
    )
    await home.recorded()
    return first


async def test_energy_of_a_battery_on_a_day(home: RecordedHome) -> None:
    """A day is that of the export; so is the first one of all."""
    first = await filled(home)
    for number in range(DAYS):
        day = first + dt.timedelta(days=number)
        found = dict(await rows(home, DAY_OF_A_BATTERY, day, 1))
        answer = await home.call(
            "export", start_date=day.isoformat(), end_date=day.isoformat(), resolution="day"
        )
        columns = dict(
            zip(answer["columns"], answer["csv"].splitlines()[1].split(","), strict=True)
        )
        for key, column in (("charged", "charged_kwh"), ("discharged", "discharged_kwh")):
            energy = float(found[home.entity_id(f"{E3_MAC}_energy_{key}")])
            assert energy == pytest.approx(float(columns[f"Venus E 3.0 0101 {column}"]), abs=1e-3)


async def test_energy_by_price(home: RecordedHome) -> None:
    """Each price has the energy of its hours, and all of them together that of all days."""
    first = await filled(home)
    found = {
        float(price): float(energy) for price, energy in await rows(home, BY_PRICE, first, DAYS)
    }
    assert found == pytest.approx({0.1325: 6 * 0.33, 0.1612: 18 * 0.33})

"""The export, from a real recorder to the file that a browser fetches."""

import csv
import datetime as dt
import io
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.marstek.plan.journal import JournalEntry
from custom_components.marstek.planner import Action, Reason
from custom_components.marstek.records.downloads import (
    CSV,
    LIFETIME,
    PNG,
    async_downloads,
    async_setup_downloads,
)
from custom_components.marstek.savings import Exchange
from custom_components.marstek.tempo import Colour
from tests.export.test_writers import sheets
from tests.records.conftest import E3_MAC, PARIS, RecordedHome

NAME = "Venus E 3.0 0101"


async def fill(home: RecordedHome, days: int = 3) -> dt.date:
    """Keep some days that are over, and return the first of them."""
    first = home.today - dt.timedelta(days=days)
    hours = 24 * days
    home.record(E3_MAC, "soc", first, [50.0 + hour % 24 for hour in range(hours)])
    home.record(E3_MAC, "battery_power", first, [100.0] * hours)
    home.record(E3_MAC, "energy_charged", first, [0.25] * hours)
    home.record(E3_MAC, "energy_discharged", first, [0.125] * hours)
    home.record("plan", "price", first, [0.2] * hours)
    home.record("plan", "saved_today", first, [0.05] * hours)
    colours = [Colour.BLUE, Colour.RED, Colour.WHITE]
    home.learn({first + dt.timedelta(days=number): colours[number % 3] for number in range(days)})
    await home.recorded()
    return first


def rows_of(answer: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of a CSV that came with an answer."""
    return list(csv.DictReader(io.StringIO(answer["csv"], newline="")))


async def refusal(home: RecordedHome, **data: Any) -> str | None:
    """Return why an export is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("export", **data)
    return caught.value.translation_key


async def test_hours_of_days_that_are_over(home: RecordedHome) -> None:
    """Each hour has a row with what was measured, and the colour and price that held."""
    first = await fill(home)
    step = JournalEntry(
        dt.datetime.combine(first, dt.time(22), PARIS),
        dt.datetime.combine(first, dt.time(23), PARIS),
        Action.CHARGE,
        Reason.RED_TOMORROW,
    )
    home.plan.journal.journal.entries.append(step)
    answer = await home.call("export", start_date=first.isoformat())
    rows = rows_of(answer)
    assert answer["rows"] == len(rows) == 72
    assert list(rows[0]) == answer["columns"]
    assert rows[0]["start"].startswith(f"{first}T00:00:00+0")
    assert (
        rows[7]
        | {
            "colour": "blue",
            "price_per_kwh": "0.2",
            "saved": "0.05",
            f"{NAME} soc_percent": "57.0",
            f"{NAME} soc_percent_max": "58.0",
            f"{NAME} power_w": "100.0",
            f"{NAME} charged_kwh": "0.25",
            f"{NAME} discharged_kwh": "0.125",
        }
        == rows[7]
    )
    # A Tempo day goes on until 06:00, and the first one began before the range.
    assert [rows[hour]["colour"] for hour in (5, 6, 29, 30)] == ["", "blue", "blue", "red"]
    assert [rows[hour]["plan_action"] for hour in (21, 22, 23)] == ["", "charge", ""]
    assert rows[22]["plan_reason"] == "red_tomorrow"
    assert answer["since"]["plan_steps"] == step.start.isoformat()


async def test_days_add_up(home: RecordedHome) -> None:
    """A day has the sums of its hours, and the colour of the Tempo day that begins on it."""
    first = await fill(home)
    answer = await home.call("export", start_date=first.isoformat(), resolution="day")
    rows = rows_of(answer)
    assert [row["colour"] for row in rows] == ["blue", "red", "white"]
    assert [float(row[f"{NAME} charged_kwh"]) for row in rows] == [6.0, 6.0, 6.0]


async def test_days_end_with_the_last_one(home: RecordedHome) -> None:
    """The day after the range is not in it, although the range ends where it begins."""
    first = await fill(home)
    answer = await home.call(
        "export", start_date=first.isoformat(), end_date=first.isoformat(), resolution="day"
    )
    assert answer["rows"] == 1


async def test_one_battery_only(home: RecordedHome) -> None:
    """Only the batteries that are named have columns; a device that is none is refused."""
    first = await fill(home)
    device = home.device(E3_MAC)
    answer = await home.call("export", start_date=first.isoformat(), device_id=[device])
    assert any(name.startswith(NAME) for name in answer["columns"])
    assert not any(name.startswith("Venus A") for name in answer["columns"])
    key = await refusal(home, start_date=first.isoformat(), device_id=["nobody"])
    assert key == "not_a_battery"


async def test_batteries_of_the_same_name(home: RecordedHome) -> None:
    """Each has columns of its own, by the end of its MAC."""
    first = await fill(home)
    for each in home.hass.config_entries.async_entries("marstek"):
        home.hass.config_entries.async_update_entry(each, title="=Same")
    answer = await home.call("export", start_date=first.isoformat())
    names = [name for name in answer["columns"] if name.endswith("soc_percent")]
    assert names == ["=Same 0101 soc_percent"]
    assert "'=Same 0101 soc_percent" in answer["csv"].splitlines()[0]


async def test_a_workbook_has_everything(
    home: RecordedHome, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """All tables are sheets of one file, which a browser fetches without logging in."""
    first = await fill(home)
    home.plan.savings.store.ledger.add(first, Exchange(avoided=1000), 300, (0.2, 0.0))
    answer = await home.call("export", start_date=first.isoformat(), format="xlsx")
    assert answer["file"] == f"marstek-measurements-{first}-{home.today}.xlsx"
    client = await hass_client_no_auth()
    response = await client.get(answer["path"])
    assert response.status == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="{answer["file"]}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    book = sheets(await response.read())
    assert list(book) == ["measurements", "plan steps", "money", "about"]
    assert len(book["measurements"]) == 1 + 72
    head, line = book["money"][0], book["money"][1]
    assert dict(zip(head, line, strict=True))["saved"] == pytest.approx(0.2)


async def test_money_of_each_day(home: RecordedHome) -> None:
    """The ledger's days are a table of their own, which needs no recorder."""
    home.plan.savings.store.ledger.add(
        home.today, Exchange(avoided=500), 300, (0.2, 0.0), colour="blue"
    )
    answer = await home.call("export", start_date=home.today.isoformat(), content="money")
    (row,) = rows_of(answer)
    assert (row["date"], row["saved"], row["saved_blue"]) == (home.today.isoformat(), "0.1", "0.1")


async def test_an_address_works_once(
    home: RecordedHome, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """A second visitor finds nothing, nor does anybody without a signature; the file is gone."""
    first = await fill(home)
    answer = await home.call("export", start_date=first.isoformat())
    client = await hass_client_no_auth()
    path = answer["path"].partition("?")[0]
    assert (await client.get(path)).status == 401
    assert (await client.get(answer["path"])).status == 200
    assert (await client.get(answer["path"])).status == 404
    assert list(async_downloads(home.hass).folder.iterdir()) == []


async def test_an_address_ends_after_ten_minutes(
    home: RecordedHome, hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """A file that nobody has fetched in time is not given away, and is deleted."""
    downloads, client = async_downloads(hass), await hass_client_no_auth()
    assert dt.timedelta(minutes=10) == LIFETIME
    with patch("custom_components.marstek.records.downloads.LIFETIME", dt.timedelta(seconds=-1)):
        late, forgotten = [await downloads.async_offer(b"a", "late", CSV) for _ in range(2)]
    token = late["path"].partition("?")[0].rpartition("/")[2]
    assert (await client.get(forgotten["path"])).status == 401
    assert await downloads.async_take(token) is None
    assert len(list(downloads.folder.iterdir())) == 1
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(minutes=1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert list(downloads.folder.iterdir()) == []


async def test_a_file_for_several_phones(home: RecordedHome, hass: HomeAssistant) -> None:
    """It can be fetched as often as there are phones, and is deleted then."""
    downloads = async_downloads(hass)
    offered = await downloads.async_offer(b"a", "picture", PNG, 2)
    token = offered["path"].partition("?")[0].rpartition("/")[2]
    found = [await downloads.async_take(token) for _ in range(3)]
    assert [each is not None for each in found] == [True, True, False]
    assert list(downloads.folder.iterdir()) == []


async def test_files_of_an_earlier_run_are_deleted(home: RecordedHome, hass: HomeAssistant) -> None:
    """Their addresses are forgotten with the process."""
    folder = async_downloads(hass).folder
    folder.mkdir(exist_ok=True)
    (folder / "left.csv").write_text("a")
    await async_setup_downloads(hass)
    assert not folder.exists()


async def test_files_are_bounded(home: RecordedHome) -> None:
    """An automation that exports all the time fills no disk."""
    home.plan.savings.store.ledger.add(home.today, Exchange(avoided=500), 300, (0.2, 0.0))
    for _ in range(25):
        await home.call("export", start_date=home.today.isoformat(), content="money")
    assert len(list(async_downloads(home.hass).folder.iterdir())) == 20


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"start_date": "2026-03-01", "end_date": "2026-02-01"}, "invalid_range"),
    ({"start_date": "2099-01-01"}, "invalid_range"),
    ({"start_date": "1999-01-01"}, "invalid_range"),
    ({"start_date": "2020-01-01", "resolution": "5minute"}, "range_too_long"),
    ({"start_date": "2015-01-01", "end_date": "2015-01-02"}, "nothing_kept"),
    ({"start_date": "yesterday"}, "not_a_date"),
)


async def test_what_is_refused(home: RecordedHome) -> None:
    """A range that makes no sense, or of which nothing is kept, is an error in words."""
    for data, key in REFUSED:
        assert await refusal(home, **data) == key, data


async def test_without_a_recorder(home: RecordedHome, hass: HomeAssistant) -> None:
    """Measurements need one; the error says so. A workbook of money has no measurements then."""
    home.plan.savings.store.ledger.add(home.today, Exchange(avoided=500), 300, (0.2, 0.0))
    start = home.today.isoformat()
    hass.config.components.remove("recorder")
    assert await refusal(home, start_date=start) == "no_recorder"
    answer = await home.call("export", start_date=start, content="money", format="xlsx")
    assert answer["rows"] == 1
    hass.config.components.add("recorder")


async def test_modes_are_known_as_long_as_states_are(home: RecordedHome) -> None:
    """The mode that held when an hour began stands beside what was measured."""
    home.record(E3_MAC, "soc", home.today, [50.0] * 24)
    await home.recorded()
    answer = await home.call("export", start_date=home.today.isoformat())
    assert f"{NAME} mode" in answer["columns"]
    assert f"{NAME} commanded_by" in answer["columns"]
    last = rows_of(answer)[-1]
    recorded = home.hass.states.get(home.entity_id(f"{E3_MAC}_mode", "select"))
    assert recorded is not None
    is_after = dt.datetime.fromisoformat(last["start"]) > recorded.last_updated
    assert last[f"{NAME} mode"] == (recorded.state if is_after else "")
    assert answer["since"]["modes"] is not None

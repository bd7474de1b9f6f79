"""An old log imported into a real recorder, and removed again."""

import datetime as dt
from typing import Any

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.records.conftest import E3_MAC, HOUR, RecordedHome

DAYS = 3
POWER = 600
FIVE_MINUTES = dt.timedelta(minutes=5)
HEAD = "battery_id,timestamp,soc,bat_power,pv_power,ongrid_power,offgrid_power,mode,bat_temp"


def measured_from(home: RecordedHome) -> dt.datetime:
    """Return when Home Assistant began to measure."""
    return dt_util.start_of_local_day(home.today - dt.timedelta(days=2)).astimezone(dt.UTC)


def old_log(home: RecordedHome, days: int = DAYS, hours_over: int = 12) -> str:
    """Return a log of two batteries: one charges for days, until after Home Assistant began."""
    end = measured_from(home) + hours_over * HOUR
    count = (days * 24 + hours_over) * 12
    rows = [HEAD]
    for number in range(count):
        moment = end - (count - number) * FIVE_MINUTES
        rows.append(f"1,{moment.isoformat()},40,,0,{-POWER},0,Manual,20")
        rows.append(f"2,{moment.isoformat()},60,,0,{POWER},0,Manual,20")
    return "\n".join(rows)


async def measure(home: RecordedHome) -> None:
    """Let Home Assistant have measured since then."""
    first = home.today - dt.timedelta(days=2)
    home.record(E3_MAC, "soc", first, [70.0] * 24)
    home.record(E3_MAC, "battery_power", first, [-100.0] * 24)
    home.record(E3_MAC, "energy_charged", first, [0.1] * 24)
    home.record(E3_MAC, "energy_discharged", first, [0.2] * 24)
    await home.recorded()


async def hours(home: RecordedHome, key: str) -> dict[dt.datetime, Any]:
    """Return all hours of a statistic."""
    entity_id = home.entity_id(f"{E3_MAC}_{key}")
    kinds: Any = {"change", "sum", "mean", "min", "max"}
    found = await get_instance(home.hass).async_add_executor_job(
        statistics_during_period,
        home.hass,
        dt.datetime(2018, 1, 1, tzinfo=dt.UTC),
        None,
        {entity_id},
        "hour",
        None,
        kinds,
    )
    return {dt.datetime.fromtimestamp(row["start"], dt.UTC): row for row in found[entity_id]}


async def run(home: RecordedHome, **more: Any) -> dict[str, Any]:
    """Import the log of the first battery."""
    given = {"csv": old_log(home), "battery_id": "1", "power_unit": "w", "dry_run": False}
    return await home.call("import_history", device_id=[home.device(E3_MAC)], **{**given, **more})


async def test_a_dry_run_writes_nothing(home: RecordedHome) -> None:
    """It is the default, and says what would be written."""
    await measure(home)
    before = await hours(home, "energy_charged")
    text = old_log(home)
    answer = await home.call(
        "import_history",
        device_id=[home.device(E3_MAC)],
        csv=f"{text}\nrubbish",
        power_unit="w",
        battery_id="1",
    )
    assert answer["dry_run"] is True
    assert answer["rows"] == (DAYS * 24 + 12) * 12
    assert answer["sensors"]["energy_charged"] == {"hours": 72, "skipped": 12}
    assert answer["charged_kwh"] == pytest.approx(84 * 0.6, abs=0.06)
    await home.recorded()
    assert await hours(home, "energy_charged") == before


async def test_no_bar_appears(home: RecordedHome) -> None:
    """Each hour has what it had, before and after the seam, and so has the very first one."""
    await measure(home)
    before = await hours(home, "energy_charged")
    await run(home)
    after = await hours(home, "energy_charged")
    seam = measured_from(home)
    for hour, row in after.items():
        expected = 0.6 if hour < seam else before[hour]["change"]
        assert row["change"] == pytest.approx(expected), hour
    assert len(after) == 72 + len(before)
    assert min(after) == seam - 72 * HOUR
    discharged = await hours(home, "energy_discharged")
    assert {round(row["change"], 6) for hour, row in discharged.items() if hour < seam} == {0.0}


async def test_what_is_measured_stays(home: RecordedHome) -> None:
    """Means of measured hours are not overwritten; those before have what the log says."""
    await measure(home)
    await run(home)
    found = await hours(home, "soc")
    seam = measured_from(home)
    assert {row["mean"] for hour, row in found.items() if hour < seam} == {40.0}
    assert {row["mean"] for hour, row in found.items() if seam <= hour < seam + 24 * HOUR} == {70.0}
    powers = await hours(home, "battery_power")
    assert {row["mean"] for hour, row in powers.items() if hour < seam} == {-600.0}


async def test_a_second_import_has_nothing_to_do(home: RecordedHome) -> None:
    """The same log again changes no row; an earlier one is put before it."""
    await measure(home)
    await run(home)
    once = await hours(home, "energy_charged")
    answer = await run(home)
    assert answer["sensors"]["energy_charged"]["hours"] == 0
    assert await hours(home, "energy_charged") == once
    answer = await run(home, csv=old_log(home, days=DAYS + 1))
    assert answer["sensors"]["energy_charged"]["hours"] == 24
    changes = [row["change"] for row in (await hours(home, "energy_charged")).values()]
    assert changes[:96] == pytest.approx([0.6] * 96)
    assert changes[96:120] == pytest.approx([0.1] * 24)


async def test_all_that_was_imported_is_removed(home: RecordedHome) -> None:
    """Afterwards the statistics are as if nothing had been imported; a second time is an error."""
    await measure(home)
    keys = ("soc", "battery_power", "energy_charged", "energy_discharged")
    before = {key: await hours(home, key) for key in keys}
    await run(home)
    await run(home, csv=old_log(home, days=DAYS + 1))
    answer = await home.call("remove_imported_history", device_id=[home.device(E3_MAC)])
    assert set(answer["sensors"]) >= set(keys)
    for key in keys:
        found = await hours(home, key)
        assert found.keys() == before[key].keys()
        for hour, row in found.items():
            for kind in ("change", "sum", "mean"):
                assert row.get(kind) == pytest.approx(before[key][hour].get(kind)), (key, hour)
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("remove_imported_history", device_id=[home.device(E3_MAC)])
    assert caught.value.translation_key == "nothing_imported"


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"csv": "a,b\n1,2"}, "log_without_columns"),
    ({"battery_id": "7"}, "log_without_rows"),
    ({"battery_id": ""}, "log_of_several_batteries"),
    ({"time_zone": "Nowhere/At all"}, "no_such_zone"),
    (
        {"csv": "timestamp,soc,ongrid_power\n2025-03-01 12:00,5,0", "battery_id": ""},
        "log_without_zone",
    ),
)


async def test_what_an_import_refuses(home: RecordedHome) -> None:
    """Each refusal says what is missing; before the first hour there is nothing to end at."""
    for more, key in (*REFUSED, ({}, "nothing_measured_yet")):
        with pytest.raises(ServiceValidationError) as caught:
            await run(home, **more)
        assert caught.value.translation_key == key, more
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("import_history", csv="", power_unit="w")
    assert caught.value.translation_key == "name_a_battery"


async def test_administrators_only(home: RecordedHome) -> None:
    """A user who is no administrator may neither import nor remove."""
    user = MockUser(is_owner=False).add_to_hass(home.hass)
    for action, data in (
        ("import_history", {"csv": "", "power_unit": "w"}),
        ("remove_imported_history", {}),
    ):
        with pytest.raises(Unauthorized):
            await home.call(action, user.id, **data)

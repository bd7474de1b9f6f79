"""The comparison of contracts, from a real recorder to the answer of the action."""

import asyncio
import datetime as dt
from typing import Any, Final

from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.marstek.tempo import Colour
from tests.records.conftest import HOUR, RecordedHome

LOAD: Final = "sensor.house_energy"
STRATEGIES: Final = {"no_battery", "auto", "simple", "optimised"}


async def fill(home: RecordedHome, days: int, missing: range = range(0)) -> dt.date:
    """Record half a kWh for each hour of days that are over, but for some hours; return the first."""
    first = home.today - dt.timedelta(days=days)
    start = dt_util.start_of_local_day(first).astimezone(dt.UTC)
    end = dt_util.start_of_local_day(home.today).astimezone(dt.UTC)
    count = round((end - start) / HOUR)
    # The first row only begins the sum.
    rows: list[Any] = [
        {"start": start + number * HOUR, "sum": 0.5 * number, "state": 0.5 * number}
        for number in range(-1, count)
        if number not in missing
    ]
    metadata: Any = {
        "source": "recorder",
        "statistic_id": LOAD,
        "name": None,
        "unit_of_measurement": "kWh",
        "unit_class": "energy",
        "mean_type": StatisticMeanType.NONE,
        "has_sum": True,
    }
    async_import_statistics(home.hass, metadata, rows)
    await home.recorded()
    return first


def choose_load(home: RecordedHome) -> None:
    """Let the plan know what the home draws."""
    entry = home.plan.tariff.config_entry
    options = {**entry.options, "load_sensor": LOAD}
    home.hass.config_entries.async_update_entry(entry, options=options)


async def refusal(home: RecordedHome, **data: Any) -> str | None:
    """Return why a comparison is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("compare_contracts", **data)
    return caught.value.translation_key


async def test_what_the_home_would_have_paid(
    home: RecordedHome, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """By contract and strategy, with what is filled, left out and estimated."""
    assert await refusal(home) == "comparison_no_load"
    choose_load(home)
    first = await fill(home, 20, missing=range(24 * 4 + 3, 24 * 4 + 5))
    assert await refusal(home, base_price=0.2, peak_price=0.3) == "one_of_two_prices"
    late = home.today - dt.timedelta(days=13)
    assert await refusal(home, start_date=late.isoformat()) == "comparison_few_days"
    home.learn({first + dt.timedelta(days=number): Colour.BLUE for number in range(-1, 15)})
    answer = await home.call(
        "compare_contracts", base_price=0.25, off_peak_price=0.1, peak_price=0.3, chart=True
    )
    assert answer["start_date"] == first.isoformat()
    assert (answer["days"], answer["days_left_out"], answer["batteries"]) == (20, 0, 2)
    assert answer["hours_filled"] == 3
    assert list(answer["contracts"]) == ["current", "off_peak_hours", "base"]
    for contract in answer["contracts"].values():
        assert contract["strategies"].keys() == STRATEGIES
    base = answer["contracts"]["base"]["strategies"]
    assert base["no_battery"]["cost"] == pytest.approx(0.25 * 240, abs=0.3)
    assert base["no_battery"]["from_grid_kwh"] == pytest.approx(240, abs=1)
    assert base["auto"]["saved"] <= 0
    assert answer["contracts"]["off_peak_hours"]["strategies"]["optimised"]["saved"] > 3
    assert answer["contracts"]["current"]["days_estimated"] == 5
    assert "Off-peak hours: no battery" in answer["text"]
    assert "3" in answer["text"].split("usual values: ")[1]
    client = await hass_client_no_auth()
    response = await client.get(answer["path"])
    assert response.status == 200
    assert response.content_type == "image/svg+xml"
    chart = await response.text()
    assert "Your contract" in chart
    assert "optimised" in chart


async def test_one_at_a_time_and_not_beyond_the_plan(home: RecordedHome) -> None:
    """A second one is refused; both the caller and the plan can end it."""
    choose_load(home)
    first = await fill(home, 30)
    running = home.hass.async_create_task(
        home.call("compare_contracts", start_date=first.isoformat())
    )
    await asyncio.sleep(0.1)
    assert await refusal(home) == "comparison_running"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    running = home.hass.async_create_task(
        home.call("compare_contracts", start_date=first.isoformat())
    )
    await asyncio.sleep(0.1)
    entry = home.plan.tariff.config_entry
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await running
    assert caught.value.translation_key == "comparison_ended"
    assert await home.hass.config_entries.async_setup(entry.entry_id)


async def test_recorded_prices_of_each_hour(home: RecordedHome) -> None:
    """The own contract with day-ahead prices has those that were recorded; without batteries, too."""
    choose_load(home)
    entry = home.plan.tariff.config_entry
    home.hass.config_entries.async_update_entry(entry, data={**entry.data, "tariff": "dynamic"})
    await home.hass.config_entries.async_reload(entry.entry_id)
    first = await fill(home, 15)
    assert await refusal(home) == "comparison_no_contract"
    home.record("plan", "price", first, [0.1 + 0.2 * (hour % 24 > 12) for hour in range(24 * 14)])
    await home.recorded()
    answer = await home.call("compare_contracts")
    (contract,) = answer["contracts"].values()
    # Clocks may have changed in these days, so that one day more is not known as a whole.
    assert contract["days_estimated"] in (1, 2)
    strategies = contract["strategies"]
    assert strategies["no_battery"]["cost"] == pytest.approx(
        15 * (13 * 0.1 + 11 * 0.3) * 0.5, abs=0.3
    )
    assert strategies["optimised"]["saved"] > 5
    options = {**entry.options, "all_batteries": False}
    home.hass.config_entries.async_update_entry(entry, options=options)
    answer = await home.call("compare_contracts", base_price=0.2)
    assert answer["batteries"] == 0
    assert list(answer["contracts"]) == ["current", "base"]
    assert all(each["strategies"].keys() == {"no_battery"} for each in answer["contracts"].values())

"""Expected colours on the device of the tariff, and the record of how right they were."""

from collections.abc import Mapping
import datetime as dt
from typing import Any

from homeassistant.helpers import entity_registry as er
from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.main_entities import is_main_of_plan
from custom_components.marstek.plan.forecast_record import ForecastRecord
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.tempo import Colour, brier_score, likeliest, tempo_day
from tests.plan.flow import PlanFlow
from tests.support.frozen_home import DAY, HISTORY, MINUTE, FrozenHome, days
from tests.support.moments import paris

_KEY = "colour_forecast"
_SURE = {colour: {each: float(each is colour) for each in Colour} for colour in Colour}
_DAY = dt.date(2026, 1, 14)


def _percentages(attributes: Mapping[str, Any]) -> list[int]:
    return [attributes[colour] for colour in Colour]


async def test_the_sensor_and_its_record(home: FrozenHome) -> None:
    """Eight days of odds, and each day that comes is judged, for as long as the entity is on."""
    assert not is_main_of_plan(_KEY)
    entry = await home.set_up()
    await home.go("2026-01-13", "11:20")

    assert home.entity_id(_KEY) == "sensor.tempo_expected_in_two_days"
    attributes = home.entity(_KEY).attributes
    week = attributes["days"]
    assert [each["date"] for each in week] == [
        day.isoformat() for day in days("2026-01-15", "2026-01-22")
    ]
    assert home.state(_KEY) == week[0]["colour"]
    assert _percentages(attributes) == _percentages(week[0])
    assert all(98 <= sum(_percentages(each)) <= 102 for each in week)
    assert [each["blue"] for each in week if each["date"] == "2026-01-18"] == [100]  # A Sunday.
    assert attributes["scored_days"] == 0

    changes = 0
    with home.watch(_KEY) as seen:
        for day in days("2026-01-14", "2026-01-20"):
            for clock in ("06:00", "06:01", "09:00", "11:20", "15:00", "23:00"):
                await home.go(day, clock)
        changes = len(seen)
    # At 06:00, and when tomorrow's colour appears.
    assert changes <= 3 * 7
    before = home.entity(_KEY).attributes
    # The first day that was two days ahead was the 15th.
    assert (before["scored_since"], before["scored_days"]) == ("2026-01-15", 6)
    assert 0 <= before["correct"] <= 100
    assert 0 <= before["brier_score"] <= 2

    await home.restart(entry)
    assert home.entity(_KEY).attributes == before
    registry, entity_id = er.async_get(home.hass), home.entity_id(_KEY)
    registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await home.restart(entry)
    assert entry.runtime_data.tariff.data.forecast is None


async def test_the_action_has_the_chances_too(home: FrozenHome) -> None:
    """Of each day that is expected, whether or not the entity is on; a known day has none."""
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    answered = await home.call(start_date="2026-01-12", end_date="2026-01-24")
    chances = {each["date"]: each["chances"] for each in answered}
    week = home.entity(_KEY).attributes["days"]
    assert [day for day, each in chances.items() if each] == [each["date"] for each in week]
    assert all(chances[each["date"]] == {c: each[c] for c in Colour} for each in week)


async def test_open_dpe_beside_it(home: FrozenHome) -> None:
    """Asked twice a day once its owner wants that, whatever comes of it; never believed."""
    flow = PlanFlow(home.hass)
    entry = await home.set_up()
    await home.go("2026-01-13", "11:20")
    assert home.server.count("open_dpe") == 0
    await flow.options(entry)
    await flow.choose("forecast")
    assert flow.defaults == {"open_dpe": False}
    await flow.submit(open_dpe=True)
    await home.settle()
    assert entry.options == {"tempo": {"open_dpe": True}}
    await home.go("2026-01-13", "11:30")
    await home.live(paris("2026-01-14", "05:00"))
    assert home.server.count("open_dpe") == 2
    own = home.entity(_KEY).attributes
    assert [each["open_dpe"] for each in own["days"]][:3] == [
        HISTORY[day] for day in days("2026-01-15", "2026-01-17")
    ]
    assert own["days"][0]["open_dpe_chance"] == 90
    assert own["open_dpe_updated"].startswith("2026-01-13T1")
    await home.restart(entry)
    assert home.entity(_KEY).attributes == own
    assert home.server.count("open_dpe") == 2

    for kind in ("wrong_colour", "down", "html"):
        home.server.fault("open_dpe", kind)
        await home.live(home.now + DAY, 30 * MINUTE)
        today = tempo_day(home.now)
        assert home.colours == (HISTORY[today], HISTORY[today + DAY])
    assert home.issues() == set()
    assert not [state for state in home.hass.states.async_all() if state.state == "open_dpe"]

    await flow.options(entry)
    await flow.choose("forecast")
    await flow.submit(open_dpe=False)
    await home.settle()
    asked = home.server.count("open_dpe")
    await home.live(home.now + DAY, 60 * MINUTE)
    assert home.server.count("open_dpe") == asked
    after = home.entity(_KEY).attributes
    assert "open_dpe_updated" not in after
    assert all("open_dpe" not in each for each in after["days"])


@given(
    st.lists(
        st.tuples(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.sampled_from(Colour)),
        min_size=1,
        max_size=12,
    )
)
def test_the_record_is_what_came(forecasts: list[tuple[list[float], Colour]]) -> None:
    """Each day counts once, by its last forecast, also through restarts."""
    record = ForecastRecord()
    known: dict[dt.date, Colour] = {}
    hits, total = 0, 0.0
    for number, (raw, colour) in enumerate(forecasts):
        target = _DAY + number * DAY
        odds = {each: round(share / sum(raw), 4) for each, share in zip(Colour, raw, strict=True)}
        record.settle(target - 2 * DAY, known)
        record.expect(target, _SURE[Colour.BLUE])
        assert record.expect(target, odds) or odds == _SURE[Colour.BLUE]
        assert not record.expect(target, odds)
        known[target] = colour
        record.settle(target, known)
        hits += likeliest(odds) is colour
        total += brier_score(odds, colour)
        record = ForecastRecord.restore(StoredPart(record.store()))
    assert record.score is not None
    assert (record.score.since, record.score.days, record.score.hits) == (
        _DAY,
        len(forecasts),
        hits,
    )
    assert record.score.brier == pytest.approx(total / len(forecasts), abs=0.001)
    assert "pending" not in record.store()


def test_a_clock_that_was_wrong_judges_nothing_twice() -> None:
    """Neither set back, nor ahead to days whose colour nobody knows."""
    record = ForecastRecord()
    assert record.expect(_DAY, _SURE[Colour.RED])
    assert record.settle(_DAY, {_DAY: Colour.RED})
    assert not record.expect(_DAY, _SURE[Colour.BLUE])
    assert not record.settle(_DAY, {_DAY: Colour.RED})
    assert record.expect(_DAY + 400 * DAY, _SURE[Colour.RED])
    assert record.settle(_DAY, {})
    assert record.store()["score"][2:] == [1, 1, 0.0]
    assert "pending" not in record.store()


def test_a_day_whose_colour_never_came_is_not_judged() -> None:
    """It waits for a week."""
    record = ForecastRecord()
    record.expect(_DAY, _SURE[Colour.RED])
    assert not record.settle(_DAY + 7 * DAY, {})
    assert record.settle(_DAY + 8 * DAY, {})
    assert record.store() == {}

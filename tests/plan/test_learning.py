"""What is learnt of a home, from real statistics of a real recorder."""

import datetime as dt
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    mock_platform,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.marstek.const import CONF_DAILY_LOAD, CONF_LOAD_SENSOR, CONF_STRATEGY
from custom_components.marstek.plan.history import (
    Sources,
    async_forecast_of_the_sun,
    async_hours,
    async_sources,
    hours_of,
    of_dashboard,
)
from custom_components.marstek.plan.learning import Learner
from custom_components.marstek.plan.plan_options import plan_options

PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 18, 20, tzinfo=PARIS).astimezone(dt.UTC)
HOUR = dt.timedelta(hours=1)


def record(
    hass: HomeAssistant, name: str, energy: float, days: int = 14, *, until_last: int = 0
) -> None:
    """Record a meter in kWh that counts so many Wh each hour, nothing in the last ones."""
    start = (NOW - dt.timedelta(days=days)).replace(minute=0)
    metadata: Any = {
        "source": "test",
        "statistic_id": f"test:{name}",
        "name": name,
        "unit_of_measurement": "kWh",
        "unit_class": "energy",
        "mean_type": StatisticMeanType.NONE,
        "has_sum": True,
    }
    rows: Any = [
        {
            "start": start + number * HOUR,
            "sum": min(number, 24 * days - until_last) * energy / 1000,
            "state": 0,
        }
        for number in range(24 * days)
    ]
    async_add_external_statistics(hass, metadata, rows)


def grid(**more: Any) -> dict[str, Any]:
    """Return a source of the dashboard."""
    return {"type": "grid", "stat_energy_from": "test:import", **more}


async def dashboard(hass: HomeAssistant, *sources: dict[str, Any]) -> None:
    """Fill the Energy dashboard."""
    assert await async_setup_component(hass, "energy", {})
    manager = await async_get_manager(hass)
    update: Any = {"energy_sources": list(sources)}
    await manager.async_update(update)


BOARD: tuple[dict[str, Any], ...] = (
    grid(stat_energy_to="test:export"),
    {"type": "solar", "stat_energy_from": "test:sun", "config_entry_solar_forecast": ["roof"]},
    {"type": "battery", "stat_energy_from": "test:out", "stat_energy_to": "test:in"},
    {"type": "gas", "stat_energy_from": "test:gas"},
)


async def test_the_dashboard_tells_the_load(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Load is what comes from grid, sun and batteries, less what goes to grid and batteries."""
    await dashboard(hass, *BOARD)
    for name, energy in {"import": 500, "export": 100, "sun": 300, "out": 200, "in": 150}.items():
        record(hass, name, energy)
    await async_wait_recording_done(hass)
    sources = await async_sources(hass, {})
    assert sources.forecasts == ("roof",)
    hours = await async_hours(hass, sources, NOW - dt.timedelta(days=35), NOW)
    assert len(hours) == 14 * 24
    assert hours[40].load == pytest.approx(750)
    assert hours[40].pv == pytest.approx(300)


async def test_chosen_sensors_go_before(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """A sensor of the consumption is taken as it is; the dashboard still tells the sun."""
    await dashboard(hass, *BOARD)
    record(hass, "house", 640)
    record(hass, "sun", 300)
    await async_wait_recording_done(hass)
    sources = await async_sources(hass, {CONF_LOAD_SENSOR: "test:house"})
    hours = await async_hours(hass, sources, NOW - dt.timedelta(days=35), NOW)
    assert hours[40].load == pytest.approx(640)
    assert hours[40].pv == pytest.approx(300)


async def test_nothing_is_recorded(hass: HomeAssistant) -> None:
    """Without recorder and dashboard there is nothing, and no error."""
    sources = await async_sources(hass, {})
    assert sources == Sources()
    assert await async_hours(hass, sources, NOW - HOUR, NOW) == []
    assert await async_forecast_of_the_sun(hass, sources) == {}


def test_a_battery_that_came_later_and_a_hole() -> None:
    """Before its first record a meter counts nothing; a hole in it makes an hour unknown."""
    sources = of_dashboard(BOARD)
    changes = {
        "test:import": {0.0: 400.0, 3600.0: 500.0, 7200.0: 600.0, 10800.0: 700.0},
        "test:out": {3600.0: 100.0, 10800.0: 50.0},
    }
    assert [hour.load for hour in hours_of(sources, changes)] == [400.0, 600.0, None, 750.0]
    assert hours_of(sources, {"test:out": {0.0: 1.0}}) == []


class _Platform:
    """The energy platform of an integration that forecasts the sun."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def async_get_solar_forecast(self, _: HomeAssistant, __: str) -> Any:
        """Return a forecast, or fail."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            {
                "wh_hours": {
                    "2026-11-19T10:00:00+01:00": 800,
                    "2026-11-19T10:30:00+01:00": 150,
                    "2026-11-19T12:00:00": 999,
                    "noon": 1,
                }
            },
            {dt.datetime(2026, 11, 19, 9, tzinfo=dt.UTC): 950.0},
        ),
        (
            {
                "wh_hours": {
                    "2026-11-19T10:00:00+01:00": "much",
                    "2026-11-19T11:00:00+01:00": float("nan"),
                    "0001-01-01T00:00:00+14:00": 5,
                    "\ud800": 5,
                    7: 5,
                    "2026-11-19T12:00:00+01:00": 10**400,
                    "2026-11-19T13:00:00+01:00": 300,
                }
            },
            {dt.datetime(2026, 11, 19, 12, tzinfo=dt.UTC): 300.0},
        ),
        ({"wh": {}}, {}),
        ([5], {}),
        (None, {}),
        (RuntimeError("broken"), {}),
    ],
    ids=["halves of hours", "rubbish", "no hours", "a list", "nothing", "an error"],
)
async def test_a_forecast_of_the_sun(
    recorder_mock: Recorder, hass: HomeAssistant, answer: Any, expected: dict[dt.datetime, float]
) -> None:
    """What a forecast says is taken by the hour; what it can't say right is left out."""
    entry = MockConfigEntry(domain="roof", entry_id="roof")
    entry.add_to_hass(hass)
    hass.config.components.add("roof")
    mock_platform(hass, "roof.energy", _Platform(answer))
    await dashboard(hass, *BOARD)
    assert await async_forecast_of_the_sun(hass, of_dashboard(BOARD)) == expected


async def test_learnt_in_the_background_and_anew_when_asked(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Days of statistics become habits; until then the owner's own figure counts."""
    await dashboard(hass, grid())
    entry = MockConfigEntry(options={CONF_STRATEGY: "savings", CONF_DAILY_LOAD: 12})
    entry.add_to_hass(hass)
    told: list[int] = []
    learner = Learner(
        hass, entry, lambda: PARIS, lambda: plan_options(entry.options), lambda: told.append(1)
    )
    with patch.object(dt_util, "utcnow", return_value=NOW):
        assert learner.forecast(NOW, NOW + HOUR) is None
        await learner.async_learn()
        assert learner.habits is not None
        assert (learner.habits.days, learner.habits.work[3]) == (0, 500)
        record(hass, "import", 820)
        await async_wait_recording_done(hass)
        learner.async_follow_options()
        await hass.async_block_till_done(wait_background_tasks=True)
        # Nothing else was asked for: it waits for the hour.
        assert learner.habits.days == 0
        await learner.async_learn()
        await learner.async_learn()
    assert learner.habits.days == 13
    assert learner.habits.work[3] == pytest.approx(820)
    forecast = learner.forecast(NOW, NOW + dt.timedelta(hours=30))
    assert forecast is not None
    assert forecast.values[0].load == pytest.approx(820)
    assert len(told) == learner.revision == 2
    hass.config_entries.async_update_entry(entry, options={CONF_STRATEGY: "savings"})
    record(hass, "import", 900, days=15)
    await async_wait_recording_done(hass)
    with patch.object(dt_util, "utcnow", return_value=NOW):
        learner.async_follow_options()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert learner.revision == 3


async def test_kept_when_nothing_can_be_read(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """A restart goes on with what was learnt, and an hour without statistics forgets nothing."""
    await dashboard(hass, grid())
    record(hass, "import", 640)
    await async_wait_recording_done(hass)
    entry = MockConfigEntry(options={CONF_STRATEGY: "savings"})
    entry.add_to_hass(hass)

    def learner() -> Learner:
        return Learner(
            hass,
            entry,
            lambda: PARIS,
            lambda: plan_options(entry.options),
            lambda: None,
        )

    with patch.object(dt_util, "utcnow", return_value=NOW):
        first = learner()
        await first.async_load()
        assert first.habits is None
        await first.async_learn()
        await hass.async_block_till_done()
        async_fire_time_changed(hass, NOW + HOUR)
        await hass.async_block_till_done()
        second = learner()
        await second.async_load()
        assert second.habits == first.habits
        assert second.forecast(NOW, NOW + HOUR) is not None
        with patch("custom_components.marstek.plan.learning.async_hours", return_value=[]):
            await second.async_learn()
        assert second.habits == first.habits
        options = {**entry.options, CONF_LOAD_SENSOR: "test:nothing"}
        hass.config_entries.async_update_entry(entry, options=options)
        await second.async_learn()
    assert second.forecast(NOW, NOW + HOUR) is None


async def test_a_dull_day_is_known_the_same_evening(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Nothing came today: less is expected of tomorrow, and a restart does not forget it."""
    await dashboard(hass, *BOARD)
    for name in ("import", "export", "out", "in"):
        record(hass, name, 500)
    record(hass, "sun", 300, until_last=21)
    await async_wait_recording_done(hass)
    entry = MockConfigEntry(options={CONF_STRATEGY: "savings"})
    entry.add_to_hass(hass)
    tomorrow = NOW + dt.timedelta(hours=16)

    def learner() -> Learner:
        return Learner(
            hass, entry, lambda: PARIS, lambda: plan_options(entry.options), lambda: None
        )

    def noon(learner: Learner) -> float:
        forecast = learner.forecast(tomorrow, tomorrow + HOUR)
        assert forecast is not None
        return forecast.values[0].pv

    with patch.object(dt_util, "utcnow", return_value=NOW):
        first = learner()
        await first.async_load()
        await first.async_learn()
        assert 100 < noon(first) < 250
        await hass.async_block_till_done()
        async_fire_time_changed(hass, NOW + HOUR)
        await hass.async_block_till_done()
        second = learner()
        await second.async_load()
    assert noon(second) == noon(first)

"""Savings through days that are not like others: nothing is counted twice, and nothing jumps."""

import asyncio
import datetime as dt
from pathlib import Path

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.journal import JournalEntry
from custom_components.marstek.planner import Action, Reason
from custom_components.marstek.savings import DayMoney, Ledger, MoneyPeriod
from custom_components.marstek.tempo import Colour
from tests.plan.control.test_plan_added import added, ledger, metered
from tests.support.plan_home import PlanHome, at
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

DAY = dt.date(2026, 3, 9)


def seconds(home: PlanHome) -> float:
    """Return for how long savings are known."""
    return sum(line.seconds for line in ledger(home).days.values())


def total(home: PlanHome) -> float:
    """Return what was saved."""
    return ledger(home).saved(MoneyPeriod.TOTAL, home.now.date())


@at(2026, 3, 28, 23, 50)
async def test_the_night_in_which_clocks_go_forward() -> None:
    """The day has 23 hours, all of them known; its night is not counted an hour too long."""
    day = dt.date(2026, 3, 29)
    async with metered(500, soc=60, days={day: Colour.BLUE}) as home:
        await home.until(4)
        with uneventful():
            await home.until(12)
        line = ledger(home).day(day)
        assert line.seconds == pytest.approx(11 * 3600, abs=600)
        entity_id = er.async_get(home.hass).async_get_entity_id(
            "sensor", DOMAIN, "plan_saved_today"
        )
        state = home.hass.states.get(entity_id or "")
        assert state is not None
        assert state.attributes["known"] >= 98


@at(2026, 3, 9, 12)
async def test_a_clock_that_is_set_counts_nothing_twice() -> None:
    """Back and forward by hours: the time that is known is never more than the time that passed."""
    async with metered(500, soc=90) as home:
        began = asyncio.get_running_loop().time()
        await home.minutes(60)
        for hours in (-3, 2, 1):
            home.place.clock.offset += dt.timedelta(hours=hours)
            await home.minutes(60)
        passed = asyncio.get_running_loop().time() - began
        assert passed - 3600 < seconds(home) <= passed
        assert total(home) == pytest.approx(0.5 * seconds(home) / 3600 * 0.1654, rel=0.2)


@at(2026, 3, 9, 12)
async def test_a_battery_that_goes_and_comes() -> None:
    """Others go on, and what the plan added does not jump: the comparison begins anew."""
    async with metered(600, count=3, soc=80) as home:
        await home.minutes(60)
        entry = home.place.entry(home.batteries[0])
        for step in (home.hass.config_entries.async_unload, home.hass.config_entries.async_setup):
            before, known, share = total(home), seconds(home), added(home)
            assert await step(entry.entry_id)
            await home.minutes(60)
            assert seconds(home) - known == pytest.approx(3600, abs=900)
            assert 0 < total(home) - before < 0.6 * 0.1654 * 1.1
            assert added(home) == pytest.approx(share, abs=0.03)


@at(2026, 3, 9, 12)
async def test_a_restart_in_the_middle_of_a_span() -> None:
    """Costs the span that ran and the minutes until all is known again, and no money."""
    async with metered(500, soc=90) as home:
        await home.minutes(32)
        before, known = total(home), seconds(home)
        await home.restart()
        assert total(home) == pytest.approx(before, abs=0.001)
        assert seconds(home) == pytest.approx(known, abs=2)
        await home.minutes(30)
        assert 1190 < seconds(home) - known < 1800
        assert added(home) == pytest.approx(0, abs=0.01)


def a_season() -> Ledger:
    """Return a ledger of a year of metered days, each with all colours."""
    line = DayMoney(
        *(12.3456, 0.0, -1.2345, 86_400.0),
        dict.fromkeys(Colour, 12.3456),
        *(12_345.0, 12_345.0),
        plan=-1.2345,
        plan_seconds=86_400.0,
    )
    return Ledger({DAY - dt.timedelta(days=number): line for number in range(365)})


def steps_of_a_day(day: dt.date) -> list[JournalEntry]:
    """Return the steps of a day with a charge: what is held and served, with all that is noted."""
    start = dt.datetime.combine(day, dt.time(22, 0, 0, 123_456), dt.UTC)
    return [
        JournalEntry(start, start, action, reason, None, power, target, 12_345.0, 12_345.0, 100)
        for action, reason, power, target in (
            (Action.AUTO, Reason.PEAK_HOURS, 0, None),
            (Action.AUTO, Reason.START_GUARD, 0, None),
            (Action.CHARGE, Reason.RED_TOMORROW, 7500, 100),
            (Action.HOLD, Reason.TARGET_REACHED, 0, 100),
        )
    ]


@at(2026, 3, 9, 12)
async def test_a_season_is_small_on_disk() -> None:
    """Daily money and the steps of the plan stay under 300 kB, as Home Assistant writes them."""
    async with metered(500, count=1) as home:
        days = a_season()
        home.plan.savings.store.ledger = days
        home.plan.journal.journal.entries.extend(
            step for day in days.days for step in steps_of_a_day(day)
        )
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
        folder = Path(home.hass.config.config_dir) / ".storage"
        sizes = {
            suffix: (folder / f"{DOMAIN}.{home.entry.entry_id}{suffix}").stat().st_size
            for suffix in (".savings", ".journal")
        }
        assert min(sizes.values()) > 50_000
        assert sum(sizes.values()) < 300_000, sizes
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)
        assert len(ledger(home).days) == 365
        assert len(home.plan.journal.journal.entries) >= 4 * 365

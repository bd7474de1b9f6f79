"""Three weeks of March 2026 in three homes that are planned by what a stored kWh will save."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.marstek.const import CONF_HAS_PV, CONF_STRATEGY
from custom_components.marstek.plan.history import Sources
from custom_components.marstek.plan.options import Approach
from custom_components.marstek.planner.habits import Hour
from scripts.season_lib.season import Season, live
from simulator.household import PowerProfile, clear_sky, daily_load, net_load
from tests.support.plan_home import PARIS, at
from tests.support.seldom import looking_seldom

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.weeks]

FIRST: Final = date(2026, 3, 12)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class House:
    """A house as its batteries see it, shared evenly among them."""

    batteries: int
    load: float
    """Mean W of all."""
    pv: float = 0.0
    """Peak W of a clear day."""

    def profile(self, lot: Random) -> PowerProfile:
        """Return a battery's part of the house on a day that is like others, or a little not."""
        share = lot.uniform(0.85, 1.15) / self.batteries
        load, sun = daily_load(share * self.load), clear_sky(lot.uniform(0.3, 1.0) * self.pv)
        return net_load(load, lambda moment: sun(moment) / self.batteries)

    def hours(self, start: datetime, end: datetime) -> list[Hour]:
        """Return what the statistics of the house have recorded."""
        load, sun = daily_load(self.load), clear_sky(0.65 * self.pv)
        moment = start.replace(minute=0, second=0, microsecond=0)
        recorded: list[Hour] = []
        while moment < end:
            local = moment.astimezone(PARIS)
            recorded.append(Hour(moment, load(local), sun(local)))
            moment += _HOUR
        return recorded


FLAT: Final = House(batteries=1, load=290)
HEATED: Final = House(batteries=3, load=1500)
SUNNY: Final = House(batteries=2, load=700, pv=4000)


async def _lived(house: House, days: int, *, faulty: bool) -> Season:
    """Return what came of the days; what does nothing but look looks more seldom."""

    async def hours(_: HomeAssistant, __: Sources, start: datetime, end: datetime) -> list[Hour]:
        return house.hours(start, end)

    options: Mapping[str, Any] = {
        CONF_STRATEGY: Approach.SAVINGS,
        CONF_HAS_PV: house.pv > 0,
    }
    household: Callable[[Random], PowerProfile] = house.profile
    with looking_seldom(), patch("custom_components.marstek.plan.learning.async_hours", hours):
        season = Season()
        async for season in live(  # noqa: B007
            FIRST,
            days,
            house.batteries,
            faulty=faulty,
            options=options,
            household=household,
            has_fixed_targets=not house.pv,
        ):
            pass
    assert season.wrong == []
    assert season.days == days
    return season


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("house", "days", "red_mornings"),
    [
        pytest.param(FLAT, 4, 2, id="flat"),
        pytest.param(FLAT, 21, 13, id="flat, three weeks", marks=pytest.mark.long),
        pytest.param(HEATED, 21, 13, id="heated", marks=pytest.mark.long),
        pytest.param(SUNNY, 21, 13, id="sunny", marks=pytest.mark.long),
    ],
)
@at(2026, 3, 12, 12)
async def test_calm_weeks(house: House, days: int, red_mornings: int) -> None:
    """What was planned to be charged was, every red morning, with few writes."""
    season = await _lived(house, days, faulty=False)
    assert season.red_mornings == red_mornings
    assert season.uncharged == 0
    assert season.writes <= 12


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("days", "uncharged"), [(5, 2), pytest.param(10, 4, marks=pytest.mark.long)]
)
@at(2026, 3, 12, 12)
async def test_days_of_bad_luck(days: int, uncharged: int) -> None:
    """On a lossy network, with outages, restarts, hands and late colours, all that matters holds."""
    season = await _lived(SUNNY, days, faulty=True)
    assert season.uncharged <= uncharged

"""Three weeks of March 2026, with three red runs and the change of clocks in between."""

from datetime import date
from typing import Final

import pytest

from scripts.season_lib.season import Season, live
from tests.support.plan_home import at
from tests.support.seldom import looking_seldom

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.weeks]

FIRST: Final = date(2026, 3, 12)
DAYS: Final = 21
# Figures that the history of colours gives for these days.
RED_MORNINGS: Final = 13


async def _three_weeks(*, faulty: bool) -> Season:
    """Return what came of three weeks; what does nothing but look looks more seldom."""
    with looking_seldom():
        season = Season()
        async for season in live(FIRST, DAYS, 3, faulty=faulty):  # noqa: B007
            pass
    assert season.wrong == []
    assert season.days == DAYS
    assert season.red_mornings == RED_MORNINGS
    return season


@pytest.mark.long
@pytest.mark.timeout(400)
@at(2026, 3, 12, 12)
async def test_three_calm_weeks() -> None:
    """Every battery is charged on every red morning, with few writes, as was expected."""
    season = await _three_weeks(faulty=False)
    assert season.uncharged == 0
    assert season.writes <= 8
    assert len(season.charges) == RED_MORNINGS
    assert all(charge.is_as_expected for charge in season.charges)


@pytest.mark.timeout(400)
@at(2026, 3, 12, 12)
async def test_three_weeks_of_bad_luck() -> None:
    """On a lossy network, with outages, restarts, hands and late colours, all that matters holds."""
    season = await _three_weeks(faulty=True)
    assert len(season.fates) >= 6
    assert season.uncharged <= 3

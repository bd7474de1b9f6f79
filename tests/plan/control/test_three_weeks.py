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
RED_MORNINGS: Final = {8: 6, DAYS: 13}
"""What the history of colours gives for so many days."""


async def _lived(days: int = DAYS, *, faulty: bool) -> Season:
    """Return what came of some days; what does nothing but look looks more seldom."""
    with looking_seldom():
        season = Season()
        async for season in live(FIRST, days, 3, faulty=faulty):  # noqa: B007
            pass
    assert season.wrong == []
    assert season.days == days
    assert season.red_mornings == RED_MORNINGS[days]
    return season


@pytest.mark.long
@pytest.mark.timeout(400)
@at(2026, 3, 12, 12)
async def test_three_calm_weeks() -> None:
    """Every battery is charged on every red morning, with few writes, as was expected."""
    season = await _lived(faulty=False)
    assert season.uncharged == 0
    assert season.writes <= 8
    assert len(season.charges) == RED_MORNINGS[DAYS]
    assert all(charge.is_as_expected for charge in season.charges)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("days", "fates", "uncharged"), [(8, 5, 1), pytest.param(DAYS, 6, 3, marks=pytest.mark.long)]
)
@at(2026, 3, 12, 12)
async def test_weeks_of_bad_luck(days: int, fates: int, uncharged: int) -> None:
    """On a lossy network, with outages, restarts, hands and late colours, all that matters holds."""
    season = await _lived(days, faulty=True)
    assert len(season.fates) >= fates
    assert season.uncharged <= uncharged

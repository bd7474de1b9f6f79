"""What the ledger says of five days, three of them red, against bills by the true loads."""

from datetime import date

import pytest

from scripts.season_lib.money import TOLERANCE
from scripts.season_lib.season import Season, live
from tests.support.plan_home import at

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.weeks]


@pytest.mark.timeout(400)
@at(2026, 3, 12, 12)
async def test_the_ledger_is_right() -> None:
    """To a hundredth: by polls and a sensor it is what the meters of the backtest would bill."""
    season = Season()
    async for season in live(date(2026, 3, 12), 5, 1, faulty=False, has_money=True):  # noqa: B007
        pass
    assert season.wrong == []
    assert season.red_mornings >= 3
    assert season.saved > 2
    assert season.noted == pytest.approx(season.saved, rel=TOLERANCE)

"""Batteries that ought to be full once in some days are, by their own true state of charge."""

from datetime import date, timedelta

import pytest

from custom_components.marstek.const import CONF_FULL_EVERY
from scripts.season_lib.season import Season, live
from tests.support.plan_home import at

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.weeks, pytest.mark.long]


@pytest.mark.timeout(400)
@at(2025, 9, 12, 12)
async def test_full_every_other_day() -> None:
    """In blue weeks without sun nothing but the option charges; each stay at the top is one."""
    season = Season()
    options = {CONF_FULL_EVERY: 2}
    async for season in live(date(2025, 9, 12), 5, 1, faulty=False, options=options):  # noqa: B007
        pass
    assert season.wrong == []
    assert season.fulls == 2
    # The first night is one in which it was due already.
    assert season.longest_without < timedelta(days=3)

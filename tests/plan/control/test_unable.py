"""Batteries that can't do what is planned, and overrides that end by themselves."""

from dataclasses import replace

import pytest

from tests.support.home import specs_of
from tests.support.plan_home import at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


@at(2026, 3, 12, 21, 40)
async def test_a_battery_that_can_not_is_told_at_once_and_leaves_the_other_right() -> None:
    """A Venus E mini can't stand at 0 W or charge at a power: that is said once, not each minute."""
    good = specs_of("VenusE 3.0", 150, 1)[0]
    mini = replace(specs_of("VNSEM-0", 300, 2)[1], soc=50.0)
    async with plan_home(specs=[good, mini]) as home:
        home.excused |= {mini.ble_mac}
        await home.until(23)
        assert home.shown.is_problem
        assert home.shown.failing == {mini.ble_mac}
        assert home.modes()[0] == "Manual"
        told = [said.kind for said in home.said]
        assert told.count("partly_failed") == 1
        assert "failed" not in told


@at(2026, 3, 11, 20, 0)
async def test_an_override_that_ends_by_itself_is_told() -> None:
    """Who was told that the plan leaves a battery is told that it is back, at the next boundary."""
    async with plan_home() as home:
        battery = home.batteries[0]
        home.excused |= {battery.spec.ble_mac}
        await home.place.call(battery, "select", "mode", option="ai")
        # The plan looks anew just after the command.
        await home.minutes(1)
        assert [said.kind for said in home.said].count("override_started") == 1
        await home.until(22, 10)
        assert [said.kind for said in home.said].count("override_ended") == 1

"""The optimum of the backtest where it may discharge into the grid, in cases computed by hand."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.replay import FlatContract, Quarters
from custom_components.marstek.tempo import PARIS
from scripts.backtest_lib.home import END_VALUE, Home
from scripts.backtest_lib.optimum import least_bill, moves

_START = datetime(2025, 11, 3, 18, tzinfo=PARIS).astimezone(UTC)
# A battery that gives 1.25 kW for an hour loses 0.118921875 kWh; at 0.25 kW, 0.038296875 kWh.
_ENOUGH = 1.25 + 0.118921875
_AUTO_TAKES = 0.25 + 0.038296875


def _least(home: Home, load: list[float], pv: list[float], start: float = _ENOUGH) -> float:
    """Return the least bill of quarters at 20 ct, with so many kWh in the batteries at first."""
    hours = tuple(18 + number / 4 for number in range(len(load)))
    quarters = Quarters(start=_START, hours=hours, load=tuple(load), pv=tuple(pv))
    contract = FlatContract(quarters, 0.2, home.feed_in)
    return least_bill(home, quarters, contract, range(len(load)), start)


@pytest.mark.parametrize(
    ("sale_power", "feed_in", "due"),
    [
        (2500, 0.18, -0.18),
        (1250, 0.18, -0.18),
        (0, 0.18, -END_VALUE * (_ENOUGH - _AUTO_TAKES)),
        (2500, 0.04, -END_VALUE * (_ENOUGH - _AUTO_TAKES)),
    ],
)
def test_an_hour_by_hand(sale_power: int, feed_in: float, due: float) -> None:
    """Of 1.25 kWh the house takes a quarter, and 1 kWh is sold: only if asked, and where it pays."""
    home = Home(feed_in=feed_in, sale_power=sale_power)
    assert _least(home, [0.25] * 4, [0.0] * 4) == pytest.approx(due, abs=1e-6)


def test_the_connection_bounds_what_is_sold() -> None:
    """With the sun it is 95 % of the subscribed power at most; AUTO serves what is less than the load."""
    home = Home(batteries=3, subscribed=3000, sale_power=7500)

    def sold(net: float, home: Home = home) -> list[float]:
        """Return the kW that are fed in by moves of the batteries."""
        powers = (-4 * drawn - net for _, drawn in moves(home, net, may_charge=False))
        return sorted(round(power, 2) for power in powers if power > max(0.01, -net))

    assert sold(0.0) == [1.23, 2.49]
    assert sold(-1.0) == [2.23]
    assert sold(1.3) == [1.19, 2.45]
    assert sold(0.0, replace(home, sale_power=800)) == [0.78]
    assert sold(0.0, replace(home, sale_power=0)) == []


@given(
    st.lists(st.floats(0, 3), min_size=8, max_size=8),
    st.lists(st.floats(0, 3), min_size=8, max_size=8),
    st.floats(0, 0.5),
    st.floats(0, 4.5),
)
@settings(max_examples=20, deadline=None)
def test_to_be_able_to_sell_costs_nothing(
    load: list[float], pv: list[float], feed_in: float, start: float
) -> None:
    """But for the steps in which the optimum counts what is stored."""
    home = Home(feed_in=feed_in)
    least = _least(home, load, pv, start)
    assert _least(replace(home, sale_power=2500), load, pv, start) <= least + 0.005

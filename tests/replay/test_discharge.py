"""Batteries of a replay that discharge into the grid: what they give, keep and lose, and the bill."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import Action, Context, Reason, Step, Timeline
from custom_components.marstek.replay import (
    QUARTER_HOURS,
    FlatContract,
    PackLimits,
    Quarters,
    Replay,
    ReplayHome,
    ReplayStrategy,
    SimulatedBatteries,
    run,
    taken_for,
)
from custom_components.marstek.tempo import PARIS
from tests.support.examples import thorough

_START = datetime(2025, 11, 3, 18, tzinfo=PARIS).astimezone(UTC)
_PACK = PackLimits()
_USABLE = _PACK.usable
_batteries = st.lists(
    st.tuples(st.floats(0, _USABLE), st.floats(0, 2.5), st.floats(0, _USABLE)),
    min_size=1,
    max_size=4,
)


@thorough
@given(_batteries)
def test_energy_is_conserved(batteries: list[tuple[float, float, float]]) -> None:
    """None gives more than its power or goes below its floor; the loss is that of the time it gave."""
    before, powers, floors = (list(each) for each in zip(*batteries, strict=True))
    packs = SimulatedBatteries([_PACK] * len(batteries), before)
    drawn = packs.discharge(powers, floors)
    taken, given_most, lost = 0.0, 0.0, 0.0
    for old, new, power, floor in zip(before, packs.stored, powers, floors, strict=True):
        assert min(old, floor) - 1e-9 <= new <= old
        share = (old - new) / (taken_for(power) * QUARTER_HOURS)
        assert 0 <= share <= 1 + 1e-9
        taken += old - new
        given_most += power * QUARTER_HOURS
        loss = share * (taken_for(power) - power) + (1 - share) * _PACK.standby
        lost += loss * QUARTER_HOURS
    assert -drawn <= given_most + 1e-9
    assert taken + drawn == pytest.approx(lost)
    assert packs.served == pytest.approx(taken)
    assert packs.bought == 0


def test_one_by_hand() -> None:
    """At 1 kW a battery loses 96.75 W: in a quarter of an hour 0.2741875 kWh leave its cells."""
    packs = SimulatedBatteries([_PACK] * 3, [2.0, 1.0, 2.0])
    drawn = packs.discharge([1.0, 1.0, 0.0], [0.0, 1.0, 0.0])
    assert packs.stored == pytest.approx([2.0 - 0.2741875, 1.0, 2.0])
    assert drawn == pytest.approx(-0.25 + 2 * 0.008 * 0.25)


def test_the_bill_of_a_step_that_sells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house is served first, the rest is paid as fed in; one battery is at its floor and holds."""
    floor = _PACK.soc(_USABLE / 2 - 0.2741875)
    small = PackLimits(2.56)
    step = Step(
        _START,
        _START + timedelta(hours=1),
        Action.DISCHARGE,
        Reason.LATER_WORTH_MORE,
        floor=floor,
        battery_power=1000,
    )
    day = step.end + timedelta(days=1)
    rest = Step(step.end, day, Action.HOLD, Reason.LATER_WORTH_MORE)

    def planned(_: Context) -> Timeline:
        return Timeline((step, rest))

    monkeypatch.setattr(run, "plan_optimised", planned)
    quarters = Quarters(start=_START, hours=(18.0, 18.25, 18.5), load=(0.3,) * 3, pv=(0.0,) * 3)
    contract = FlatContract(quarters, 0.2, feed_in=0.1)
    home = ReplayHome((_PACK, small), PARIS, 7200.0, end_value=0.0)
    replay = Replay(home, quarters, contract, ReplayStrategy.OPTIMISED)
    low = small.stored(floor)
    replay.batteries.stored[1] = low
    replay.advance(range(1))
    given_away = 0.25 - 0.008 * QUARTER_HOURS - 0.3 * QUARTER_HOURS
    assert replay.exported == pytest.approx(given_away)
    assert replay.cost == pytest.approx(-0.1 * given_away)
    replay.advance(range(1, 3))
    assert replay.batteries.stored == pytest.approx([_USABLE / 2 - 0.2741875, low])
    assert replay.exported == pytest.approx(given_away)
    assert replay.imported == pytest.approx(2 * (0.3 + 0.016) * QUARTER_HOURS)

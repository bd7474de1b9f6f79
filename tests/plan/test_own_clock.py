"""Home Assistant's own clock, held against what servers say."""

import datetime as dt

from hypothesis import given, strategies as st

from custom_components.marstek.plan.own_clock import OwnClock

START = dt.datetime(2026, 3, 12, 21, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class _Time:
    """True time, and a wall clock that may be ahead of it."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.ahead = dt.timedelta()
        self.clock = OwnClock(lambda: self.elapsed)

    @property
    def true(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.elapsed)

    def pass_(self, seconds: float) -> None:
        self.elapsed += seconds
        self.clock.look(self.true + self.ahead)

    def ask(self) -> None:
        self.clock.compare(self.true + self.ahead, self.true)


def test_nothing_is_known_at_first() -> None:
    """A clock that nobody has checked is neither right nor wrong."""
    time = _Time()
    time.pass_(60)
    assert (time.clock.is_proven, time.clock.is_wrong, time.clock.is_settling) == (False,) * 3
    assert time.clock.ahead is None
    assert time.clock.corrected(START) == START


def test_a_check_lasts_two_days() -> None:
    """Then it says nothing any more."""
    time = _Time()
    time.ask()
    assert time.clock.is_proven
    proven = []
    for hours in (47, 2):
        time.pass_(hours * 3600)
        proven.append(time.clock.is_proven)
    assert proven == [True, False]
    assert not time.clock.is_wrong


@given(st.lists(st.tuples(st.floats(10, 7200), st.integers(-3000, 3000)), max_size=12))
def test_any_jumps(jumps: list[tuple[float, int]]) -> None:
    """What was once checked stays known through any jumps, taken back or not."""
    time = _Time()
    time.ask()
    for seconds, minutes in jumps:
        time.pass_(seconds)
        before = time.ahead
        time.ahead = minutes * MINUTE
        time.pass_(1)
        is_jump = abs(time.ahead - before) > MINUTE
        assert time.clock.is_settling or not is_jump
        wrong_by = abs(time.ahead)
        if time.clock.ahead is not None and abs(wrong_by - 2 * MINUTE) > 12 * MINUTE:
            assert time.clock.is_wrong is (wrong_by > 2 * MINUTE)
            assert abs(time.clock.corrected(time.true + time.ahead) - time.true) < 13 * MINUTE


def test_settling_ends() -> None:
    """A quarter of an hour after the last jump the clock is taken as it is."""
    time = _Time()
    time.pass_(60)
    time.ahead = dt.timedelta(days=1)
    time.pass_(60)
    assert time.clock.is_settling
    time.pass_(901)
    assert not time.clock.is_settling

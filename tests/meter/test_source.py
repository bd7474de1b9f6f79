"""Samples, their rhythm, sources of several parts, and a sign that is the wrong way round."""

from math import inf, nan

import pytest

from custom_components.marstek.meter.errors import ReadError
from custom_components.marstek.meter.http_source import power_in
from custom_components.marstek.meter.quality import Quality
from custom_components.marstek.meter.sample import GridSample, SampleLog
from custom_components.marstek.meter.source import SignCheck, SourceKind, SourceParts


@pytest.mark.parametrize(
    ("period", "young", "silent"), [(1.0, 3.0, 10.0), (10.0, 15.0, 20.0), (20.0, 30.0, 30.0)]
)
def test_ages_follow_the_rhythm(period: float, young: float, silent: float) -> None:
    """Slow meters get more time, and never more than 30 s."""
    log = SampleLog()
    for number in range(6):
        log.add(GridSample(1, 100 + period * number))
    last = 100 + period * 5
    assert log.is_young(last + young - 0.1)
    assert not log.is_young(last + young + 0.1)
    assert log.is_alive(last + silent - 0.1)
    assert not log.is_alive(last + silent + 0.1)


def test_what_is_no_sample() -> None:
    """Values that no house has, and moments that go back, are refused."""
    log = SampleLog()
    assert log.add(GridSample(1, 10))
    assert not any(log.add(GridSample(power, 11)) for power in (nan, inf, -inf, 1e9))
    assert not log.add(GridSample(2, 10))
    assert log.number == 1


def test_parts_count_together_within_a_second() -> None:
    """Import and export that were measured apart would give a power that never was."""
    pair = SourceParts(SourceKind.PAIR)
    assert pair.take(0, 0, 10) is None
    assert pair.take(1, 700, 10.5) == GridSample(-700, 10.5)
    assert pair.take(0, 900, 12) is None
    assert pair.take(1, 0, 12.4) == GridSample(900, 12.4)
    phases = SourceParts(SourceKind.PHASES, is_inverted=True)
    assert phases.take(0, 1, 1) is phases.take(1, 2, 1) is None
    assert phases.take(2, 3, 1) == GridSample(-6, 1)
    phases.drop(1)
    assert phases.take(2, 3, 1.5) is None


@pytest.mark.parametrize(("sign", "found"), [(1, True), (-1, False)])
def test_a_wrong_sign_is_found(sign: int, found: bool) -> None:
    """Moves of the grid in the direction of the batteries, and not those of noise."""
    check, grid, batteries, wrong = SignCheck(), 0.0, 0.0, False
    for step in (400, 30, -500, 600, 300):
        batteries += step
        grid += sign * step
        wrong = check.note(grid, batteries) or wrong
    assert wrong is found


def test_one_large_move_is_enough_after_a_minute() -> None:
    """A battery on a Shelly is at its limit before its power is read twice."""
    assert not SignCheck().note(0, 0, is_settled=True)
    check = SignCheck()
    check.note(-300, 0, is_settled=True)
    assert check.note(-2800, -2500, is_settled=True)
    check = SignCheck()
    check.note(-300, 0)
    assert not check.note(-2800, -2500)


def test_powers_in_replies() -> None:
    """A number, well-known names, levels with dots; nothing is guessed."""
    assert power_in("12.5") == 12.5
    assert power_in('{"time": 1, "active_power_w": -3}') == -3
    assert power_in('{"em:0": {"total_act_power": 7}}') == 7
    assert power_in('{"a": {"b": "8"}}', "a.b") == 8
    for text in ("", "{}", '{"power": "unavailable"}', '{"power": true}', "[1]"):
        with pytest.raises(ReadError):
            power_in(text)


def test_figures_are_unknown_rather_than_good() -> None:
    """Half of the span has to be covered."""
    quality = Quality()
    for second in range(40):
        quality.note_sample(100 if second % 20 < 10 else -100, second)
    assert quality.figures(3600, 40) is None
    minute = quality.figures(60, 40)
    assert minute is not None
    assert minute.rms == 100
    assert 250 < minute.crossings_per_hour < 300
    for second in range(10):
        quality.note_poll("a", 360, is_answered=True, now=second)
        quality.note_poll("b", -720, is_answered=second % 2 == 0, now=second)
    assert quality.exchanged_wh == pytest.approx(0.9)
    assert quality.answered_share(10) == 0.75

"""The forecast of colours, held against its rules and against twelve real seasons."""

from datetime import date
from pathlib import Path

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.tempo import (
    Colour,
    Quotas,
    Season,
    brier_score,
    days_left,
    forecast,
    is_lawful,
    likeliest,
    season_of,
)
from custom_components.marstek.tempo.colour_forecast import WEIGHTS
from scripts.backtest_lib.world import SEASONS
from scripts.odds_lib.fitting import fit
from scripts.odds_lib.scoring import HORIZONS, Scores, by_month, by_own_odds, score_all
from tests.tempo.history import DAY, HISTORY

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
_FACTS = Path(__file__).parents[2] / "docs" / "tempo-facts.md"
_DAYS = sorted(HISTORY)


def _week_after(today: date) -> list[date]:
    return [today + ahead * DAY for ahead in HORIZONS]


def _until(today: date, *, without: frozenset[int] = frozenset()) -> dict[date, Colour]:
    """Return the real colours up to tomorrow, without the days of some ages."""
    season = season_of(today)
    days = (today + (1 - age) * DAY for age in range((today - season.previous.first).days))
    unknown = {today + (1 - age) * DAY for age in without}
    return {day: HISTORY[day] for day in days if day in HISTORY and day not in unknown}


@settings(max_examples=60, deadline=None)
@given(
    today=st.sampled_from(_DAYS[:-9]),
    without=st.frozensets(st.integers(0, 12), max_size=4),
    red=st.integers(0, 25),
    white=st.integers(0, 60),
)
def test_odds_add_up_and_keep_the_rules(
    today: date, without: frozenset[int], red: int, white: int
) -> None:
    """They add up to 1, and neither the calendar nor the stock is ever broken."""
    known, quotas = _until(today, without=without), Quotas(red, white)
    found = forecast(_week_after(today), known, quotas)
    assert list(found) == _week_after(today)
    for day, chances in found.items():
        assert sum(chances.values()) == pytest.approx(1)
        assert min(chances.values()) >= 0
        for colour in (WHITE, RED):
            left = days_left(colour, season_of(day), known, quotas)
            if not is_lawful(colour, day) or left == 0:
                assert chances.get(colour, 0.0) == 0
    for season in {season_of(day) for day in found}:
        for colour in (WHITE, RED):
            expected = sum(
                chances.get(colour, 0.0) for day, chances in found.items() if day in season
            )
            assert expected <= days_left(colour, season, known, quotas) + 1e-9


@given(today=st.dates(date(2026, 3, 21), date(2026, 3, 29)), extra=st.integers(0, 3))
def test_red_days_that_must_be_used_up_are(today: date, extra: int) -> None:
    """With as many red days left as days that can be red, each of these is red."""
    week = _week_after(today)
    lawful = [
        day for day in HISTORY if today + DAY < day <= date(2026, 3, 31) and is_lawful(RED, day)
    ]
    known = {today - back * DAY: BLUE for back in range(-1, 3)}
    found = forecast(week, known, Quotas(red=len(lawful) + extra))
    for day in week:
        assert found[day][RED] == pytest.approx(float(day in lawful))


def test_the_rest_of_the_stock_falls_on_the_last_days() -> None:
    """One red day left and two days for it: the chances of these add up to one."""
    known = {date(2026, 3, 25) + number * DAY: BLUE for number in range(3)}
    found = forecast([date(2026, 3, 28) + n * DAY for n in range(8)], known, Quotas(red=1, white=0))
    assert found[date(2026, 3, 30)][RED] + found[date(2026, 3, 31)][RED] == pytest.approx(1)


def test_the_last_white_days_of_a_season() -> None:
    """White days that fill the last weekdays of August are white, and September begins anew."""
    known = {date(2026, 8, 23) + number * DAY: BLUE for number in range(3)}
    week = [date(2026, 8, 26) + number * DAY for number in range(8)]
    found = forecast(week, known, Quotas(red=0, white=5))
    assert [likeliest(found[day]) for day in week[:6]] == [WHITE] * 4 + [BLUE, WHITE]
    assert found[date(2026, 8, 31)][WHITE] == pytest.approx(1)
    assert likeliest(found[date(2026, 9, 1)]) is BLUE


def test_red_days_call_for_red_days() -> None:
    """After red days, also across a Sunday, red is likelier than after blue ones."""
    monday = date(2026, 1, 12)
    after = {
        colour: forecast(
            [monday],
            {monday - back * DAY: colour if back > 2 else BLUE for back in range(1, 9)},
            Quotas(),
        )[monday][RED]
        for colour in (BLUE, RED)
    }
    assert after[RED] > after[BLUE]


def test_a_day_that_is_known_is_certain() -> None:
    """Whatever was likely before."""
    day = date(2026, 1, 12)
    assert forecast([day], {day: WHITE}, Quotas())[day][WHITE] == 1


def test_a_forecast_is_for_some_days_in_a_row() -> None:
    """Neither with gaps nor longer than what the last days are counted for."""
    day = date(2026, 1, 12)
    assert forecast([], {}, Quotas()) == {}
    with pytest.raises(ValueError, match="in a row"):
        forecast([day, day + 2 * DAY], {}, Quotas())
    with pytest.raises(ValueError, match="at most 8"):
        forecast([day + n * DAY for n in range(9)], {}, Quotas())


def test_the_score_of_a_forecast() -> None:
    """Sure and right is 0, sure and wrong 2."""
    assert brier_score({RED: 1.0}, RED) == 0
    assert brier_score({RED: 1.0}, BLUE) == 2
    assert brier_score({BLUE: 0.5, RED: 0.5}, RED) == pytest.approx(0.5)
    assert likeliest({BLUE: 0.4, WHITE: 0.4, RED: 0.2}) is BLUE


def test_the_weights_are_those_of_the_real_days() -> None:
    """To the hundredth to which they are rounded."""
    fitted = fit(HISTORY, SEASONS)
    assert WEIGHTS.red == pytest.approx(fitted.red, abs=0.0051)
    assert WEIGHTS.white == pytest.approx(fitted.white, abs=0.0051)


def _of_the_docs(name: str) -> list[str]:
    """Return the cells of a row of docs/tempo-facts.md section 3."""
    rows = (line.strip("| \n").split(" | ") for line in _FACTS.read_text("utf-8").splitlines())
    return next(cells[1:] for cells in rows if cells[0] == name)


def _in_digits(scores: Scores) -> tuple[list[str], list[str]]:
    return (
        [f"{scores.brier[ahead]:.3f}" for ahead in HORIZONS],
        [f"{scores.hits[ahead]:.1%}".replace("%", " %") for ahead in HORIZONS],
    )


@pytest.mark.exhaustive
def test_the_scores_of_the_docs() -> None:
    """Those of docs/tempo-facts.md section 3, each season judged by the others."""
    month, own = (score_all(HISTORY, make) for make in (by_month, by_own_odds))
    assert _of_the_docs("climatology by month") == _in_digits(month)[0]
    assert _of_the_docs("own odds") == _in_digits(own)[0]
    assert _of_the_docs("own odds: likeliest colour right") == _in_digits(own)[1]
    assert all(own.brier[ahead] < month.brier[ahead] for ahead in HORIZONS)


def test_one_season_is_better_than_the_month() -> None:
    """A season that no weights have seen, at each number of days ahead."""
    judged = [Season(2024)]
    month, own = (score_all(HISTORY, make, judged) for make in (by_month, by_own_odds))
    assert all(own.brier[ahead] < month.brier[ahead] for ahead in HORIZONS)

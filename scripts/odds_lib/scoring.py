"""Brier scores of forecasts, each season judged by weights that never saw it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from custom_components.marstek.tempo import (
    Colour,
    Odds,
    Quotas,
    Season,
    brier_score,
    likeliest,
    odds,
)
from custom_components.marstek.tempo.colour_forecast import forecast
from scripts.backtest_lib.world import SEASONS

from .fitting import fit

HORIZONS: Final = range(2, 10)
"""Days ahead, of which the first is the day after tomorrow."""
_DAY: Final = timedelta(days=1)

type History = Mapping[date, Colour]
type Forecaster = Callable[[Sequence[date], History], Mapping[date, Odds]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the days of one or more seasons, by days ahead."""

    days: int
    brier: Mapping[int, float]
    """0 for a forecast that is always sure and right, 2 for one that is always sure and wrong."""
    hits: Mapping[int, float]
    """Share of days whose likeliest colour was right, 0..1."""


def by_month(history: History, judged: Season) -> Forecaster:
    """Return a forecaster that knows the shares of colours by month, of all other seasons."""
    counts: dict[int, Counter[Colour]] = {month: Counter() for month in range(1, 13)}
    for season in SEASONS:
        if season != judged:
            for day in season.dates:
                counts[day.month][history[day]] += 1
    shares: dict[int, Odds] = {
        month: {colour: count[colour] / count.total() for colour in Colour}
        for month, count in counts.items()
    }
    return lambda days, _: {day: shares[day.month] for day in days}


def by_day_before(_: History, __: Season) -> Forecaster:
    """Return a forecaster that goes by the planner's tables, which know all seasons."""

    def foretell(days: Sequence[date], known: History) -> Mapping[date, Odds]:
        return {day: odds(day, known, Quotas()) for day in days}

    return foretell


def by_own_odds(history: History, judged: Season) -> Forecaster:
    """Return the forecast of the integration, with weights of all other seasons."""
    weights = fit(history, (season for season in SEASONS if season != judged))
    return lambda days, known: forecast(days, known, Quotas(), weights)


def score(
    history: History, make: Callable[[History, Season], Forecaster], judged: Season
) -> Scores:
    """Score a season: each day's forecast by what is known once tomorrow is announced."""
    foretell = make(history, judged)
    known = {day: colour for day, colour in history.items() if day in judged.previous}
    brier = dict.fromkeys(HORIZONS, 0.0)
    hits = dict.fromkeys(HORIZONS, 0)
    count = len(judged.dates)
    for today in judged.dates:
        known[today] = history[today]
        known[today + _DAY] = history[today + _DAY]
        days = [today + ahead * _DAY for ahead in HORIZONS]
        found = foretell(days, known)
        for ahead, day in zip(HORIZONS, days, strict=True):
            brier[ahead] += brier_score(found[day], history[day])
            hits[ahead] += likeliest(found[day]) is history[day]
    return Scores(
        count,
        {ahead: brier[ahead] / count for ahead in HORIZONS},
        {ahead: hits[ahead] / count for ahead in HORIZONS},
    )


def score_all(
    history: History,
    make: Callable[[History, Season], Forecaster],
    seasons: Iterable[Season] = SEASONS,
) -> Scores:
    """Score seasons, each day counting the same."""
    parts = [score(history, make, season) for season in seasons]
    days = sum(part.days for part in parts)

    def mean(values: Callable[[Scores], Mapping[int, float]]) -> Mapping[int, float]:
        return {
            ahead: sum(values(part)[ahead] * part.days for part in parts) / days
            for ahead in HORIZONS
        }

    return Scores(days, mean(lambda part: part.brier), mean(lambda part: part.hits))

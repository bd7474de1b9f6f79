"""Logistic regression of red and white days on what was known before them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from custom_components.marstek.tempo import Colour, Quotas, Season, is_lawful
from custom_components.marstek.tempo.colour_forecast import RECENT_DAYS, Past, Weights, features

_DAY: Final = timedelta(days=1)
_SUNDAY: Final = 6
# Keeps weights of what was rare from growing without bound.
_RIDGE: Final = 0.3
_ROUNDS: Final = 40
_CLOSE: Final = 1e-9


def fit(history: Mapping[date, Colour], seasons: Iterable[Season]) -> Weights:
    """Return the weights that suit the days of some seasons best.

    A red day is one choice among the days that could be red; a white one is a second, among those
    that could be white and were not red. That is also how RTE decides.
    """
    rows: dict[Colour, list[tuple[float, ...]]] = {Colour.RED: [], Colour.WHITE: []}
    hits: dict[Colour, list[bool]] = {Colour.RED: [], Colour.WHITE: []}
    for season in seasons:
        left = {colour: Quotas().of(colour, season) for colour in Colour}
        for day in season.dates:
            own = history[day]
            past = _past(history, day, left)
            for colour in (Colour.RED, Colour.WHITE):
                is_open = colour is Colour.RED or own is not Colour.RED
                if is_open and left[colour] > 0 and is_lawful(colour, day):
                    rows[colour].append(features(colour, day, past))
                    hits[colour].append(own is colour)
            left[own] -= 1
    return Weights(_regress(rows, hits, Colour.RED), _regress(rows, hits, Colour.WHITE))


def _past(history: Mapping[date, Colour], day: date, left: Mapping[Colour, int]) -> Past:
    recent = [history.get(day - back * _DAY, Colour.BLUE) for back in range(1, RECENT_DAYS + 1)]
    before = recent[1] if (day - _DAY).weekday() == _SUNDAY else recent[0]
    whites, reds = recent.count(Colour.WHITE), recent.count(Colour.RED)
    return Past(before, whites, reds, max(0, left[Colour.WHITE]), max(0, left[Colour.RED]))


def _regress(
    rows: Mapping[Colour, list[tuple[float, ...]]],
    hits: Mapping[Colour, list[bool]],
    colour: Colour,
) -> tuple[float, ...]:
    """Return the weights of greatest likelihood, with a ridge, by Newton's method."""
    x: Any = np.array(rows[colour])
    y: Any = np.array(hits[colour], dtype=float)
    weights: Any = np.zeros(x.shape[1])
    ridge: Any = np.eye(x.shape[1]) * _RIDGE
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-(x @ weights)))
        slope = x.T @ (y - chance) - ridge @ weights
        step = np.linalg.solve((x * (chance * (1 - chance))[:, None]).T @ x + ridge, slope)
        weights += step
        if abs(step).max() < _CLOSE:
            break
    return tuple(float(weight) for weight in weights)

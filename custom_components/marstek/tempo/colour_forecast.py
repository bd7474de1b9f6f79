"""Probabilities of the colours of the days after tomorrow, by logistic regression.

`colour_odds` knows the month and the colour of the day before, which is enough for a night without
an announcement and serves the planner. Owners look a week ahead: there the season, the stock and
the colours of the last days matter more, and Sundays must not hide the Saturday before them.
The weights were fitted to the days of 2014 to 2026 by `scripts/colour-odds`, which also measures
how good they are (docs/tempo-facts.md 3).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from math import exp
from typing import Final, NamedTuple

from .calendar import Colour, Quotas, Season, days_left, is_lawful, season_of
from .colour_odds import Odds

RECENT_DAYS: Final = 10
"""How many days before a day its white and red ones are counted of."""
_DAYS_BACK: Final = 3
"""How many unknown days before the first one are walked through; unknown ones before count as blue.

With the eight days of a forecast no walk is longer than RECENT_DAYS + 1, so that the last day still
counts all that came on the way.
"""
_LONGEST: Final = RECENT_DAYS + 1 - _DAYS_BACK
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_SUNDAY: Final = 6
# Scales of the season: days from 1 September to the coldest ones, and of a step, so that all
# features are of the order of 1.
_MID_JANUARY: Final = 137
_STEP: Final = 60
_FULL_STOCK: Final = {Colour.RED: 22, Colour.WHITE: 43}
# exp() of more overflows.
_SUREST: Final = 50.0


class Past(NamedTuple):
    """What is known on the eve of a day, or assumed on one way there."""

    before: Colour
    """Colour of the last day that was no Sunday, which is always blue."""
    whites: int
    """White days of the last RECENT_DAYS."""
    reds: int
    whites_left: int
    """White days to come in the season, the day itself included."""
    reds_left: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the features, as `features` returns them."""

    red: tuple[float, ...]
    """Of the log odds that a day which can be red is red."""
    white: tuple[float, ...]
    """Of the log odds that a day which is not red, and can be white, is white."""


def features(colour: Colour, day: date, past: Past) -> tuple[float, ...]:
    """Return what the chance of red or white goes by: season, day of the week, last days, stock."""
    when = ((day - season_of(day).first).days - _MID_JANUARY) / _STEP
    left = past.reds_left if colour is Colour.RED else past.whites_left
    stock = left / _FULL_STOCK[colour]
    return (
        1.0,
        when,
        when * when,
        when * when * when / 10,
        float(day.weekday() == 0),
        float(day.weekday() == _SATURDAY),
        float(past.before is Colour.WHITE),
        float(past.before is Colour.RED),
        past.whites / RECENT_DAYS,
        past.reds / RECENT_DAYS,
        stock,
        stock * when,
    )


WEIGHTS: Final = Weights(
    red=(-3.86, 0.56, -0.52, 1.52, 1.85, 0.00, 1.81, 4.42, 0.94, 0.40, 0.60, 0.82),
    white=(-2.95, 1.61, -1.50, 4.32, 0.79, -1.77, 2.15, 3.52, 1.01, 0.37, 3.20, -1.02),
)


def forecast(
    days: Iterable[date],
    known: Mapping[date, Colour],
    quotas: Quotas,
    weights: Weights = WEIGHTS,
) -> dict[date, Odds]:
    """Return the probability of each colour, 0..1, for up to eight days in a row.

    A known day is certain. What the calendar or the stock forbids has no chance, and what must be
    used up on the days that are left has all of it.
    Raises ValueError for days that are not in a row, or for more of them.
    """
    wanted = list(days)
    if any(later - day != _DAY for day, later in pairwise(wanted)):
        raise ValueError("A forecast is for days in a row")
    if len(wanted) > _LONGEST:
        raise ValueError(f"A forecast has at most {_LONGEST} days")
    if not wanted:
        return {}
    return _Walk(wanted[0], known, quotas, weights).forecast(wanted)


class _Walk:
    """All ways through the days to come, merged where they have the same past."""

    def __init__(
        self, first: date, known: Mapping[date, Colour], quotas: Quotas, weights: Weights
    ) -> None:
        """Start at the first day that is not known."""
        self._known = known
        self._quotas = quotas
        self._weights = weights
        back = (first - back * _DAY for back in range(_DAYS_BACK, 0, -1))
        self._start = next((day for day in back if day not in known), first)

    def forecast(self, wanted: Sequence[date]) -> dict[date, Odds]:
        """Return the odds of some days."""
        day = self._start
        ways: dict[Past, float] = {self._past(day): 1.0}
        found: dict[date, Odds] = {}
        while day <= wanted[-1]:
            ways, found[day] = self._through(day, ways)
            day += _DAY
        return {day: found[day] for day in wanted}

    def _through(self, day: date, ways: Mapping[Past, float]) -> tuple[dict[Past, float], Odds]:
        """Return the ways after a day, and the odds of that day."""
        after: dict[Past, float] = defaultdict(float)
        sums = dict.fromkeys(Colour, 0.0)
        # The day that leaves the count before tomorrow; one on the way stays to the end.
        oldest = day - RECENT_DAYS * _DAY
        leaves = self._before(oldest) if oldest < self._start else Colour.BLUE
        own = self._known.get(day)
        for past, chance in ways.items():
            odds = {own: 1.0} if own else day_odds(day, past, self._weights)
            for colour, share in odds.items():
                if share > 0:
                    sums[colour] += chance * share
                    after[self._next(day, past, colour, leaves)] += chance * share
        return after, sums

    def _next(self, day: date, past: Past, colour: Colour, leaves: Colour) -> Past:
        """Return the past of the next day."""
        is_white, is_red = colour is Colour.WHITE, colour is Colour.RED
        is_new = day not in self._known  # Known days are not in the stock any more.
        white, red = past.whites_left - (is_white and is_new), past.reds_left - (is_red and is_new)
        if season_of(day) != season_of(day + _DAY):
            white, red = self._left(day + _DAY)
        return Past(
            past.before if day.weekday() == _SUNDAY else colour,
            past.whites + is_white - (leaves is Colour.WHITE),
            past.reds + is_red - (leaves is Colour.RED),
            white,
            red,
        )

    def _past(self, day: date) -> Past:
        """Return the past of the first day."""
        recent = [self._before(day - back * _DAY) for back in range(1, RECENT_DAYS + 1)]
        eve = day - _DAY
        before = self._before(eve - _DAY if eve.weekday() == _SUNDAY else eve)
        return Past(before, recent.count(Colour.WHITE), recent.count(Colour.RED), *self._left(day))

    def _before(self, day: date) -> Colour:
        return self._known.get(day, Colour.BLUE)

    def _left(self, day: date) -> tuple[int, int]:
        """Return the white and red days that the season of a day has left."""
        season = season_of(day)
        white, red = (
            days_left(colour, season, self._known, self._quotas)
            for colour in (Colour.WHITE, Colour.RED)
        )
        return white, red


def day_odds(day: date, past: Past, weights: Weights = WEIGHTS) -> Odds:
    """Return the probability of each colour, 0..1, of one day whose past is certain."""
    whites_to_come, reds_to_come = _lawful_days(day)
    red = white = 0.0
    if is_lawful(Colour.RED, day) and past.reds_left > 0:
        must = past.reds_left >= reds_to_come
        red = 1.0 if must else _chance(weights.red, features(Colour.RED, day, past))
    if is_lawful(Colour.WHITE, day) and past.whites_left > 0:
        must = past.whites_left + min(past.reds_left, reds_to_come) >= whites_to_come
        white = 1.0 if must else _chance(weights.white, features(Colour.WHITE, day, past))
        white *= 1.0 - red
    return {Colour.BLUE: 1.0 - red - white, Colour.WHITE: white, Colour.RED: red}


def _chance(weights: tuple[float, ...], values: tuple[float, ...]) -> float:
    """Return the probability whose log odds are the weighted sum of the values."""
    log_odds = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return 1.0 / (1.0 + exp(-max(-_SUREST, min(_SUREST, log_odds))))


def _lawful_days(day: date) -> tuple[int, int]:
    """Return how many days of a season from a day on can be white, and red, by the calendar."""
    season = season_of(day)
    return _lawful_days_left(season.first_year)[(day - season.first).days]


@lru_cache(maxsize=4)
def _lawful_days_left(first_year: int) -> tuple[tuple[int, int], ...]:
    """Return that for each day of a season."""
    left: list[tuple[int, int]] = []
    white = red = 0
    for day in reversed(Season(first_year).dates):
        white += is_lawful(Colour.WHITE, day)
        red += is_lawful(Colour.RED, day)
        left.append((white, red))
    return tuple(reversed(left))

"""A day of a household, second by second, made of its appliances, for followers of a meter.

Each appliance is a short recipe: when it begins, and its power in W over time. What differs from day to day
(lengths, pauses, clouds) comes from one seed, so that a day is the same each time. There are no
measurements of a real household in it: the powers and cycles are those of usual appliances.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate, chain, repeat
from math import cos, pi
from random import Random
from typing import Final

SECONDS: Final = 86_400
_ROOF: Final = 1500.0
"""W that the roof gives at noon under a clear sky."""
_NOON: Final = 13.5
_HALF_DAY: Final = 6.5

type Span = tuple[float, float]
"""Power in W and how many seconds it lasts."""
type Recipe = Callable[[Random], Iterator[Span]]


def _kettle(lot: Random) -> Iterator[Span]:
    yield 2000.0, lot.uniform(110, 200)


def _coffee(lot: Random) -> Iterator[Span]:
    yield 1400.0, 45.0
    for _ in range(6):
        yield 5.0, lot.uniform(15, 30)
        yield 1400.0, lot.uniform(4, 9)


def _microwave(lot: Random) -> Iterator[Span]:
    for _ in range(lot.randint(2, 5)):
        yield 1250.0, 22.0
        yield 60.0, 8.0


def _vacuum(lot: Random) -> Iterator[Span]:
    for _ in range(8):
        yield 750.0, lot.uniform(40, 120)
        yield 0.0, lot.uniform(5, 20)


def _washing(lot: Random) -> Iterator[Span]:
    """Heat water, turn the drum to and fro, and spin."""
    yield 60.0, 150.0
    yield 2050.0, lot.uniform(600, 840)
    for _ in range(150):
        yield lot.uniform(180, 320), 12.0
        yield 15.0, 5.0
    for _ in range(3):
        yield 40.0, 90.0
        yield from ((120.0 + 35.0 * step, 4.0) for step in range(12))
        yield 480.0, lot.uniform(60, 150)


def _dishwasher(lot: Random) -> Iterator[Span]:
    yield 70.0, 240.0
    yield 1900.0, lot.uniform(700, 900)
    yield 75.0, 1500.0
    yield 1900.0, lot.uniform(500, 700)
    yield 20.0, 900.0


def _oven(lot: Random) -> Iterator[Span]:
    """Heat up, then hold the temperature by switching on and off."""
    yield 2300.0, lot.uniform(420, 540)
    for _ in range(26):
        yield 60.0, lot.uniform(45, 75)
        yield 2300.0, lot.uniform(22, 38)


def _hob(lot: Random) -> Iterator[Span]:
    """Cook by induction: full power first, then pulses."""
    yield 1800.0, lot.uniform(150, 240)
    for _ in range(80):
        yield 900.0, lot.uniform(5, 8)
        yield 0.0, lot.uniform(6, 9)


def _cooling(power: float, on: float, off: float) -> Recipe:
    """Return the recipe of a compressor that switches on and off all day, with its start current."""

    def recipe(lot: Random) -> Iterator[Span]:
        yield 0.0, lot.uniform(0, off)
        while True:
            yield 6 * power, 1.0
            yield power, on * lot.uniform(0.8, 1.2)
            yield 2.0, off * lot.uniform(0.8, 1.2)

    return recipe


def _steady(power: float, hours: float) -> Recipe:
    return lambda _: iter([(power, 3600 * hours)])


_DAY: Final[tuple[tuple[float, Recipe], ...]] = (
    (0.0, _steady(95.0, 24.0)),
    (0.0, _cooling(85.0, 1000.0, 1900.0)),
    (0.0, _cooling(60.0, 1300.0, 1500.0)),
    (6.7, _steady(140.0, 1.3)),
    (6.9, _kettle),
    (7.1, _coffee),
    (7.6, _kettle),
    (8.5, _steady(120.0, 9.0)),
    (9.4, _washing),
    (10.1, _coffee),
    (11.0, _vacuum),
    (12.4, _microwave),
    (12.5, _hob),
    (13.2, _kettle),
    (14.6, _washing),
    (16.0, _kettle),
    (17.5, _steady(220.0, 5.5)),
    (18.2, _oven),
    (18.5, _hob),
    (18.9, _microwave),
    (20.1, _dishwasher),
    (20.6, _kettle),
    (21.8, _microwave),
)
"""Hour at which an appliance begins, and its recipe."""


def household_day(seed: int = 1) -> list[float]:
    """Return a day's power of a house without batteries in W, + = import, one value a second."""
    lot = Random(seed)
    power = [0.0] * SECONDS
    for hour, recipe in _DAY:
        start = int(3600 * hour)
        for second, watts in zip(range(start, SECONDS), _seconds(recipe(lot)), strict=False):
            power[second] += watts
    clouds = _clouds(lot)
    return [
        max(watts + lot.gauss(0, 2), 20.0) - clouds[second] * _roof(second / 3600)
        for second, watts in enumerate(power)
    ]


def _seconds(spans: Iterator[Span]) -> Iterator[float]:
    """Yield the power of each second."""
    return chain.from_iterable(repeat(power, max(1, round(seconds))) for power, seconds in spans)


def _roof(hour: float) -> float:
    """Return the power of the roof under a clear sky, in W."""
    away = abs(hour - _NOON)
    return _ROOF * cos(pi / 2 * away / _HALF_DAY) ** 1.3 if away < _HALF_DAY else 0.0


def _clouds(lot: Random) -> list[float]:
    """Return the part of the sun that gets through in each second, 0..1: clouds from 11 to 16 h."""
    goals = list[float]()
    while len(goals) < SECONDS:
        is_cloudy = 11 * 3600 <= len(goals) < 16 * 3600
        goals += [1.0] * round(lot.uniform(90, 600))
        goals += [lot.uniform(0.25, 0.6) if is_cloudy else 1.0] * round(lot.uniform(30, 240))
    smooth = accumulate(goals, lambda before, goal: before + 0.12 * (goal - before))
    return list(smooth)[:SECONDS]

"""A season of a home in quarters of an hour: real colours, everything else made up from a seed."""

from collections.abc import Mapping
import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import cos, exp, pi, radians, sin
from pathlib import Path
from random import Random
from typing import Final

from custom_components.marstek.replay import QUARTER, Quarters
from custom_components.marstek.tempo import PARIS, Colour, Season, day_start, tempo_day

from .home import Heating, Home

SLOT: Final = QUARTER
SEASONS: Final = tuple(Season(year) for year in range(2014, 2026))
"""Those whose colours are all known."""

_HISTORY: Final = Path(__file__).parents[2] / "tests" / "data" / "tempo_history.csv"
_DAY: Final = timedelta(days=1)
_PV_YIELD: Final = 1100.0
_COLD_MONTHS: Final = frozenset({11, 12, 1, 2, 3})
# Degrees by which days of a colour differ in winter: they are chosen when it is cold.
_COLDER: Final[Mapping[Colour, float]] = {Colour.BLUE: 0.6, Colour.WHITE: -1.5, Colour.RED: -4.0}
# Shares of the yearly load: appliances, water heater, heating, car.
_SHARES: Final[Mapping[Heating, tuple[float, float, float]]] = {
    Heating.OTHER: (1.0, 0.0, 0.0),
    Heating.ELECTRIC: (0.33, 0.19, 0.48),
    Heating.HEAT_PUMP: (0.45, 0.12, 0.43),
}
_CAR: Final = 2400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots(Quarters):
    """Quarters of an hour of a made-up home, hours by the clock of Paris."""

    days: tuple[date, ...]
    """Of Tempo."""
    sky: tuple[float, ...]
    """What the sun would give without clouds, in no unit."""


@lru_cache(maxsize=1)
def colours() -> Mapping[date, Colour]:
    """Return the colours of all days that are known."""
    with _HISTORY.open(encoding="utf-8", newline="") as file:
        return {
            date.fromisoformat(row["date"]): Colour(row["colour"].lower())
            for row in csv.DictReader(file)
        }


def make(home: Home, season: Season) -> Slots:
    """Return a season of a home."""
    start = day_start(season.first).astimezone(UTC)
    count = round((day_start(season.next.first).astimezone(UTC) - start) / SLOT)
    local = [(start + n * SLOT).astimezone(PARIS) for n in range(count)]
    hours = [moment.hour + moment.minute / 60 for moment in local]
    tempo_days = [tempo_day(moment) for moment in local]
    warmth = _temperatures(season)
    load = _loads(home, Random(f"load {season.first_year}"), hours, tempo_days, warmth)
    sky = [_clear_sky(start + n * SLOT, day) for n, day in enumerate(tempo_days)]
    pv = _suns(home, Random(f"sun {season.first_year}"), sky, tempo_days)
    return Slots(
        start=start,
        hours=tuple(hours),
        days=tuple(tempo_days),
        load=tuple(load),
        pv=tuple(pv),
        sky=tuple(sky),
    )


def _temperatures(season: Season) -> Mapping[date, float]:
    """Return the mean temperature of each day in degrees."""
    random = Random(f"warmth {season.first_year}")
    made: dict[date, float] = {}
    weather = 0.0
    for day in season.dates:
        weather = 0.8 * weather + random.gauss(0, 1.8)
        around = 12 - 8 * cos(2 * pi * (day.timetuple().tm_yday - 20) / 365.25)
        own = colours().get(day, Colour.BLUE)
        colder = _COLDER[own] if day.month in _COLD_MONTHS else 0.0
        made[day] = around + weather + colder
    return made


def _loads(
    home: Home,
    random: Random,
    hours: list[float],
    days: list[date],
    warmth: Mapping[date, float],
) -> list[float]:
    """Return kW that sum up to what the home draws in a year."""
    car = min(_CAR, 0.5 * home.yearly_load) if home.has_car else 0.0
    rest = home.yearly_load - car
    parts = zip(
        (*(share * rest for share in _SHARES[home.heating]), car),
        (
            _appliances(random, hours, days),
            _water(random, hours, days),
            _heating(random, hours, days, warmth, is_pump=home.heating is Heating.HEAT_PUMP),
            _driving(random, hours, days),
        ),
        strict=True,
    )
    total = [0.0] * len(hours)
    for energy, shape in parts:
        if energy:
            factor = energy / (sum(shape) / 4)
            total = [before + factor * own for before, own in zip(total, shape, strict=True)]
    most = 0.97 * home.subscribed / 1000
    return [min(most, max(0.04, power)) for power in total]


def _bump(hour: float, middle: float, width: float) -> float:
    return exp(-0.5 * ((hour - middle) / width) ** 2)


def _appliances(random: Random, hours: list[float], days: list[date]) -> list[float]:
    """Return the shape of light, cooking and machines: a morning, a noon and a long evening."""
    made = []
    machine = 0.0
    left = 0
    for hour, day in zip(hours, days, strict=True):
        if day.weekday() >= 5:
            usual = 0.42 + 0.5 * _bump(hour, 9.5, 1.4) + 0.7 * _bump(hour, 12.8, 1.3)
        else:
            usual = 0.38 + 0.7 * _bump(hour, 7.4, 0.8) + 0.3 * _bump(hour, 12.7, 0.9)
        usual += 1.4 * _bump(hour, 19.8, 1.8)
        if left == 0 and 8 <= hour < 21 and random.random() < 0.02:
            machine, left = random.uniform(2, 5), random.randint(2, 4)
        made.append(usual * random.lognormvariate(-0.06, 0.35) + (machine if left else 0.0))
        left = max(0, left - 1)
    return made


def _water(random: Random, hours: list[float], days: list[date]) -> list[float]:
    """Return the shape of a water heater that starts at 22:30."""
    made = []
    length: dict[date, float] = {}
    for hour, day in zip(hours, days, strict=True):
        since = (hour - 22.5) % 24
        made.append(1.0 if since < length.setdefault(day, random.uniform(1.7, 3.0)) else 0.0)
    return made


def _heating(
    random: Random,
    hours: list[float],
    days: list[date],
    warmth: Mapping[date, float],
    *,
    is_pump: bool,
) -> list[float]:
    """Return the shape of heating below 16 degrees, less of it at night."""
    made = []
    for hour, day in zip(hours, days, strict=True):
        warm = warmth.get(day, 16.0)
        need = max(0.0, 16 - warm)
        if is_pump:
            need /= max(1.8, min(4.5, 2.6 + 0.09 * warm))
        at_night = hour >= 23 or hour < 5.5
        busy = hour < 9 or hour >= 17
        made.append(need * (0.7 if at_night else 1.2 if busy else 0.95) * random.uniform(0.7, 1.3))
    return made


def _driving(random: Random, hours: list[float], days: list[date]) -> list[float]:
    """Return the shape of a car that is charged in three nights of a week."""
    made = []
    length: dict[date, float] = {}
    for hour, day in zip(hours, days, strict=True):
        if day not in length:
            length[day] = random.uniform(2.5, 6) if random.random() < 3 / 7 else 0.0
        made.append(1.0 if (hour - 22.5) % 24 < length[day] else 0.0)
    return made


def _suns(home: Home, random: Random, sky: list[float], days: list[date]) -> list[float]:
    """Return kW of panels that look south at 30 degrees, under clouds that last for days."""
    if not home.pv_peak:
        return [0.0] * len(days)
    made = []
    cover: dict[date, float] = {}
    weather = flicker = 0.0
    for bright, day in zip(sky, days, strict=True):
        if day not in cover:
            weather = 0.5 * weather + random.gauss(0, 0.866)
            usual = 0.52 - 0.2 * cos(2 * pi * (day.timetuple().tm_yday - 10) / 365.25)
            cover[day] = min(1.0, max(0.06, usual + 0.24 * weather))
        flicker = 0.8 * flicker + random.gauss(0, 0.6)
        clear = cover[day]
        light = min(1.0, max(0.03, clear * (1 + 0.5 * (1 - clear) * flicker)))
        made.append(light * bright)
    factor = _PV_YIELD * home.pv_peak / (sum(made) / 4)
    return [factor * power for power in made]


def _clear_sky(moment: datetime, day: date) -> float:
    """Return the light on the panels under a clear sky, in no unit, at 47 north and 2.5 east."""
    hour = moment.hour + moment.minute / 60 + 0.125
    declination = radians(23.45) * sin(2 * pi * (284 + day.timetuple().tm_yday) / 365)
    angle = radians(15 * (hour + 2.5 / 15 - 12))

    def height(latitude: float) -> float:
        return sin(radians(latitude)) * sin(declination) + cos(radians(latitude)) * cos(
            declination
        ) * cos(angle)

    above = height(47)
    if above <= 0.02:
        return 0.0
    return float(max(0.0, height(47 - 30)) * 0.72 ** (above**-0.68) + 0.04 * above)

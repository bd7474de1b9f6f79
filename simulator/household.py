"""What surrounds a battery: the load of a house and the sun, as functions of local time."""

from collections.abc import Callable
from datetime import datetime
import math

type PowerProfile = Callable[[datetime], float]
"""Power in W, at least 0, at an aware local time."""

_HOURLY_LOAD = (
    *(0.55, 0.50, 0.48, 0.47, 0.48, 0.55, 0.90, 1.35, 1.20, 0.90, 0.85, 1.00),
    *(1.35, 1.15, 0.85, 0.80, 0.90, 1.20, 1.70, 2.00, 1.75, 1.35, 0.95, 0.72),
)  # fmt: skip
"""Load of each hour relative to the mean of the day."""


def constant(power: float) -> PowerProfile:
    """Return a profile that is always `power` W."""
    return lambda _: power


def daily_load(mean: float) -> PowerProfile:
    """Return a household's day around a mean in W, with morning, noon and evening peaks."""

    def load(moment: datetime) -> float:
        position = moment.hour + moment.minute / 60 + moment.second / 3600
        hour, share = int(position), position % 1
        level = _HOURLY_LOAD[hour] * (1 - share) + _HOURLY_LOAD[(hour + 1) % 24] * share
        ripple = 1 + 0.08 * math.sin(position * 41.0) + 0.04 * math.sin(position * 397.0)
        return mean * level * ripple

    return load


def clear_sky(peak: float) -> PowerProfile:
    """Return the PV power of a clear day with a peak in W, days longer in June."""

    def sun(moment: datetime) -> float:
        day = moment.timetuple().tm_yday
        half_day = 6.0 + 2.0 * math.sin(2 * math.pi * (day - 80) / 365)
        hour = moment.hour + moment.minute / 60 + moment.second / 3600
        height = math.cos(math.pi / 2 * (hour - 13.0) / half_day)
        return peak * height**1.3 if abs(hour - 13.0) < half_day else 0.0

    return sun


def net_load(load: PowerProfile, roof: PowerProfile) -> PowerProfile:
    """Return what a CT sees without the battery: load less roof PV, + = import."""
    return lambda moment: load(moment) - roof(moment)

"""Checked numbers, durations and moments from outside: actions, templates and number entities.

A template can give NaN, infinity or hundreds of digits. Python raises ValueError or OverflowError
for these deep inside, where nobody translates them.
"""

from collections.abc import Callable
import datetime as dt
import math
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .const import DOMAIN

# Beyond any power in W and any percentage.
_MOST: Final = 1e9
_LONGEST: Final = dt.timedelta(days=3660)


def number(value: Any) -> float:
    """Return a finite number; ServiceValidationError for anything else."""
    try:
        found: float = vol.Coerce(float)(value)
    except (vol.Invalid, OverflowError) as err:
        raise _refusal("not_a_number") from err
    if not math.isfinite(found) or abs(found) > _MOST:
        raise _refusal("not_a_number")
    return found


def is_whole(value: float, low: int, high: int) -> bool:
    """Tell whether a number, which a form gives as a float, is whole and within bounds.

    Selectors could check bounds too, but would tell in English only.
    """
    return low <= value <= high and value == int(value)


def is_day(value: object) -> bool:
    """Tell whether a value is a day as ISO text, 2026-12-31."""
    try:
        return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def rounded(value: Any) -> int:
    """Return the nearest whole number; ServiceValidationError for no finite number."""
    return round(number(value))


def whole(value: Any) -> int:
    """Return a whole number, which a form gives as a float; ServiceValidationError otherwise."""
    found = number(value)
    if found != int(found):
        raise _refusal("not_a_whole_number")
    return int(found)


def duration(value: Any) -> dt.timedelta:
    """Return a duration of at most ten years; ServiceValidationError for anything else."""
    try:
        found = cv.positive_timedelta(cv.time_period(value))
    except (vol.Invalid, OverflowError, ValueError) as err:
        raise _refusal("not_a_duration") from err
    if found > _LONGEST:
        raise _refusal("not_a_duration")
    return found


def moment(value: Any) -> dt.datetime:
    """Return a moment, without a time zone where none is given; ServiceValidationError otherwise."""
    return _parsed(cv.datetime, value, "not_a_moment")


def day(value: Any) -> dt.date:
    """Return a date; ServiceValidationError for anything else."""
    return _parsed(cv.date, value, "not_a_date")


def time(value: Any) -> dt.time:
    """Return a time of day without a zone; ServiceValidationError for anything else."""
    return _parsed(cv.time, value, "not_a_time")


def _parsed[T](parse: Callable[[Any], T], value: Any, key: str) -> T:
    """Return what `parse` makes of a value; a refusal with the text of `key` otherwise."""
    try:
        return parse(_printable(value))
    except (vol.Invalid, OverflowError, ValueError) as err:
        raise _refusal(key) from err


def _printable(value: Any) -> Any:
    """Return the value as it is; ValueError for a text with other characters than printable ones.

    A lone surrogate ends the whole process: ciso8601, which Home Assistant reads moments with,
    follows a null pointer for a text that has no UTF-8 form (seen with 2.3.3, Python 3.14).
    """
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("Not printable")
    return value


def _refusal(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)

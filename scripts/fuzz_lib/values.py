"""Values of Home Assistant that JSON has no form for, and what every value must hold to.

Attributes and data of actions are Python values. In the corpus, {"$datetime": text}, {"$date":
text}, {"$time": text}, {"$seconds": number} and {"$tuple": list} stand for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
import datetime as dt
import json
import math
from typing import Any, Final

LONGEST_TEXT: Final = 512
MOST_ITEMS: Final = 100_000
_MOST: Final = 1e15
_LEAVES: Final = (bool, dt.date, dt.time, dt.timedelta, dt.tzinfo, type(None))
_KINDS: Final[Mapping[str, Callable[[Any], object]]] = {
    "$datetime": dt.datetime.fromisoformat,
    "$date": dt.date.fromisoformat,
    "$time": dt.time.fromisoformat,
    "$seconds": lambda seconds: dt.timedelta(seconds=seconds),
    "$tuple": tuple,
}


class NoValueError(Exception):
    """A document that stands for no value, so that there is nothing to read."""


class UnsoundError(Exception):
    """A value was accepted that must not be."""


def python_value(document: bytes) -> object:
    """Return the Python value that a document of the corpus stands for; NoValueError for none."""
    try:
        return json.loads(document, object_hook=_revived)
    except (ValueError, RecursionError) as err:
        raise NoValueError from err


def _revived(found: dict[str, Any]) -> object:
    if len(found) == 1:
        ((name, value),) = found.items()
        if (kind := _KINDS.get(name)) is not None:
            try:
                return kind(value)
            except TypeError, ValueError, OverflowError:
                return found
    return found


def require_sound(value: object, longest: int = LONGEST_TEXT) -> None:
    """Raise UnsoundError unless all numbers are finite and all texts are bounded and valid."""
    if isinstance(value, str):
        _require_text(value, longest)
    elif isinstance(value, _LEAVES):
        return
    elif isinstance(value, (int, float)):
        if not -_MOST <= value <= _MOST or not math.isfinite(value):
            raise UnsoundError(f"A number out of bounds: {value!r:.60}")
    elif isinstance(value, Mapping):
        _require_few(len(value))
        for name, item in value.items():
            require_sound(name, longest)
            require_sound(item, longest)
    elif isinstance(value, (list, tuple, set, frozenset)):
        _require_few(len(value))
        for item in value:
            require_sound(item, longest)
    elif is_dataclass(value):
        for name in _names(type(value)):
            require_sound(getattr(value, name), longest)
    else:
        raise UnsoundError(f"A value of an unforeseen type: {type(value).__name__}")


def _require_text(value: str, longest: int) -> None:
    if len(value) > longest:
        raise UnsoundError(f"A text of {len(value)} characters")
    if not value.isprintable():
        raise UnsoundError(f"A text that is not printable: {value!r:.60}")


def _require_few(count: int) -> None:
    if count > MOST_ITEMS:
        raise UnsoundError(f"{count} items")


_NAMES: Final[dict[type, tuple[str, ...]]] = {}


def _names(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]

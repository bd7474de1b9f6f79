"""Reader of stored files: each value by itself, with its type and range.

A file may be cut short, edited or written by another version. One value that can't be true must
not cost its neighbours, nor keep a battery or the plan from starting.
"""

from collections.abc import Callable, Iterator
import datetime as dt
from enum import Enum, StrEnum, auto
from typing import Final

# Beyond these a calculation may overflow; a machine without a clock starts in 1970.
_FIRST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
_LONGEST_NAME: Final = 60

MOST_ENERGY: Final = 1e12
"""Wh; more is in no home."""
MOST_POWER: Final = 100_000
"""W, of one battery."""
LONGEST_TEXT: Final = 255
"""Characters."""

type Read[T] = Callable[[object], T]
"""Returns a value; ValueError for what it can't be."""


class _Mark(Enum):
    """Why there is no value."""

    NEW = auto()
    """Nothing was ever stored."""
    LOST = auto()
    """What it was stored in can't be read."""


class StoredPart:
    """A mapping in a stored file; `damaged` has the paths of its unreadable values."""

    def __init__(
        self, stored: object = _Mark.NEW, damaged: list[str] | None = None, path: str = ""
    ) -> None:
        """Take a stored value; anything but a mapping is damaged as a whole."""
        self.damaged = [] if damaged is None else damaged
        self._path = path
        self._values: dict[str, object] = stored if isinstance(stored, dict) else {}
        self.is_new = stored is _Mark.NEW
        self.is_lost = stored is not _Mark.NEW and not isinstance(stored, dict)
        """True when something was stored here and none of it can be read."""
        if self.is_lost and stored is not _Mark.LOST:
            self._spoil()

    @classmethod
    def lost(cls) -> StoredPart:
        """Return a file of which nothing can be read."""
        return cls(_Mark.LOST)

    def noting(self, key: str) -> Callable[[str], None]:
        """Return a function that notes damage within a value, by its path there.

        Libraries read their part of a file by themselves.
        """
        return lambda inner: self._spoil(key, inner)

    def _spoil(self, *keys: object) -> None:
        names = (self._path, *(_name(key) for key in keys))
        self.damaged.append(".".join(name for name in names if name) or "data")

    @property
    def contents(self) -> dict[str, object]:
        """Stored values, unchecked."""
        return self._values

    def part(self, key: str) -> StoredPart:
        """Return a mapping in this one; one that was never stored is empty."""
        path = f"{self._path}.{key}" if self._path else key
        without = _Mark.LOST if self.is_lost else _Mark.NEW
        return StoredPart(self._values.get(key, without), self.damaged, path)

    def optional_part(self, key: str) -> StoredPart:
        """Return a mapping in this one that may also be None, which is empty."""
        return StoredPart() if self._values.get(key) is None else self.part(key)

    def lacks(self, key: str) -> bool:
        """Tell whether a value, which is always stored, could not be read."""
        is_missing = not self.is_new and key not in self._values
        return is_missing or self.is_damaged(key)

    def is_damaged(self, *keys: str) -> bool:
        """Tell whether one of these values was there and could not be read."""
        names = {f"{self._path}.{key}" if self._path else key for key in keys}
        return not names.isdisjoint(self.damaged)

    def value[T](self, key: str, read: Read[T], default: T) -> T:
        """Return one value; the default where it is missing or damaged."""
        if key not in self._values:
            return default
        try:
            return read(self._values[key])
        except ValueError:
            self._spoil(key)
            return default

    def optional[T](self, key: str, read: Read[T]) -> T | None:
        """Return one value; None where it is None, missing or damaged."""
        return None if self._values.get(key) is None else self.value(key, read, None)

    def each[T](self, key: str, read: Read[T]) -> Iterator[T]:
        """Yield the values of a list that can be read."""
        stored = self._values.get(key)
        if stored is not None and not isinstance(stored, list):
            self._spoil(key)
        for number, item in enumerate(stored if isinstance(stored, list) else ()):
            try:
                yield read(item)
            except ValueError:
                self._spoil(key, number)

    def mapping[T](self, key: str, read: Read[T]) -> dict[str, T]:
        """Return the values of a mapping that can be read, and whose names are texts."""
        stored = self._values.get(key)
        if stored is not None and not isinstance(stored, dict):
            self._spoil(key)
        found: dict[str, T] = {}
        for name, item in stored.items() if isinstance(stored, dict) else ():
            try:
                found[text(name)] = read(item)
            except ValueError:
                self._spoil(key, name)
        return found


def _name(key: object) -> str:
    """Return the name of a key for the log."""
    return "".join(each if each.isprintable() else "?" for each in str(key)[:_LONGEST_NAME])


def number(least: float, most: float) -> Read[float]:
    """Read a finite number within a range."""

    def read(stored: object) -> float:
        if type(stored) not in (int, float) or not least <= stored <= most:  # type: ignore[operator]
            raise ValueError(f"Not a number of {least} to {most}")
        return stored  # type: ignore[return-value]

    return read


def whole(least: int, most: int) -> Read[int]:
    """Read a whole number within a range."""

    def read(stored: object) -> int:
        if type(stored) is not int or not least <= stored <= most:
            raise ValueError(f"Not a whole number of {least} to {most}")
        return stored

    return read


power: Final = whole(-MOST_POWER, MOST_POWER)
"""Reads a power in W."""


def flag(stored: object) -> bool:
    """Read a truth value."""
    if not isinstance(stored, bool):
        raise ValueError("Neither true nor false")  # noqa: TRY004
    return stored


def text(stored: object) -> str:
    """Read a text of printable characters, at most LONGEST_TEXT of them.

    It may be logged and shown, and nothing stored here is longer.
    """
    if not isinstance(stored, str) or len(stored) > LONGEST_TEXT or not stored.isprintable():
        raise ValueError("Not a text")
    return stored


def one_of[T: StrEnum](kind: type[T]) -> Read[T]:
    """Read a member of an enumeration."""
    return lambda stored: kind(text(stored))


def moment(stored: object) -> dt.datetime:
    """Read a moment, which has a time zone."""
    found = dt.datetime.fromisoformat(text(stored))
    if found.tzinfo is None or not _FIRST <= found <= _LAST:
        raise ValueError("Not a moment of this age")
    return found


def day(stored: object) -> dt.date:
    """Read a date."""
    found = dt.date.fromisoformat(text(stored))
    if found >= _LAST.date():
        raise ValueError("Not a date of this age")
    return found


def time(stored: object) -> dt.time:
    """Read a time of day."""
    return dt.time.fromisoformat(text(stored))


def optional[T](read: Read[T], stored: object) -> T | None:
    """Read a value that may be None."""
    return None if stored is None else read(stored)


def fields(stored: object) -> dict[str, object]:
    """Read a mapping whose values are read together, because none means anything alone."""
    if not isinstance(stored, dict):
        raise ValueError("Not a mapping")  # noqa: TRY004
    return stored

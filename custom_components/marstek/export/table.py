"""Table of a file for spreadsheets, whose texts can't act as formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
import datetime as dt
from typing import Final

type Cell = str | int | float | dt.datetime | dt.date | None
"""None is an empty cell; moments have a time zone."""

# Spreadsheets take a text that begins like this for a formula; some read wide forms alike.
_FORMULA_STARTS: Final = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with their names, and rows with a cell for each column."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def safe_text(text: str) -> str:
    """Return a text without control characters that no spreadsheet takes for a formula.

    A text that would be one gets an apostrophe in front, which shows it as a text.
    """
    printable = "".join(each if _is_printable(each) else " " for each in text)
    return f"'{printable}" if printable.lstrip().startswith(_FORMULA_STARTS) else printable


def _is_printable(character: str) -> bool:
    """Tell whether a character may stand in a cell: no control, no surrogate, no line end."""
    return character.isprintable() or character in "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"

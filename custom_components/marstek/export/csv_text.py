"""Writer of CSV: RFC 4180, UTF-8, decimal point, moments with their offset."""

import csv
import datetime as dt
import io

from .table import Cell, Table, safe_text


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV; moments and dates are ISO 8601, an empty cell has no text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(safe_text, table.columns))
    writer.writerows(map(_value, row) for row in table.rows)
    return text.getvalue().encode()


def _value(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case str():
            return safe_text(cell)
        case dt.datetime() | dt.date():
            return cell.isoformat()
        case _:
            return cell

"""Files to take away: tables as CSV and XLSX, pictures as PNG, without Home Assistant.

All are written with the standard library. A workbook of plain sheets needs six small XML parts;
a requirement would have to be fetched and kept up to date on every home for that.
"""

from .csv_text import csv_bytes
from .measurements import Changes, Resolution, StatisticRows, measurements
from .png import bars_png
from .table import Cell, Table, safe_text
from .xlsx import xlsx_bytes

__all__ = [
    "Cell",
    "Changes",
    "Resolution",
    "StatisticRows",
    "Table",
    "bars_png",
    "csv_bytes",
    "measurements",
    "safe_text",
    "xlsx_bytes",
]

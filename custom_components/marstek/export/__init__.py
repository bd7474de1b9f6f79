"""Files to take away: tables as CSV and XLSX, charts as PNG and SVG, without Home Assistant.

All are written with the standard library. A workbook of plain sheets needs six small XML parts;
a requirement would have to be fetched and kept up to date on every home for that.
"""

from .chart_svg import BarGroup, BarSeries, bar_chart_svg
from .csv_text import csv_bytes
from .measurements import Changes, Resolution, StatisticRows, measurements
from .png import bars_png
from .table import Cell, Table, safe_text
from .xlsx import xlsx_bytes

__all__ = [
    "BarGroup",
    "BarSeries",
    "Cell",
    "Changes",
    "Resolution",
    "StatisticRows",
    "Table",
    "bar_chart_svg",
    "bars_png",
    "csv_bytes",
    "measurements",
    "safe_text",
    "xlsx_bytes",
]

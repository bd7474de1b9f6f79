"""Printable page of a report: one HTML file without scripts, pictures or addresses.

Everything that comes from texts or names is escaped. A season has a row for each month, so that it
fits a sheet of paper.
"""

from collections.abc import Iterable, Sequence
import datetime as dt
from html import escape
from typing import Final

from .figures import DayFigures, ReportFigures
from .report_wording import ReportWording

_MOST_ROWS: Final = 35
_STYLE: Final = """
:root{color-scheme:light}
body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:0 auto;max-width:46rem;padding:1.2rem}
h1{font-size:1.35rem;margin:0 0 .8rem}
ul{padding-left:1.1rem;margin:0 0 1.2rem}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding-bottom:.3rem}
th,td{text-align:right;padding:.22rem .4rem;border-bottom:1px solid #ddd;white-space:nowrap}
th{white-space:normal;vertical-align:bottom}
th:first-child,td:first-child{text-align:left}
td.bar{width:30%;padding-right:0}
.bar span{display:block;height:.75em;background:#2e7d32;min-width:1px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.bar span.loss{background:#c62828}
footer{color:#666;font-size:.85rem;margin-top:1.2rem}
tr{break-inside:avoid}
@media(max-width:30rem){.wide{display:none}body{padding:.8rem}th,td{padding:.22rem .25rem;font-size:.85rem}td.bar{width:18%}}
@media print{body{max-width:none;padding:0}@page{margin:16mm}}
"""


def report_page(
    figures: ReportFigures, sentences: Sequence[str], wording: ReportWording, made: str
) -> str:
    """Return the page; `made` says when it was made."""
    title = escape(wording.title(figures.span))
    items = "".join(f"<li>{escape(each)}</li>" for each in sentences)
    return (
        f'<!doctype html>\n<html lang="{escape(wording.base.language)}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<ul>{items}</ul>{_table(figures, wording)}</main>"
        f"<footer>{escape(made)}</footer></body></html>\n"
    )


def _table(figures: ReportFigures, wording: ReportWording) -> str:
    rows = list(_rows(figures.days, wording))
    if not rows:
        return ""
    largest = max((abs(each.saved or 0.0) for _, each in rows), default=0.0)
    head = "".join(
        f'<th scope="col"{attributes}>{escape(wording.text(key))}{escape(unit)}</th>'
        for key, unit, attributes in (
            ("report_column_day", "", ""),
            ("report_column_colour", "", ' class="wide"'),
            ("report_column_charged", " (kWh)", ""),
            ("report_column_discharged", " (kWh)", ""),
            ("report_column_saved", f" ({wording.currency})", ""),
        )
    )
    body = "".join(_row(label, each, largest, wording) for label, each in rows)
    return (
        f'<table><thead><tr>{head}<th class="bar"></th></tr></thead><tbody>{body}</tbody></table>'
    )


def _row(label: str, each: DayFigures, largest: float, wording: ReportWording) -> str:
    colour = "" if each.colour is None else wording.colour(each.colour)
    width = round(100 * abs(each.saved or 0.0) / largest) if largest else 0
    loss = ' class="loss"' if (each.saved or 0.0) < 0 else ""
    return (
        f'<tr><td>{escape(label)}</td><td class="wide">{escape(colour)}</td>'
        f"<td>{_figure(each.charged, wording)}</td><td>{_figure(each.discharged, wording)}</td>"
        f"<td>{_figure(each.saved, wording)}</td>"
        f'<td class="bar"><span{loss} style="width:{width}%"></span></td></tr>'
    )


def _figure(value: float | None, wording: ReportWording) -> str:
    return "\u2013" if value is None else escape(wording.base.decimal(value))


def _rows(days: Sequence[DayFigures], wording: ReportWording) -> Iterable[tuple[str, DayFigures]]:
    """Yield a row for each day, or for each month where there are too many days."""
    if len(days) <= _MOST_ROWS:
        for each in days:
            yield wording.day(each.day), each
        return
    months: dict[dt.date, list[DayFigures]] = {}
    for each in days:
        months.setdefault(each.day.replace(day=1), []).append(each)
    for first, members in months.items():
        yield (
            f"{first:%Y-%m}",
            DayFigures(
                first,
                _total([each.charged for each in members]),
                _total([each.discharged for each in members]),
                _total([each.saved for each in members]),
            ),
        )


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None

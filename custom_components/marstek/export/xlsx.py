"""Writer of XLSX workbooks: one sheet per table, with typed cells and no formulas.

Office Open XML (ECMA-376): texts are inline strings, which are never evaluated; moments are days
since 1899-12-30 by the clock of their own time zone, as a workbook knows no zones.
"""

from collections.abc import Iterator, Sequence
import datetime as dt
import io
import math
from typing import Final
from xml.sax.saxutils import escape
import zipfile

from .table import Cell, Table, safe_text

_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's days have no zone
_DAY: Final = dt.timedelta(days=1)
_MOMENT_STYLE: Final = 1
_DATE_STYLE: Final = 2
_HEAD_STYLE: Final = 3
_LONGEST_NAME: Final = 31
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def xlsx_bytes(tables: Sequence[Table]) -> bytes:
    """Return a workbook with a sheet for each table; the first row of each is frozen."""
    names = _sheet_names(tables)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(tables)))
        archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/workbook.xml", _workbook(names))
        parts = [
            ("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(tables) + 1)
        ]
        archive.writestr(
            "xl/_rels/workbook.xml.rels", _relations([*parts, ("styles", "styles.xml")])
        )
        archive.writestr("xl/styles.xml", _STYLES)
        for number, table in enumerate(tables, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "".join(_sheet(table)))
    return file.getvalue()


def _sheet_names(tables: Sequence[Table]) -> list[str]:
    """Return names that a workbook accepts: short, unlike each other, without the signs []:*?/ and backslash."""
    names: list[str] = []
    for number, table in enumerate(tables, 1):
        plain = "".join(" " if each in "[]:*?/\\'" else each for each in safe_text(table.name))
        name = plain.strip()[:_LONGEST_NAME] or f"Sheet {number}"
        is_taken = name.lower() in (other.lower() for other in names)
        names.append(f"{name[: _LONGEST_NAME - 4]} {number}" if is_taken else name)
    return names


def _content_types(sheets: int) -> str:
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    parts = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{parts}</Relationships>'


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _sheet(table: Table) -> Iterator[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    )
    if table.columns:
        yield f'<cols><col min="1" max="{len(table.columns)}" width="18" customWidth="1"/></cols>'
    yield "<sheetData><row>"
    yield from (_text(name, f' s="{_HEAD_STYLE}"') for name in table.columns)
    yield "</row>"
    for row in table.rows:
        yield "<row>"
        yield from map(_cell, row)
        yield "</row>"
    yield "</sheetData></worksheet>"


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return "<c/>"
        case str():
            return _text(cell)
        case dt.datetime():
            days = (cell.replace(tzinfo=None) - _EPOCH) / _DAY
            return f'<c s="{_MOMENT_STYLE}"><v>{days:.9f}</v></c>'
        case dt.date():
            return f'<c s="{_DATE_STYLE}"><v>{(cell - _EPOCH.date()).days}</v></c>'
        case float() if not math.isfinite(cell):
            return "<c/>"
        case _:
            return f"<c><v>{cell!r}</v></c>"


def _text(text: str, style: str = "") -> str:
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{escape(safe_text(text))}</t></is></c>'

"""Files for spreadsheets: what was put in comes out, and nothing in it acts."""

import csv
import datetime as dt
import io
from typing import Any
from xml.etree import ElementTree as ET
import zipfile
import zlib
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.export import (
    Cell,
    Changes,
    Resolution,
    StatisticRows,
    Table,
    bars_png,
    csv_bytes,
    measurements,
    safe_text,
    xlsx_bytes,
)

PARIS = ZoneInfo("Europe/Paris")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELLS = st.one_of(
    st.none(),
    st.text(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=True, allow_infinity=True),
    st.dates(dt.date(1970, 1, 1), dt.date(2090, 1, 1)),
    st.datetimes(
        dt.datetime(1970, 1, 2),  # noqa: DTZ001
        dt.datetime(2090, 1, 1),  # noqa: DTZ001
        timezones=st.just(PARIS),
    ),
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.builds(
        Table,
        st.text(),
        st.tuples(*[st.text()] * width),
        st.lists(st.tuples(*[CELLS] * width), max_size=5),
    )
)


def parsed_csv(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """Return the rows of each sheet of a workbook: texts as text, numbers as float."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - our own
        found = {}
        for number, sheet in enumerate(book.iter(f"{MAIN}sheet"), 1):
            tree = ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
            assert list(tree.iter(f"{MAIN}f")) == []
            found[sheet.attrib["name"]] = [
                [_value(cell) for cell in row] for row in tree.iter(f"{MAIN}row")
            ]
        return found


def _value(cell: ET.Element) -> Any:
    if cell.get("t") == "inlineStr":
        return "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
    number = cell.find(f"{MAIN}v")
    return None if number is None else float(number.text or "")


@given(TABLES)
def test_nothing_in_a_csv_is_a_formula(table: Table) -> None:
    """Whatever a name or a text is, a spreadsheet takes no cell of it for a formula."""
    rows = parsed_csv(csv_bytes(table))
    assert len(rows) == len(table.rows) + 1
    texts = list(rows[0])
    for row, source in zip(rows[1:], table.rows, strict=True):
        assert len(row) == len(source)
        texts += [text for text, cell in zip(row, source, strict=True) if isinstance(cell, str)]
    assert not any(text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) for text in texts)


@given(st.lists(TABLES, min_size=1, max_size=3))
def test_a_workbook_can_always_be_read(tables: list[Table]) -> None:
    """All parts are well-formed, names of sheets differ, and cells come back."""
    found = sheets(xlsx_bytes(tables))
    assert len(found) == len(tables)
    for name, table in zip(found, tables, strict=True):
        assert 1 <= len(name) <= 31
        assert len(found[name]) == len(table.rows) + 1
        for row, source in zip(found[name][1:], table.rows, strict=True):
            for value, cell in zip(row, source, strict=True):
                if isinstance(cell, str):
                    assert value == safe_text(cell)
                elif isinstance(cell, int):
                    assert value == cell


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Venus E 3.0 12AB", "Venus E 3.0 12AB"),
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("+33 1", "'+33 1"),
        ("\t=1", "' =1"),
        ("a\r\nb", "a  b"),
        ("\uff1d1", "'\uff1d1"),
        ("kept\N{NO-BREAK SPACE}%", "kept\N{NO-BREAK SPACE}%"),
    ],
)
def test_texts_that_would_act_are_shown(text: str, safe: str) -> None:
    """A text that a spreadsheet would evaluate gets an apostrophe, all others stay."""
    assert safe_text(text) == safe


def test_a_workbook_has_moments_as_days() -> None:
    """A moment is a number of days since 1899-12-30 by the clock of the home."""
    moment = dt.datetime(2026, 11, 1, 6, tzinfo=PARIS)
    cells: tuple[Cell, ...] = (moment, dt.date(2026, 11, 1), 1.5, None, "a<b>&c")
    found = sheets(xlsx_bytes([Table("one", ("a", "b", "c", "d", "e"), [cells])]))
    assert found["one"][1] == [46327.25, 46327.0, 1.5, None, "a<b>&c"]


def stamp(*moment: int) -> float:
    """Return a moment in Paris in s since 1970."""
    return dt.datetime(*moment, tzinfo=PARIS).timestamp()  # type: ignore[misc, arg-type]


def test_the_hour_that_comes_twice() -> None:
    """In autumn both hours have a row, with an offset of their own."""
    first = stamp(2026, 10, 25, 2)
    rows = {first: {"change": 1.0}, first + 3600: {"change": 2.0}}
    table = measurements(
        [StatisticRows("charged_kwh", ("change",), rows)], [], {}, PARIS, Resolution.HOUR
    )
    assert parsed_csv(csv_bytes(table))[1:] == [
        ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "1.0"],
        ["2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00", "2.0"],
    ]


def test_days_end_at_midnight_and_months_with_the_month() -> None:
    """A day of 25 hours is one row; so is February."""
    for resolution, start, end in (
        (Resolution.DAY, (2026, 10, 25), (2026, 10, 26)),
        (Resolution.MONTH, (2026, 2, 1), (2026, 3, 1)),
        (Resolution.MONTH, (2026, 12, 1), (2027, 1, 1)),
    ):
        measured = StatisticRows("a", ("mean",), {stamp(*start): {"mean": 1.0}})
        ((begin, finish, _),) = measurements([measured], [], {}, PARIS, resolution).rows
        assert begin == dt.datetime(*start, tzinfo=PARIS)
        assert finish == dt.datetime(*end, tzinfo=PARIS)


def test_what_held_at_the_begin_of_a_row_stands_in_it() -> None:
    """A text holds until the next one; what is not known has an empty cell."""
    start = stamp(2026, 11, 1)
    rows = {start + 3600 * hour: {"mean": float(hour)} for hour in range(4)}
    changes = Changes("mode", [(start + 1800, "Auto"), (start + 7200, None), (start + 9000, "AI")])
    day = {"colour": {dt.date(2026, 11, 1): "blue"}}
    table = measurements(
        [StatisticRows("x", ("mean", "max"), rows)], [changes], day, PARIS, Resolution.HOUR
    )
    assert table.columns == ("start", "end", "colour", "mode", "x", "x_max")
    assert [row[2:] for row in table.rows] == [
        ("blue", None, 0.0, None),
        ("blue", "Auto", 1.0, None),
        ("blue", None, 2.0, None),
        ("blue", "AI", 3.0, None),
    ]


def pixels(content: bytes) -> list[list[bytes]]:
    """Return the pixels of a PNG, row by row, once all its checksums are right."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, rest = dict[bytes, bytes](), content[8:]
    while rest:
        length = int.from_bytes(rest[:4])
        kind, data, check = rest[4:8], rest[8 : 8 + length], rest[8 + length : 12 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(check)
        chunks[kind] = data
        rest = rest[12 + length :]
    width, height = (int.from_bytes(chunks[b"IHDR"][each : each + 4]) for each in (0, 4))
    raw = zlib.decompress(chunks[b"IDAT"])
    assert len(raw) == height * (1 + 3 * width)
    rows = [raw[number * (1 + 3 * width) :][: 1 + 3 * width] for number in range(height)]
    return [[row[1 + 3 * x : 4 + 3 * x] for x in range(width)] for row in rows]


@settings(max_examples=15)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=100))
def test_a_picture_of_any_values(values: list[float | None]) -> None:
    """It can be read; gains are green, losses red, and neither is there without one."""
    if not any(value is not None for value in values):
        with pytest.raises(ValueError, match="one value"):
            bars_png(values)
        return
    found = {pixel for row in pixels(bars_png(values)) for pixel in row}
    largest = max(abs(value or 0) for value in values)
    seen = [value for value in values if value is not None and abs(value) > 0.02 * largest]
    for colour, is_there in (
        (b"\x2e\x7d\x32", any(value > 0 for value in seen)),
        (b"\xc6\x28\x28", any(value < 0 for value in seen)),
    ):
        assert colour in found or not is_there
    assert b"\xc6\x28\x28" not in found or min(value or 0 for value in values) < 0


def test_bars_have_the_height_of_their_values() -> None:
    """Twice the money is twice the bar."""
    green = [
        sum(pixel == b"\x2e\x7d\x32" for pixel in column)
        for column in zip(*pixels(bars_png([1.0, 2.0, None])), strict=True)
    ]
    heights = sorted({height for height in green if height})
    assert heights[1] == pytest.approx(2 * heights[0], abs=1)

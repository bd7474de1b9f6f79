"""Answers of the sources: real ones, twisted ones, rubbish."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
import json
import time
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.tempo import Announcement, Colour, FaultKind, Source, SourceError
from custom_components.marstek.tempo.parsing import (
    parse_community,
    parse_rte,
    parse_rte_api,
    parse_token,
)
from tests.support.moments import paris

NOW = paris("2026-01-25", "12:00")
TODAY, TOMORROW = date(2026, 1, 25), date(2026, 1, 26)
BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED

type Parser = Callable[[bytes, datetime], tuple[Announcement, ...]]


def _said(parse: Parser, value: object, now: datetime = NOW) -> dict[date, tuple[Colour, bool]]:
    said = parse(json.dumps(value).encode(), now)
    assert {item.seen_at for item in said} <= {now}
    assert [item.day for item in said] == sorted({item.day for item in said})
    return {item.day: (item.colour, item.is_fallback) for item in said}


def test_rte_as_it_was_captured() -> None:
    """The stored answer of docs/tempo-facts.md 1.1: unordered keys, flags as texts, some without flag."""
    values = {
        "2022-05-24-fallback": "false",
        "2022-05-24": "WHITE",
        "2021-12-22": "RED",
        "2021-12-25": "BLUE",
        "2022-06-17-fallback": "false",
    }
    assert _said(parse_rte, {"values": values}) == {
        date(2021, 12, 22): (RED, False),
        date(2021, 12, 25): (BLUE, False),
        date(2022, 5, 24): (WHITE, False),
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ([], {}),
        ({"2026-01-26": "red", "2026-01-26-fallback": "TRUE"}, {TOMORROW: (RED, True)}),
        ({"2026-01-26": "red", "2026-01-26-fallback": True}, {TOMORROW: (RED, True)}),
        ({"2026-01-26": "red", "2026-01-26-fallback": False}, {TOMORROW: (RED, False)}),
        ({"2026-01-26-fallback": "true"}, {}),
        ({"2026-01-26": " Rouge "}, {TOMORROW: (RED, False)}),
        ({"2026-01-26": "BLANC"}, {TOMORROW: (WHITE, False)}),
        ({"2026-01-26": "TEMPO_BLEU"}, {TOMORROW: (BLUE, False)}),
        ({"2026-01-26": "NON_DEFINI", "2026-01-25": "BLUE"}, {TODAY: (BLUE, False)}),
        ({"2026-01-26": None, "2026-01-25": 3}, {}),
        ({"2026-1-26": "RED", "26/01/2026": "RED", "2026-02-30": "RED", "": "RED"}, {}),
        ({"٢٠٢٦-01-26": "RED"}, {}),
        # Nothing is published of the day after tomorrow, and nothing is there before 2014.
        ({"2026-01-27": "RED", "2014-08-31": "BLUE", "0001-01-01": "BLUE"}, {}),
    ],
)
def test_rte_twisted(values: object, expected: object) -> None:
    """What can't be believed is left out."""
    assert _said(parse_rte, {"values": values}) == expected


@pytest.mark.parametrize(
    ("parse", "before", "after"),
    [
        (parse_rte, b'{"values":{"2026-01-26":"RED","2026-01-26-fallback":', b"}}"),
        (parse_rte_api, b'{"error":', b"}"),
    ],
)
def test_lists_in_lists_cost_no_time(parse: Parser, before: bytes, after: bytes) -> None:
    """A text is made of none of them: with 50,000 levels that held the event loop for 0.6 s."""
    depth = 50_000
    begun = time.process_time()
    with suppress(SourceError):
        parse(before + b"[" * depth + b"]" * depth + after, NOW)
    assert time.process_time() - begun < 0.2


def test_tomorrow_is_a_date_of_paris() -> None:
    """At 23:30 UTC it is the next date there."""
    late = datetime(2026, 1, 25, 23, 30, tzinfo=UTC)
    values = {"values": {"2026-01-27": "WHITE"}}
    assert _said(parse_rte, values, late) == {date(2026, 1, 27): (WHITE, False)}
    assert _said(parse_rte, values, late - timedelta(hours=1)) == {}


RED_DAY = {
    "dateJour": "2026-01-26",
    "codeJour": 3,
    "periode": "2025-2026",
    "libCouleur": "Rouge",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (RED_DAY, {TOMORROW: RED}),
        (
            [RED_DAY, RED_DAY | {"dateJour": "2026-01-25", "codeJour": 1, "libCouleur": "Bleu"}],
            {TODAY: BLUE, TOMORROW: RED},
        ),
        ([], {}),
        (RED_DAY | {"codeJour": 0, "libCouleur": "Inconnu"}, {}),
        (RED_DAY | {"codeJour": 4, "libCouleur": "?"}, {}),
        (RED_DAY | {"codeJour": 1}, {}),
        (RED_DAY | {"codeJour": "3", "libCouleur": None}, {}),
        (RED_DAY | {"codeJour": True, "libCouleur": None}, {}),
        ({"dateJour": "2026-01-26", "codeJour": 2}, {TOMORROW: WHITE}),
        ({"dateJour": "2026-01-26", "libCouleur": "Blanc"}, {TOMORROW: WHITE}),
        (RED_DAY | {"dateJour": "demain"}, {}),
        # Two colours for one day are none.
        ([RED_DAY, {"dateJour": "2026-01-26", "codeJour": 2}], {}),
    ],
)
def test_community(value: object, expected: dict[date, Colour]) -> None:
    """An object or an array; a code and a name that contradict each other say nothing."""
    said = _said(parse_community, value)
    assert said == {day: (colour, False) for day, colour in expected.items()}


CAPTURED = [
    {
        "start_date": "2023-02-27T00:00:00+01:00",
        "end_date": "2023-02-28T00:00:00+01:00",
        "value": "WHITE",
        "updated_date": "2023-02-26T10:20:00+01:00",
    },
    {
        "start_date": "2023-02-26T00:00:00+01:00",
        "end_date": "2023-02-27T00:00:00+01:00",
        "value": "BLUE",
        "updated_date": "2023-02-25T10:20:00+01:00",
        "fallback": "true",
    },
]
TWO_DAYS = {date(2023, 2, 26): (BLUE, True), date(2023, 2, 27): (WHITE, False)}


@pytest.mark.parametrize(
    "calendars", [{"values": CAPTURED}, [{"values": CAPTURED}], CAPTURED], ids=str
)
def test_official_api_as_it_was_captured(calendars: object) -> None:
    """The stored answer of docs/tempo-facts.md 1.2, as an object or as an array."""
    assert _said(parse_rte_api, {"tempo_like_calendars": calendars}) == TWO_DAYS


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-01-26T00:00:00+01:00", TOMORROW),
        # An offset of the other half of the year, and none.
        ("2026-01-26T00:00:00+02:00", TOMORROW),
        ("2026-01-26T00:00:00", TOMORROW),
        ("2026-01-25T23:00:00Z", TOMORROW),
        ("2025-08-01T00:00:00+01:00", date(2025, 8, 1)),
        ("2025-10-26T00:00:00+02:00", date(2025, 10, 26)),
        ("2025-03-30T00:00:00+01:00", date(2025, 3, 30)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("soon", None),
        (26, None),
    ],
)
def test_days_of_the_official_api(start: object, expected: date | None) -> None:
    """Midnight in Paris, however it is written."""
    value = {"start_date": start, "value": "BLUE"}
    said = _said(parse_rte_api, {"tempo_like_calendars": {"values": [value]}})
    assert list(said) == ([] if expected is None else [expected])


def test_token() -> None:
    """With its life; one that is missing or absurd is a minute."""
    token = parse_token(b'{"access_token":"abc","token_type":"Bearer","expires_in":7200}')
    assert (token.value, token.life) == ("abc", timedelta(hours=2))
    for life in ("", ',"expires_in":-5', ',"expires_in":"x"', ',"expires_in":1e9'):
        assert parse_token(b'{"access_token":"a"%s}' % life.encode()).life == timedelta(minutes=1)
    for value in (b"null", b'""', b'"a b"', b'"a\\r\\nX: y"', b"5"):
        with pytest.raises(SourceError, match="No access token"):
            parse_token(b'{"access_token":%s}' % value)


PARSERS: tuple[Parser, ...] = (parse_rte, parse_community, parse_rte_api)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FaultKind.NOT_JSON),
        (b"<!DOCTYPE html><html>Site en maintenance</html>", FaultKind.NOT_JSON),
        (b'{"values":{"2026-01-26":"RE', FaultKind.NOT_JSON),
        (b"\xff\xfe\x00", FaultKind.NOT_JSON),
        (b"[" * 100_000, FaultKind.NOT_JSON),
        (b"1" * 5000, FaultKind.NOT_JSON),
        (b"null", FaultKind.CONTENT),
        (b"7", FaultKind.CONTENT),
        (b'"RED"', FaultKind.CONTENT),
        (b"[[]]", FaultKind.CONTENT),
        (b"{}", FaultKind.CONTENT),
        (b'{"values":3,"tempo_like_calendars":3}', FaultKind.CONTENT),
        (b'{"error":"COMMON_ERROR_T03"}', FaultKind.CONTENT),
    ],
)
def test_rubbish(parse: Parser, body: bytes, kind: FaultKind) -> None:
    """It is named for what it is."""
    with pytest.raises(SourceError) as caught:
        parse(body, NOW)
    assert caught.value.fault.kind is kind
    assert len(caught.value.fault.detail) <= 200


WORDS = ["values", "tempo_like_calendars", "start_date", "value", "fallback", "dateJour"]
WORDS += ["codeJour", "libCouleur", "access_token", "expires_in", "2026-01-26", "RED", "true"]
WORDS += ["2026-01-26-fallback", "2026-01-26T00:00:00+01:00", "9999-12-31", "0001-01-01T00:00:00Z"]
TEXTS = st.sampled_from(WORDS) | st.text(max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=12,
)


@given(VALUES.map(lambda value: json.dumps(value).encode()) | st.binary())
@settings(max_examples=500, deadline=None)
def test_any_rubbish_is_an_error_of_the_library(body: bytes) -> None:
    """Announcements that can be, or SourceError: nothing else."""
    for parse in PARSERS:
        with suppress(SourceError):
            said = parse(body, NOW)
            assert all(date(2014, 9, 1) <= item.day <= TOMORROW for item in said)
    with suppress(SourceError):
        parse_token(body)


@given(
    st.dictionaries(st.dates(date(2014, 9, 1), TOMORROW), st.sampled_from(Colour), max_size=40),
    st.randoms(use_true_random=False),
)
def test_what_rte_says_comes_through(colours: dict[date, Colour], random: Any) -> None:
    """In whatever order."""
    pairs = [(day.isoformat(), colour.upper()) for day, colour in colours.items()]
    pairs += [(f"{day}-fallback", "false") for day in colours]
    random.shuffle(pairs)
    said = parse_rte(json.dumps({"values": dict(pairs)}).encode(), NOW)
    assert {item.day: item.colour for item in said} == colours
    assert {item.source for item in said} <= {Source.RTE}

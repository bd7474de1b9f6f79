"""The forecast of open-dpe.fr: read with care, asked seldom, and never believed as a colour."""

from collections import Counter
from datetime import UTC, date, datetime
import json
from typing import Any

import pytest

from custom_components.marstek.tempo import (
    BUDGET,
    PARIS,
    Announcement,
    Colour,
    ColourBook,
    FaultKind,
    Guess,
    Source,
    SourceError,
)
from custom_components.marstek.tempo.parsing import parse_open_dpe
from custom_components.marstek.tempo.schedule import forecast_due
from simulator.tempo import LIES, SPOILERS, STATUSES
from tests.support.moments import paris
from tests.tempo.home import DAY, SourcesHome, home

pytestmark = pytest.mark.usefixtures("socket_enabled")

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
_NOW = datetime(2026, 1, 12, 11, tzinfo=UTC)
_START = paris("2026-01-12", "05:00")


def _row(day: str, colour: object = "rouge", chance: object = 0.67) -> dict[str, object]:
    return {"date": day, "couleur": colour, "probability": chance}


def _read(*rows: Any) -> dict[date, Guess]:
    return parse_open_dpe(json.dumps(rows).encode(), _NOW)


def test_a_sound_forecast() -> None:
    """Days to come with colour and probability, in order."""
    assert _read(_row("2026-01-15", "Blanc", 1), _row("2026-01-13")) == {
        date(2026, 1, 13): Guess(RED, 0.67),
        date(2026, 1, 15): Guess(WHITE, 1.0),
    }


@pytest.mark.parametrize(
    "row",
    [
        _row("2026-01-12"),
        _row("2026-03-12"),
        _row("2026-01-18"),  # A Sunday.
        _row("2026-02-30"),
        _row("2026-01-14", "vert"),
        _row("2026-01-14", None),
        _row("2026-01-14", chance="0.5"),
        _row("2026-01-14", chance=True),
        _row("2026-01-14", chance=1.01),
        _row("2026-01-14", chance=-0.1),
        _row("2026-01-14", chance=float("nan")),
        _row("2026-01-14", chance=None),
        {},
    ],
)
def test_a_row_that_can_not_be(row: dict[str, object]) -> None:
    """It costs itself only; a forecast of nothing else is a fault."""
    assert _read(row, _row("2026-01-13")) == {date(2026, 1, 13): Guess(RED, 0.67)}
    with pytest.raises(SourceError) as caught:
        _read(row)
    assert caught.value.fault.kind is FaultKind.CONTENT


def test_a_day_that_is_named_twice() -> None:
    """Has no forecast: one of both is wrong."""
    twice = [_row("2026-01-14"), _row("2026-01-14", "bleu")] * 2
    assert _read(_row("2026-01-13"), *twice).keys() == {date(2026, 1, 13)}


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"<html>", b'"x"', b"[[]]", b"null"])
def test_no_forecast(body: bytes) -> None:
    """Anything else is a fault of the source."""
    with pytest.raises(SourceError):
        parse_open_dpe(body, _NOW)


def test_the_book_takes_no_forecast() -> None:
    """Neither as an announcement nor from a file that somebody has changed."""
    book = ColourBook()
    said = Announcement(date(2026, 1, 13), RED, Source.OPEN_DPE, _NOW)
    assert book.learn([said]).refused == (said,)
    assert not said.is_binding
    stored = {"days": {"2026-01-13": "red open_dpe 2026-01-12T11:00:00Z"}}
    assert not ColourBook.restore(stored).colours


async def _live(place: SourcesHome, until: datetime) -> list[datetime]:
    """Ask for colours and forecasts when due, and return when forecasts came."""
    came = []
    while True:
        at = min(place.client.next_ask(place.book), place.client.next_forecast(place.book))
        if at > until:
            break
        place.now = max(place.now, at)
        await place.ask()
        if await place.client.ask_forecast(place.book) is not None:
            came.append(place.now)
    place.now = until
    return came


async def test_it_is_asked_twice_a_day() -> None:
    """And at the start, but not after a restart; colours are asked for as without it."""
    async with home(_START) as place:
        came = await _live(place, paris("2026-01-12", "12:00"))
        place.restart()
        came += await _live(place, paris("2026-01-14", "05:00"))
        assert len(came) == 5
        assert place.server.count("open_dpe") == 5
        assert not place.wrong_days()
        answer = place.client.last_answer
        assert answer is not None
        assert answer[1] is Source.RTE
    async with home(_START) as alone:
        await alone.run_until(paris("2026-01-14", "05:00"))
        assert alone.server.count() + 5 == place.server.count()


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    """An answer of next year does not keep it from being asked this year."""
    now = paris("2026-01-12", "18:00")
    assert forecast_due(now, 0.5, now + 300 * DAY) == paris("2026-01-12", "13:30")
    assert forecast_due(now, 0.5, now) == paris("2026-01-13", "07:35")
    assert forecast_due(now, 0.5, None) < now


@pytest.mark.parametrize(
    "kind", sorted({*SPOILERS, *LIES, *STATUSES} - {"slow", "wrong_colour", "400", "401", "404"})
)
async def test_a_source_that_fails_is_asked_four_times_a_day_at_most(kind: str) -> None:
    """Whatever is wrong with it; the colours come as ever, within the budget."""
    async with home(_START) as place:
        place.server.fault("open_dpe", kind)
        assert await _live(place, paris("2026-01-13", "05:00")) == []
        calls = [call for call in place.server.calls if call.source == "open_dpe"]
        days = Counter(call.at.astimezone(PARIS).date() for call in calls)
        assert 1 <= days[date(2026, 1, 12)] <= 4
        assert max(days.values()) <= 4
        assert max(place.calls_per_day().values()) <= BUDGET
        assert not place.wrong_days()
        assert place.tomorrow() is BLUE
        assert place.client.statistics[Source.OPEN_DPE].last_fault is not None


async def test_a_forecast_that_lies_changes_no_colour() -> None:
    """Each day red: only those that can be are left, and the book knows none of it."""
    async with home(_START) as place:
        place.server.fault("open_dpe", "wrong_colour")
        assert len(await _live(place, paris("2026-01-13", "05:00"))) == 3
        assert not place.wrong_days()
        assert place.book.colours.keys() == set(place.book.known)
        assert max(place.book.colours) == date(2026, 1, 13)


async def test_colours_go_before_forecasts() -> None:
    """Where every source of colours fails and the budget runs out, no request is left for it."""
    async with home(_START) as place:
        for source in ("rte", "community"):
            place.server.fault(source, "500")
        await _live(place, paris("2026-01-13", "05:00"))
        assert max(place.calls_per_day().values()) <= BUDGET
        assert place.server.count("open_dpe") <= 4
    async with home(_START + DAY) as other:
        other.server.fault("all", "down")
        await _live(other, paris("2026-01-14", "05:00"))
        assert max(other.calls_per_day().values(), default=0) <= BUDGET

"""Quiet hours in local time: across midnight, and where clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from custom_components.marstek.plan.quiet_hours import QuietHours

PARIS = ZoneInfo("Europe/Paris")


def quiet(start: str, end: str, *, day: dt.date) -> list[tuple[str, bool]]:
    """Return from when on it is quiet or not, in UTC, on a day and the next."""
    hours = QuietHours(dt.time.fromisoformat(start), dt.time.fromisoformat(end))
    first = dt.datetime.combine(day, dt.time(0), dt.UTC)
    changes: list[tuple[str, bool]] = []
    was = None
    for minute in range(0, 36 * 60, 5):
        moment = first + dt.timedelta(minutes=minute)
        # The zone of the moment does not matter.
        now = hours.is_quiet(moment.astimezone(ZoneInfo("Asia/Tokyo")), PARIS)
        assert now == hours.is_quiet(moment, PARIS)
        if now is not was:
            changes.append((f"{moment:%d %H:%M}", now))
            was = now
    return changes


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (
            "22:00",
            "07:00",
            [("10 00:00", True), ("10 06:00", False), ("10 21:00", True), ("11 06:00", False)],
        ),
        ("13:00", "14:30", [("10 00:00", False), ("10 12:00", True), ("10 13:30", False)]),
        ("00:00", "06:00", [("10 00:00", True), ("10 05:00", False), ("10 23:00", True)]),
        ("08:00", "08:00", [("10 00:00", False)]),
    ],
)
def test_a_day(start: str, end: str, expected: list[tuple[str, bool]]) -> None:
    """Quiet hours begin with their start, end with their end, and may span midnight."""
    assert quiet(start, end, day=dt.date(2026, 3, 10))[: len(expected)] == expected


def test_winter_time_begins() -> None:
    """A time that comes twice begins quiet hours the first time and ends them the second."""
    night = dt.date(2026, 10, 25)
    assert quiet("02:30", "07:00", day=night) == [
        ("25 00:00", False),
        ("25 00:30", True),
        ("25 06:00", False),
        ("26 01:30", True),
        ("26 06:00", False),
    ]
    assert quiet("22:00", "02:30", day=night)[:2] == [("25 00:00", True), ("25 01:30", False)]


def test_summer_time_begins() -> None:
    """A time that does not come ends quiet hours an hour later by the clock, at the same moment."""
    night = dt.date(2026, 3, 29)
    assert quiet("22:00", "02:30", day=night)[:2] == [("29 00:00", True), ("29 01:30", False)]
    assert quiet("02:30", "07:00", day=night)[:3] == [
        ("29 00:00", False),
        ("29 00:30", True),
        ("29 05:00", False),
    ]

"""Moments by the clock of Paris, in UTC, so that a day added to one has 24 hours."""

from datetime import UTC, date, datetime, time

from custom_components.marstek.tempo import PARIS


def paris(day: date | str, clock: str = "00:00") -> datetime:
    """Return a moment by the clock of Paris, in UTC."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time.fromisoformat(clock), PARIS).astimezone(UTC)

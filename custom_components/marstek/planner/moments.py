"""Moments are kept in UTC, so that they can be compared and subtracted."""

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC. Raises ValueError without a time zone."""
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone")
    return moment.astimezone(UTC)

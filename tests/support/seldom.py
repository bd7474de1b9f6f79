"""Weeks in virtual time, in which what only looks whether something is due looks more seldom."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from unittest.mock import patch

_PACKAGE: Final = "custom_components.marstek"
_SECONDS: Final = {
    "plan.controller._LONGEST_WAIT": 300.0,
    "plan.tariff.coordinator._LONGEST_WAIT": 300.0,
    "battery.poller._LONGEST_WAIT": 300.0,
    "battery.coordinator._AGE_WATCH_INTERVAL": 60.0,
    "battery.coordinator._LONGEST_UNWATCHED": 300.0,
}
"""What is due keeps its time; between, nothing happens most of the time of a day."""


@contextmanager
def looking_seldom() -> Iterator[None]:
    """Spare most of the work of a day in which nothing is due."""
    with ExitStack() as stack:
        for name, seconds in _SECONDS.items():
            stack.enter_context(patch(f"{_PACKAGE}.{name}", seconds))
        yield

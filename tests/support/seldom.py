"""Days in virtual time: what only looks whether something is due looks more seldom."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from unittest.mock import patch

import pytest

from custom_components.marstek.battery.poll_schedule import Intervals

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


@contextmanager
def looking_as_marked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look seldom at a clock that nobody sets: what is due keeps its time, what changes is heard.

    A test that sets a clock, or counts looks, has the mark `each_minute`.
    """
    if request.node.get_closest_marker("each_minute"):
        yield
        return
    with looking_seldom():
        yield


_POLLS: Final = Intervals(
    power=120, mode=300, cells=3600, meter=600, wifi=86400, bluetooth=86400, device=86400
)


@contextmanager
def uneventful() -> Iterator[None]:
    """Live quickly through hours in which nothing is to happen: batteries are polled less too."""
    polls = patch(f"{_PACKAGE}.battery.poll_schedule.intervals_for", lambda _: _POLLS)
    with looking_seldom(), polls:
        yield

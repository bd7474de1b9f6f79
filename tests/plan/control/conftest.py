"""Homes whose plan asks no source: what is stored has to do."""

from collections.abc import Iterator

import pytest

from tests.support.seldom import looking_seldom


@pytest.fixture(autouse=True)
def _no_source(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing answer."""
    monkeypatch.setenv("MARSTEK_TEMPO_BASE", "http://127.0.0.1:9")


@pytest.fixture(autouse=True)
def _seldom(request: pytest.FixtureRequest) -> Iterator[None]:
    """Spare looks at a clock that nobody sets: what is due keeps its time, and what changes is heard.

    A test that sets a clock, or counts looks, has the mark `each_minute`.
    """
    if request.node.get_closest_marker("each_minute"):
        yield
        return
    with looking_seldom():
        yield

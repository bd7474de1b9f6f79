"""Homes whose plan asks no source: what is stored has to do."""

from collections.abc import Iterator

import pytest

from tests.support.seldom import looking_as_marked


@pytest.fixture(autouse=True)
def _no_source(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing answer."""
    monkeypatch.setenv("MARSTEK_TEMPO_BASE", "http://127.0.0.1:9")


@pytest.fixture(autouse=True)
def _seldom(request: pytest.FixtureRequest) -> Iterator[None]:
    with looking_as_marked(request):
        yield

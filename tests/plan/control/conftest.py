"""Homes whose plan asks no source: what is stored has to do."""

import pytest


@pytest.fixture(autouse=True)
def _no_source(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing answer."""
    monkeypatch.setenv("MARSTEK_TEMPO_BASE", "http://127.0.0.1:9")

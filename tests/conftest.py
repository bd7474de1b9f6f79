"""What all tests share."""

import asyncio
import logging
import os

from hypothesis import settings
import pytest

# Imported before the harness creates `hass`, or its own folder of the same name wins.
import custom_components  # noqa: F401
from tests.support import earlier

# Chosen by `scripts/test --quick`; where a test names a number of examples itself, that stays.
settings.register_profile("quick", max_examples=10)
# Jumps of a frozen clock look like slow callbacks to asyncio's debug mode.
logging.getLogger("asyncio").setLevel(logging.ERROR)
# A recorder would tell every statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Look for calls from a wrong thread only where it is asked for.

    The harness always does, which takes a quarter of the processor time of these tests.
    """
    asyncio.get_running_loop().set_debug("LOOP_DEBUG" in os.environ)


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant see custom_components in each test that has a `hass`.

    A recorder has to be there before `hass`, so that it is asked for first.
    """
    if "hass" not in request.fixturenames:
        return
    for fixture in ("recorder_mock", "enable_custom_integrations"):
        if fixture == "enable_custom_integrations" or fixture in request.fixturenames:
            request.getfixturevalue(fixture)


@pytest.fixture(autouse=True)
def _quick_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no step of a flow be shown longer than it takes: many tests stop the clock."""
    monkeypatch.setattr("custom_components.marstek.flows.progress.SHOWN_FOR", 0)


@pytest.fixture(autouse=True)
def _entities_of_before(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have most entities on, as a home that began with 0.1.0; what a newcomer meets has a mark.

    Behaviour is tested by entities, most of which are off for a newcomer.
    """
    if request.node.get_closest_marker("newcomer"):
        return
    for owner in ("battery", "plan"):
        name = f"custom_components.marstek.{owner}.entities.entity.is_main_of_{owner}"
        monkeypatch.setattr(name, earlier.was_on)

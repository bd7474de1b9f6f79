"""What all tests share."""

import asyncio
from collections.abc import Callable, Mapping
import logging
import os

from homeassistant import runner
import pytest

# Imported before the harness creates `hass`, or its own folder of the same name wins.
import custom_components  # noqa: F401
from tests.support import earlier, examples
from tests.support.virtual_time import ShortWaitsLoop

# Chosen by `scripts/test --quick`; where a test names a number of examples itself, that stays.
examples.register()
# Jumps of a frozen clock look like slow callbacks to asyncio's debug mode.
logging.getLogger("asyncio").setLevel(logging.ERROR)
# A recorder would tell every statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]] | None:
    """Leave out the short waits of a client, save where a test stops the clock itself."""
    is_stopped = "freezer" in getattr(item, "fixturenames", ())
    return {"loop": asyncio.EventLoop if is_stopped else ShortWaitsLoop}


@pytest.fixture(autouse=True)
async def configure_event_loop() -> None:
    """Configure the loop as Home Assistant does, which would also give it the machine's clock."""
    loop = asyncio.get_running_loop()
    time = loop.time
    runner.configure_event_loop(loop)
    if isinstance(loop, ShortWaitsLoop):
        loop.time = time  # type: ignore[method-assign]


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

"""The event loop whose time jumps: it goes on, however long it has run."""

import asyncio
from datetime import UTC, datetime
import sys
from time import perf_counter

import pytest

from tests.support.virtual_time import run


@pytest.mark.timeout(20)
def test_time_goes_on_after_a_year() -> None:
    """A timer that is due in the moment of a look is not looked at for ever."""

    async def live() -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for days in (200, 200, 200):
            await asyncio.sleep(days * 86400)
            for _ in range(50):
                await asyncio.sleep(0.25)
        return loop.time() - begun

    assert run(datetime(2026, 1, 1, tzinfo=UTC), live()) == pytest.approx(600 * 86400, abs=60)


async def test_a_short_wait_is_left_out() -> None:
    """Until another program is there, which goes by the machine's clock."""
    loop = asyncio.get_running_loop()
    begun, then = loop.time(), perf_counter()
    for _ in range(8):
        await asyncio.sleep(0.5)
    assert loop.time() - begun >= 4
    assert perf_counter() - then < 2
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    then = perf_counter()
    await asyncio.sleep(0.5)
    assert perf_counter() - then > 0.4
    await program.wait()

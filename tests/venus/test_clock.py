"""Work with a deadline, and what becomes of its error."""

import asyncio
import gc
from typing import Any, Final

import pytest

from custom_components.marstek.errors import WornError
from custom_components.marstek.venus import LoopClock, within
from tests.support.truth import virtual

_DEADLINE: Final = 1000.0
"""Seconds, far away."""


@virtual
@pytest.mark.parametrize("is_at_its_end", [False, True])
async def test_an_error_of_a_cancelled_call_is_no_surprise(is_at_its_end: bool) -> None:
    """A script that stops at the moment of an error leaves none that asyncio logs."""
    loop, clock = asyncio.get_running_loop(), LoopClock()
    logged: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: logged.append(context))
    going = asyncio.Event()

    async def work() -> None:
        try:
            await going.wait()
        finally:
            raise WornError

    call = asyncio.create_task(within(clock, clock.time() + _DEADLINE, "work", work()))
    await asyncio.sleep(1)
    if is_at_its_end:
        going.set()
        await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait((call,))
    assert call.cancelled()
    # Its traceback holds on to the work.
    del call
    await asyncio.sleep(1)
    gc.collect()
    assert logged == []

"""What anybody may send from a battery's address, and the time that a call may take.

Quiet time once grew with every datagram, so one byte every 2 s kept a healthy battery from being
asked at all.
"""

import asyncio
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.venus import (
    DeadlineError,
    LoopClock,
    Method,
    Mode,
    ModeWish,
    Priority,
    search,
)
from simulator import Faults

from .bench import POWERS, opened, pair, reply, run, scripted, soc, thorough, time, virtual

_STRANGE = st.one_of(
    st.binary(max_size=40),
    st.integers(0, 65535).map(lambda number: reply({"id": number}, POWERS)),
)


@thorough
@given(st.lists(_STRANGE, min_size=1, max_size=4), st.floats(0.3, 2.4))
def test_strangers_do_not_keep_a_battery_from_being_asked(
    datagrams: list[bytes], rhythm: float
) -> None:
    """Whatever comes, and however often, each call ends within its own time."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        noise = [
            (rhythm * number, datagrams[number % len(datagrams)])
            for number in range(1, int(60 / rhythm))
        ]
        return [(0.2, reply(request, POWERS)), *noise]

    async def ask() -> None:
        async with scripted(script) as (_, target), opened(target) as client:
            for priority in (Priority.POLL, Priority.COMMAND, Priority.POLL):
                begun = time()
                assert soc(await client.read(Method.ENERGY, priority=priority)) == 55
                assert time() - begun <= 20

    run(ask())


@virtual
async def test_a_call_ends_at_its_deadline() -> None:
    """Also while another change holds the battery; the next call starts afresh."""
    async with pair(faults=Faults(loss=1.0)) as bench:
        begun = time()
        first, second = (
            asyncio.create_task(bench.control.set_mode(ModeWish(Mode.AUTO), deadline=begun + 20))
            for _ in range(2)
        )
        for command in (first, second):
            with pytest.raises(DeadlineError):
                await command
        assert time() - begun <= 20.1
        bench.battery.faults.clear()
        assert soc(await bench.read(priority=Priority.COMMAND)) == 55


@virtual
async def test_commands_into_the_dark_do_not_postpone_the_probe() -> None:
    """The time of the next probe counts from the last poll."""
    async with pair(faults=Faults(loss=1.0)) as bench:
        with pytest.raises(DeadlineError):
            await bench.link.call(
                Method.ENERGY,
                {"id": 0},
                lambda result: result,
                priority=Priority.COMMAND,
                attempts=9,
                deadline=time() + 30,
            )
        assert bench.link.breaker.is_open
        assert bench.link.breaker.may_probe()


@virtual
async def test_a_search_does_not_wait_for_a_gate_that_stays_shut() -> None:
    """It asks all the same, and leaves no gate held behind."""
    async with pair(polite=False) as bench:
        hub = bench.client._hub
        gate = hub.gates.at(bench.battery.spec.address, LoopClock())
        port = bench.battery.spec.port
        begun = time()
        async with gate.entered(Priority.COMMAND):
            result = await search(hub, [bench.battery.spec.address], ports=[port], rounds=1)
        assert [found.address for found in result.devices] == [bench.battery.spec.address]
        assert time() - begun <= 20
        assert soc(await bench.read()) == 55
        assert gate.waiting == 0


@virtual
async def test_gates_of_strangers_are_forgotten() -> None:
    """A connected battery's gate is kept, and so is one in quiet time."""
    async with pair() as bench:
        gates, clock = bench.client._hub.gates, LoopClock()
        mine = gates.at(bench.battery.spec.address, clock)
        quiet = gates.at("10.0.0.1", clock)
        quiet.keep_quiet(60)
        for number in range(3000):
            gates.at(f"10.1.{number // 250}.{number % 250}", clock)
        assert len(gates._gates) <= 64
        assert gates.at(bench.battery.spec.address, clock) is mine
        assert gates.at("10.0.0.1", clock) is quiet

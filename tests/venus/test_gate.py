"""Who goes first, and when."""

import asyncio
from weakref import WeakSet

import pytest

from custom_components.marstek.venus import LoopClock, Priority
from custom_components.marstek.venus.gate import Gate, Gates
from tests.support.pair import time, virtual


async def _enter(gate: Gate, priority: Priority, name: str, seen: list[str]) -> None:
    async with gate.entered(priority):
        seen.append(name)
        await asyncio.sleep(1)


@virtual
async def test_the_most_urgent_first_then_the_first_come() -> None:
    """Commands before polls, whoever came first before the others of its kind."""
    gate, seen = Gate(LoopClock()), list[str]()
    order = [("a", 1), ("b", 1), ("c", 0), ("d", 1), ("e", 0)]
    async with asyncio.TaskGroup() as group:
        for name, priority in order:
            group.create_task(_enter(gate, Priority(priority), name, seen))
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert gate.waiting == 4
    assert seen == ["a", "c", "e", "b", "d"]
    assert gate.waiting == 0


@virtual
async def test_a_command_overtakes_a_poll_that_waits_for_quiet() -> None:
    """It takes over the wait that the poll had begun."""
    gate, seen = Gate(LoopClock()), list[str]()
    begun = time()
    gate.keep_quiet(2.5)
    async with asyncio.TaskGroup() as group:
        group.create_task(_enter(gate, Priority.POLL, "poll", seen))
        await asyncio.sleep(2.4)
        group.create_task(_enter(gate, Priority.COMMAND, "command", seen))
        await asyncio.sleep(0.2)
        assert seen == ["command"]
    assert time() - begun == pytest.approx(4.5, abs=0.01)


@virtual
async def test_quiet_time_is_prolonged_and_never_shortened() -> None:
    """Even for one who waits already."""
    gate, seen = Gate(LoopClock()), list[str]()
    gate.keep_quiet(5)
    gate.keep_quiet(1)
    task = asyncio.create_task(_enter(gate, Priority.POLL, "a", seen))
    await asyncio.sleep(4.9)
    assert seen == []
    gate.keep_quiet(5)
    await asyncio.sleep(4.9)
    assert seen == []
    await asyncio.sleep(0.2)
    assert seen == ["a"]
    await task


@pytest.mark.parametrize("victim", ["holder", "next", "last"])
@virtual
async def test_a_cancelled_one_makes_way(victim: str) -> None:
    """Whether it holds the gate or waits for it."""
    gate, seen = Gate(LoopClock()), list[str]()
    tasks = {
        name: asyncio.create_task(_enter(gate, Priority.POLL, name, seen))
        for name in ("holder", "next", "last")
    }
    await asyncio.sleep(0.1)
    tasks.pop(victim).cancel()
    await asyncio.sleep(0)
    await asyncio.gather(*tasks.values())
    assert [name for name in seen if name != victim] == list(tasks)
    async with asyncio.timeout(1), gate.entered(Priority.POLL):
        pass


@virtual
async def test_gates_are_bounded_and_none_is_replaced_while_there_is_room() -> None:
    """Two callers that ask for one address must share its gate; a flood of addresses is dropped."""
    gates, clock, alive = Gates(), LoopClock(), WeakSet[Gate]()
    busy = gates.at("10.0.0.1", clock)
    busy.keep_quiet(60)
    idle = gates.at("10.0.0.2", clock)
    for number in range(50):
        alive.add(gates.at(f"10.0.1.{number}", clock))
    assert gates.at("10.0.0.2", clock) is idle
    for number in range(250):
        alive.add(gates.at(f"10.0.2.{number}", clock))
        assert len(alive) <= 64
    assert gates.at("10.0.0.1", clock) is busy


@virtual
async def test_an_address_that_is_known_drops_no_gate() -> None:
    """Room is made for new addresses only."""
    gates, clock = Gates(), LoopClock()
    known = [gates.at(f"10.0.0.{number}", clock) for number in range(64)]
    assert [gates.at(f"10.0.0.{number}", clock) for number in range(64)] == known

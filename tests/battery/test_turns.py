"""Any interleaving of commands: each ends once, and the newest that nobody stopped stands."""

import asyncio

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.battery.data import CommandProgress, CommandState
from custom_components.marstek.battery.turns import Rank, Turn, Turns
from custom_components.marstek.errors import SupersededError
from custom_components.marstek.venus import Mode, NoAnswerError, Proof

_STEPS = st.tuples(
    st.sampled_from(Rank),
    st.booleans(),
    st.booleans(),
    st.integers(0, 4),
    st.none() | st.integers(0, 6),
)


@given(st.lists(_STEPS, min_size=1, max_size=8))
@settings(deadline=None)
def test_any_interleaving(steps: list[tuple[Rank, bool, bool, int, int | None]]) -> None:
    """Two automations, a script that is stopped, upkeep and the plan, in any order."""
    asyncio.run(_compete(steps))


async def _compete(steps: list[tuple[Rank, bool, bool, int, int | None]]) -> None:
    seen: list[CommandProgress] = []
    turns = Turns(seen.append, asyncio.Lock())
    carried_out: list[int] = []
    calls: list[tuple[Turn, asyncio.Task[Proof | None]]] = []
    for number, (rank, is_setpoint, fails, pause, patience) in enumerate(steps):
        turn = Turn(rank, is_setpoint)

        async def job(number: int = number, *, fails: bool = fails) -> tuple[Mode, Proof]:
            carried_out.append(number)
            for _ in range(3):
                await asyncio.sleep(0)
            if fails:
                raise NoAnswerError("job", 1)
            return Mode.AUTO, Proof.CONFIRMED

        task = asyncio.ensure_future(turns.async_take(turn, job))
        calls.append((turn, task))
        for _ in range(pause):
            await asyncio.sleep(0)
        if patience is not None:
            for _ in range(patience):
                await asyncio.sleep(0)
            task.cancel()
    ends = await asyncio.gather(*(task for _, task in calls), return_exceptions=True)
    for number, ((turn, _), end) in enumerate(zip(calls, ends, strict=True)):
        newer = [each for each, _ in calls[number + 1 :]]
        if isinstance(end, SupersededError):
            assert number not in carried_out
            assert any(turn.is_superseded_by(each) for each in newer)
        elif not isinstance(end, asyncio.CancelledError):
            assert number in carried_out
    assert carried_out == sorted(set(carried_out))
    shown = [each.state for each in seen if not each.is_quiet]
    assert not shown or shown[-1] is not CommandState.PENDING
    assert not turns.is_mode_waiting
    assert not turns.lock.locked()


async def _end_one(running: Turn, stays: Turn | None) -> CommandState:
    """Cancel a setpoint that waits; return what is shown while `running` goes on."""
    seen: list[CommandProgress] = []
    turns, goes_on = Turns(seen.append, asyncio.Lock()), asyncio.Event()

    async def job() -> None:
        await goes_on.wait()

    tasks = [asyncio.ensure_future(turns.async_take(running, job))]
    await asyncio.sleep(0)
    tasks += [
        asyncio.ensure_future(turns.async_take(turn, job))
        for turn in (stays, Turn(is_setpoint=True))
        if turn is not None
    ]
    await asyncio.sleep(0)
    tasks[-1].cancel()
    await asyncio.wait(tasks[-1:])
    shown = seen[-1].state
    goes_on.set()
    await asyncio.wait(tasks)
    return shown


@pytest.mark.parametrize(
    ("running", "stays", "shown"),
    [
        (Turn(), None, CommandState.PENDING),
        (Turn(Rank.BACKGROUND), None, CommandState.CANCELLED),
        (Turn(Rank.BACKGROUND), Turn(), CommandState.PENDING),
    ],
)
def test_the_end_of_one_command_does_not_hide_another(
    running: Turn, stays: Turn | None, shown: CommandState
) -> None:
    """The last command is pending again for as long as one that somebody gave is."""
    assert asyncio.run(_end_one(running, stays)) is shown

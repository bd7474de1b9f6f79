"""The countdown of Passive is never cancelled by the firmware: whoever leaves must end it."""

import asyncio

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.marstek.venus import (
    LoopClock,
    Method,
    Mode,
    ModeControl,
    ModeRequest,
    ModeStatus,
    Proof,
    VenusError,
)
from simulator import Faults
from tests.support.pair import Pair, pair, run, time, virtual
from tests.venus.test_modes import AI, AUTO, manual, once_written, passive

_TARGETS = (AUTO, AI, manual(400))
_LATER = 7200.0


async def _stays(bench: Pair, mode: str) -> None:
    """Wait past the end of any countdown and check that the battery is still in its mode."""
    assert bench.battery.state.mode == mode
    await asyncio.sleep(_LATER)
    assert bench.battery.state.mode == mode


async def _poll(bench: Pair) -> None:
    """Read the mode as a coordinator does, and let the commands know."""
    status = await bench.read(Method.MODE)
    assert isinstance(status, ModeStatus)
    bench.control.learn(status)


@virtual
async def test_what_happens_otherwise() -> None:
    """The trap is really there: a plain write of the mode does not end the countdown."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 600))
        await bench.client.write({"mode": "Auto", "auto_cfg": {"enable": 1}})
        assert bench.battery.state.mode == "Auto"
        await asyncio.sleep(_LATER)
        assert bench.battery.state.mode == "Passive"


@pytest.mark.parametrize("change", _TARGETS, ids=lambda change: change.mode)
@pytest.mark.parametrize("after", [0, 5, 200, 595, 700])
@virtual
async def test_left_before_and_after_its_end(change: ModeRequest, after: float) -> None:
    """In less than 15 s, for good."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 600))
        await asyncio.sleep(after)
        begun = time()
        assert await bench.control.set_mode(change) is Proof.CONFIRMED
        assert time() - begun < 15
        await _stays(bench, change.mode)


@virtual
async def test_the_app_left_it_and_we_know() -> None:
    """The mode is Auto by then, but the countdown still runs."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 600))
        bench.battery.set_mode("Auto")
        await asyncio.sleep(5)
        await _poll(bench)
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        await _stays(bench, "AI")


@virtual
async def test_the_app_left_it_for_the_mode_that_is_wanted() -> None:
    """Nothing seems to be left to do, and yet there is."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 600))
        bench.battery.set_mode("Auto")
        await asyncio.sleep(5)
        await _poll(bench)
        await bench.control.set_mode(AUTO)
        await _stays(bench, "Auto")


@virtual
async def test_after_a_restart() -> None:
    """Nothing is known of the countdown but that the battery is in Passive."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 600))
        control = ModeControl(bench.client, LoopClock())
        assert await control.set_mode(AUTO) is Proof.CONFIRMED
        await _stays(bench, "Auto")


@virtual
async def test_a_passive_of_the_app() -> None:
    """Its countdown is somebody else's, and ends just the same."""
    async with pair() as bench:
        bench.battery.set_mode("Passive", 500, 3600)
        assert await bench.control.set_mode(AUTO) is Proof.CONFIRMED
        await _stays(bench, "Auto")


@virtual
async def test_a_passive_of_somebody_else_that_is_over_when_we_act() -> None:
    """It was seen once: what became of its countdown is not known."""
    async with pair() as bench:
        bench.battery.set_mode("Passive", 500, 3600)
        await _poll(bench)
        bench.battery.set_mode("Auto")
        await _poll(bench)
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        await _stays(bench, "AI")
        assert await bench.control.set_mode(AUTO) is Proof.CONFIRMED
        assert [config["mode"] for config in bench.writes()] == ["Passive", "AI", "Auto"]


@virtual
async def test_a_passive_that_was_carried_out_but_never_confirmed() -> None:
    """The command failed for us; its countdown runs all the same."""
    async with pair() as bench:
        await _poll(bench)
        bench.battery.faults.garbage = "truncated"
        with pytest.raises(VenusError):
            await bench.control.set_mode(passive(500, 1800))
        bench.battery.faults.clear()
        bench.battery.set_mode("Auto")
        await asyncio.sleep(20)
        await _poll(bench)
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        await _stays(bench, "AI")


@virtual
async def test_a_renewal_that_took_long_to_arrive() -> None:
    """Its countdown began when it arrived, not when it was first sent."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 60))
        bench.battery.faults.loss = 1
        renewal = asyncio.create_task(bench.control.renew(passive(500, 60)))
        await asyncio.sleep(30)
        bench.battery.faults.loss = 0
        await renewal
        bench.battery.set_mode("Auto")
        await _poll(bench)
        await asyncio.sleep(40)
        assert bench.battery.state.passive_remaining > 0
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        await _stays(bench, "AI")


@pytest.mark.parametrize("fault", ["refused_writes", "loss", "parse_errors", "garbage"])
@pytest.mark.parametrize("change", _TARGETS, ids=lambda change: change.mode)
@virtual
async def test_the_end_of_the_countdown_fails_at_first(change: ModeRequest, fault: str) -> None:
    """It is repeated before the mode is changed."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 600))
        bench.battery.faults.set(fault, "truncated" if fault == "garbage" else 1)
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(change) is Proof.CONFIRMED
        await _stays(bench, change.mode)


@virtual
async def test_nothing_is_ended_that_is_over() -> None:
    """A countdown of ours that has run out needs no write of its own."""
    async with pair() as bench:
        await bench.control.set_mode(passive(500, 60))
        await asyncio.sleep(120)
        bench.battery.set_mode("Auto")
        await _poll(bench)
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        assert [config["mode"] for config in bench.writes()] == ["Passive", "AI"]


@virtual
async def test_the_battery_reboots_while_it_is_left() -> None:
    """That ends the countdown too."""
    async with pair(polite=False) as bench:
        await bench.control.set_mode(passive(500, 600))
        async with once_written(bench, bench.battery.reboot):
            assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        await _stays(bench, "AI")


_EVENTS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from([AUTO, AI, manual(300), passive(400, 90)])),
    st.tuples(st.just("set"), st.builds(passive, st.integers(-800, 800), st.integers(1, 900))),
    st.tuples(st.just("renew"), st.integers(1, 900)),
    st.tuples(st.just("wait"), st.integers(1, 700)),
    st.tuples(st.just("app"), st.sampled_from(["Auto", "AI", "Manual", ""])),
    st.tuples(st.just("poll"), st.none()),
    st.tuples(st.just("reboot"), st.none()),
    st.tuples(st.just("restart"), st.none()),
)


async def _event(bench: Pair, kind: str, value: ModeRequest | int | str | None) -> None:
    match kind, value:
        case "set", ModeRequest():
            await bench.control.set_mode(value)
        case "renew", int():
            await bench.control.renew(passive(200, value))
        case "wait", int():
            await asyncio.sleep(value)
        case "app", str():
            bench.battery.set_mode(value)
        case "poll", _:
            await _poll(bench)
        case "reboot", _:
            bench.battery.reboot()
        case "restart", _:
            state = bench.battery.state
            if state.mode == "Passive" or not state.passive_remaining:
                # A countdown that hides behind another mode can't be known of after a restart.
                bench.control = ModeControl(bench.client, LoopClock())
                await _poll(bench)


async def _story(events: list[tuple[str, ModeRequest | int | str | None]], loss: float) -> None:
    async with pair(faults=Faults(loss=loss), polite=False) as bench:
        for kind, value in events:
            try:
                await _event(bench, kind, value)
            except VenusError:
                continue
        bench.battery.faults.clear()
        for change in (AI, AUTO):
            await asyncio.sleep(60)
            await bench.control.set_mode(change)
        await _stays(bench, Mode.AUTO)


@pytest.mark.exhaustive
@given(st.lists(_EVENTS, max_size=8), st.sampled_from([0.0, 0.0, 0.4]))
@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_any_order_of_events(
    events: list[tuple[str, ModeRequest | int | str | None]], loss: float
) -> None:
    """Whatever was done before, the mode that was chosen last is the one that stays."""
    run(_story(events, loss))

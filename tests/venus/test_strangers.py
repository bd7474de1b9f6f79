"""What anybody may send from a battery's address, and the time that a call may take.

Quiet time once grew with every datagram, so one byte every 2 s kept a healthy battery from being
asked at all.
"""

import asyncio
from collections.abc import Awaitable, Callable
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.venus import (
    DeadlineError,
    Hub,
    LoopClock,
    Method,
    Mode,
    ModeControl,
    ModeRequest,
    NoAnswerError,
    Priority,
    Proof,
    probe,
    search,
)
from simulator import BatterySpec, Faults
from simulator.forgery import forged_reply, send_from
from tests.support.examples import thorough
from tests.support.loopback import free_port
from tests.support.pair import (
    ADDRESS,
    MAC,
    POWERS,
    connected,
    fleet,
    opened,
    pair,
    reply,
    run,
    scripted,
    soc,
    time,
    virtual,
)

_UNREAD = b'{"id":0,"src":"VenusE 3.0-02aabbcc0101","error":{"code":-32700,"data":403}}'
_STRANGE = st.one_of(
    st.binary(max_size=40),
    st.just(_UNREAD),
    st.integers(0, 65535).map(lambda number: reply({"id": number}, POWERS)),
)


@pytest.mark.exhaustive
@thorough
@given(
    st.lists(_STRANGE, min_size=1, max_size=4),
    st.floats(0.02, 4),
    st.floats(0, 1),
    st.floats(0.09, 1.4),
)
def test_strangers_do_not_keep_a_battery_from_being_asked(
    datagrams: list[bytes], rhythm: float, shift: float, latency: float
) -> None:
    """Whatever comes, and however often, polls are answered and commands end in time."""
    mode = "Auto"

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal mode
        if request["method"] == Method.SET_MODE:
            mode = request["params"]["config"]["mode"]
            return {"set_result": True}
        return {**POWERS, "mode": mode}

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        noise = [
            (rhythm * (number + shift), datagrams[number % len(datagrams)])
            for number in range(min(int(30 / rhythm), 200))
        ]
        return [(latency, reply(request, answer(request))), *noise]

    async def ask() -> None:
        async with scripted(script) as (_, target), opened(target) as client:
            control = ModeControl(client, LoopClock())
            for request in (Mode.AI, Mode.AUTO):
                begun = time()
                assert soc(await client.read(Method.ENERGY, attempts=1)) == 55
                assert time() - begun <= 10
                begun = time()
                assert await control.set_mode(ModeRequest(request)) is Proof.CONFIRMED
                assert time() - begun <= 25

    run(ask())


@virtual
async def test_a_call_ends_at_its_deadline() -> None:
    """Also while another change holds the battery; the next call starts afresh."""
    async with pair(faults=Faults(loss=1.0)) as bench:
        begun = time()
        first, second = (
            asyncio.create_task(bench.control.set_mode(ModeRequest(Mode.AUTO), deadline=begun + 20))
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
async def test_a_battery_that_was_passed_over_is_not_asked_right_after_a_broadcast() -> None:
    """The broadcast is a request to it too: ours wait for its answer and the quiet gap."""
    async with pair(polite=False) as bench:
        hub, spec = bench.client._hub, bench.battery.spec
        gate = hub.gates.at(spec.address, LoopClock())
        async with gate.entered(Priority.COMMAND):
            searching = asyncio.create_task(search(hub, [spec.address], ports=[spec.port]))
            await asyncio.sleep(11)
        while not searching.done():
            await bench.read(priority=Priority.COMMAND)
        reads = [each for each in bench.exchanges if each.method == Method.ENERGY]
        assert reads
        assert not any(each.overlapped for each in reads)
        assert min(each.gap for each in reads if each.gap is not None) >= 2.5


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


@virtual
async def test_nobody_waits_for_ever_at_a_gate() -> None:
    """A poll and a probe end with an error of the library."""
    async with pair(polite=False) as bench:
        spec, hub = bench.battery.spec, bench.client._hub
        gate, begun = hub.gates.at(spec.address, LoopClock()), time()
        async with gate.entered(Priority.COMMAND):
            for waiting in (bench.read(), probe(hub, spec.address, spec.port)):
                with pytest.raises(DeadlineError):
                    await waiting
        assert time() - begun <= 2 * 60
        assert soc(await bench.read()) == 55


@pytest.mark.parametrize("what", ["read", "identity", "write", "probe"])
@virtual
async def test_a_starved_call_ends_within_a_minute(what: str) -> None:
    """Also where each attempt has its turn before its patience ends."""
    async with pair(faults=Faults(dark=True), polite=False) as bench:
        spec, hub = bench.battery.spec, bench.client._hub
        gate = hub.gates.at(spec.address, LoopClock())

        async def starve() -> None:
            while True:
                gate.keep_quiet(44)
                await asyncio.sleep(46)

        starving = asyncio.create_task(starve())
        await asyncio.sleep(1)
        begun = time()
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "read": bench.read,
            "identity": lambda: bench.read(Method.DEVICE),
            "write": lambda: bench.client.write({"mode": "AI", "ai_cfg": {"enable": 1}}),
            "probe": lambda: probe(hub, spec.address, spec.port),
        }
        with pytest.raises(DeadlineError):
            await calls[what]()
        assert 45 < time() - begun <= 60.1
        starving.cancel()


@virtual
async def test_a_search_that_waits_lets_commands_pass() -> None:
    """A shut gate delays no command to another battery, and is passed over in later rounds."""
    hub, port = Hub(), free_port()
    specs = [
        BatterySpec(address=f"127.0.0.{11 + each}", ble_mac=f"02aabbcc010{each}", port=port)
        for each in range(2)
    ]
    async with fleet(*specs) as batteries:
        shut, free = batteries
        async with connected(shut, hub=hub), connected(free, hub=hub) as client:
            gate = hub.gates.at(shut.spec.address, LoopClock())
            async with gate.entered(Priority.COMMAND):
                begun = time()
                searching = asyncio.create_task(search(hub, ["127.0.0.12"], ports=[port]))
                await asyncio.sleep(1)
                await client.write({"mode": "AI", "ai_cfg": {"enable": 1}})
                assert time() - begun < 2
                assert len((await searching).devices) == 1
                assert time() - begun < 10 + 3 * 3


@virtual
async def test_no_poll_between_the_requests_of_a_command() -> None:
    """Polls that wait go on after the command, or after a minute of it."""
    async with pair(faults=Faults(dark=True)) as bench:
        command = asyncio.create_task(
            bench.client.write({"mode": "AI", "ai_cfg": {"enable": 1}}, attempts=12)
        )
        begun = time()
        await asyncio.sleep(0.1)
        poll = asyncio.create_task(bench.read(attempts=1))
        await asyncio.sleep(40)
        assert {exchange.method for exchange in bench.exchanges} == {Method.SET_MODE}
        with pytest.raises(DeadlineError):
            await poll
        with pytest.raises(NoAnswerError):
            await bench.read(attempts=1)
        assert Method.ENERGY in {exchange.method for exchange in bench.exchanges}
        assert time() - begun < 75
        command.cancel()
        await asyncio.wait((command,))


@virtual
async def test_a_noisy_address_is_noticed_and_forgotten() -> None:
    """Another program that polls every two minutes shows; a search now and then does not."""
    async with pair() as bench:
        port = bench.battery.spec.port
        sign = forged_reply(bench.battery, 40000, {})
        await bench.battery.stop()
        for pause, count, is_noisy in ((900, 8, False), (120, 12, True), (1800, 1, False)):
            for _ in range(count):
                await asyncio.sleep(pause)
                await send_from((ADDRESS, port), sign, ("127.0.0.1", port))
                await asyncio.sleep(0.1)
            assert bench.link.noise.is_noisy is is_noisy


@pytest.mark.parametrize(
    "stray",
    [
        {"id": 64000, "error": {"code": -32601, "message": "Method not found", "data": 425}},
        {"id": 0, "result": POWERS},
    ],
)
@virtual
async def test_only_an_error_without_a_name_shortens_the_wait(stray: dict[str, Any]) -> None:
    """An answer to another program tells nothing of our request, whose answer comes 4 s late."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        strange = json.dumps({"src": f"VenusE 3.0-{MAC}", **stray}).encode()
        return [(0.5, strange), (4, reply(request, POWERS))]

    async with scripted(script) as (device, target), opened(target) as client:
        assert soc(await client.read(Method.ENERGY)) == 55
        assert len(device.requests) == 1

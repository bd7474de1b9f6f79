"""The conversation with one battery, whatever the network and the firmware do to it."""

import asyncio
import json
import random
from typing import Any, override

import pytest

from custom_components.marstek.venus import (
    DeviceError,
    Method,
    NoAnswerError,
    Priority,
    Status,
    success_rate,
)
from simulator import Faults
from tests.support.pair import (
    POLLED,
    POWERS,
    connected,
    opened,
    outcome,
    pair,
    reply,
    scripted,
    soc,
    time,
    virtual,
)


class _Ids(random.Random):
    """Starts the ids near their end."""

    @override
    def randint(self, a: int, b: int) -> int:
        return 65534


@virtual
async def test_one_request_in_flight_and_quiet_in_between() -> None:
    """Six calls at once are sent one by one."""
    async with pair() as bench:
        answers = await asyncio.gather(*(bench.read(method) for method in (*POLLED, Method.METER)))
        assert [exchange.outcome for exchange in bench.exchanges] == ["answered"] * 6
        assert soc(answers[0]) == soc(answers[1]) == 55


@virtual
async def test_commands_overtake_polls() -> None:
    """A command that comes last is sent next."""
    async with pair() as bench:
        polls = [asyncio.create_task(bench.read(method)) for method in POLLED]
        await asyncio.sleep(0.01)
        await bench.read(Method.METER, priority=Priority.COMMAND)
        await asyncio.gather(*polls)
        methods = [exchange.method for exchange in bench.exchanges]
        assert methods == [POLLED[0], Method.METER, *POLLED[1:]]


@virtual
async def test_ids_wrap_past_65535() -> None:
    """And leave 0 out, which parse errors carry."""
    async with pair() as bench, connected(bench.battery, rng=_Ids()) as client:
        for _ in range(4):
            assert soc(await client.read(Method.ENERGY)) == 55
        assert [exchange.id for exchange in bench.exchanges] == [65534, 65535, 1, 2]


@virtual
async def test_lost_requests_are_repeated_ever_later() -> None:
    """Three attempts, each after the time-out and a growing, jittered pause."""
    async with pair(faults=Faults(loss=1.0)) as bench:
        with pytest.raises(NoAnswerError) as caught:
            await bench.read()
        assert caught.value.attempts == 3
        times = [exchange.received for exchange in bench.exchanges]
        assert len(times) == 3
        assert 5.5 + 0.3 <= times[1] - times[0] <= 5.5 + 0.6 + 0.01
        assert 5.5 + 0.45 <= times[2] - times[1] <= 5.5 + 0.9 + 0.01
        statistics = bench.link.statistics[Method.ENERGY]
        assert (statistics.sent, statistics.answered, statistics.lost) == (3, 0, 3)


@virtual
async def test_a_lost_reply_is_repeated_within_the_call() -> None:
    """The caller does not notice."""
    async with pair(faults=Faults(loss=1.0)) as bench:
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(1)
        bench.battery.faults.clear()
        assert soc(await reading) == 55
        assert len(bench.exchanges) == 2


@pytest.mark.parametrize("firmware", [153, 156], ids=["parse_state", "error object"])
@virtual
async def test_a_request_that_could_not_be_read_is_repeated(firmware: int) -> None:
    """A 403 with id 0 is a loss that is noticed at once; the quiet gap is kept all the same."""
    async with pair(device="VenusE", firmware=firmware, faults=Faults(parse_errors=1)) as bench:
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(1)
        bench.battery.faults.clear()
        begun = time()
        assert soc(await reading) == 55
        assert time() - begun < 4
        statistics = bench.link.statistics[Method.ENERGY]
        assert (statistics.sent, statistics.answered, statistics.lost) == (2, 1, 1)


@virtual
async def test_a_request_that_is_said_by_its_id_not_to_be_read() -> None:
    """It is repeated too: the battery has not looked at what it asks."""
    asked = 0

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        nonlocal asked
        asked += 1
        unread = {"id": request["id"], "error": {"code": -32700, "message": "", "data": 403}}
        return [(0.1, json.dumps(unread).encode() if asked == 1 else reply(request, POWERS))]

    async with scripted(script) as (_, target), opened(target) as client:
        assert soc(await client.read(Method.ENERGY)) == 55
        assert client.link.statistics[Method.ENERGY].lost == 1


@pytest.mark.parametrize("damaged", [b"", b"\x00", b'{"id":', b"[]"])
@virtual
async def test_what_cannot_be_read_is_no_sign_of_life(damaged: bytes) -> None:
    """Anybody may have sent it, whatever we are waiting for."""
    async with scripted(lambda _: [(0.1, damaged)]) as (_, target), opened(target) as client:
        with pytest.raises(NoAnswerError):
            await client.read(Method.ENERGY)
        assert client.link.last_heard is None


@virtual
async def test_duplicates_are_ignored() -> None:
    """A reply that comes twice counts once, and the quiet gap starts at the second."""
    async with pair(faults=Faults(duplicates=1)) as bench:
        for _ in range(5):
            assert soc(await bench.read()) == 55
        statistics = bench.link.statistics[Method.ENERGY]
        assert (statistics.answered, statistics.late, statistics.errors) == (5, 0, 0)
        assert bench.late == []


@virtual
async def test_replies_5_seconds_late_are_waited_for() -> None:
    """Nothing is lost, and nothing is sent meanwhile."""
    async with pair(faults=Faults(late=0.5, lateness=5)) as bench:
        for _ in range(20):
            assert soc(await bench.read()) == 55
        statistics = bench.link.statistics[Method.ENERGY]
        assert (statistics.sent, statistics.answered, statistics.lost) == (20, 20, 0)
        assert statistics.longest_latency >= 5.09
        assert bench.battery.statistics().outcomes["late"] > 3


@virtual
async def test_a_late_reply_to_an_earlier_attempt_is_used() -> None:
    """It is the newest word when no later attempt is answered."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        first = len(device.requests) == 1
        return [(7, reply(request, POWERS))] if first else []

    async with scripted(script) as (device, target), opened(target) as client:
        begun = time()
        assert soc(await client.read(Method.ENERGY)) == 55
        assert 7 <= time() - begun < 12
        statistics = client.link.statistics[Method.ENERGY]
        assert (statistics.sent, statistics.answered, statistics.late) == (2, 0, 1)


@virtual
async def test_a_late_reply_that_is_not_the_newest_word_is_dropped() -> None:
    """What a later attempt has told is not overwritten by an older answer."""
    late: list[Status] = []

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        if len(device.requests) == 1:
            return [(9, reply(request, {**POWERS, "bat_soc": 10}))]
        return [(0.1, reply(request, {**POWERS, "bat_soc": 20}))]

    async with scripted(script) as (device, target), opened(target, on_late=late.append) as client:
        assert soc(await client.read(Method.ENERGY)) == 20
        await asyncio.sleep(10)
        assert client.link.statistics[Method.ENERGY].late == 1
        assert late == []


@virtual
async def test_a_reply_after_the_call_has_failed_is_passed_on() -> None:
    """Unless a newer read has been answered before."""
    late: list[Status] = []
    answered_after = {2: 8.0, 5: 20.0, 6: 0.1}

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        delay = answered_after.get(len(device.requests) - 1)
        number = len(device.requests)
        return [(delay, reply(request, {**POWERS, "bat_soc": number}))] if delay else []

    async with scripted(script) as (device, target), opened(target, on_late=late.append) as client:
        with pytest.raises(NoAnswerError):
            await client.read(Method.ENERGY)
        await asyncio.sleep(10)
        assert [soc(status) for status in late] == [3]
        with pytest.raises(NoAnswerError):
            await client.read(Method.ENERGY)
        assert soc(await client.read(Method.ENERGY)) == 7
        await asyncio.sleep(30)
        assert client.link.statistics[Method.ENERGY].late == 2
        assert [soc(status) for status in late] == [3]


@virtual
async def test_error_answers() -> None:
    """An error is final for the call, and counted."""
    async with pair(faults=Faults(error=412)) as bench:
        with pytest.raises(DeviceError) as caught:
            await bench.read()
        assert (caught.value.code, caught.value.data) == (-32602, 412)
        assert len(bench.exchanges) == 1
        assert bench.link.statistics[Method.ENERGY].errors == 1
        bench.battery.faults.clear()
        assert soc(await bench.read()) == 55


@virtual
async def test_30_percent_loss() -> None:
    """Nearly all reads are answered, nothing overlaps, and the figures add up."""
    async with pair(faults=Faults(loss=0.3)) as bench:
        answers = []
        for _ in range(100):
            answers.append(await outcome(bench))
            await asyncio.sleep(30)
        got = [status for status in answers if status]
        assert len(got) >= 90
        assert {soc(status) for status in got} == {55}
        statistics = bench.link.statistics[Method.ENERGY]
        outcomes = bench.battery.statistics().outcomes
        assert statistics.sent == len(bench.exchanges)
        assert statistics.answered == outcomes["answered"] == len(got)
        assert statistics.lost == outcomes["lost"]
        rate = success_rate([statistics])
        assert rate == pytest.approx(100 * len(got) / len(bench.exchanges))
        assert statistics.mean_latency is not None
        assert 0.09 <= statistics.mean_latency <= statistics.longest_latency <= 0.26


@virtual
async def test_success_rate_before_the_first_request() -> None:
    """It is unknown, not 0."""
    async with pair() as bench:
        assert success_rate(list(bench.link.statistics.values())) is None
        await bench.read()
        assert success_rate(list(bench.link.statistics.values())) == 100


@virtual
async def test_a_cancelled_caller_leaves_the_battery_in_peace() -> None:
    """The battery may still be busy with what was sent: nothing follows until that is over."""
    async with pair(faults=Faults(delay=4)) as bench:
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        bench.battery.faults.clear()
        assert soc(await bench.read()) == 55
        first, second = bench.exchanges
        assert second.received - first.received >= 5.5


@virtual
async def test_a_late_word_for_a_cancelled_caller_is_passed_on() -> None:
    """What was asked for is still worth knowing."""
    async with pair() as bench:
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(0.01)
        reading.cancel()
        await asyncio.sleep(1)
        assert [soc(status) for status in bench.late] == [55]


@virtual
async def test_a_caller_that_is_cancelled_while_it_waits_sends_nothing() -> None:
    """And holds nobody up."""
    async with pair() as bench:
        first = asyncio.create_task(bench.read())
        waiting = asyncio.create_task(bench.read(Method.MODE))
        last = asyncio.create_task(bench.read(Method.BATTERY))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(first, last)
        assert [exchange.method for exchange in bench.exchanges] == [Method.ENERGY, Method.BATTERY]


@virtual
async def test_frames_are_kept_for_the_diagnostics() -> None:
    """The newest fifty, sent and received, each of them not too long."""
    async with pair(faults=Faults(garbage="oversized")) as bench:
        await outcome(bench, attempts=1)
        sent, received = bench.link.frames
        assert (sent.sent, received.sent) == (True, False)
        assert b"ES.GetStatus" in sent.payload
        assert len(received.payload) <= 1024
        for _ in range(40):
            await outcome(bench, attempts=1, priority=Priority.COMMAND)
        assert len(bench.link.frames) == 50

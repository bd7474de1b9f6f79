"""Silence: how a dark battery, or a silent method, is left alone and comes back."""

import asyncio
from itertools import pairwise

import pytest

from custom_components.marstek.venus import (
    LoopClock,
    Method,
    MethodMissingError,
    NoAnswerError,
    Priority,
    RestingError,
)
from custom_components.marstek.venus.health import Noise
from simulator import Faults
from simulator.forgery import forged_reply, send_from
from tests.support.pair import ADDRESS, PROBE_INTERVAL, Pair, outcome, pair, soc, time, virtual


@virtual
async def test_only_403s() -> None:
    """A battery that reads nothing has not answered, but is not dark either."""
    async with pair(faults=Faults(parse_errors=1)) as bench:
        for _ in range(3):
            with pytest.raises(NoAnswerError):
                await bench.read()
        assert not bench.link.breaker.is_open


@virtual
async def test_a_method_that_the_firmware_lacks_is_left_alone() -> None:
    """It is not asked for again for an hour; commands may."""
    async with pair(faults=Faults(error=425)) as bench:
        with pytest.raises(MethodMissingError):
            await bench.read(Method.METER)
        bench.battery.faults.clear()
        with pytest.raises(RestingError):
            await bench.read(Method.METER)
        assert soc(await bench.read()) == 55
        await asyncio.sleep(3600)
        await bench.read(Method.METER)


async def _watch(bench: Pair, seconds: float) -> list[tuple[float, bool]]:
    """Poll as a coordinator does: whenever allowed, at most once a second."""
    end, seen = time() + seconds, []
    while time() < end:
        status = await outcome(bench)
        seen.append((time(), status is not None))
        breaker = bench.link.breaker
        await asyncio.sleep(max(1.0, breaker.seconds_to_probe) if breaker.is_open else 30.0)
    return seen


@virtual
async def test_a_dark_battery_is_probed_gently_and_comes_back_by_itself() -> None:
    """Every 20 s, later every minute, and it is heard within one interval of its return."""
    async with pair() as bench:
        await _watch(bench, 60)
        bench.battery.go_dark()
        begun = time()
        await _watch(bench, 600)
        assert bench.link.breaker.is_open
        times = [
            exchange.received for exchange in bench.exchanges if exchange.received > begun + 60
        ]
        gaps = [after - before for before, after in pairwise(times)]
        assert min(gaps) >= PROBE_INTERVAL
        assert max(gaps) < PROBE_INTERVAL + 8
        bench.battery.come_back()
        returned = time()
        seen = await _watch(bench, 60)
        assert next(moment for moment, ok in seen if ok) - returned < PROBE_INTERVAL + 1
        assert not bench.link.breaker.is_open


@virtual
async def test_an_hour_of_darkness() -> None:
    """Costs less than a request a minute in the end, and a minute at most to be over."""
    async with pair() as bench:
        bench.battery.go_dark()
        await _watch(bench, 3600)
        late = [exchange for exchange in bench.exchanges if exchange.received > time() - 1800]
        assert 20 <= len(late) <= 30
        bench.battery.come_back()
        returned = time()
        seen = await _watch(bench, 120)
        assert next(moment for moment, ok in seen if ok) - returned < 61


@virtual
async def test_polls_rest_while_a_battery_is_dark_and_commands_do_not() -> None:
    """Who polls too often is told without a datagram being sent."""
    async with pair(faults=Faults(dark=True)) as bench:
        with pytest.raises(NoAnswerError):
            await bench.read(attempts=4)
        sent = len(bench.exchanges)
        with pytest.raises(RestingError):
            await bench.read()
        assert len(bench.exchanges) == sent
        with pytest.raises(NoAnswerError):
            await bench.read(Method.MODE, priority=Priority.COMMAND)
        assert len(bench.exchanges) == sent + 3


@virtual
async def test_a_late_answer_ends_the_darkness_and_a_stranger_does_not() -> None:
    """Only an answer to a request of ours is a sign of life: anybody can send the rest."""
    async with pair(faults=Faults(dark=True)) as bench:
        assert await outcome(bench, attempts=4) is None
        assert bench.link.breaker.is_open
        asked = bench.exchanges[-1].id
        assert isinstance(asked, int)
        port = bench.battery.spec.port
        await bench.battery.stop()
        for number, is_open in ((asked + 1, True), (0, True), (asked, False)):
            sign = forged_reply(bench.battery, number, {})
            await send_from((ADDRESS, port), sign, ("127.0.0.1", port))
            await asyncio.sleep(0.1)
            assert bench.link.breaker.is_open is is_open
            assert (bench.link.last_heard is None) is is_open


@virtual
async def test_a_silent_method_is_polled_less_while_others_are_answered() -> None:
    """Longer and longer rests for the one, none for the others, and back to normal at once."""
    async with pair(faults=Faults(silent="Bat.GetStatus")) as bench:
        rests = []
        for _ in range(240):
            assert soc(await bench.read()) == 55
            try:
                await bench.read(Method.BATTERY, attempts=1)
            except RestingError:
                until = bench.link.backoff.rest_until(Method.BATTERY)
                if until not in rests:
                    rests.append(until)
            except NoAnswerError:
                pass
            await asyncio.sleep(30)
        lengths = [after - before for before, after in pairwise(rests)]
        assert len(lengths) >= 4
        assert lengths == sorted(lengths)
        assert lengths[-1] > 1500
        tries = sum(exchange.method == Method.BATTERY for exchange in bench.exchanges)
        assert tries <= 10
        bench.battery.faults.clear()
        await asyncio.sleep(3600)
        await bench.read(Method.BATTERY)
        assert bench.link.backoff.may_try(Method.BATTERY)
        assert not bench.link.breaker.is_open


@virtual
async def test_three_strange_acceptances_within_a_day_are_commands_of_another() -> None:
    """Fewer, or spread over more than a day, may be answers to our own that came late."""
    noise, seen = Noise(LoopClock()), list[bool]()
    noise.heard()
    for hours in (13, 13, 0, 0):
        seen.append(noise.is_commanded)
        noise.heard(is_acceptance=True)
        await asyncio.sleep(hours * 3600)
    seen.append(noise.is_commanded)
    await asyncio.sleep(12 * 3600)
    seen.append(noise.is_commanded)
    assert seen == [False, False, False, False, True, False]

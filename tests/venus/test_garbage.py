"""Answers that cannot be believed, and those of somebody else."""

import asyncio
from dataclasses import fields
from typing import Any

import pytest

from custom_components.marstek.venus import InvalidReplyError, Method, NoAnswerError, Priority
from simulator import Faults
from simulator.forgery import forged_reply, send_from
from simulator.garbage import GARBAGE
from simulator.household import constant
from tests.support.pair import (
    POLLED,
    POWERS,
    PROBE_INTERVAL,
    opened,
    outcome,
    pair,
    reply,
    scripted,
    soc,
    time,
    virtual,
)


@virtual
async def test_wrong_ids_are_ignored() -> None:
    """A reply to a question that was not asked answers nothing."""
    async with pair(faults=Faults(garbage="wrong_id")) as bench:
        with pytest.raises(NoAnswerError):
            await bench.read()


@virtual
async def test_a_forged_reply_from_another_address_is_ignored() -> None:
    """Even with the right id and the right name in it, as is garbage from there."""
    async with pair(faults=Faults(delay=2)) as bench:
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(1)
        request_id = bench.exchanges[0].id
        assert isinstance(request_id, int)
        forged = forged_reply(bench.battery, request_id, {**POWERS, "bat_soc": 1})
        here = ("127.0.0.1", bench.battery.spec.port)
        for payload in (forged, b"garbage", b""):
            await send_from(("127.0.0.66", bench.battery.spec.port), payload, here)
        await asyncio.sleep(0.5)
        assert not reading.done()
        assert soc(await reading) == 55
        assert bench.link.statistics[Method.ENERGY].lost == 0


@pytest.mark.parametrize("name", GARBAGE)
@virtual
async def test_garbage(name: str) -> None:
    """Nothing of it is taken for a value, and all is well as soon as it stops."""
    async with pair() as bench:
        bench.battery.set_household(constant(321))
        bench.battery.faults.frozen = True
        truth = {method: await bench.read(method) for method in POLLED}
        bench.battery.faults.garbage = name
        for method in POLLED:
            status = await outcome(bench, method, attempts=1, priority=Priority.COMMAND)
            for field in fields(status) if status else ():
                value = getattr(status, field.name)
                assert value in (None, getattr(truth[method], field.name)), field.name
        bench.battery.faults.garbage = ""
        await asyncio.sleep(PROBE_INTERVAL)
        assert await bench.read() == truth[Method.ENERGY]


@virtual
async def test_garbage_of_every_kind_with_losses() -> None:
    """An hour of everything at once, and then peace."""
    faults = Faults(garbage="any", garbage_rate=0.3, loss=0.2, late=0.05, parse_errors=0.1)
    async with pair(faults=faults) as bench:
        right = 0
        for _ in range(120):
            status = await outcome(bench)
            right += status is not None
            assert status is None or soc(status) == 55
            await asyncio.sleep(30)
        assert right > 90
        faults = bench.battery.faults
        faults.clear()
        await asyncio.sleep(PROBE_INTERVAL)
        assert soc(await bench.read()) == 55


@virtual
async def test_an_unreadable_datagram_is_a_loss_noticed_at_once() -> None:
    """The request is repeated without waiting for the time-out."""
    async with pair(faults=Faults(garbage="truncated")) as bench:
        begun = time()
        with pytest.raises(NoAnswerError):
            await bench.read()
        assert time() - begun < 3 * 5.5
        assert bench.link.statistics[Method.ENERGY].lost == 3


@virtual
async def test_invalid_replies_are_asked_for_again() -> None:
    """And reported as such when there was never a better one."""
    async with pair(faults=Faults(garbage="strings")) as bench:
        with pytest.raises(InvalidReplyError):
            await bench.read()
        assert len(bench.exchanges) == 3
        assert bench.link.statistics[Method.ENERGY].errors == 3
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(3)
        bench.battery.faults.clear()
        assert soc(await reading) == 55


@virtual
async def test_a_number_of_a_thousand_digits() -> None:
    """It is no value, and does not keep the caller waiting."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        return [(0.1, reply(request, {**POWERS, "bat_soc": 10**1000}))]

    async with scripted(script) as (_, target), opened(target) as client:
        with pytest.raises(InvalidReplyError):
            await client.read(Method.ENERGY, attempts=1)

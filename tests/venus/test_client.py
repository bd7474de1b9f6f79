"""One battery: who answers, and how a conversation begins and ends."""

import asyncio
from typing import Any

import pytest

from custom_components.marstek.venus import (
    ClosedError,
    EnergyStatus,
    InvalidReplyError,
    Method,
    NoAnswerError,
    Status,
    WrongDeviceError,
)
from simulator import BatterySpec, Faults
from tests.support.loopback import free_port
from tests.support.pair import (
    ADDRESS,
    MAC,
    POLLED,
    POWERS,
    assert_polite,
    connected,
    fleet,
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
async def test_a_write_that_is_answered_late_is_not_a_status() -> None:
    """The reply to a command that was given up concerns nobody."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        return [(6, reply(request, {"set_result": True}))]

    late: list[Status] = []
    async with scripted(script) as (_, target), opened(target, on_late=late.append) as client:
        config = {"mode": "Auto", "auto_cfg": {"enable": 1}}
        with pytest.raises(NoAnswerError):
            await client.write(config, attempts=1)
        await asyncio.sleep(10)
        assert client.link.statistics[Method.SET_MODE].late == 1
        assert late == []


@virtual
async def test_another_battery_at_the_address() -> None:
    """Two batteries that swapped addresses: their data is not taken for each other's."""
    port = free_port()
    other = "02aabbcc0202"
    async with (
        fleet(
            BatterySpec(address=ADDRESS, ble_mac=MAC, port=port, soc=20),
            BatterySpec(address="127.0.0.12", ble_mac=other, port=port, soc=80),
        ) as batteries,
        connected(batteries[MAC]) as client,
    ):
        assert soc(await client.read(Method.ENERGY)) == 20
        await batteries.swap_addresses(MAC, other)
        with pytest.raises(WrongDeviceError) as caught:
            await client.read(Method.ENERGY)
        assert (caught.value.expected, caught.value.found) == (MAC, other)
        client.move("127.0.0.12")
        assert soc(await client.read(Method.ENERGY)) == 20
        for battery in batteries:
            assert_polite(battery)


@virtual
async def test_another_battery_without_a_name() -> None:
    """A reply whose `src` has no MAC is checked when it tells one in its result."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        device = {"device": "VenusE 3.0", "ver": 150, "ble_mac": "02aabbcc0909"}
        return [(0.1, reply(request, device, mac=""))]

    async with scripted(script) as (_, target), opened(target) as client:
        with pytest.raises(WrongDeviceError):
            await client.read(Method.DEVICE)
        assert client.device.ble_mac == MAC


@pytest.mark.parametrize("mac", ["", "zz", None])
@virtual
async def test_a_device_that_leaves_its_mac_out(mac: str | None) -> None:
    """Firmware 153 may leave the BLE MAC out of GetDevice; its name in `src` has it (2.1)."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        device = {"device": "VenusC", "ver": 153, "ble_mac": mac}
        return [(0.1, reply(request, device))]

    async with scripted(script) as (_, target), opened(target) as client:
        device = await client.read(Method.DEVICE)
        assert client.device == device
        assert (client.device.ble_mac, client.device.firmware) == (MAC, 153)


@virtual
async def test_close_ends_all_calls() -> None:
    """The one in flight at once, those that wait before anything is sent for them."""
    async with pair(faults=Faults(delay=3)) as bench:
        calls = [asyncio.create_task(bench.read(method)) for method in POLLED]
        await asyncio.sleep(0.1)
        begun = time()
        bench.client.close()
        with pytest.raises(ClosedError):
            await calls[0]
        assert time() - begun < 0.1
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(error) for error in ended] == [ClosedError] * len(POLLED)
        await asyncio.sleep(10)
        assert len(bench.exchanges) == 1


@virtual
async def test_close_ends_a_call_between_two_attempts() -> None:
    """Which is not sent once more."""
    async with pair(faults=Faults(loss=1)) as bench:
        call = asyncio.create_task(bench.read())
        await asyncio.sleep(5.6)
        bench.client.close()
        with pytest.raises(ClosedError):
            await call
        await asyncio.sleep(10)
        assert len(bench.exchanges) == 1


@virtual
async def test_nothing_is_sent_after_close() -> None:
    """A command that goes on meanwhile learns that the connection is closed."""
    async with pair() as bench:
        bench.client.close()
        with pytest.raises(ClosedError):
            await bench.read()
        with pytest.raises(ClosedError):
            await bench.client.write({"mode": "Auto", "auto_cfg": {"enable": 1}})
        bench.client.close()
        assert bench.exchanges == []


@virtual
async def test_the_battery_moves() -> None:
    """Its new address is used at once, whatever was known of the old one."""
    async with pair() as bench:
        await bench.battery.change_address("127.0.0.44")
        assert await outcome(bench, attempts=4) is None
        assert bench.link.breaker.is_open
        bench.client.move("127.0.0.44")
        assert soc(await bench.read()) == 55
        assert bench.client.address == "127.0.0.44"


@pytest.mark.parametrize("device", ["VenusE 3.0\ud800", "VenusE 3.0<b>", "Toaster\n", "VenusE"])
@virtual
async def test_an_identity_that_one_reply_claims(device: str) -> None:
    """A battery is followed to another model or firmware only when two replies agree on it."""
    answers = iter([{"device": device, "ver": 156}])

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        told = {"device": "VenusE 3.0", "ver": 150, "ble_mac": MAC} | next(answers, {})
        return [(0.1, reply(request, told))]

    async with scripted(script) as (_, target), opened(target) as client:
        before = client.profile
        with pytest.raises(InvalidReplyError):
            await client.read(Method.DEVICE)
        assert client.profile == before
        assert client.device.model == "VenusE 3.0"
        await client.read(Method.DEVICE)
        assert client.profile == before


@virtual
async def test_an_update_of_the_firmware() -> None:
    """Two replies that agree are followed at once; their own reads prove it."""
    asked: list[int] = []

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        asked.append(request["id"])
        return [(0.1, reply(request, {"device": "VenusE 3.0", "ver": 151, "ble_mac": MAC}))]

    async with scripted(script) as (_, target), opened(target) as client:
        await client.read(Method.DEVICE)
        assert client.device.firmware == 151
        assert len(asked) == 2
        await client.read(Method.DEVICE)
        assert len(asked) == 3


@virtual
async def test_a_power_that_this_model_cannot_have_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is unknown in each status; one line tells of all of them."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        return [(0.1, reply(request, {**POWERS, "ongrid_power": -5000}))]

    async with scripted(script) as (_, target), opened(target) as client:
        for _ in range(3):
            status = await client.read(Method.ENERGY)
            assert isinstance(status, EnergyStatus)
            assert (status.soc, status.ac_power) == (55, None)
        assert len([line for line in caplog.messages if "ac_power -5000" in line]) == 1

"""The rules of silence, and real datagrams on loopback."""

import asyncio
import socket

import pytest

from custom_components.marstek.meter.emulator import Conduct, CtEmulator, ShellyEmulator
from custom_components.marstek.meter.errors import PortError
from custom_components.marstek.meter.regulator import Regulator
from custom_components.marstek.meter.sample import GridSample, SampleLog
from custom_components.marstek.meter.server import MeterServer, other_meters
from simulator.meter_wire import ct_request, read_ct, shelly_request

CT = ("HME-4", "02b2500000ff")
BATTERY = ("VNSE3-0", "02b250000001")
POLL = ct_request(BATTERY, CT, "A", 0)


def ct_emulator(conduct: Conduct | None = None) -> CtEmulator:
    """Return a CT whose source has just told 500 W."""
    log = SampleLog()
    log.add(GridSample(500, 100))
    return CtEmulator(
        samples=log, regulator=Regulator(log), ct_mac=CT[1], conduct=conduct or Conduct()
    )


def test_strangers_and_other_cts_get_nothing() -> None:
    """Another CT's MAC, an unknown battery, a listener, and a suspended meter are silence."""
    foreign = ct_request(BATTERY, ("HME-4", "02b2500000aa"), "A", 0)
    assert ct_emulator().receive(foreign, "a", 101) is None
    assert ct_emulator().receive(POLL, "a", 101) is not None
    for conduct in (
        Conduct(knows=lambda *_: False),
        Conduct(is_listening_only=True),
        Conduct(suspended="other_meter"),
    ):
        emulator = ct_emulator(conduct)
        assert emulator.receive(POLL, "a", 101) is None
        assert [asker.polls for asker in emulator.askers] == [1]


def test_a_hold_is_the_old_index_and_zeros() -> None:
    """Also for a battery that counts each reply as a sample."""
    emulator = ct_emulator()
    seen = []
    for tick in range(14):
        now = 101 + tick / 2
        emulator.samples.add(GridSample(500, now))
        reply = emulator.receive(POLL, "a", now)
        assert reply is not None
        seen.append(read_ct(reply, CT, 512))
    told = [reply for reply in seen if reply.powers[0]]
    assert [reply.powers[0] for reply in told] == [505, 505], "a jump is told twice"
    assert {reply.counts for reply in seen} == {(1, 0, 0, 0)}
    indexes = [reply.index for reply in seen]
    assert indexes[-1] == told[-1].index
    assert 0 not in indexes


def test_a_battery_that_looks_for_its_phase_gets_raw_values() -> None:
    """Each sample once, on phase A, and no step of ours."""
    emulator = ct_emulator()
    reply = emulator.receive(ct_request(BATTERY, CT, "0", 0), "a", 101)
    assert reply is not None
    assert read_ct(reply, CT, 512).powers == (500, 0, 0, 500)


def test_a_flood_is_bounded() -> None:
    """At most ten answers a second to one address, and a bounded list of those that asked."""
    emulator = ct_emulator()
    answers = [emulator.receive(POLL, "a", 101 + number / 1000) for number in range(100)]
    assert len([answer for answer in answers if answer]) == 10
    for number in range(1000):
        request = ct_request(("HMG-50", f"{number:012x}"), CT, "A", 0)
        emulator.receive(request, f"10.0.{number // 250}.{number % 250}", 102)
    assert len(list(emulator.askers)) <= 32
    assert len(emulator.regulator.followers) <= 9


def test_strangers_do_not_crowd_a_battery_out() -> None:
    """However many others ask first, ours is answered."""
    emulator = ct_emulator(Conduct(knows=lambda _, mac: mac == BATTERY[1]))
    for number in range(100):
        stranger = ct_request(("HMG-50", f"{number:012x}"), CT, "A", 0)
        emulator.receive(stranger, f"192.0.2.{number}", 101)
    assert emulator.receive(POLL, "192.0.2.200", 102) is not None
    assert len(list(emulator.askers)) == 32


def test_only_one_battery_follows_a_shelly() -> None:
    """A second one would fight it, and takes over only when the first is silent."""
    log = SampleLog()
    log.add(GridSample(500, 100))
    emulator = ShellyEmulator(samples=log)
    assert emulator.receive(shelly_request(1), "a", 101)
    log.add(GridSample(400, 101.5))
    assert emulator.receive(shelly_request(1), "b", 102) is None
    assert emulator.receive(shelly_request(1), "a", 102)
    assert emulator.receive(shelly_request(1), "a", 102.4) is None, "told already"
    log.add(GridSample(300, 140))
    assert emulator.receive(shelly_request(1), "b", 140)


@pytest.mark.usefixtures("socket_enabled")
async def test_datagrams() -> None:
    """A poll by broadcast is answered to its own port; a second emulator is told."""
    server = MeterServer(ct_emulator(), 0, clock=lambda: 101.0)
    await server.start()
    try:
        with pytest.raises(PortError) as caught:
            await MeterServer(ct_emulator(), server.port).start()
        assert caught.value.cause == "port_in_use"
        answers = await other_meters("ct", ["127.255.255.255"], server.port, ct=CT)
        assert answers
        none = await other_meters("ct", ["127.255.255.255"], server.port, ct=CT, server=server)
        assert none == set(), "our own answer is none of another meter"
    finally:
        server.close()
    await asyncio.sleep(0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", server.port))  # noqa: S104 - as the server does

"""A battery that polls a meter: the law's gates, the strict readers and the loss of a meter."""

import asyncio
import socket

import pytest

from custom_components.marstek.meter import frame, shelly
from simulator import BatterySpec, Fleet
from simulator.following import FOLLOW_PROFILES, FollowLaw
from simulator.meter_client import MeterClient
from simulator.meter_wire import UnreadableReplyError, read_ct, read_shelly

CT = ("HME-4", "02b2500000ff")
BATTERY = ("VNSE3-0", "02b250000001")


def law(kind: str = "e3") -> FollowLaw:
    """Return a law of an inverter of 2500 W."""
    return FollowLaw(FOLLOW_PROFILES[kind], charge=2500, discharge=2500)


def test_the_first_sample_of_a_jump_is_held() -> None:
    """The second passes, and told a third time it is corrected twice."""
    steered = law()
    steered.sample(500, 0, 0)
    assert steered.setpoint == 0
    steered.sample(500, 0, 1)
    assert steered.setpoint == 495
    steered.sample(500, 300, 2)
    assert steered.setpoint == 990


def test_small_values_are_held() -> None:
    """Below the dead band nothing moves, and import of less than 10 W is left."""
    steered = law()
    for value in (5, -9, 9.9):
        steered.sample(value, 0, 0)
    assert steered.setpoint == 0


def test_the_interlock_drops_samples() -> None:
    """Until the output has stood at the setpoint for five seconds, or eight are over."""
    steered = law("hmg")
    for now in (0, 2):
        steered.sample(400, 0, now)
    assert steered.setpoint == 395
    steered.sample(45, 390, 4)
    assert steered.setpoint == 395
    steered.sample(45, 395, 9.5)
    assert steered.setpoint == 435


def test_crosstalk_is_a_stop() -> None:
    """A battery of several that is told to work against another stops for ten seconds."""
    steered = law()
    steered.sample(40, 0, 0, count=2)
    steered.sample(900, 0, 1, count=2, crosstalk=True)
    assert steered.setpoint == 0
    steered.sample(900, 0, 5, count=2)
    assert steered.setpoint == 0


@pytest.mark.parametrize("change", ["empty field", "other type", "length", "checksum", "long"])
def test_wrong_frames_are_not_read(change: str) -> None:
    """Each rule of the frame can be broken."""
    request = frame.CtRequest("VNSE3-0", "02b250000001", *CT, "A", 0)
    good = frame.build_reply(request, frame.CtReply((412, 0, 0, 412), 7, (1, 0, 0, 0)), *CT)
    assert read_ct(good, CT, 512).powers[0] == 412
    fields = good[4:-3].decode().split("|")[1:]
    wrong = {
        "empty field": frame.build((*fields[:4], "", *fields[5:])),
        "other type": frame.build(("HME-3", *fields[1:])),
        "length": good.replace(b"\x0293|", b"\x0292|"),
        "checksum": good[:-2] + b"zz",
        "long": good,
    }[change]
    if change == "empty field":
        assert read_ct(wrong, CT, 512).powers[0] == 0, "what follows has moved"
        return
    with pytest.raises(UnreadableReplyError):
        read_ct(wrong, CT, 90 if change == "long" else 512)


def test_wrong_replies_of_a_shelly_are_misread() -> None:
    """A blank after the colon shifts a number, a whole one is ten times too large, a short one is none."""
    good = shelly.build_reply(1, 412, CT[1])
    assert read_shelly(good).powers[0] == 412
    assert read_shelly(good.replace(b":412.01", b":412")).powers[0] == 4120
    assert read_shelly(good.replace(b'"a_act_power":', b'"a_act_power" :')).powers[0] == 0
    with pytest.raises(UnreadableReplyError):
        read_shelly(good[:200])


def test_a_late_reply_is_thrown_away_with_the_next() -> None:
    """Two in the buffer are more than the battery reads."""
    client = MeterClient("shelly", law(), battery=BATTERY)
    reply = shelly.build_reply(1, 412, CT[1])
    client.request(0, 0)
    client.deliver(reply)
    client.look(0, 0.3)
    client.request(0, 1)
    client.deliver(reply)
    client.deliver(reply)
    client.look(0, 1.3)
    assert client.statistics.thrown_away == 1


def test_silence_is_a_loss_after_25_seconds() -> None:
    """The setpoint stays until then, and is 0 W from then on; six failures are a pause."""
    client = MeterClient("shelly", law(), battery=BATTERY)
    for now in (0.0, 1.0):
        client.request(0, now)
        client.deliver(shelly.build_reply(1, 412, CT[1]))
        client.look(0, now)
    assert client.law.setpoint == 407
    now = 1.0
    while now < 25.9:
        now += 0.5
        if client.request(400, now) is not None:
            client.look(400, now)
    assert client.law.setpoint == 407
    assert client.statistics.missing < 45
    client.request(400, 26.6)
    assert client.is_lost
    assert client.law.setpoint == 0


def test_the_phase_test_finds_a_phase() -> None:
    """It takes the phase that moves with the own power, and not a third on each."""
    for shares, found in (((0, 1, 0), "B"), ((1 / 3, 1 / 3, 1 / 3), "0")):
        client = MeterClient("ct", law(), battery=BATTERY, phase="0")
        output, now = 0.0, 0.0
        for index in range(1, 21):
            now += 1.0
            output = min(client.law.setpoint, output + 400) if client.law.setpoint else 0.0
            request = frame.parse_request(client.request(output, now) or b"")
            a, b, c = (round(300 - output * share) for share in shares)
            reply = frame.CtReply((a, b, c, a + b + c), index, (0, 0, 0, 0))
            client.deliver(frame.build_reply(request, reply, *CT))
            client.look(output, now)
        assert client.phase == found


@pytest.mark.usefixtures("socket_enabled")
async def test_polls_over_udp() -> None:
    """Broadcast, then unicast, from the battery's own address and port."""
    async with Fleet([BatterySpec(address="127.0.0.21", mode="Auto")]) as fleet:
        battery = next(iter(fleet))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as meter:
            meter.setblocking(False)
            meter.bind(("0.0.0.0", 10101))  # noqa: S104
            client = await battery.follow("shelly", port=10101)
            loop = asyncio.get_running_loop()
            for _ in range(3):
                data, source = await loop.sock_recvfrom(meter, 512)
                assert data.startswith(b'{"id":')
                assert source == ("127.0.0.21", 22222)
                await loop.sock_sendto(meter, shelly.build_reply(1, 500, CT[1]), source)
            await asyncio.sleep(0.4)
            assert client.statistics.read >= 2
            await battery.unfollow()

"""Mode changes: what the battery then does, not what it says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from custom_components.marstek.venus import (
    ClosedError,
    ContradictedError,
    DeviceError,
    LoopClock,
    Method,
    Mode,
    ModeControl,
    ModeRequest,
    ModeStatus,
    NoAnswerError,
    OutOfRangeError,
    Proof,
    RefusedError,
    Slot,
    UnsupportedError,
    profile_for,
)
from simulator import Faults
from tests.support.pair import Pair, pair, time, virtual
from tests.venus.test_profiles import MATRIX

PROFILES = [row[:2] for row in MATRIX]
AUTO, AI = ModeRequest(Mode.AUTO), ModeRequest(Mode.AI)


def slot(power: int, *, number: int = 6, enabled: bool = True) -> Slot:
    """Return a slot around the clock."""
    return Slot(number, "00:00", "23:59", 127, power, enabled)


def manual(power: int) -> ModeRequest:
    """Return Manual with one slot around the clock."""
    return ModeRequest(Mode.MANUAL, power=power, slots=(slot(power),))


def passive(power: int, duration: int = 300) -> ModeRequest:
    """Return Passive."""
    return ModeRequest(Mode.PASSIVE, power=power, duration=duration)


WISHES = (AUTO, AI, manual(700), manual(-700), passive(700), passive(-700))


@asynccontextmanager
async def once_written(bench: Pair, act: Callable[[], object]) -> AsyncIterator[None]:
    """Do something as soon as the first write from now on has arrived."""
    before = len(bench.writes())

    async def watch() -> None:
        while len(bench.writes()) == before:
            await asyncio.sleep(0.01)
        act()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


def _name(change: ModeRequest) -> str:
    return f"{change.mode}{change.power or ''}"


@pytest.mark.parametrize("change", WISHES, ids=_name)
@pytest.mark.parametrize(("model", "firmware"), PROFILES)
@virtual
async def test_every_mode_of_every_profile(model: str, firmware: int, change: ModeRequest) -> None:
    """The battery is in the mode, gives the power, and that is proven; or nothing was sent."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    async with pair(device=model, firmware=firmware, mode=before) as bench:
        if change.mode not in bench.client.profile.modes:
            with pytest.raises(UnsupportedError):
                await bench.control.set_mode(change)
            assert bench.exchanges == []
            return
        begun = time()
        assert await bench.control.set_mode(change) is Proof.CONFIRMED
        assert time() - begun < 10
        state = bench.battery.state
        assert state.mode == change.mode
        assert state.ac_power == change.power
        assert len(bench.writes()) == 1
        if change.mode is Mode.PASSIVE:
            assert 0 < state.passive_remaining <= 300
        if change.mode is Mode.MANUAL:
            written = state.slots[6]
            assert written is not None
            assert (written.power, written.enabled, written.week_set) == (change.power, True, 127)
            assert state.slots[:6] == [None] * 6


@pytest.mark.parametrize(("model", "firmware"), PROFILES)
@virtual
async def test_ups_only_where_it_is_known_to_be(model: str, firmware: int) -> None:
    """It is in the firmware from 147 on (docs/protocol.md section 2)."""
    async with pair(device=model, firmware=firmware) as bench:
        if bench.client.profile.has_backup:
            assert await bench.control.set_mode(ModeRequest(Mode.UPS)) is Proof.CONFIRMED
            assert bench.battery.state.mode == "UPS"
            return
        with pytest.raises(UnsupportedError):
            await bench.control.set_mode(ModeRequest(Mode.UPS))
        assert bench.exchanges == []


@pytest.mark.parametrize(
    ("model", "firmware"),
    [("VenusE 3.0", 150), ("VenusE", 156), ("Venus A", 149), ("Venus D", 147)],
)
@virtual
async def test_powers_out_of_range_are_never_sent(model: str, firmware: int) -> None:
    """The firmware drops them and says that all is well (docs/protocol.md 2.9)."""
    limit = profile_for(model, firmware).max_power
    async with pair(device=model, firmware=firmware) as bench:
        for power in (limit + 1, -limit - 1, 100_000):
            for change in (passive(power), manual(power)):
                with pytest.raises(OutOfRangeError) as caught:
                    await bench.control.set_mode(change)
                assert (caught.value.value, caught.value.low, caught.value.high) == (
                    power,
                    -limit,
                    limit,
                )
                with pytest.raises(OutOfRangeError):
                    await bench.control.renew(change)
        slots = (slot(0), slot(limit + 1, number=7))
        with pytest.raises(OutOfRangeError):
            await bench.control.set_mode(ModeRequest(Mode.MANUAL, slots=slots))
        assert bench.exchanges == []


@pytest.mark.parametrize("duration", [0, -1, 2**32])
@virtual
async def test_countdowns_out_of_range_are_never_sent(duration: int) -> None:
    """0 is refused by the firmware, and what does not fit into 32 bits is cut."""
    async with pair() as bench:
        with pytest.raises(OutOfRangeError):
            await bench.control.set_mode(passive(500, duration))
        assert bench.exchanges == []


@pytest.mark.parametrize(
    "values",
    [
        {"number": 10},
        {"number": -1},
        {"days": 128},
        {"days": -1},
        {"start": "7:00"},
        {"start": "24:00"},
        {"end": "12:60"},
        {"end": "noon"},
        {"start": "12:00", "end": "12:00"},
        {"start": "22:00", "end": "06:00"},
    ],
    ids=str,
)
def test_slots_that_the_firmware_misreads_cannot_be_made(values: dict[str, Any]) -> None:
    """It checks no times, and a slot cannot span midnight (docs/protocol.md 2.9)."""
    with pytest.raises(ValueError, match="slot"):
        replace(Slot(1, "08:00", "20:00", 127, 0), **values)


@virtual
async def test_manual_without_a_slot_is_refused() -> None:
    """There is nothing that could be written."""
    async with pair() as bench:
        with pytest.raises(ValueError, match="slot"):
            await bench.control.set_mode(ModeRequest(Mode.MANUAL))
        assert bench.exchanges == []


@pytest.mark.parametrize("change", [AUTO, AI], ids=_name)
@virtual
async def test_a_mode_that_is_on_already_is_not_written(change: ModeRequest) -> None:
    """A fresh look is enough, and a look that is fresh already needs no other."""
    async with pair(mode=change.mode) as bench:
        assert await bench.control.set_mode(change) is Proof.UNCHANGED
        assert [exchange.method for exchange in bench.exchanges] == [Method.MODE]
        assert await bench.control.set_mode(change) is Proof.UNCHANGED
        assert len(bench.exchanges) == 1


@virtual
async def test_what_was_known_is_looked_at_again_before_nothing_is_done() -> None:
    """The app may have changed the mode since."""
    async with pair() as bench:
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        await asyncio.sleep(60)
        bench.battery.set_mode("Auto")
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        assert bench.battery.state.mode == "AI"


@virtual
async def test_a_poll_saves_a_read() -> None:
    """What a poll has told need not be read again."""
    async with pair() as bench:
        status = await bench.read(Method.MODE)
        assert isinstance(status, ModeStatus)
        bench.control.learn(status)
        await bench.control.set_mode(AI)
        methods = [exchange.method for exchange in bench.exchanges]
        assert methods == [Method.MODE, Method.SET_MODE, Method.MODE]


@virtual
async def test_every_read_of_the_mode_is_heard() -> None:
    """So that what a command finds out is shown at once."""
    heard: list[ModeStatus] = []
    async with pair() as bench:
        control = ModeControl(bench.client, LoopClock(), heard.append)
        await control.set_mode(AI)
        assert [status.mode for status in heard] == [Mode.AUTO, Mode.AI]


@pytest.mark.parametrize("firmware", [144, 148])
@virtual
async def test_firmware_that_get_mode_hurts_is_asked_once_a_command(firmware: int) -> None:
    """To prove the write, and not before it when the mode is known (docs/protocol.md 6.6)."""
    async with pair(firmware=firmware) as bench:
        await bench.control.set_mode(AI)
        for change in (AUTO, AI, AUTO):
            await asyncio.sleep(600)
            bench.battery.clear_exchanges()
            assert await bench.control.set_mode(change) is Proof.CONFIRMED
            asked = [exchange.method for exchange in bench.exchanges]
            assert asked.count(Method.MODE) == 1


@virtual
async def test_two_commands_at_once() -> None:
    """They are carried out one after the other: the later one stands."""
    async with pair() as bench:
        proofs = await asyncio.gather(
            bench.control.set_mode(passive(500)), bench.control.set_mode(AI)
        )
        assert set(proofs) == {Proof.CONFIRMED}
        assert bench.battery.state.mode == "AI"


@virtual
async def test_modes_of_the_app_and_ups_are_left() -> None:
    """From wherever the battery is, a named mode can be chosen."""
    for mode in ("", "UPS"):
        async with pair(mode="Auto") as bench:
            bench.battery.set_mode(mode)
            assert await bench.control.set_mode(AUTO) is Proof.CONFIRMED
            assert bench.battery.state.mode == "Auto"


@pytest.mark.parametrize("change", WISHES, ids=_name)
@virtual
async def test_refused(change: ModeRequest) -> None:
    """A battery that refuses for good is said to have refused, and is not bothered for ever."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    async with pair(faults=Faults(refused_writes=1), mode=before) as bench:
        with pytest.raises(RefusedError):
            await bench.control.set_mode(change)
        assert bench.battery.state.mode == before
        assert len(bench.writes()) <= 6


@pytest.mark.parametrize("change", WISHES, ids=_name)
@virtual
async def test_refused_at_first(change: ModeRequest) -> None:
    """A busy battery refuses now and then, and is asked again."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    async with pair(faults=Faults(refused_writes=1), mode=before) as bench:
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(change) is Proof.CONFIRMED
        assert bench.battery.state.mode == change.mode
        assert bench.battery.state.ac_power == change.power


@pytest.mark.parametrize("change", WISHES, ids=_name)
@virtual
async def test_lied_to(change: ModeRequest) -> None:
    """A battery that says yes and does nothing is found out."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    async with pair(faults=Faults(lying_writes=1), mode=before) as bench:
        with pytest.raises(ContradictedError) as caught:
            await bench.control.set_mode(change)
        assert (caught.value.expected, caught.value.found) == (change.mode, before)


@pytest.mark.parametrize(
    ("first", "second"), [(500, 1200), (-500, -1200), (-800, 800), (800, 0), (0, 800), (0, -800)]
)
@virtual
async def test_lied_to_about_a_setpoint(first: int, second: int) -> None:
    """The mode is right, the power is not: that is no success either."""
    async with pair(soc=80) as bench:
        await bench.control.set_mode(passive(first))
        bench.battery.faults.lying_writes = 1
        with pytest.raises(ContradictedError):
            await bench.control.set_mode(passive(second))
        assert bench.battery.state.ac_power == first


@pytest.mark.parametrize(("first", "second"), [(500, 1200), (-800, 800), (1200, 500)])
@virtual
async def test_lied_to_about_a_setpoint_when_low(first: int, second: int) -> None:
    """A battery that gives another power than asked is not empty, so that is no excuse."""
    async with pair(soc=55) as bench:
        await bench.control.set_mode(passive(first))
        bench.battery.faults.lying_writes = 1
        with pytest.raises(ContradictedError):
            await bench.control.set_mode(passive(second))


@virtual
async def test_lied_to_about_a_slot() -> None:
    """A slot can't be read back: at the very least it is not called confirmed."""
    async with pair() as bench:
        await bench.control.set_mode(manual(800))
        bench.battery.faults.lying_writes = 1
        try:
            proof = await bench.control.set_mode(manual(-800))
        except ContradictedError:
            return
        assert proof is Proof.ASSUMED


@virtual
async def test_lied_to_once() -> None:
    """The command is given again until it is obeyed."""
    async with pair(faults=Faults(lying_writes=1)) as bench:
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(passive(900)) is Proof.CONFIRMED
        assert bench.battery.state.ac_power == 900


@virtual
async def test_an_error_is_reported() -> None:
    """As what it is."""
    async with pair(faults=Faults(error=426)) as bench:
        with pytest.raises(DeviceError) as caught:
            await bench.control.set_mode(AI)
        assert caught.value.data == 426


@pytest.mark.parametrize("change", WISHES, ids=_name)
@virtual
async def test_a_dark_battery(change: ModeRequest) -> None:
    """No answer is no success, and it is said in less than two minutes."""
    async with pair(faults=Faults(dark=True)) as bench:
        begun = time()
        with pytest.raises(NoAnswerError):
            await bench.control.set_mode(change)
        assert time() - begun < 120


@pytest.mark.parametrize("change", [AUTO, AI], ids=_name)
@virtual
async def test_writes_without_an_answer_that_changed_nothing(change: ModeRequest) -> None:
    """Nobody accepted them, so the battery contradicts nothing: it did not answer."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    async with pair(faults=Faults(silent="ES.SetMode"), mode=before) as bench:
        with pytest.raises(NoAnswerError):
            await bench.control.set_mode(change)
        assert bench.battery.state.mode == before


@virtual
async def test_carried_out_but_not_answered() -> None:
    """A look shows it: the mode is not written, and stored in flash, once more."""
    async with pair(faults=Faults(garbage="truncated")) as bench:
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        assert len(bench.writes()) == 1


@virtual
async def test_a_setpoint_carried_out_but_not_answered() -> None:
    """The mode tells nothing of the power, which is sent again."""
    async with pair() as bench:
        await bench.control.set_mode(passive(300))
        bench.battery.faults.garbage = "truncated"
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(passive(900)) is Proof.CONFIRMED
        assert bench.battery.state.ac_power == 900


@pytest.mark.parametrize("change", WISHES, ids=_name)
@virtual
async def test_the_battery_reboots_in_between(change: ModeRequest) -> None:
    """It has forgotten a Passive by then, and is told again."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    async with pair(mode=before, polite=False) as bench:
        async with once_written(bench, bench.battery.reboot):
            assert await bench.control.set_mode(change) is Proof.CONFIRMED
        assert bench.battery.state.mode == change.mode
        assert bench.battery.state.ac_power == change.power


@pytest.mark.parametrize("change", WISHES, ids=_name)
@virtual
async def test_a_bad_network(change: ModeRequest) -> None:
    """Losses, late and double replies, 403s and refusals: in the end the battery follows."""
    before = "AI" if change.mode is Mode.AUTO else "Auto"
    faults = Faults(loss=0.15, parse_errors=0.03, late=0.05, duplicates=0.03, refused_writes=0.1)
    async with pair(faults=faults, mode=before) as bench:
        assert await bench.control.set_mode(change) is Proof.CONFIRMED
        assert bench.battery.state.mode == change.mode
        assert bench.battery.state.ac_power == change.power


@pytest.mark.parametrize(
    ("soc", "power", "proof"),
    [
        (100, -1500, Proof.CONFIRMED),
        (97, -1500, Proof.CONFIRMED),
        (12, 1500, Proof.ASSUMED),
        (12, -1500, Proof.CONFIRMED),
        (100, 1500, Proof.CONFIRMED),
    ],
)
@virtual
async def test_full_and_empty_batteries(soc: int, power: int, proof: Proof) -> None:
    """A full one need not charge; whether one is empty can't be known, only assumed."""
    async with pair(soc=soc) as bench:
        assert await bench.control.set_mode(passive(power)) is proof
        assert bench.battery.state.mode == "Passive"


@virtual
async def test_a_battery_that_ramps_up_slowly() -> None:
    """It is given the time."""
    async with pair(ramp=100.0) as bench:
        assert await bench.control.set_mode(passive(2000)) is Proof.CONFIRMED


@virtual
async def test_manual_outside_its_slots() -> None:
    """A slot of tomorrow proves nothing today."""
    tomorrow = Slot(6, "00:00", "23:59", 1 << 3, 800)
    async with pair() as bench:
        change = ModeRequest(Mode.MANUAL, power=800, slots=(tomorrow,))
        assert await bench.control.set_mode(change) is Proof.ASSUMED
        assert (bench.battery.state.mode, bench.battery.state.ac_power) == ("Manual", 0)


@virtual
async def test_several_slots() -> None:
    """All of them are written, each once."""
    async with pair() as bench:
        slots = (slot(700, number=7), slot(-300, number=8, enabled=False))
        change = ModeRequest(Mode.MANUAL, power=700, slots=slots)
        assert await bench.control.set_mode(change) is Proof.CONFIRMED
        state = bench.battery.state
        assert [bool(entry) for entry in state.slots] == [False] * 7 + [True, True, False]
        assert len(bench.writes()) == 2


@pytest.mark.parametrize("change", [AUTO, AI, passive(500)], ids=_name)
@virtual
async def test_a_slot_is_released_when_manual_is_left(change: ModeRequest) -> None:
    """And nothing is left of the schedule that was ours; in less than 15 s."""
    async with pair() as bench:
        bench.battery.state.slots[2] = None
        await bench.control.set_mode(manual(800))
        await asyncio.sleep(30)
        begun = time()
        proof = await bench.control.set_mode(change, release=(slot(0, enabled=False),))
        assert proof is Proof.CONFIRMED
        assert time() - begun < 15
        state = bench.battery.state
        assert state.mode == change.mode
        left = state.slots[6]
        assert left is not None
        assert not left.enabled


@pytest.mark.parametrize("fault", ["refused_writes", "loss", "lying_writes"])
@virtual
async def test_a_slot_is_released_once_or_not_at_all(fault: str) -> None:
    """Failing to does not stop the mode change, nor is it tried again."""
    async with pair() as bench:
        await bench.control.set_mode(manual(800))
        bench.battery.clear_exchanges()
        bench.battery.faults.set(fault, 1)
        async with once_written(bench, bench.battery.faults.clear):
            proof = await bench.control.set_mode(AUTO, release=(slot(0, enabled=False),))
        assert proof is Proof.CONFIRMED
        assert bench.battery.state.mode == "Auto"
        assert [config["mode"] for config in bench.writes()] == ["Manual", "Auto"]


@virtual
async def test_nothing_is_released_that_is_not_in_the_way() -> None:
    """A slot write leaves a battery in Manual: in another mode it is not made."""
    async with pair() as bench:
        await bench.control.set_mode(AI, release=(slot(0, enabled=False),))
        await bench.control.set_mode(manual(500), release=(slot(0, enabled=False),))
        assert [config["mode"] for config in bench.writes()] == ["AI", "Manual"]


@virtual
async def test_renew() -> None:
    """A countdown starts anew, without a look at anything."""
    async with pair() as bench:
        await bench.control.set_mode(passive(800, 60))
        await asyncio.sleep(50)
        bench.battery.clear_exchanges()
        await bench.control.renew(passive(800, 60))
        assert [exchange.method for exchange in bench.exchanges] == [Method.SET_MODE]
        await asyncio.sleep(50)
        assert bench.battery.state.ac_power == 800
        await asyncio.sleep(20)
        assert bench.battery.state.ac_power == 0


@virtual
async def test_a_renewal_that_is_refused() -> None:
    """It is reported: the battery will stop."""
    async with pair() as bench:
        await bench.control.set_mode(passive(800, 60))
        bench.battery.faults.refused_writes = 1
        with pytest.raises(RefusedError):
            await bench.control.renew(passive(800, 60))


@virtual
async def test_a_command_that_is_cancelled_does_not_block_the_next() -> None:
    """And the battery is not asked two things at once."""
    async with pair(faults=Faults(delay=1)) as bench:
        command = asyncio.create_task(bench.control.set_mode(passive(500)))
        await asyncio.sleep(4)
        command.cancel()
        with pytest.raises(asyncio.CancelledError):
            await command
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED


@virtual
async def test_closed_in_the_middle_of_a_command() -> None:
    """Wherever it is then: waiting for a countdown, for quiet, or for an answer."""
    for seconds in (0.05, 1.0, 3.0, 4.5, 6.0):
        async with pair() as bench:
            await bench.control.set_mode(passive(500))
            await asyncio.sleep(5)
            command = asyncio.create_task(bench.control.set_mode(AUTO))
            await asyncio.sleep(seconds)
            if command.done():
                continue
            bench.client.close()
            with pytest.raises(ClosedError):
                await command

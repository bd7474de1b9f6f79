"""What proves a command after losses, and the guards that keep a proof from being too easy."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from custom_components.marstek.venus import (
    ContradictedError,
    FoundDevice,
    LoopClock,
    Method,
    Mode,
    ModeControl,
    ModeRequest,
    ModeStatus,
    NoAnswerError,
    Proof,
    Purpose,
    RefusedError,
    Slot,
    agrees,
)
from custom_components.marstek.venus.proving import Measured, is_excusable, shows_setpoint
from simulator import Faults
from simulator.household import constant
from tests.support.pair import POWERS, Pair, opened, pair, reply, scripted, time, virtual
from tests.venus.test_modes import AI, AUTO, manual, once_written, passive, slot
from tests.venus.test_slots import TEN, listening

LATER = ModeRequest(Mode.MANUAL, 700, slots=(Slot(6, "00:00", "23:59", 1 << 3, 700),))


async def _set_once_garbled(bench: Pair, change: ModeRequest) -> int:
    """Set a mode; the first write is carried out, its answer is lost. Return the writes."""
    await bench.control.read_mode()
    before = len(bench.writes())
    bench.battery.faults.garbage = "truncated"
    async with once_written(bench, bench.battery.faults.clear):
        assert await bench.control.set_mode(change) in (Proof.CONFIRMED, Proof.ASSUMED)
    return len(bench.writes()) - before


@pytest.mark.parametrize(
    ("stands", "change", "writes"),
    [
        (None, passive(900), 1),
        (None, manual(700), 1),
        (passive(300), passive(900), 1),
        (passive(300), manual(700), 1),
        (passive(900), passive(900, 600), 2),
        (manual(700), manual(750), 2),
        (None, passive(50), 2),
        (None, manual(0), 2),
        (None, LATER, 4),
    ],
)
@virtual
async def test_what_a_read_proves_after_a_lost_answer(
    stands: ModeRequest | None, change: ModeRequest, writes: int
) -> None:
    """A mode with a power that nothing else explains; all else needs an acceptance."""
    async with pair() as bench:
        if stands is not None:
            await bench.control.set_mode(stands)
        is_countdown = stands is not None and stands.mode is Mode.PASSIVE is not change.mode
        assert await _set_once_garbled(bench, change) == writes + is_countdown * 2
        assert bench.battery.state.mode == change.mode


@virtual
async def test_a_slot_that_has_the_sun_beside_it_needs_an_acceptance() -> None:
    """The power of a battery with solar input is not that of its setpoint alone."""
    async with pair(device="VenusA", firmware=149) as bench:
        assert await _set_once_garbled(bench, passive(900)) == 2


@pytest.mark.parametrize("change", [AI, manual(0), passive(900), passive(0)])
@virtual
async def test_a_late_acceptance_is_used(change: ModeRequest) -> None:
    """What was accepted after its change counted as lost is not written a second time."""
    async with pair(polite=False) as bench:
        await bench.control.read_mode()
        bench.battery.faults.set("late", 1.0)
        bench.battery.faults.set("lateness", 6.0)
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(change) is Proof.CONFIRMED
        assert len(bench.writes()) == 1


@virtual
async def test_an_acceptance_during_the_read_needs_no_second_read() -> None:
    """The read that was under way proves the rest."""
    async with pair(polite=False) as bench:
        await bench.control.read_mode()
        bench.battery.faults.set("late", 1.0)
        bench.battery.faults.set("lateness", 6.0)

        def slow() -> None:
            bench.battery.faults.clear()
            bench.battery.faults.set("delay", 1.0)

        async with once_written(bench, slow):
            assert await bench.control.set_mode(manual(0)) is Proof.CONFIRMED
        methods = [exchange.method for exchange in bench.exchanges]
        assert methods == [Method.MODE, Method.SET_MODE, Method.MODE]


@virtual
async def test_what_was_read_long_ago_proves_nothing() -> None:
    """Somebody else may have set that power since; this firmware is not asked anew."""
    async with pair(firmware=147) as bench:
        await bench.control.read_mode()
        await asyncio.sleep(200)
        bench.battery.faults.garbage = "truncated"
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(passive(900)) is Proof.CONFIRMED
        assert len(bench.writes()) == 2


@virtual
async def test_a_late_acceptance_of_an_earlier_change_is_not_used() -> None:
    """Each change is sent."""
    async with pair(polite=False) as bench:
        await bench.control.read_mode()
        bench.battery.faults.set("late", 1.0)
        bench.battery.faults.set("lateness", 6.0)
        async with once_written(bench, bench.battery.faults.clear):
            await bench.control.set_mode(AI)
        assert await bench.control.set_mode(AUTO) is Proof.CONFIRMED
        assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        assert bench.battery.state.mode == "AI"
        assert len(bench.writes()) == 3


@virtual
async def test_a_request_that_could_not_be_read_is_repeated_without_a_look() -> None:
    """It has not been carried out, so that reading the mode first would only take time."""
    async with pair() as bench:
        await bench.control.read_mode()
        bench.battery.faults.parse_errors = 1.0
        begun, first = time(), len(bench.exchanges)
        async with once_written(bench, bench.battery.faults.clear):
            assert await bench.control.set_mode(AI) is Proof.CONFIRMED
        methods = [exchange.method for exchange in bench.exchanges[first:]]
        assert methods == [Method.SET_MODE, Method.SET_MODE, Method.MODE]
        assert time() - begun < 9


@virtual
async def test_an_unknown_mode_is_read_on_firmware_that_resets() -> None:
    """Without it the slots that act would not be released when Manual is left."""
    async with pair(firmware=147, mode="Manual") as bench:
        assert await bench.control.set_mode(AUTO, release=(slot(0, enabled=False),)) is (
            Proof.CONFIRMED
        )
        assert [config["mode"] for config in bench.writes()] == ["Manual", "Auto"]


@virtual
async def test_a_new_power_that_was_lost_is_sent_again() -> None:
    """The power before is near enough to be taken for the new one."""
    async with pair() as bench:
        await bench.control.set_mode(passive(300))
        bench.battery.go_dark()
        async with once_written(bench, bench.battery.come_back):
            assert await bench.control.set_mode(passive(350)) is Proof.CONFIRMED
        assert bench.battery.state.ac_power == 350


@pytest.mark.parametrize(("attempts", "told"), [(1, False), (3, None)])
@virtual
async def test_a_slot_refused_once_is_unwritten_and_after_several_attempts_unknown(
    attempts: int, told: bool | None
) -> None:
    """An earlier attempt may have been carried out without its answer."""
    async with pair(faults=Faults(refused_writes=1.0)) as bench:
        control, slots = listening(bench)
        assert not await control.clear(slot(0, enabled=False), attempts=attempts)
        assert slots == [(6, told)]


def _garbled(bench: Pair) -> None:
    bench.battery.faults.garbage = "truncated"


def _refused(bench: Pair) -> None:
    bench.battery.faults.refused_writes = 1.0


@pytest.mark.parametrize(
    ("fault", "is_renewal", "is_noted"),
    [(_garbled, False, True), (_refused, False, False), (_refused, True, True)],
)
@virtual
async def test_ups_that_may_be_on_is_noted(
    fault: Callable[[Pair], None], is_renewal: bool, is_noted: bool
) -> None:
    """It overwrites the slots; refused at each single attempt, it is surely off."""
    notes: list[bool] = []
    async with pair() as bench:
        control = ModeControl(bench.client, LoopClock(), on_backup=lambda: notes.append(True))
        await control.read_mode()
        fault(bench)
        act = control.renew if is_renewal else control.set_mode
        with pytest.raises((NoAnswerError, RefusedError)):
            await act(ModeRequest(Mode.UPS))
        assert bool(notes) is is_noted


@virtual
async def test_one_lost_slot_does_not_give_up_the_others() -> None:
    """The battery is there: it only could not read the first."""
    async with pair(faults=Faults(parse_errors=1.0)) as bench:
        control, told = listening(bench)

        async def count() -> None:
            while len(told) < 6:
                await bench.client.link.clock.sleep(0.1)
            bench.battery.faults.clear()

        counting = asyncio.create_task(count())
        failures = await control.write_slots(TEN[:3])
        await counting
        assert list(failures) == [0]
        assert [bool(held) for held in bench.battery.state.slots[:3]] == [False, True, True]


@pytest.mark.parametrize(("soc", "may_stop"), [(94, False), (95, True), (100, True), (None, False)])
def test_from_which_charge_on_a_battery_need_not_take_more(soc: int | None, may_stop: bool) -> None:
    """A battery near full takes what it likes."""
    assert agrees(-1500, 0, soc, Purpose.PROOF) is may_stop
    assert not agrees(1500, 0, soc, Purpose.PROOF)


def _sunny(bench: Pair, watts: float) -> None:
    bench.battery.set_sun(constant(watts))


_WITH_SUN = [("Venus A", 147), ("Venus A", 149), ("Venus D", 147), ("Venus D", 150)]


@pytest.mark.parametrize(("device", "firmware"), _WITH_SUN)
@pytest.mark.parametrize("sun", [0, 400, 600])
@pytest.mark.parametrize("change", [passive(-500), passive(700), manual(-400)])
@virtual
async def test_a_power_beside_the_sun_is_compared(
    device: str, firmware: int, sun: int, change: ModeRequest
) -> None:
    """Where the solar inputs can be read, a setpoint is proven, and a lie is found out."""
    async with pair(device=device, firmware=firmware) as bench:
        _sunny(bench, sun)
        assert await bench.control.set_mode(change) is Proof.CONFIRMED
        bench.battery.faults.lying_writes = 1
        other = passive(-change.power)
        with pytest.raises(ContradictedError):
            await bench.control.set_mode(other if change.mode is Mode.PASSIVE else passive(900))


@virtual
async def test_cells_at_their_limit_leave_less_of_a_setpoint() -> None:
    """Cells that take 1,200 W from a sun of 1,300 W can't take 500 W from the grid."""
    async with pair(device="Venus A", firmware=149) as bench:
        _sunny(bench, 1300)
        assert await bench.control.set_mode(passive(-500)) is Proof.ACCEPTED
        assert bench.battery.state.ac_power == 100


@pytest.mark.parametrize("follows", ["ac", "cells"])
@virtual
async def test_either_side_may_hold_the_setpoint(follows: str) -> None:
    """-500 W asked for and +670 W on the AC side is right where the sun gives 1,170 W."""
    shown = {"ac": (-500, 300), "cells": (670, 1170)}[follows]

    def script(change: dict[str, Any]) -> list[tuple[float, bytes]]:
        results: dict[str, dict[str, Any]] = {
            Method.SET_MODE: {"set_result": True},
            Method.ENERGY: {**POWERS, "ongrid_power": shown[0], "pv_power": shown[1]},
            Method.MODE: {"mode": "Passive", "bat_soc": 55, "ongrid_power": shown[0]},
        }
        return [(0.1, reply(change, results[change["method"]]))]

    async with scripted(script) as (_, target), opened(_venus_a(target)) as client:
        assert await ModeControl(client, LoopClock()).set_mode(passive(-500)) is Proof.CONFIRMED


def _venus_a(target: FoundDevice) -> FoundDevice:
    return replace(target, device=replace(target.device, model="Venus A", firmware=149))


@pytest.mark.parametrize(("device", "firmware"), _WITH_SUN)
@pytest.mark.parametrize("is_night", [False, True])
@virtual
async def test_a_power_beside_an_unknown_sun_is_accepted(
    device: str, firmware: int, *, is_night: bool
) -> None:
    """It is never called confirmed by day; at night there is no sun that could hide in it."""
    async with pair(device=device, firmware=firmware) as bench:
        control = ModeControl(bench.client, LoopClock(), is_night=lambda: is_night)
        bench.battery.faults.silent = f"{Method.PV},{Method.ENERGY}"
        proof = await control.set_mode(passive(-500))
        is_compared = is_night and not bench.client.profile.pv_total_is_real
        assert proof is (Proof.CONFIRMED if is_compared else Proof.ACCEPTED)
        assert bench.battery.state.ac_power == -500


@pytest.mark.parametrize("fault", [{"full_at": 40.0}, {"derated_to": 300.0}])
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("Venus A", 149)])
@virtual
async def test_cells_that_take_less_are_no_contradiction(
    device: str, firmware: int, fault: dict[str, float]
) -> None:
    """Where the mode has changed with the command, the battery has carried it out; it takes less."""
    async with pair(device=device, firmware=firmware, soc=50) as bench:
        for name, value in fault.items():
            bench.battery.faults.set(name, value)
        assert await bench.control.set_mode(passive(-900)) is Proof.ASSUMED
        # In Passive already, the same power proves nothing of a new setpoint.
        bench.battery.faults.lying_writes = 1
        with pytest.raises(ContradictedError):
            await bench.control.set_mode(passive(-1100))


@virtual
async def test_another_power_than_asked_is_a_contradiction() -> None:
    """Power in the other direction is not what cells leave of a setpoint."""
    async with pair(device="VenusE 3.0", firmware=150) as bench:

        def leave(bench: Pair = bench) -> None:
            bench.battery.set_mode("Passive", 900)

        bench.battery.faults.lying_writes = 1
        async with once_written(bench, leave):
            with pytest.raises(ContradictedError):
                await bench.control.set_mode(passive(-900))


@pytest.mark.parametrize(
    ("change", "soc", "power", "is_excused"),
    [
        (manual(700), 50, 0, True),
        (manual(-700), 50, 0, True),
        (passive(700), 71, 0, True),
        (passive(700), 72, 0, False),
        (passive(700), None, 0, False),
        (passive(700), 20, 300, False),
        (passive(-700), 20, 0, False),
    ],
)
def test_why_a_battery_may_give_no_power_in_a_mode_it_had_before(
    change: ModeRequest, soc: int | None, power: int, *, is_excused: bool
) -> None:
    """A slot may not act yet, and an empty battery gives nothing; a charge has no such reason."""
    status = ModeStatus(change.mode, soc, power, 0)
    assert is_excusable(change, status, Measured(soc, (power,)), status) is is_excused


@pytest.mark.parametrize(
    ("mode", "power", "is_shown"),
    [(Mode.PASSIVE, 700, True), (Mode.AUTO, 700, False), (Mode.PASSIVE, None, False)],
)
def test_a_setpoint_shows_in_its_mode_only(mode: Mode, power: int | None, is_shown: bool) -> None:
    """Auto gives the same power whenever the house happens to need it."""
    request = ModeRequest(Mode.PASSIVE, power=700, duration=300)
    assert shows_setpoint(request, ModeStatus(mode, 55, power, 0)) is is_shown

"""Slots of Manual, UPS and the settings that can't be read: what the battery has of them then."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from custom_components.marstek.venus import (
    LoopClock,
    Method,
    Mode,
    ModeControl,
    ModeRequest,
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
MANUAL = [case for case in PROFILES if Mode.MANUAL in profile_for(*case).modes]
TEN = tuple(
    Slot(number, f"{2 * number:02d}:00", f"{2 * number + 1:02d}:30", 1 << number % 7, 100 * number)
    for number in range(10)
)
FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "losses": {"loss": 0.3},
    "duplicates": {"duplicates": 0.5},
    "parse errors": {"parse_errors": 0.2},
    "refusals": {"refused_writes": 0.3},
    "all": {"loss": 0.15, "parse_errors": 0.03, "late": 0.05, "refused_writes": 0.1},
}


def listening(bench: Pair) -> tuple[ModeControl, list[tuple[int, bool | None]]]:
    """Return a control, and what it tells of slots."""
    told: list[tuple[int, bool | None]] = []
    control = ModeControl(
        bench.client, LoopClock(), on_slot=lambda slot, done: told.append((slot.number, done))
    )
    return control, told


@pytest.mark.parametrize(("model", "firmware"), MANUAL)
@virtual
async def test_ten_slots(model: str, firmware: int) -> None:
    """All are in the battery, each was told of, and that takes less than half a minute."""
    async with pair(device=model, firmware=firmware) as bench:
        control, told = listening(bench)
        begun = time()
        assert await control.write_slots(TEN) == {}
        assert time() - begun < 30
        assert told == [(number, True) for number in range(10)]
        for slot, held in zip(TEN, bench.battery.state.slots, strict=True):
            assert held is not None
            assert (held.power, held.week_set, held.enabled) == (slot.power, slot.days, True)
        assert await control.set_mode(ModeRequest(Mode.AUTO)) is Proof.CONFIRMED
        assert bench.battery.state.mode == "Auto"


@pytest.mark.parametrize("faults", FAULTS)
@virtual
async def test_slots_under_faults(faults: str) -> None:
    """What was accepted is in the battery; what is told of each is true."""
    async with pair(faults=Faults(**FAULTS[faults]), polite=False) as bench:
        control, told = listening(bench)
        failures = await control.write_slots(TEN)
        last = dict(told)
        for slot, held in zip(TEN, bench.battery.state.slots, strict=True):
            if slot.number not in failures:
                assert last[slot.number] is True
                assert held is not None
                assert (held.power, held.week_set) == (slot.power, slot.days)
            elif all(done is False for number, done in told if number == slot.number):
                assert held is None


@virtual
async def test_slots_refused() -> None:
    """Every slot fails for itself, and none is said to be there."""
    async with pair(faults=Faults(refused_writes=1.0)) as bench:
        control, told = listening(bench)
        failures = await control.write_slots(TEN[:3])
        assert [type(error) for error in failures.values()] == [RefusedError] * 3
        assert {done for _, done in told} == {False}


@virtual
async def test_slots_of_a_silent_battery() -> None:
    """It is not waited for ten times."""
    async with pair(polite=False) as bench:
        control, told = listening(bench)
        bench.battery.go_dark()
        begun = time()
        failures = await control.write_slots(TEN)
        assert time() - begun < 60
        assert [type(error) for error in failures.values()] == [NoAnswerError] * 10
        assert {done for _, done in told} == {None}


@virtual
async def test_slots_are_checked_before_any_is_sent() -> None:
    """One power too many, and nothing is written."""
    async with pair() as bench:
        with pytest.raises(OutOfRangeError):
            await bench.control.write_slots((TEN[0], Slot(1, "00:00", "01:00", 1, 2501)))
        assert bench.exchanges == []


@virtual
async def test_slots_of_the_mini_are_not_written() -> None:
    """It ignores their power (docs/protocol.md 2.9)."""
    async with pair(device="VNSEM-0", firmware=300) as bench:
        with pytest.raises(UnsupportedError):
            await bench.control.write_slots(TEN[:1])
        assert bench.exchanges == []


@virtual
async def test_slots_of_a_mode_are_told_of() -> None:
    """Whoever keeps account of slots hears of those that come with Manual too."""
    async with pair() as bench:
        control, told = listening(bench)
        assert await control.set_mode(ModeRequest(Mode.MANUAL, power=100, slots=TEN[1:3]))
        assert told == [(1, True), (2, True)]


@pytest.mark.parametrize("change", [Mode.AUTO, Mode.AI, Mode.PASSIVE, Mode.MANUAL])
@virtual
async def test_ups_is_left_before_another_mode(change: Mode) -> None:
    """It is switched off first: no other way is documented."""
    async with pair(mode="UPS") as bench:
        proof = await bench.control.set_mode(
            ModeRequest(
                change, power=0, duration=300, slots=(TEN[0],) if change is Mode.MANUAL else ()
            )
        )
        assert proof in (Proof.CONFIRMED, Proof.ASSUMED)
        assert bench.battery.state.mode == change
        assert bench.writes()[0] == {"mode": "UPS", "ups_cfg": {"enable": 0}}


@virtual
async def test_ups_costs_the_slots_and_a_countdown_ends_before() -> None:
    """Who listens is told that slots may be gone, also when the answer is lost."""
    async with pair() as bench:
        told: list[float] = []
        control = ModeControl(bench.client, LoopClock(), on_backup=lambda: told.append(time()))
        await control.set_mode(ModeRequest(Mode.PASSIVE, power=500, duration=60))
        assert await control.set_mode(ModeRequest(Mode.UPS)) is Proof.CONFIRMED
        assert told
        await LoopClock().sleep(120)
        assert bench.battery.state.mode == "UPS"


SETTINGS: list[tuple[Method, dict[str, int], Callable[[Pair], object], object]] = [
    (Method.SET_DEPTH, {"value": 60}, lambda pair: pair.battery.state.depth_of_discharge, 60),
    (Method.SET_LED, {"state": 0}, lambda pair: pair.battery.state.led, False),
    (Method.SET_BLUETOOTH, {"enable": 0}, lambda pair: pair.battery.state.ble_advertising, False),
]


@pytest.mark.parametrize(
    ("setting", "faults"), product(SETTINGS, FAULTS), ids=lambda value: str(value)[:20]
)
@virtual
async def test_settings_under_faults(
    setting: tuple[Method, dict[str, int], Callable[[Pair], object], object], faults: str
) -> None:
    """An accepted setting is in the battery."""
    method, params, value, wanted = setting
    async with pair(faults=Faults(**FAULTS[faults]), polite=False) as bench:
        await bench.client.set(method, params)
        assert value(bench) == wanted


@pytest.mark.parametrize(("model", "firmware"), PROFILES)
@virtual
async def test_settings_of_every_profile(model: str, firmware: int) -> None:
    """What a profile has is answered by the battery, and what it lacks is never sent."""
    async with pair(device=model, firmware=firmware) as bench:
        for method, params, value, wanted in SETTINGS:
            if bench.client.profile.supports(method):
                await bench.client.set(method, params)
                assert value(bench) == wanted
            else:
                with pytest.raises(UnsupportedError):
                    await bench.client.set(method, params)
        assert all(exchange.outcome.name == "ANSWERED" for exchange in bench.exchanges)

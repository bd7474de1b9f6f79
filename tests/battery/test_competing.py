"""Commands that compete for one battery: every one has an end, and what waits leaves no trace."""

import asyncio
from contextlib import suppress
from itertools import product

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.battery.mode_requests import BatteryCommand
from custom_components.marstek.const import DOMAIN
from tests.battery.test_hand_commands import Owner, owner
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.truth import virtual
from tests.support.variants import variants

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def begin(work: asyncio.Future[None], seconds: float = 0.0) -> asyncio.Future[None]:
    """Let a call wait or work for a while."""
    await asyncio.sleep(seconds)
    return work


async def give_up(call: asyncio.Future[None]) -> None:
    """Stop the script that made a call."""
    call.cancel()
    with suppress(asyncio.CancelledError, HomeAssistantError):
        await call


def call(me: Owner, kind: str, value: str | int) -> asyncio.Future[None]:
    """Call the select or the number, as an automation does."""
    work = me.choose(str(value)) if kind == "select" else me.set_power(int(value))
    return asyncio.ensure_future(work)


async def act(me: Owner, action: str, **data: object) -> None:
    """Call an action on the only battery."""
    registry = dr.async_get(me.home.hass)
    entry_id = me.home.entry(me.battery).entry_id
    (device,) = dr.async_entries_for_config_entry(registry, entry_id)
    await me.home.hass.services.async_call(
        DOMAIN, action, {"device_id": device.id, **data}, blocking=True, return_response=True
    )


@virtual
async def test_a_cancelled_setpoint_is_never_sent() -> None:
    """Nobody's call ever set the power of a command that was cancelled while it waited."""
    async with owner() as me:
        await me.set_power(300)
        first = await begin(call(me, "select", "passive"), 0.02)
        second = await begin(call(me, "number", 2400), 0.02)
        await give_up(second)
        await first
        await asyncio.sleep(3700)
        assert me.battery.state.ac_power == 300
        assert me.power == 300
        assert me.last_command == "confirmed"


@virtual
async def test_a_cancelled_waiter_drops_nobody() -> None:
    """The command that waited before it is carried out."""
    async with owner() as me:
        first = await begin(call(me, "select", "ai"), 0.02)
        second = await begin(call(me, "select", "passive"), 0.02)
        third = await begin(call(me, "select", "auto"), 0.02)
        await give_up(third)
        await asyncio.gather(first, second)
        assert me.battery.state.mode == "Passive"
        assert me.last_command == "confirmed"


@virtual
@pytest.mark.parametrize("kind", ["select", "number"])
async def test_superseded_is_an_error(kind: str) -> None:
    """Whoever waited when a newer command came is told so."""
    values: tuple[str | int, str | int] = ("passive", "ai") if kind == "select" else (500, 700)
    async with owner() as me:
        first = await begin(call(me, "select", "passive" if kind == "number" else "manual"), 0.02)
        second = await begin(call(me, kind, values[0]), 0.02)
        third = await begin(call(me, kind, values[1]), 0.02)
        with pytest.raises(HomeAssistantError) as caught:
            await second
        assert caught.value.translation_key == "superseded"
        await asyncio.gather(first, third)
        assert "superseded" in me.progress
        assert me.last_command == "confirmed"
        if kind == "number":
            assert me.battery.state.ac_power == 700
        else:
            assert me.battery.state.mode == "AI"


@virtual
async def test_the_setpoint_given_first_is_used_by_the_mode_given_next() -> None:
    """Automations set the number first, also while another command is carried out."""
    async with owner() as me:
        first = await begin(call(me, "select", "ai"), 0.02)
        number = await begin(call(me, "number", 800), 0.02)
        mode = await begin(call(me, "select", "passive"), 0.02)
        await asyncio.gather(first, number, mode)
        assert (me.battery.state.mode, me.battery.state.ac_power) == ("Passive", 800)


@virtual
async def test_a_setpoint_after_the_mode_is_applied_to_it() -> None:
    """It does not take the place of the mode that waits."""
    async with owner() as me:
        first = await begin(call(me, "select", "ai"), 0.02)
        mode = await begin(call(me, "select", "passive"), 0.02)
        number = await begin(call(me, "number", 800), 0.02)
        await asyncio.gather(first, number, mode)
        assert (me.battery.state.mode, me.battery.state.ac_power) == ("Passive", 800)


@virtual
async def test_a_call_into_the_dark_ends_in_time(fast: None) -> None:
    """Within 60 s; within 30 s of a battery that was silent for a minute before."""
    async with owner() as me:
        me.battery.go_dark()
        for seconds, wait in ((60, 90), (30, 0)):
            started = me.home.now
            calls = [call(me, "select", option) for option in ("passive", "auto", "ai")]
            calls.append(call(me, "number", 900))
            done = await asyncio.gather(*calls, return_exceptions=True)
            assert me.home.now - started <= seconds + 1
            errors = [each for each in done if isinstance(each, HomeAssistantError)]
            assert {each.translation_key for each in errors} <= {"no_answer", "superseded"}
            assert len(errors) >= 3
            assert me.last_command in ("failed", "cancelled", "superseded"), str(me.progress)
            await asyncio.sleep(wait)
        me.battery.come_back()
        await asyncio.sleep(600)
        assert me.last_command != "pending"


def choose(home: PlanHome, option: str) -> asyncio.Task[None]:
    """Choose a mode by hand; whatever becomes of that."""

    async def call() -> None:
        with suppress(HomeAssistantError, asyncio.CancelledError):
            await home.place.call(home.batteries[0], "select", "mode", option=option)

    return asyncio.ensure_future(call())


@at(2026, 1, 4, 22, 30)
@pytest.mark.parametrize(
    ("option", "how"),
    variants(
        product(("auto", "ai", "manual", "passive"), ("cancelled", "stopped", "unloaded")),
        quick=[("auto", "cancelled"), ("passive", "stopped"), ("manual", "unloaded")],
    ),
)
async def test_a_command_cut_short_does_not_lose_the_red_night(how: str, option: str) -> None:
    """Whatever cuts it, the plan goes on and the battery is full on the red morning."""
    async with plan_home(soc=45, count=1) as home:
        await home.minutes(4)
        assert home.powers()[0] < -500
        task = choose(home, option)
        count = len(home.writes(home.batteries[0]))
        while len(home.writes(home.batteries[0])) == count:
            await asyncio.sleep(0.01)
        assert not task.done()
        match how:
            case "cancelled":
                task.cancel()
            case "stopped":
                await home.restart()
            case "unloaded":
                await home.hass.config_entries.async_reload(
                    home.place.entry(home.batteries[0]).entry_id
                )
        await asyncio.wait((task,))
        await home.minutes(3)
        assert home.shown.standing_back == frozenset()
        await home.until(5, 58)
        assert home.socs()[0] >= 99
        await home.until(6, 15)
        assert home.modes() == ["Auto"]


@virtual
async def test_a_setpoint_set_in_auto_is_shown_as_waiting() -> None:
    """It is kept for the next Manual or Passive, which uses it, without an error before."""
    async with owner() as me:

        def is_waiting() -> bool:
            entity_id = me.home.entity_id(me.battery, "number", "setpoint")
            state = me.home.hass.states.get(entity_id)
            assert state is not None
            waiting: bool = state.attributes["waiting"]
            return waiting

        await me.set_power(-600)
        assert (me.power, is_waiting()) == (-600, True)
        await me.choose("manual")
        assert (me.battery.state.ac_power, is_waiting()) == (-600, False)
        await me.set_power(-500)
        assert is_waiting()
        await asyncio.sleep(120)
        assert (me.battery.state.ac_power, is_waiting()) == (-500, False)
        await me.choose("auto")
        assert is_waiting()


@virtual
async def test_a_deferred_setpoint_that_is_taken_back_is_not_pending() -> None:
    """The value that stands is set again before the other one could be written."""
    async with owner() as me:
        await me.choose("manual")
        await me.set_power(500)
        await me.set_power(0)
        await asyncio.sleep(120)
        assert me.last_command == "superseded"
        assert me.battery.state.ac_power == 0


@virtual
async def test_an_order_of_the_plan_is_not_sent_twice() -> None:
    """A countdown that has just begun needs no renewal."""
    async with owner() as me:
        battery = me.home.entry(me.battery).runtime_data
        before = len(me.writes())
        assert await battery.async_obey(BatteryCommand(-400), dt_util.now())
        await asyncio.sleep(100)
        assert len(me.writes()) == before + 1
        assert me.battery.state.ac_power == -400
        await asyncio.sleep(100)
        assert len(me.writes()) == before + 2


@virtual
async def test_a_run_on_top_of_manual_leaves_its_slots_alone() -> None:
    """The battery goes back to them: they are not disabled, now or later."""
    async with owner() as me:
        await me.set_power(300)
        await me.choose("manual")
        parts = me.home.entry(me.battery).runtime_data.parts
        await act(me, "set_passive", power=500, duration={"hours": 2})
        slots = set(parts.memory.slots)
        assert slots
        for _ in range(20):
            await asyncio.sleep(300)
            assert not parts.commands.is_release_due
        assert set(parts.memory.slots) == slots
        assert me.battery.state.mode == "Passive"
        await asyncio.sleep(1500)
        assert (me.battery.state.mode, me.battery.state.ac_power) == ("Manual", 300)


@virtual
async def test_a_run_with_an_end_is_not_taken_out_of_passive_for_slots() -> None:
    """Those that the battery refused to disable are tried again in runs without an end only."""
    async with owner() as me:
        await me.choose("manual")
        me.battery.faults.refused_disabling = 1
        await me.choose("auto")
        parts = me.home.entry(me.battery).runtime_data.parts
        await act(me, "set_passive", power=500, duration={"hours": 2})
        assert parts.memory.slots
        for _ in range(20):
            await asyncio.sleep(300)
            assert not parts.commands.is_release_due
        assert me.battery.state.ac_power == 500


@virtual
async def test_a_new_charge_has_its_own_patience_with_cells_that_take_nothing() -> None:
    """How long they stood still in the last one does not end it early."""
    async with owner() as me:
        parts = me.home.entry(me.battery).runtime_data.parts
        me.battery.faults.full_at = 30
        for power in (900, 1200):
            with suppress(HomeAssistantError):
                await act(me, "charge", power=power, target=90)
            await asyncio.sleep(600)
            assert parts.memory.commanded.is_running
        await asyncio.sleep(900)
        assert not parts.memory.commanded.is_running


@virtual
async def test_another_power_in_passive_is_no_wear() -> None:
    """Passive is not stored: only the change into it counts."""
    async with owner() as me:
        parts = me.home.entry(me.battery).runtime_data.parts
        await me.set_power(300)
        await me.choose("passive")
        today = dt_util.now().date()
        before = parts.memory.wear.writes_on(today)
        for power in (500, -500, 700):
            await me.set_power(power)
        assert parts.memory.wear.writes_on(today) == before


@virtual
async def test_no_slot_is_ours_once_all_are_cleared() -> None:
    """What a repair has cleared is not disabled again, one by one."""
    async with owner() as me:
        battery = me.home.entry(me.battery).runtime_data
        await me.choose("manual")
        assert battery.parts.memory.slots
        assert await battery.async_clear_all_slots()
        assert battery.parts.memory.slots == set()


@virtual
@pytest.mark.parametrize("wait", [120, 150, 180, 240, 400, 590, 620, 640])
async def test_a_setpoint_set_beside_a_run_is_kept_for_later(wait: float) -> None:
    """The app took the battery out of its run, which is taken up again, ends, or is over.

    Whatever becomes of it, its way back brings no older setpoint.
    """
    async with owner() as me:
        await me.set_power(300)
        await act(me, "set_passive", power=800, duration={"minutes": 10})
        await asyncio.sleep(wait - 100)
        me.battery.set_mode("Auto")
        await asyncio.sleep(100)
        was_applied = me.mode == "passive"
        await me.set_power(450)
        await asyncio.sleep(1800)
        assert me.battery.state.mode == "Auto"
        assert me.power == (300 if was_applied else 450)


@virtual
@pytest.mark.parametrize("wait", [0.0, 0.02, 1.0, 3.0, 6.0])
async def test_calls_that_a_reload_cuts_end_in_words(wait: float) -> None:
    """Those that are being carried out, that wait, and that have only to store something."""
    async with owner() as me:
        steps: tuple[tuple[str, str | int], ...] = (
            ("number", 2500),
            ("select", "passive"),
            ("number", 200),
            ("number", 300),
        )
        calls = [call(me, kind, value) for kind, value in steps]
        await asyncio.sleep(wait)
        await me.home.hass.config_entries.async_reload(me.home.entry(me.battery).entry_id)
        ends = await asyncio.gather(*calls, return_exceptions=True)
        for end in ends:
            assert end is None or isinstance(end, HomeAssistantError)
            assert end is None or end.translation_domain == "marstek"

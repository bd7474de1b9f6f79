"""Commands by hand in a home with real pacing: what they do to the battery, and what is shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise, product
from zoneinfo import ZoneInfo

from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.marstek.battery.slot_mirror import OWNER_SLOT
from custom_components.marstek.const import CONF_POWER_PRESET, PowerPreset
from custom_components.marstek.venus import Method
from simulator import BatterySpec, Exchange, Slot
from tests.support.home import Home, home
from tests.support.seldom import uneventful
from tests.support.truth import virtual
from tests.support.variants import variants

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Owner:
    """Somebody at home with one battery."""

    def __init__(self, place: Home) -> None:
        """Stand in front of the dashboard."""
        self.home = place
        self.battery = place.batteries[0]
        self.progress: list[str] = []
        self.follow_progress()

    def follow_progress(self) -> None:
        """Write down every state of the last command."""

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            if event.data["new_state"] is not None:
                self.progress.append(event.data["new_state"].state)

        async_track_state_change_event(
            self.home.hass, self.home.entity_id(self.battery, "sensor", "last_command"), note
        )

    async def choose(self, option: str) -> None:
        """Choose a mode."""
        await self.home.call(self.battery, "select", "mode", option=option)

    async def set_power(self, watts: int) -> None:
        """Set the setpoint."""
        await self.home.call(self.battery, "number", "setpoint", value=watts)

    @property
    def mode(self) -> str:
        """The mode that is shown."""
        return self.home.state(self.battery, "select", "mode")

    @property
    def power(self) -> float:
        """The setpoint that is shown."""
        return float(self.home.state(self.battery, "number", "setpoint"))

    @property
    def last_command(self) -> str:
        """How the last command fared."""
        return self.home.state(self.battery, "sensor", "last_command")

    def writes(self, since: float = 0.0) -> list[Exchange]:
        """Return the writes that reached the battery."""
        return [
            exchange
            for exchange in self.battery.exchanges
            if exchange.method == Method.SET_MODE and exchange.received >= since
        ]

    @property
    def slot(self) -> Slot:
        """The slot in the battery that holds a Manual chosen by hand."""
        slot = self.battery.state.slots[OWNER_SLOT]
        assert slot is not None
        return slot

    def slot_writes(self, since: float = 0.0) -> list[Exchange]:
        """Return the writes of Manual slots that enable them."""
        return [
            exchange
            for exchange in self.writes(since)
            if exchange.config.get("manual_cfg", {}).get("enable")
        ]

    def assert_shows_truth(self) -> None:
        """Fail unless mode and setpoint are shown as they are."""
        state = self.battery.state
        assert self.mode == state.mode.lower()
        if self.mode in ("manual", "passive"):
            assert state.ac_power == self.power


@asynccontextmanager
async def owner(
    device: str = "VenusE 3.0", firmware: int = 150, silent: str = ""
) -> AsyncIterator[Owner]:
    """Set one battery up; afterwards nothing dangerous may have been sent or logged."""
    spec = BatterySpec(device=device, firmware=firmware, address="127.0.1.1", soc=60.0)
    async with home(specs=[spec]) as place:
        place.batteries[0].faults.silent = silent
        await place.add_all()
        await asyncio.sleep(20)
        yield Owner(place)
        assert place.batteries[0].forbidden == []
        assert place.log.lines == []


def app_slot(power: int) -> Slot:
    """Return a slot as somebody set it in the app."""
    return Slot(start=8 * 60, end=9 * 60, week_set=0b11, power=power, enabled=True)


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"),
    [
        ("VenusE 3.0", 150),
        ("VenusE 3.0", 139),
        ("VenusE 3.0", 147),
        ("VenusE", 153),
        ("VenusE", 156),
        ("Venus A", 149),
        ("Venus D", 150),
    ],
)
async def test_every_mode(device: str, firmware: int) -> None:
    """Each mode is pending while it is tried, and confirmed when the battery is in it."""
    async with owner(device, firmware) as me:
        await me.set_power(-600)
        for option in ("manual", "ai", "passive", "auto", "manual", "passive", "manual", "auto"):
            me.progress.clear()
            await me.choose(option)
            assert me.progress == ["pending", "confirmed"], option
            assert me.mode == option
            me.assert_shows_truth()
            await asyncio.sleep(30)
            me.assert_shows_truth()


@virtual
async def test_refused() -> None:
    """A battery that refuses makes the command fail, and nothing else."""
    async with owner() as me:
        me.battery.faults.refused_writes = 1.0
        with pytest.raises(HomeAssistantError) as caught:
            await me.choose("ai")
        assert caught.value.translation_key == "refused"
        assert me.progress == ["pending", "failed"]
        me.assert_shows_truth()
        me.battery.faults.clear()
        await me.choose("ai")
        assert me.last_command == "confirmed"
        me.assert_shows_truth()


@virtual
async def test_no_answer() -> None:
    """A battery that has just fallen silent makes the command fail within a minute."""
    async with owner() as me:
        me.battery.go_dark()
        started = me.home.now
        with pytest.raises(HomeAssistantError) as caught:
            await me.choose("ai")
        assert caught.value.translation_key == "no_answer"
        assert me.home.now - started < 90
        assert me.progress == ["pending", "failed"]
        me.battery.come_back()
        await asyncio.sleep(60)
        me.assert_shows_truth()


@virtual
@pytest.mark.parametrize("option", ["ai", "manual", "passive"])
async def test_lies(option: str) -> None:
    """What the battery accepts and does not do fails, and is not shown as done."""
    async with owner() as me:
        me.battery.faults.lying_writes = 1.0
        with pytest.raises(HomeAssistantError) as caught:
            await me.choose(option)
        assert caught.value.translation_key == "contradicted"
        assert me.last_command == "failed"
        me.assert_shows_truth()


@virtual
async def test_setpoint_not_followed() -> None:
    """A setpoint that the battery accepts and drops fails, and the old one stays shown."""
    async with owner() as me:
        await me.set_power(300)
        await me.choose("passive")
        me.battery.faults.lying_writes = 1.0
        with pytest.raises(HomeAssistantError) as caught:
            await me.set_power(1500)
        assert caught.value.translation_key == "contradicted"
        me.assert_shows_truth()
        assert me.power == 300


@virtual
async def test_unprovable() -> None:
    """Where the mode can't be read it is assumed, and shown so."""
    async with owner(silent="ES.GetMode") as me:
        await me.choose("ai")
        assert me.progress == ["pending", "assumed"]
        assert me.mode == me.battery.state.mode.lower() == "ai"


@virtual
async def test_setpoint_waits_for_its_mode() -> None:
    """In Auto a setpoint is only kept; it outlives a restart, and Passive then uses it."""
    async with owner() as me:
        before = len(me.writes())
        await me.set_power(-750)
        await asyncio.sleep(60)
        assert len(me.writes()) == before
        assert me.power == -750
        await me.home.restart()
        await asyncio.sleep(20)
        assert me.power == -750
        await me.choose("passive")
        assert me.battery.state.ac_power == -750


@virtual
async def test_range() -> None:
    """What the model can't do is refused before anything is sent."""
    async with owner() as me:
        await me.choose("passive")
        before = len(me.writes())
        for watts in (2501, -2501):
            with pytest.raises(ServiceValidationError):
                await me.set_power(watts)
        assert len(me.writes()) == before
        with pytest.raises(ServiceValidationError):
            await me.choose("ups")


@virtual
@pytest.mark.parametrize("option", ["passive", "manual"])
async def test_unchanged_is_not_sent(option: str) -> None:
    """The same setpoint, or the same mode, is not written again."""
    async with owner() as me:
        await me.set_power(400)
        await me.choose(option)
        before = len(me.writes())
        await me.set_power(400)
        await me.choose(option)
        assert len(me.writes()) == before
        await me.choose("auto")
        before = len(me.writes())
        await me.choose("auto")
        assert len(me.writes()) == before


@virtual
async def test_one_slot_write_a_minute() -> None:
    """In Manual the flash is spared: one write a minute, and the latest value wins."""
    async with owner() as me:
        await me.set_power(100)
        await me.choose("manual")
        for number in range(30):
            await me.set_power(100 + 50 * number)
            await asyncio.sleep(10)
        await asyncio.sleep(120)
        times = [exchange.received for exchange in me.slot_writes()]
        assert 5 <= len(times) <= 9
        assert min(after - before for before, after in pairwise(times)) >= 59
        assert me.power == 1550
        assert me.last_command == "confirmed"
        me.assert_shows_truth()


@virtual
async def test_manual_slot() -> None:
    """Manual uses slot 6 for two days; what others keep in the rest of them is left alone."""
    async with owner() as me:
        for number in (0, 5, 7, 9):
            me.battery.state.slots[number] = app_slot(0)
        await me.set_power(-900)
        await me.choose("manual")
        friday_and_saturday = 0b0110000
        assert me.battery.state.slots[OWNER_SLOT] == Slot(
            start=0, end=23 * 60 + 59, week_set=friday_and_saturday, power=-900, enabled=True
        )
        await asyncio.sleep(600)
        await me.choose("auto")
        assert me.slot.enabled is False
        for number in (0, 5, 7, 9):
            assert me.battery.state.slots[number] == app_slot(0)
        assert me.battery.state.mode == "Auto"


@virtual
async def test_slot_can_not_be_disabled() -> None:
    """That slot 6 stays does not keep the battery in Manual."""
    async with owner() as me:
        await me.choose("manual")
        me.battery.faults.refused_writes = 1.0
        started = me.home.now

        async def relent() -> None:
            while not me.writes(started):
                await asyncio.sleep(0.05)
            me.battery.faults.clear()

        task = asyncio.ensure_future(relent())
        await me.choose("auto")
        await task
        assert me.battery.state.mode == "Auto"
        assert me.slot.enabled
        assert me.last_command == "confirmed"


@virtual
async def test_slot_is_renewed_each_day() -> None:
    """Manual goes on for days: the slot always covers today and tomorrow, and no other day."""
    async with owner() as me:
        await me.set_power(0)
        await me.choose("manual")
        zone = ZoneInfo("Europe/Paris")
        written = len(me.slot_writes())
        for day in range(1, 4):
            with uneventful():
                while me.home.clock.now(zone).date().day < 20 + day:
                    await asyncio.sleep(600)
            await asyncio.sleep(900)
            weekday = me.home.clock.now(zone).weekday()
            assert me.slot.week_set == 1 << weekday | 1 << (weekday + 1) % 7
            assert len(me.slot_writes()) == written + day
        assert me.battery.state.mode == "Manual"


@virtual
async def test_slot_is_renewed_after_a_restart() -> None:
    """A Manual that was chosen before a restart is renewed after it."""
    async with owner() as me:
        await me.set_power(-100)
        await me.choose("manual")
        await me.home.restart(pause=14 * 3600)
        await asyncio.sleep(1200)
        assert me.slot.week_set == 0b1100000
        assert me.battery.state.ac_power == -100
        assert me.power == -100
        me.assert_shows_truth()
        # The slot that was written before the restart is still known to be ours.
        await me.choose("auto")
        assert me.slot.enabled is False


@virtual
async def test_passive_is_kept_up() -> None:
    """Passive goes on beyond its countdown, at its power, and through a restart."""
    async with owner() as me:
        await me.set_power(650)
        await me.choose("passive")
        for _ in range(3600):
            await asyncio.sleep(1)
            assert me.battery.state.ac_power == 650
        assert len(me.writes()) < 40
        await me.home.restart(pause=60)
        for _ in range(1800):
            await asyncio.sleep(1)
            assert me.battery.state.ac_power == 650
        me.assert_shows_truth()


@virtual
async def test_passive_is_kept_up_on_a_bad_line() -> None:
    """A third of losses does not end Passive."""
    async with owner() as me:
        await me.set_power(650)
        await me.choose("passive")
        me.battery.faults.loss = 0.3
        for _ in range(3600):
            await asyncio.sleep(1)
            assert me.battery.state.ac_power == 650


@virtual
@pytest.mark.parametrize(
    ("option", "theirs", "firmware"),
    variants(
        product(("passive", "manual"), ("Auto", "AI", ""), (147, 150)),
        quick=[
            ("passive", "Auto", 150),
            ("passive", "", 147),
            ("manual", "AI", 150),
            ("manual", "Auto", 147),
        ],
    ),
)
async def test_no_fight_with_the_app(option: str, theirs: str, firmware: int) -> None:
    """A mode that somebody chooses in the app stands, a mode without a name among them."""
    async with owner(firmware=firmware) as me:
        await me.choose(option)
        await asyncio.sleep(150)
        me.battery.set_mode(theirs)
        # The app replaces a countdown by nothing; the firmware's own would end it in Passive.
        me.battery.state.passive_remaining = 0.0
        since = me.home.now
        await asyncio.sleep(13 * 3600)
        assert me.battery.state.mode == theirs
        assert me.writes(since) == []
        assert me.mode == (theirs.lower() or "unknown")


@virtual
@pytest.mark.parametrize("target", ["auto", "ai", "manual"])
async def test_passive_is_left_for_good(target: str) -> None:
    """The old countdown does not bring Passive back."""
    async with owner() as me:
        await me.set_power(500)
        await me.choose("passive")
        await asyncio.sleep(100)
        await me.choose(target)
        await asyncio.sleep(900)
        assert me.mode == target
        me.assert_shows_truth()


async def all_ended(calls: list[asyncio.Task[None]]) -> int:
    """Wait for calls that are carried out or superseded; return how many were superseded."""
    ends = await asyncio.gather(*calls, return_exceptions=True)
    errors = [end for end in ends if end is not None]
    assert all(isinstance(error, HomeAssistantError) for error in errors), errors
    assert {getattr(error, "translation_key", None) for error in errors} <= {"superseded"}
    return len(errors)


@virtual
async def test_quick_commands() -> None:
    """Of commands that come while one is carried out the latest is, and no other."""
    async with owner() as me:
        commands = [
            me.choose("ai"),
            me.choose("manual"),
            me.set_power(300),
            me.choose("passive"),
            me.set_power(-400),
        ]
        tasks = []
        for command in commands:
            tasks.append(asyncio.ensure_future(command))
            await asyncio.sleep(0.2)
        await all_ended(tasks)
        assert me.battery.state.mode == "Passive"
        assert me.battery.state.ac_power == -400
        assert me.last_command == "confirmed"
        me.assert_shows_truth()
        await asyncio.sleep(60)
        assert me.last_command == "confirmed"


@virtual
async def test_quick_setpoints() -> None:
    """While a setpoint is written, of those that follow only the latest is."""
    async with owner() as me:
        await me.choose("passive")
        started = me.home.now
        tasks = [asyncio.ensure_future(me.set_power(watts)) for watts in range(100, 1100, 100)]
        assert await all_ended(tasks) == 8
        assert me.home.now - started < 15
        assert len(me.writes(started)) <= 2
        assert me.battery.state.ac_power == 1000
        assert me.last_command == "confirmed"
        me.assert_shows_truth()


@virtual
async def test_command_after_one_that_fails() -> None:
    """A command that waited for one that then failed is carried out as it was given."""
    async with owner() as me:
        await me.set_power(300)
        await me.choose("passive")
        me.battery.faults.refused_writes = 1.0
        failing = asyncio.ensure_future(me.set_power(500))
        await asyncio.sleep(2)
        waiting = asyncio.ensure_future(me.set_power(800))
        with pytest.raises(HomeAssistantError):
            await failing
        me.battery.faults.clear()
        await waiting
        assert me.battery.state.ac_power == 800
        assert me.power == 800
        assert me.last_command == "confirmed"


@virtual
async def test_setpoint_that_waited_for_the_minute_is_kept() -> None:
    """What was asked for in Manual, and not written before it was left, holds the next time."""
    async with owner() as me:
        await me.set_power(-300)
        await me.choose("manual")
        await me.set_power(700)
        assert me.last_command == "pending"
        await me.choose("auto")
        assert me.last_command == "confirmed"
        shown = me.power
        await asyncio.sleep(200)
        assert me.battery.state.mode == "Auto"
        await me.choose("manual")
        assert me.battery.state.ac_power == me.power == shown == 700


@virtual
async def test_setpoint_that_waits_does_not_fight() -> None:
    """A setpoint that waits for the minute is not written any more when the app changes the mode."""
    async with owner() as me:
        await me.set_power(-300)
        await me.choose("manual")
        await me.set_power(700)
        me.battery.set_mode("Auto")
        await asyncio.sleep(400)
        assert me.battery.state.mode == "Auto"
        assert me.last_command != "pending"
        me.assert_shows_truth()


@virtual
async def test_cancelled() -> None:
    """A command whose caller gives up is not shown as pending for ever."""
    async with owner() as me:
        task = asyncio.ensure_future(me.choose("ai"))
        await asyncio.sleep(1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(200)
        assert me.last_command in ("cancelled", "confirmed")
        me.assert_shows_truth()


@virtual
async def test_reload_in_mid_command() -> None:
    """A command that is cut short fails with a reason; the battery is shown as it is."""
    async with owner() as me:
        me.battery.faults.delay = 2.0
        entry = me.home.entry(me.battery)
        task = asyncio.ensure_future(me.choose("ai"))
        await asyncio.sleep(1)
        await me.home.hass.config_entries.async_reload(entry.entry_id)
        with pytest.raises(HomeAssistantError) as caught:
            await task
        assert caught.value.translation_key == "closed"
        await asyncio.sleep(60)
        me.assert_shows_truth()


@virtual
async def test_home_assistant_stops_in_mid_write() -> None:
    """Nothing half done is shown after the start, and what stands in the battery is kept up."""
    for moment in (0.5, 2.0, 4.0, 6.0):
        async with owner() as me:
            await me.set_power(-500)
            task = asyncio.ensure_future(me.choose("manual"))
            await asyncio.sleep(moment)
            task.cancel()
            await me.home.restart()
            with suppress(asyncio.CancelledError, HomeAssistantError):
                await task
            await asyncio.sleep(30)
            assert me.mode == me.battery.state.mode.lower()
            assert me.last_command == "none"
            await me.choose("auto")
            assert not [slot for slot in me.battery.state.slots if slot and slot.enabled]


@virtual
@pytest.mark.parametrize("option", ["passive", "manual"])
async def test_lower_limit_holds_for_what_is_on(option: str) -> None:
    """A limit that is set afterwards holds at once, for the setpoint as well as the battery."""
    async with owner() as me:
        await me.set_power(2000)
        await me.choose(option)
        assert me.battery.state.ac_power == 2000
        entry = me.home.entry(me.battery)
        me.home.hass.config_entries.async_update_entry(
            entry, options={CONF_POWER_PRESET: PowerPreset.SOCKET}
        )
        await me.home.hass.config_entries.async_reload(entry.entry_id)
        await asyncio.sleep(120)
        assert me.power == 800
        assert me.battery.state.ac_power == 800
        me.assert_shows_truth()


@virtual
@pytest.mark.parametrize("before", ["auto", "passive"])
async def test_dark_battery_is_given_up(before: str) -> None:
    """A command to a battery that is off ends within a minute, with a reason."""
    async with owner() as me:
        await me.choose(before)
        me.battery.go_dark()
        started = me.home.now
        with pytest.raises(HomeAssistantError) as error:
            await me.choose("ai")
        assert error.value.translation_key == "no_answer"
        assert me.home.now - started < 60
        assert me.last_command == "failed"
        me.battery.come_back()
        await asyncio.sleep(400)


@virtual
async def test_first_values_come_at_once() -> None:
    """What is not read during set-up is unknown, not unavailable, and there within 15 s."""
    async with home(count=1) as place:
        await place.add_all()
        await place.hass.async_block_till_done()
        battery = place.batteries[0]
        assert place.state(battery, "sensor", "temperature") == "unknown"
        await asyncio.sleep(15)
        assert place.state(battery, "sensor", "temperature") not in ("unknown", "unavailable")
        assert place.state(battery, "select", "mode") == "auto"

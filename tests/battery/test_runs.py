"""Passive for a while: set_passive, charge, discharge and stop, against what the battery does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest

from custom_components.marstek.const import CONF_POWER_PRESET, DOMAIN, PowerPreset
from custom_components.marstek.venus import Method
from simulator import BatterySpec, Exchange, Faults, SimulatedBattery
from simulator.household import constant
from tests.support.home import Home, home, lossy
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Person:
    """Somebody who uses the actions."""

    def __init__(self, place: Home) -> None:
        """Stand in front of the dashboard."""
        self.home = place
        self.battery = place.batteries[0]

    def device(self, battery: SimulatedBattery) -> str:
        """Return the id of a battery's device."""
        registry = dr.async_get(self.home.hass)
        entry_id = self.home.entry(battery).entry_id
        (found,) = dr.async_entries_for_config_entry(registry, entry_id)
        return found.id

    async def call(self, action: str, **data: object) -> dict[str, Any]:
        """Call an action and return what it tells, by battery."""
        response = await self.home.hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=True
        )
        return cast("dict[str, Any]", response)

    async def do(self, action: str, **data: object) -> dict[str, Any]:
        """Call an action on the only battery, and return what it tells."""
        (told,) = (await self.call(action, **data)).values()
        return cast("dict[str, Any]", told)

    async def stop_somehow(self) -> None:
        """Stop, whether or not the battery follows at once."""
        with suppress(HomeAssistantError):
            await self.do("stop")

    async def configure(self, **options: object) -> None:
        """Set options as their dialog does."""
        flows = self.home.hass.config_entries.options
        flow = await flows.async_init(self.home.entry(self.battery).entry_id)
        if flow["type"] is FlowResultType.MENU:
            flow = await flows.async_configure(flow["flow_id"], {"next_step_id": "limits"})
        done = await flows.async_configure(flow["flow_id"], options)
        assert done["type"] is FlowResultType.CREATE_ENTRY
        await asyncio.sleep(60)

    async def happens(self, what: str) -> None:
        """Let something come in between."""
        match what:
            case "reboot":
                self.battery.reboot()
            case "restart":
                await self.home.restart()
            case "reload":
                entry_id = self.home.entry(self.battery).entry_id
                await self.home.hass.config_entries.async_reload(entry_id)
        await asyncio.sleep(60)

    async def choose(self, option: str) -> None:
        """Choose a mode."""
        await self.home.call(self.battery, "select", "mode", option=option)

    async def set_power(self, watts: int) -> None:
        """Set the setpoint."""
        await self.home.call(self.battery, "number", "setpoint", value=watts)

    def shown(self, key: str) -> str:
        """Return the state of a sensor."""
        return self.home.state(self.battery, "sensor", key)

    @property
    def power(self) -> int:
        """What the battery really does, in W, + discharges."""
        return round(self.battery.state.ac_power)

    @property
    def mode(self) -> str:
        """The mode that the battery is really in."""
        return self.battery.state.mode

    def writes(self, since: float = 0.0) -> list[Exchange]:
        """Return the mode writes that reached the battery."""
        return [
            exchange
            for exchange in self.battery.exchanges
            if exchange.method == Method.SET_MODE and exchange.received >= since
        ]

    def reads(self, method: Method, since: float) -> int:
        """Return how often the battery was asked for something."""
        return sum(
            exchange.method == method and exchange.received >= since
            for exchange in self.battery.exchanges
        )

    def issues(self) -> list[str]:
        """Return the keys of the repairs that are open."""
        return [
            issue.translation_key or ""
            for issue in ir.async_get(self.home.hass).issues.values()
            if issue.domain == DOMAIN
        ]

    async def lasts(self, seconds: int, power: int) -> int:
        """Live on; return for how many of these seconds the battery did something else."""
        wrong = 0
        for _ in range(seconds):
            await asyncio.sleep(1)
            wrong += self.power != power
        return wrong

    async def until_mode(self, mode: str, seconds: int) -> float:
        """Live on until the battery is in a mode; return how long that took."""
        for second in range(seconds):
            if self.mode == mode:
                return second
            await asyncio.sleep(1)
        raise AssertionError(f"{self.mode} after {seconds} s")


@asynccontextmanager
async def person(
    *, soc: float = 60.0, count: int = 1, device: str = "VenusE 3.0", firmware: int = 150
) -> AsyncIterator[Person]:
    """Set batteries up; nothing dangerous may be sent."""
    specs = [
        BatterySpec(
            device=device,
            firmware=firmware,
            ble_mac=f"02aabbcc{number:04x}",
            address=f"127.0.1.{number + 1}",
            soc=soc,
        )
        for number in range(count)
    ]
    async with home(specs=specs) as place:
        await place.add_all()
        await asyncio.sleep(20)
        yield Person(place)
        for battery in place.batteries:
            assert battery.forbidden == []


@virtual
@pytest.mark.parametrize("before", ["auto", "ai"])
async def test_for_a_while(before: str) -> None:
    """A power is held for as long as was asked, not longer, and then the mode before is back."""
    async with person() as me:
        if before != "auto":
            await me.choose(before)
        told = await me.do("set_passive", power=700, duration={"minutes": 20})
        assert told["ok"]
        assert told["power"] == 700
        assert me.shown("passive_power") == "700"
        assert me.shown("passive_ends") == told["until"][:19] + "+00:00"
        assert await me.lasts(20 * 60 - 15, 700) == 0
        assert await me.until_mode(before.capitalize() if before == "auto" else "AI", 60) < 40
        await asyncio.sleep(5)
        assert me.shown("passive_power") == "unknown"
        assert me.shown("passive_ends") == "unknown"
        await asyncio.sleep(7200)
        assert me.mode.lower() == before
        assert me.home.log.lines == []


@virtual
async def test_charge_to_a_target() -> None:
    """Charging ends soon after its target, and not before."""
    async with person(soc=60.0) as me:
        told = await me.do("charge", power=2000, target=64)
        assert told["target"] == 64
        assert me.shown("passive_target") == "64"
        for _ in range(3600):
            await asyncio.sleep(1)
            if me.mode == "Auto":
                break
            assert me.power in (-2000, 0)
        assert 64 <= me.battery.state.soc < 65
        assert me.mode == "Auto"


@virtual
async def test_discharge_to_a_target() -> None:
    """Discharging ends soon after its target, with the time given if that is later."""
    async with person(soc=50.0) as me:
        await me.do("discharge", power=2000, target=47, duration={"hours": 5})
        await asyncio.sleep(60)
        assert me.power == 2000
        await me.until_mode("Auto", 3600)
        assert 46.5 <= me.battery.state.soc < 48


@virtual
async def test_charge_by_default() -> None:
    """Without anything said it is 1000 W, until full."""
    async with person(soc=97.0) as me:
        told = await me.do("charge")
        assert (told["power"], told["target"]) == (-1000, 100)
        await me.until_mode("Auto", 4 * 3600)
        assert me.battery.state.soc > 98.5


@virtual
async def test_discharge_stops_at_the_depth_of_discharge() -> None:
    """A battery that gives nothing more does not stay in Passive for ever."""
    async with person(soc=14.0) as me:
        told = await me.do("discharge", power=1000)
        assert told["target"] == 12
        await me.until_mode("Auto", 4 * 3600)
        assert me.battery.state.soc < 16


@virtual
async def test_already_there() -> None:
    """A battery at its target is told to be so, and nothing is sent."""
    async with person(soc=60.0) as me:
        writes = len(me.writes())
        for action, target in (("charge", 50), ("discharge", 70)):
            told = await me.do(action, target=target)
            assert told["ok"]
            assert told["done"]
            assert "60 %" in told["message"]
        assert len(me.writes()) == writes


@virtual
async def test_refused_before_anything_is_sent() -> None:
    """What can't be done is refused with what can, and nothing is sent to any battery."""
    async with person(count=2) as me:
        entry = me.home.entry(me.battery)
        options = {CONF_POWER_PRESET: PowerPreset.SOCKET}
        me.home.hass.config_entries.async_update_entry(entry, options=options)
        await me.home.hass.config_entries.async_reload(entry.entry_id)
        both = [me.device(battery) for battery in me.home.batteries]
        writes = [len(battery.exchanges) for battery in me.home.batteries]
        with pytest.raises(ServiceValidationError) as caught:
            await me.call("charge", power=1200, device_id=both)
        assert caught.value.translation_key == "several_failed"
        failures = (caught.value.translation_placeholders or {})["failures"]
        assert "1200 W" in failures
        assert "800 W" in failures
        with pytest.raises(ServiceValidationError) as caught:
            await me.call("charge", power=1200, device_id=both[0])
        assert caught.value.translation_key == "out_of_range"
        for action, data, key in (
            ("set_passive", {"power": 9000}, "out_of_range"),
            ("charge", {"target": 5}, "target_out_of_range"),
            ("charge", {"duration": {"seconds": 5}}, "run_duration"),
            ("charge", {"duration": {"hours": 25}}, "run_duration"),
        ):
            with pytest.raises(ServiceValidationError) as caught:
                await me.call(action, device_id=both[1], **data)
            assert caught.value.translation_key == key
        with pytest.raises(ServiceValidationError) as caught:
            await me.call("charge")
        assert caught.value.translation_key == "name_a_battery"
        assert not [
            exchange
            for battery, count in zip(me.home.batteries, writes, strict=True)
            for exchange in battery.exchanges[count:]
            if exchange.method == Method.SET_MODE
        ]


@virtual
async def test_all_results_are_told(fast: None) -> None:
    """One silent battery and one that refuses do not keep the third from charging."""
    async with person(count=3) as me:
        silent, stubborn, willing = me.home.batteries
        all_of_them = [me.device(battery) for battery in me.home.batteries]
        silent.go_dark()
        stubborn.faults.refused_writes = 1.0
        told = await me.call("charge", power=900, device_id=all_of_them)
        assert [each["ok"] for each in told.values()] == [False, False, True]
        messages = [each.get("message") for each in told.values()]
        assert "does not answer" in str(messages[0])
        assert "refused" in str(messages[1])
        assert round(willing.state.ac_power) == -900
        with pytest.raises(HomeAssistantError) as caught:
            await me.home.hass.services.async_call(
                DOMAIN, "charge", {"power": 900, "device_id": all_of_them}, blocking=True
            )
        assert caught.value.translation_key == "several_failed"
        failures = (caught.value.translation_placeholders or {})["failures"]
        assert "does not answer" in failures
        assert "refused" in failures


@virtual
async def test_stop() -> None:
    """Stopping is final: the mode before is back at once, and nothing is renewed later."""
    async with person() as me:
        await me.choose("ai")
        await me.do("charge", power=800)
        await asyncio.sleep(150)
        assert me.power == -800
        assert (await me.do("stop"))["ended"] is True
        assert me.mode == "AI"
        since = me.home.now
        await asyncio.sleep(3600)
        assert me.mode == "AI"
        assert me.writes(since) == []
        assert (await me.do("stop"))["ended"] is False
        assert me.mode == "AI"


@virtual
@pytest.mark.parametrize("second", range(115, 190, 3))
async def test_stop_beside_a_renewal(second: int) -> None:
    """Whenever it comes, no renewal that was on its way follows it."""
    async with person() as me:
        await me.do("set_passive", power=800)
        me.battery.faults.loss = 0.3
        await asyncio.sleep(second)
        await me.stop_somehow()
        me.battery.faults.clear()
        await me.until_mode("Auto", 400)
        await asyncio.sleep(900)
        assert me.mode == "Auto"


@virtual
async def test_stop_of_the_select() -> None:
    """What the mode select began is ended by stop too."""
    async with person() as me:
        await me.set_power(300)
        for option in ("passive", "manual"):
            await me.choose(option)
            await asyncio.sleep(60)
            assert me.power == 300
            assert (await me.do("stop"))["ended"] is True
            assert me.mode == "Auto"
        slot = me.battery.state.slots[6]
        assert slot is not None
        assert not slot.enabled


@virtual
async def test_back_to_manual_by_hand() -> None:
    """Manual by hand comes back with its own setpoint, and so does a Passive without end."""
    async with person() as me:
        await me.set_power(400)
        for option in ("manual", "passive"):
            await me.choose(option)
            await me.do("charge", power=900, duration={"minutes": 3})
            assert me.power == -900
            await asyncio.sleep(240)
            assert me.mode.lower() == option
            assert me.power == 400
            assert me.home.state(me.battery, "number", "setpoint") == "400"
            assert await me.lasts(900, 400) == 0


@virtual
@pytest.mark.parametrize("keeps", [True, False])
async def test_restart_in_between(keeps: bool) -> None:
    """After a restart a charge goes on, or the mode before is back, as the owner wants."""
    async with person() as me:
        if not keeps:
            await me.configure(after_restart="hand_back")
        await me.choose("ai")
        await me.do("charge", power=800, duration={"hours": 2})
        await asyncio.sleep(200)
        await me.home.restart(pause=900)
        await asyncio.sleep(60)
        if keeps:
            assert me.power == -800
            await asyncio.sleep(7200 - 1160 - 60)
            assert me.power == -800
            await asyncio.sleep(120)
        assert me.mode == "AI"
        await asyncio.sleep(3600)
        assert me.mode == "AI"


@virtual
async def test_its_end_comes_during_a_restart() -> None:
    """A battery whose time was up meanwhile is brought back as soon as Home Assistant is."""
    async with person() as me:
        await me.do("discharge", power=800, duration={"minutes": 10})
        await asyncio.sleep(300)
        await me.home.restart(pause=1800)
        assert await me.until_mode("Auto", 60) < 45
        assert me.shown("passive_power") == "unknown"


@virtual
async def test_the_end_is_tried_until_it_is_proven() -> None:
    """A battery that is silent when time is up is brought back when it answers again."""
    async with person() as me:
        await me.do("discharge", power=800, duration={"minutes": 10})
        await asyncio.sleep(500)
        me.battery.go_dark()
        await asyncio.sleep(3600)
        # It ended by itself, as its countdown was no longer than the run.
        assert (me.mode, me.power) == ("Passive", 0)
        me.battery.come_back()
        assert await me.until_mode("Auto", 900) < 400


@virtual
async def test_a_start_that_fails_leaves_nothing_behind() -> None:
    """A battery that may have got the command but never said so is brought back."""
    async with person() as me:
        me.battery.faults.lying_writes = 1.0
        with pytest.raises(HomeAssistantError) as caught:
            await me.do("charge", power=800)
        assert caught.value.translation_key == "contradicted"
        assert me.shown("last_command") == "failed"
        me.battery.faults.clear()
        await asyncio.sleep(1200)
        assert me.mode == "Auto"
        assert me.shown("last_command") == "failed"


@virtual
@pytest.mark.parametrize("mode", ["Passive", "Auto", ""])
@pytest.mark.parametrize("firmware", [148, 150])
async def test_it_leaves_silently(mode: str, firmware: int) -> None:
    """A battery that leaves Passive by itself is put back, without more reads of its mode."""
    async with person(firmware=firmware) as me:
        await me.do("charge", power=1500)
        await asyncio.sleep(400)
        quiet = me.reads(Method.MODE, me.home.now - 400 + 30)
        renewals = len(me.writes())
        while len(me.writes()) == renewals:
            await asyncio.sleep(1)
        leave(me.battery, mode)
        assert me.power != -1500
        since = me.home.now
        while me.power != -1500 and me.home.now - since < 600:
            await asyncio.sleep(1)
        assert me.home.now - since < (75 if firmware == 150 else 135)
        await asyncio.sleep(max(0.0, since + 370 - me.home.now))
        assert me.reads(Method.MODE, since) <= quiet + 1
        assert me.power == -1500
        assert "keeps_leaving_passive" not in me.issues()


@virtual
async def test_it_keeps_leaving() -> None:
    """The third time within half an hour the owner is called, until it stays."""
    async with person() as me:
        await me.do("charge", power=1500)
        for _ in range(3):
            await asyncio.sleep(200)
            assert "keeps_leaving_passive" not in me.issues()
            leave(me.battery, "Passive")
            await asyncio.sleep(100)
        assert me.issues() == ["keeps_leaving_passive"]
        assert me.shown("last_command") == "failed"
        assert me.power == -1500
        await asyncio.sleep(1200)
        assert me.issues() == []
        assert me.power == -1500


@virtual
async def test_who_insists_is_a_person() -> None:
    """A mode that is chosen again and again elsewhere stands, and the owner is told."""
    async with person() as me:
        await me.do("charge", power=1500)
        me.battery.set_household(constant(0))
        for _ in range(6):
            await asyncio.sleep(130)
            if me.mode != "Auto":
                leave(me.battery, "Auto")
        await asyncio.sleep(400)
        assert me.mode == "Auto"
        assert me.issues() == ["keeps_leaving_passive"]
        assert me.shown("passive_power") == "unknown"
        since = me.home.now
        await asyncio.sleep(3600)
        assert me.writes(since) == []


@virtual
async def test_only_the_mode_tells() -> None:
    """Where the sun is in the power, reads of the mode tell the same."""
    async with person(device="Venus A", firmware=149) as me:
        await me.do("charge", power=700)
        for number in range(3):
            assert "keeps_leaving_passive" not in me.issues()
            await asyncio.sleep(20)
            leave(me.battery, "Auto")
            await asyncio.sleep(280 if number < 2 else 900)
            assert me.mode == ("Passive" if number < 2 else "Auto")
        assert "keeps_leaving_passive" in me.issues()
        assert me.shown("passive_power") == "unknown"
        await me.do("stop")
        assert "keeps_leaving_passive" not in me.issues()


@virtual
@pytest.mark.parametrize("firmware", [147, 149])
async def test_a_power_beside_an_unknown_sun_is_not_called_confirmed(firmware: int) -> None:
    """By day, with silent solar inputs, the command is shown as accepted; with known ones confirmed."""
    async with person(device="Venus A", firmware=firmware) as me:
        await me.home.hass.config.async_update(latitude=48.85, longitude=2.35)
        me.battery.set_sun(constant(600))
        await asyncio.sleep(60)
        assert (await me.do("charge", power=400))["is_proven"] is True
        assert me.shown("last_command") == "confirmed"
        await me.do("stop")
        me.battery.faults.silent = f"{Method.PV},{Method.ENERGY}"
        assert (await me.do("charge", power=500))["is_proven"] is False
        assert me.shown("last_command") == "accepted"


@virtual
async def test_left_in_the_app_is_not_parked() -> None:
    """The countdown that firmware never cancels does not undo what was chosen in the app."""
    async with person() as me:
        await me.set_power(100)
        await me.choose("passive")
        await asyncio.sleep(150)
        me.battery.set_mode("AI")
        await asyncio.sleep(1800)
        assert me.mode == "AI"
        assert me.shown("passive_power") == "unknown"


@virtual
async def test_reboot_in_between() -> None:
    """A battery that restarts forgets Passive, and is put back into it."""
    async with person() as me:
        await me.do("charge", power=1000, duration={"hours": 2})
        await asyncio.sleep(300)
        me.battery.reboot()
        assert me.mode == "Auto"
        await asyncio.sleep(200)
        assert me.power == -1000


@virtual
async def test_bad_luck_all_along() -> None:
    """With all that a network and a battery do to requests, it still goes and ends as told."""
    async with person() as me:
        give(me.battery, lossy())
        for _ in range(3):
            try:
                await me.do("discharge", power=800, duration={"minutes": 30})
            except HomeAssistantError:
                continue
            break
        assert await me.lasts(1700, 800) == 0
        await me.until_mode("Auto", 900)
        await asyncio.sleep(7200)
        assert me.mode == "Auto"


def leave(battery: SimulatedBattery, mode: str) -> None:
    """Let a battery leave Passive by itself, as some firmware does."""
    battery.set_mode(mode, 0, 3600.0) if mode == "Passive" else battery.set_mode(mode)


def give(battery: SimulatedBattery, faults: Faults) -> None:
    """Let a battery have these faults."""
    for name in Faults.__dataclass_fields__:
        setattr(battery.faults, name, getattr(faults, name))


FAULTS = {
    "lost": Faults(loss=0.4),
    "duplicates": Faults(duplicates=1.0),
    "refused": Faults(refused_writes=0.5),
    "contradicted": Faults(lying_writes=0.4),
    "late": Faults(late=0.3),
    "unreadable": Faults(parse_errors=0.3),
}


@virtual
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("between", ["nothing", "reboot", "restart", "reload"])
async def test_writes_and_faults(fault: str, between: str) -> None:
    """What is told to be done was done, and the battery always ends where it was before."""
    async with person() as me:
        await me.choose("ai")
        give(me.battery, FAULTS[fault])
        for action, power in (("charge", -900), ("discharge", 700)):
            try:
                told = await me.do(action, power=abs(power), duration={"minutes": 10})
            except HomeAssistantError:
                assert me.shown("last_command") == "failed"
            else:
                assert told["ok"]
                assert me.power == power
            await asyncio.sleep(200)
            await me.happens(between)
        await asyncio.sleep(900)
        await me.stop_somehow()
        me.battery.faults.clear()
        await asyncio.sleep(1200)
        assert me.mode == "AI"
        await asyncio.sleep(3600)
        assert me.mode == "AI"
        assert me.shown("passive_power") == "unknown"


@virtual
async def test_the_mode_that_is_on_is_not_chosen_again() -> None:
    """Passive chosen during a charge changes nothing; another setpoint changes its power only."""
    async with person() as me:
        await me.set_power(300)
        await me.do("charge", power=900, target=80, duration={"hours": 2})
        ends = me.shown("passive_ends")
        writes = len(me.writes())
        await me.choose("passive")
        assert len(me.writes()) == writes
        await me.set_power(-1200)
        assert me.power == -1200
        assert (me.shown("passive_target"), me.shown("passive_ends")) == ("80", ends)
        await me.set_power(500)
        assert me.power == 500
        assert (me.shown("passive_target"), me.shown("passive_ends")) == ("unknown", "unknown")
        await me.do("stop")
        assert me.home.state(me.battery, "number", "setpoint") == "300"


@virtual
async def test_a_command_while_a_run_ends() -> None:
    """Who chooses a mode just then gets that mode."""
    for pause in (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0):
        async with person() as me:
            await me.do("set_passive", power=800, duration={"minutes": 1})
            await asyncio.sleep(54 + pause)
            await me.choose("ai")
            assert me.mode == "AI"
            await asyncio.sleep(900)
            assert me.mode == "AI"


@virtual
@pytest.mark.parametrize("dark", range(700, 1200, 100))
async def test_a_new_run_while_the_last_one_can_not_be_ended(dark: int) -> None:
    """It begins as soon as the battery answers, and ends when it was told to."""
    async with person() as me:
        await me.do("set_passive", power=800, duration={"minutes": 2})
        await asyncio.sleep(100)
        me.battery.go_dark()
        await asyncio.sleep(dark)
        me.battery.come_back()
        await me.do("set_passive", power=500, duration={"minutes": 1})
        assert me.power == 500
        assert await me.until_mode("Auto", 120) < 75


@virtual
async def test_disabled_in_the_middle() -> None:
    """A battery that nobody will command any more is not left in Passive."""
    async with person() as me:
        await me.choose("passive")
        await me.do("charge", power=900)
        entry = me.home.entry(me.battery)
        await me.home.hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
        assert me.mode == "Auto"
        await asyncio.sleep(900)
        assert me.mode == "Auto"


@virtual
async def test_removed_in_the_middle() -> None:
    """The same when it is removed altogether."""
    async with person() as me:
        await me.do("charge", power=900)
        await me.home.hass.config_entries.async_remove(me.home.entry(me.battery).entry_id)
        assert me.mode == "Auto"
        await asyncio.sleep(900)
        assert me.mode == "Auto"


@virtual
async def test_not_backup_is_on() -> None:
    """A charge would end UPS, and cost what the owner wanted it for."""
    async with person() as me:
        me.battery.set_mode("UPS")
        await asyncio.sleep(200)
        writes = len(me.writes())
        with pytest.raises(ServiceValidationError) as caught:
            await me.do("charge")
        assert caught.value.translation_key == "backup_is_on"
        assert len(me.writes()) == writes


@virtual
async def test_firmware_without_passive() -> None:
    """It can't be done, and that is said."""
    async with person(device="VNSEM-0", firmware=300) as me:
        with pytest.raises(ServiceValidationError) as caught:
            await me.do("charge")
        assert caught.value.translation_key == "unsupported"

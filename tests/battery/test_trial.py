"""Marstek.GetData: off by default, tried where it may be, used only where it proves itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from custom_components.marstek.battery.diagnostics import battery_diagnostics
from custom_components.marstek.const import CONF_EXPERIMENTAL, CONF_POWER_PRESET, PowerPreset
from custom_components.marstek.venus import Method
from simulator import BatterySpec
from simulator.household import constant
from tests.battery.test_runs import Person
from tests.support.home import home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = 3600


class Curious(Person):
    """Somebody who helps to find out."""

    async def try_it(self, *, wanted: bool = True) -> None:
        """Switch the option."""
        await self.configure(
            **{CONF_POWER_PRESET: PowerPreset.MODEL, CONF_EXPERIMENTAL: wanted},
            charge_limit=800,
            discharge_limit=800,
        )

    def verdict(self) -> object:
        """Return what diagnostics tell of it."""
        told = battery_diagnostics(self.home.entry(self.battery).runtime_data)
        return told["experimental"]["verdict"]

    @property
    def discharged(self) -> float:
        """What the battery has really fed to the house, in Wh."""
        return self.battery.state.energy_discharged_wh

    def asked(self, since: float = 0.0) -> int:
        """Return how often the battery got it."""
        return self.reads(Method.DATA, since)


@asynccontextmanager
async def trying(
    device: str = "VenusE 3.0", firmware: int = 150, *, load: int = 500, wanted: bool = True
) -> AsyncIterator[Curious]:
    """Set a battery up, and switch the option on unless it is not wanted."""
    spec = BatterySpec(device=device, firmware=firmware, address="127.0.1.1", soc=95.0)
    async with home(specs=[spec]) as place:
        await place.add_all()
        me = Curious(place)
        me.battery.set_household(constant(load))
        await asyncio.sleep(30)
        if wanted:
            await me.try_it()
        yield me
        assert me.battery.forbidden == []
        assert place.log.lines == []


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("Venus A", 149)])
async def test_proven(device: str, firmware: int) -> None:
    """Three agreements, and it takes the place of two others; totals and mode stay right."""
    async with trying(device, firmware) as me:
        await asyncio.sleep(HOUR)
        assert me.verdict() == "proven"
        since = me.home.now
        before, real = float(me.shown("energy_discharged")), me.discharged
        await asyncio.sleep(2 * HOUR)
        assert 230 <= me.asked(since) <= 250
        assert me.reads(Method.ENERGY, since) <= 20
        assert me.reads(Method.MODE, since) <= 12
        counted = 1000 * (float(me.shown("energy_discharged")) - before)
        assert counted == pytest.approx(me.discharged - real, rel=0.02)
        me.battery.set_battery(soc=50.0)
        me.battery.set_household(constant(200))
        me.battery.set_mode("AI")
        await asyncio.sleep(40)
        assert me.home.state(me.battery, "select", "mode") == "ai"
        assert me.shown("ac_power") == "200"


@virtual
async def test_an_idle_battery_is_tried_longer() -> None:
    """Zeros that agree prove little."""
    async with trying(load=0) as me:
        await asyncio.sleep(0.7 * HOUR)
        assert me.verdict() is None
        assert me.asked() >= 3
        await asyncio.sleep(0.7 * HOUR)
        assert me.verdict() == "proven"


@virtual
@pytest.mark.parametrize("key", ["grid_pow", "soc", "work_mode"])
async def test_lying(key: str) -> None:
    """One contradiction is enough: never again, also after a restart."""
    async with trying() as me:
        me.battery.set_battery(soc=70.0)
        me.battery.faults.set("lying_data", key)
        await asyncio.sleep(HOUR)
        assert me.verdict() == "contradicted"
        assert me.asked() == 1
        await me.happens("restart")
        await asyncio.sleep(HOUR)
        assert (me.verdict(), me.asked()) == ("contradicted", 1)


@virtual
async def test_trust_is_withdrawn() -> None:
    """What begins to lie later is found out within half an hour, and the others are polled again."""
    async with trying() as me:
        await asyncio.sleep(HOUR)
        assert me.verdict() == "proven"
        me.battery.faults.set("lying_data", "grid_pow")
        await asyncio.sleep(0.6 * HOUR)
        assert me.verdict() == "contradicted"
        since = me.home.now
        await asyncio.sleep(HOUR)
        assert me.asked(since) == 0
        assert me.reads(Method.ENERGY, since) > 80
        assert me.shown("ac_power") == "500"


@virtual
@pytest.mark.parametrize("seconds", [0, 400])
async def test_falls_silent_later(seconds: int) -> None:
    """What is no longer answered is given up soon, and no value goes missing meanwhile."""
    async with trying() as me:
        while me.verdict() is None:
            await asyncio.sleep(1)
        await asyncio.sleep(seconds)
        me.battery.faults.set("silent", str(Method.DATA))
        for _ in range(60):
            await asyncio.sleep(20)
            assert me.shown("ac_power") == "500"
            assert not me.home.entry(me.battery).runtime_data.parts.client.link.breaker.is_open
        assert me.verdict() == "silent"


@virtual
async def test_silent() -> None:
    """Three trials without an answer are enough."""
    async with trying() as me:
        me.battery.faults.set("silent", str(Method.DATA))
        await asyncio.sleep(0.25 * HOUR)
        assert me.verdict() is None
        await asyncio.sleep(0.25 * HOUR)
        assert me.verdict() == "silent"
        asked = me.asked()
        await asyncio.sleep(HOUR)
        assert me.asked() == asked


@virtual
async def test_missing() -> None:
    """A firmware that lacks it is asked once."""
    async with trying() as me:
        me.battery.update_firmware(143)
        await asyncio.sleep(0.3 * HOUR)
        assert (me.verdict(), me.asked()) == ("missing", 1)
        await me.happens("restart")
        await asyncio.sleep(HOUR)
        assert me.asked() == 1


@virtual
async def test_another_firmware_is_tried_anew() -> None:
    """A verdict holds for the firmware that it was found on."""
    async with trying() as me:
        me.battery.faults.set("lying_data", "soc")
        me.battery.set_battery(soc=70.0)
        await asyncio.sleep(HOUR)
        assert me.verdict() == "contradicted"
        me.battery.faults.clear()
        me.battery.update_firmware(151)
        await asyncio.sleep(3 * HOUR)
        assert me.verdict() == "proven"


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"), [("VenusE 3.0", 150), ("VenusE 3.0", 143), ("VenusE", 156)]
)
async def test_never_sent_unless_wanted(device: str, firmware: int) -> None:
    """Off is the default."""
    async with trying(device, firmware, wanted=False) as me:
        await asyncio.sleep(2 * HOUR)
        assert me.asked() == 0


@virtual
async def test_switched_off_and_on_again() -> None:
    """The verdict is kept; without the option it is not asked."""
    async with trying() as me:
        await asyncio.sleep(HOUR)
        await me.try_it(wanted=False)
        since = me.home.now
        await asyncio.sleep(HOUR)
        assert me.asked(since) == 0
        assert me.reads(Method.ENERGY, since) > 80
        await me.try_it()
        since = me.home.now
        await asyncio.sleep(600)
        assert me.asked(since) >= 18
        await me.happens("restart")
        assert me.verdict() == "proven"


@virtual
async def test_changes_in_between_are_no_contradiction() -> None:
    """In a house whose load changes all the time it still proves itself."""
    async with trying() as me:
        for second in range(3 * HOUR):
            me.battery.set_household(constant(200 + 37 * second % 700))
            await asyncio.sleep(1)
        assert me.verdict() in (None, "proven")


@virtual
async def test_ups_is_told_as_what_it_is_made_of() -> None:
    """It tells Manual in UPS, which is no contradiction, and UPS goes on being shown."""
    async with trying() as me:
        await asyncio.sleep(HOUR)
        await me.do("set_backup_mode", enabled=True, overwrite_schedule=True)
        for _ in range(60):
            await asyncio.sleep(60)
            assert me.home.state(me.battery, "select", "mode") == "ups"
        assert me.verdict() == "proven"


@virtual
async def test_commands_while_it_is_trusted() -> None:
    """Modes are proven, and Passive is kept up, as without it."""
    async with trying() as me:
        await asyncio.sleep(HOUR)
        await me.set_power(-600)
        await me.choose("passive")
        assert await me.lasts(1800, -600) == 0
        await me.choose("manual")
        await asyncio.sleep(60)
        assert (me.mode, me.power) == ("Manual", -600)
        await me.choose("auto")
        await asyncio.sleep(HOUR)
        assert (me.mode, me.home.state(me.battery, "select", "mode")) == ("Auto", "auto")
        assert me.verdict() == "proven"

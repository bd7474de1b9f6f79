"""The meter for batteries in a home: set up in the interface, followed by simulated batteries."""

import asyncio
from collections.abc import Callable
from ipaddress import IPv4Network
import socket
from typing import Any

from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.diagnostics import async_get_config_entry_diagnostics
from custom_components.marstek.meter.server import CT_PORT, SHELLY_PORT
from custom_components.marstek.plan.metering import emulation
from custom_components.marstek.plan.metering.settings import meter_subentry
from tests.support.metered_house import GRID, House, add_meter, give_slopes
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


def entity_of(home: PlanHome, domain: str, key: str) -> str | None:
    """Return the entity id of an entity of the plan."""
    return er.async_get(home.hass).async_get_entity_id(domain, DOMAIN, f"plan_{key}")


async def switch(home: PlanHome, action: str) -> None:
    """Switch the meter on or off."""
    target = {"entity_id": entity_of(home, "switch", "meter_on")}
    await home.hass.services.async_call("switch", action, target, blocking=True)


def shown(home: PlanHome, key: str) -> str:
    """Return what a sensor of the plan shows."""
    entity_id = entity_of(home, "sensor", key)
    assert entity_id
    state = home.hass.states.get(entity_id)
    assert state
    return state.state


def repairs(home: PlanHome) -> set[str]:
    """Return the repairs of the meter."""
    found = ir.async_get(home.hass).issues.values()
    return {str(issue.translation_key) for issue in found if issue.issue_id.startswith("meter_")}


def is_bound(port: int) -> bool:
    """Return whether somebody holds a port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104
        except OSError:
            return True
    return False


async def eventually(condition: Callable[[], bool], seconds: float) -> float:
    """Wait until something is so; return how long that took."""
    for passed in range(int(seconds)):
        if condition():
            return passed
        await asyncio.sleep(1)
    raise AssertionError("it never was so")


@at(2026, 4, 9, 12, 0)
async def test_batteries_follow_a_sensor_and_park_when_it_freezes() -> None:
    """Two batteries share steps of load within limits; frozen: silence, 0 W, and one repair."""
    async with plan_home(count=2) as home, House(home) as house:
        give_slopes(home)
        clients = [await battery.follow("ct") for battery in home.batteries]
        await add_meter(home, "ct")
        for load in (1500.0, -900.0, 400.0):
            house.load = load
            await eventually(lambda: abs(house.grid - 10) < 40, 20)
            await asyncio.sleep(5)
            first, second = home.powers()
            assert abs(first - second) < 25
        await asyncio.sleep(45)
        assert shown(home, "meter_verdict") == "held"
        assert all(client.statistics.unreadable == 0 for client in clients)
        house.is_frozen = True
        await asyncio.sleep(12)
        answered = [client.statistics.read for client in clients]
        await asyncio.sleep(30)
        assert [client.statistics.read for client in clients] == answered
        assert home.powers() == [0, 0]
        assert shown(home, "meter_verdict") == "no_meter"
        await asyncio.sleep(30)
        assert repairs(home) == {"meter_no_source"}
        house.is_frozen = False
        await eventually(lambda: abs(house.grid - 10) < 40, 30)
        await asyncio.sleep(10)
        assert repairs(home) == set()
        for battery in home.batteries:
            await battery.unfollow()


@at(2026, 4, 9, 12, 0)
async def test_one_battery_follows_a_shelly_and_it_is_proven() -> None:
    """The battery itself says what it hears; a removed meter closes its socket."""
    async with plan_home(count=1) as home, House(home) as house:
        give_slopes(home)
        await home.batteries[0].follow("shelly", "lock")
        await add_meter(home, "shelly")
        house.load = 900
        await eventually(lambda: abs(house.grid) < 60, 30)
        await asyncio.sleep(140)
        running = home.plan.meter.running
        assert running is not None
        assert running.status.proof == "heard"
        diagnostics = await async_get_config_entry_diagnostics(home.hass, home.entry)
        asker = diagnostics["meter"]["askers"][0]
        assert asker["meter"] == "shelly"
        assert 0.3 < asker["period"] < 0.7
        assert home.batteries[0].spec.address not in str(diagnostics["meter"])
        assert is_bound(SHELLY_PORT)
        subentry = meter_subentry(home.entry)
        assert subentry is not None
        home.hass.config_entries.async_remove_subentry(home.entry, subentry.subentry_id)
        await asyncio.sleep(1)
        assert not is_bound(SHELLY_PORT)
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_a_meter_that_is_switched_off_is_silent_also_after_a_restart() -> None:
    """Its socket closes within a second, the battery parks, and nothing is told as wrong."""
    async with plan_home(count=1) as home, House(home) as house:
        battery = home.batteries[0]
        give_slopes(home)
        await battery.follow("ct")
        await add_meter(home, "ct")
        house.load = 700
        await eventually(lambda: abs(house.grid - 10) < 40, 20)
        await switch(home, "turn_off")
        await asyncio.sleep(1)
        assert not is_bound(CT_PORT)
        await eventually(lambda: battery.state.ac_power == 0, 60)
        assert (shown(home, "meter_verdict"), repairs(home)) == ("unavailable", set())
        await home.restart()
        await asyncio.sleep(5)
        assert not is_bound(CT_PORT)
        await switch(home, "turn_on")
        await eventually(lambda: abs(house.grid - 10) < 40, 30)
        subentry = meter_subentry(home.entry)
        assert subentry is not None
        home.hass.config_entries.async_remove_subentry(home.entry, subentry.subentry_id)
        await asyncio.sleep(1)
        assert entity_of(home, "switch", "meter_on") is None
        await battery.unfollow()


@at(2026, 4, 9, 12, 0)
async def test_listening_answers_nothing_and_shows_who_asks() -> None:
    """The next form names the battery, its meter and its pace, and fills in the MAC."""
    async with plan_home(count=1) as home:
        client = await home.batteries[0].follow("ct", ct=("HME-4", "02b2500000aa"))
        await add_meter(home, "listen")
        await asyncio.sleep(20)
        assert client.statistics.read == 0
        assert shown(home, "meter_verdict") == "listening"
        subentry = meter_subentry(home.entry)
        assert subentry is not None
        flow: Any = await home.entry.start_subentry_reconfigure_flow(
            home.hass, subentry.subentry_id
        )
        assert "CT002" in flow["description_placeholders"]["heard"]
        home.hass.states.async_set(GRID, "100", {"unit_of_measurement": "W"})
        flows = home.hass.config_entries.subentries
        flow = await flows.async_configure(flow["flow_id"], {"way": "ct", "source_kind": "signed"})
        suggested = {
            str(key): key.description["suggested_value"]
            for key in flow["data_schema"].schema
            if key.description
        }
        assert suggested["ct_mac"] == "02b2500000aa"
        wrong = {"source": "sensor.none", "aim": 10, "ct_mac": "x", "ct_type": "HME-4"}
        flow = await flows.async_configure(
            flow["flow_id"], {**wrong, "export_cap": 0, "low_load": 0}
        )
        assert flow["errors"] == {"source": "not_a_power", "ct_mac": "not_a_mac"}
        right = {"source": GRID, "aim": 10, "ct_mac": "02B2500000AA", "ct_type": "HME-4"}
        flow = await flows.async_configure(
            flow["flow_id"], {**right, "export_cap": 0, "low_load": 0}
        )
        assert flow["description_placeholders"]["power"] == "100"
        flow = await flows.async_configure(flow["flow_id"], {"inverted": False})
        assert flow["reason"] == "reconfigure_successful"
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_a_taken_port_is_told_and_the_plan_goes_on() -> None:
    """The repair names the port; the rest of the plan is untouched."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", CT_PORT))  # noqa: S104
        async with plan_home(count=1) as home, House(home):
            await add_meter(home, "ct")
            assert repairs(home) == {"meter_port_in_use"}
            assert shown(home, "meter_verdict") == "blocked"
            assert home.is_running
            assert home.modes() == ["Auto"]


@pytest.mark.parametrize(("way", "seconds"), [("ct", 60), ("shelly", 400)])
@at(2026, 4, 9, 12, 0)
async def test_a_wrong_sign_is_silence(way: str, seconds: int) -> None:
    """Batteries that make it worse each time are stopped, and the owner is told."""
    async with plan_home(count=1) as home, House(home) as house:
        give_slopes(home)
        house.sign = -1
        await asyncio.sleep(100)
        await home.batteries[0].follow(way)
        await add_meter(home, way)
        await eventually(lambda: "meter_wrong_sign" in repairs(home), seconds)
        await asyncio.sleep(40)
        assert home.powers() == [0]
        assert shown(home, "meter_verdict") == "blocked"
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_a_restart_takes_no_wrong_step() -> None:
    """While Home Assistant is away the battery parks; afterwards the grid is held again."""
    async with plan_home(count=1) as home, House(home) as house:
        give_slopes(home)
        await home.batteries[0].follow("ct")
        await add_meter(home, "ct")
        house.load = 800
        await eventually(lambda: abs(house.grid - 10) < 40, 20)
        house.is_frozen = True
        await home.restart(60)
        assert home.powers() == [0]
        house.is_frozen = False
        await eventually(lambda: abs(house.grid - 10) < 40, 60)
        assert home.powers()[0] < 850
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_a_battery_that_leaves_auto_gets_no_step() -> None:
    """Its share goes to the other, which does not feed its charge."""
    async with plan_home(count=2, options={"automatic": False}) as home, House(home) as house:
        give_slopes(home)
        for battery in home.batteries:
            await battery.follow("ct")
        await add_meter(home, "ct")
        house.load = 800
        await eventually(lambda: abs(house.grid - 10) < 40, 20)
        home.batteries[0].set_mode("Passive", -600, 600)
        await asyncio.sleep(180)
        assert home.powers()[0] == -600
        assert home.powers()[1] == pytest.approx(800, abs=60)
        for battery in home.batteries:
            await battery.unfollow()


@at(2026, 4, 9, 12, 0)
async def test_ours_is_silent_while_another_meter_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for again each five minutes, and a repair names its address."""
    found = {"192.0.2.7"}

    async def others(*_: object, **__: object) -> set[str]:
        return set(found)

    monkeypatch.setattr(emulation, "other_meters", others)
    async with plan_home(count=1) as home, House(home):
        client = await home.batteries[0].follow("ct")
        await add_meter(home, "ct")
        await asyncio.sleep(20)
        assert client.statistics.read == 0
        assert repairs(home) == {"meter_other"}
        found.clear()
        await asyncio.sleep(320)
        assert client.statistics.read > 0
        assert repairs(home) == set()
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_batteries_of_another_network_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their broadcasts do not get here; one that is heard all the same is near."""

    async def networks(_: object) -> list[IPv4Network]:
        return [IPv4Network("192.168.7.0/24")]

    monkeypatch.setattr(emulation, "async_networks", networks)
    async with plan_home(count=2) as home:
        await add_meter(home, "listen")
        (issue,) = (
            each
            for each in ir.async_get(home.hass).issues.values()
            if each.translation_key == "meter_other_subnet"
        )
        assert issue.translation_placeholders == {
            "addresses": ", ".join(battery.spec.address for battery in home.batteries),
            "networks": "192.168.7.0/24",
        }
        for battery in home.batteries:
            await battery.follow("ct")
        await home.minutes(6)
        assert repairs(home) == set()
        for battery in home.batteries:
            await battery.unfollow()


@at(2026, 4, 9, 12, 0)
async def test_apparent_power_never_charges() -> None:
    """A meter in VA has no direction: its batteries may discharge only."""
    async with plan_home(count=1) as home, House(home) as house:
        give_slopes(home)
        house.unit = "kVA"
        await home.batteries[0].follow("ct")
        await add_meter(home, "ct", aim=50)
        house.load = 700
        await eventually(lambda: abs(house.grid - 50) < 40, 30)
        house.load = -900
        await asyncio.sleep(30)
        assert home.powers()[0] == pytest.approx(0, abs=20)
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_surplus_up_to_the_cap_is_fed_in() -> None:
    """The battery charges what is beyond it, rests below it, and the grid counts as held in both."""
    async with plan_home(count=1) as home, House(home) as house:
        give_slopes(home)
        await home.batteries[0].follow("ct")
        house.load = -1400
        await add_meter(home, "ct", export_cap=500)
        await eventually(lambda: abs(house.grid + 500) < 40, 30)
        await asyncio.sleep(45)
        assert shown(home, "meter_verdict") == "held"
        house.load = -300
        await eventually(lambda: abs(house.grid + 300) < 20, 30)
        await asyncio.sleep(45)
        assert home.powers()[0] == pytest.approx(0, abs=20)
        assert shown(home, "meter_verdict") == "held"
        await home.batteries[0].unfollow()


@at(2026, 4, 9, 12, 0)
async def test_a_reload_leaks_no_socket() -> None:
    """The port is free between, and the grid is held again afterwards."""
    async with plan_home(count=1) as home, House(home) as house:
        give_slopes(home)
        await home.batteries[0].follow("ct")
        await add_meter(home, "ct")
        house.load = 700
        await eventually(lambda: abs(house.grid - 10) < 40, 20)
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
        assert not is_bound(CT_PORT)
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)
        await asyncio.sleep(5)
        assert is_bound(CT_PORT)
        house.load = 300
        await eventually(lambda: abs(house.grid - 10) < 40, 20)
        await home.batteries[0].unfollow()

"""Depth of discharge, LED and Bluetooth advertising: written, remembered, shown as assumed."""

import asyncio
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.support.schedule_home import ScheduleHome, refused, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")
KEYS = (("number", "depth_of_discharge"), ("switch", "led"), ("switch", "bluetooth_advertising"))
# Platform, service and data of a change, the attribute of the battery's state, and its value then.
CHANGES: dict[str, tuple[str, str, dict[str, Any], str, object]] = {
    "depth_of_discharge": ("number", "set_value", {"value": 50}, "depth_of_discharge", 50),
    "led": ("switch", "turn_off", {}, "led", False),
    "bluetooth_advertising": ("switch", "turn_off", {}, "ble_advertising", False),
}
SHOWN = {"depth_of_discharge": "50", "led": "off", "bluetooth_advertising": "off"}


async def change(me: ScheduleHome, key: str) -> None:
    """Change a setting as a person does."""
    platform, service, data, _, _ = CHANGES[key]
    await me.call(platform, service, key, **data)


def truth(me: ScheduleHome, key: str) -> object:
    """Return a setting as it is in the battery."""
    value: object = getattr(me.battery.state, CHANGES[key][3])
    return value


@virtual
@pytest.mark.parametrize(
    ("device", "firmware", "expected"),
    [
        ("VenusE", 156, []),
        ("VenusE 3.0", 144, []),
        ("VenusE 3.0", 147, ["depth_of_discharge"]),
        ("VenusE 3.0", 1476, ["depth_of_discharge", "led", "bluetooth_advertising"]),
        ("VenusE 3.0", 150, ["depth_of_discharge", "led", "bluetooth_advertising"]),
        ("Venus A", 148, []),
        ("Venus A", 149, ["depth_of_discharge", "led", "bluetooth_advertising"]),
        ("Venus D", 147, ["depth_of_discharge"]),
        ("Venus D", 150, ["depth_of_discharge", "led", "bluetooth_advertising"]),
        ("VNSEM-0", 300, []),
    ],
)
async def test_only_where_they_exist(device: str, firmware: int, expected: list[str]) -> None:
    """A model and firmware has the entities of what it can, unknown until they are set."""
    async with schedule_home(device=device, firmware=firmware) as me:
        assert [key for platform, key in KEYS if me.has(platform, key)] == expected
        assert me.has("button", "identify") == ("led" in expected)
        assert {me.shown(*each) for each in KEYS if each[1] in expected} <= {"unknown"}


@virtual
@pytest.mark.parametrize("key", CHANGES)
async def test_set_and_remembered(key: str) -> None:
    """The battery has it, the entity shows it as assumed, and a restart does not forget it."""
    platform, value = CHANGES[key][0], CHANGES[key][4]
    async with schedule_home() as me:
        await change(me, key)
        assert truth(me, key) == value
        state = me.place.hass.states.get(me.place.entity_id(me.battery, platform, key))
        assert state is not None
        assert state.state == SHOWN[key]
        assert state.attributes["assumed_state"] is True
        await me.restart()
        assert me.shown(platform, key) == SHOWN[key]


@virtual
@pytest.mark.parametrize("key", CHANGES)
@pytest.mark.parametrize("fault", ["loss", "duplicates", "parse_errors", "refused_writes"])
async def test_under_faults(fault: str, key: str) -> None:
    """It gets there all the same."""
    async with schedule_home() as me:
        me.battery.faults.set(fault, 0.35)
        await change(me, key)
        assert truth(me, key) == CHANGES[key][4]
        assert me.shown(CHANGES[key][0], key) == SHOWN[key]


@virtual
@pytest.mark.parametrize("key", CHANGES)
async def test_refused(key: str) -> None:
    """Who is refused is told so, and what was known stays."""
    async with schedule_home() as me:
        await change(me, key)
        me.battery.faults.refused_writes = 1.0
        other = {"value": 60} if key == "depth_of_discharge" else {}
        with refused("refused"):
            await me.call(
                CHANGES[key][0],
                "set_value" if other else "turn_on",
                key,
                **other,
            )
        assert me.shown(CHANGES[key][0], key) == SHOWN[key]
        assert truth(me, key) == CHANGES[key][4]


@virtual
@pytest.mark.parametrize("key", CHANGES)
async def test_not_answered(key: str) -> None:
    """Nobody knows then whether it was set."""
    async with schedule_home() as me:
        await change(me, key)
        me.battery.go_dark(120)
        with refused("no_answer"):
            await change(me, key)
        await asyncio.sleep(300)
        assert me.shown(CHANGES[key][0], key) == "unknown"
        await change(me, key)
        assert me.shown(CHANGES[key][0], key) == SHOWN[key]


@virtual
async def test_the_latest_wins() -> None:
    """Of values that come while one is written only the last is written too."""
    async with schedule_home() as me:
        values = (40, 50, 60, 70)
        await asyncio.gather(
            *(me.call("number", "set_value", "depth_of_discharge", value=value) for value in values)
        )
        assert me.battery.state.depth_of_discharge == 70
        written = [each for each in me.battery.exchanges if each.method == "DOD.SET"]
        assert [each.params["value"] for each in written] == [40, 70]
        assert me.shown("number", "depth_of_discharge") == "70"


@virtual
@pytest.mark.parametrize("value", [29, 89])
async def test_out_of_range(value: int) -> None:
    """What the firmware would refuse is not sent."""
    async with schedule_home() as me:
        with pytest.raises(HomeAssistantError):
            await me.call("number", "set_value", "depth_of_discharge", value=value)
        assert all(each.method != "DOD.SET" for each in me.battery.exchanges)


@virtual
async def test_depth_counts() -> None:
    """What is usable, and what the planner is told, follows the depth that was set."""
    async with schedule_home(soc=60.0) as me:
        assert me.coordinator.data.usable_energy == pytest.approx(5120 * 0.48)
        await change(me, "depth_of_discharge")
        assert me.coordinator.data.usable_energy == pytest.approx(5120 * 0.10)


@virtual
@pytest.mark.parametrize("before", [True, False])
async def test_identify(before: bool) -> None:
    """The LED blinks twice and is then as it was."""
    async with schedule_home() as me:
        await me.call("switch", "turn_on" if before else "turn_off", "led")
        sent = len(me.battery.exchanges)
        await me.call("button", "press", "identify")
        states = [
            each.params["state"]
            for each in me.battery.exchanges[sent:]
            if each.method == "Led.Ctrl"
        ]
        assert states[:4] == [0, 1, 0, 1]
        assert me.battery.state.led is before
        assert me.shown("switch", "led") == ("on" if before else "off")

"""The schedule inside a battery: what is written, what is remembered of it, and the mode after."""

import asyncio
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from simulator import BatterySpec, Slot
from tests.support.schedule_home import DAY, NIGHT, refused, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


@virtual
@pytest.mark.parametrize("mode", ["Auto", "AI", "Manual"])
async def test_written_and_put_back(mode: str) -> None:
    """The slots are in the battery, each is told as it is, and the mode is the one before."""
    async with schedule_home(mode=mode) as me:
        told = await me.set_schedule(
            {"start": "22:00", "end": "06:00", "days": "weekdays", "power": -800},
            {"start": "18:00", "end": "20:00", "days": ["sat", "sun"], "power": 600, "slot": 9},
            {"start": "12:00", "end": "13:00", "power": "hold"},
        )
        assert me.enabled() == {
            0: (0b0011111, 22 * 60, 23 * 60 + 59, -800),
            1: (0b0111110, 0, 6 * 60, -800),
            2: (DAY, 12 * 60, 13 * 60, 0),
            9: (0b1100000, 18 * 60, 20 * 60, 600),
        }
        assert [slot["slot"] for slot in told["slots"]] == [0, 1, 2, 9]
        assert told["never_written_before"] == [0, 1, 2, 9]
        assert told["free"] == [3, 4]
        assert me.battery.state.mode == mode
        assert me.shown("select", "mode") == mode.lower()
        assert me.shown("sensor", "last_command") == "confirmed"
        mirror = await me.schedule()
        assert all(slot["certain"] and slot["purpose"] == "owner" for slot in mirror.values())
        await me.assert_mirror_is_true()


@virtual
async def test_ten_slots_take_less_than_a_minute() -> None:
    """All that the owner has is written in one go; so are all ten when they are cleared."""
    async with schedule_home() as me:
        periods = [
            {"start": f"{hour:02d}:00", "end": f"{hour + 1:02d}:00", "power": 100 * hour}
            for hour in range(6)
        ]
        begun = me.place.now
        await me.set_schedule(*periods)
        print(f"6 slots written and reported in {me.place.now - begun:.1f} s")  # noqa: T201
        assert me.place.now - begun < 30
        begun = me.place.now
        told = await me.act("clear_schedule", foreign=True)
        print(f"10 slots written and reported in {me.place.now - begun:.1f} s")  # noqa: T201
        assert told["cleared"] == list(range(10))
        assert me.place.now - begun < 60
        assert me.enabled() == {}
        assert me.battery.state.mode == "Auto"


@virtual
@pytest.mark.parametrize(
    ("periods", "key", "placeholders"),
    [
        ([NIGHT | {"slot": 6}], "slot_reserved", {"slots": "6"}),
        ([NIGHT | {"slot": 10}], "no_such_slot", {"slots": "10"}),
        ([NIGHT | {"slot": 1}, NIGHT | {"slot": 1}], "slot_twice", {"slots": "1"}),
        ([NIGHT, NIGHT], "slots_overlap", {"first": "0 (01:00-05:00, -800 W)"}),
        ([NIGHT | {"power": -2501}], "out_of_range", {"low": "-2500", "high": "2500"}),
        (
            [{"start": f"0{hour}:30", "end": f"0{hour}:00", "power": 0} for hour in range(1, 5)],
            "too_many_slots",
            {"needed": "8", "free": "6"},
        ),
        ([NIGHT | {"days": []}], "no_days", {}),
        ([NIGHT | {"start": "23:59", "end": "00:00"}], "last_minute", {}),
    ],
)
async def test_nothing_is_sent_when_it_cannot_be(
    periods: list[dict[str, Any]], key: str, placeholders: dict[str, str]
) -> None:
    """What can't be put into slots is refused with its reason, before anything is written."""
    async with schedule_home() as me:
        before = len(me.battery.exchanges)
        with pytest.raises(ServiceValidationError) as caught:
            await me.set_schedule(*periods)
        assert caught.value.translation_key == key
        given = caught.value.translation_placeholders or {}
        assert {name: given[name] for name in placeholders} == placeholders
        assert all(exchange.method != "ES.SetMode" for exchange in me.battery.exchanges[before:])


@virtual
async def test_overlap_with_what_is_there() -> None:
    """A slot that was written earlier counts, unless it is replaced or switched off."""
    async with schedule_home() as me:
        await me.set_schedule(NIGHT)
        with refused("slots_overlap"):
            await me.set_schedule(NIGHT | {"start": "04:59"})
        await me.set_schedule(NIGHT | {"start": "05:00", "end": "06:00"})
        assert me.enabled().keys() == {0, 1}
        await me.set_schedule(NIGHT | {"start": "04:59"}, replace=True)
        assert me.enabled() == {0: (DAY, 299, 300, -800)}
        await me.set_schedule(NIGHT | {"slot": 0, "enabled": False})
        assert me.enabled() == {}
        mirror = await me.schedule()
        assert (mirror[0]["start"], mirror[0]["enabled"]) == ("01:00", False)
        await me.set_schedule(NIGHT)
        assert me.enabled().keys() == {1}


@virtual
async def test_activated() -> None:
    """The schedule acts at once where that is asked for."""
    async with schedule_home() as me:
        await me.set_schedule({"start": "00:00", "end": "00:00", "power": -500}, activate=True)
        assert me.battery.state.mode == "Manual"
        assert me.battery.state.ac_power == -500
        await asyncio.sleep(30 * 60)
        assert me.battery.state.mode == "Manual"
        await me.assert_mirror_is_true()
        assert (await me.schedule())[0]["certain"]


@virtual
async def test_passive_goes_on() -> None:
    """A setpoint by hand stands again after slots were written, and is kept up."""
    async with schedule_home() as me:
        await me.place.call(me.battery, "number", "setpoint", value=-700)
        await me.place.call(me.battery, "select", "mode", option="passive")
        await me.set_schedule(NIGHT)
        for _ in range(20):
            await asyncio.sleep(60)
            assert (me.battery.state.mode, me.battery.state.ac_power) == ("Passive", -700)


@virtual
async def test_two_at_once() -> None:
    """Each gets slots of its own, or is told why not."""
    async with schedule_home() as me:
        await asyncio.gather(
            me.set_schedule(NIGHT), me.set_schedule({"start": "12:00", "end": "13:00", "power": 0})
        )
        assert me.enabled() == {0: (DAY, 60, 300, -800), 1: (DAY, 720, 780, 0)}
        assert me.battery.state.mode == "Auto"
        with refused("slots_overlap"):
            await asyncio.gather(
                *(
                    me.set_schedule({"start": "20:00", "end": end, "power": 0})
                    for end in ("21:00", "22:00")
                )
            )
        await me.assert_mirror_is_true()


@virtual
async def test_cleared() -> None:
    """The owner's slots, or chosen ones; what others have set only when that is asked for."""
    async with schedule_home() as me:
        others = Slot(start=60, end=120, week_set=1, power=100, enabled=True)
        me.battery.set_battery(slots=[None] * 4 + [others] + [None] * 5)
        await me.set_schedule(
            NIGHT, {"start": "05:00", "end": "06:00", "power": 1, "days": "weekend"}
        )
        assert (await me.act("clear_schedule", slots=[0]))["cleared"] == [0]
        assert me.enabled().keys() == {1, 4}
        assert (await me.act("clear_schedule"))["cleared"] == [1]
        assert me.enabled().keys() == {4}
        assert (await me.act("clear_schedule"))["cleared"] == []
        with refused("slot_reserved"):
            await me.act("clear_schedule", slots=[5])
        await me.act("clear_schedule", foreign=True)
        assert me.enabled() == {}
        assert me.battery.state.mode == "Auto"
        await me.assert_mirror_is_true()


@virtual
async def test_own_slots_that_act_are_not_cleared() -> None:
    """Manual by hand goes on when the slots of others are cleared."""
    async with schedule_home() as me:
        await me.place.call(me.battery, "number", "setpoint", value=-700)
        await me.place.call(me.battery, "select", "mode", option="manual")
        assert 6 not in (await me.act("clear_schedule", foreign=True))["cleared"]
        assert me.enabled().keys() == {6}
        assert (await me.schedule())[6]["purpose"] == "hand"
        assert me.battery.state.ac_power == -700


@virtual
async def test_several_batteries() -> None:
    """Each is tried, and each tells how it fared."""
    specs = [
        BatterySpec(address=f"127.0.1.{index}", ble_mac=f"02aabbcc000{index}") for index in (1, 2)
    ]
    async with schedule_home(specs) as me:
        me.place.batteries[1].faults.refused_writes = 1.0
        await me.set_schedule(NIGHT, everywhere=True)
        first, second = me.told.values()
        assert first["ok"]
        assert not second["ok"]
        assert "0: " in second["message"]
        assert me.enabled().keys() == {0}

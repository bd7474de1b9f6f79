"""Modes and their real side effects (docs/protocol.md sections 2.9 and 2.10)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from simulator import BatterySpec
from tests.simulator.bench import Bench

HMG = BatterySpec(device="VenusE", firmware=156)
VNSX = BatterySpec(device="VenusE 3.0", firmware=150)


def test_passive_countdown_ends_at_zero_watts() -> None:
    """The countdown sets the power to 0 W and stays in Passive."""
    bench = Bench(net_load=300)
    assert bench.passive(-800, 60)["result"] == {"id": 0, "set_result": True}
    assert bench.battery.state.ac_power == -800
    bench.wait(59.9)
    assert bench.battery.state.passive_remaining == pytest.approx(0.1)
    assert bench.battery.state.ac_power == -800
    bench.wait(0.1)
    assert (bench.battery.state.mode, bench.battery.state.ac_power) == ("Passive", 0)


@pytest.mark.parametrize("spec", [HMG, VNSX])
@pytest.mark.parametrize("leave", ["Auto", "AI", "Manual"])
def test_passive_countdown_fires_in_another_mode(spec: BatterySpec, leave: str) -> None:
    """The timer is never cancelled: it forces Passive 0 W on whatever was chosen since."""
    bench = Bench(spec, net_load=300)
    bench.passive(500, 3600)
    bench.wait(600)
    if leave == "Manual":
        bench.slot()
    else:
        bench.set_mode(leave, enable=1)
    bench.wait(2999)
    assert bench.result("ES.GetMode")["mode"] == leave
    bench.wait(1)
    assert bench.result("ES.GetMode")["mode"] == "Passive"
    assert bench.battery.state.ac_power == 0


def test_safe_way_out_of_passive() -> None:
    """Passive 0 W for a second replaces the countdown; after it nothing fires any more."""
    bench = Bench(net_load=300)
    bench.passive(500, 3600)
    bench.passive(0, 1)
    bench.wait(2.5)
    bench.set_mode("Auto", enable=1)
    bench.wait(7200)
    assert bench.battery.state.mode == "Auto"
    assert bench.battery.state.ac_power == 300


@pytest.mark.parametrize(("power", "kept"), [(2500, 2500), (-2500, -2500), (2501, 0), (-3000, 0)])
def test_passive_out_of_range_is_dropped_with_success(power: int, kept: int) -> None:
    """set_result is true and nothing happens."""
    bench = Bench()
    assert bench.passive(power)["result"]["set_result"] is True
    assert bench.battery.state.setpoint == kept
    assert bench.battery.state.mode == ("Passive" if kept else "Auto")


def test_passive_quirks_of_the_parser() -> None:
    """A decimal point makes 0 W, bits beyond 16 are lost, a missing time is huge."""
    bench = Bench()
    bench.passive(500.0)
    assert (bench.battery.state.mode, bench.battery.state.setpoint) == ("Passive", 0)
    bench.passive(65536 + 700)
    assert bench.battery.state.setpoint == 700
    bench.set_mode("Passive", power=200)
    assert bench.battery.state.passive_remaining > 100_000_000
    assert bench.passive(100, 0)["error"]["data"] == 426
    assert bench.passive(100, 60.0)["error"]["data"] == 426


def test_passive_is_clamped_to_the_configured_limits() -> None:
    """A battery on a wall socket does not exceed 800 W, whatever is asked."""
    bench = Bench(BatterySpec(max_charge=1200, max_discharge=800))
    bench.passive(2000)
    assert bench.battery.state.setpoint == bench.battery.state.ac_power == 800
    bench.passive(-2000)
    assert bench.battery.state.setpoint == bench.battery.state.ac_power == -1200


@pytest.mark.parametrize("config", [{"mode": "auto"}, {"mode": "Ups"}, {"mode": "Auto"}])
def test_unknown_mode_or_missing_settings(config: dict[str, object]) -> None:
    """No error: set_result is false, and nothing changes."""
    bench = Bench()
    bench.battery.set_mode("Passive", power=100)
    answer = bench.result("ES.SetMode", {"id": 0, "config": config})
    assert answer == {"id": 0, "set_result": False}
    assert bench.battery.state.mode == "Passive"


@pytest.mark.parametrize("mode", ["Auto", "AI"])
@pytest.mark.parametrize("enable", [0, 2, 1.0, True, "1"])
def test_enable_must_be_the_integer_one(mode: str, enable: object) -> None:
    """Anything else is 426."""
    bench = Bench()
    bench.battery.set_mode("Passive", power=100)
    assert bench.set_mode(mode, enable=enable)["error"]["data"] == 426
    assert bench.battery.state.mode == "Passive"
    assert "error" not in bench.set_mode(mode, enable=1)
    assert bench.battery.state.mode == mode


@pytest.mark.parametrize(
    ("spec", "mode_after"), [(VNSX, "Manual"), (HMG, "Auto")], ids=["VNSx", "HMG-50"]
)
@pytest.mark.parametrize(
    "mistake",
    [{"time_num": 10}, {"week_set": 128}, {"power": 2501}, {"enable": 2}, {"start_time": 800}],
    ids=str,
)
def test_wrong_slot(spec: BatterySpec, mode_after: str, mistake: dict[str, object]) -> None:
    """426; VNSx has switched to Manual before it looked at the slot."""
    bench = Bench(spec)
    assert bench.slot(**mistake)["error"]["data"] == 426
    assert bench.battery.state.mode == mode_after
    assert bench.battery.state.slots == [None] * 10


def test_slots_follow_clock_and_weekday() -> None:
    """Inside its hours and days a slot sets the power, outside it is 0 W, never Auto."""
    bench = Bench(net_load=900)
    bench.slot(0, week_set=0b0000001, start_time="08:00", end_time="10:00", power=-700)
    seen = []
    for hours in (0, 7.99, 0.02, 1.98, 0.02, 14, 7.99, 0.02):
        bench.wait(hours * 3600)
        seen.append(bench.battery.state.ac_power)
    assert seen == [0, 0, -700, -700, 0, 0, 0, 0], "Monday's slot, then Tuesday's same hour"


def test_slot_ends_with_the_day() -> None:
    """23:59 is the end of the day; a slot cannot span midnight."""
    bench = Bench()
    bench.slot(0, start_time="22:00", end_time="23:59", power=-500)
    bench.slot(1, start_time="22:00", end_time="06:00", power=400)
    bench.wait(23 * 3600 + 59 * 60 + 30)
    assert bench.battery.state.ac_power == -500
    bench.wait(60)
    assert bench.battery.state.ac_power == 0


def test_slots_keep_to_the_batterys_own_clock() -> None:
    """A wrong clock moves the slots; the household's day stays where it is."""
    bench = Bench()
    bench.slot(0, start_time="08:00", end_time="09:00", power=-500)
    bench.battery.faults.clock_offset = 7 * 3600
    bench.wait(3600)
    assert bench.battery.state.ac_power == -500
    assert bench.battery.local_time.hour == 8


def test_slots_at_the_end_of_summer_time() -> None:
    """Local civil time counts: 08:00 is one hour later in UTC after the change."""
    paris = ZoneInfo("Europe/Paris")
    bench = Bench(start=datetime(2026, 10, 24, 12, tzinfo=paris))
    bench.slot(0, start_time="08:00", end_time="09:00", power=-500)
    bench.wait(20 * 3600 + 1800)
    assert bench.battery.local_time == datetime(2026, 10, 25, 7, 30, tzinfo=paris)
    assert bench.battery.state.ac_power == 0
    bench.wait(3600)
    assert bench.battery.state.ac_power == -500


def test_every_slot_write_leaves_manual() -> None:
    """Even one that disables a slot; slots that are not mentioned stay."""
    bench = Bench()
    bench.slot(3)
    bench.set_mode("Auto", enable=1)
    bench.slot(5, enable=0)
    state = bench.battery.state
    assert state.mode == "Manual"
    assert [number for number, slot in enumerate(state.slots) if slot] == [3, 5]
    assert state.slots[3] is not None
    assert state.slots[3].enabled


def test_ups_takes_the_schedule() -> None:
    """Slot 9 charges around the clock, slots 0 to 8 are off; leaving UPS gives Auto."""
    bench = Bench(net_load=300)
    for number in (0, 4, 9):
        bench.slot(number)
    assert bench.set_mode("UPS", enable=1)["result"]["set_result"] is True
    state = bench.battery.state
    assert bench.result("ES.GetMode")["mode"] == "UPS"
    assert state.ac_power == -2500
    assert [slot.enabled if slot else None for slot in state.slots] == [
        *(False, None, None, None, False),
        *(None, None, None, None, True),
    ]
    assert state.slots[9] is not None
    assert (state.slots[9].start, state.slots[9].power) == (0, -2500)
    bench.set_mode("UPS", enable=0)
    assert bench.battery.state.mode == "Auto"
    bench.slot(7, enable=0)
    assert bench.battery.state.ac_power == -2500, "UPS's slot 9 is still there"


@pytest.mark.parametrize(("firmware", "accepted"), [(144, False), (147, True)])
def test_ups_came_with_147(firmware: int, accepted: bool) -> None:
    """Before that it is a mode like any unknown one."""
    answer = Bench(BatterySpec(firmware=firmware)).set_mode("UPS", enable=1)
    assert answer["result"]["set_result"] is accepted


def test_mini_needs_manual_set() -> None:
    """The E mini takes slots 0 to 5, ignores power without manual_set, has no Passive."""
    bench = Bench(BatterySpec(device="VNSEM-0", firmware=300))
    always = {"start_time": "00:00", "end_time": "23:59"}
    assert bench.slot(0, power=-500, **always)["result"]["set_result"] is True
    assert bench.battery.state.ac_power == 0
    bench.slot(0, power=-500, manual_set=1, **always)
    assert bench.battery.state.ac_power == -500
    assert bench.slot(6, **always)["error"]["data"] == 426
    assert bench.passive(100)["result"]["set_result"] is False


def test_reboot_forgets_passive() -> None:
    """Auto and Manual are stored, Passive and its countdown are not."""
    bench = Bench()
    bench.slot(0, start_time="00:00", end_time="23:59", power=-300)
    bench.passive(700, 3600)
    bench.battery.reboot(seconds=5)
    assert bench.ask("ES.GetMode") is None
    bench.wait(5)
    assert bench.result("ES.GetMode")["mode"] == "Manual"
    bench.wait(4000)
    assert bench.result("ES.GetMode")["ongrid_power"] == -300


def test_mode_without_a_name() -> None:
    """Modes that only the app knows are an empty string."""
    bench = Bench(net_load=300)
    bench.battery.set_mode("")
    assert bench.result("ES.GetMode")["mode"] == ""
    assert bench.battery.state.ac_power == 0


def test_small_settings() -> None:
    """Depth of discharge, LED and Bluetooth advertising (1 is on) can only be written."""
    bench = Bench()
    assert bench.result("DOD.SET", {"value": 30})["set_result"] is True
    assert bench.result("Led.Ctrl", {"state": 0})["set_result"] is True
    assert bench.result("Ble.Adv", {"enable": 0})["set_result"] is True
    state = bench.battery.state
    assert (state.depth_of_discharge, state.led, state.ble_advertising) == (30, False, False)
    assert state.floor == 70


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("Set.Ver", {"version": 800}),
        ("Reset.Factory", {"type": 1}),
        ("Ota.Set", {"url": "http://127.0.0.1/"}),
        ("Wifi.SetConfig", {"config": {"ssid": "a", "pass": "b"}}),
    ],
)
def test_dangerous_methods_are_remembered(method: str, params: dict[str, object]) -> None:
    """They answer as the device does, change nothing and are never forgotten."""
    spec = HMG if method == "Wifi.SetConfig" else VNSX
    bench = Bench(spec)
    before = bench.battery.state.copy()
    params = {"id": 0, **params}
    assert bench.result(method, params)["set_result"] is True
    assert bench.battery.state == before
    bench.battery.faults.loss = 1.0
    assert bench.ask(method, params) is None
    assert [item.method for item in bench.battery.forbidden] == [method, method]

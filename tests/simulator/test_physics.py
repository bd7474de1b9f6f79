"""State of charge, limits, the house and the counters."""

from datetime import UTC, datetime

import pytest

from simulator import BatterySpec, SimulatedBattery
from simulator.household import clear_sky, constant, daily_load
from tests.simulator.bench import Bench


def test_charging_and_discharging_lose_energy() -> None:
    """An hour at 1000 W moves 950 Wh in, or takes 1053 Wh out, of 5120."""
    bench = Bench(BatterySpec(soc=50.0))
    bench.battery.set_mode("Passive", power=-1000, duration=3600)
    bench.wait(3600)
    state = bench.battery.state
    assert state.soc == pytest.approx(50 + 950 / 51.2, abs=0.01)
    assert state.energy_charged_wh == pytest.approx(121920 + 1000, abs=0.1)
    before = state.soc
    bench.battery.set_mode("Passive", power=1000, duration=3600)
    bench.wait(3600)
    assert bench.battery.state.soc == pytest.approx(before - 1000 / 0.95 / 51.2, abs=0.01)
    assert bench.battery.state.energy_discharged_wh == pytest.approx(98340 + 1000, abs=0.1)


@pytest.mark.parametrize("steps", [1, 7, 3600])
def test_result_does_not_depend_on_how_often_one_looks(steps: int) -> None:
    """Time passes in the same way in one leap or in many small steps."""
    bench = Bench(BatterySpec(soc=50.0))
    bench.battery.set_mode("Passive", power=-2000, duration=1825)
    for _ in range(steps):
        bench.wait(3600 / steps)
        assert bench.battery.state.mode == "Passive"
    assert bench.battery.state.soc == pytest.approx(50 + 2000 * 0.95 * 1825 / 3600 / 51.2, abs=0.01)


@pytest.mark.parametrize(("power", "end"), [(-2500, 100.0), (2500, 12.0)])
def test_stops_exactly_at_full_and_at_the_floor(power: int, end: float) -> None:
    """At 100 % charging stops, at the depth of discharge discharging does."""
    bench = Bench(BatterySpec(soc=50.0))
    bench.battery.set_mode("Passive", power=power, duration=100_000)
    bench.wait(6 * 3600)
    assert bench.battery.state.soc == end
    assert bench.battery.state.ac_power == 0
    bench.battery.set_mode("Passive", power=-power, duration=3600)
    assert bench.battery.state.ac_power == -power


def test_auto_follows_the_meter() -> None:
    """The CT is brought to zero within the limits of the inverter."""
    bench = Bench(net_load=640)
    assert (bench.battery.state.ac_power, bench.battery.state.grid_power) == (640, 0)
    bench.battery.set_household(constant(-300))
    assert (bench.battery.state.ac_power, bench.battery.state.grid_power) == (-300, 0)
    bench.battery.set_household(constant(4000))
    assert (bench.battery.state.ac_power, bench.battery.state.grid_power) == (2500, 1500)
    assert bench.result("EM.GetStatus")["total_power"] == 1500
    bench.battery.faults.ct_lost = True
    assert bench.battery.state.ac_power == 0
    assert bench.result("EM.GetStatus")["ct_state"] == 0


def test_backup_socket_and_panels() -> None:
    """Battery power is AC plus backup less PV; a full battery curtails its panels."""
    bench = Bench(BatterySpec(device="Venus A", firmware=149, soc=50.0))
    bench.battery.set_mode("Passive", power=200)
    bench.battery.set_sun(constant(700.0))
    bench.battery.set_backup(100.0)
    state = bench.battery.state
    assert (state.ac_power, state.backup_power, state.battery_power) == (200, 100, -400)
    assert bench.result("ES.GetStatus")["offgrid_power"] == 100
    bench.battery.set_mode("Passive", power=-2000)
    assert bench.battery.state.battery_power == -1200, "the charger's limit covers both sources"
    bench.battery.set_battery(soc=100.0)
    assert bench.battery.state.battery_power == 0
    assert bench.battery.state.ac_power == 600, "sun that finds no room goes to the house"
    bench.battery.set_sun(constant(3000.0))
    assert (bench.battery.state.ac_power, bench.battery.state.pv_power) == (1200, 1300)


def test_empty_battery_passes_its_sun_on() -> None:
    """At the floor the panels' power is all that there is to give."""
    bench = Bench(BatterySpec(device="Venus D", firmware=150, soc=12.0), net_load=900)
    assert bench.battery.state.ac_power == 0
    bench.battery.set_sun(constant(400.0))
    assert bench.battery.state.ac_power == 400
    assert bench.battery.state.battery_power == 0


def test_ramp() -> None:
    """With a ramp the power needs its time."""
    bench = Bench(BatterySpec(ramp=200.0))
    bench.passive(1000)
    assert bench.battery.state.ac_power == 0
    bench.wait(2)
    assert bench.battery.state.ac_power == pytest.approx(400)
    bench.wait(10)
    assert bench.battery.state.ac_power == 1000


def test_pv_energy_is_counted() -> None:
    """The panels' energy is what was really taken."""
    bench = Bench(BatterySpec(device="Venus A", firmware=149, soc=30.0, packs=3))
    bench.battery.set_sun(constant(600.0))
    bench.wait(1800)
    assert bench.battery.state.energy_pv_wh == pytest.approx(300, abs=0.1)
    assert bench.result("ES.GetStatus")["total_pv_energy"] == 30


def test_default_house() -> None:
    """A household's day has its mean and its evening peak; winter days are shorter."""
    load, sun = daily_load(400), clear_sky(1000)
    day = [
        load(datetime(2026, 3, 1, minute // 60, minute % 60, tzinfo=UTC)) for minute in range(1440)
    ]
    assert sum(day) / len(day) == pytest.approx(400, rel=0.05)
    assert load(datetime(2026, 3, 1, 19, tzinfo=UTC)) > 2 * load(
        datetime(2026, 3, 1, 3, tzinfo=UTC)
    )
    assert sun(datetime(2026, 6, 21, 20, tzinfo=UTC)) > 0
    assert sun(datetime(2026, 12, 21, 20, tzinfo=UTC)) == 0
    assert sun(datetime(2026, 6, 21, 13, tzinfo=UTC)) == pytest.approx(1000)


def test_default_battery_lives() -> None:
    """Without any argument a battery follows a house that needs something."""
    battery = SimulatedBattery(BatterySpec())
    assert battery.state.ac_power > 50
    assert battery.state.mode == "Auto"


def test_time_scale() -> None:
    """A minute at 60 is an hour for the battery, and no jump when the scale changes."""
    bench = Bench(BatterySpec(soc=50.0), time_scale=60.0)
    bench.battery.set_mode("Passive", power=-1000, duration=3600)
    started = bench.battery.local_time
    bench.wait(30)
    assert (bench.battery.local_time - started).total_seconds() == pytest.approx(1800)
    assert bench.battery.state.passive_remaining == pytest.approx(1800)
    bench.battery.clock.scale = 1.0
    bench.wait(30)
    assert bench.battery.state.passive_remaining == pytest.approx(1770)
    assert (bench.battery.local_time - started).total_seconds() == pytest.approx(1830)
    with pytest.raises(ValueError, match="above 0"):
        bench.battery.clock.scale = 0

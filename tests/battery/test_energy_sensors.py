"""Sensors that feed the Energy dashboard: true, and only ever rising, whatever counters do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.marstek.const import DOMAIN
from simulator import BatterySpec, SimulatedBattery
from simulator.household import constant
from tests.support.home import PORT, Home, home
from tests.support.truth import NOTHING, virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

# What Home Assistant asks of a statistic on the Energy dashboard.
SOC = {"unit_of_measurement": "%", "state_class": "measurement", "device_class": "battery"}
RATE = {"unit_of_measurement": "W", "state_class": "measurement", "device_class": "power"}
TOTAL = {
    "unit_of_measurement": "kWh",
    "state_class": "total_increasing",
    "device_class": "energy",
}
KEYS = ("energy_charged", "energy_discharged", "pv_energy")


@dataclass(slots=True)
class Meters:
    """Watches the totals of one battery, which is kept from ever getting full or empty."""

    home: Home
    battery: SimulatedBattery
    shown: dict[str, float] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)

    async def seconds(self, seconds: float, power: float | None = None) -> None:
        """Let time pass, at a power of the battery in W, + = discharging."""
        if power is not None:
            self.battery.set_household(constant(power))
        for _ in range(round(seconds / 10)):
            await asyncio.sleep(10)
            self.battery.set_battery(soc=50.0)
            self.look()

    def look(self) -> None:
        """Fail when a total falls."""
        for key in KEYS if self.battery.spec.device in ("Venus A", "Venus D") else KEYS[:2]:
            state = self.home.state(self.battery, "sensor", key)
            if state in NOTHING:
                continue
            total = float(state) * 1000
            assert total >= self.shown.get(key, total), f"{key} fell"
            self.first.setdefault(key, total)
            self.shown[key] = total

    def risen(self, key: str) -> float:
        """Return by how many Wh a total has risen since it was first seen."""
        return self.shown[key] - self.first[key]


@asynccontextmanager
async def meters(
    device: str = "VenusE 3.0", firmware: int = 150, pv_peak_w: float = 0.0
) -> AsyncIterator[Meters]:
    """Set a battery up; nothing may be logged that worries anyone."""
    battery = BatterySpec(
        device=device,
        firmware=firmware,
        ble_mac="02aabbcc0000",
        address="127.0.1.1",
        port=PORT,
        soc=50.0,
        pv_peak_w=pv_peak_w,
    )
    async with home(specs=[battery]) as place:
        place.batteries[0].set_household(constant(0))
        await place.add_all()
        await asyncio.sleep(30)
        watched = Meters(place, place.batteries[0])
        watched.look()
        yield watched
        assert place.log.lines == []
        assert place.batteries[0].forbidden == []


def attributes(watched: Meters, key: str) -> dict[str, Any]:
    """Return what the Energy dashboard looks at."""
    entity_id = watched.home.entity_id(watched.battery, "sensor", key)
    state = watched.home.hass.states.get(entity_id)
    return dict(state.attributes) if state else {}


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"), [("VenusE", 156), ("VenusE 3.0", 150), ("Venus A", 149)]
)
async def test_fit_for_the_energy_dashboard(device: str, firmware: int) -> None:
    """Units and classes are those that it takes without a template."""
    async with meters(device, firmware) as watched:
        assert SOC.items() <= attributes(watched, "soc").items()
        assert RATE.items() <= attributes(watched, "battery_power").items()
        for key in KEYS if device == "Venus A" else KEYS[:2]:
            assert TOTAL.items() <= attributes(watched, key).items()


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("VenusE", 153)])
async def test_what_a_battery_counted_before(device: str, firmware: int) -> None:
    """A total begins with what the battery has counted so far."""
    async with meters(device, firmware) as watched:
        state = watched.battery.state
        assert abs(watched.shown["energy_charged"] - state.energy_charged_wh) <= 10
        assert abs(watched.shown["energy_discharged"] - state.energy_discharged_wh) <= 10


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"),
    [
        ("VenusE", 153),
        ("VenusE", 156),
        ("VenusE 3.0", 139),
        ("VenusE 3.0", 147),
        ("VenusE 3.0", 150),
        ("Venus A", 148),
        ("Venus D", 149),
    ],
)
async def test_charging_and_discharging(device: str, firmware: int) -> None:
    """Every profile counts what flows, in its own direction."""
    async with meters(device, firmware) as watched:
        await watched.seconds(3600, 800)
        await watched.seconds(3600, -600)
        await watched.seconds(600, 0)
        assert watched.risen("energy_discharged") == pytest.approx(800, abs=110)
        assert watched.risen("energy_charged") == pytest.approx(600, abs=110)


@virtual
async def test_stuck_counters() -> None:
    """While counters stand still the power is integrated; nothing is counted twice later."""
    async with meters() as watched:
        await watched.seconds(1200, 600)
        watched.battery.faults.counters_stuck = True
        await watched.seconds(3600)
        assert watched.risen("energy_discharged") == pytest.approx(800, abs=60)
        watched.battery.faults.counters_stuck = False
        await watched.seconds(1200)
        assert watched.risen("energy_discharged") == pytest.approx(1000, abs=30)


@virtual
async def test_counters_are_reset() -> None:
    """A factory reset of the counters is no reason to fall, nor to stop."""
    async with meters() as watched:
        await watched.seconds(1200, 600)
        watched.battery.reset_counters()
        await watched.seconds(3600)
        assert watched.risen("energy_discharged") == pytest.approx(800, abs=30)


@virtual
async def test_counters_glitch() -> None:
    """A counter that shows 0 now and then moves nothing."""
    async with meters() as watched:
        watched.battery.faults.counter_glitch = 0.2
        await watched.seconds(7200, 600)
        assert watched.risen("energy_discharged") == pytest.approx(1200, abs=40)
        assert watched.risen("energy_charged") == 0


@virtual
async def test_counters_jump() -> None:
    """A jump that no battery could have made is not added, and counting goes on after it."""
    async with meters() as watched:
        await watched.seconds(1200, 600)
        watched.battery.set_battery(energy_discharged_wh=5e6)
        await watched.seconds(3600)
        assert watched.risen("energy_discharged") == pytest.approx(800, abs=40)


@virtual
@pytest.mark.parametrize("factor", [10.0, 0.1])
async def test_counters_in_another_unit(factor: float) -> None:
    """A firmware that counts in another unit than its family is found out by the power."""
    async with meters() as watched:
        battery = watched.battery
        base = battery.state.energy_discharged_wh
        battery.set_household(constant(600))
        since = watched.home.now
        for _ in range(4 * 360):
            await watched.seconds(10)
            flowed = 600 * (watched.home.now - since) / 3600
            battery.set_battery(energy_discharged_wh=base + factor * flowed)
        assert watched.risen("energy_discharged") == pytest.approx(2400, rel=0.25)


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("VenusE 3.0", 139)])
async def test_over_restarts(device: str, firmware: int) -> None:
    """Totals outlast restarts; what flowed meanwhile is known only where a counter tells it."""
    async with meters(device, firmware) as watched:
        for _ in range(3):
            await watched.seconds(1200, 600)
            await watched.home.restart(pause=600)
            await asyncio.sleep(20)
            watched.look()
        await watched.seconds(60)
        flowed = 3 * (300 if firmware == 150 else 200)
        assert watched.risen("energy_discharged") == pytest.approx(flowed, abs=40)


@virtual
async def test_a_gap_of_hours() -> None:
    """What flowed while a battery was out of reach is taken from its counter, once."""
    async with home(specs=[BatterySpec(ble_mac="02aabbcc0000", address="127.0.1.1")]) as place:
        place.batteries[0].set_household(constant(300))
        await place.add_all()
        await asyncio.sleep(30)
        watched = Meters(place, place.batteries[0])
        await watched.seconds(600)
        watched.battery.go_dark(3 * 3600)
        await watched.seconds(3 * 3600)
        await watched.seconds(1800)
        assert watched.risen("energy_discharged") == pytest.approx(300 * (3 + 2 / 3), abs=30)


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"), [("Venus A", 148), ("Venus A", 149), ("Venus D", 149)]
)
async def test_the_sun(device: str, firmware: int) -> None:
    """Solar energy charges the battery beside its AC side, and has a total of its own."""
    async with meters(device, firmware, pv_peak_w=800.0) as watched:
        battery = watched.battery
        battery.reset_counters()
        battery.set_sun(constant(400))
        # The house takes a part of it; the rest goes into the battery.
        await watched.seconds(600, 100)
        watched.first.clear()
        await watched.seconds(3600)
        assert watched.risen("pv_energy") == pytest.approx(400, rel=0.1)
        assert watched.risen("energy_charged") == pytest.approx(300, rel=0.1)
        assert watched.risen("energy_discharged") == pytest.approx(0, abs=2)
        power = float(watched.home.state(battery, "sensor", "battery_power"))
        assert power == pytest.approx(-300, abs=15)
        assert float(watched.home.state(battery, "sensor", "pv_power")) == pytest.approx(400, abs=1)
        await watched.seconds(3600, 700)
        assert watched.risen("energy_discharged") == pytest.approx(300, rel=0.15)


def _forget_fields(memory: dict[str, Any]) -> None:
    memory["charged"]["a_field_of_a_later_version"] = 1


def _forget_meter(memory: dict[str, Any]) -> None:
    del memory["discharged"]


def _rewrite(path: Path, harm: Callable[[dict[str, Any]], None]) -> None:
    stored = json.loads(path.read_text("utf-8"))
    harm(stored["data"])
    path.write_text(json.dumps(stored), "utf-8")


@virtual
@pytest.mark.parametrize("harm", [_forget_fields, _forget_meter])
async def test_a_memory_of_another_version(harm: Callable[[dict[str, Any]], None]) -> None:
    """What can't be read begins anew, with the battery's counter; the rest is kept."""
    async with meters() as watched:
        place = watched.home
        await watched.seconds(600, 600)
        entry = place.entry(watched.battery)
        await place.hass.config_entries.async_unload(entry.entry_id)
        _rewrite(Path(place.hass.config.path(".storage", f"{DOMAIN}.{entry.entry_id}")), harm)
        await place.restart()
        await asyncio.sleep(30)
        await watched.seconds(600)
        for key in KEYS[:2]:
            counted = getattr(watched.battery.state, f"{key}_wh")
            assert watched.shown[key] == pytest.approx(counted, abs=20)

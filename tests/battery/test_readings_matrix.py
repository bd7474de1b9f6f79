"""Every reading of every model and firmware, held against what the battery really does."""

import asyncio

import pytest

from simulator import BatterySpec, SimulatedBattery
from simulator.household import constant
from tests.support.all_entities import enabled_by_default, one, spec_of
from tests.support.home import Home
from tests.support.truth import NOTHING, virtual
from tests.support.variants import variants

pytestmark = pytest.mark.usefixtures("socket_enabled")

SOLAR_W = 640.0
# Requests per hour and battery with every entity enabled, and with those that are so by default.
BUDGETS = [
    (("VenusE", 153), 55, 45),
    (("VenusE", 155), 55, 45),
    (("VenusE", 156), 55, 45),
    (("VenusC", 156), 55, 45),
    (("VenusE 3.0", 139), 85, 75),
    (("VenusE 3.0", 143), 90, 75),
    (("VenusE 3.0", 144), 90, 75),
    (("VenusE 3.0", 147), 90, 75),
    (("VenusE 3.0", 1476), 90, 75),
    (("VenusE 3.0", 148), 90, 75),
    (("VenusE 3.0", 149), 220, 150),
    (("VenusE 3.0", 150), 220, 150),
    (("Venus A", 147), 115, 95),
    (("Venus A", 148), 115, 95),
    (("Venus A", 1487), 85, 60),
    (("Venus A", 149), 285, 155),
    (("Venus D", 147), 115, 95),
    (("Venus D", 149), 285, 155),
    (("Venus D", 1508), 285, 155),
    (("VNSEM-0", 300), 125, 90),
    (("VenusE 3.0", 160), 220, 150),
    (("Venus X", 200), 100, 90),
]
MODELS = [model for model, *_ in BUDGETS]
# What is a text, or known from a long past only.
OTHERS = {
    *("last_command", "address", "firmware", "success_rate", "error_code", "wifi_signal"),
    *("round_trip_efficiency", "equivalent_cycles", "grid_energy_imported", "grid_energy_exported"),
    *("time_to_full", "time_to_empty", "pv_energy", "energy_charged", "energy_discharged"),
    *("passive_power", "passive_ends", "passive_target", "left_alone_until"),
    *("commanded_by", "full_at", "empty_at"),
}
MAY_BE_UNKNOWN = {
    *("round_trip_efficiency", "grid_energy_imported", "grid_energy_exported", "time_to_full"),
    *(
        "full_at",
        "empty_at",
        "time_to_empty",
        "passive_power",
        "passive_ends",
        "passive_target",
        "left_alone_until",
    ),
}


def spec_of_any(device: str, firmware: int) -> BatterySpec:
    """Describe a battery; one that nobody knows answers as a VenusE 3.0 does."""
    known = spec_of("VenusE 3.0" if device == "Venus X" else device, firmware, pv_peak_w=SOLAR_W)
    if device != "Venus X":
        return known
    return BatterySpec(
        device=known.device,
        reported_device=device,
        firmware=firmware,
        ble_mac=known.ble_mac,
        address=known.address,
        port=known.port,
    )


def truth(battery: SimulatedBattery) -> dict[str, float]:
    """Return what each sensor ought to show, in the units of Home Assistant."""
    state, rated = battery.state, battery.rated_wh / 1000
    solar = SOLAR_W / 2
    return {
        "soc": int(state.soc + 0.05),
        "battery_power": state.battery_power,
        "ac_power": state.ac_power,
        "backup_power": state.backup_power,
        "pv_power": state.pv_power,
        "stored_energy": rated * state.soc / 100,
        "usable_energy": max(0.0, rated * (state.soc - 12) / 100),
        "rated_capacity": rated,
        "temperature": state.temperature,
        "grid_power": state.grid_power,
        "grid_power_a": state.grid_power,
        "grid_power_b": 0,
        "grid_power_c": 0,
        "cell_voltage": 52.7,
        "cell_current": -state.cell_power / 52.7,
        **{f"pv{number}_power": solar if number < 3 else 0 for number in range(1, 5)},
        **{f"pv{number}_voltage": 38 if number < 3 else 0 for number in range(1, 5)},
        **{f"pv{number}_current": solar // 38.4 if number < 3 else 0 for number in range(1, 5)},
    }


TOLERANCES = {"soc": 1, "stored_energy": 0.06, "usable_energy": 0.06, "cell_current": 0.01}


def wrong_sensors(place: Home, battery: SimulatedBattery) -> dict[str, tuple[str, float | None]]:
    """Return each sensor that shows something else than the truth, with the truth."""
    true = truth(battery)
    wrong: dict[str, tuple[str, float | None]] = {}
    for key in enabled_by_default(place, battery):
        try:
            shown = place.state(battery, "sensor", key)
        except LookupError:
            continue
        if key in OTHERS:
            if shown in NOTHING and (key not in MAY_BE_UNKNOWN or shown != "unknown"):
                wrong[key] = (shown, None)
        elif shown in NOTHING or abs(float(shown) - true[key]) > TOLERANCES.get(key, 1):
            wrong[key] = (shown, true[key])
    return wrong


@virtual
@pytest.mark.parametrize(("device", "firmware"), MODELS)
@pytest.mark.parametrize("power", [700, -700])
async def test_every_reading(device: str, firmware: int, power: int) -> None:
    """Each sensor there is shows the truth, with its sign and in its unit."""
    async with one(spec_of_any(device, firmware)) as (place, battery):
        battery.set_household(constant(power))
        has_inputs = "pv1_power" in enabled_by_default(place, battery)
        battery.set_sun(constant(SOLAR_W if has_inputs else 0))
        await asyncio.sleep(3700)
        battery.set_battery(soc=60.0)
        await asyncio.sleep(200)
        assert wrong_sensors(place, battery) == {}


@virtual
@pytest.mark.parametrize(
    ("model", "everything", "default"),
    # One of each kind of budget.
    variants(
        BUDGETS,
        quick=[*{(most, usual): (model, most, usual) for model, most, usual in BUDGETS}.values()],
    ),
)
async def test_requests_per_hour(model: tuple[str, int], everything: float, default: float) -> None:
    """No firmware is asked more than it bears, whatever is enabled."""
    for most, enabled in ((default, False), (everything, True)):
        spec = spec_of_any(*model)
        async with one(spec) if enabled else one(spec, "nothing") as (place, battery):
            since = place.now
            await asyncio.sleep(4 * 3600)
            statistics = battery.statistics(since)
            assert statistics.requests_per_hour <= most
            assert statistics.overlaps == 0
            assert statistics.smallest_gap is not None
            assert statistics.smallest_gap >= 2.5

"""What docs/other-planners.md and docs/evcc.md have other programs call, run as it stands there."""

import asyncio
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml

from simulator import SimulatedBattery
from tests.support.home import Home, home
from tests.support.truth import virtual

PAGE: Final = Path(__file__).parents[2] / "docs" / "other-planners.md"
SENSOR: Final = "sensor.p_batt_forecast"


def example() -> Any:
    """Return the automation of the page."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return parse_yaml(block)


async def tell(place: Home, power: str, seconds: float = 60) -> None:
    """Let the other program tell a power, and give the battery time to obey."""
    place.hass.states.async_set(SENSOR, power)
    await asyncio.sleep(seconds)


def doing(battery: SimulatedBattery) -> tuple[str, int]:
    """Return the mode of a battery, and the power that it was told."""
    state = battery.state
    return state.mode, state.setpoint if state.mode == "Passive" else 0


@virtual
async def test_a_battery_obeys_another_program() -> None:
    """It charges and discharges as told, serves the house at 0 W, and outlives its brain."""
    async with home(count=1) as place:
        await place.add_all()
        (battery,) = place.batteries
        assert await async_setup_component(place.hass, "automation", {"automation": example()})
        for power, expected in (
            ("-800.4", ("Passive", -800)),
            ("600", ("Passive", 600)),
            ("20", ("Auto", 0)),
            ("-1200", ("Passive", -1200)),
        ):
            await tell(place, power)
            assert doing(battery) == expected
        await asyncio.sleep(3600)
        assert doing(battery) == ("Passive", -1200)
        await tell(place, "unavailable", 36 * 60)
        assert doing(battery) == ("Auto", 0)
        await place.hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )


EVCC: Final = PAGE.with_name("evcc.md")


def battery_modes(device_id: str) -> dict[int, tuple[str, dict[str, Any]]]:
    """Return what evcc posts for each of its battery modes: the action, and its data."""
    (block,) = re.findall(r"```yaml\n(.*?)```", EVCC.read_text("utf-8"), re.DOTALL)
    page: Any = parse_yaml(block)
    cases = page["meters"][0]["batterymode"]["set"]["switch"]
    return {
        each["case"]: (
            each["set"]["uri"].partition("/api/services/marstek/")[2],
            json.loads(each["set"]["body"].replace("DEVICE", device_id)),
        )
        for each in cases
    }


@virtual
async def test_a_battery_obeys_evcc() -> None:
    """Normal, hold and charge by the bodies of the page; what is not renewed ends by itself."""
    async with home(count=1) as place:
        await place.add_all()
        (battery,) = place.batteries
        device_id = place.entry(battery).runtime_data.device_id
        modes = battery_modes(device_id)
        for mode, expected in ((2, ("Passive", 0)), (3, ("Passive", -1500)), (1, ("Auto", 0))):
            action, data = modes[mode]
            await place.act(action, by_automation=True, **data)
            await asyncio.sleep(60)
            assert doing(battery) == expected
        action, data = modes[2]
        await place.act(action, by_automation=True, **data)
        await asyncio.sleep(31 * 60)
        assert doing(battery) == ("Auto", 0)

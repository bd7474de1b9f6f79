"""House whose grid is metered by a sensor, and a meter that batteries follow."""

import asyncio
from typing import Any, Final, Self

from homeassistant.config_entries import SOURCE_USER

from custom_components.marstek.plan.metering.settings import SUBENTRY_METER

from .plan_home import PlanHome

GRID: Final = "sensor.grid"
CT_MAC: Final = "02b2500000ff"


class House:
    """A house whose grid sensor is renewed each second."""

    def __init__(self, home: PlanHome) -> None:
        """Draw 300 W without batteries."""
        self.home = home
        self.load = 300.0
        self.is_frozen = False
        self.sign = 1
        self.unit = "kW"
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to measure."""
        self._task = asyncio.get_running_loop().create_task(self._measure())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop measuring."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def grid(self) -> float:
        """Power at the grid connection in W, + = import."""
        return self.load - sum(battery.state.ac_power for battery in self.home.batteries)

    async def _measure(self) -> None:
        while True:
            if not self.is_frozen:
                self.home.hass.states.async_set(
                    GRID,
                    f"{self.sign * self.grid / 1000:.4f}",
                    {"unit_of_measurement": self.unit},
                )
            await asyncio.sleep(1)


async def add_meter(home: PlanHome, way: str, **source: Any) -> None:
    """Add the meter as people do."""
    flows = home.hass.config_entries.subentries
    flow: Any = await flows.async_init(
        (home.entry.entry_id, SUBENTRY_METER), context={"source": SOURCE_USER}
    )
    flow = await flows.async_configure(flow["flow_id"], {"way": way, "source_kind": "signed"})
    if way != "listen":
        assert flow["step_id"] == "source", flow
        if way == "ct":
            source = {"ct_mac": CT_MAC, "ct_type": "HME-4", "export_cap": 0, "low_load": 0} | source
        else:
            source = {"shelly_port": "1010"} | source
        inverted = source.pop("inverted", False)
        flow = await flows.async_configure(flow["flow_id"], {"source": GRID, "aim": 10} | source)
        assert flow["step_id"] == "sign", flow
        flow = await flows.async_configure(flow["flow_id"], {"inverted": inverted})
    assert flow["type"] == "create_entry", flow
    await asyncio.sleep(5)


def give_slopes(home: PlanHome) -> None:
    """Let batteries move their power by 400 W a second."""
    for battery in home.batteries:
        battery._device.plant.ramp = 400

"""A real Home Assistant core with simulated batteries, in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
import logging
import random
import tempfile
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IMPORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.entries import entry_data
from custom_components.marstek.venus import DeviceStatus, FoundDevice
from simulator import BatterySpec, Faults, SimulatedBattery
from tests.loopback import adapter
from tests.virtual_time import VirtualTimeLoop

PORT = 30000


@dataclass(slots=True)
class LogCounter:
    """Counts what is logged at WARNING or above."""

    lines: list[str] = field(default_factory=list)

    def filter(self, record: logging.LogRecord) -> bool:
        """Note a record and keep it out of the way."""
        if record.levelno >= logging.WARNING:
            self.lines.append(record.getMessage())
        return False


def lossy() -> Faults:
    """Return the faults of the issue's lossy network."""
    return Faults(loss=0.15, parse_errors=0.03, late=0.05, duplicates=0.03, refused_writes=0.10)


class Home:
    """Home Assistant and its batteries."""

    def __init__(self, hass: HomeAssistant, batteries: list[SimulatedBattery], log: LogCounter):
        """Hold them together."""
        self.hass = hass
        self.batteries = batteries
        self.log = log

    @property
    def now(self) -> float:
        """Virtual seconds."""
        return self.hass.loop.time()

    def entity_id(self, battery: SimulatedBattery, platform: str, key: str) -> str:
        """Return an entity id of a battery."""
        found = er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"{battery.spec.ble_mac}_{key}"
        )
        if found is None:
            raise LookupError(key)
        return found

    def state(self, battery: SimulatedBattery, platform: str, key: str) -> str:
        """Return the state of an entity of a battery."""
        state = self.hass.states.get(self.entity_id(battery, platform, key))
        return state.state if state else "missing"

    async def add_all(self) -> None:
        """Add the batteries as the flow does."""
        await asyncio.gather(*(self._add(battery) for battery in self.batteries))

    async def _add(self, battery: SimulatedBattery) -> None:
        spec = battery.spec
        device = DeviceStatus(spec.device, spec.firmware, spec.ble_mac)
        await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_IMPORT},
            data=entry_data(FoundDevice(device, spec.address, spec.port)),
        )

    async def call(
        self, battery: SimulatedBattery, platform: str, key: str, **data: object
    ) -> None:
        """Call the entity's service."""
        service = {"select": "select_option", "number": "set_value"}[platform]
        await self.hass.services.async_call(
            platform,
            service,
            {"entity_id": self.entity_id(battery, platform, key), **data},
            blocking=True,
        )


@asynccontextmanager
async def home(
    *, device: str = "VenusE 3.0", firmware: int = 150, count: int = 3, faulty: bool = False
) -> AsyncIterator[Home]:
    """Start Home Assistant and switch batteries on; none is added yet."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError("Home needs virtual time")
    log = LogCounter()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for target, value in (
            ("homeassistant.util.dt.utcnow", loop.now),
            ("custom_components.marstek.discovery.DISCOVERY_PORTS", (PORT,)),
        ):
            stack.enter_context(patch(target, value))
        stack.enter_context(
            patch("homeassistant.components.network.async_get_adapters", return_value=[adapter()])
        )
        root = logging.getLogger()
        root.handlers = [logging.NullHandler()]
        root.handlers[0].addFilter(log.filter)
        hass = await stack.enter_async_context(async_test_home_assistant(config_dir=folder))
        hass.data.pop("custom_components", None)
        batteries = [
            SimulatedBattery(
                BatterySpec(
                    device=device,
                    firmware=firmware,
                    ble_mac=f"02aabbcc{index:04x}",
                    address=f"127.0.1.{index + 1}",
                    port=PORT,
                ),
                faults=lossy() if faulty else Faults(),
                seed=index,
                clock=loop.time,
                now=loop.now,
            )
            for index in range(count)
        ]
        for battery in batteries:
            await battery.start()
            stack.push_async_callback(battery.stop)
        random.seed(1)
        yield Home(hass, batteries, log)
        await hass.async_stop(force=True)

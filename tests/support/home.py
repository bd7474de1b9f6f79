"""A real Home Assistant core with simulated batteries, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta, tzinfo
import logging
import random
import tempfile
from typing import Final, override
from unittest.mock import patch

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.auth.models import User
from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry, ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er, frame
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.entries import async_entry_of, entry_data, is_battery
from custom_components.marstek.venus import DeviceStatus, FoundDevice
from simulator import BatterySpec, Faults, Fleet, SimulatedBattery
from tests.support.loopback import adapter
from tests.support.virtual_time import VirtualTimeLoop

PORT = 30000


# Of these every start of Home Assistant warns, or every end of a test; a file that is no JSON is
# reported by Home Assistant with a traceback of its own.
_NOISE: Final = ("homeassistant.loader", "aiohttp_fast_zlib", "homeassistant.util.json")
_ENDED: Final = "real_close"


class LogCounter(logging.Handler):
    """Keeps what is logged at WARNING or above, save what is said of any integration."""

    def __init__(self) -> None:
        """Start with nothing logged."""
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Note a record."""
        if record.name in _NOISE or (record.exc_info and _ENDED in str(record.exc_info[1])):
            return
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")
        if record.exc_info:
            self.lines.append(f"TRACEBACK {record.exc_info[1]!r}")


def lossy() -> Faults:
    """Return the faults of the issue's lossy network."""
    return Faults(loss=0.15, parse_errors=0.03, late=0.05, duplicates=0.03, refused_writes=0.10)


class WallClock:
    """The time of day that Home Assistant sees; it can be set wrong."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        """Show the right time."""
        self._loop = loop
        self.offset = timedelta(0)

    def utcnow(self) -> datetime:
        """Return the moment in UTC."""
        return self._loop.now() + self.offset

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self.utcnow().timestamp()

    def now(self, time_zone: tzinfo | None = None) -> datetime:
        """Return the moment in a time zone, or in Home Assistant's own."""
        return self.utcnow().astimezone(time_zone or dt_util.get_default_time_zone())


class Home:
    """Home Assistant and its batteries."""

    def __init__(self, fleet: Fleet, clock: WallClock, log: LogCounter, folder: str) -> None:
        """Hold them together; Home Assistant is not running yet."""
        self.hass: HomeAssistant
        self._owner: User
        self.fleet = fleet
        self.batteries = list(fleet)
        self.clock = clock
        self.log = log
        self._folder = folder
        self._running = AsyncExitStack()

    async def start(self) -> None:
        """Start Home Assistant."""
        self.hass = await self._running.enter_async_context(
            async_test_home_assistant(config_dir=self._folder)
        )
        frame.async_setup(self.hass)
        self._owner = await self.hass.auth.async_create_system_user(
            "Owner", group_ids=[GROUP_ID_ADMIN]
        )
        await self.hass.config.async_set_time_zone(self.batteries[0].spec.time_zone)
        self.hass.data.pop("custom_components", None)

    async def stop(self) -> None:
        """Stop Home Assistant as for a restart: without unloading anything first."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        await self.hass.async_stop(force=True)
        # A timer that was due in the instant of the stop has started itself again. With the end
        # of the process it ends; here those that may not outlive the stop are ended once more.
        self.hass._cancel_cancellable_timers()
        for entry in entries:
            if entry.state is ConfigEntryState.LOADED and is_battery(entry):
                # The end of the process does this.
                await entry.runtime_data.coordinator.async_shutdown()
                entry.runtime_data.parts.client.close()
        await self._running.aclose()

    async def restart(self, pause: float = 20.0) -> None:
        """Stop Home Assistant and start it again with the same entries and files."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        await self.stop()
        await asyncio.sleep(pause)
        await self.start()
        for entry in entries:
            MockConfigEntry(
                domain=DOMAIN,
                entry_id=entry.entry_id,
                unique_id=entry.unique_id,
                title=entry.title,
                data=dict(entry.data),
                options=dict(entry.options),
            ).add_to_hass(self.hass)
        await asyncio.gather(
            *(self.hass.config_entries.async_setup(entry.entry_id) for entry in entries)
        )

    @property
    def now(self) -> float:
        """Virtual seconds."""
        return self.hass.loop.time()

    def entry(self, battery: SimulatedBattery) -> ConfigEntry:
        """Return the config entry of a battery."""
        found = async_entry_of(self.hass, battery.spec.ble_mac)
        if found is None:
            raise LookupError(battery.spec.ble_mac)
        return found

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
        device = DeviceStatus(spec.reported_device or spec.device, spec.firmware, spec.ble_mac)
        await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_IMPORT},
            data=entry_data(FoundDevice(device, spec.address, spec.port)),
        )

    async def call(
        self,
        battery: SimulatedBattery,
        platform: str,
        key: str,
        *,
        by_automation: bool = False,
        **data: object,
    ) -> None:
        """Call the entity's service, as a person at a dashboard or as an automation."""
        user_id = None if by_automation else self._owner.id
        service = {"select": "select_option", "number": "set_value"}[platform]
        await self.hass.services.async_call(
            platform,
            service,
            {"entity_id": self.entity_id(battery, platform, key), **data},
            blocking=True,
            context=Context(user_id=user_id),
        )

    async def act(self, action: str, *, by_automation: bool = False, **data: object) -> None:
        """Call an action of the integration, as a person or as an automation."""
        user_id = None if by_automation else self._owner.id
        await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=Context(user_id=user_id)
        )


def _make_resolver(_hass: HomeAssistant) -> AbstractResolver:
    return ThreadedResolver()


def specs_of(device: str, firmware: int, count: int) -> list[BatterySpec]:
    """Return batteries of one kind."""
    return [
        BatterySpec(
            device=device,
            firmware=firmware,
            ble_mac=f"02aabbcc{index:04x}",
            address=f"127.0.1.{index + 1}",
            port=PORT,
        )
        for index in range(count)
    ]


@asynccontextmanager
async def home(
    *,
    device: str = "VenusE 3.0",
    firmware: int = 150,
    count: int = 3,
    faulty: bool = False,
    specs: Sequence[BatterySpec] = (),
    seed: int = 1,
) -> AsyncIterator[Home]:
    """Start Home Assistant and switch batteries on; none is added yet."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError("Home needs virtual time")
    log = LogCounter()
    clock = WallClock(loop)
    root = logging.getLogger()
    handlers = root.handlers
    async with AsyncExitStack() as stack:
        # A thread of Home Assistant may still write a file of its own while the folder goes.
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        for target, value in (
            ("homeassistant.util.dt.utcnow", clock.utcnow),
            ("homeassistant.util.dt.now", clock.now),
            ("custom_components.marstek.discovery.DISCOVERY_PORTS", (PORT,)),
            ("homeassistant.helpers.event.time_tracker_utcnow", clock.utcnow),
            ("homeassistant.helpers.event.time_tracker_timestamp", clock.time),
            ("homeassistant.helpers.event.time", clock),
            # Names are not looked up here, and mDNS needs a network.
            ("homeassistant.helpers.aiohttp_client._async_make_resolver", _make_resolver),
        ):
            stack.enter_context(patch(target, value))
        stack.enter_context(
            patch("homeassistant.components.network.async_get_adapters", return_value=[adapter()])
        )
        stack.callback(setattr, root, "handlers", handlers)
        root.handlers = [log]
        random.seed(seed)
        fleet = await stack.enter_async_context(
            Fleet(
                specs or specs_of(device, firmware, count),
                faults=lossy() if faulty else None,
                clock=loop.time,
                now=loop.now,
            )
        )
        place = Home(fleet, clock, log, folder)
        await place.start()
        try:
            yield place
        finally:
            await place.stop()

"""Somebody at home with batteries whose schedules are written, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.marstek.battery.runtime import Battery
from custom_components.marstek.const import DOMAIN
from simulator import BatterySpec, SimulatedBattery, Slot
from tests.support.home import Home, home

DAY = 0b1111111
NIGHT: dict[str, Any] = {"start": "01:00", "end": "05:00", "power": -800}


class ScheduleHome:
    """One battery or several, and the actions on them."""

    def __init__(self, place: Home) -> None:
        """Stand in front of the first battery."""
        self.place = place
        self.battery = place.batteries[0]

    def device_id(self, battery: SimulatedBattery) -> str:
        """Return the id of a battery's device."""
        devices = dr.async_get(self.place.hass)
        entry = self.place.entry(battery)
        (device,) = dr.async_entries_for_config_entry(devices, entry.entry_id)
        return device.id

    async def act(self, action: str, *, everywhere: bool = False, **data: Any) -> dict[str, Any]:
        """Call an action on the first battery, or all, and return what it tells of the first."""
        batteries = self.place.batteries if everywhere else [self.battery]
        response = await self.place.hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": [self.device_id(battery) for battery in batteries], **data},
            blocking=True,
            return_response=True,
        )
        assert response is not None
        self.told = cast("dict[str, dict[str, Any]]", response)
        return next(iter(self.told.values()))

    async def set_schedule(self, *periods: Mapping[str, Any], **data: Any) -> dict[str, Any]:
        """Write periods."""
        return await self.act("set_schedule", slots=list(periods), **data)

    async def schedule(self) -> dict[int, dict[str, Any]]:
        """Return the slots as last written, by number."""
        told = await self.act("get_schedule")
        return {slot["slot"]: slot for slot in told["slots"]}

    def slot(self, number: int) -> Slot | None:
        """Return a slot as it really is in the battery."""
        return self.battery.state.slots[number]

    def enabled(self) -> dict[int, tuple[int, int, int, int]]:
        """Return days, minutes of start and end, and power of what is enabled in the battery."""
        slots = enumerate(self.battery.state.slots)
        return {
            number: (slot.week_set, slot.start, slot.end, slot.power)
            for number, slot in slots
            if slot is not None and slot.enabled
        }

    async def assert_mirror_is_true(self) -> None:
        """Fail when the mirror is certain of something that is not so."""
        for number, told in (await self.schedule()).items():
            if not told["certain"]:
                continue
            slot = self.slot(number)
            assert slot is not None, told
            days = sum(
                1 << bit
                for bit, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
                if day in told["days"]
            )
            start, end = (
                f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (slot.start, slot.end)
            )
            assert (slot.enabled, slot.week_set, slot.power, start, end) == (
                told["enabled"],
                days,
                told["power"],
                told["start"],
                told["end"],
            )

    def shown(self, platform: str, key: str) -> str:
        """Return a state of the first battery."""
        return self.place.state(self.battery, platform, key)

    @property
    def coordinator(self) -> Battery:
        """What polls the first battery."""
        coordinator: Battery = self.place.entry(self.battery).runtime_data
        return coordinator

    def has(self, platform: str, key: str) -> bool:
        """Tell whether the first battery has an entity."""
        unique_id = f"{self.battery.spec.ble_mac}_{key}"
        registry = er.async_get(self.place.hass)
        return registry.async_get_entity_id(platform, DOMAIN, unique_id) is not None

    async def call(self, platform: str, service: str, key: str, **data: Any) -> None:
        """Call a service of an entity of the first battery."""
        entity_id = self.place.entity_id(self.battery, platform, key)
        await self.place.hass.services.async_call(
            platform, service, {"entity_id": entity_id, **data}, blocking=True
        )

    async def restart(self, pause: float = 20.0) -> None:
        """Restart Home Assistant."""
        await self.place.restart(pause)
        await asyncio.sleep(5)


@asynccontextmanager
async def schedule_home(
    specs: Sequence[BatterySpec] = (), **spec: Any
) -> AsyncIterator[ScheduleHome]:
    """Set batteries up, one VenusE 3.0 of firmware 150 unless told otherwise."""
    values: dict[str, Any] = {
        "device": "VenusE 3.0",
        "firmware": 150,
        "address": "127.0.1.1",
        "soc": 60.0,
    } | spec
    async with home(specs=specs or [BatterySpec(**values)]) as place:
        await place.add_all()
        await asyncio.sleep(20)
        yield ScheduleHome(place)
        for battery in place.batteries:
            assert battery.forbidden == []
        # A battery that a test switches off is logged once; nothing else is.
        others = [line for line in place.log.lines if "does not answer" not in line]
        assert others == [], others


@contextmanager
def refused(key: str) -> Iterator[None]:
    """Expect an error with a translation."""
    with pytest.raises(HomeAssistantError) as caught:
        yield
    assert caught.value.translation_key == key

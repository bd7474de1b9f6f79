"""Batteries of which every entity is enabled, whatever is off by default."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant.helpers import entity_registry as er

from simulator import BatterySpec, SimulatedBattery
from tests.support.home import PORT, Home, home

# Home Assistant sets an entry up anew some time after an entity of it was enabled.
_RELOAD_SECONDS = 45


def spec_of(
    device: str, firmware: int, *, pv_peak_w: float = 0.0, soc: float = 50.0
) -> BatterySpec:
    """Describe a battery; solar power in W at noon."""
    return BatterySpec(
        device=device,
        firmware=firmware,
        ble_mac="02aabbcc0000",
        address="127.0.1.1",
        port=PORT,
        soc=soc,
        pv_peak_w=pv_peak_w,
    )


async def enable(
    place: Home, battery: SimulatedBattery, keys: frozenset[str] | None = None
) -> None:
    """Enable entities of a battery as its owner would: those of some keys, or all."""
    registry = er.async_get(place.hass)
    prefix = f"{battery.spec.ble_mac}_"
    for entity in er.async_entries_for_config_entry(registry, place.entry(battery).entry_id):
        if keys is None or entity.unique_id.removeprefix(prefix) in keys:
            registry.async_update_entity(entity.entity_id, disabled_by=None)
    await asyncio.sleep(_RELOAD_SECONDS)


def enabled_by_default(place: Home, battery: SimulatedBattery) -> dict[str, bool]:
    """Return the keys of all entities of a battery, and which of them are on."""
    registry, prefix = er.async_get(place.hass), f"{battery.spec.ble_mac}_"
    return {
        entity.unique_id.removeprefix(prefix): entity.disabled_by is None
        for entity in er.async_entries_for_config_entry(registry, place.entry(battery).entry_id)
    }


@asynccontextmanager
async def one(spec: BatterySpec, *keys: str) -> AsyncIterator[tuple[Home, SimulatedBattery]]:
    """Set one battery up with more than the default entities enabled: some, or all of them."""
    async with home(specs=[spec]) as place:
        await place.add_all()
        battery = place.batteries[0]
        await enable(place, battery, frozenset(keys) or None)
        yield place, battery
        assert battery.forbidden == []
        assert place.log.lines == []

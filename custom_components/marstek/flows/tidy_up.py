"""Form that switches off the entities which a new home would not have on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig
import voluptuous as vol

from ..main_entities import async_beyond_main

CONF_KEPT: Final = "kept"


@callback
def async_superfluous(hass: HomeAssistant) -> dict[str, list[er.RegistryEntry]]:
    """Return the entities that would be off in a new home, by the names of their devices."""
    devices, found = dr.async_get(hass), defaultdict[str, list[er.RegistryEntry]](list)
    for item in async_beyond_main(hass):
        device = devices.async_get(item.device_id or "")
        found[(device and (device.name_by_user or device.name)) or ""].append(item)
    return {
        name: sorted(items, key=lambda item: item.entity_id)
        for name, items in sorted(found.items())
    }


def tidy_up_schema(found: Mapping[str, Iterable[er.RegistryEntry]]) -> vol.Schema:
    """Return the form, which asks what is to stay on."""
    entity_ids = [item.entity_id for items in found.values() for item in items]
    kept = EntitySelectorConfig(include_entities=entity_ids, multiple=True)
    return vol.Schema({vol.Optional(CONF_KEPT, default=[]): EntitySelector(kept)})


def tidy_up_list(found: Mapping[str, Collection[er.RegistryEntry]]) -> str:
    """Return the entities as a list in Markdown: device, how many, and their names."""
    return "\n".join(
        f"- **{device}** ({len(items)}): {', '.join(map(_name, items))}"
        for device, items in found.items()
    )


@callback
def async_switch_off(hass: HomeAssistant, kept: Collection[str]) -> int:
    """Switch the superfluous entities off, save those that are kept; return how many."""
    registry = er.async_get(hass)
    unwanted = [item for item in async_beyond_main(hass) if item.entity_id not in kept]
    for item in unwanted:
        registry.async_update_entity(
            item.entity_id, disabled_by=er.RegistryEntryDisabler.INTEGRATION
        )
    return len(unwanted)


def _name(item: er.RegistryEntry) -> str:
    return item.name or item.original_name or item.entity_id

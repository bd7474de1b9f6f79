"""Puts batteries and the price on Home Assistant's Energy dashboard, when somebody asks for it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.persistent_notification import async_create
from homeassistant.core import HomeAssistant, callback, valid_entity_id
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify

from .const import DOMAIN
from .texts import async_load_texts

_ENERGY: Final = "energy"
_BATTERY: Final = "battery"
_GRID: Final = "grid"
_FROM: Final = "stat_energy_from"
_COST_FIELDS: Final = ("stat_cost", "entity_energy_price", "number_energy_price")

BATTERY_FIELDS: Final = {
    _FROM: "energy_discharged",
    "stat_energy_to": "energy_charged",
    "stat_rate": "battery_power",
    "stat_soc": "soc",
}
"""What the dashboard asks of a battery, and the keys of the entities of one that answer."""
TOTAL_FIELDS: Final = {
    _FROM: "total_discharged",
    "stat_energy_to": "total_charged",
    "stat_rate": "total_power",
    "stat_soc": "total_soc",
}
"""The same of all batteries together, which the plan has."""
SOLAR_FIELDS: Final = {_FROM: "pv_energy", "stat_rate": "pv_power"}


@callback
def battery_source(
    hass: HomeAssistant, prefix: str, fields: Mapping[str, str], capacity: float | None
) -> dict[str, Any]:
    """Return a source of battery storage; `capacity` is usable, in Wh.

    The unique ids of its entities begin with `prefix`. Raises a translated ServiceValidationError
    when one of them is switched off.
    """
    entities = _entities(hass, prefix, fields)
    source: dict[str, Any] = {"type": _BATTERY, **entities}
    source["power_config"] = {"stat_rate": entities["stat_rate"]}
    if capacity:
        source["capacity"] = round(capacity / 1000, 2)
    return source


@callback
def solar_source(hass: HomeAssistant, prefix: str) -> dict[str, Any]:
    """Return a source of solar production; errors as of `battery_source`."""
    entities = _entities(hass, prefix, SOLAR_FIELDS)
    return {"type": "solar", "config_entry_solar_forecast": None, **entities}


async def async_add(
    hass: HomeAssistant, name: str, wanted: list[dict[str, Any]], price: str | None = None
) -> None:
    """Add sources to the dashboard, keeping all others, and notify people of them.

    The entity `price` becomes the current price of what is drawn from the grid, where there is one
    connection and nothing tells its cost yet. Raises a translated ServiceValidationError when there
    is no dashboard, when all is there already, or when a battery would count twice: alone, and
    among all together.
    """
    if _ENERGY not in hass.config.components:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_energy_dashboard"
        )
    # Its requirements are only there where it is loaded.
    from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

    manager = await async_get_manager(hass)
    there: list[Any] = list(manager.data["energy_sources"]) if manager.data else []
    shown = {source.get(_FROM) for source in there}
    missing = [source for source in wanted if source[_FROM] not in shown]
    unpriced = None if price is None else _unpriced_grid(there)
    if not missing and unpriced is None:
        _refuse("on_energy_dashboard", name)
    totals = _ours(hass, TOTAL_FIELDS[_FROM])
    for source in missing:
        is_total = source[_FROM] in totals
        others = _ours(hass, BATTERY_FIELDS[_FROM]) if is_total else totals
        if source["type"] == _BATTERY and shown & others:
            _refuse("counted_twice", name)
    if unpriced is not None:
        position = there.index(unpriced)
        there[position] = {**unpriced, "entity_energy_price": price}
    update: Any = {"energy_sources": [*there, *missing]}
    await manager.async_update(update)
    await _async_tell(hass, name, missing, None if unpriced is None else price)


def _unpriced_grid(sources: list[Any]) -> dict[str, Any] | None:
    """Return the connection to the grid if there is one only, and nothing tells its cost.

    The dashboard takes no price for a statistic that belongs to no entity.
    """
    grids: list[dict[str, Any]] = [source for source in sources if source["type"] == _GRID]
    if len(grids) != 1 or not valid_entity_id(grids[0].get(_FROM) or ""):
        return None
    has_cost = any(grids[0].get(field) is not None for field in _COST_FIELDS)
    return None if has_cost else grids[0]


async def _async_tell(
    hass: HomeAssistant, name: str, added: list[dict[str, Any]], price: str | None
) -> None:
    """Notify people of what was added: a button shows no result of its own."""
    texts = await async_load_texts(hass)
    keys = {_BATTERY: "told_energy_battery", "solar": "told_energy_solar"}
    lines = [texts.message(keys[source["type"]], {"name": source["name"]}) for source in added]
    if price is not None:
        lines.append(texts.message("told_energy_price", {"name": price}))
    async_create(
        hass,
        texts.message("told_energy_added", {"sources": "\n".join(f"- {line}" for line in lines)}),
        texts.message("told_energy_added_title"),
        f"{DOMAIN}_energy_dashboard_{slugify(name)}",
    )


def _refuse(key: str, name: str) -> None:
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders={"name": name}
    )


@callback
def _ours(hass: HomeAssistant, key: str) -> set[str]:
    """Return the sensors of this integration with a key."""
    return {
        entry.entity_id
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN and entry.unique_id.endswith(f"_{key}")
    }


@callback
def _entities(hass: HomeAssistant, prefix: str, fields: Mapping[str, str]) -> dict[str, str]:
    registry = er.async_get(hass)
    entities: dict[str, str] = {}
    for field, key in fields.items():
        found = registry.async_get_entity_id("sensor", DOMAIN, f"{prefix}_{key}")
        entry = registry.async_get(found) if found else None
        if entry is None or entry.disabled:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="entity_disabled",
                translation_placeholders={"entity": found or key},
            )
        entities[field] = entry.entity_id
    return entities

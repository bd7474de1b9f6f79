"""Reader of the recorder: long-term statistics and states of batteries and of the plan.

The recorder is asked in its own executor, and only where it is loaded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
import datetime as dt
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from ..const import CONF_BLE_MAC, DOMAIN, PLAN_UNIQUE_ID
from ..export import Changes, StatisticRows

_RECORDER: Final = "recorder"
_UNITS: Final = {"energy": "kWh", "power": "W", "temperature": "°C"}
_KINDS: Final = ("mean", "min", "max", "change")
_NO_STATES: Final = frozenset({"unknown", "unavailable"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A sensor of which statistics are kept: key, column and kinds of value."""

    key: str
    column: str
    kinds: tuple[str, ...]


OF_BATTERY: Final = (
    Quantity("soc", "soc_percent", ("mean", "min", "max")),
    Quantity("battery_power", "power_w", ("mean", "min", "max")),
    Quantity("energy_charged", "charged_kwh", ("change",)),
    Quantity("energy_discharged", "discharged_kwh", ("change",)),
    Quantity("pv_energy", "solar_kwh", ("change",)),
    Quantity("temperature", "temperature_c", ("mean", "max")),
)
_PRICE: Final = Quantity("price", "price_per_kwh", ("mean",))
_SAVED: Final = Quantity("saved_today", "saved", ("change",))
OF_PLAN: Final = (_PRICE, _SAVED)
_STATES: Final = (("select", "mode", "mode"), ("sensor", "commanded_by", "commanded_by"))


@callback
def has_recorder(hass: HomeAssistant) -> bool:
    """Tell whether the recorder is loaded."""
    return _RECORDER in hass.config.components


@callback
def require_recorder(hass: HomeAssistant) -> None:
    """Raise a translated error where there is no recorder."""
    if not has_recorder(hass):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_recorder")


@callback
def statistics_of(
    hass: HomeAssistant, batteries: Sequence[ConfigEntry], of_plan: Sequence[Quantity]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return column and kinds of each statistic, by entity id, in the order of the columns."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    registry = er.async_get(hass)
    for quantity in of_plan:
        unique_id = f"{PLAN_UNIQUE_ID}_{quantity.key}"
        if entity_id := registry.async_get_entity_id("sensor", DOMAIN, unique_id):
            found[entity_id] = (quantity.column, quantity.kinds)
    for entry, name in _named(batteries):
        for quantity in OF_BATTERY:
            unique_id = f"{entry.data[CONF_BLE_MAC]}_{quantity.key}"
            if entity_id := registry.async_get_entity_id("sensor", DOMAIN, unique_id):
                found[entity_id] = (f"{name} {quantity.column}", quantity.kinds)
    return found


def _named(batteries: Sequence[ConfigEntry]) -> list[tuple[ConfigEntry, str]]:
    """Return batteries with their names, and the end of the MAC where people gave a name twice."""
    titles = [entry.title for entry in batteries]
    return [
        (
            entry,
            entry.title
            if titles.count(entry.title) == 1
            else f"{entry.title} {entry.data[CONF_BLE_MAC][-4:].upper()}",
        )
        for entry in batteries
    ]


async def async_measured(
    hass: HomeAssistant,
    wanted: Mapping[str, tuple[str, tuple[str, ...]]],
    start: dt.datetime,
    end: dt.datetime,
    period: str,
) -> list[StatisticRows]:
    """Return the statistics of sensors between two moments; those without any are left out."""
    rows = await get_instance(hass).async_add_executor_job(
        _statistics, hass, set(wanted), start, end, period
    )
    return [
        StatisticRows(column, kinds, rows[entity_id])
        for entity_id, (column, kinds) in wanted.items()
        if rows.get(entity_id)
    ]


def _statistics(
    hass: HomeAssistant, ids: set[str], start: dt.datetime, end: dt.datetime, period: Any
) -> dict[str, dict[float, Any]]:
    """Read rows by entity id and start in s since 1970; runs in the recorder's executor."""
    # Its requirements are only there where it is loaded.
    from homeassistant.components.recorder.statistics import statistics_during_period  # noqa: PLC0415

    kinds: Any = set(_KINDS)
    # The recorder gives all of a day or month that the end only touches.
    until = end.astimezone(dt.UTC) - dt.timedelta.resolution
    found = statistics_during_period(
        hass,
        start.astimezone(dt.UTC),
        until,
        ids,
        period,
        dict(_UNITS),
        kinds,
    )
    return {entity_id: {row["start"]: row for row in rows} for entity_id, rows in found.items()}


async def async_changes(
    hass: HomeAssistant, batteries: Sequence[ConfigEntry], start: dt.datetime, end: dt.datetime
) -> list[Changes]:
    """Return mode of each battery and who commanded it, as far back as states are recorded."""
    registry, columns = er.async_get(hass), dict[str, str]()
    for entry, name in _named(batteries):
        for platform, key, column in _STATES:
            unique_id = f"{entry.data[CONF_BLE_MAC]}_{key}"
            if entity_id := registry.async_get_entity_id(platform, DOMAIN, unique_id):
                columns[entity_id] = f"{name} {column}"
    states = await get_instance(hass).async_add_executor_job(
        _recorded_states, hass, list(columns), start, end
    )
    return [Changes(column, states.get(entity_id, ())) for entity_id, column in columns.items()]


def _recorded_states(
    hass: HomeAssistant, ids: list[str], start: dt.datetime, end: dt.datetime
) -> dict[str, list[tuple[float, str | None]]]:
    """Read what states held from when on; runs in the recorder's executor."""
    if not ids:
        return {}
    from homeassistant.components.recorder.history import get_significant_states  # noqa: PLC0415

    found = partial(
        get_significant_states,
        hass,
        start.astimezone(dt.UTC),
        end.astimezone(dt.UTC),
        ids,
        significant_changes_only=False,
        no_attributes=True,
    )()
    return {
        entity_id: [_change(state) for state in states if isinstance(state, State)]
        for entity_id, states in found.items()
    }


def _change(state: State) -> tuple[float, str | None]:
    known = None if state.state in _NO_STATES else state.state
    return state.last_updated.timestamp(), known


def first_known(changes: Collection[Changes]) -> dt.datetime | None:
    """Return since when a state is recorded; None where none is."""
    moments = [moment for each in changes for moment, text in each.changes[:2] if text is not None]
    return dt.datetime.fromtimestamp(min(moments), dt.UTC) if moments else None


async def async_energies(
    hass: HomeAssistant, batteries: Sequence[ConfigEntry], start: dt.datetime, end: dt.datetime
) -> dict[dt.date, tuple[float, float]]:
    """Return what batteries charged and discharged together, in kWh by day.

    A day of which nothing is recorded is left out; all are without a recorder.
    """
    registry, ids = er.async_get(hass), list[set[str]]()
    for key in ("energy_charged", "energy_discharged"):
        found = (
            registry.async_get_entity_id("sensor", DOMAIN, f"{entry.data[CONF_BLE_MAC]}_{key}")
            for entry in batteries
        )
        ids.append({entity_id for entity_id in found if entity_id})
    if not has_recorder(hass) or not any(ids):
        return {}
    rows = await get_instance(hass).async_add_executor_job(
        _statistics, hass, set().union(*ids), start, end, "day"
    )
    zone, days = dt_util.get_default_time_zone(), dict[dt.date, list[float]]()
    for entity_id, known in rows.items():
        for moment, row in known.items():
            if (change := row.get("change")) is not None:
                day = dt.datetime.fromtimestamp(moment, zone).date()
                days.setdefault(day, [0.0, 0.0])[entity_id in ids[1]] += change
    return {day: (charged, discharged) for day, (charged, discharged) in days.items()}

"""Import of an old battery log into long-term statistics, and its removal.

Only hours before the first measured one are written, so that nothing measured is touched and a
second import of the same log finds nothing to do. What was imported is noted in the battery's own
file, by which it can be removed again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.unit_conversion import EnergyConverter, PowerConverter, TemperatureConverter

from ..const import CONF_BLE_MAC, DOMAIN
from ..keeping import EntryStore
from ..stored import MOST_ENERGY, fields, moment, number
from .old_hours import OldHours, hours_of_log
from .old_log import LogError, LogFormat, OldLog, read_log
from .statistics import require_recorder

_SUFFIX: Final = ".imported"
_MOST_LISTED: Final = 50
LONGEST_LOG: Final = 20_000_000
"""Characters; Home Assistant takes no larger request than 16 MB."""
_LOCK: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_import")
_KEYS: Final = ("soc", "battery_power", "temperature", "energy_charged", "energy_discharged")
_CONVERTERS: Final = {
    "battery_power": (PowerConverter, "W"),
    "temperature": (TemperatureConverter, "°C"),
    "energy_charged": (EnergyConverter, "kWh"),
    "energy_discharged": (EnergyConverter, "kWh"),
}


@dataclass(frozen=True, slots=True)
class _Imported:
    """What was imported for a sensor."""

    until: dt.datetime
    """Start of the first measured hour."""
    total: float
    """Energy in kWh, 0 for what is no meter."""

    @classmethod
    def restore(cls, stored: object) -> _Imported:
        given = fields(stored)
        return cls(moment(given.get("until")), float(number(0, MOST_ENERGY)(given.get("total"))))


@dataclass(slots=True)
class _ImportStore:
    """The file of what was imported for a battery."""

    hass: HomeAssistant
    entry_id: str
    imported: dict[str, _Imported] = field(default_factory=dict)

    @property
    def _file(self) -> EntryStore:
        return EntryStore(self.hass, self.entry_id, self._contents, suffix=_SUFFIX)

    def _contents(self) -> dict[str, Any]:
        return {
            "sensors": {
                key: {"until": each.until.isoformat(), "total": round(each.total, 6)}
                for key, each in self.imported.items()
            }
        }

    async def async_load(self) -> None:
        file = self._file
        stored = await file.async_load()
        self.imported = stored.mapping("sensors", _Imported.restore)
        await file.async_settle(())

    async def async_save(self) -> None:
        await self._file.async_save()

    async def async_remove(self) -> None:
        await self._file.async_remove()


async def async_remove_import_store(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the file of what was imported."""
    await _ImportStore(hass, entry_id).async_remove()


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    return hass.data.setdefault(_LOCK, asyncio.Lock())


async def async_import(
    hass: HomeAssistant, entry: ConfigEntry, text: str, given: LogFormat, *, is_dry: bool
) -> dict[str, Any]:
    """Import a log for a battery, or return what would be imported.

    Raises a translated ServiceValidationError for a log that can't be read, and where nothing of
    the battery is measured yet: there would be nothing for the sums to end at.
    """
    require_recorder(hass)
    if len(text) > LONGEST_LOG:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="log_too_long")
    try:
        log, hours = await hass.async_add_executor_job(_read, text, given, dt_util.utcnow())
    except LogError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=err.problem.value,
            translation_placeholders={"names": err.names},
        ) from err
    async with _lock(hass):
        return await _async_write(hass, entry, log, hours, is_dry=is_dry)


def _read(text: str, given: LogFormat, now: dt.datetime) -> tuple[OldLog, OldHours]:
    log = read_log(text, given, now)
    return log, hours_of_log(log.samples)


async def _async_write(
    hass: HomeAssistant, entry: ConfigEntry, log: OldLog, hours: OldHours, *, is_dry: bool
) -> dict[str, Any]:
    """Write the hours before the first measured one of each sensor."""
    # Its requirements are only there where it is loaded.
    from .recorder_rows import async_measured_statistics, async_write_before, async_written  # noqa: PLC0415

    sensors = _sensors(hass, entry)
    measured = await async_measured_statistics(hass, set(sensors.values()))
    if not measured:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="nothing_measured_yet",
            translation_placeholders={"name": entry.title},
        )
    store = _ImportStore(hass, entry.entry_id)
    await store.async_load()
    result: dict[str, Any] = {}
    for key, entity_id in sensors.items():
        if (statistic := measured.get(entity_id)) is None:
            continue
        unit = statistic.metadata["unit_of_measurement"]
        rows, total = _rows(key, hours, statistic.first, unit)
        result[key] = {"hours": len(rows), "skipped": _count(key, hours) - len(rows)}
        if rows and not is_dry:
            async_write_before(hass, statistic, rows, _in_unit(key, total, unit))
            before = store.imported.get(key)
            store.imported[key] = _Imported(
                before.until if before else statistic.first,
                total + (before.total if before else 0.0),
            )
    if not is_dry:
        await store.async_save()
        await async_written(hass)
    return _answer(entry, log, hours, result, is_dry=is_dry)


async def async_remove_imported(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Remove all that was imported for a battery; a translated error where nothing was."""
    require_recorder(hass)
    from .recorder_rows import async_delete_before, async_measured_statistics, async_written  # noqa: PLC0415

    async with _lock(hass):
        store = _ImportStore(hass, entry.entry_id)
        await store.async_load()
        if not store.imported:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="nothing_imported",
                translation_placeholders={"name": entry.title},
            )
        sensors = _sensors(hass, entry)
        measured = await async_measured_statistics(hass, set(sensors.values()))
        for key, imported in store.imported.items():
            statistic = measured.get(sensors.get(key, ""))
            if statistic is not None:
                unit = statistic.metadata["unit_of_measurement"]
                total = _in_unit(key, imported.total, unit)
                async_delete_before(hass, statistic, imported.until, total)
        removed = sorted(store.imported)
        await store.async_remove()
        await async_written(hass)
    return {"battery": entry.title, "sensors": removed}


def _sensors(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str]:
    """Return the sensors of a battery that a log has values for, by their keys."""
    registry = er.async_get(hass)
    found = {
        key: registry.async_get_entity_id("sensor", DOMAIN, f"{entry.data[CONF_BLE_MAC]}_{key}")
        for key in _KEYS
    }
    return {key: entity_id for key, entity_id in found.items() if entity_id}


def _count(key: str, hours: OldHours) -> int:
    return len(hours.energies.get(key, ())) or len(hours.means.get(key, ()))


def _rows(
    key: str, hours: OldHours, first: dt.datetime, unit: str | None
) -> tuple[list[Any], float]:
    """Return the rows before the first measured hour, and their energy in kWh."""
    rows: list[Any] = []
    total = 0.0
    for hour, energy in hours.energies.get(key, {}).items():
        if hour < first:
            total += energy
            value = _in_unit(key, total, unit)
            rows.append({"start": hour, "sum": value, "state": value})
    for hour, mean in sorted(hours.means.get(key, {}).items()):
        if hour < first:
            given: Mapping[str, float] = {"mean": mean.mean, "min": mean.low, "max": mean.high}
            rows.append(
                {"start": hour, **{kind: _in_unit(key, each, unit) for kind, each in given.items()}}
            )
    return rows, total


def _in_unit(key: str, value: float, unit: str | None) -> float:
    """Return a value in the unit that its statistic has."""
    if key not in _CONVERTERS or unit is None:
        return value
    converter, ours = _CONVERTERS[key]
    return converter.convert(value, ours, unit)


def _answer(
    entry: ConfigEntry, log: OldLog, hours: OldHours, result: Mapping[str, Any], *, is_dry: bool
) -> dict[str, Any]:
    return {
        "battery": entry.title,
        "dry_run": is_dry,
        "rows": len(log.samples),
        "unreadable": len(log.unreadable),
        "unreadable_lines": log.unreadable[:_MOST_LISTED],
        "first": log.samples[0].moment.isoformat(),
        "last": log.samples[-1].moment.isoformat(),
        "charged_kwh": round(sum(hours.energies["energy_charged"].values()), 2),
        "discharged_kwh": round(sum(hours.energies["energy_discharged"].values()), 2),
        "sensors": dict(result),
    }

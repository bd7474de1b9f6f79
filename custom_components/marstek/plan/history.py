"""The hours of a home, read from Home Assistant's long-term statistics."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import datetime as dt
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from ..const import CONF_LOAD_SENSOR, CONF_PV_SENSOR, LOGGER
from ..planner.habits import Hour
from .solar_forecast import powers_of

_ENERGY: Final = "energy"
_RECORDER: Final = "recorder"
_HOUR: Final = 3600.0

type _Changes = dict[float, float]
"""Energies in Wh by the start of their hour, in s since the epoch."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Statistics of energies that make the load of a house, and those of its sun."""

    load: frozenset[str] = frozenset()
    """What has to be known of an hour to know its load."""
    plus: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()
    pv: frozenset[str] = frozenset()
    forecasts: tuple[str, ...] = ()
    """Config entries that forecast the sun."""

    @property
    def all(self) -> frozenset[str]:
        """Return all statistics."""
        return self.load | self.plus | self.minus | self.pv


async def async_sources(hass: HomeAssistant, options: Mapping[str, Any]) -> Sources:
    """Return the sensors that the owner has chosen, else those of the Energy dashboard."""
    board = Sources()
    if _ENERGY in hass.config.components:
        # Its requirements are only there where it is loaded.
        from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

        manager = await async_get_manager(hass)
        board = of_dashboard(manager.data["energy_sources"] if manager.data else ())
    load, pv = options.get(CONF_LOAD_SENSOR), options.get(CONF_PV_SENSOR)
    if load:
        chosen = frozenset((pv,)) if pv else board.pv
        return Sources(load=frozenset((load,)), pv=chosen, forecasts=board.forecasts)
    return board


def of_dashboard(sources: Iterable[Mapping[str, Any]]) -> Sources:
    """Return load and solar sources from the sources of the Energy dashboard.

    A house draws what comes from the grid, the sun and batteries, less what goes to the grid and
    into batteries.
    """
    load, plus, minus, pv = set[str](), set[str](), set[str](), set[str]()
    forecasts: list[str] = []
    for source in sources:
        kind, start, end = (
            source.get(key) for key in ("type", "stat_energy_from", "stat_energy_to")
        )
        if kind == "grid":
            load |= {start} if start else set()
        elif kind == "solar" and start:
            pv.add(start)
            forecasts += source.get("config_entry_solar_forecast") or ()
        elif kind == "battery" and start:
            plus.add(start)
        if kind in ("grid", "battery") and end:
            minus.add(end)
    return Sources(
        load=frozenset(load),
        plus=frozenset(plus | pv),
        minus=frozenset(minus),
        pv=frozenset(pv),
        forecasts=tuple(forecasts),
    )


async def async_hours(
    hass: HomeAssistant, sources: Sources, start: dt.datetime, end: dt.datetime
) -> list[Hour]:
    """Return the hours of a time; none without a recorder, or when nothing is recorded."""
    if _RECORDER not in hass.config.components or not sources.load:
        return []
    # Its requirements are only there where it is loaded.
    from homeassistant.components.recorder.statistics import statistics_during_period  # noqa: PLC0415

    rows: Mapping[str, Iterable[Mapping[str, Any]]] = await get_instance(
        hass
    ).async_add_executor_job(
        partial(
            statistics_during_period,
            hass,
            start,
            end,
            set(sources.all),
            "hour",
            {_ENERGY: "Wh"},
            {"change"},
        )
    )
    changes = {
        name: {row["start"]: row["change"] for row in known if row.get("change") is not None}
        for name, known in rows.items()
    }
    return hours_of(sources, changes)


def hours_of(sources: Sources, changes: Mapping[str, _Changes]) -> list[Hour]:
    """Return the hours that energies make.

    What is not recorded in an hour counts nothing before its first record, and makes the hour
    unknown after it. Without a solar statistic there is no sun.
    """
    first = {name: min(known) for name, known in changes.items() if known}
    if not sources.load <= first.keys():
        return []

    def total(names: frozenset[str], moment: float) -> float | None:
        energies = [
            changes[name].get(moment) for name in names if moment >= first.get(name, float("inf"))
        ]
        known = [energy for energy in energies if energy is not None]
        return sum(known) if len(known) == len(energies) else None

    hours: list[Hour] = []
    for moment in sorted({each for name in sources.load for each in changes[name]}):
        needed = [changes[name].get(moment) for name in sources.load]
        plus, minus = total(sources.plus, moment), total(sources.minus, moment)
        load = None
        if plus is not None and minus is not None and None not in needed:
            load = sum(each for each in needed if each is not None) + plus - minus
        hours.append(
            Hour(dt.datetime.fromtimestamp(moment, dt.UTC), load, total(sources.pv, moment))
        )
    return hours


async def async_forecast_of_the_sun(
    hass: HomeAssistant, sources: Sources
) -> dict[dt.datetime, float]:
    """Return the powers in W that forecasts expect, by the start of their hour in UTC."""
    if not sources.forecasts or _ENERGY not in hass.config.components:
        return {}
    from homeassistant.components.energy.websocket_api import async_get_energy_platforms  # noqa: PLC0415

    platforms = await async_get_energy_platforms(hass)
    asked = [
        platforms[entry.domain](hass, entry.entry_id)
        for each in sources.forecasts
        if (entry := hass.config_entries.async_get_entry(each)) and entry.domain in platforms
    ]
    powers: dict[dt.datetime, float] = defaultdict(float)
    # Other people's code: whatever goes wrong in it is no reason to have no plan.
    for answer in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(answer, BaseException):
            LOGGER.debug("No solar forecast: %s", answer)
            continue
        for start, power in powers_of(answer).items():
            powers[start] += power
    return dict(powers)

"""Hours of a home from the database of Home Assistant's recorder, which is only read.

The Energy dashboard says which statistics make the load of the house. Its settings lie beside the
database, in `.storage/energy`.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
import json
from pathlib import Path
import sqlite3
from typing import Any, Final

from custom_components.marstek.plan.history import Sources, hours_of, of_dashboard
from custom_components.marstek.planner.habits import Hour

_WH: Final = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6, "GWh": 1e9}
_SUMS: Final = (
    "SELECT start_ts, sum FROM statistics JOIN statistics_meta ON metadata_id = statistics_meta.id"
    " WHERE statistic_id = ? AND sum IS NOT NULL ORDER BY start_ts"
)
_MEANS: Final = (
    "SELECT start_ts, mean FROM statistics JOIN statistics_meta ON metadata_id = statistics_meta.id"
    " WHERE statistic_id = ? AND mean IS NOT NULL"
)
_UNIT: Final = "SELECT unit_of_measurement FROM statistics_meta WHERE statistic_id = ?"


class RecorderFileError(Exception):
    """The file can't be used; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class RecorderFile:
    """Database of the recorder, and statistics that are chosen instead of the Energy dashboard's."""

    path: Path
    load: str | None = None
    pv: str | None = None

    def hours(self) -> list[Hour]:
        """Return all hours that are known; RecorderFileError where the load is not."""
        sources = self._sources()
        with closing(self._open()) as database:
            changes = {name: _changes(database, name) for name in sources.all}
        hours = hours_of(sources, {name: known for name, known in changes.items() if known})
        if not hours:
            names = ", ".join(sorted(sources.load))
            raise RecorderFileError(f"{self.path} has no hours of {names}")
        return hours

    def prices(self, name: str) -> dict[datetime, float]:
        """Return the mean prices of a statistic by the starts of their hours in UTC."""
        with closing(self._open()) as database:
            rows = _rows(database, _MEANS, name)
        if not rows:
            raise RecorderFileError(f"{self.path} has no hours of {name}")
        return {datetime.fromtimestamp(start, UTC): mean for start, mean in rows}

    def _open(self) -> sqlite3.Connection:
        try:
            database = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
            database.execute("SELECT start_ts FROM statistics LIMIT 1")
        except sqlite3.Error as err:
            raise RecorderFileError(
                f"{self.path} is no database of the recorder that can be read ({err}). "
                "It is called home-assistant_v2.db, and needs Home Assistant 2023.4 or later."
            ) from err
        return database

    def _sources(self) -> Sources:
        if self.load is not None:
            chosen = frozenset({self.pv} if self.pv else ())
            return Sources(load=frozenset({self.load}), pv=chosen)
        found = of_dashboard(_dashboard(self.path.parent / ".storage" / "energy"))
        if not found.load:
            raise RecorderFileError(
                "The Energy dashboard has no grid. Copy .storage/energy beside the database, or "
                "name the statistic of the energy that the house draws with --load-sensor."
            )
        return found


def _dashboard(path: Path) -> Iterable[Mapping[str, Any]]:
    """Return the sources of the Energy dashboard; none without its file."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as err:
        raise RecorderFileError(f"{path} can't be read: {err}") from err
    match stored:
        case {"data": {"energy_sources": list(sources)}}:
            return [part for each in sources if isinstance(each, dict) for part in _parts(each)]
        case _:
            return ()


def _parts(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a source as Home Assistant writes it now; a grid had lists of both directions before."""
    if source.get("type") != "grid" or "stat_energy_from" in source:
        return [source]
    flows = [*(source.get("flow_from") or ()), *(source.get("flow_to") or ())]
    return [{**flow, "type": "grid"} for flow in flows]


def _changes(database: sqlite3.Connection, name: str) -> dict[float, float]:
    """Return energies in Wh by the start of their hour, in s since 1970."""
    unit = next(iter(_texts(database, name)), None)
    if unit not in _WH:
        raise RecorderFileError(f"{name} is not recorded as an energy, but in {unit}")
    rows = _rows(database, _SUMS, name)
    return {start: _WH[unit] * (total - before) for (_, before), (start, total) in pairwise(rows)}


def _texts(database: sqlite3.Connection, name: str) -> list[str]:
    return [str(unit) for (unit,) in database.execute(_UNIT, (name,))]


def _rows(database: sqlite3.Connection, query: str, name: str) -> list[tuple[float, float]]:
    return [(float(start), float(value)) for start, value in database.execute(query, (name,))]

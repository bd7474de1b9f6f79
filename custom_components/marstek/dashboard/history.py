"""Measured states of charge of the last days, from Home Assistant's recorder."""

from collections.abc import Iterable
import datetime as dt
import math
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .inventory import Inventory

LONGEST_HOURS: Final = 72
# As many as a wide screen can show; a battery reports about once a minute.
MOST_POINTS: Final = 720

type Point = tuple[float, float | None]
"""Seconds since the epoch and % there; None from where on it is not known."""


def thinned(points: Iterable[Point], start: float, end: float) -> list[Point]:
    """Return the last point of each of `MOST_POINTS` equal spans; gaps are kept."""
    width = max(1.0, (end - start) / MOST_POINTS)
    kept: dict[tuple[int, bool], Point] = {}
    for moment, value in points:
        kept[int((moment - start) // width), value is None] = (moment, value)
    return sorted(kept.values(), key=lambda point: point[0])


def points_of(states: Iterable[State], start: dt.datetime) -> list[Point]:
    """Return the numbers of states, from `start` on."""
    found: list[Point] = []
    for state in states:
        moment = max(state.last_changed, start).timestamp()
        try:
            value = float(state.state)
        except ValueError:
            found.append((moment, None))
            continue
        found.append((moment, round(value, 1) if math.isfinite(value) else None))
    return found


async def async_history(
    hass: HomeAssistant, home: Inventory, connection: ActiveConnection, hours: float
) -> list[dict[str, Any]]:
    """Return the states of charge of all batteries together, and of each, that a person may read."""
    if "recorder" not in hass.config.components:
        return []
    # Its requirements are only there where it is loaded.
    from homeassistant.components.recorder.history import state_changes_during_period  # noqa: PLC0415

    end = dt_util.utcnow()
    start = end - dt.timedelta(hours=hours)
    wanted = [("total", "", home.of_plan.get("total_soc"))]
    wanted += [(each.ble_mac, each.name, each.entities.get("soc")) for each in home.batteries]
    series = []
    for key, name, entity_id in wanted:
        may_read = connection.user.permissions.check_entity
        if entity_id is None or not may_read(entity_id, POLICY_READ):
            continue
        changes = await get_instance(hass).async_add_executor_job(
            state_changes_during_period, hass, start, end, entity_id, True
        )
        points = points_of(changes.get(entity_id, ()), start)
        series.append(
            {
                "key": key,
                "name": name,
                "points": thinned(points, start.timestamp(), end.timestamp()),
            }
        )
    return series

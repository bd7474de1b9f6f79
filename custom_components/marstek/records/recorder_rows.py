"""Rows of long-term statistics before the first measured one: written, shifted and deleted.

To be imported only where the recorder is loaded, as its requirements are only there then. Home
Assistant has an action neither for the first row of a statistic nor for deleting some of its rows,
so that both are asked of its tables; deleting is a task of the recorder's own thread, like all that
it writes.
"""

from dataclasses import dataclass
import datetime as dt
from typing import Any, override

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.db_schema import Statistics
from homeassistant.components.recorder.models import StatisticMetaData
from homeassistant.components.recorder.statistics import async_import_statistics, get_metadata
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope
from sqlalchemy import func, select


@dataclass(frozen=True, slots=True)
class MeasuredStatistic:
    """A statistic of which something is measured."""

    metadata: StatisticMetaData
    first: dt.datetime
    """Start of its first hour."""


async def async_measured_statistics(
    hass: HomeAssistant, entity_ids: set[str]
) -> dict[str, MeasuredStatistic]:
    """Return the statistics of entities; those of which no hour is measured yet are left out."""
    return await get_instance(hass).async_add_executor_job(_measured, hass, entity_ids)


def _measured(hass: HomeAssistant, entity_ids: set[str]) -> dict[str, MeasuredStatistic]:
    found: dict[str, MeasuredStatistic] = {}
    known = get_metadata(hass, statistic_ids=entity_ids)
    with session_scope(hass=hass, read_only=True) as session:
        for entity_id, (number, metadata) in known.items():
            first = session.execute(
                select(func.min(Statistics.start_ts)).where(Statistics.metadata_id == number)
            ).scalar()
            if first is not None:
                moment = dt.datetime.fromtimestamp(first, dt.UTC)
                found[entity_id] = MeasuredStatistic(metadata, moment)
    return found


def async_write_before(
    hass: HomeAssistant, statistic: MeasuredStatistic, rows: list[Any], total: float
) -> None:
    """Write rows before the first measured one, and let its sum go on where theirs end.

    Sums of the rows begin at 0 and end at `total`. The measured ones are raised by that: were the
    new ones lowered instead, the first of them would show as a bar of minus everything.
    """
    async_import_statistics(hass, statistic.metadata, rows)
    _shift(hass, statistic, total)


def async_delete_before(
    hass: HomeAssistant, statistic: MeasuredStatistic, until: dt.datetime, total: float
) -> None:
    """Delete the rows before a moment, and lower the sums from there on by their total."""
    name = statistic.metadata["statistic_id"]
    instance = get_instance(hass)
    instance.queue_task(_DeleteRows(name, until.timestamp()))
    _shift(hass, MeasuredStatistic(statistic.metadata, until), -total)


def _shift(hass: HomeAssistant, statistic: MeasuredStatistic, total: float) -> None:
    metadata = statistic.metadata
    unit = metadata["unit_of_measurement"]
    if total and unit is not None:
        get_instance(hass).async_adjust_statistics(
            metadata["statistic_id"], statistic.first, total, unit
        )


async def async_written(hass: HomeAssistant) -> None:
    """Wait until the recorder has done all that was asked of it."""
    await get_instance(hass).async_block_till_done()


@dataclass(slots=True)
class _DeleteRows(RecorderTask):
    """Task that deletes the hours of a statistic before a moment, in s since 1970."""

    statistic_id: str
    until: float

    @override
    def run(self, instance: Recorder) -> None:
        """Delete them, in the recorder's thread."""
        with session_scope(session=instance.get_session()) as session:
            found = instance.statistics_meta_manager.get_many(
                session, statistic_ids={self.statistic_id}
            )
            for number, _ in found.values():
                session.query(Statistics).filter(
                    Statistics.metadata_id == number, Statistics.start_ts < self.until
                ).delete(synchronize_session=False)

"""Source entities of the emulated meter, put together to samples.

A state that is written again with the same value is a new sample: a reading counts by its age, and
not by whether it changed.
"""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.const import UnitOfApparentPower, UnitOfPower
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)

from ...meter.sample import GridSample
from ...meter.source import SourceParts
from ..meter import watts_of
from .settings import MeterSettings

_WATTS: Final[Mapping[str, float]] = {
    UnitOfPower.WATT: 1.0,
    UnitOfPower.KILO_WATT: 1000.0,
    UnitOfApparentPower.VOLT_AMPERE: 1.0,
    UnitOfApparentPower.KILO_VOLT_AMPERE: 1000.0,
}
_APPARENT: Final = (UnitOfApparentPower.VOLT_AMPERE, UnitOfApparentPower.KILO_VOLT_AMPERE)


def power_of(state: State | None) -> float | None:
    """Return the power of a state in W, None for none."""
    return None if state is None else watts_of(state, _WATTS)


def is_apparent(state: State | None) -> bool:
    """Return whether a state is in VA, which has no direction."""
    return state is not None and state.attributes.get("unit_of_measurement") in _APPARENT


class EntityFeed:
    """Follows the source entities of the meter."""

    def __init__(
        self,
        hass: HomeAssistant,
        settings: MeterSettings,
        take: Callable[[GridSample], None],
        lost: Callable[[], None],
    ) -> None:
        """Give each sample to `take`; call `lost` when an entity has no value."""
        self._hass = hass
        self._entities = settings.entities
        self._parts = SourceParts(settings.kind, settings.is_inverted)
        self._take = take
        self._lost = lost
        self._ends: list[CALLBACK_TYPE] = []

    @property
    def is_apparent(self) -> bool:
        """Whether a source is in VA, so that batteries may only discharge by it."""
        return any(is_apparent(self._hass.states.get(entity)) for entity in self._entities)

    @callback
    def async_start(self) -> None:
        """Follow the entities from now on."""
        self._ends = [
            async_track_state_change_event(self._hass, self._entities, self._changed),
            async_track_state_report_event(self._hass, self._entities, self._reported),
        ]

    @callback
    def async_stop(self) -> None:
        """Follow them no more."""
        while self._ends:
            self._ends.pop()()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        self._read(event.data["entity_id"], event.data["new_state"])

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        self._read(event.data["entity_id"], event.data["new_state"])

    def _read(self, entity_id: str, state: State | None) -> None:
        part, power = self._entities.index(entity_id), power_of(state)
        if power is None:
            self._parts.drop(part)
            self._lost()
            return
        sample = self._parts.take(part, power, self._hass.loop.time())
        if sample is not None:
            self._take(sample)

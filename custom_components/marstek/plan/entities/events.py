"""Event entities: colour of tomorrow, actions of the plan, and alerts."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import callback

from ...tempo import Colour
from ..events import Alert, EventKind, Kind, PlanEvent
from ..runtime import Plan
from ..tariff.announcements import MISSING
from ..tariff.tariff_data import TariffData
from .entity import ControlEntity, TariffEntity, TariffEntityDescription, offered


@dataclass(frozen=True, kw_only=True)
class TariffEventDescription(TariffEntityDescription, EventEntityDescription):
    """An event of the tariff."""


_TOMORROW: Final = TariffEventDescription(
    key="tomorrow_announced",
    translation_key="tomorrow_announced",
    event_types=[*(colour.value for colour in Colour), MISSING],
)


@dataclass(frozen=True, kw_only=True)
class PlanEventDescription(EventEntityDescription):
    """The events of some kinds."""

    kinds: type[EventKind]


_RESULT: Final = PlanEventDescription(
    key="plan_result",
    translation_key="plan_result",
    event_types=[kind.value for kind in Kind],
    kinds=Kind,
)
_ALERT: Final = PlanEventDescription(
    key="alert",
    translation_key="alert",
    event_types=[alert.value for alert in Alert],
    kinds=Alert,
)


def events(plan: Plan) -> list[EventEntity]:
    """Return the events of a tariff and of its plan."""
    tariff = plan.tariff
    return [
        *(TomorrowEvent(tariff, item) for item in offered(tariff, Platform.EVENT, (_TOMORROW,))),
        PlanEventEntity(plan.control, _RESULT),
        PlanEventEntity(plan.control, _ALERT),
    ]


class TomorrowEvent(TariffEntity, EventEntity):
    """Fires once for each day: with its colour when that is binding, and when it is missing.

    Also once more should a colour change after that.
    """

    entity_description: TariffEventDescription

    @property
    @override
    def _value(self) -> None:
        return None

    @override
    async def async_added_to_hass(self) -> None:
        """Hear what is announced from now on, and what could not be heard before."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.announcements.async_listen(self._announced))
        self.coordinator.async_publish()

    @callback
    def _announced(self, kind: str, data: TariffData) -> None:
        day, source = data.tomorrow_date, data.tomorrow_source
        self._trigger_event(
            kind,
            {
                "date": None if day is None else day.isoformat(),
                "provisional": data.tomorrow_is_provisional,
                "source": None if source is None else source.value,
            },
        )
        self.async_write_ha_state()


class PlanEventEntity(ControlEntity, EventEntity):
    """Fires with each event of its kinds: title and message are in Home Assistant's own language."""

    entity_description: PlanEventDescription

    @property
    @override
    def _value(self) -> None:
        return None

    @override
    async def async_added_to_hass(self) -> None:
        """Hear of events from now on, and of those that nobody could hear of before."""
        await super().async_added_to_hass()
        kinds = self.entity_description.kinds
        self.async_on_remove(self.coordinator.announcer.events.async_listen(kinds, self._happened))

    @callback
    def _happened(self, event: PlanEvent) -> None:
        self._trigger_event(event.kind.value, event.attributes())
        self.async_write_ha_state()

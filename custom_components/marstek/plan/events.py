"""Events of the tariff: tomorrow's colour."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import callback

from ..tempo import Colour
from .announcements import MISSING
from .entity import TariffEntity, TariffEntityDescription, offered
from .runtime import Plan
from .tariff_data import TariffData


@dataclass(frozen=True, kw_only=True)
class TariffEventDescription(TariffEntityDescription, EventEntityDescription):
    """An event of the tariff."""


_TOMORROW: Final = TariffEventDescription(
    key="tomorrow_announced",
    translation_key="tomorrow_announced",
    event_types=[*(colour.value for colour in Colour), MISSING],
)


def events(plan: Plan) -> list[EventEntity]:
    """Return the events that a tariff has."""
    tariff = plan.tariff
    return [TomorrowEvent(tariff, item) for item in offered(tariff, Platform.EVENT, (_TOMORROW,))]


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
        if data.day is None:
            return
        source = data.tomorrow_source
        self._trigger_event(
            kind,
            {
                "date": data.tomorrow_date.isoformat() if data.tomorrow_date else None,
                "provisional": data.tomorrow_is_provisional,
                "source": None if source is None else source.value,
            },
        )
        self.async_write_ha_state()

"""What all entities of the plan have in common."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import override

from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ..const import DOMAIN, PLAN_UNIQUE_ID, Tariff
from ..entity import MarstekEntity
from .coordinator import TariffCoordinator
from .settings import TariffSettings
from .tariff_data import TariffData


def _is_tempo(settings: TariffSettings) -> bool:
    return settings.tariff is Tariff.TEMPO


@dataclass(frozen=True, kw_only=True)
class TariffEntityDescription(EntityDescription):
    """What an entity of the tariff needs to know beyond its name."""

    exists_fn: Callable[[TariffSettings], bool] = _is_tempo
    """Tells whether a tariff has it."""


def offered[DescriptionT: TariffEntityDescription](
    coordinator: TariffCoordinator, platform: Platform, descriptions: Iterable[DescriptionT]
) -> Iterator[DescriptionT]:
    """Yield what the tariff has, and remove what only the tariff before it had."""
    registry = er.async_get(coordinator.hass)
    for description in descriptions:
        if description.exists_fn(coordinator.settings):
            yield description
        elif old := registry.async_get_entity_id(platform, DOMAIN, _unique_id(description)):
            registry.async_remove(old)


def _unique_id(description: TariffEntityDescription) -> str:
    return f"{PLAN_UNIQUE_ID}_{description.key}"


class TariffEntity(MarstekEntity[TariffCoordinator]):
    """An entity of the tariff; always available, as what is not known is unknown."""

    entity_description: TariffEntityDescription

    def __init__(
        self, coordinator: TariffCoordinator, description: TariffEntityDescription
    ) -> None:
        """Belong to the plan's device."""
        super().__init__(coordinator)
        self.entity_description = description
        entry = coordinator.config_entry
        self._attr_unique_id = _unique_id(description)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, PLAN_UNIQUE_ID)},
            entry_type=DeviceEntryType.SERVICE,
            name=entry.title,
        )

    @property
    def _data(self) -> TariffData:
        return self.coordinator.data

    @property
    @override
    def available(self) -> bool:
        """Tell that the tariff always has something to say."""
        return True

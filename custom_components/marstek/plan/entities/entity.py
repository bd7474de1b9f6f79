"""Base classes of the entities of the plan."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ...const import DOMAIN, PLAN_UNIQUE_ID, TARIFF_DEVICE, Tariff
from ...entity import MarstekEntity
from ...main_entities import is_main_of_plan
from ..controller import PlanController
from ..plan_data import PlanData
from ..tariff.coordinator import TariffCoordinator
from ..tariff.tariff_data import TariffData
from ..tariff_settings import TariffSettings


def _is_tempo(settings: TariffSettings) -> bool:
    return settings.tariff is Tariff.TEMPO


def has_off_peak(settings: TariffSettings) -> bool:
    """Tell whether a tariff has off-peak hours."""
    return settings.has_off_peak


def has_windows(settings: TariffSettings) -> bool:
    """Tell whether a tariff has the same off-peak windows each day."""
    return settings.has_off_peak and not settings.levels.rules


@dataclass(frozen=True, kw_only=True)
class TariffEntityDescription(EntityDescription):
    """What an entity of the tariff needs to know beyond its name."""

    exists_fn: Callable[[TariffSettings], bool] = _is_tempo
    """Tells whether a tariff has it."""
    replaces: str | None = None
    """Key of an earlier entity of the same platform, which goes on alone where it is registered."""
    is_replaced: bool = False
    """True for an entity that only homes have which registered it before its successor came."""


@dataclass(frozen=True, kw_only=True)
class ControlEntityDescription(TariffEntityDescription):
    """What an entity of the plan itself needs to know; every tariff has it unless it says so."""

    exists_fn: Callable[[TariffSettings], bool] = lambda _: True


def offered[DescriptionT: TariffEntityDescription](
    coordinator: TariffCoordinator, platform: Platform, descriptions: Iterable[DescriptionT]
) -> Iterator[DescriptionT]:
    """Yield what the tariff has, and remove what only the tariff before it had."""
    registry = er.async_get(coordinator.hass)

    def registered(key: str) -> str | None:
        return registry.async_get_entity_id(platform, DOMAIN, f"{PLAN_UNIQUE_ID}_{key}")

    for description in descriptions:
        entity_id = registered(description.key)
        if not description.exists_fn(coordinator.settings):
            if entity_id is not None:
                registry.async_remove(entity_id)
        elif description.is_replaced:
            if entity_id is not None:
                yield description
        elif description.replaces is None or registered(description.replaces) is None:
            yield description


def _unique_id(description: EntityDescription) -> str:
    return f"{PLAN_UNIQUE_ID}_{description.key}"


def plan_device(entry: ConfigEntry) -> DeviceInfo:
    """Return the device of the plan itself."""
    return DeviceInfo(
        identifiers={(DOMAIN, PLAN_UNIQUE_ID)},
        entry_type=DeviceEntryType.SERVICE,
        name=entry.title,
    )


def tariff_device(tariff: Tariff) -> DeviceInfo:
    """Return the device of the tariff that the plan goes by."""
    return DeviceInfo(
        identifiers={(DOMAIN, TARIFF_DEVICE)},
        entry_type=DeviceEntryType.SERVICE,
        translation_key=tariff.value,
    )


class TariffEntity(MarstekEntity[TariffCoordinator]):
    """An entity of the tariff; always available, as what is not known is unknown."""

    entity_description: TariffEntityDescription

    def __init__(
        self, coordinator: TariffCoordinator, description: TariffEntityDescription
    ) -> None:
        """Belong to the tariff's device."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = _unique_id(description)
        self._attr_entity_registry_enabled_default = is_main_of_plan(description.key)
        self._attr_device_info = tariff_device(coordinator.settings.tariff)

    @property
    def _data(self) -> TariffData:
        return self.coordinator.data

    @property
    @override
    def available(self) -> bool:
        """Tell that the tariff always has something to say."""
        return True


class ControlEntity(MarstekEntity[PlanController]):
    """An entity of what the plan does with the batteries."""

    entity_description: EntityDescription

    def __init__(self, coordinator: PlanController, description: EntityDescription) -> None:
        """Belong to the plan's device."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = _unique_id(description)
        self._attr_entity_registry_enabled_default = is_main_of_plan(description.key)
        self._attr_device_info = plan_device(coordinator.config_entry)

    @property
    @override
    def available(self) -> bool:
        """Tell that the plan always has something to say."""
        return True

    @property
    def _data(self) -> PlanData:
        return self.coordinator.data

    @property
    def _exceptions(self) -> dict[str, list[str]]:
        """Return the names of batteries that do not follow the plan, by the reason."""
        data = self._data
        failing = sorted(data.members[key] for key in data.failing)
        return {
            "by_hand": list(data.by_owner),
            "out_of_reach": list(data.out_of_reach),
            "failing": failing,
        }

    def _set_options(self, **changes: Any) -> None:
        """Change options of the plan; they hold at once."""
        entry = self.coordinator.config_entry
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, **changes})

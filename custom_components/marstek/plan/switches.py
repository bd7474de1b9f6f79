"""Switches of the plan: whether it commands at all, and which batteries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_AUTOMATIC, CONF_BATTERIES, CONF_BLE_MAC, DOMAIN, PLAN_UNIQUE_ID
from ..entries import async_batteries
from .controller import PlanController
from .entity import ControlEntity, ControlEntityDescription
from .runtime import Plan


@dataclass(frozen=True, kw_only=True)
class ControlSwitchDescription(ControlEntityDescription, SwitchEntityDescription):
    """A switch of the plan."""


_AUTOMATIC: Final = ControlSwitchDescription(
    key="automatic_control", translation_key="automatic_control"
)
_PREFIX: Final = "takes_part_"

type AddSwitches = Callable[[Iterable[SwitchEntity]], None]


def async_setup_switches(plan: Plan, async_add: AddSwitches) -> Callable[[], None]:
    """Add the switches, those of batteries as they come; return what ends that."""
    control = plan.control
    async_add([AutomaticSwitch(control, _AUTOMATIC)])
    known: dict[str, str] = {}

    @callback
    def async_follow_batteries() -> None:
        entries = async_batteries(control.hass)
        present = {entry.data[CONF_BLE_MAC]: entry.title for entry in entries}
        if present == known:
            return
        _forget(control, present)
        async_add(
            ParticipationSwitch(control, ble_mac, name)
            for ble_mac, name in present.items()
            if ble_mac not in known
        )
        known.clear()
        known.update(present)

    async_follow_batteries()
    return control.async_add_listener(async_follow_batteries)


def _forget(control: PlanController, present: Iterable[str]) -> None:
    """Remove the switches of batteries that are gone."""
    registry, prefix = er.async_get(control.hass), f"{PLAN_UNIQUE_ID}_{_PREFIX}"
    entry_id = control.config_entry.entry_id
    kept = {f"{prefix}{ble_mac}" for ble_mac in present}
    for item in er.async_entries_for_config_entry(registry, entry_id):
        ours = item.domain == Platform.SWITCH and item.platform == DOMAIN
        if ours and item.unique_id.startswith(prefix) and item.unique_id not in kept:
            registry.async_remove(item.entity_id)


class AutomaticSwitch(ControlEntity, SwitchEntity):
    """Whether the plan commands the batteries; off hands them back."""

    entity_description: ControlSwitchDescription

    @property
    @override
    def _value(self) -> bool:
        return self.coordinator.options.automatic

    @property
    @override
    def is_on(self) -> bool:
        """Tell whether the plan commands the batteries."""
        return self._value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Take the batteries."""
        self._set_options(**{CONF_AUTOMATIC: True})

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Hand the batteries back to themselves."""
        self._set_options(**{CONF_AUTOMATIC: False})


class ParticipationSwitch(ControlEntity, SwitchEntity):
    """Whether a battery takes part in the plan."""

    entity_description: ControlSwitchDescription

    def __init__(self, control: PlanController, ble_mac: str, name: str) -> None:
        """Stand for the battery `name`."""
        description = ControlSwitchDescription(
            key=f"{_PREFIX}{ble_mac}",
            translation_key="takes_part",
            entity_category=EntityCategory.CONFIG,
        )
        super().__init__(control, description)
        self._ble_mac = ble_mac
        self._attr_translation_placeholders = {"name": name}

    @property
    @override
    def _value(self) -> bool:
        return self.coordinator.options.takes_part(self._ble_mac)

    @property
    @override
    def is_on(self) -> bool:
        """Tell whether it takes part."""
        return self._value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let it take part."""
        self._let_take_part(wanted=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Hand it back to itself."""
        self._let_take_part(wanted=False)

    def _let_take_part(self, *, wanted: bool) -> None:
        options = self.coordinator.options
        named = options.batteries - {self._ble_mac}
        if wanted is not options.all_batteries:
            # With all batteries, those are named that do not take part.
            named |= {self._ble_mac}
        self._set_options(**{CONF_BATTERIES: sorted(named)})

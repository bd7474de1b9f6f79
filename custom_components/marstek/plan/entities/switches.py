"""Switches of the plan: whether it commands at all, and which batteries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...const import CONF_AUTOMATIC, CONF_BATTERIES, CONF_BLE_MAC, DOMAIN, PLAN_UNIQUE_ID
from ...entries import async_batteries
from ...main_entities import RULE_PREFIX
from ..controller import PlanController
from ..metering.settings import meter_subentry
from ..rules import CONF_ACTIVE, is_active, rule_name, subentries
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription


@dataclass(frozen=True, kw_only=True)
class ControlSwitchDescription(ControlEntityDescription, SwitchEntityDescription):
    """A switch of the plan."""


_AUTOMATIC: Final = ControlSwitchDescription(
    key="automatic_control", translation_key="automatic_control"
)
_METER: Final = ControlSwitchDescription(
    key="meter_on", translation_key="meter_on", entity_category=EntityCategory.CONFIG
)
_PREFIX: Final = "takes_part_"


def async_follow_switches(plan: Plan, async_add: AddConfigEntryEntitiesCallback) -> None:
    """Add the switches, those of batteries, rules and the meter as they come."""
    control = plan.control
    async_add([AutomaticSwitch(control, _AUTOMATIC)])
    followers = [
        follower(control, async_add)
        for follower in (_battery_follower, _rule_follower, _meter_follower)
    ]

    @callback
    def async_follow() -> None:
        for follow in followers:
            follow()

    async_follow()
    control.config_entry.async_on_unload(control.async_add_listener(async_follow))


def _battery_follower(
    control: PlanController, async_add: AddConfigEntryEntitiesCallback
) -> CALLBACK_TYPE:
    """Return what adds and removes the switches of batteries."""
    known: dict[str, str] = {}

    @callback
    def async_follow() -> None:
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

    return async_follow


def _rule_follower(
    control: PlanController, async_add: AddConfigEntryEntitiesCallback
) -> CALLBACK_TYPE:
    """Return what adds and removes the switches of rules."""
    rules: dict[str, RuleSwitch] = {}

    @callback
    def async_follow() -> None:
        present = {each.subentry_id: each for each in subentries(control.config_entry)}
        if present.keys() == rules.keys():
            return
        _forget(control, present, RULE_PREFIX)
        new = {key: RuleSwitch(control, each) for key, each in present.items() if key not in rules}
        async_add(new.values())
        for key in rules.keys() - present.keys():
            del rules[key]
        rules.update(new)

    return async_follow


def _meter_follower(
    control: PlanController, async_add: AddConfigEntryEntitiesCallback
) -> CALLBACK_TYPE:
    """Return what adds and removes the switch of the meter."""
    has_meter: bool | None = None

    @callback
    def async_follow() -> None:
        nonlocal has_meter
        present = meter_subentry(control.config_entry)
        if (present is not None) is has_meter:
            return
        has_meter = present is not None
        if present is None:
            _forget(control, (), _METER.key)
        else:
            async_add([MeterSwitch(control, present)])

    return async_follow


def _forget(control: PlanController, present: Iterable[str], kind: str = _PREFIX) -> None:
    """Remove the switches of batteries, of rules or of the meter that are gone."""
    registry, prefix = er.async_get(control.hass), f"{PLAN_UNIQUE_ID}_{kind}"
    entry_id = control.config_entry.entry_id
    kept = {f"{prefix}{each}" for each in present}
    for item in er.async_entries_for_config_entry(registry, entry_id):
        ours = item.domain == Platform.SWITCH and item.platform == DOMAIN
        if ours and item.unique_id.startswith(prefix) and item.unique_id not in kept:
            registry.async_remove(item.entity_id)


class _Choice(ControlEntity, SwitchEntity):
    """Something of the plan that is either so or not."""

    entity_description: ControlSwitchDescription

    @property
    @override
    def _value(self) -> bool:
        raise NotImplementedError

    def _choose(self, *, wanted: bool) -> None:
        """Make it so, or not."""
        raise NotImplementedError

    @property
    @override
    def is_on(self) -> bool:
        """Tell whether it is so."""
        return self._value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Make it so."""
        self._choose(wanted=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Make it not so."""
        self._choose(wanted=False)


class AutomaticSwitch(_Choice):
    """Whether the plan commands the batteries; off returns them to Auto."""

    @property
    @override
    def _value(self) -> bool:
        return self.coordinator.options.automatic

    @override
    def _choose(self, *, wanted: bool) -> None:
        self._set_options(**{CONF_AUTOMATIC: wanted})


class ParticipationSwitch(_Choice):
    """Whether a battery takes part in the plan; off returns it to Auto."""

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

    @override
    def _choose(self, *, wanted: bool) -> None:
        options = self.coordinator.options
        named = options.batteries - {self._ble_mac}
        if wanted is not options.all_batteries:
            # With all batteries, those are named that do not take part.
            named |= {self._ble_mac}
        self._set_options(**{CONF_BATTERIES: sorted(named)})


class _SubentrySwitch(_Choice):
    """Whether something that the owner has added is in force; off keeps what was set up."""

    @property
    def _subentry(self) -> ConfigSubentry:
        """What was added, as it is now."""
        raise NotImplementedError

    @property
    @override
    def _value(self) -> bool:
        return is_active(self._subentry)

    @override
    def _choose(self, *, wanted: bool) -> None:
        entry, part = self.coordinator.config_entry, self._subentry
        self.hass.config_entries.async_update_subentry(
            entry, part, data={**part.data, CONF_ACTIVE: wanted}
        )


class RuleSwitch(_SubentrySwitch):
    """Whether an own rule is in force on its days; off keeps it without following it."""

    def __init__(self, control: PlanController, subentry: ConfigSubentry) -> None:
        """Stand for a rule."""
        description = ControlSwitchDescription(
            key=f"{RULE_PREFIX}{subentry.subentry_id}",
            translation_key="rule",
            entity_category=EntityCategory.CONFIG,
        )
        super().__init__(control, description)
        self._last = subentry
        self._attr_translation_placeholders = {"name": rule_name(subentry)}

    @property
    @override
    def _subentry(self) -> ConfigSubentry:
        """The rule; as it last was while it is being removed."""
        known = self.coordinator.config_entry.subentries
        return known.get(self._last.subentry_id, self._last)


class MeterSwitch(_SubentrySwitch):
    """Whether the meter for batteries answers; off closes its sockets."""

    def __init__(self, control: PlanController, subentry: ConfigSubentry) -> None:
        """Stand for the meter that was added."""
        super().__init__(control, _METER)
        self._last = subentry

    @property
    @override
    def _subentry(self) -> ConfigSubentry:
        """The meter; as it last was while it is being removed."""
        return meter_subentry(self.coordinator.config_entry) or self._last

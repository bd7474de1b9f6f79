"""Entities that the plan's options name: followed when renamed, reported when removed.

Options hold entity ids, which their owner can change at any time. Without the grid sensor the plan
would go on with a fixed share of the subscribed power, and without prices by those of last week.
"""

from collections.abc import Iterator, Mapping
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity_registry import (
    EVENT_ENTITY_REGISTRY_UPDATED,
    EventEntityRegistryUpdatedData,
)
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_EXPORT_SOURCE,
    CONF_NOTIFY,
    CONF_NOTIFY_ENTITIES,
    CONF_PRICE_ENTITIES,
    DOMAIN,
    Tariff,
)
from ..entries import async_plan_entry
from .notify_options import notify_options
from .options import OPTIONS, OptionKind

ENTITY_GONE: Final = "option_entity_gone"
_SINGLE: Final = tuple(key for key, each in OPTIONS.items() if each.kind is OptionKind.SENSOR)
_SEVERAL: Final = tuple(key for key, each in OPTIONS.items() if each.kind is OptionKind.THINGS)
_PRICED: Final = (Tariff.DYNAMIC, CONF_EXPORT_SOURCE)
_INTERVAL: Final = dt.timedelta(minutes=5)
# An integration that is reloaded or updated takes its entities away for a while.
_GONE_FOR: Final = dt.timedelta(minutes=20)


@callback
def async_start_option_entities(hass: HomeAssistant) -> None:
    """Follow entities in the options of the plan, whether or not it is loaded."""
    watch = OptionEntities(hass)
    hass.bus.async_listen(EVENT_ENTITY_REGISTRY_UPDATED, watch.async_registry_updated)

    @callback
    def start(_: HomeAssistant) -> None:
        async_track_time_interval(hass, watch.async_look, _INTERVAL, cancel_on_shutdown=True)

    async_at_started(hass, start)


class OptionEntities:
    """The entities in the options of the plan."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with none missing."""
        self._hass = hass
        self._missing_since: dict[str, dt.datetime] = {}
        self._issue_id: str | None = None

    @callback
    def async_registry_updated(self, event: Event[EventEntityRegistryUpdatedData]) -> None:
        """Replace an entity id that has changed in the options."""
        data, entry = event.data, async_plan_entry(self._hass)
        if entry is None or data["action"] != "update" or "old_entity_id" not in data:
            return
        old, new = data["old_entity_id"], data["entity_id"]
        if old in {*named(entry.options), *_notified(entry.options)}:
            options = _renamed(entry.options, old, new)
            self._hass.config_entries.async_update_entry(entry, options=options)

    @callback
    def async_look(self, _: dt.datetime | None = None) -> None:
        """Raise a repair while an entity has been missing for some time."""
        entry, now = async_plan_entry(self._hass), dt_util.utcnow()
        is_meant = entry is not None and entry.disabled_by is None
        wanted = set(named(entry.options)) if entry is not None and is_meant else set[str]()
        missing = {each for each in wanted if self._hass.states.get(each) is None}
        self._missing_since = {each: self._missing_since.get(each, now) for each in missing}
        gone = [each for each, since in self._missing_since.items() if now - since >= _GONE_FOR]
        if entry is not None and gone:
            self._raise(entry, sorted(gone))
        elif self._issue_id is not None:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
            self._issue_id = None

    def _raise(self, entry: ConfigEntry, gone: list[str]) -> None:
        self._issue_id = f"{ENTITY_GONE}_{entry.entry_id}"
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ENTITY_GONE,
            translation_placeholders={"name": entry.title, "entities": ", ".join(gone)},
        )


def named(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entity ids that options name."""
    yield from (options[key] for key in _SINGLE if options.get(key))
    for key in _SEVERAL:
        yield from options.get(key) or ()
    for group in _PRICED:
        yield from options.get(group, {}).get(CONF_PRICE_ENTITIES) or ()


def _notified(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the notify entities; `Notifications` reports the ones that are missing."""
    yield from notify_options(options).entities


def _renamed(options: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    changed = dict(options)
    for key in _SINGLE:
        if changed.get(key) == old:
            changed[key] = new
    for key in _SEVERAL:
        if things := changed.get(key):
            changed[key] = [new if each == old else each for each in things]
    for group in _PRICED:
        source = dict(changed.get(group, {}))
        if prices := source.get(CONF_PRICE_ENTITIES):
            source[CONF_PRICE_ENTITIES] = [new if each == old else each for each in prices]
            changed[group] = source
    if old in _notified(options):
        entities = [new if each == old else each for each in _notified(options)]
        changed[CONF_NOTIFY] = {**options[CONF_NOTIFY], CONF_NOTIFY_ENTITIES: entities}
    return changed

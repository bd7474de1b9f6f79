"""Actions, entities, forms, repairs and diagnostics, with an entry in each of its states.

Nothing but a translated error may come of any of them: an automation, a card or a page does not
wait for an entry to be set up.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
import json
from pathlib import Path
from typing import Any, Final, cast

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.json import ExtendedJSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.battery.issues import (
    FOREIGN_SLOTS,
    SETTINGS_WIPED,
    SILENT,
    async_raise,
)
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.diagnostics import async_get_config_entry_diagnostics
from custom_components.marstek.plan.rules import SUBENTRY_RULE
from custom_components.marstek.repairs import async_create_fix_flow
from custom_components.marstek.system_health import async_system_health_info
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

_FOLDER: Final = Path(__file__).parents[3] / "custom_components" / "marstek" / "translations"
TEXTS: Final = json.loads((_FOLDER / "en.json").read_text("utf-8"))

_DISABLED: Final = "disabled"
# The entry's entities and what it holds are still there.
_WITH_ENTITIES: Final = (ConfigEntryState.UNLOAD_IN_PROGRESS, ConfigEntryState.FAILED_UNLOAD)
STATES: Final = (*(state.value for state in ConfigEntryState), _DISABLED)

_SLOTS: Final = [{"start": "01:00", "end": "05:00", "power": -800}]
_OLD_LOG: Final = "timestamp,soc\n2025-03-01 12:00:00+00,55"
ACTIONS: Final[Sequence[tuple[str, Mapping[str, Any]]]] = (
    ("get_tempo", {}),
    ("preview", {}),
    ("override", {"mode": "hold", "duration": "01:00:00"}),
    ("apply_now", {}),
    ("pause", {"duration": "01:00:00"}),
    ("resume", {}),
    ("get_schedule", {"device_id": []}),
    ("set_schedule", {"device_id": [], "slots": _SLOTS}),
    ("clear_schedule", {"device_id": []}),
    ("set_backup_mode", {"device_id": [], "enabled": True, "overwrite_schedule": True}),
    ("set_backup_mode", {"device_id": [], "enabled": False}),
    ("set_passive", {"device_id": [], "power": 300}),
    ("charge", {"device_id": [], "power": 500}),
    ("discharge", {"device_id": [], "power": 500}),
    ("stop", {"device_id": []}),
    ("leave_alone", {"device_id": [], "minutes": 10, "confirm": True}),
    ("leave_alone", {"device_id": [], "end": True}),
    ("export", {"device_id": [], "start_date": "2026-03-01", "content": "money"}),
    ("report", {"period": "week"}),
    ("compare_contracts", {}),
    ("import_history", {"device_id": [], "csv": _OLD_LOG, "power_unit": "w"}),
    ("remove_imported_history", {"device_id": []}),
)
SERVICES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "button": ("press", {}),
    "calendar": ("get_events", {"duration": {"days": 3}}),
    "number": ("set_value", {"value": 60}),
    "switch": ("turn_on", {}),
    "time": ("set_value", {"time": "05:30:00"}),
}
# Home Assistant waits this long for an action before it goes on without it, in s.
_LONGEST_CALL: Final = 60.0


def check(error: HomeAssistantError) -> None:
    """Fail unless an error has a text of this integration."""
    assert error.translation_domain == DOMAIN, repr(error)
    assert str(error.translation_key) in TEXTS["exceptions"], repr(error)


async def attempt(doing: Awaitable[Any]) -> None:
    """Carry something out; it ends in time, and well or with a translated error."""
    try:
        async with asyncio.timeout(_LONGEST_CALL):
            await doing
    except HomeAssistantError as err:
        check(err)


async def act(hass: HomeAssistant, device_id: str) -> None:
    """Call each action, with a response where there is one and without."""
    known = hass.services.async_services_for_domain(DOMAIN)
    assert {name for name, _ in ACTIONS} == known.keys()
    for name, given in ACTIONS:
        data = {**given, "device_id": [device_id]} if "device_id" in given else dict(given)
        supports = known[name].supports_response
        for returns in (True, False):
            if supports is (SupportsResponse.NONE if returns else SupportsResponse.ONLY):
                continue
            await attempt(
                hass.services.async_call(DOMAIN, name, data, blocking=True, return_response=returns)
            )


async def use_entities(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Use each entity as a card does."""
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if entity.domain == "select":
            service = "select_option"
            data: Mapping[str, Any] = {"option": entity.capabilities["options"][0]}  # type: ignore[index]
        elif entity.domain in SERVICES:
            service, data = SERVICES[entity.domain]
        else:
            continue
        state = hass.states.get(entity.entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            # Home Assistant itself says so.
            continue
        await attempt(
            hass.services.async_call(
                entity.domain,
                service,
                {"entity_id": entity.entity_id, **data},
                blocking=True,
                return_response=entity.domain == "calendar",
            )
        )


async def show(start: Callable[[], Awaitable[Any]], manager: Any, texts: Any) -> None:
    """Open a flow, and each form of its menu; where it ends at once, there is a text for that."""
    result = await start()
    choices = result.get("menu_options") or [None]
    for choice in choices:
        if choice is not None:
            shown = await start()
            result = await manager.async_configure(shown["flow_id"], {"next_step_id": choice})
        if result["type"] is FlowResultType.ABORT:
            assert result["reason"] in texts["abort"]
        else:
            assert result["type"] in (FlowResultType.FORM, FlowResultType.MENU)


async def open_forms(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Open the entry's options, its address and its rules."""
    entries = hass.config_entries
    await show(
        lambda: entries.options.async_init(entry.entry_id), entries.options, TEXTS["options"]
    )
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    await show(
        lambda: entries.flow.async_init(DOMAIN, context=context), entries.flow, TEXTS["config"]
    )
    if entry.supported_subentry_types:
        rule = (entry.entry_id, SUBENTRY_RULE)
        await show(
            lambda: entries.subentries.async_init(rule, context={"source": SOURCE_USER}),
            entries.subentries,
            TEXTS["config_subentries"][SUBENTRY_RULE],
        )


async def mend(hass: HomeAssistant, battery: ConfigEntry[Any]) -> None:
    """Confirm each repair that mends something itself."""
    for kind in (FOREIGN_SLOTS, SETTINGS_WIPED, SILENT):
        async_raise(hass, kind, battery, {"host": "127.0.1.1", "port": "30000"})
        issue = next(
            each
            for each in ir.async_get(hass).issues.values()
            if each.domain == DOMAIN and each.translation_key == kind
        )
        flow = await async_create_fix_flow(hass, issue.issue_id, dict(issue.data or {}))
        flow.hass, flow.handler, flow.issue_id = hass, DOMAIN, issue.issue_id
        await flow.async_step_init()  # type: ignore[attr-defined]
        result = await flow.async_step_confirm({})  # type: ignore[attr-defined]
        if errors := result.get("errors"):
            assert errors["base"] in TEXTS["issues"][kind]["fix_flow"]["error"]


def set_state(hass: HomeAssistant, entry: ConfigEntry[Any], state: ConfigEntryState) -> None:
    """Give an entry a state without what leads to it."""
    MockConfigEntry.mock_state(cast("MockConfigEntry", entry), hass, state)


@asynccontextmanager
async def in_state(hass: HomeAssistant, entry: ConfigEntry[Any], name: str) -> AsyncIterator[None]:
    """Bring an entry into a state, and back."""
    entries = hass.config_entries
    if name == _DISABLED:
        await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        yield
        await entries.async_set_disabled_by(entry.entry_id, None)
        return
    state = next(each for each in ConfigEntryState if each.value == name)
    if state is ConfigEntryState.LOADED:
        yield
    elif state in _WITH_ENTITIES:
        set_state(hass, entry, state)
        yield
        set_state(hass, entry, ConfigEntryState.LOADED)
    else:
        await entries.async_unload(entry.entry_id)
        set_state(hass, entry, state)
        yield
        if entry.state is state:
            set_state(hass, entry, ConfigEntryState.NOT_LOADED)
            await entries.async_setup(entry.entry_id)


async def walk(home: PlanHome, entry: ConfigEntry[Any]) -> None:
    """Use all there is of an entry."""
    hass = home.hass
    battery = home.place.entry(home.batteries[0])
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), battery.entry_id)
    for each in (entry, battery, home.entry):
        json.dumps(await async_get_config_entry_diagnostics(hass, each), cls=ExtendedJSONEncoder)
        await use_entities(hass, each)
    json.dumps(await async_system_health_info(hass))
    await act(hass, devices[0].id)
    await open_forms(hass, entry)
    await mend(hass, battery)


@pytest.mark.parametrize("kind", ["battery", "plan"])
@pytest.mark.parametrize("state", STATES)
@at(2026, 3, 9, 13)
async def test_everything_in_each_state(kind: str, state: str) -> None:
    """All ends well or with a translated error, in time, and the entry can be set up again."""
    async with plan_home(count=1) as home:
        battery = home.batteries[0]
        home.excused.add(battery.spec.ble_mac)
        entry = home.entry if kind == "plan" else home.place.entry(battery)
        async with in_state(home.hass, entry, state):
            await walk(home, entry)
        assert entry.state is ConfigEntryState.LOADED
        assert [line for line in home.place.log.lines if "TRACEBACK" in line] == []

"""Flows of the plan as a user goes through them; all that is shown has its texts."""

import json
from pathlib import Path
import re
from typing import Any, cast

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN

TRANSLATIONS = Path(__file__).parents[2] / "custom_components" / "marstek" / "translations"


def check_texts(result: ConfigFlowResult, flow: str) -> ConfigFlowResult:
    """Check that all the result shows has a text in each language, and a value for its gaps."""
    if result["type"] is FlowResultType.CREATE_ENTRY:
        return result
    for path in sorted(TRANSLATIONS.glob("*.json")):
        texts = json.loads(path.read_text("utf-8"))[flow]
        shown = [texts["error"][key] for key in (result.get("errors") or {}).values()]
        if result["type"] is FlowResultType.ABORT:
            # Reasons of Home Assistant's own come with its name.
            if result.get("translation_domain") in (None, DOMAIN):
                shown.append(texts["abort"][result["reason"]])
        else:
            step = texts["step"][result["step_id"]]
            shown.append(json.dumps(step))
            _check_fields(result, step)
        if result["type"] is FlowResultType.SHOW_PROGRESS:
            shown.append(texts["progress"][result["progress_action"]])
        wanted = set(re.findall(r"{(\w+)}", " ".join(shown)))
        assert wanted <= (result.get("description_placeholders") or {}).keys()
    return result


def _check_fields(result: ConfigFlowResult, step: dict[str, Any]) -> None:
    assert step["title"]
    if result["type"] is FlowResultType.MENU:
        options = cast("list[str]", result["menu_options"])
        assert all(step["menu_options"][option] for option in options)
        described = step.get("menu_option_descriptions", {})
        assert not described or all(described[option] for option in options)
    if result["type"] is FlowResultType.FORM and (schema := result["data_schema"]) is not None:
        for field in schema.schema:
            assert step["data"][str(field)]
            assert step["data_description"][str(field)]


class PlanFlow:
    """One dialog."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Open nothing yet."""
        self._hass = hass
        self._manager: Any = hass.config_entries.flow
        self._kind = "config"
        self.result: ConfigFlowResult

    async def add(self) -> ConfigFlowResult:
        """Begin to add something, and choose the plan."""
        menu = await self._manager.async_init(DOMAIN, context={"source": SOURCE_USER})
        self._note(menu)
        return await self.choose("plan")

    async def options(self, entry: ConfigEntry[Any]) -> ConfigFlowResult:
        """Open the options."""
        self._manager, self._kind = self._hass.config_entries.options, "options"
        return self._note(await self._manager.async_init(entry.entry_id))

    async def reconfigure(self, entry: MockConfigEntry) -> ConfigFlowResult:
        """Open what changes the tariff."""
        return self._note(await entry.start_reconfigure_flow(self._hass))

    async def take(self, flow_id: str) -> ConfigFlowResult:
        """Go on with a flow that is open."""
        return self._note(await self._manager.async_configure(flow_id))

    async def choose(self, step: str) -> ConfigFlowResult:
        """Choose from a menu."""
        assert self.result["type"] is FlowResultType.MENU
        assert step in self.result["menu_options"]
        return await self._send({"next_step_id": step})

    async def submit(self, **user_input: Any) -> ConfigFlowResult:
        """Submit a form, and wait where it takes a while."""
        assert self.result["type"] is FlowResultType.FORM
        return await self._send(user_input)

    async def source(self, **user_input: Any) -> ConfigFlowResult:
        """Submit the source of prices, and agree with what was read."""
        await self.submit(**user_input)
        if self.result["type"] is not FlowResultType.MENU:
            return self.result
        options = self.result["menu_options"]
        assert isinstance(options, list)
        return await self.choose(options[0])

    async def finish(self, *, automatic: bool = True, **home: Any) -> ConfigFlowResult:
        """Answer what set-up asks of every plan in the end: about the home, and when to begin."""
        assert self.result["step_id"] == "home"
        await self.submit(**home)
        await self.feed_in_as_suggested()
        assert self.result["step_id"] in ("preview", "preview_no_battery")
        return await self.submit(automatic=automatic)

    async def feed_in_as_suggested(self) -> None:
        """Leave what feeding in earns as it is suggested, where it is asked for: with solar panels."""
        if self.result["step_id"] == "export":
            await self.submit(export_kind="constant", feed_in=0.0)

    async def _send(self, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        flow_id = self.result["flow_id"]
        self._note(await self._manager.async_configure(flow_id, user_input))
        await self._hass.async_block_till_done(wait_background_tasks=True)
        if self.result["type"] is FlowResultType.SHOW_PROGRESS:
            return await self._send(None)
        return self.result

    def _note(self, result: ConfigFlowResult) -> ConfigFlowResult:
        self.result = check_texts(result, self._kind)
        return result

    @property
    def defaults(self) -> dict[str, Any]:
        """What the form is filled in with."""
        schema = self.result["data_schema"]
        assert schema is not None
        found: dict[str, Any] = {}
        for field in schema.schema:
            suggested = (field.description or {}).get("suggested_value")
            default = field.default() if callable(field.default) else None
            found[str(field)] = default if suggested is None else suggested
        return found

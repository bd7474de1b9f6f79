"""Walk the integration's config flow as its dialog does, over Home Assistant's API."""

import asyncio
from collections.abc import Mapping
from typing import Any

from .home_assistant import HomeAssistant, Json
from .process import DemoError

DOMAIN = "marstek"
FLOWS = "config/config_entries/flow"
# What is chosen where a menu asks; the first that is offered.
MENU_CHOICES = ("search", "tempo")
# Where a step can search again and is asked to by a battery that was missed.
STEPS_AT_MOST = 30


def choices(field: Json) -> list[str] | None:
    """Return the values of a field that offers a choice of several."""
    select = field.get("selector", {}).get("select")
    if select is None or not select.get("multiple"):
        return None
    return [option["value"] if isinstance(option, dict) else option for option in select["options"]]


def fill_in(form: Json) -> Json:
    """Fill in a form: every battery that is offered, and else what is suggested."""
    values: Json = {}
    for field in form.get("data_schema") or []:
        if field.get("required") and (all_choices := choices(field)) is not None:
            values[field["name"]] = all_choices
        elif "default" in field:
            values[field["name"]] = field["default"]
        elif "suggested_value" in (description := field.get("description") or {}):
            values[field["name"]] = description["suggested_value"]
    return values


async def add_all(
    hass: HomeAssistant, expected: int, report: Any, chosen: Mapping[str, Any] = {}
) -> None:
    """Add every battery that the flow finds, and the plan that it leads on to.

    `report` is called with each step as text. Fields that are `chosen` get that value, all others
    what is suggested.
    """
    flow = await hass.rest("POST", FLOWS, {"handler": DOMAIN})
    for _ in range(STEPS_AT_MOST):
        flow = await _follow(hass, flow, expected, report, chosen)
        if flow is None:
            return
    raise DemoError(f"the flow did not end within {STEPS_AT_MOST} steps")


async def _follow(
    hass: HomeAssistant, flow: Json, expected: int, report: Any, chosen: Mapping[str, Any]
) -> Json | None:
    """Take one step; return what came of it, or None at the end."""
    path = f"{FLOWS}/{flow['flow_id']}"
    step = flow.get("step_id", "")
    match flow["type"]:
        case "progress":
            report(f"step {step}: waiting ({flow.get('progress_action')})")
            while (flow := await hass.rest("GET", path))["type"] == "progress":
                await asyncio.sleep(0.25)
            return flow
        case "menu":
            offered = list(flow["menu_options"])
            choice = next((name for name in MENU_CHOICES if name in offered), offered[0])
            report(f"step {step}: chose {choice} of {', '.join(offered)}")
            return await _submit(hass, path, {"next_step_id": choice})
        case "form":
            if flow.get("errors"):
                raise DemoError(f"step {step} shows errors: {flow['errors']}")
            values = fill_in(flow)
            values |= {name: value for name, value in chosen.items() if name in values}
            report(f"step {step}: {values or 'confirmed'}")
            if "devices" in values and len(values["devices"]) < expected:
                raise DemoError(f"step {step} offers fewer than {expected} batteries: {values}")
            return await _submit(hass, path, values)
        case "create_entry":
            report(f"entry: {flow['title']}")
            if following := flow.get("next_flow"):
                return await _submit(hass, f"{FLOWS}/{following[1]}", None)
            return None
        case kind:
            raise DemoError(f"step {step} ended with {kind}: {flow.get('reason')}")


async def _submit(hass: HomeAssistant, path: str, values: Json | None) -> Json:
    method = "GET" if values is None else "POST"
    answer: Json = await hass.rest(method, path, values)
    return answer

"""What to send along with a problem report, with everything private left out."""

from dataclasses import asdict
import json
import re
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST

from ..const import CONF_BLE_MAC, CONF_DHCP_MAC
from ..venus import Method
from .coordinator import BatteryCoordinator
from .reading_plan import Reading

_PRIVATE_KEYS: Final = {CONF_HOST, CONF_BLE_MAC, CONF_DHCP_MAC, "unique_id", "title", "address"}
_NETWORK_NAMES: Final = {"ssid", "wifi_name"}
# MACs, whole or cut off, and IPv4 addresses.
_PRIVATE_TEXT: Final = re.compile(
    r"\b(?:[0-9a-fA-F]{12}|(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}|\d{1,3}(?:\.\d{1,3}){3})\b"
    r"|[0-9a-fA-F:]{4,}$"
)
# What follows in a datagram that can't be read may be, or belong to, the name of a network.
_FROM_NETWORK_NAME: Final = re.compile(r'"(?:ssid|wifi_name)".*', re.DOTALL)
_REDACTED: Final = "**REDACTED**"


def battery_diagnostics(coordinator: BatteryCoordinator) -> dict[str, Any]:
    """Return the state of one battery and of the conversation with it."""
    entry = coordinator.config_entry
    data = asdict(coordinator.data)
    data["fresh"] = sorted(coordinator.data.fresh)
    return {
        "entry": async_redact_data(
            {"data": dict(entry.data), "options": dict(entry.options)}, _PRIVATE_KEYS
        ),
        "data": async_redact_data(data, _PRIVATE_KEYS),
        "profile": _profile(coordinator),
        "reading_plan": _plan(coordinator),
        # Totals, what was chosen and stands, and the schedule as last written.
        "memory": coordinator.store.memory.store(),
        "experimental": coordinator.trial.describe(),
        **_link(coordinator),
    }


def _profile(coordinator: BatteryCoordinator) -> dict[str, Any]:
    profile = asdict(coordinator.profile)
    return {
        key: sorted(value) if isinstance(value, frozenset) else value
        for key, value in profile.items()
    }


def _plan(coordinator: BatteryCoordinator) -> dict[str, Any]:
    plan, now = coordinator.plan, coordinator.clock.time()
    return {
        method.value: {
            "interval": plan.interval(method, now),
            "due_in": round(plan.due_at(method) - now, 1),
        }
        for method in plan.methods(set(Reading))
    }


def _link(coordinator: BatteryCoordinator) -> dict[str, Any]:
    link, now = coordinator.client.link, coordinator.clock.time()
    heard = link.last_heard
    return {
        "silent_for": None if heard is None else round(now - heard, 1),
        "breaker_open": link.breaker.is_open,
        "resting": {
            method.value: round(link.backoff.rest_until(method) - now, 1)
            for method in Method
            if not link.backoff.may_try(method)
        },
        "statistics": {
            method.value: asdict(statistics) for method, statistics in link.statistics.items()
        },
        "frames": [
            {
                "seconds_ago": round(now - frame.time, 2),
                "sent": frame.sent,
                "payload": _redact(frame.payload),
            }
            for frame in link.frames
        ],
    }


def _redact(payload: bytes) -> str:
    text = payload.decode("utf-8", "replace")
    try:
        text = json.dumps(async_redact_data(json.loads(text), _NETWORK_NAMES))
    except ValueError, RecursionError:
        text = _FROM_NETWORK_NAME.sub(_REDACTED, text)
    return _PRIVATE_TEXT.sub(_REDACTED, text)

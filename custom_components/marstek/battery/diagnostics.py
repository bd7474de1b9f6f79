"""Diagnostics of a battery, without addresses and identities."""

from dataclasses import asdict
import json
import re
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_BLE_MAC,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_DHCP_MAC,
    CONF_NOTIFY_ENTITIES,
    CONF_PHONES,
)
from ..redaction import REDACTED, redact_text
from ..venus import Method, Scale
from .poll_schedule import Reading
from .runtime import Battery

_PRIVATE_KEYS: Final = {
    *(CONF_HOST, CONF_BLE_MAC, CONF_DHCP_MAC, "unique_id", "title", "address"),
    *(CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_NOTIFY_ENTITIES, CONF_PHONES),
}
_NETWORK_NAMES: Final = {"ssid", "wifi_name"}
# The beginning of a MAC or address where a datagram was cut off.
_CUT_OFF: Final = re.compile(r"[0-9a-fA-F:-]{4,}$")
# What follows in a datagram that can't be read may be, or belong to, the name of a network.
_FROM_NETWORK_NAME: Final = re.compile(r'"(?:ssid|wifi_name)".*', re.DOTALL)


def entry_diagnostics(entry: ConfigEntry) -> dict[str, Any]:
    """Return data and options of an entry, of whichever kind."""
    return async_redact_data(
        {"data": dict(entry.data), "options": dict(entry.options)}, _PRIVATE_KEYS
    )


def battery_diagnostics(battery: Battery) -> dict[str, Any]:
    """Return the state of one battery and of the conversation with it."""
    data = asdict(battery.data)
    data["fresh"] = sorted(battery.data.fresh)
    return {
        "entry": entry_diagnostics(battery.entry),
        "data": async_redact_data(data, _PRIVATE_KEYS),
        "profile": _profile(battery),
        "reading_plan": _plan(battery),
        # Totals, what was chosen and stands, and the schedule as last written.
        "memory": battery.parts.memory.store(),
        "scales": _scales(battery),
        "power_limits": battery.parts.memory.proven_power.describe(
            battery.profile.max_power, dt_util.utcnow().timestamp()
        ),
        "capacity": {
            "table": battery.profile.rated_capacity,
            "named": battery.parts.readings.capacity,
            "observed": battery.parts.memory.proven_capacity.value,
        },
        "experimental": battery.parts.trial.describe(),
        **_link(battery),
    }


def _profile(battery: Battery) -> dict[str, Any]:
    profile = asdict(battery.profile)
    return {
        key: sorted(value) if isinstance(value, frozenset) else value
        for key, value in profile.items()
    }


def _scales(battery: Battery) -> dict[str, Any]:
    """Return the units of the table, and those that the replies have proven instead."""
    profile = battery.parts.client.profile
    table = {
        Scale.STORED_ENERGY: profile.stored_energy_scale,
        Scale.FIRST_INPUT: profile.pv_channel_scales[0],
        Scale.COUNTERS: profile.energy_scale,
        Scale.INVERTER: profile.inverter_limit,
    }
    proven = battery.parts.client.scales.proven
    return {
        scale.value: {"table": value, "observed": proven.get(scale)}
        for scale, value in table.items()
    }


def _plan(battery: Battery) -> dict[str, Any]:
    plan, now = battery.parts.poll_schedule, battery.clock.time()
    return {
        method.value: {
            "interval": plan.interval(method, now),
            "due_in": round(plan.due_at(method) - now, 1),
        }
        for method in plan.methods(set(Reading))
    }


def _link(battery: Battery) -> dict[str, Any]:
    link, now = battery.parts.client.link, battery.clock.time()
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
        text = _FROM_NETWORK_NAME.sub(REDACTED, text)
    return _CUT_OFF.sub(REDACTED, redact_text(text))

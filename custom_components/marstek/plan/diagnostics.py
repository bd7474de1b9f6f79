"""What to send along with a problem report about the plan; it has nothing private but credentials."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data

from ..const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from .runtime import Plan

_PRIVATE_KEYS: Final = {CONF_CLIENT_ID, CONF_CLIENT_SECRET}


def plan_diagnostics(plan: Plan) -> dict[str, Any]:
    """Return what is known of the tariff, and how its sources do."""
    tariff = plan.tariff
    entry, client, memory = tariff.config_entry, tariff.client, tariff.store.memory
    return {
        "entry": async_redact_data(
            {"data": dict(entry.data), "options": dict(entry.options)}, _PRIVATE_KEYS
        ),
        "data": asdict(tariff.data),
        "announced": {day.isoformat(): colour for day, colour in memory.announced.items()},
        "silent_for": memory.silent_for,
        "sources": {}
        if client is None
        else {source.value: asdict(figures) for source, figures in client.statistics.items()},
        "calls_today": None if client is None else client.calls_today,
        "next_ask": None if client is None else client.next_ask(memory.book),
        "book": memory.book.store(),
    }

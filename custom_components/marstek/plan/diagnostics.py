"""Diagnostics of the plan, without credentials and identities."""

from collections.abc import Mapping
from dataclasses import asdict
import json
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_BLE_MAC,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_NOTIFY_ENTITIES,
    CONF_PHONES,
)
from ..entries import async_batteries
from ..savings import MoneyPeriod
from .controller import PlanController
from .preview import beliefs_data, step_data
from .rules import is_active, subentries
from .runtime import Plan

_MOST_DAYS: Final = 14
_PRIVATE_KEYS: Final = {CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_NOTIFY_ENTITIES, CONF_PHONES}


def plan_diagnostics(plan: Plan) -> dict[str, Any]:
    """Return the diagnostics of the plan, without private values."""
    tariff = plan.tariff
    entry, client, memory = tariff.config_entry, tariff.client, tariff.store.memory
    return {
        "entry": _numbered(
            plan.control,
            async_redact_data(
                {"data": dict(entry.data), "options": dict(entry.options)}, _PRIVATE_KEYS
            ),
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
        "prices": memory.prices.store(),
        "control": _control(plan.control),
        "meter": None
        if plan.meter.running is None
        else _numbered(plan.control, plan.meter.running.diagnostics()),
        "savings": _savings(plan),
    }


def _savings(plan: Plan) -> dict[str, Any]:
    """Return what was saved in each period, in the currency of the prices, and the last days of it.

    Names of batteries are not among it. `first` is the first day that is kept.
    """
    ledger, stock = plan.savings.store.ledger, plan.savings.store.stock
    today = dt_util.now().date()
    days = list(ledger.days.items())
    return {
        "saved": {period: round(ledger.saved(period, today), 4) for period in MoneyPeriod},
        "stock": {"energy": round(stock.energy), "cost": round(stock.cost, 4)},
        "kept_days": len(days),
        "first": days[0][0].isoformat() if days else None,
        "days": {day.isoformat(): line.store() for day, line in days[-_MOST_DAYS:]},
    }


def _control(control: PlanController) -> dict[str, Any]:
    """Return what is planned, why, and how each battery follows; batteries are numbered."""
    executors = control.participants.executors
    found = {
        "state": control.data.state,
        "memory": control.memory.store(),
        "peaks": None if control.data.peaks is None else asdict(control.data.peaks),
        "steps": [step_data(step, control.announcer.wording) for step in control.data.plan.steps]
        if control.data.plan
        else [],
        "beliefs": beliefs_data(control.data.plan.beliefs if control.data.plan else None),
        "rules": [
            {**each.data, "active": is_active(each)} for each in subentries(control.config_entry)
        ],
        "batteries": {
            key: {
                "wanted": str(executor.wanted),
                "standing": str(executor.standing),
                "doubt": executor.doubt,
                "is_failing": executor.is_failing,
                "is_assumed": executor.is_assumed,
                "cuts_a_peak": key in control.participants.lent,
            }
            for key, executor in executors.items()
        },
    }
    return _numbered(control, found)


def _numbered(control: PlanController, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return data in which batteries have numbers instead of their MACs."""
    text = json.dumps(found, default=str)
    known = {entry.data[CONF_BLE_MAC] for entry in async_batteries(control.hass)}
    for number, key in enumerate(sorted(known | control.participants.executors.keys()), start=1):
        text = text.replace(key, f"battery {number}")
    anonymous: dict[str, Any] = json.loads(text)
    return anonymous

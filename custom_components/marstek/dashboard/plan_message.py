"""Message of the timeline: what the plan did, does and will do, with prices and colours.

Moments are seconds since the epoch, powers W (+ discharges), states of charge %, energies kWh and
prices those of a kWh in the currency of the prices; None is unknown.
"""

from collections.abc import Iterable
from dataclasses import replace
import datetime as dt
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..plan.journal import JournalEntry
from ..plan.planner_context import periods
from ..plan.runtime import Plan
from ..plan.summary import summary
from ..plan.wording import Wording
from ..planner import Action, Certainty, Period, Reason, Step
from ..planner.model import BY_PERSON
from ..tempo import Colour

_BEGINS: Final = dt.time(18)
_ENDS: Final = dt.time(22)
_DAY: Final = dt.timedelta(days=1)
# A display of days needs no more, whatever a price source does.
_MOST_PERIODS: Final = 400
_MOST_STEPS: Final = 300


def shown_span(now: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """Return the span of the timeline: yesterday 18:00 to tomorrow 22:00 by local time, in UTC."""
    today = now.astimezone(zone).date()
    start = dt.datetime.combine(today - _DAY, _BEGINS, zone)
    end = dt.datetime.combine(today + _DAY, _ENDS, zone)
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def plan_message(plan: Plan, wording: Wording) -> dict[str, Any]:
    """Return the timeline of the running plan."""
    data, now = plan.control.data, dt_util.utcnow()
    steps = () if data.plan is None or not data.members else data.plan.steps
    return {
        **_frame(plan, now),
        "state": data.state,
        "sentence": summary(data, wording, now),
        "soc": data.totals.soc,
        "power": data.totals.power,
        "steps": _steps(plan, steps, wording, now),
        "past": _past(plan, wording, now),
        "periods": [_period(each) for each in _periods(plan, now)],
    }


def preview_message(
    plan: Plan, wording: Wording, steps: Iterable[Step], tomorrow: dt.date, colour: Colour
) -> dict[str, Any]:
    """Return the timeline of a plan whose tomorrow has another colour."""
    now, prices = dt_util.utcnow(), plan.tariff.settings.tempo_prices

    def changed(period: Period) -> Period:
        if period.day != tomorrow:
            return period
        price = prices.of(colour, off_peak=period.is_off_peak)
        return replace(period, colour=colour, price=price, certainty=Certainty.BINDING)

    start, _ = shown_span(now, plan.tariff.settings.off_peak.zone)
    periods_then = plan.tariff.export.on([changed(each) for each in _periods(plan, now)], start)
    return {
        "steps": _steps(plan, steps, wording, now),
        "periods": [_period(each) for each in periods_then],
    }


def _frame(plan: Plan, now: dt.datetime) -> dict[str, Any]:
    zone = plan.tariff.settings.off_peak.zone
    start, end = shown_span(now, zone)
    return {
        "start": start.timestamp(),
        "end": end.timestamp(),
        "zone": str(zone),
        "currency": plan.tariff.currency,
        "tariff": plan.tariff.settings.tariff,
    }


def _periods(plan: Plan, now: dt.datetime) -> list[Period]:
    settings, memory = plan.tariff.settings, plan.tariff.store.memory
    start, end = shown_span(now, settings.off_peak.zone)
    known = periods(settings, memory, start, is_long=True)
    return [each for each in known if each.end > start and each.start < end][:_MOST_PERIODS]


def _period(period: Period) -> dict[str, Any]:
    is_known = period.price is not None
    return {
        "start": period.start.timestamp(),
        "end": period.end.timestamp(),
        "price": period.price if is_known else period.expected_price,
        "is_expected": not is_known,
        # One price at all hours says nothing more of each of them.
        "export_price": period.export_price,
        "off_peak": period.is_off_peak,
        "colour": period.colour,
        "provisional": period.colour is not None and period.certainty is not Certainty.BINDING,
    }


def _steps(
    plan: Plan, steps: Iterable[Step], wording: Wording, now: dt.datetime
) -> list[dict[str, Any]]:
    _, end = shown_span(now, plan.tariff.settings.off_peak.zone)
    wording = replace(wording, currency=plan.tariff.currency)
    shown = [each for each in steps if each.end > now and each.start < end]
    return [
        {
            **_span(each.start, each.end),
            "action": each.action,
            "power": _signed(each.action, each.power),
            "target": each.target,
            "soc": None if each.expected_soc is None else round(each.expected_soc, 1),
            "text": wording.action(each),
            "reason": wording.explain(each),
            "by_person": each.reason in BY_PERSON,
            "is_sale": each.reason is Reason.SALE,
        }
        for each in shown[:_MOST_STEPS]
    ]


def _past(plan: Plan, wording: Wording, now: dt.datetime) -> list[dict[str, Any]]:
    start, _ = shown_span(now, plan.tariff.settings.off_peak.zone)
    return [_entry(each, wording) for each in plan.control.journal.between(start, now)][
        -_MOST_STEPS:
    ]


def _entry(entry: JournalEntry, wording: Wording) -> dict[str, Any]:
    step = entry.as_step()
    return {
        **_span(entry.start, entry.end),
        "action": entry.action,
        "power": _signed(entry.action, entry.power),
        "target": entry.target,
        "soc": entry.soc,
        "text": wording.action(step),
        "reason": wording.reason(step),
        "by_person": entry.reason in BY_PERSON,
        "charged": _kwh(entry.charged),
        "discharged": _kwh(entry.discharged),
        "failing": list(entry.failing),
    }


def _span(start: dt.datetime, end: dt.datetime) -> dict[str, float]:
    return {"start": round(start.timestamp()), "end": round(end.timestamp())}


def _signed(action: Action, power: int) -> int:
    return -power if action is Action.CHARGE else power


def _kwh(energy: float | None) -> float | None:
    return None if energy is None else round(energy / 1000, 2)

"""Previews of the plan: as it is, for another colour or state of charge, or before its set-up."""

from collections.abc import Mapping
from dataclasses import asdict, replace
import datetime as dt
from typing import Any

from homeassistant.core import HomeAssistant

from ..planner import Beliefs, Certainty, Context, Departed, Economy, House, Period, Step, bounded
from ..tempo import Colour, tempo_day
from .coming_day import ComingDay
from .memory import PlanMemory
from .options import Approach
from .participants import loaded_batteries
from .plan_maker import PlanMaker, strategy_of
from .plan_options import plan_options
from .planner_context import battery_state, economy, periods
from .tariff.export_prices import ExportPrices
from .tariff.price_currency import currency_of_prices, stated_currency
from .tariff_settings import TariffSettings, settings_of
from .wording import Wording


def with_tomorrow(
    context: Context, colour: Colour | None, settings: TariffSettings, export: ExportPrices
) -> Context:
    """Return a context in which tomorrow has another colour, binding; None for an unknown one.

    What feeding in earns follows the colour where it is what drawing costs.
    """
    tomorrow = tempo_day(context.moment) + dt.timedelta(days=1)

    def changed(period: Period) -> Period:
        if period.day != tomorrow:
            return period
        if colour is None:
            return replace(period, colour=None, price=None, certainty=Certainty.UNKNOWN)
        price = settings.tempo_prices.of(colour, off_peak=period.is_off_peak)
        return replace(period, colour=colour, price=price, certainty=Certainty.BINDING)

    return replace(context, periods=export.on([*map(changed, context.periods)], context.moment))


def with_soc(context: Context, soc: float) -> Context:
    """Return a context in which all batteries have a state of charge of `soc` %."""
    batteries = (replace(battery, soc=soc, is_complete=False) for battery in context.batteries)
    return replace(context, batteries=tuple(batteries))


def first_context(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    options: Mapping[str, Any],
    memory: PlanMemory,
    now: dt.datetime,
) -> Context:
    """Return the context of a plan that is being set up, with the batteries loaded now."""
    settings = settings_of(data, options)
    wanted = plan_options(options, settings.tariff)
    return Context(
        now=now.astimezone(settings.off_peak.zone),
        periods=periods(settings, memory, now, is_long=wanted.approach is not Approach.SIMPLE),
        batteries=tuple(
            battery_state(battery, is_complete=False)
            for key, battery in loaded_batteries(hass).items()
            if wanted.takes_part(key)
        ),
        options=wanted.strategy,
        house=House(wanted.subscribed),
        economy=economy(settings),
    )


def changed_context(first: Context, running: PlanMaker) -> Context:
    """Return the context of a plan that is being set up anew, with what a running one knows."""
    known = running.context(first.now)
    return replace(
        first,
        batteries=known.batteries,
        was_full=known.was_full,
        overrides=known.overrides,
        house=known.house,
        forecast=running.learner.forecast(first.now, first.periods[-1].end),
    )


async def async_coming_day(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    options: Mapping[str, Any],
    context: Context,
    wording: Wording,
) -> str:
    """Return what a plan with these data and options would do for 24 hours, in Markdown."""
    settings = settings_of(data, options)
    approach = plan_options(options, settings.tariff).approach
    planned = await hass.async_add_executor_job(strategy_of(approach), context)
    timeline = bounded(planned, context, Departed())
    names = {key: battery.name for key, battery in loaded_batteries(hass).items()}
    stated = stated_currency(hass, settings.dynamic)
    currency = currency_of_prices(settings, stated, hass.config.currency)
    return ComingDay(context, timeline, settings, approach, names, wording, currency).text()


def step_data(step: Step, wording: Wording) -> dict[str, Any]:
    """Return a step as the answer of an action: powers in W, states of charge in %."""
    return {
        "start": step.start.isoformat(),
        "end": step.end.isoformat(),
        "action": step.action.value,
        "power": step.sent,
        "average_power": step.power,
        "target": step.target,
        "floor": step.floor,
        "reason": step.reason.value,
        "text": wording.describe(step),
        "expected_soc": None if step.expected_soc is None else round(step.expected_soc, 1),
    }


def price_data(context: Context, *, has_off_peak: bool) -> list[dict[str, Any]]:
    """Return the periods of one price each way as the answer of an action; per kWh, None for unknown."""
    return [
        {
            "start": max(period.start, context.moment).isoformat(),
            "end": period.end.isoformat(),
            "price": period.expected_price if period.price is None else period.price,
            "expected": period.price is None,
            "export_price": export_price(period, context.economy),
            "off_peak": period.is_off_peak if has_off_peak else None,
            "colour": period.colour,
        }
        for period in context.periods
    ]


def export_price(period: Period, known: Economy) -> float:
    """Return what a kWh fed in earns in a period, below 0 where it costs."""
    return known.feed_in if period.export_price is None else period.export_price


def beliefs_data(beliefs: Beliefs | None) -> dict[str, Any] | None:
    """Return the figures behind the optimised strategy: energies in Wh, prices in EUR/kWh."""
    if beliefs is None:
        return None
    known = asdict(beliefs)
    return {
        key: value.isoformat() if isinstance(value, dt.datetime) else value
        for key, value in known.items()
    }

"""Previews of the plan: as it is, for another colour or state of charge, or before its set-up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
import datetime as dt
from itertools import groupby
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..planner import (
    Beliefs,
    Certainty,
    Context,
    House,
    Period,
    Reason,
    Step,
    Timeline,
    plan_optimised,
    plan_simple,
)
from ..tempo import Colour, tempo_day
from .memory import PlanMemory
from .options import plan_options
from .participants import loaded_batteries
from .planner_context import battery_state, periods
from .tariff_settings import TariffSettings, settings_of
from .wording import Wording

_HALF_A_DAY: Final = dt.timedelta(hours=12)
_DASH: Final = "\N{EN DASH}"


def with_tomorrow(context: Context, colour: Colour | None, settings: TariffSettings) -> Context:
    """Return a context in which tomorrow has another colour, binding; None for an unknown one."""
    tomorrow = tempo_day(context.moment) + dt.timedelta(days=1)

    def changed(period: Period) -> Period:
        if period.day != tomorrow:
            return period
        if colour is None:
            return replace(period, colour=None, price=None, certainty=Certainty.UNKNOWN)
        price = settings.tempo_prices.of(colour, off_peak=period.is_off_peak)
        return replace(period, colour=colour, price=price, certainty=Certainty.BINDING)

    return replace(context, periods=tuple(map(changed, context.periods)))


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
        periods=periods(settings, memory, now),
        batteries=tuple(
            battery_state(battery, is_complete=False)
            for key, battery in loaded_batteries(hass).items()
            if wanted.takes_part(key)
        ),
        options=wanted.strategy,
        house=House(wanted.subscribed),
    )


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


def beliefs_data(beliefs: Beliefs | None) -> dict[str, Any] | None:
    """Return the figures behind the optimised strategy: energies in Wh, prices in EUR/kWh."""
    if beliefs is None:
        return None
    known = asdict(beliefs)
    return {
        key: value.isoformat() if isinstance(value, dt.datetime) else value
        for key, value in known.items()
    }


def tonight(context: Context, wording: Wording) -> str:
    """Return the plan up to the end of the first off-peak hours, as a list in Markdown.

    With day-ahead prices, where any hour may be cheap, it covers the next 12 hours.
    """
    zone = context.now.tzinfo
    is_dynamic = all(period.is_off_peak for period in context.periods)
    strategy = plan_optimised if is_dynamic else plan_simple
    steps = _until_morning(strategy(context), context)
    lines = (
        f"- **{start.astimezone(zone):%H:%M}{_DASH}{end.astimezone(zone):%H:%M}** {text}"
        for start, end, text in _merged(steps, wording)
    )
    return "\n".join(lines)


def _merged(
    steps: Iterable[Step], wording: Wording
) -> Iterator[tuple[dt.datetime, dt.datetime, str]]:
    """Yield start, end and description of steps; neighbours with the same description are one."""
    for text, same in groupby(steps, key=wording.describe):
        first, *others = same
        yield first.start, (others[-1] if others else first).end, text


def _until_morning(plan: Timeline, context: Context) -> Iterator[Step]:
    """Return the steps up to the end of the first off-peak hours, without those of guards."""
    nights = (period.end for period in context.periods if period.is_off_peak)
    end = next(nights, context.periods[-1].end)
    if all(period.is_off_peak for period in context.periods):
        end = context.moment + _HALF_A_DAY
    guards = (Reason.START_GUARD, Reason.END_GUARD)
    return (step for step in plan.steps if step.end <= end and step.reason not in guards)

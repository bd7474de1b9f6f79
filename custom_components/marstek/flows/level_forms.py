"""Form of a contract with prices by hour, day and month, and the summary of how lines were understood."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
import datetime as dt
from itertools import pairwise
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig, NumberSelectorMode
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import CONF_PRICE_LEVELS, CONF_PRICES, CONF_SUBSCRIPTION
from ..plan.wording import Wording
from ..tempo import HourRule, HourRules, LevelError, LevelHours, next_holiday, write_rules
from ..texts import async_load_texts
from .hour_forms import HoursReading, hours_field, read_hours

_HIGHEST_PRICE: Final = 10.0
_HIGHEST_SUBSCRIPTION: Final = 1000.0
_DAY: Final = dt.timedelta(days=1)
_DASH: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class LevelsReading:
    """What the form of prices by hour stands for."""

    hours: HoursReading = field(default_factory=HoursReading)
    options: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def levels_schema(hass: HomeAssistant, options: Mapping[str, Any]) -> vol.Schema:
    """Return the form of prices by hour, with what the options of fixed hours have as suggestions."""
    subscription = options.get(CONF_PRICES, {}).get(CONF_SUBSCRIPTION, 0.0)
    number = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any"))
    return vol.Schema(
        {
            **hours_field(hass, CONF_PRICE_LEVELS, options.get(CONF_PRICE_LEVELS)),
            vol.Required(CONF_SUBSCRIPTION, default=subscription): number,
        }
    )


def read_levels(
    hass: HomeAssistant,
    given: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    may_be_empty: bool,
) -> LevelsReading:
    """Return what a form stands for; an empty one goes back to two prices where it may."""
    hours = read_hours(hass, CONF_PRICE_LEVELS, given, low=0, high=_HIGHEST_PRICE)
    errors, rules = dict(hours.errors), hours.rules
    if not 0 <= given[CONF_SUBSCRIPTION] <= _HIGHEST_SUBSCRIPTION:
        errors[CONF_SUBSCRIPTION] = "invalid_price"
    if not errors and (rules.rules or not may_be_empty):
        try:
            LevelHours(rules)
        except LevelError as err:
            errors[CONF_PRICE_LEVELS] = err.problem
    prices = {
        **options.get(CONF_PRICES, {}),
        CONF_SUBSCRIPTION: float(given[CONF_SUBSCRIPTION]),
    }
    stored = {CONF_PRICE_LEVELS: rules.store(), CONF_PRICES: prices}
    return LevelsReading(hours, stored, errors)


async def async_hours_summary(
    hass: HomeAssistant, rules: HourRules, *, rest: float | None = None
) -> dict[str, str]:
    """Return the placeholders of a step that shows how lines were understood, and what today is.

    Hours that no line is for have the price `rest`. Without one the lines are prices of a contract, of
    which some hours are off-peak.
    """
    wording = Wording(await async_load_texts(hass), hass.config.language)
    off_peak = LevelHours(rules) if rest is None else None
    if rest is not None and not rules.is_complete:
        rules = replace(rules, rules=(*rules.rules, HourRule(rest)))
    lines = [*rule_lines(rules, wording, hass.config.currency)]
    today = ", ".join(_hours_of(dt_util.now().date(), rules, off_peak, wording))
    lines.append(wording.texts.message("told_hours_today", {"list": today}))
    if rules.country is not None:
        day = next_holiday(dt_util.now().date(), rules.country)
        values = {
            "country": rules.country.value,
            "day": wording.day(dt_util.start_of_local_day(day)),
            "list": ", ".join(_hours_of(day, rules, off_peak, wording)),
        }
        lines.append(wording.texts.message("told_hours_holiday", values))
    return {"summary": "\n".join(f"- {line}" for line in lines)}


def rule_lines(rules: HourRules, wording: Wording, currency: str) -> Iterator[str]:
    """Yield rules as they were understood; one without hours, days and months is for the rest."""

    def price(value: float) -> str:
        return f"{wording.exact(value)} {currency}/kWh"

    lines = write_rules(rules, wording.language, price)
    for rule, line in zip(rules.rules, lines, strict=True):
        yield wording.texts.message("told_hours_rest", {"rule": line}) if is_rest(rule) else line


def is_rest(rule: HourRule) -> bool:
    """Tell whether a rule is for all hours that others leave."""
    return not (rule.windows or rule.days or rule.months or rule.holidays)


def _hours_of(
    day: dt.date, rules: HourRules, off_peak: LevelHours | None, wording: Wording
) -> Iterator[str]:
    """Yield the hours of a day with their prices, and which are off-peak."""
    midnight, end = (dt_util.start_of_local_day(each) for each in (day, day + _DAY))
    cheap = wording.texts.get("entity.binary_sensor.off_peak.state.on")
    for start, until in pairwise((midnight, *rules.changes(midnight, end), end)):
        times = f"{dt_util.as_local(start):%H:%M}{_DASH}{dt_util.as_local(until):%H:%M}"
        price = wording.exact(rules.value_at(start) or 0.0)
        is_cheap = off_peak is not None and off_peak.is_off_peak(start)
        yield f"{times} {price}" + (f" ({wording.inside(cheap)})" if is_cheap else "")

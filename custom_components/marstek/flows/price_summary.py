"""Summary of the prices that a source was understood to publish, shown before it is saved.

Prices of a wrong hour, unit or home look like any others and would command batteries. Only the owner
can compare them with the bill or the app of the supplier.
"""

from collections.abc import Callable, Iterator, Mapping
import datetime as dt
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..plan.tariff.price_currency import stated_currency
from ..plan.tariff_settings import dynamic_of
from ..plan.wording import Wording
from ..tempo import Offer
from ..texts import async_load_texts
from .level_forms import rule_lines
from .price_forms import SourceReading

_QUARTER: Final = dt.timedelta(minutes=15)
_MINUTE: Final = dt.timedelta(minutes=1)
_DAY: Final = dt.timedelta(days=1)


async def async_price_summary(
    hass: HomeAssistant, reading: SourceReading, *, is_export: bool = False
) -> dict[str, str]:
    """Return the placeholders of a step that shows what was read.

    Prices are paid for what is drawn, or earned with what is fed in.
    """
    wording = Wording(await async_load_texts(hass), hass.config.language)
    lines = _lines(hass, reading.offer, reading.options, wording, is_export=is_export)
    return {"summary": "\n".join(f"- {line}" for line in lines)}


def _lines(
    hass: HomeAssistant,
    offer: Offer,
    options: Mapping[str, Any],
    wording: Wording,
    *,
    is_export: bool,
) -> Iterator[str]:
    """Yield the lines of the summary."""

    def text(key: str, **values: str) -> str:
        return wording.texts.message(key, values)

    settings = dynamic_of(options)
    currency = stated_currency(hass, settings) or hass.config.currency

    def price(value: float) -> str:
        return f"{wording.price(value)} {currency}/kWh"

    yield from _series_lines(offer, wording, price)
    if settings.subject:
        # A name from elsewhere, in which Markdown would be rendered.
        name = settings.subject.replace("`", "")
        yield text("told_source_subject", subject=f"`{name}`")
    for line in rule_lines(settings.hourly, wording, currency):
        yield text("told_source_hours", rule=line)
    moment = _quarter(dt_util.utcnow())
    now = offer.prices.get(moment)
    if now is not None:
        paid = settings.paid(now, moment)
        key = "told_source_paid_as_is" if paid == now else "told_source_paid"
        yield text("told_source_earned" if is_export else key, price=price(paid))
    if offer.provisional:
        yield text("told_source_undated")


def _series_lines(offer: Offer, wording: Wording, price: Callable[[float], str]) -> Iterator[str]:
    """Yield what the source publishes: its first and last price, how many, their unit, and tomorrow's."""

    def text(key: str, **values: str) -> str:
        return wording.texts.message(key, values)

    starts = sorted(offer.prices)
    for key, start in (
        ("told_source_first", starts[0]),
        ("told_source_last", starts[-1] + _QUARTER - offer.step),
    ):
        known = offer.prices.get(start, offer.prices[starts[-1]])
        yield text(key, price=price(known), time=wording.moment(start))
    count = len(starts) * _QUARTER // offer.step
    yield text("told_source_count", count=str(count), minutes=str(offer.step // _MINUTE))
    unit = wording.texts.get(f"selector.price_unit.options.{offer.unit}")
    how = "told_source_unit_told" if offer.is_unit_stated else "told_source_unit_judged"
    yield text(how, unit=wording.inside(unit))
    tomorrow = dt_util.start_of_local_day(dt_util.now().date() + _DAY)
    has_tomorrow = any(start >= tomorrow for start in starts)
    yield text("told_source_tomorrow" if has_tomorrow else "told_source_no_tomorrow")


def _quarter(moment: dt.datetime) -> dt.datetime:
    """Return the start of the quarter of an hour that a moment lies in."""
    seconds = _QUARTER.total_seconds()
    return dt.datetime.fromtimestamp(moment.timestamp() // seconds * seconds, dt.UTC)

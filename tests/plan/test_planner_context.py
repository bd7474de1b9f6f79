"""Input of the planner, made of the tariff's settings and its memory."""

from dataclasses import replace
from datetime import UTC, date

from custom_components.marstek.const import CONF_TARIFF, Tariff
from custom_components.marstek.plan.memory import PlanMemory
from custom_components.marstek.plan.planner_context import economy, periods
from custom_components.marstek.plan.preview import price_data, with_tomorrow
from custom_components.marstek.plan.tariff.export_prices import ExportPrices
from custom_components.marstek.plan.tariff_settings import settings_of
from custom_components.marstek.planner import Context
from custom_components.marstek.tempo import PARIS, Announcement, Colour, PriceBook, Quotas, Source
from tests.support.moments import paris

_REDS = (date(2026, 1, 20), date(2026, 1, 21))


def _can_be_red(*, is_fallback: bool) -> bool:
    """Return whether an open Monday can be red after two red days of two, the last so."""
    settings = replace(settings_of({CONF_TARIFF: Tariff.TEMPO}, {}), quotas=Quotas(red=2))
    memory = PlanMemory()
    for day in _REDS:
        fallback = is_fallback and day == _REDS[-1]
        memory.book.learn([Announcement(day, Colour.RED, Source.RTE, paris(day), fallback)])
    monday = date(2026, 1, 26)
    found = periods(settings, memory, paris("2026-01-25", "22:30"))
    return any(period.can_be_red for period in found if period.day == monday)


def test_a_made_up_colour_is_earned_too() -> None:
    """While net metering holds, feeding in on a day that is made up to be red earns the red price."""
    now = paris("2026-01-12", "20:00")
    settings = settings_of({CONF_TARIFF: Tariff.TEMPO}, {"net_metering_until": "2026-12-31"})
    memory = PlanMemory()
    memory.book.learn([Announcement(date(2026, 1, 12), Colour.BLUE, Source.RTE, now)])
    export = ExportPrices(settings.export, PriceBook(), PARIS)
    context = Context(now, periods(settings, memory, now, is_long=True), economy=economy(settings))
    made = price_data(with_tomorrow(context, Colour.RED, settings, export), has_off_peak=True)
    assert made[0]["start"] == now.astimezone(UTC).isoformat()
    red = [each for each in made if each["colour"] is Colour.RED]
    assert red
    assert all(each["export_price"] == each["price"] for each in made)
    assert red[0]["off_peak"] is False
    assert not red[0]["expected"]


def test_a_constant_is_earned_in_all_hours() -> None:
    """What a preview says of feeding in is there also where it never changes."""
    now = paris("2026-01-12", "20:00")
    settings = settings_of({CONF_TARIFF: Tariff.FIXED}, {"feed_in": 0.04})
    context = Context(now, periods(settings, PlanMemory(), now), economy=economy(settings))
    made = price_data(context, has_off_peak=True)
    assert {each["export_price"] for each in made} == {0.04}
    assert [each["off_peak"] for each in made[:2]] == [False, True]


def test_margins_are_those_of_the_tariff() -> None:
    """Only where each hour has its price does one more kWh lose less than the mean."""
    made = {tariff: economy(settings_of({CONF_TARIFF: tariff}, {})) for tariff in Tariff}
    shares = {tariff: each.marginal_loss for tariff, each in made.items()}
    assert shares == {Tariff.TEMPO: 1.0, Tariff.FIXED: 1.0, Tariff.DYNAMIC: 0.8}


def test_a_fallback_uses_no_red_day_up() -> None:
    """A night is prepared for a red day that only a fallback seemed to have used up."""
    assert _can_be_red(is_fallback=True)
    assert not _can_be_red(is_fallback=False)

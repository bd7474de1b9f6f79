"""Steps, figures and moments as each language writes them."""

from collections.abc import Iterator
from dataclasses import replace
import datetime as dt
import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.coming_day import ComingDay
from custom_components.marstek.plan.options import Approach
from custom_components.marstek.plan.tariff_settings import settings_of
from custom_components.marstek.plan.wording import Wording
from custom_components.marstek.planner import (
    Action,
    Context,
    Figures,
    Period,
    Reason,
    Step,
    Timeline,
)
from custom_components.marstek.texts import Texts
from tests.repository.texts import flatten
from tests.test_repository import TRANSLATIONS

NOW: Final = dt.datetime(2026, 11, 16, 21, tzinfo=dt.UTC)
HOUR: Final = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def paris() -> Iterator[None]:
    """Set the clock of the home to the one of Paris."""
    before = dt_util.get_default_time_zone()
    dt_util.set_default_time_zone(ZoneInfo("Europe/Paris"))
    yield
    dt_util.set_default_time_zone(before)


def wording(language: str) -> Wording:
    """Return the wording of a language, with its texts."""
    tree: dict[str, Any] = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
    texts = {f"component.{DOMAIN}.{'.'.join(path)}": text for path, text in flatten(tree)}
    return Wording(Texts(texts), language)


@pytest.mark.parametrize(
    ("language", "text", "inside"),
    [
        ("en", "A change would gain too little", "a change would gain too little"),
        (
            "fr",
            "L\N{RIGHT SINGLE QUOTATION MARK}énergie stockée",
            "l\N{RIGHT SINGLE QUOTATION MARK}énergie stockée",
        ),
        ("fr", "Monnaie par kWh", "monnaie par kWh"),
        ("fr", "HC", "HC"),
        ("en", "PV is expected", "PV is expected"),
        ("de", "Niedertarif", "Niedertarif"),
        ("nl", "", ""),
    ],
)
def test_inside_a_sentence(language: str, text: str, inside: str) -> None:
    """A word is written small where the language does so, an abbreviation never."""
    assert wording(language).inside(text) == inside


def test_a_preview_says_what_feeding_in_earns() -> None:
    """Its lowest and its highest price of the coming day, where there is more than one."""
    settings = settings_of({"tariff": "fixed"}, {})
    start = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
    hours = [start + number * dt.timedelta(hours=6) for number in range(6)]
    for earned, shown in (((0.04, 0.15, 0.04, 0.04, 0.9), True), ((0.04,) * 5, False)):
        periods = tuple(
            Period(first, last, is_off_peak=False, export_price=price)
            for first, last, price in zip(hours, hours[1:], earned, strict=False)
        )
        day = ComingDay(
            Context(start, periods),
            Timeline(()),
            settings,
            Approach.SAVINGS,
            {},
            wording("en"),
            "EUR",
        )
        said = "earns 0.0400 EUR to 0.1500 EUR per kWh in the next 24 hours"
        assert (said in day.text()) is shown
        assert ("Feeding in" in day.text()) is shown


@pytest.mark.parametrize(
    ("language", "number", "price", "moment"),
    [
        ("en", "2,500", "0.1654", "2026-11-16 22:00"),
        ("de", "2.500", "0,1654", "16.11.2026 22:00"),
        ("fr", "2\u202f500", "0,1654", "16/11/2026, 22:00"),
        ("nl", "2.500", "0,1654", "16-11-2026 22:00"),
        ("sv", "2,500", "0.1654", "2026-11-16 22:00"),
    ],
)
def test_figures(language: str, number: str, price: str, moment: str) -> None:
    """Numbers, prices and moments; a language without texts has those of English."""
    mine = Wording(Texts(), language)
    assert mine.number(2500) == number
    assert mine.price(0.1654) == price
    assert mine.decimal(0.1654) == price[:3] + "7"
    assert mine.exact(0.1654) == price
    assert [mine.exact(value) for value in (0.0, 12.0, 0.5 - 0.2)] == ["0", "12", price[:2] + "3"]
    assert mine.moment(NOW) == moment
    assert mine.clock(NOW, NOW) == "22:00"
    assert mine.clock(NOW, NOW - dt.timedelta(days=1)) == moment


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Charging at 2,500 W to 100 %: tomorrow is red"),
        ("de", "Laden mit 2.500\u00a0W bis 100\u00a0%: Morgen ist rot"),
        ("fr", "Charge à 2\u202f500\u00a0W jusqu\u2019à 100\u00a0%\u00a0: demain est rouge"),
        ("nl", "Laden met 2.500\u00a0W tot 100\u00a0%: morgen is rood"),
    ],
)
def test_steps(language: str, text: str) -> None:
    """A step reads as a sentence; German begins what follows a colon with a capital."""
    end = NOW + dt.timedelta(hours=8)
    step = Step(NOW, end, Action.CHARGE, Reason.RED_TOMORROW, sent=2500, target=100)
    assert wording(language).describe(step) == text


@pytest.mark.parametrize(
    ("language", "peak"),
    [
        ("en", "expected peak"),
        ("de", "erwartete Spitze"),
        ("fr", "pointe"),
        ("nl", "verwachte piek"),
    ],
)
def test_a_reserve_names_its_peak(language: str, peak: str) -> None:
    """Also where an own rule may not discharge it."""
    mine = wording(language)
    step = Step(NOW, NOW + dt.timedelta(hours=1), Action.AUTO, Reason.PEAK_EXPECTED, floor=67)
    assert peak in mine.describe(step)
    figures: Figures = {"rule": "Sell", "expected": 2800}
    rule = Step(step.start, step.end, Action.DISCHARGE, Reason.RULE, figures, floor=67)
    assert peak in mine.reason(rule)
    assert "Sell" in mine.reason(rule)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Stored energy saves more later, by 0.12 EUR per kWh"),
        (
            "fr",
            "L\N{RIGHT SINGLE QUOTATION MARK}énergie stockée économisera davantage plus tard, de 0,12 EUR par kWh",
        ),
        ("de", "Gespeicherte Energie spart später mehr, um 0,12 EUR je kWh"),
        ("nl", "Opgeslagen energie bespaart later meer, 0,12 EUR per kWh"),
    ],
)
def test_the_gain_of_a_hold(language: str, text: str) -> None:
    """It is told with its reason, unless it is less than half a cent or the currency is unknown."""
    plain = wording(language)
    mine = replace(plain, currency="EUR")
    figures: Figures = {"value": 0.31, "worth_now": 0.19}
    step = Step(NOW, NOW + HOUR, Action.HOLD, Reason.LATER_WORTH_MORE, figures)
    assert mine.explain(step) == text
    assert plain.explain(step) == mine.reason(step)
    small = replace(step, figures={"value": 0.193, "worth_now": 0.19})
    assert mine.explain(small) == mine.reason(step)
    assert mine.describe_with_gain(step).endswith(mine.inside(text))

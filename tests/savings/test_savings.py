"""Savings: what must hold whatever is measured, and one day worked by hand."""

from datetime import UTC, date, datetime, timedelta
import json
import math

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.savings import (
    DayMoney,
    Exchange,
    Ledger,
    MeteredSpan,
    MoneyPeriod,
    PlanGain,
    Stock,
    season_start,
)
from custom_components.marstek.savings.ledger import MOST_DAYS

START = datetime(2026, 11, 16, 22, tzinfo=UTC)
FIVE = timedelta(minutes=5)
ENERGY = st.floats(-500, 500).map(lambda value: round(value, 3))
PRICE = st.floats(-0.5, 1.5).map(lambda value: round(value, 4))
DAY = date(2026, 11, 16)


def span(
    battery: float, grid: float | None = None, *, sun: float = 0.0, standby: float = 0.0
) -> MeteredSpan:
    """Return a span of five minutes."""
    return MeteredSpan(START, START + FIVE, battery, grid, sun, standby)


def cost(energy: float, price: float, feed_in: float) -> float:
    """Return what an exchange with the grid costs, by the book."""
    return (price * max(energy, 0) - feed_in * max(-energy, 0)) / 1000


@given(ENERGY, ENERGY, PRICE, PRICE)
def test_it_is_the_difference_of_two_bills(
    battery: float, grid: float, price: float, feed_in: float
) -> None:
    """Saved is the bill without the batteries, less the bill with them; prices may be negative."""
    saved = span(battery, grid).exchange().money(price, feed_in)
    expected = cost(grid + battery, price, feed_in) - cost(grid, price, feed_in)
    assert math.isclose(saved, expected, abs_tol=1e-9)


@given(st.none() | ENERGY, PRICE, PRICE)
def test_no_battery_saves_nothing(grid: float | None, price: float, feed_in: float) -> None:
    """What stands still changes no bill."""
    assert span(0.0, grid).exchange().money(price, feed_in) == 0


@given(st.lists(st.tuples(ENERGY, ENERGY), max_size=20), PRICE, PRICE, st.randoms())
def test_parts_add_up_in_any_order(
    spans: list[tuple[float, float]], price: float, feed_in: float, lot: object
) -> None:
    """A sum of exchanges is worth what they are worth one by one."""
    exchanges = [span(*each).exchange() for each in spans]
    one_by_one = sum(each.money(price, feed_in) for each in exchanges)
    lot.shuffle(exchanges)  # type: ignore[attr-defined]
    together = sum(exchanges, Exchange()).money(price, feed_in)
    assert math.isclose(one_by_one, together, abs_tol=1e-6)


@given(ENERGY, ENERGY, PRICE, PRICE, st.floats(0, 10))
def test_prices_scale(
    battery: float, grid: float, price: float, feed_in: float, factor: float
) -> None:
    """Twice the prices, twice the money."""
    exchange = span(battery, grid).exchange()
    scaled = exchange.money(price * factor, feed_in * factor)
    assert math.isclose(scaled, factor * exchange.money(price, feed_in), abs_tol=1e-9)


@given(st.lists(st.tuples(ENERGY, ENERGY), min_size=1, max_size=20), PRICE)
def test_a_lossless_cycle_at_one_price_earns_nothing(
    spans: list[tuple[float, float]], price: float
) -> None:
    """Where feeding in pays what import costs, a battery that ends as it began is worth nothing."""
    back = -sum(battery for battery, _ in spans)
    exchanges = [span(*each).exchange() for each in [*spans, (back, 0.0)]]
    assert math.isclose(sum(exchanges, Exchange()).money(price, price), 0, abs_tol=1e-9)


@given(st.lists(st.tuples(ENERGY, st.floats(0, 500)), min_size=1, max_size=20), PRICE, PRICE)
def test_a_lossless_cycle_without_export_earns_nothing(
    spans: list[tuple[float, float]], price: float, feed_in: float
) -> None:
    """Whatever feeding in pays: a house that draws all the time draws as much in the end."""
    back = -sum(battery for battery, _ in spans)
    cycle = [*(battery for battery, _ in spans), back]
    loads = [*(max(0.0, battery) + more for battery, more in spans), max(0.0, back)]
    exchanges = [
        span(battery, load - battery).exchange() for battery, load in zip(cycle, loads, strict=True)
    ]
    assert math.isclose(sum(exchanges, Exchange()).money(price, feed_in), 0, abs_tol=1e-6)


@given(ENERGY, st.floats(-500, 500), st.integers(1, 299))
def test_a_cut_changes_nothing_at_one_sign(battery: float, grid: float, second: int) -> None:
    """A span that is cut where a price changes holds the same energies."""
    whole = span(battery, grid)
    parts = whole.parts([START + timedelta(seconds=second), START - FIVE])
    assert len(parts) == 2
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert math.isclose(sum(part.battery for part in parts), battery, abs_tol=1e-9)
    together = sum((part.exchange() for part in parts), Exchange())
    assert math.isclose(together.avoided, whole.exchange().avoided, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("given_span", "avoided", "forgone"),
    [
        (span(100.0), 100.0, 0.0),
        (span(-100.0), 0.0, 100.0),
        (MeteredSpan(START, START + FIVE, -100.0, is_commanded=True), -100.0, 0.0),
        (span(100.0, sun=60.0, standby=2.0), 38.0, 0.0),
        (span(0.0, grid=50.0, standby=2.0), -2.0, 0.0),
        (span(100.0, grid=-40.0), 60.0, -40.0),
    ],
)
def test_what_is_taken_for_granted(given_span: MeteredSpan, avoided: float, forgone: float) -> None:
    """Estimates without a meter, the sun's share, standby, and a discharge into the grid."""
    exchange = given_span.exchange()
    assert exchange.avoided == pytest.approx(avoided)
    assert exchange.forgone == pytest.approx(forgone)


@pytest.mark.parametrize("minutes", [0, -5, 6])
def test_other_spans_are_refused(minutes: int) -> None:
    """Energies of more than five minutes can't be compared."""
    with pytest.raises(ValueError, match="five minutes"):
        MeteredSpan(START, START + timedelta(minutes=minutes), 1.0)


def test_energies_are_numbers() -> None:
    """What is none is refused."""
    with pytest.raises(ValueError, match="numbers"):
        span(math.nan)


def test_a_red_eve_worked_by_hand() -> None:
    """The example of docs/savings.md: paid for in the night, earned on the red day."""
    ledger, blue, red = Ledger(), (0.1325, 0.04), (0.7060, 0.04)
    paid = ledger.add(DAY, span(-400.0, 450.0).exchange(), 300, blue, colour="blue")
    assert paid == pytest.approx(-0.053)
    earned = ledger.add(DAY, span(300.0, 20.0).exchange(), 300, red, colour="red")
    assert earned == pytest.approx(0.2118)
    assert ledger.saved(MoneyPeriod.TODAY, DAY) == pytest.approx(0.1588)
    assert ledger.day(DAY).by_colour == {
        "blue": pytest.approx(-0.053),
        "red": pytest.approx(0.2118),
    }
    assert ledger.day(DAY).from_grid == pytest.approx(400)


@given(st.lists(st.tuples(st.floats(-400, 400), st.floats(0, 0.3)), max_size=40))
def test_the_cost_of_what_is_stored(steps: list[tuple[float, float]]) -> None:
    """It is never more than what was paid, never negative, and gone with the last energy."""
    stock, paid = Stock(), 0.0
    for change, price in steps:
        energy = max(0.0, stock.energy + change)
        cost_of_step = max(0.0, change) * price / 1000
        paid += cost_of_step
        stock = stock.after(energy, cost_of_step)
        assert -1e-9 <= stock.cost <= paid + 1e-9
        assert stock.price <= 1e9
    assert stock.after(0.0, 5.0) == Stock(0.0, 0.0)


def test_a_price_that_comes_later() -> None:
    """What was exchanged on a day of unknown colour is priced once, when it is known."""
    ledger = Ledger()
    for _ in range(3):
        exchange = span(100.0, 50.0).exchange()
        assert ledger.add(DAY, exchange, 300, None, unpriced_as="peak") is None
    assert ledger.saved(MoneyPeriod.TODAY, DAY) == 0
    for _ in range(2):
        ledger.settle(DAY, "peak", (0.2, 0.0), "white")
    ledger.settle(DAY, "never", (9.0, 0.0), "white")
    assert ledger.saved(MoneyPeriod.TODAY, DAY) == pytest.approx(0.06)
    assert ledger.by_colour(DAY, DAY) == {"white": pytest.approx(0.06)}


def test_what_the_plan_added_is_noted_beside() -> None:
    """At the price of its span, with the change of what is stored, and later where that is late."""
    ledger, unknown = Ledger(), DAY + timedelta(days=1)
    assert ledger.plan_added(DAY, DAY) is None
    ledger.add_plan(DAY, PlanGain(Exchange(1000.0, 500.0), 0.05), 300, (0.2, 0.1))
    assert ledger.plan_added(DAY, DAY) == pytest.approx(0.2 - 0.05 + 0.05)
    exchange = Exchange(avoided=1000.0)
    ledger.add(unknown, exchange, 300, None, unpriced_as="peak")
    ledger.add_plan(unknown, PlanGain(exchange, 0.1), 300, None, unpriced_as="peak")
    assert ledger.plan_added(unknown, unknown) == pytest.approx(0.1)
    again = DayMoney.restore(json.loads(json.dumps(ledger.day(unknown).store())))
    assert again == ledger.day(unknown)
    for _ in range(2):
        ledger.settle(unknown, "peak", (0.7, 0.0), "red")
    assert ledger.plan_added(DAY, unknown) == pytest.approx(0.2 + 0.1 + 0.7)
    assert ledger.plan_seconds(DAY, unknown) == (600, 2)
    assert ledger.by_colour(DAY, unknown) == {"red": pytest.approx(0.7)}


def test_energy_by_where_it_came_from() -> None:
    """From the sun what was not fed in, from the grid what was drawn more."""
    ledger = Ledger()
    ledger.add(DAY, span(-100.0, -50.0).exchange(), 300, (0.2, 0.0))
    ledger.add(DAY, span(-100.0, 70.0).exchange(), 300, (0.2, 0.0))
    assert ledger.charged(DAY, DAY) == (130.0, 70.0)


@settings(max_examples=50)
@given(st.dictionaries(st.dates(date(2023, 1, 1), date(2028, 1, 1)), PRICE, max_size=60))
def test_periods(days: dict[date, float]) -> None:
    """A day is in its month, in its season, and in the total, also through a restart."""
    ledger = Ledger()
    for day, money in days.items():
        ledger.add(day, Exchange(avoided=1000.0), 300, (money, 0.0))
        ledger.note_stock(day, 0.5)
    stored = json.loads(json.dumps(ledger.store()))
    again = Ledger(
        {date.fromisoformat(day): DayMoney.restore(line) for day, line in stored["days"].items()},
        stored["before"],
    )
    total = sum(days.values())
    for each in (ledger, again):
        assert each.saved(MoneyPeriod.TOTAL, date(2030, 1, 1)) == pytest.approx(total, abs=1e-3)
        for day, money in days.items():
            season = sum(its for other, its in days.items() if season_start(day) <= other <= day)
            assert each.saved(MoneyPeriod.SEASON, day) == pytest.approx(season, abs=1e-2)
            assert each.saved(MoneyPeriod.TODAY, day) == pytest.approx(money, abs=1e-3)


def test_it_is_bounded() -> None:
    """Old days go, what they saved stays in the total."""
    days = {DAY - timedelta(days=number): DayMoney(saved=1.0) for number in range(MOST_DAYS + 50)}
    ledger = Ledger(days, before=10.0)
    assert len(ledger.days) == MOST_DAYS
    assert ledger.before == pytest.approx(60.0)
    assert ledger.saved(MoneyPeriod.TOTAL, DAY) == pytest.approx(MOST_DAYS + 60.0)


@pytest.mark.parametrize(
    "stored",
    [
        3,
        {"saved": "1"},
        {"saved": 1e9},
        {"seconds": math.inf},
        {"by_colour": {"red": None}},
        {"by_colour": {3: 1.0}},
        {"unpriced": {"peak": [1]}},
        {"unpriced": []},
        {"plan": "much"},
        {"plan_seconds": 1e6},
        {"plan_unpriced": {"peak": 3}},
    ],
)
def test_damaged_days(stored: object) -> None:
    """What can't be a day is refused, so that its neighbours go on without it."""
    with pytest.raises(ValueError, match=r"Not a|Too large"):
        DayMoney.restore(stored)

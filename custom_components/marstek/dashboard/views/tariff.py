"""Page of the tariff: the season of Tempo, or the price curve, and the prices of the contract."""

from collections.abc import Iterable

from ...const import Tariff
from ...tempo import Colour
from ..cards import COLOURS, SEASON, TIMELINE, Card, full_width, heading, section, tile, view
from ..inventory import Inventory, PlanInventory
from ..texts import DashboardTexts


def tariff_view(home: Inventory, texts: DashboardTexts) -> Card | None:
    """Return the page; None without a tariff."""
    plan = home.plan
    if plan is None:
        return None
    if plan.tariff is Tariff.TEMPO:
        sections = [
            *section([full_width({"type": SEASON})], span=2),
            *section([*_days(plan, texts), *_tempo_prices(home, plan, texts)]),
        ]
        return view("Tempo", "tariff", sections)
    sections = [
        *section([full_width({"type": TIMELINE, "show": ["price"]})], span=2),
        *section(_prices(plan, texts)),
    ]
    return view(texts.get("views", "tariff"), "tariff", sections)


def _days(plan: PlanInventory, texts: DashboardTexts) -> Iterable[Card]:
    known = plan.entities.get
    yield heading(texts.get("headings", "days"), "mdi:calendar-today")
    yield from tile(known("colour_today"), texts.get("labels", "today"), show_entity_picture=True)
    yield from tile(
        known("colour_tomorrow"), texts.get("labels", "tomorrow"), show_entity_picture=True
    )
    for colour in (Colour.RED, Colour.WHITE, Colour.BLUE):
        # A home of the first version goes on with the entity of another key.
        entity_id = known(f"{colour}_days_left") or known(f"days_left_{colour}")
        yield from tile(entity_id, color=COLOURS[colour])
    yield from tile(known("price"))
    yield from tile(known("off_peak"))


def _tempo_prices(home: Inventory, plan: PlanInventory, texts: DashboardTexts) -> Iterable[Card]:
    prices, label = plan.settings.tempo_prices, texts.sections["labels"]
    rows = [
        f"| {label[colour]} | {texts.price(prices.of(colour, off_peak=True))}"
        f" | {texts.price(prices.of(colour, off_peak=False))} |"
        for colour in Colour
    ]
    head = f"| {home.currency}/kWh | {label['off_peak']} | {label['peak']} |\n|:--|--:|--:|"
    yield heading(texts.get("headings", "prices"), "mdi:cash")
    yield full_width({"type": "markdown", "content": "\n".join([head, *rows])})


def _prices(plan: PlanInventory, texts: DashboardTexts) -> Iterable[Card]:
    known = plan.entities.get
    yield heading(texts.get("headings", "prices"), "mdi:cash")
    for key in ("price", "next_price"):
        yield from tile(known(key))
    # On a phone a tile has room for sixteen letters or so.
    for key in ("next_price_change", "price_lowest", "price_highest", "price_average"):
        yield from tile(known(key), texts.get("labels", key))
    for key in ("off_peak", "price_off_peak", "price_peak", "next_off_peak_change"):
        yield from tile(known(key))

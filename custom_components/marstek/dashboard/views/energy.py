"""Page of energy and money: kWh per day and battery, efficiency, and what was saved."""

from collections.abc import Iterable, Iterator
from typing import Final

from ...const import Tariff
from ...tempo import Colour
from ..cards import RECORDS, Card, full_width, heading, section, tile, view
from ..inventory import Inventory
from ..texts import DashboardTexts

_COLLECTION: Final = "energy_marstek"
"""Joins the cards of this page to its period picker; the frontend asks for this prefix."""
_ENERGY_CARDS: Final = ("energy-usage-graph", "energy-sources-table")


def energy_view(home: Inventory, texts: DashboardTexts) -> Card | None:
    """Return the page; None without a counter and without money."""
    sections = [
        *section(_dashboard(home), span=2),
        *section(_per_day(home, texts), span=2),
        *section(_money(home, texts)),
        *section(_batteries(home, texts)),
        *section(_records(home, texts)),
    ]
    if not sections:
        return None
    return view(texts.get("views", "energy"), "energy", sections)


def _dashboard(home: Inventory) -> Iterator[Card]:
    """Yield cards of the Energy dashboard with their period picker."""
    if "energy" not in home.components:
        return
    yield full_width({"type": "energy-date-selection", "collection_key": _COLLECTION})
    for kind in _ENERGY_CARDS:
        yield full_width({"type": kind, "collection_key": _COLLECTION})


def _per_day(home: Inventory, texts: DashboardTexts) -> Iterator[Card]:
    """Yield the energies of each day: those of the home, then those of each battery."""
    if "recorder" not in home.components:
        return
    charged, discharged = texts.get("labels", "charged"), texts.get("labels", "discharged")
    known = home.of_plan.get
    series = [
        *_series(known("total_charged"), charged),
        *_series(known("total_discharged"), discharged),
    ]
    if not series:
        series = [
            found
            for each in home.batteries
            for key, name in (("energy_charged", charged), ("energy_discharged", discharged))
            for found in _series(each.entities.get(key), f"{each.name}: {name}")
        ]
    if series:
        yield heading(texts.get("headings", "per_day"), "mdi:chart-bar")
        yield full_width(_bars(series))
    if len(home.batteries) > 1:
        each_battery = [
            found
            for each in home.batteries
            for found in _series(each.entities.get("energy_discharged"), each.name)
        ]
        if each_battery:
            yield full_width({**_bars(each_battery), "title": discharged})


def _series(entity_id: str | None, name: str) -> list[Card]:
    return [] if entity_id is None else [{"entity": entity_id, "name": name}]


def _bars(series: list[Card]) -> Card:
    return {
        "type": "statistics-graph",
        "chart_type": "bar",
        "period": "day",
        "days_to_show": 14,
        "stat_types": ["change"],
        "entities": series,
    }


def _money(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    known = home.of_plan.get
    yield heading(texts.get("headings", "savings"), "mdi:piggy-bank")
    for key in ("saved_today", "saved_month", "saved_season", "saved_total", "plan_added"):
        # The names of two of them side by side are cut off on a phone.
        yield from map(full_width, tile(known(key), color="green"))
    season = known("saved_season")
    if season is None:
        return
    if home.plan is not None and home.plan.tariff is Tariff.TEMPO:
        yield full_width(_by_colour(season, home.currency, texts))
    if "recorder" in home.components:
        bars = _bars([{"entity": season, "name": texts.get("labels", "saved")}])
        title = texts.get("labels", "saved_per_day")
        yield full_width({**bars, "title": title, "days_to_show": 30})
        title = texts.get("labels", "saved_per_month")
        yield full_width({**bars, "title": title, "period": "month", "days_to_show": 365})


def _by_colour(season: str, currency: str, texts: DashboardTexts) -> Card:
    """Return what was saved on days of each colour, which the season's sensor has as attributes."""
    rows = [
        {
            "type": "attribute",
            "entity": season,
            "attribute": colour.value,
            "name": texts.get("labels", colour),
            "icon": "mdi:circle",
            "suffix": f"\N{NO-BREAK SPACE}{currency}",
        }
        for colour in Colour
    ]
    return {"type": "entities", "title": texts.get("labels", "saved_by_colour"), "entities": rows}


def _batteries(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    yield heading(texts.get("headings", "efficiency"), "mdi:battery-heart")
    for each in home.batteries:
        # Two tiles share the width of a phone, where a battery's name would cut off what they show.
        found = [
            *tile(each.entities.get("energy_charged"), texts.get("labels", "charged")),
            *tile(each.entities.get("energy_discharged"), texts.get("labels", "discharged")),
        ]
        for key in ("round_trip_efficiency", "equivalent_cycles", "pv_energy"):
            found += tile(each.entities.get(key))
        if found:
            yield {**heading(each.name, "mdi:battery"), "heading_style": "subtitle"}
            yield from found


def _records(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    """Yield the card that downloads a file or a report, which needs a plan and a recorder."""
    yield heading(texts.get("headings", "records"), "mdi:file-download")
    if home.plan is not None and "recorder" in home.components:
        yield full_width({"type": RECORDS})

"""Message of the season: its Tempo days with their source, counts left, and prices."""

import datetime as dt
from typing import Any

from homeassistant.util import dt as dt_util

from ..const import Tariff
from ..plan.runtime import Plan
from ..plan.tariff_settings import TariffSettings
from ..tempo import Colour, Season, days_left, decree_on, season_of, tempo_day


def season_message(plan: Plan, first_year: int | None) -> dict[str, Any]:
    """Return a season, or the running one when it is not known; prices in EUR/kWh.

    A home without Tempo has no season: `season` is None then.
    """
    tariff = plan.tariff
    if tariff.settings.tariff is not Tariff.TEMPO:
        return {"season": None}
    book, colours = tariff.store.memory.book, tariff.colours
    today = tempo_day(dt_util.utcnow())
    running = season_of(today)
    known = sorted({season_of(day).first_year for day in colours} | {running.first_year})
    season = Season(first_year) if first_year in known else running
    quotas = tariff.settings.quotas
    days = []
    for day in book.known_days(season):
        entry = book.get(day)
        if entry is not None and not entry.is_fallback:
            said = [day.isoformat(), entry.colour, entry.source, not entry.is_binding]
            days.append([*said, *_prices(tariff.settings, day, entry.colour)])
    return {
        "season": season.first_year,
        "seasons": known,
        "today": today.isoformat(),
        "tomorrow": (today + dt.timedelta(days=1)).isoformat(),
        "days": days,
        "left": {colour: days_left(colour, season, colours, quotas) for colour in Colour},
        "total": {colour: quotas.of(colour, season) for colour in Colour},
        "currency": tariff.currency,
    }


def _prices(
    settings: TariffSettings, day: dt.date, colour: Colour
) -> tuple[float | None, float | None]:
    """Return the off-peak and peak price of a day; None for days before the prices that are known."""
    since = decree_on(day).since if settings.follows_decree else settings.prices_since
    if day < since:
        return None, None
    prices = settings.tempo_prices_on(day)
    return prices.of(colour, off_peak=True), prices.of(colour, off_peak=False)

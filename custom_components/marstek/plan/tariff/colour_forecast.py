"""Colours to be expected from the day after tomorrow on, and the record of how right that was.

Nothing is computed or recorded until an entity asks for it: most homes never turn it on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
import datetime as dt
from typing import Final

from homeassistant.core import callback

from ...tempo import Colour, ColourBook, Guess, Odds, Quotas, days_left, forecast, season_of
from ..forecast_record import ForecastScore
from ..memory import PlanStore
from ..tariff_settings import TariffSettings

_DAY: Final = dt.timedelta(days=1)
_FIRST: Final = 2
_LAST: Final = 9
# Colours of this many days decide; what is older only counts in the stock.
_RECENT: Final = 14
# Without a colour of the last two days there is nothing to go by.
_NEEDED: Final = 2


@dataclass(frozen=True, slots=True)
class ExpectedDay:
    """A Tempo day without a colour, and the probability of each, 0..1."""

    day: dt.date
    blue: float
    white: float
    red: float
    guess: Guess | None = None
    """What open-dpe.fr expects, where its owner wants that to be asked for."""

    @property
    def odds(self) -> Odds:
        """The same by colour."""
        return {Colour.BLUE: self.blue, Colour.WHITE: self.white, Colour.RED: self.red}

    @property
    def percentages(self) -> dict[str, int]:
        """The same in whole percent, by the name of the colour."""
        return {colour.value: round(100 * chance) for colour, chance in self.odds.items()}


@dataclass(frozen=True, slots=True)
class ColourForecast:
    """What is to be expected of the days from the day after tomorrow to the ninth day."""

    days: tuple[ExpectedDay, ...]
    """In order; empty while no colour of the last days is known."""
    score: ForecastScore | None = None
    """How good the own forecasts of the day after tomorrow were; None while none was judged."""
    guessed_at: dt.datetime | None = None
    """When open-dpe.fr last answered."""


class ColourForecaster:
    """Forecast of colours for the entities that use it, and its record."""

    def __init__(self, store: PlanStore) -> None:
        """Forecast nothing yet; `store` is the file of the plan."""
        self._store = store
        self._users = 0
        self._cached: tuple[object, tuple[ExpectedDay, ...]] | None = None

    @property
    def is_used(self) -> bool:
        """Tell whether an entity shows the forecast."""
        return self._users > 0

    @callback
    def async_use(self) -> Callable[[], None]:
        """Forecast from now on, until the returned function is called."""
        self._users += 1

        @callback
        def leave() -> None:
            self._users -= 1

        return leave

    def look(self, today: dt.date, settings: TariffSettings) -> ColourForecast | None:
        """Return the forecast on a Tempo day, and keep its record; None while nobody uses it."""
        if not self.is_used:
            return None
        memory = self._store.memory
        record = memory.forecast
        is_news = record.settle(today, memory.book.known)
        days = self.days(today, memory.book, settings.quotas)
        if days:
            is_news |= record.expect(days[0].day, days[0].odds)
        if is_news:
            self._store.save_soon()
        if not settings.asks_open_dpe:
            return ColourForecast(days, record.score)
        outside = memory.outside
        days = tuple(replace(each, guess=outside.guesses.get(each.day)) for each in days)
        return ColourForecast(days, record.score, outside.at)

    def days(self, today: dt.date, book: ColourBook, quotas: Quotas) -> tuple[ExpectedDay, ...]:
        """Return the expected days, whether or not an entity shows them; none where too little is known.

        They are computed again only when what they go by has changed.
        """
        known = book.known
        recent = tuple(known.get(today + (1 - back) * _DAY) for back in range(_RECENT))
        if not any(recent[1 : 1 + _NEEDED]):
            return ()
        left = [days_left(colour, season_of(today), known, quotas) for colour in Colour]
        basis = (today, quotas, recent, left)
        if self._cached is None or self._cached[0] != basis:
            wanted = [today + ahead * _DAY for ahead in range(_FIRST, _LAST + 1)]
            found = forecast(wanted, known, quotas)
            self._cached = basis, tuple(_expected(day, odds) for day, odds in found.items())
        return self._cached[1]


def _expected(day: dt.date, odds: Odds) -> ExpectedDay:
    return ExpectedDay(
        day, odds.get(Colour.BLUE, 0.0), odds.get(Colour.WHITE, 0.0), odds.get(Colour.RED, 0.0)
    )

"""Money of a season by the book: bills of quarters of an hour, as the backtest has them.

The ledger of the integration is measured through polls of batteries and a sensor of the grid. This
book knows the counters of the simulated batteries and the true load, so that the two can be compared.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from custom_components.marstek.const import CONF_GRID_SENSOR, CONF_STANDBY
from custom_components.marstek.savings import MoneyPeriod
from custom_components.marstek.tempo import DECREES, TEMPO_OFF_PEAK, tempo_day
from scripts.backtest_lib.home import Home
from tests.support.plan_home import PlanHome

TOLERANCE: Final = 0.01
"""The share by which the ledger may differ from the book."""
_GRID: Final = "sensor.season_grid"
_EVERY: Final = 30.0
_SLOT: Final = 900

OPTIONS: Final[Mapping[str, Any]] = {CONF_GRID_SENSOR: _GRID, CONF_STANDBY: 0}
"""Options of a plan whose money is compared: simulated batteries draw nothing at rest."""


class Book:
    """Bills of the home with its batteries and without them, in EUR."""

    def __init__(self, home: PlanHome) -> None:
        """Begin with nothing billed."""
        self._home = home
        self._owner = Home()
        self._slot = 0
        self._load = 0.0
        self._given = self._counters()
        self._price = 0.0
        self.saved = 0.0
        """What the batteries have saved."""

    @property
    def noted(self) -> float:
        """What the ledger of the integration says of the same."""
        ledger = self._home.plan.savings.store.ledger
        return ledger.saved(MoneyPeriod.TOTAL, self._home.now.date())

    def _counters(self) -> float:
        """Return the Wh that all batteries have ever given, less those that they have taken."""
        states = [battery.state for battery in self._home.batteries]
        return sum(each.energy_discharged_wh - each.energy_charged_wh for each in states)

    async def keep(self) -> None:
        """Bill each quarter of an hour, and show what the meter of the grid measures."""
        while True:
            self._look()
            await asyncio.sleep(_EVERY)

    def _look(self) -> None:
        home = self._home
        states = [battery.state for battery in home.batteries]
        load = sum(state.household_power for state in states)
        grid = load - sum(state.ac_power for state in states)
        if home.is_running:
            home.hass.states.async_set(_GRID, str(round(grid)), {"unit_of_measurement": "W"})
        slot = int(home.now.timestamp()) // _SLOT
        if slot != self._slot:
            self.settle()
            self._slot = slot
            self._price = self._price_now()
        self._load += load * _EVERY / 3600

    def settle(self) -> None:
        """Bill the part of a slot that has passed: the ledger does not wait for its end either."""
        given = self._counters()
        load, served = self._load / 1000, (given - self._given) / 1000
        self._given, self._load = given, 0.0
        if self._slot:
            self.saved += self._owner.bill(self._price, load)
            self.saved -= self._owner.bill(self._price, load - served)

    def _price_now(self) -> float:
        """Return what a kWh costs at the true colour, in EUR."""
        now = self._home.now
        colour = self._home.colours[tempo_day(now)]
        return DECREES[-1].tempo.of(colour, off_peak=TEMPO_OFF_PEAK.is_off_peak(now))


@asynccontextmanager
async def book_of(home: PlanHome) -> AsyncIterator[Book]:
    """Keep a book while the home lives."""
    book = Book(home)
    task = asyncio.create_task(book.keep())
    try:
        yield book
    finally:
        task.cancel()

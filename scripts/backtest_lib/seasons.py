"""One season of one home, in a process of its own."""

from custom_components.marstek.tempo import Season as Year

from .home import Home
from .strategies import Name, Season, compare
from .tariffs import TARIFFS, Table
from .world import make


def live(home: Home, tariff: str, prices: Table, year: Year) -> Season:
    """Return what all strategies do in a season."""
    slots = make(home, year)
    return compare(home, slots, TARIFFS[tariff](home, slots, prices), tuple(Name))

"""File of what was saved: the ledger, the cost of what is stored, and the run in plain Auto."""

import datetime as dt
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from ..keeping import EntryStore, on_one_line
from ..savings import DayMoney, Ledger, PlainAuto, Stock
from ..stored import MOST_ENERGY, StoredPart, moment, number, whole

_SUFFIX: Final = ".savings"
# In s. Money is written this seldom, and at a stop; an SD card wears by writes.
_DELAY: Final = 1800.0
_MOST_MONEY: Final = 1e7
_MOST_BATTERIES: Final = 1000


class SavingsStore:
    """The ledger, the stock and the run in plain Auto of a home, and their file."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start with nothing saved; nothing is read yet."""
        self.ledger = Ledger()
        self.stock = Stock()
        self.auto: PlainAuto | None = None
        """The run that shows what the plan adds; None before its first span."""
        self._store = EntryStore(hass, entry_id, self._contents, suffix=_SUFFIX)

    def _contents(self) -> dict[str, Any]:
        ledger = self.ledger.store()
        days = {day: on_one_line(line) for day, line in ledger["days"].items()}
        stock = {"energy": round(self.stock.energy, 1), "cost": round(self.stock.cost, 4)}
        return {
            "ledger": ledger | {"days": days},
            "stock": stock,
            "auto": None if self.auto is None else _contents_of(self.auto),
        }

    async def async_load(self) -> None:
        """Go on with what was known before a restart, day by day."""
        stored = await self._store.async_load()
        part = stored.part("ledger")
        days: dict[dt.date, DayMoney] = {}
        for name, line in part.mapping("days", DayMoney.restore).items():
            try:
                days[dt.date.fromisoformat(name)] = line
            except ValueError:
                part.noting("days")(name)
        self.ledger = Ledger(days, part.value("before", number(-_MOST_MONEY, _MOST_MONEY), 0.0))
        stock = stored.part("stock")
        self.stock = Stock(
            stock.value("energy", number(0, MOST_ENERGY), 0.0),
            stock.value("cost", number(0, _MOST_MONEY), 0.0),
        )
        self.auto = _auto_of(stored.optional_part("auto"))
        await self._store.async_settle(("ledger",))

    @callback
    def save_soon(self) -> None:
        """Write within half an hour."""
        self._store.save_within(_DELAY)

    async def async_close(self) -> None:
        """Write for the last time."""
        await self._store.async_close()

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def _contents_of(auto: PlainAuto) -> dict[str, Any]:
    return {
        "at": auto.at.isoformat(),
        "count": auto.count,
        "capacity": round(auto.capacity, 1),
        "stored": round(auto.stored, 1),
        "real": round(auto.real, 1),
        "worth": round(auto.worth, 4),
    }


def _auto_of(part: StoredPart) -> PlainAuto | None:
    """Return the run as it was stored; None where a part of it can't be read: another begins."""
    energy = number(0, MOST_ENERGY)
    at = part.optional("at", moment)
    count = part.optional("count", whole(1, _MOST_BATTERIES))
    capacity, stored, real = (part.optional(key, energy) for key in ("capacity", "stored", "real"))
    worth = part.optional("worth", number(-_MOST_MONEY, _MOST_MONEY))
    if at is None or count is None or capacity is None:
        return None
    if stored is None or real is None or worth is None:
        return None
    return PlainAuto(at, count, capacity, stored, real, worth)

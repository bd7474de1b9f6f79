"""Third stage of the price reader: the unit of prices.

A unit is read from texts, flags and names beside the prices. Where nothing says it, the size of the
prices decides, and between 20 and 60 the owner does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
import re
from statistics import median
from typing import Final

from .spot_model import DayList, PriceUnit, Series, SpotError, SpotProblem

_CENTS: Final = frozenset(
    {
        *("ct", "cts", "c", "cent", "cents", "c€", "€c", "¢", "p", "pence", "öre", "øre", "ore"),
        *("eurocent", "eurocents", "rp", "rappen", "snt", "centime", "centimes", "gr", "grosz"),
    }
)
_CURRENCIES: Final = frozenset(
    {
        *(
            "€",
            "$",
            "£",
            "kr",
            "kr.",
            "zł",
            "zl",
            "kč",
            "kc",
            "ft",
            "lei",
            "лв",
            "r$",
            "₹",
            "¥",
            "fr",
        ),
        *("eur", "euro", "euros", "usd", "gbp", "sek", "nok", "dkk", "chf", "pln", "czk", "huf"),
        *(
            "ron",
            "bgn",
            "aud",
            "nzd",
            "cad",
            "jpy",
            "inr",
            "zar",
            "brl",
            "mxn",
            "try",
            "uah",
            "isk",
        ),
    }
)
_PER: Final = re.compile(r"(.*?)(?:/|per|pro|par)(k|m)wh")
_SEPARATORS: Final = str.maketrans("", "", "_- '\N{RIGHT SINGLE QUOTATION MARK}")
_CENT_FLAGS: Final = ("priceincents", "usecent")
_NO_PRICES: Final = frozenset({"w", "kw", "wh", "kwh", "mwh", "%", "°c", "v", "a", "g", "kg", "m³"})
# Medians of what has no unit: up to the first it is a currency, up to the second its hundredth,
# from the third on the price of a MWh. In between it may be either of the last two.
_MOST_CURRENCY: Final = 2.0
_MOST_CENTS: Final = 20.0
_LEAST_MWH: Final = 60.0
IN_KWH: Final = {PriceUnit.KWH: 1.0, PriceUnit.CENT: 0.01, PriceUnit.MWH: 0.001}
"""Factor from each unit to the currency per kWh."""


def plain(name: object) -> str:
    """Return a name in lower case, without separators of words."""
    return str(name).lower().translate(_SEPARATORS)


def is_of_something_else(node: object) -> bool:
    """Tell whether a mapping names something else than a price."""
    unit = node.get("unit_of_measurement") if isinstance(node, Mapping) else None
    return isinstance(unit, str) and unit.lower() in _NO_PRICES


def unit_in(node: Mapping[object, object]) -> PriceUnit | None:
    """Return the unit that a mapping states for its values."""
    stated = {plain(name): value for name, value in node.items()}
    unit = unit_of_text(stated.get("unitofmeasurement")) or unit_of_text(stated.get("unit"))
    if unit in (None, PriceUnit.KWH) and any(stated.get(flag) is True for flag in _CENT_FLAGS):
        return PriceUnit.CENT
    return unit


def unit_of_text(text: object) -> PriceUnit | None:
    """Return the unit that a text such as `EUR/MWh` stands for, None for any other.

    A word that is no known currency, such as `Rp./kWh`, may be its hundredth: prices decide.
    """
    if not isinstance(text, str):
        return None
    match = _PER.fullmatch(text.lower().replace(" ", ""))
    if match is None:
        return None
    currency, energy = match[1].rstrip("."), match[2]
    if currency in _CENTS:
        return PriceUnit.CENT if energy == "k" else None
    if energy == "m":
        return PriceUnit.MWH
    return PriceUnit.KWH if currency in _CURRENCIES else None


def unit_by_name(name: str) -> PriceUnit | None:
    """Return the unit in the name of a price."""
    if name == "marketprice" or name.endswith("permwh"):
        return PriceUnit.MWH
    if name.endswith("perkwh"):
        return PriceUnit.CENT if "ct" in name or "cent" in name else PriceUnit.KWH
    return None


def stated_unit(found: Sequence[Series | DayList]) -> PriceUnit | None:
    """Return the unit that the source says, None where it says nothing."""
    stated = (unit for each in found for unit, _ in _prices_of(each) if unit is not None)
    return next(stated, None)


def common_unit(found: Sequence[Series | DayList], assumed: PriceUnit | None) -> PriceUnit:
    """Return the unit that the source says, else the assumed one, else the one by size.

    Raises SpotError (UNCLEAR_UNIT) where the size of the prices does not tell either.
    """
    return stated_unit(found) or assumed or _plausible(found)


def _prices_of(each: Series | DayList) -> Iterator[tuple[PriceUnit | None, float]]:
    """Yield each price with its unit."""
    if isinstance(each, Series):
        yield from ((row.unit, row.price) for row in each.rows)
    else:
        yield from ((each.unit, price) for price in each.prices if price is not None)


def _plausible(found: Sequence[Series | DayList]) -> PriceUnit:
    """Return the unit that prices without one must have; raise SpotError when that is unclear."""
    middle = median(abs(price) for each in found for _, price in _prices_of(each))
    if middle <= _MOST_CURRENCY:
        return PriceUnit.KWH
    if middle <= _MOST_CENTS:
        return PriceUnit.CENT
    if middle >= _LEAST_MWH:
        return PriceUnit.MWH
    raise SpotError(SpotProblem.UNCLEAR_UNIT)


def in_unit[FoundT: (Series, DayList)](
    found: FoundT, unit: PriceUnit, *, is_forced: bool
) -> FoundT:
    """Return prices that all have a unit: the given one where they have none, or `is_forced`."""
    if isinstance(found, DayList):
        return replace(found, unit=unit if is_forced or found.unit is None else found.unit)
    rows = (
        replace(row, unit=unit if is_forced or row.unit is None else row.unit) for row in found.rows
    )
    return replace(found, rows=tuple(rows))

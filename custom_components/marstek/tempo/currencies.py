"""Currency that the unit of a price names, as its ISO code."""

from collections.abc import Mapping
import re
from typing import Final

# Signs and hundredths that one currency alone has: öre are Swedish, øre may be of two countries,
# a cent of many.
_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("€", "euro", "euros", "eurocent", "eurocents", "c€", "€c", "€ct"), "EUR"),
    **dict.fromkeys(("£", "p", "pence"), "GBP"),
    **dict.fromkeys(("zł", "zl", "gr", "grosz"), "PLN"),
    **dict.fromkeys(("kč", "kc"), "CZK"),
    **dict.fromkeys(("rp", "rappen"), "CHF"),
    "öre": "SEK",
    "ft": "HUF",
    "lei": "RON",
    "лв": "BGN",
    "r$": "BRL",
    "₹": "INR",
}
_CODES: Final = frozenset(
    {
        *("EUR", "USD", "GBP", "SEK", "NOK", "DKK", "CHF", "PLN", "CZK", "HUF", "RON", "BGN"),
        *("AUD", "NZD", "CAD", "JPY", "INR", "ZAR", "BRL", "MXN", "TRY", "UAH", "ISK"),
    }
)
_PER: Final = re.compile(r"\s*(?:/|\bper\b|\bpro\b|\bpar\b)\s*[km]wh\s*", re.IGNORECASE)


def currency_of(text: object) -> str | None:
    """Return the ISO code of the currency in a text such as `EUR/MWh`, `p/kWh` or `GBP`.

    None for a text that names none, or one that several currencies share, such as `kr/kWh`.
    """
    if not isinstance(text, str):
        return None
    name = _PER.sub("", text, count=1).strip().rstrip(".")
    return name.upper() if name.upper() in _CODES else _NAMES.get(name.lower())

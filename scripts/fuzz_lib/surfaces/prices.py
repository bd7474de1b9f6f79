"""Attributes of price entities and answers of price actions.

How they are read (time zone, unit, home) is chosen by the input's checksum.
"""

import datetime as dt
from types import SimpleNamespace
from typing import Any, Final, cast
from zlib import crc32
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant, State
import orjson

from custom_components.marstek.plan.tariff.price_source import PriceEvidence, read_states
from custom_components.marstek.plan.tariff_settings import DynamicSettings
from custom_components.marstek.tempo import Offer, PriceBook, PriceUnit, SpotError, read_prices
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import NoValueError, UnsoundError, python_value, require_sound

_NOW: Final = dt.datetime(2026, 10, 3, 11, 50, tzinfo=dt.UTC)
_ZONES: Final = tuple(
    ZoneInfo(name)
    for name in (
        *("Europe/Paris", "UTC", "America/New_York", "Australia/Lord_Howe"),
        *("Pacific/Kiritimati", "Asia/Kathmandu"),
    )
)
_UNITS: Final = (None, None, None, *PriceUnit)
_HIGHEST: Final = 1000.0
_QUARTER: Final = 900
_AHEAD: Final = dt.timedelta(hours=48)
_ENTITY: Final = "sensor.prices"


def _read(document: bytes) -> None:
    payload, chance = python_value(document), crc32(document)
    zone = _ZONES[chance % len(_ZONES)]
    unit, assumed = _UNITS[chance // 7 % 6], _UNITS[chance // 64 % 6]
    subject = "home" if chance // 512 % 8 == 0 else None
    if isinstance(payload, dict) and chance // 4096 % 2:
        offer = _read_entity(payload, unit, assumed, subject)
    else:
        day = _NOW.astimezone(zone).date()
        try:
            offer = read_prices(
                payload, zone=zone, day=day, unit=unit, assumed=assumed, subject=subject
            )
        except SpotError as err:
            require_sound(err.subjects)
            raise
    _check(offer)
    _learn(offer, zone)


def _read_entity(
    payload: dict[str, Any], unit: PriceUnit | None, assumed: PriceUnit | None, subject: str | None
) -> Offer:
    """Read prices as attributes of an entity."""
    states = {_ENTITY: State(_ENTITY, "0.2", payload)}
    hass = cast("HomeAssistant", SimpleNamespace(states=states))
    settings = DynamicSettings(
        entities=(_ENTITY, "sensor.gone"), unit=unit, assumed_unit=assumed, subject=subject
    )
    return read_states(hass, settings, PriceEvidence())


def _check(offer: Offer) -> None:
    require_sound(dict(offer.prices))
    for start, price in offer.prices.items():
        if start.utcoffset() != dt.timedelta() or start.timestamp() % _QUARTER:
            raise UnsoundError(f"A price from {start} on")
        if not -_HIGHEST <= price <= _HIGHEST:
            raise UnsoundError(f"A price of {price}")


def _learn(offer: Offer, zone: dt.tzinfo) -> None:
    """Keep what was read, as the plan does, and look at what is shown of it."""
    book = PriceBook()
    if not book.learn(offer.prices, _NOW):
        return
    require_sound(list(book.spans(_NOW, _NOW + _AHEAD, zone)))
    if PriceBook.restore(orjson.loads(orjson.dumps(book.store()))).store() != book.store():
        raise UnsoundError("A book that is not read as it was written")


PRICES: Final = Surface("prices", _read, (SpotError, NoValueError))

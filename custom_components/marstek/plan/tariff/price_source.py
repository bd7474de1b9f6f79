"""Source of day-ahead prices: entities, or an action of an integration that has one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
import datetime as dt
import math
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...const import LOGGER
from ...tempo import (
    Clues,
    DayList,
    Offer,
    PriceBook,
    PriceUnit,
    SpotError,
    SpotProblem,
    read_prices,
)
from ..tariff_settings import DynamicSettings

_PATIENCE: Final = 30.0
_TIBBER: Final = ("tibber", "get_prices")
_NORD_POOL: Final = ("nordpool", "get_prices_for_date")
_DAY: Final = dt.timedelta(days=1)
_LONGEST_REASON: Final = 200
# From when on the prices of the next day are published.
_PUBLISHED_AT: Final = dt.time(13)


class SourceGoneError(Exception):
    """The action of a price source is missing or failed."""


@callback
def async_actions(hass: HomeAssistant) -> dict[str, str]:
    """Return the price actions of this Home Assistant and their names.

    A key is the action, for Nord Pool followed by its entry and area.
    """
    found: dict[str, str] = {}
    if hass.services.has_service(*_TIBBER):
        found[".".join(_TIBBER)] = "Tibber"
    if hass.services.has_service(*_NORD_POOL):
        for entry in hass.config_entries.async_entries(_NORD_POOL[0]):
            for area in entry.data.get("areas", ()):
                found[f"{'.'.join(_NORD_POOL)} {entry.entry_id} {area}"] = f"{entry.title} ({area})"
    return found


@dataclass(slots=True)
class PriceEvidence:
    """Evidence for the day of lists without dates: known prices, and earlier lists."""

    book: PriceBook = field(default_factory=PriceBook)
    lists: dict[str, tuple[DayList, ...]] = field(default_factory=dict)
    """Last lists read, by entity."""


async def async_read(
    hass: HomeAssistant, settings: DynamicSettings, now: dt.datetime, *, until: dt.datetime
) -> Offer:
    """Return the prices that the source publishes now; an action is asked up to `until`.

    Raises SpotError for an answer without prices, SourceGoneError for an action that fails.
    """
    if settings.action is None:
        return read_states(hass, settings, PriceEvidence())
    return await _async_ask(hass, settings, settings.action, now, until)


@callback
def read_states(hass: HomeAssistant, settings: DynamicSettings, evidence: PriceEvidence) -> Offer:
    """Return the prices of all readable entities; raise SpotError when none is readable.

    The lists that were read are kept in the evidence.
    """
    offers: list[Offer] = []
    problem = SpotProblem.NO_PRICES
    for entity_id in settings.entities:
        state = hass.states.get(entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            continue
        try:
            offer = _read_state(state, settings, evidence)
        except SpotError as err:
            if err.subjects:
                raise
            problem = err.problem if err.problem is not SpotProblem.NO_PRICES else problem
        else:
            offers.append(offer)
            if offer.lists:
                evidence.lists[entity_id] = offer.lists
    if not offers:
        raise SpotError(problem)
    return _joined(offers)


def _read_state(state: State, settings: DynamicSettings, evidence: PriceEvidence) -> Offer:
    zone = dt_util.get_default_time_zone()
    return read_prices(
        {"attributes": dict(state.attributes)},
        zone=zone,
        day=state.last_updated.astimezone(zone).date(),
        unit=settings.unit,
        assumed=settings.assumed_unit,
        subject=settings.subject,
        clues=Clues(
            at=state.last_updated,
            book=evidence.book,
            state=_number(state.state),
            before=evidence.lists.get(state.entity_id, ()),
        ),
    )


def _number(text: str) -> float | None:
    """Return a state as a finite number, None for any other."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _joined(offers: list[Offer]) -> Offer:
    """Return several offers as one; of two prices for a time the first counts."""
    prices: dict[dt.datetime, float] = {}
    provisional: set[dt.datetime] = set()
    for offer in reversed(offers):
        prices |= offer.prices
        provisional = provisional - offer.prices.keys() | offer.provisional
    withdrawn = frozenset[dt.datetime]().union(*(offer.withdrawn for offer in offers))
    return replace(
        offers[0],
        prices=prices,
        step=min(offer.step for offer in offers),
        provisional=frozenset(provisional),
        withdrawn=withdrawn - prices.keys(),
    )


def published_until(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return until when prices should be published: end of today, from 13:00 end of tomorrow."""
    local = now.astimezone(zone)
    days = 2 if local.time() >= _PUBLISHED_AT else 1
    return dt.datetime.combine(local.date() + days * _DAY, dt.time(), zone)


async def _async_ask(
    hass: HomeAssistant,
    settings: DynamicSettings,
    action: str,
    now: dt.datetime,
    until: dt.datetime,
) -> Offer:
    """Return the answer of an action, with one call per day where it takes one day only."""
    today = now.astimezone(dt_util.get_default_time_zone()).date()
    name, _, rest = action.partition(" ")
    domain, _, service = name.partition(".")
    calls, unit = _calls_of_tibber(today, until), PriceUnit.KWH
    if (domain, service) != _TIBBER:
        entry_id, _, area = rest.partition(" ")
        _require_loaded(hass, entry_id)
        calls, unit = _calls_of_nord_pool(entry_id, area, today, until), PriceUnit.MWH
    offers: list[Offer] = []
    for data in calls:
        try:
            answer = await _async_call(hass, domain, service, data)
        except SourceGoneError:
            if offers:
                # Tomorrow is not published yet; it is asked for again.
                break
            raise
        if (offer := _read_answer(answer, settings, today, unit)) is not None:
            offers.append(offer)
    if not offers:
        raise SpotError(SpotProblem.NO_PRICES)
    return _joined(offers)


def _calls_of_tibber(today: dt.date, until: dt.datetime) -> list[dict[str, Any]]:
    midnight = dt.datetime.combine(today, dt.time(), dt_util.get_default_time_zone())
    return [{"start": midnight.isoformat(), "end": until.isoformat()}]


def _calls_of_nord_pool(
    entry_id: str, area: str, today: dt.date, until: dt.datetime
) -> list[dict[str, Any]]:
    last = until.astimezone(dt_util.get_default_time_zone()).date()
    return [
        {"config_entry": entry_id, "date": (today + day * _DAY).isoformat(), "areas": [area]}
        for day in range((last - today).days)
    ]


def _read_answer(
    answer: object, settings: DynamicSettings, today: dt.date, unit: PriceUnit
) -> Offer | None:
    """Return the prices of an answer, None where it has none yet."""
    try:
        return read_prices(
            answer,
            zone=dt_util.get_default_time_zone(),
            day=today,
            unit=settings.unit or unit,
            subject=settings.subject,
        )
    except SpotError as err:
        if err.problem is not SpotProblem.NO_PRICES:
            raise
    return None


def _require_loaded(hass: HomeAssistant, entry_id: str) -> None:
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        raise SourceGoneError("its integration is not loaded")


async def _async_call(
    hass: HomeAssistant, domain: str, service: str, data: Mapping[str, Any]
) -> object:
    """Return the answer of an action; raise SourceGoneError without one."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await hass.services.async_call(
                domain, service, dict(data), blocking=True, return_response=True
            )
    except (HomeAssistantError, TimeoutError) as err:
        LOGGER.debug("%s.%s does not answer: %s", domain, service, err)
        said = "".join(each for each in str(err)[:_LONGEST_REASON] if each.isprintable())
        raise SourceGoneError(said) from err

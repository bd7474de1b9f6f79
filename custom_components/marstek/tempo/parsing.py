"""Answers of the sources turned into announcements; what can't be believed is left out.

An answer of another shape than its source's raises SourceError, and nothing else does. A day
without a colour, or with a colour that nobody knows, is one that has not been announced.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
import json
import re
from typing import Any, Final

from .book import Announcement, Source
from .calendar import PARIS, Colour, is_lawful
from .faults import FaultKind, SourceError

_FIRST_DAY: Final = date(2014, 9, 1)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FALLBACK: Final = "-fallback"
_COLOURS: Final[Mapping[str, Colour]] = {
    **dict.fromkeys(("blue", "bleu", "tempo_bleu"), Colour.BLUE),
    **dict.fromkeys(("white", "blanc", "tempo_blanc"), Colour.WHITE),
    **dict.fromkeys(("red", "rouge", "tempo_rouge"), Colour.RED),
}
# api-couleur-tempo.fr: 0 is unknown (docs/tempo-facts.md 1.3).
_CODES: Final = {1: Colour.BLUE, 2: Colour.WHITE, 3: Colour.RED}
# A bound of the official API is midnight in Paris. This much later it is the same day there,
# even when its offset is that of the other half of the year.
_WITHIN_THE_DAY: Final = timedelta(hours=2)
_TOKEN_LIFE: Final = (60, 86_400)

_LONGEST_FORECAST: Final = timedelta(days=31)

type Claim = tuple[date, Colour, bool]
"""A day, its colour, and whether that is a fallback."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The colour that somebody expects of a day, and its probability, 0..1."""

    colour: Colour
    chance: float


@dataclass(frozen=True, slots=True)
class Token:
    """Access token of RTE's official API."""

    value: str
    life: timedelta


def parse_rte(body: bytes, seen_at: datetime) -> tuple[Announcement, ...]:
    """Return the colours in RTE's public JSON, of two days or a season (docs/tempo-facts.md 1.1)."""
    values = _object(_decode(body)).get("values")
    if values == []:
        return ()
    days = _object(values)
    claims = (
        (day, colour, _is_true(days.get(key + _FALLBACK)))
        for key, value in days.items()
        if (day := _day(key)) and (colour := _colour(value))
    )
    return _announcements(claims, Source.RTE, seen_at)


def parse_community(body: bytes, seen_at: datetime) -> tuple[Announcement, ...]:
    """Return the colours in an answer of api-couleur-tempo.fr (docs/tempo-facts.md 1.3)."""
    claims: list[Claim] = []
    for item in _items(_decode(body)):
        if "dateJour" not in item:
            raise SourceError(FaultKind.CONTENT, "An entry without its day")
        day, colour = _day(item["dateJour"]), _community_colour(item)
        if day and colour:
            claims.append((day, colour, False))
    return _announcements(claims, Source.COMMUNITY, seen_at)


def parse_rte_api(body: bytes, seen_at: datetime) -> tuple[Announcement, ...]:
    """Return the colours in an answer of RTE's official API (docs/tempo-facts.md 1.2)."""
    answer = _object(_decode(body))
    if "tempo_like_calendars" not in answer:
        reason = answer.get("error")
        said = reason if isinstance(reason, str) else "no reason"
        raise SourceError(FaultKind.CONTENT, f"No calendar: {said}")
    claims: list[Claim] = []
    for calendar in _items(answer["tempo_like_calendars"]):
        # Either a calendar that holds values, or such a value itself.
        for value in _items(calendar["values"]) if "values" in calendar else (calendar,):
            day, colour = _instant_day(value.get("start_date")), _colour(value.get("value"))
            if day and colour:
                claims.append((day, colour, _is_true(value.get("fallback"))))
    return _announcements(claims, Source.RTE_API, seen_at)


def parse_open_dpe(body: bytes, seen_at: datetime) -> dict[date, Guess]:
    """Return the forecast of open-dpe.fr for days to come (docs/tempo-facts.md 1.5).

    Days that are over or more than a month ahead are left out, and colours that the contract does
    not allow. A day that is named twice has none.
    """
    answer = _decode(body)
    if not isinstance(answer, list):
        raise SourceError(FaultKind.CONTENT, "No list of days")
    today = seen_at.astimezone(PARIS).date()
    found: dict[date, Guess | None] = {}
    for item in _items(answer):
        day = _day(item.get("date"))
        if day is not None and today < day <= today + _LONGEST_FORECAST:
            found[day] = None if day in found else _guess(item, day)
    sound = {day: guess for day, guess in sorted(found.items()) if guess is not None}
    if not sound:
        raise SourceError(FaultKind.CONTENT, "A forecast of no day to come")
    return sound


def parse_token(body: bytes) -> Token:
    """Return the token that RTE's official API hands out (docs/tempo-facts.md 1.2)."""
    answer = _object(_decode(body))
    value, life = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,4096}", value):
        raise SourceError(FaultKind.CONTENT, "No access token")
    low, high = _TOKEN_LIFE
    seconds = life if isinstance(life, int) and low <= life <= high else low
    return Token(value, timedelta(seconds=seconds))


def _decode(body: bytes) -> Any:
    """Return the JSON of a body."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        start = body[:60].decode(errors="replace")
        raise SourceError(FaultKind.NOT_JSON, f"Not JSON: {start!r}") from error


def _object(value: Any) -> Mapping[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise SourceError(FaultKind.CONTENT, f"Not an object: {type(value).__name__}")
    return value


def _items(value: Any) -> list[Mapping[str, Any]]:
    """Return an object, or an array of objects, as a list."""
    return [_object(item) for item in (value if isinstance(value, list) else [value])]


def _day(value: object) -> date | None:
    """Return the day that a text names."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _instant_day(value: object) -> date | None:
    """Return the day in Paris that starts at an instant."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            return instant.date()
        return (instant.astimezone(UTC) + _WITHIN_THE_DAY).astimezone(PARIS).date()
    except ValueError, OverflowError:
        return None


def _colour(value: object) -> Colour | None:
    """Return the colour that a text names, in English or in French."""
    return _COLOURS.get(value.strip().lower()) if isinstance(value, str) else None


def _guess(item: Mapping[str, Any], day: date) -> Guess | None:
    """Return what is expected of a day."""
    colour, chance = _colour(item.get("couleur")), item.get("probability")
    if not isinstance(chance, (int, float)) or isinstance(chance, bool):
        return None
    if colour is None or not is_lawful(colour, day):
        return None
    return Guess(colour, float(chance)) if 0 <= chance <= 1 else None


def _community_colour(item: Mapping[str, Any]) -> Colour | None:
    """Return the colour of an entry. Its code and its name must not contradict each other."""
    code, name = item.get("codeJour"), _colour(item.get("libCouleur"))
    if code is None:
        return name
    colour = _CODES.get(code) if type(code) is int else None
    return None if name is not None and name is not colour else colour


def _is_true(flag: object) -> bool:
    """Return whether a flag is set; RTE writes it as a text.

    Only a scalar is turned into one: for lists in lists that takes time by the square of depth.
    """
    is_scalar = isinstance(flag, (bool, int, str))
    return is_scalar and str(flag).strip().lower() in ("true", "1")


def _announcements(
    claims: Iterable[Claim], source: Source, seen_at: datetime
) -> tuple[Announcement, ...]:
    """Return the days that can have been announced by now, in order.

    That is until tomorrow's date. A day that an answer gives two colours has none.
    """
    last = seen_at.astimezone(PARIS).date() + timedelta(days=1)
    said: dict[date, set[tuple[Colour, bool]]] = {}
    for day, colour, is_fallback in claims:
        if _FIRST_DAY <= day <= last:
            said.setdefault(day, set()).add((colour, is_fallback))
    return tuple(
        Announcement(day, colour, source, seen_at, is_fallback)
        for day, parts in sorted(said.items())
        if len({colour for colour, _ in parts}) == 1
        for colour, is_fallback in [max(parts)]
    )

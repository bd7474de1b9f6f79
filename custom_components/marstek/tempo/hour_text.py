"""Rules of hours as text, one rule a line: `17:00-20:00 Mon-Fri Oct-Mar 0.12`.

People copy such lines from the price sheet of their grid operator, on a phone and in their own
language. So hours, days, months and units are read in the ways in which they are written, and the
text that is shown again is always the same for the same rule.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import time, tzinfo
from enum import StrEnum
from itertools import batched
import re
from typing import Final
import unicodedata

from .holidays import Country
from .hour_names import DAYS, HOLIDAY_NAMES, HOLIDAYS, LANGUAGES, MONTHS, WEEKENDS, NameKind
from .hour_rules import HourRule, HourRules
from .spot_units import IN_KWH, unit_of_text
from .windows import OffPeakWindow

MOST_RULES: Final = 24
_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212]")
# A dash with a space on its right side joins two terms; one with a space on its left only is a sign.
_JOINING: Final = re.compile(r"\s*-\s+|\s+-(?=\d{1,2}[:h])|\s+-(?=[^\W\d])")
_VALUE: Final = re.compile(r"(?:^|\s)([+-]?\d+(?:[.,]\d+)?)\s*([^\s\d:,-]*)$")
_HOURS: Final = re.compile(r"(\d{1,2})(?:[:h.](\d{2}))?h?-(\d{1,2})(?:[:h.](\d{2}))?h?")
_QUARTERS: Final = re.compile(r"q([1-4])")
_DECIMALS: Final = 6
_SATURDAY, _SUNDAY = 5, 6
_WEEK_END: Final = re.compile(r"\bweek-end(?=s?\b)")
# Names of two words, before holidays are looked for in single ones.
_PUBLIC: Final = re.compile(
    r"\b(?:(?:public|bank)\s+(?=holiday)|jours?\s+(?=f[eé]ri[eé])"
    r"|(?:gesetzlichen?|gesetzl\.)\s+(?=feiertag)|(?:offici[eë]le|erkende)\s+(?=feestdag))",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"-?\s(?:and|und|et|en|&|;)\s", re.IGNORECASE)
_WHOLE_DAY: Final = (0, 24 * 60)


class LineProblem(StrEnum):
    """Reason why a line is no rule."""

    UNKNOWN = "line_unknown"
    """A term that is neither hours nor days nor months."""
    NO_VALUE = "line_no_value"
    """It does not end with a number."""
    UNIT = "line_unit"
    """The unit of its number is unknown."""
    HOURS = "line_hours"
    """Hours that do not exist, or end when they begin."""
    HOLIDAYS = "line_holidays"
    """It names public holidays, and those of the country of the home are not known."""
    OUT_OF_BOUNDS = "line_out_of_bounds"
    NEVER_USED = "line_never_used"
    """Lines above it leave it no hour, or it is for public holidays of months without any."""
    TOO_MANY = "too_many_lines"


class LineError(ValueError):
    """A line is no rule; `problem` says why, `line` is its number from 1 on."""

    def __init__(self, problem: LineProblem, line: int, term: str = "") -> None:
        """Keep what is wrong, and the term that is."""
        super().__init__(f"Line {line}: {problem} {term}")
        self.problem = problem
        self.line = line
        self.term = term


class _TermError(ValueError):
    """What is wrong with a term of a line that is not counted yet."""

    def __init__(self, problem: LineProblem, term: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.term = term


def read_rules(
    text: str,
    language: str,
    zone: tzinfo,
    *,
    low: float,
    high: float,
    country: str | None = None,
) -> HourRules:
    """Return the rules of a text, whose values are between two; raise LineError for any other.

    Names are understood in `language` first, and else in any of the others that agree on them.
    Public holidays are those of a country, by its code.
    """
    home = next((each for each in Country if each == country), None)
    rules: list[HourRule] = []
    lines: list[int] = []
    language = _known(language)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rules.append(_rule(line, language, low, high, home))
        except _TermError as err:
            raise LineError(err.problem, number, err.term) from err
        lines.append(number)
        if len(rules) > MOST_RULES:
            raise LineError(LineProblem.TOO_MANY, number, str(MOST_RULES))
    found = HourRules(tuple(rules), zone)
    if (unused := found.never_used()) is not None:
        raise LineError(LineProblem.NEVER_USED, lines[unused])
    return found


def _rule(line: str, language: str, low: float, high: float, home: Country | None) -> HourRule:
    composed = _AND.sub(" ", unicodedata.normalize("NFC", line.strip()))
    plain = _JOINING.sub("-", _DASHES.sub("-", composed))
    if (match := _VALUE.search(plain)) is None:
        raise _TermError(LineProblem.NO_VALUE, line.strip())
    value = _value(match[1], match[2])
    if not low <= value <= high:
        raise _TermError(LineProblem.OUT_OF_BOUNDS, match[1])
    windows: list[tuple[int, int]] = []
    named: dict[NameKind, set[int]] = {NameKind.DAY: set(), NameKind.MONTH: set()}
    has_holidays = False
    for whole in _PUBLIC.sub("", plain[: match.start()]).replace(", ", " ").split():
        term, names_them = _without_holidays(whole)
        has_holidays |= names_them
        if names_them and home is None:
            raise _TermError(LineProblem.HOLIDAYS, whole)
        if not term:
            continue
        if found := _windows(term.strip(",:")):
            windows += found
        elif meaning := _meaning(term.strip(",:"), language):
            named[meaning[0]].update(meaning[1])
        else:
            raise _TermError(LineProblem.UNKNOWN, term)
    return HourRule(
        value,
        () if _WHOLE_DAY in windows else tuple(map(_window, windows)),
        frozenset(named[NameKind.DAY]),
        frozenset(named[NameKind.MONTH]),
        home if has_holidays else None,
    )


def _without_holidays(term: str) -> tuple[str, bool]:
    """Return a term without the names of public holidays, and whether there were any."""
    parts = re.split(r"[,/+]", term)
    others = [part for part in parts if _folded(part.strip(":")) not in HOLIDAY_NAMES]
    return (term, False) if len(others) == len(parts) else (",".join(filter(None, others)), True)


def _value(number: str, unit: str) -> float:
    """Return a number in the currency per kWh."""
    factor = 1.0
    if unit:
        known = unit_of_text(unit) or unit_of_text(f"{unit}/kWh")
        if known is None:
            raise _TermError(LineProblem.UNIT, unit)
        factor = IN_KWH[known]
    return round(float(number.replace(",", ".")) * factor, _DECIMALS)


def _windows(term: str) -> list[tuple[int, int]]:
    """Return hours as minutes after midnight, none where a term is none."""
    found: list[tuple[int, int]] = []
    for part in term.lower().split(","):
        if (match := _HOURS.fullmatch(part)) is None:
            return []
        start, end = (
            60 * int(hour) + int(minute or 0)
            for hour, minute in batched(match.groups(), 2, strict=True)
        )
        minutes = [int(each or 0) for each in (match[2], match[4])]
        if max(minutes) >= 60 or start >= 24 * 60 or end > 24 * 60 or start == end:
            raise _TermError(LineProblem.HOURS, term)
        found.append((start, end))
    return found


def _window(minutes: tuple[int, int]) -> OffPeakWindow:
    start, end = (time(*divmod(each % (24 * 60), 60)) for each in minutes)
    return OffPeakWindow(start, end)


def _meaning(term: str, language: str) -> tuple[NameKind, frozenset[int]] | None:
    """Return the days or months that a term names, None where it names none or not for sure."""
    plain = _WEEK_END.sub("weekend", _folded(term))
    parts = [part.split("-") for part in re.split(r"[,/+]", plain)]
    own = _meanings(parts, language)
    if own:
        return own.pop() if len(own) == 1 else None
    found = set().union(*(_meanings(parts, each) for each in LANGUAGES if each != language))
    return found.pop() if len(found) == 1 else None


def _meanings(
    parts: Sequence[Sequence[str]], language: str
) -> set[tuple[NameKind, frozenset[int]]]:
    """Return what a term can mean in a language; whole names are meant before beginnings of others."""
    for is_exact in (True, False):
        found = {
            (kind, frozenset(numbers))
            for kind in NameKind
            if (numbers := _numbers(parts, kind, language, is_exact=is_exact))
        }
        if found:
            return found
    return set()


def _numbers(
    parts: Sequence[Sequence[str]], kind: NameKind, language: str, *, is_exact: bool
) -> set[int]:
    """Return the days or months of ranges of names; none where one of them is no name."""
    first, count = (0, 7) if kind is NameKind.DAY else (1, 12)
    numbers: set[int] = set()
    for part in parts:
        ends = [_number(name, kind, language, is_exact=is_exact) for name in part]
        if not 1 <= len(ends) <= 2 or None in ends:
            return set()
        known = [end for end in ends if end is not None]
        start, length = known[0][0], (known[-1][1] - known[0][0]) % count + 1
        numbers |= {(start - first + number) % count + first for number in range(length)}
    return numbers


def _number(name: str, kind: NameKind, language: str, *, is_exact: bool) -> tuple[int, int] | None:
    """Return the first and the last day or month that a name stands for."""
    if kind is NameKind.DAY and name in WEEKENDS.get(language, ()):
        return _SATURDAY, _SUNDAY
    if kind is NameKind.MONTH and (match := _QUARTERS.fullmatch(name)):
        last = 3 * int(match[1])
        return last - 2, last
    found = {
        number
        for number, names in kind.names(language)
        if name in names or (not is_exact and len(name) > 2 and _begins(names, name))
    }
    return (number := found.pop(), number) if len(found) == 1 else None


def _begins(names: Sequence[str], name: str) -> bool:
    return any(each.startswith(name) for each in names)


def _folded(term: str) -> str:
    """Return a term in lower case, without accents and the points of abbreviations."""
    spread = unicodedata.normalize("NFKD", term.casefold().replace(".", ""))
    return "".join(each for each in spread if not unicodedata.combining(each))


def write_rules(rules: HourRules, language: str, number: Callable[[float], str]) -> list[str]:
    """Return rules as lines, which `read_rules` reads as the same rules; `number` writes a value."""
    shown = _known(language)
    return [" ".join(_terms(rule, shown, number)) for rule in rules.rules]


def _known(language: str) -> str:
    """Return the language of names for a code such as `de-CH`, English where there is none."""
    code = language.partition("-")[0]
    return code if code in LANGUAGES else "en"


def _terms(rule: HourRule, language: str, number: Callable[[float], str]) -> Iterator[str]:
    for window in rule.windows:
        end = "24:00" if window.end == time() else f"{window.end:%H:%M}"
        yield f"{window.start:%H:%M}-{end}"
    days = [_ranges(rule.days, 0, 7, DAYS[language])] if rule.days else []
    if rule.holidays:
        days.append(HOLIDAYS[language])
    if days:
        yield ", ".join(days)
    if rule.months:
        yield _ranges(rule.months, 1, 12, MONTHS[language])
    yield number(rule.value)


def _ranges(numbers: frozenset[int], first: int, count: int, names: Sequence[str]) -> str:
    """Return days or months as ranges, which go on from the last to the first."""
    if len(numbers) == count:
        return f"{names[0]}-{names[-1]}"
    starts = [n for n in sorted(numbers) if (n - first - 1) % count + first not in numbers]
    parts: list[str] = []
    for start in starts:
        end = start
        while (following := (end - first + 1) % count + first) in numbers:
            end = following
        name, last = names[start - first], names[end - first]
        parts.append(name if start == end else f"{name}-{last}")
    return ",".join(parts)

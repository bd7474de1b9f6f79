"""Names of days and months as people write them in lines of hours, by language."""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final

DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
}
"""Names of days that texts are written with, Monday first; each is one of `_DAY_NAMES`."""
MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": (
        *("janv", "févr", "mars", "avr", "mai", "juin"),
        *("juil", "août", "sept", "oct", "nov", "déc"),
    ),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
}
"""Names of months that texts are written with, January first."""
WEEKENDS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("weekend", "weekends"),
    "de": ("we", "wochenende", "wochenenden"),
    "fr": ("we", "weekend", "weekends"),
    "nl": ("weekend", "weekends"),
}
"""Names of Saturday and Sunday together; `we` is Wednesday in English only."""
HOLIDAYS: Final[Mapping[str, str]] = {
    "en": "holidays",
    "de": "Feiertage",
    "fr": "fériés",
    "nl": "feestdagen",
}
"""Name of public holidays that texts are written with; each is one of `HOLIDAY_NAMES`."""
HOLIDAY_NAMES: Final = frozenset(
    [
        "holiday",
        "holidays",
        "feiertag",
        "feiertage",
        "feiertagen",
        "feiertags",
        "ferie",
        "feries",
        "feestdag",
        "feestdagen",
    ]
)
"""Names of public holidays in all languages, in lower case and without accents."""
LANGUAGES: Final = tuple(DAYS)

# All names in lower case and without accents; a beginning of three letters or more stands for a name.
_DAY_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        *("mo mon monday", "tu tue tuesday", "we wed wednesday", "th thu thursday"),
        *("fr fri friday", "sa sat saturday", "su sun sunday"),
    ),
    "de": (
        *("mo montag", "di dienstag", "mi mittwoch", "do donnerstag", "fr freitag"),
        *("sa samstag sonnabend", "so sonn sonntag"),
    ),
    "fr": (
        *("lu lun lundi", "ma mar mardi", "me mer mercredi", "je jeu jeudi", "ve ven vendredi"),
        *("sa sam samedi", "di dim dimanche"),
    ),
    "nl": (
        *("ma maandag", "di dinsdag", "wo woensdag", "do donderdag", "vr vrijdag"),
        *("za zaterdag", "zo zondag"),
    ),
}
_MONTH_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july"),
        *("aug august", "sep september", "oct october", "nov november", "dec december"),
    ),
    "de": (
        *("jan januar janner", "feb februar", "marz mrz", "apr april", "mai", "jun juni"),
        *("jul juli", "aug august", "sep september", "okt oktober", "nov november"),
        "dez dezember",
    ),
    "fr": (
        *("janv janvier", "fevr fevrier", "mars", "avr avril", "mai", "juin", "juil juillet"),
        *("aout", "sept septembre", "oct octobre", "nov novembre", "dec decembre"),
    ),
    "nl": (
        *("jan januari", "feb februari", "mrt maart", "apr april", "mei", "jun juni", "jul juli"),
        *("aug augustus", "sep september", "okt oktober", "nov november", "dec december"),
    ),
}


class NameKind(Enum):
    """What a name stands for."""

    DAY = auto()
    MONTH = auto()

    def names(self, language: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the number of each day, Monday is 0, or month, January is 1, with its names."""
        known, first = (_DAY_NAMES, 0) if self is NameKind.DAY else (_MONTH_NAMES, 1)
        for number, names in enumerate(known.get(language, ()), first):
            yield number, tuple(names.split())

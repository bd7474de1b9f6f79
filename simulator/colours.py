"""The Tempo calendar as the sources publish it: which colour, and from when on it is shown."""

from collections.abc import Mapping
import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from .clock import Now, utc_now

PARIS = ZoneInfo("Europe/Paris")
COLOURS = ("blue", "white", "red")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Declared:
    """A colour that a person gave a day, shown from a moment on."""

    colour: str
    since: datetime | None = None
    """None for the usual time of publication."""


class TempoCalendar:
    """Colours by day: those declared, else those of a history, else blue."""

    def __init__(
        self,
        history: Mapping[date, str] | None = None,
        publication: Mapping[date, datetime] | None = None,
        *,
        published_at: time = time(7),
        now: Now = utc_now,
    ) -> None:
        """Publish each day on its eve: at the moment given for it, else at a time of day."""
        self.history = dict(history or {})
        self.publication = dict(publication or {})
        self.published_at = published_at
        self.now = now
        self._declared: dict[date, list[Declared]] = {}

    @property
    def today(self) -> date:
        """The date in Paris."""
        return self.now().astimezone(PARIS).date()

    def declare(self, day: date, colour: str, since: datetime | None = None) -> None:
        """Give a day a colour, from a moment on if one is given. Raises ValueError."""
        if colour.lower() not in COLOURS:
            raise ValueError(f"no colour {colour!r}; there are: {', '.join(COLOURS)}")
        words = self._declared.setdefault(day, [])
        if since is None:
            words.clear()
        words.append(Declared(colour.lower(), since))

    def forget(self) -> None:
        """Take back all that was declared."""
        self._declared.clear()

    def true_colour(self, day: date) -> str:
        """Return the colour that a day has in the end."""
        declared = self._declared.get(day)
        return declared[-1].colour if declared else self.history.get(day, "blue")

    def published_from(self, day: date) -> datetime:
        """Return when a day is first shown."""
        usual = datetime.combine(day - _DAY, self.published_at, PARIS)
        return self.publication.get(day, usual)

    def shown(self, day: date) -> str | None:
        """Return the colour that is shown of a day now, None before its publication."""
        now = self.now()
        if now < self.published_from(day):
            return None
        colour = self.history.get(day, "blue")
        for word in self._declared.get(day, ()):
            if word.since is None or word.since <= now:
                colour = word.colour
        return colour


def season_days(label: str) -> list[date]:
    """Return the days of a season like "2025-2026". Raises ValueError."""
    first_year, _, last_year = label.partition("-")
    if int(last_year) != int(first_year) + 1:
        raise ValueError(f"{label!r} is no season")
    first, last = date(int(first_year), 9, 1), date(int(last_year), 8, 31)
    return [first + offset * _DAY for offset in range((last - first).days + 1)]


def season_label(day: date) -> str:
    """Return the name of a day's season."""
    first_year = day.year if day.month >= 9 else day.year - 1
    return f"{first_year}-{first_year + 1}"


def load_history(path: Path) -> dict[date, str]:
    """Read a CSV file with the columns date and colour."""
    with path.open(newline="") as file:
        return {
            date.fromisoformat(row["date"]): row["colour"].lower() for row in csv.DictReader(file)
        }


def load_publication(path: Path) -> dict[date, datetime]:
    """Read a CSV file with the columns tempo_date and first_seen_known_local."""
    with path.open(newline="") as file:
        return {
            date.fromisoformat(row["tempo_date"]): datetime.fromisoformat(
                row["first_seen_known_local"]
            )
            for row in csv.DictReader(file)
        }

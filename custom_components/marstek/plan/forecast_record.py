"""Record of how good forecasts of the day after tomorrow's colour were, once the day has come.

A forecast can't be believed without it: a blue day is right four times out of five whoever says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from ..stored import StoredPart, day, number, whole
from ..tempo import Colour, Odds, brier_score, likeliest

# Days whose colour is still unknown after so long are not judged any more.
_LONGEST_WAIT: Final = dt.timedelta(days=7)
_AHEAD: Final = dt.timedelta(days=2)
_MOST_DAYS: Final = 100_000
_WORST: Final = 2.0
"""Brier score of a day."""
# To the digits in which odds are stored.
_DIGITS: Final = 4
_OFF: Final = 0.01
_ORDER: Final = tuple(Colour)


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """How good the forecasts of some days were."""

    since: dt.date
    """First day that was judged."""
    until: dt.date
    """Last day that was judged."""
    days: int
    hits: int
    """Days whose likeliest colour came."""
    brier_sum: float

    @property
    def brier(self) -> float:
        """Mean Brier score, 0..2; 0 is always sure and right."""
        return self.brier_sum / self.days


@dataclass(slots=True)
class ForecastRecord:
    """Last forecast of each day that was to come in two days, and the score of those that came."""

    score: ForecastScore | None = None
    """None while no day was judged."""
    _pending: dict[dt.date, Odds] = field(default_factory=dict)

    def expect(self, target: dt.date, chances: Odds) -> bool:
        """Note the forecast of a day two days ahead; return whether that is news.

        The last one before the day gets nearer counts. A day that was judged is over: a clock that
        was set back does not judge it again.
        """
        if self.score is not None and target <= self.score.until:
            return False
        rounded = {colour: round(chances.get(colour, 0.0), _DIGITS) for colour in Colour}
        if self._pending.get(target) == rounded:
            return False
        self._pending[target] = rounded
        return True

    def settle(self, today: dt.date, known: Mapping[dt.date, Colour]) -> bool:
        """Judge the forecasts of days up to today; return whether anything has changed.

        Days ahead of the day after tomorrow are of a clock that was wrong, and are dropped.
        """
        before = len(self._pending)
        for target in sorted(self._pending):
            if target <= today and (colour := known.get(target)) is not None:
                self._judge(target, self._pending.pop(target), colour)
            elif not today - _LONGEST_WAIT <= target <= today + _AHEAD:
                del self._pending[target]
        return len(self._pending) != before

    def _judge(self, target: dt.date, chances: Odds, colour: Colour) -> None:
        last = self.score or ForecastScore(target, target, 0, 0, 0.0)
        self.score = ForecastScore(
            last.since,
            max(last.until, target),
            last.days + 1,
            last.hits + (likeliest(chances) is colour),
            last.brier_sum + brier_score(chances, colour),
        )

    def store(self) -> dict[str, Any]:
        """Return the record for `restore`, fit for JSON; empty while there is nothing in it."""
        stored: dict[str, Any] = {}
        if self._pending:
            stored["pending"] = {
                target.isoformat(): [chances[colour] for colour in _ORDER]
                for target, chances in self._pending.items()
            }
        if (score := self.score) is not None:
            stored["score"] = [
                score.since.isoformat(),
                score.until.isoformat(),
                score.days,
                score.hits,
                round(score.brier_sum, _DIGITS),
            ]
        return stored

    @classmethod
    def restore(cls, stored: StoredPart) -> ForecastRecord:
        """Return a stored record, without its unreadable values."""
        pending: dict[dt.date, Odds] = {}
        for name, chances in stored.mapping("pending", _odds).items():
            try:
                pending[day(name)] = chances
            except ValueError:
                stored.noting("pending")(name)
        return cls(stored.optional("score", _score), pending)


def _odds(stored: object) -> Odds:
    """Read three probabilities that add up to 1."""
    share = number(0.0, 1.0)
    match stored:
        case [blue, white, red]:
            chances = dict(zip(_ORDER, (share(blue), share(white), share(red)), strict=True))
            if abs(sum(chances.values()) - 1.0) <= _OFF:
                return chances
    raise ValueError("Not three probabilities")


def _score(stored: object) -> ForecastScore:
    """Read a score, of which no number means anything alone."""
    match stored:
        case [since, until, days, hits, brier_sum]:
            count = whole(1, _MOST_DAYS)(days)
            first, last = day(since), day(until)
            if first <= last:
                right = whole(0, count)(hits)
                return ForecastScore(
                    first, last, count, right, number(0.0, _WORST * count)(brier_sum)
                )
    raise ValueError("Not a score")

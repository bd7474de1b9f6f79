"""Forecast of colours by open-dpe.fr as it was last received: shown, and used for nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any

from ..stored import StoredPart, day, moment, number, one_of
from ..tempo import Colour, Guess


@dataclass(slots=True)
class OutsideForecast:
    """Colours that open-dpe.fr expects, and when it was last asked with success."""

    guesses: dict[dt.date, Guess] = field(default_factory=dict)
    at: dt.datetime | None = None

    def learn(self, guesses: Mapping[dt.date, Guess], now: dt.datetime) -> None:
        """Take a forecast in the place of the last one."""
        self.guesses, self.at = dict(guesses), now

    def store(self) -> dict[str, Any]:
        """Return the forecast for `restore`, fit for JSON; empty while there is none."""
        if self.at is None:
            return {}
        days = {
            each.isoformat(): [guess.colour, guess.chance] for each, guess in self.guesses.items()
        }
        return {"at": self.at.isoformat(), "days": days}

    @classmethod
    def restore(cls, stored: StoredPart) -> OutsideForecast:
        """Return a stored forecast, without its unreadable values."""
        guesses: dict[dt.date, Guess] = {}
        for name, guess in stored.mapping("days", _guess).items():
            try:
                guesses[day(name)] = guess
            except ValueError:
                stored.noting("days")(name)
        at = stored.optional("at", moment)
        return cls() if at is None else cls(guesses, at)


def _guess(stored: object) -> Guess:
    """Read a colour and its probability."""
    match stored:
        case [colour, chance]:
            return Guess(one_of(Colour)(colour), number(0.0, 1.0)(chance))
    raise ValueError("Not a colour and its probability")

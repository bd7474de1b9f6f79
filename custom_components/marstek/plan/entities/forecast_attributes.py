"""State and attributes of the sensor of expected colours, in whole percent."""

from collections.abc import Mapping
import datetime as dt
from typing import Any, Final

from ...tempo import Colour, likeliest
from ..forecast_record import ForecastScore
from ..tariff.colour_forecast import ExpectedDay
from ..tariff.tariff_data import TariffData

ATTRIBUTES: Final = frozenset(
    {
        *("blue", "white", "red", "days", "open_dpe_updated"),
        *("scored_since", "scored_days", "correct", "brier_score"),
    }
)
_DIGITS: Final = 3


def likeliest_colour(data: TariffData) -> Colour | None:
    """Return the likeliest colour of the day after tomorrow; None while nothing is known."""
    days = data.forecast.days if data.forecast else ()
    return likeliest(days[0].odds) if days else None


def forecast_attributes(data: TariffData) -> dict[str, Any]:
    """Return the percentages of the day after tomorrow and of each day, and the record."""
    if data.forecast is None or not data.forecast.days:
        return {}
    days = data.forecast.days
    return {
        **days[0].percentages,
        "days": [
            {
                "date": each.day.isoformat(),
                "colour": likeliest(each.odds),
                **each.percentages,
                **_outside(each),
            }
            for each in days
        ],
        **({} if data.forecast.guessed_at is None else _updated(data.forecast.guessed_at)),
        **_record(data.forecast.score),
    }


def _outside(day: ExpectedDay) -> Mapping[str, Any]:
    if day.guess is None:
        return {}
    return {"open_dpe": day.guess.colour, "open_dpe_chance": round(100 * day.guess.chance)}


def _updated(moment: dt.datetime) -> Mapping[str, Any]:
    return {"open_dpe_updated": moment.isoformat(timespec="seconds")}


def _record(score: ForecastScore | None) -> Mapping[str, Any]:
    if score is None:
        return {"scored_days": 0}
    return {
        "scored_since": score.since.isoformat(),
        "scored_days": score.days,
        "correct": round(100 * score.hits / score.days),
        "brier_score": round(score.brier, _DIGITS),
    }

"""Spans of intents, before the power that they take is known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..tempo import Colour
from .model import NO_FIGURES, Action, Due, Figures, Override, Reason, Step

_EXPECTED: Final = ("power", "energy")


@dataclass(frozen=True, slots=True)
class Intent:
    """Intended action and its reason; fields as those of `Step`."""

    action: Action
    reason: Reason
    target: float | None = None
    floor: float | None = None
    battery_power: int | None = None
    power: int | None = None
    """W of all batteries together for a sale, in turn."""
    colour: Colour | None = None
    """Of the day that it prepares."""
    exceptions: tuple[Override, ...] = ()
    due: Due | None = None
    figures: Figures = NO_FIGURES
    """Of its reason, those that its other fields don't tell."""


@dataclass(frozen=True, slots=True)
class Span:
    """An intent for a time."""

    start: datetime
    end: datetime
    intent: Intent


def intent_of(step: Step) -> Intent:
    """Return the intent that a step was made of; what it expects is left out."""
    is_sale = step.reason is Reason.SALE
    return Intent(
        step.action,
        step.reason,
        target=step.target,
        floor=step.floor,
        battery_power=step.battery_power,
        power=step.power if is_sale else None,
        exceptions=step.exceptions,
        due=step.due,
        figures={key: each for key, each in step.figures.items() if key not in _EXPECTED},
    )


def cut(spans: Iterable[Span], bounds: Iterable[datetime]) -> Iterator[Span]:
    """Yield spans so that none reaches across a bound."""
    ordered = sorted(set(bounds))
    for span in spans:
        rest = span
        for bound in ordered:
            if rest.start < bound < rest.end:
                yield replace(rest, end=bound)
                rest = replace(rest, start=bound)
        yield rest

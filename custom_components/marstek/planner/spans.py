"""Spans of intents, before the power that they take is known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..tempo import Colour
from .model import NO_FIGURES, Action, Due, Figures, Override, Reason


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

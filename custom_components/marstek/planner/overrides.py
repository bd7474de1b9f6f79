"""Overrides: choices of a person that take the place of the plan."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from .model import Action, Context, Options, Override
from .spans import Intent, Span, cut


def overridden(context: Context, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans in which overrides have replaced the planned action.

    A rule charges nobody in hours that may be dearest: only who stands there may want that.
    """
    if not context.overrides:
        yield from spans
        return
    known = frozenset(battery.id for battery in context.batteries)
    bounds = [override.until for override in context.overrides]
    bounds += [override.since for override in context.overrides if override.since is not None]
    for span in cut(spans, bounds):
        intent = span.intent
        exceptions: list[Override] = []
        for override in context.overrides:
            if not _holds(override, span, context):
                continue
            if override.batteries is None or (known and known <= override.batteries):
                intent, exceptions = _by_owner(_limited(override, context.options)), []
            elif known & override.batteries:
                exceptions.append(_limited(override, context.options))
        yield replace(span, intent=replace(intent, exceptions=tuple(exceptions)))


def sold_until(overrides: Iterable[Override], start: datetime, end: datetime) -> datetime:
    """Return until when a sale may last: the first override for one battery that is no rest ends it.

    Such a battery would store what the others sell, or feed in beside them.
    """
    begins = (
        start if each.since is None else max(start, each.since)
        for each in overrides
        if each.batteries is not None and each.action is not Action.HOLD and each.until > start
    )
    return min(end, *begins, end)


def serving_only(override: Override) -> Override:
    """Return an override that feeds nothing in: what would discharge a power serves the house."""
    if override.action is not Action.DISCHARGE:
        return override
    return replace(override, action=Action.AUTO, power=0)


def _holds(override: Override, span: Span, context: Context) -> bool:
    """Tell whether an override is in force in a span, which its bounds don't cut."""
    if override.until <= span.start or (override.since and span.start < override.since):
        return False
    if override.rule is None or override.action is not Action.CHARGE:
        return True
    period = next(each for each in context.periods if each.start <= span.start < each.end)
    return period.is_off_peak or not period.may_be_red


def _by_owner(override: Override) -> Intent:
    has_power = override.action in (Action.CHARGE, Action.DISCHARGE)
    return Intent(
        override.action,
        override.reason,
        target=override.target,
        floor=override.floor,
        battery_power=override.power if has_power else None,
        figures={} if override.rule is None else {"rule": override.rule},
    )


def _limited(override: Override, options: Options) -> Override:
    """Return an override with the target or floor that it means, within the owner's limits."""
    if override.action is Action.CHARGE:
        wanted = options.most_soc if override.target is None else override.target
        return replace(override, target=min(wanted, options.most_soc), floor=None)
    if override.action in (Action.HOLD, Action.AI):
        return replace(override, target=None, floor=None)
    floor = max(override.floor or 0.0, options.least_soc) or None
    return replace(override, target=None, floor=floor)

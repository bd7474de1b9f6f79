"""What a person wants instead of the plan."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .model import Action, Context, Options, Override, Reason
from .spans import Intent, Span, cut


def overridden(context: Context, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans in which overrides have taken the place of what was planned."""
    known = frozenset(battery.id for battery in context.batteries)
    for span in cut(spans, [override.until for override in context.overrides]):
        intent = span.intent
        exceptions: list[Override] = []
        for override in context.overrides:
            if override.until <= span.start:
                continue
            if override.batteries is None or (known and known <= override.batteries):
                intent, exceptions = _by_hand(_limited(override, context.options)), []
            elif known & override.batteries:
                exceptions.append(_limited(override, context.options))
        yield replace(span, intent=replace(intent, exceptions=tuple(exceptions)))


def _by_hand(override: Override) -> Intent:
    has_power = override.action in (Action.CHARGE, Action.DISCHARGE)
    return Intent(
        override.action,
        Reason.OVERRIDE,
        target=override.target,
        floor=override.floor,
        battery_power=override.power if has_power else None,
    )


def _limited(override: Override, options: Options) -> Override:
    """Return an override with the target or floor that it means, within the owner's limits."""
    if override.action is Action.CHARGE:
        wanted = options.most_soc if override.target is None else override.target
        return replace(override, target=min(wanted, options.most_soc), floor=None)
    if override.action is Action.HOLD:
        return replace(override, target=None, floor=None)
    floor = max(override.floor or 0.0, options.least_soc) or None
    return replace(override, target=None, floor=floor)

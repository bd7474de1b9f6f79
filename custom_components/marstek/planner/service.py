"""What serving the house is expected to leave in the batteries."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .forecast import Energies
from .model import BatteryState, Options
from .spans import Span

_QUARTER: Final = 900.0
_HOUR: Final = 3600.0


def served(
    options: Options, batteries: Sequence[BatteryState], span: Span, energies: Energies
) -> tuple[BatteryState, ...]:
    """Return batteries after a span of AUTO; unknown states of charge stay unknown."""
    known = [battery for battery in batteries if battery.soc is not None]
    floor = span.intent.floor or 0.0
    empty = [_kwh(battery, max(floor, 100 * (1 - battery.depth))) for battery in known]
    stored = [_kwh(battery, battery.soc_or_empty) for battery in known]
    capacity = sum(_kwh(battery, 100.0) for battery in known)
    # What lies below a floor stays there until the sun raises it.
    least = sum(min(own, low) for own, low in zip(stored, empty, strict=True))
    most_charge = sum(battery.max_charge for battery in known) / 1000
    most_discharge = sum(battery.max_discharge for battery in known) / 1000
    level = before = sum(stored)
    start, end = span.start.timestamp(), span.end.timestamp()
    while start < end:
        until = min(end, start - start % _QUARTER + _QUARTER)
        load, pv = energies.between(start, until)
        hours = (until - start) / _HOUR
        if pv > load:
            gain = min(pv - load, most_charge * hours) * options.charge_efficiency
            level = min(capacity, level + gain)
        else:
            loss = min(load - pv, most_discharge * hours) / options.discharge_efficiency
            level = max(least, level - loss)
        start = until
    if level >= before:
        share = (level - before) / (capacity - before) if capacity > before else 0.0
        wanted = [
            own + share * (_kwh(b, 100.0) - own) for b, own in zip(known, stored, strict=True)
        ]
    else:
        share = (before - level) / (before - least)
        wanted = [own - share * max(0.0, own - low) for own, low in zip(stored, empty, strict=True)]
    after = {
        battery.id: 100_000 * kwh / battery.capacity
        for battery, kwh in zip(known, wanted, strict=True)
    }
    return tuple(
        replace(battery, soc=after.get(battery.id), is_complete=False) for battery in batteries
    )


def _kwh(battery: BatteryState, soc: float) -> float:
    return soc / 100 * battery.capacity / 1000

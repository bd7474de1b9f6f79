"""Energy in kWh that serving the house is expected to leave in the batteries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from .forecast import Energies
from .model import BatteryState, Options
from .spans import Span

_QUARTER: Final = 900.0
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Cells:
    """What a battery holds, in kWh."""

    stored: float
    least: float
    """What serving the house leaves in it: what lies below a floor stays there."""
    most: float

    @classmethod
    def of(cls, battery: BatteryState, floor: float) -> Self:
        per_percent = battery.capacity / 100_000
        stored = battery.soc_or_empty * per_percent
        empty = max(floor, 100 * (1 - battery.depth)) * per_percent
        return cls(stored, min(stored, empty), 100 * per_percent)


def served(
    options: Options, batteries: Sequence[BatteryState], span: Span, energies: Energies
) -> tuple[BatteryState, ...]:
    """Return batteries after a span of AUTO; unknown states of charge stay unknown."""
    known = [battery for battery in batteries if battery.soc is not None]
    cells = [_Cells.of(battery, span.intent.floor or 0.0) for battery in known]
    before = sum(cell.stored for cell in cells)
    least, most = sum(cell.least for cell in cells), sum(cell.most for cell in cells)
    level = before
    for hours, surplus in _surpluses(span, energies):
        if surplus > 0:
            limit = sum(battery.max_charge for battery in known) / 1000 * hours
            level = min(most, level + min(surplus, limit) * options.charge_efficiency)
        else:
            limit = sum(battery.max_discharge for battery in known) / 1000 * hours
            level = max(least, level - min(-surplus, limit) / options.discharge_efficiency)
    after = {
        battery.id: 100_000
        * _shared(cell, level - before, before - least, most - before)
        / battery.capacity
        for battery, cell in zip(known, cells, strict=True)
    }
    return tuple(
        battery
        if not battery.is_complete and battery.soc == after.get(battery.id)
        else replace(battery, soc=after.get(battery.id), is_complete=False)
        for battery in batteries
    )


def _surpluses(span: Span, energies: Energies) -> Iterator[tuple[float, float]]:
    """Yield hours, and the kWh of sun beyond what the house draws in them."""
    start, end = span.start.timestamp(), span.end.timestamp()
    while start < end:
        until = min(end, start - start % _QUARTER + _QUARTER)
        load, pv = energies.between(start, until)
        yield (until - start) / _HOUR, pv - load
        start = until


def _shared(cell: _Cells, change: float, spare: float, room: float) -> float:
    """Return what one battery holds when all together changed by so many kWh."""
    if change > 0:
        return cell.stored + change / room * (cell.most - cell.stored)
    if change < 0:
        return cell.stored + change / spare * (cell.stored - cell.least)
    return cell.stored

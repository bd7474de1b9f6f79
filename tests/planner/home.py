"""A home to plan for: Tempo or fixed hours, batteries, and where the next day begins."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from custom_components.marstek.planner import BatteryState, Certainty, Period
from custom_components.marstek.tempo import (
    OFFICIAL,
    PARIS,
    TEMPO_OFF_PEAK,
    Colour,
    OffPeak,
    Quotas,
    Window,
    can_be_red,
    tempo_day,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CAPACITY = 5120.0


def paris(text: str) -> datetime:
    """Return a moment by the clock of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def tempo(
    now: datetime,
    colours: Mapping[date, Colour],
    *,
    days: int = 2,
    provisional: frozenset[date] = frozenset(),
) -> tuple[Period, ...]:
    """Return the periods of Tempo from now to the end of a day so many days ahead."""
    first = TEMPO_OFF_PEAK.current(now).start
    end = datetime.combine(tempo_day(now) + days * DAY, time(6), PARIS)
    made = []
    for interval in TEMPO_OFF_PEAK.intervals(first, end):
        day = tempo_day(interval.start)
        colour = colours.get(day)
        certainty = Certainty.UNKNOWN if colour is None else Certainty.BINDING
        if day in provisional:
            certainty = Certainty.PROVISIONAL
        made.append(
            Period(
                interval.start,
                interval.end,
                interval.is_off_peak,
                None if colour is None else OFFICIAL.of(colour, off_peak=interval.is_off_peak),
                day,
                colour,
                certainty,
                can_be_red(day, colours, Quotas()),
            )
        )
    return tuple(made)


def fixed(
    now: datetime, windows: Sequence[tuple[str, str]], *, days: int = 2
) -> tuple[Period, ...]:
    """Return the periods of a tariff with fixed hours for so many days."""
    off_peak = OffPeak(
        tuple(Window(time.fromisoformat(a), time.fromisoformat(b)) for a, b in windows), PARIS
    )
    first = off_peak.current(now).start
    return tuple(
        Period(
            interval.start,
            interval.end,
            interval.is_off_peak,
            0.1589 if interval.is_off_peak else 0.2142,
        )
        for interval in off_peak.intervals(first, off_peak.next_change(now + days * DAY))
    )


def bank(
    *states: float | None, max_charge: int = 2500, is_reachable: bool = True
) -> tuple[BatteryState, ...]:
    """Return batteries of 5.12 kWh by their states of charge."""
    return tuple(
        BatteryState(str(number), soc, CAPACITY, max_charge=max_charge, is_reachable=is_reachable)
        for number, soc in enumerate(states)
    )

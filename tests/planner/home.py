"""A home to plan for: Tempo or fixed hours, batteries, and where the next day begins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from custom_components.marstek.planner import BatteryState, Certainty, Expected, Forecast, Period
from custom_components.marstek.tempo import (
    DECREES,
    PARIS,
    TEMPO_OFF_PEAK,
    Colour,
    OffPeak,
    OffPeakWindow,
    Quotas,
    can_be_red,
    expected_price,
    odds,
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
                None
                if colour is None
                else DECREES[-1].tempo.of(colour, off_peak=interval.is_off_peak),
                day,
                colour,
                certainty,
                can_be_red(day, colours, Quotas()),
            )
        )
    return tuple(made)


def priced(periods: tuple[Period, ...], colours: Mapping[date, Colour]) -> tuple[Period, ...]:
    """Return periods of Tempo with the prices to be expected of days that are still unknown."""
    made = []
    for period in periods:
        off_peak = period.is_off_peak
        assert period.day is not None
        chances = odds(period.day, colours, Quotas())
        made.append(
            replace(
                period,
                expected_price=expected_price(DECREES[-1].tempo, chances, off_peak=off_peak),
                red_price=DECREES[-1].tempo.of(Colour.RED, off_peak=off_peak),
            )
        )
    return tuple(made)


def forecast(
    now: datetime,
    load: float | Callable[[float], float] = 400.0,
    pv: float | Callable[[float], float] = 0.0,
    *,
    days: int = 4,
) -> Forecast:
    """Return a forecast in quarters of an hour: W, or functions of the hour of the clock."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    values = []
    for number in range(days * 96):
        moment = start + number * 15 * MINUTE
        clock = moment.astimezone(now.tzinfo)
        hour = clock.hour + clock.minute / 60
        values.append(
            Expected(
                moment,
                load(hour) if callable(load) else load,
                pv(hour) if callable(pv) else pv,
            )
        )
    return Forecast(tuple(values), start + days * DAY)


def sun(peak: float) -> Callable[[float], float]:
    """Return the W of a clear day, most of it around 13:30."""
    return lambda hour: max(0.0, peak * (1 - ((hour - 13.5) / 6) ** 2))


def fixed(
    now: datetime,
    windows: Sequence[tuple[str, str]],
    *,
    days: int = 2,
    all_day: Iterable[int] = (),
) -> tuple[Period, ...]:
    """Return the periods of a tariff with fixed hours for so many days."""
    off_peak = OffPeak(
        tuple(OffPeakWindow(time.fromisoformat(a), time.fromisoformat(b)) for a, b in windows),
        PARIS,
        frozenset(all_day),
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

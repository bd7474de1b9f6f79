"""The replay: its bills, its gaps, and that no strategy beats what could be done."""

from collections.abc import Generator, Iterable, Sequence
import csv
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.planner.habits import Hour
from custom_components.marstek.replay import (
    LEAST_DAYS,
    QUARTER_HOURS,
    Contract,
    ContractOutcome,
    FlatContract,
    HourlyContract,
    HoursContract,
    PackLimits,
    Recording,
    RecordingError,
    Replay,
    ReplayHome,
    ReplayProgress,
    ReplayStrategy,
    TempoContract,
    compared,
    recording_of,
)
from custom_components.marstek.tempo import (
    DECREES,
    PARIS,
    TEMPO_OFF_PEAK,
    Colour,
    HourRule,
    HourRules,
    LevelHours,
    OffPeakWindow,
    decree_on,
    past_colours,
)
from scripts.backtest_lib.home import END_VALUE, PACK, Home
from scripts.backtest_lib.optimum import least_bill

# With the night in which clocks go back.
FIRST = date(2025, 10, 20)
DAYS = 15
HOUR = timedelta(hours=1)
TEMPO = DECREES[-1].tempo
HOME = ReplayHome((PACK,), PARIS, 6000.0, end_value=END_VALUE)
powers = st.lists(st.floats(0, 4000), min_size=24, max_size=24)


def hours_of(load: Sequence[float], pv: Sequence[float] = (), days: int = DAYS) -> list[Hour]:
    """Return hours of days, each with powers in W by its hours, from some days before on."""
    start = datetime.combine(FIRST, time(), PARIS).astimezone(UTC)
    sun = pv or [0.0] * 24
    return [
        Hour(start + number * HOUR, load[number % 24], sun[number % 24])
        for number in range(24 * days + 1)
    ]


def recorded(hours: Iterable[Hour], days: int = DAYS) -> Recording:
    """Return a recording of the days."""
    return recording_of(hours, FIRST, FIRST + timedelta(days=days - 1), PARIS)


def result[T](steps: Generator[object, None, T]) -> T:
    """Return what a generator returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            value: T = stop.value
            return value


LEVELS = HourRules(
    (
        HourRule(0.40, (OffPeakWindow(time(17), time(20)),)),
        HourRule(0.15, (OffPeakWindow(time(22), time(6)),)),
        HourRule(0.30),
    ),
    PARIS,
)


def contracts_of(recording: Recording) -> dict[str, Contract]:
    """Return a contract of each kind."""
    quarters = recording.quarters
    count = len(quarters) // 4 + 1
    hourly = [0.1 + 0.2 * (number % 24 > 16) for number in range(count)]
    return {
        "tempo": TempoContract(quarters, lambda _: TEMPO, past_colours()),
        "hours": HoursContract(quarters, TEMPO_OFF_PEAK, (0.10, 0.25)),
        "levels": HoursContract(quarters, LevelHours(LEVELS), (0.1, 0.4), levels=LEVELS),
        "base": FlatContract(quarters, 0.2),
        "hourly": HourlyContract(quarters, hourly, quarters.start, PARIS),
    }


@given(powers)
@settings(max_examples=5, deadline=None)
def test_without_batteries_the_bill_is_price_times_load(load: list[float]) -> None:
    """Over all days, one of which has 25 hours."""
    recording = recorded(hours_of(load))
    quarters = recording.quarters
    assert len(quarters) == 4 * (24 * DAYS + 1)
    for contract in contracts_of(recording).values():
        replay = Replay(HOME, quarters, contract, ReplayStrategy.NO_BATTERY)
        replay.advance(range(len(quarters)))
        due = sum(
            price * power * QUARTER_HOURS
            for price, power in zip(contract.prices, quarters.load, strict=True)
        )
        assert replay.cost == pytest.approx(due)
        assert replay.imported == pytest.approx(sum(quarters.load) * QUARTER_HOURS)
        assert replay.exported == 0


@given(powers, powers, st.sampled_from(["tempo", "hours", "levels", "base", "hourly"]))
@settings(max_examples=4, deadline=None)
def test_no_strategy_beats_the_optimum(load: list[float], pv: list[float], name: str) -> None:
    """But for the steps in which the optimum counts what is stored."""
    recording = recorded(hours_of(load, pv))
    quarters, contract = recording.quarters, contracts_of(recording)[name]
    half = PACK.usable / 2
    least = least_bill(Home(), quarters, contract, range(len(quarters)), half) + END_VALUE * half
    for strategy in (ReplayStrategy.AUTO, ReplayStrategy.SIMPLE, ReplayStrategy.OPTIMISED):
        replay = Replay(HOME, quarters, contract, strategy)
        replay.advance(range(len(quarters)))
        assert replay.cost >= least - 0.02 - 0.005 * abs(least)


@given(powers, st.floats(0.12, 1))
@settings(max_examples=10, deadline=None)
def test_auto_saves_nothing_without_sun_and_with_one_price(load: list[float], price: float) -> None:
    """What was stored at first is worth no more than the price."""
    recording = recorded(hours_of(load))
    contract = FlatContract(recording.quarters, price)
    outcomes = played(replace(HOME, end_value=None), recording, {"base": contract})
    assert (
        outcomes[ReplayStrategy.AUTO].cost
        >= outcomes[ReplayStrategy.NO_BATTERY].cost - 0.01 * price
    )


def played(
    home: ReplayHome, recording: Recording, contracts: dict[str, Contract]
) -> dict[ReplayStrategy, ContractOutcome]:
    """Return the outcomes of Auto and of no batteries."""
    wanted = (ReplayStrategy.NO_BATTERY, ReplayStrategy.AUTO)
    return {each.strategy: each for each in result(compared(home, recording, contracts, wanted))}


def test_a_day_is_a_step() -> None:
    """So that a caller can pause and give up; the outcomes come at the end."""
    recording = recorded(hours_of([500.0] * 24))
    contracts = contracts_of(recording)
    wanted = (ReplayStrategy.AUTO, ReplayStrategy.SIMPLE)
    del contracts["hourly"]
    steps = compared(HOME, recording, contracts, wanted)
    first = next(steps)
    assert first == ReplayProgress(1, len(contracts) * 2 * DAYS)
    outcomes = result(steps)
    assert [(each.contract, each.strategy) for each in outcomes] == [
        (name, strategy) for name in contracts for strategy in wanted
    ]


@given(st.sets(st.integers(0, 24 * DAYS), max_size=120))
@settings(max_examples=20, deadline=None)
def test_gaps_are_counted(missing: set[int]) -> None:
    """Each unknown hour of a day that counts is filled, and days with too many do not count.

    The hour after a gap counts as unknown: counters show all of the gap in it.
    """
    hours = [
        replace(hour, load=None) if number in missing else hour
        for number, hour in enumerate(hours_of([700.0] * 24))
    ]
    first = min(set(range(len(hours))) - missing)
    after = {number + 1 for number in missing} - missing - {first, len(hours)}
    local: dict[date, int] = {}
    for number in missing | after:
        day = hours[number].start.astimezone(PARIS).date()
        local[day] = local.get(day, 0) + 1
    few = {FIRST + timedelta(days=number) for number in range(DAYS)}
    sound = {
        day for day in few if (25 if day == date(2025, 10, 26) else 24) - local.get(day, 0) >= 18
    }
    if len(sound) < LEAST_DAYS:
        with pytest.raises(RecordingError) as caught:
            recorded(hours)
        assert caught.value.days == len(sound)
        return
    recording = recorded(hours)
    assert {each.day for each in recording.counted} == sound
    assert recording.filled == sum(local.get(day, 0) for day in sound)
    assert all(power == pytest.approx(0.7) for power in recording.quarters.load)
    assert recording.daily_load == pytest.approx(16_800)


def test_gaps_are_filled_by_the_same_hour_of_other_days() -> None:
    """One that is never known, by the mean of all."""
    load = [100.0 * hour for hour in range(24)]
    hours = hours_of(load, days=16)
    unknown = {5 * 24 + 12, *range(3, 24 * 16, 24)}
    known = [hour for number, hour in enumerate(hours) if number not in unknown]
    recording = recorded(known)
    assert recording.filled == 2 * (DAYS + 1)
    assert recording.quarters.load[4 * (5 * 24 + 12)] == pytest.approx(1.2)
    assert recording.quarters.load[4 * 3] == pytest.approx(1.22, abs=0.01)


def test_impossible_hours_are_missing() -> None:
    """A counter that was reset, or an unknown sun; less than nothing is sun that nobody measures."""
    hours = hours_of([500.0] * 24)
    hours[30] = replace(hours[30], load=5e6)
    hours[31] = replace(hours[31], pv=None)
    hours[34] = replace(hours[34], load=-400.0, pv=100.0)
    recording = recorded(hours)
    assert recording.filled == 3
    assert recording.quarters.load[4 * 34] == 0
    assert recording.quarters.pv[4 * 34] == pytest.approx(0.5)
    assert recording.has_sun


def test_the_beginning_is_where_something_is_known() -> None:
    """Days before the first known one are neither played nor left out."""
    hours = hours_of([500.0] * 24)
    recording = recording_of(hours, date(2024, 10, 1), date(2026, 1, 1), PARIS)
    assert recording.days[0].day == FIRST
    assert len(recording.days) == DAYS
    assert recording.left_out == 0


def test_days_that_do_not_count_cost_nothing() -> None:
    """They only go on with what batteries hold."""
    hours = hours_of([500.0] * 24, days=17)
    gap = FIRST + timedelta(days=8)
    known = [hour for hour in hours if hour.start.astimezone(PARIS).date() != gap]
    recording = recorded(known, days=17)
    assert recording.left_out == 1
    outcomes = played(HOME, recording, {"base": FlatContract(recording.quarters, 0.2)})
    assert outcomes[ReplayStrategy.NO_BATTERY].imported == pytest.approx(16 * 12 + 0.5)


def test_batteries_of_different_sizes() -> None:
    """Each gives no more than it has and can."""
    small = PackLimits(2.0, max_charge=0.8, max_discharge=0.8)
    recording = recorded(hours_of([3000.0] * 24))
    contract = FlatContract(recording.quarters, 0.2)
    replay = Replay(
        replace(HOME, packs=(PACK, small)), recording.quarters, contract, ReplayStrategy.AUTO
    )
    replay.advance(range(1))
    assert replay.batteries.stored[1] == pytest.approx(small.usable / 2 - 0.25 * 0.88, abs=0.02)
    replay.advance(range(1, 40))
    assert replay.batteries.total == pytest.approx(0, abs=1e-9)


def test_days_without_a_colour_are_estimates() -> None:
    """They cost what their odds let expect, between blue and red."""
    recording = recorded(hours_of([1000.0] * 24))
    known = {day: Colour.BLUE for day in past_colours() if day < FIRST + timedelta(days=5)}
    contract = TempoContract(recording.quarters, lambda _: TEMPO, known)
    assert min(contract.estimated) == FIRST + timedelta(days=5)
    noon = 4 * (24 * 10 + 12)
    assert TEMPO.blue_peak <= contract.prices[noon] < TEMPO.red_peak
    full = TempoContract(recording.quarters, lambda _: TEMPO, past_colours())
    assert full.estimated == frozenset()


def test_what_feeding_in_earns() -> None:
    """At the constant, where no terms know better."""
    recording = recorded(hours_of([0.0] * 24, [1000.0] * 24))
    contract = FlatContract(recording.quarters, 0.2, feed_in=0.04)
    outcomes = played(HOME, recording, {"base": contract})
    none = outcomes[ReplayStrategy.NO_BATTERY]
    assert none.exported == pytest.approx(24 * DAYS + 1)
    assert none.cost == pytest.approx(-0.04 * none.exported)


def test_prices_of_several_levels_and_seasons() -> None:
    """Cheap nights in November only: until then there is one price, and nothing to plan."""
    night = OffPeakWindow(time(22), time(6))
    levels = HourRules(
        (
            HourRule(0.1, (night,), months=frozenset({11, 12, 1, 2})),
            HourRule(0.2, (OffPeakWindow(time(12), time(14)),)),
            HourRule(0.3),
        ),
        PARIS,
    )
    recording = recorded(hours_of([500.0] * 24))
    contract = HoursContract(recording.quarters, LevelHours(levels), (0.1, 0.3), levels=levels)
    october, november = 4 * 48, 4 * (24 * 13 + 1)
    assert [contract.prices[october + 4 * hour] for hour in (1, 12, 18)] == [0.3, 0.2, 0.3]
    assert [contract.prices[november + 4 * hour] for hour in (1, 12, 18)] == [0.1, 0.2, 0.3]
    (outcome,) = result(
        compared(HOME, recording, {"current": contract}, [ReplayStrategy.OPTIMISED])
    )
    assert outcome.cost > 0
    assert outcome.bought > 0


def test_recorded_prices_have_gaps() -> None:
    """An hour without a price costs what the same hour of other days does."""
    recording = recorded(hours_of([500.0] * 24))
    quarters = recording.quarters
    prices = {
        moment: 0.1 + 0.01 * moment.astimezone(PARIS).hour
        for number in range(24 * DAYS)
        for moment in (quarters.start + number * HOUR,)
        if number != 30
    }
    contract = HourlyContract.recorded(quarters, prices, PARIS)
    assert contract.prices[4 * 30] == pytest.approx(0.16)
    assert contract.estimated == {FIRST + timedelta(days=1), FIRST + timedelta(days=DAYS - 1)}
    with pytest.raises(ValueError, match="No price"):
        HourlyContract.recorded(quarters, {}, PARIS)


def test_past_colours_are_those_that_were_published() -> None:
    """Each day of the last seasons, as in the history that tests keep."""
    path = Path(__file__).parents[1] / "data" / "tempo_history.csv"
    with path.open(encoding="utf-8", newline="") as file:
        published = {
            date.fromisoformat(row["date"]): Colour(row["colour"].lower())
            for row in csv.DictReader(file)
        }
    first = min(past_colours())
    assert past_colours() == {day: each for day, each in published.items() if day >= first}


def test_prices_of_the_decree() -> None:
    """One price lies between those of off-peak and peak hours."""
    decree = decree_on(date(2026, 9, 1))
    assert decree.off_peak < decree.base_from_9_kva < decree.base < decree.peak

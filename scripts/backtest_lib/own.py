"""Own last year of a home, played again under each contract: `scripts/backtest --own`."""

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
import sys
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.marstek.export import BarGroup, BarSeries, bar_chart_svg
from custom_components.marstek.records.comparison_wording import STRATEGY_COLOURS
from custom_components.marstek.replay import (
    LEAST_DAYS,
    Contract,
    ContractOutcome,
    FlatContract,
    HourlyContract,
    HoursContract,
    Recording,
    RecordingError,
    ReplayStrategy,
    TempoContract,
    compared,
    recording_of,
)
from custom_components.marstek.tempo import TEMPO_OFF_PEAK, past_colours

from .home import Home
from .recorder_file import RecorderFile, RecorderFileError
from .tariffs import Table

_DAYS: Final = timedelta(days=364)
_DAY: Final = timedelta(days=1)


def play_own(arguments: Namespace, home: Home, prices: Table) -> int:
    """Print what the home would have paid in its last year; return 1 where too little is known."""
    file = RecorderFile(arguments.own, arguments.load_sensor, arguments.pv_sensor)
    zone: ZoneInfo = arguments.zone
    try:
        hours = file.hours()
        last = hours[-1].start.astimezone(zone).date() - _DAY
        recording = recording_of(hours, last - _DAYS, last, zone)
        contracts = _contracts(arguments, home, prices, recording, file, zone)
    except RecorderFileError as err:
        print(err, file=sys.stderr)
        return 1
    except RecordingError as err:
        print(
            f"Only {err.days} days have 18 hours or more in the last year; {LEAST_DAYS} are needed.",
            file=sys.stderr,
        )
        return 1
    played = replace(
        home.replayed,
        zone=zone,
        daily_load=recording.daily_load,
        options=replace(home.replayed.options, has_pv=recording.has_sun),
        end_value=None,
    )
    outcomes = _outcomes(compared(played, recording, contracts))
    print(_table(recording, contracts, outcomes))
    if arguments.picture is not None:
        _draw(arguments.picture, recording, outcomes)
    return 0


def _contracts(
    arguments: Namespace,
    home: Home,
    prices: Table,
    recording: Recording,
    file: RecorderFile,
    zone: ZoneInfo,
) -> dict[str, Contract]:
    """Return the contracts at the prices that were given."""
    quarters, feed_in = recording.quarters, home.feed_in
    made: dict[str, Contract] = {
        "tempo": TempoContract(quarters, lambda _: prices.tempo, past_colours(), feed_in),
        "fixed": HoursContract(quarters, TEMPO_OFF_PEAK, prices.fixed, feed_in),
        "base": FlatContract(quarters, arguments.base_price, feed_in),
    }
    if arguments.price_sensor is not None:
        recorded = file.prices(arguments.price_sensor)
        made["day-ahead"] = HourlyContract.recorded(quarters, recorded, zone, feed_in)
    return made


def _outcomes(steps: Iterable[object]) -> list[ContractOutcome]:
    """Play all days; return the outcomes."""
    played = iter(steps)
    while True:
        try:
            next(played)
        except StopIteration as stop:
            outcomes: list[ContractOutcome] = stop.value
            return outcomes


def _table(
    recording: Recording, contracts: dict[str, Contract], outcomes: list[ContractOutcome]
) -> str:
    days = recording.counted
    counted: set[date] = {each.day for each in days}
    head = (
        f"{days[0].day} to {days[-1].day}: {len(days)} days, {recording.left_out} left out, "
        f"{recording.filled} hours filled with usual values"
    )
    columns = f"{'contract':10}{'strategy':12}{'EUR':>9}{'saved':>9}{'from grid':>11}{'fed in':>9}"
    lines = [head, "", f"{columns}{'cycles':>8}"]
    without = {
        each.contract: each.cost for each in outcomes if each.strategy is ReplayStrategy.NO_BATTERY
    }
    lines += [
        f"{each.contract:10}{each.strategy.value:12}{each.cost:9.2f}"
        f"{without[each.contract] - each.cost:9.2f}{each.imported:7.0f} kWh"
        f"{each.exported:5.0f} kWh{each.cycles:8.0f}"
        for each in outcomes
    ]
    lines += [
        f"{name}: the price of {count} days is an estimate."
        for name, contract in contracts.items()
        if (count := len(contract.estimated & counted))
    ]
    lines += ["", "Estimates for energy only, without the subscription, from hourly means."]
    return "\n".join(lines)


def _draw(path: Path, recording: Recording, outcomes: list[ContractOutcome]) -> None:
    days = recording.counted
    names = list(dict.fromkeys(each.contract for each in outcomes))
    groups = [
        BarGroup(name, [each.cost for each in outcomes if each.contract == name]) for name in names
    ]
    chart = bar_chart_svg(
        f"EUR for energy from {days[0].day} to {days[-1].day}",
        [
            BarSeries(each.value.replace("_", " "), STRATEGY_COLOURS[each])
            for each in ReplayStrategy
        ],
        groups,
        lambda value: f"{value:.0f} EUR",
    )
    path.write_text(chart, encoding="utf-8")
    print(f"Picture: {path}")

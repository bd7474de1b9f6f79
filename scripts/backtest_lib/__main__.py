"""What batteries would have saved a home in the seasons since 2014, by strategy.

Colours of Tempo are real, prices are those of today; loads, weather, sun and day-ahead prices are
made up, always in the same way. Read the results as comparisons. "%" is the way from batteries that
never do anything to what could have been saved had everything been known beforehand ("optimum").

With --own FILE, the database of Home Assistant's recorder, the home's own last year is played
instead: it shows what would have been paid under each contract.
"""

import argparse
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
import sys
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from custom_components.marstek.tempo import DECREES, PARIS

from .home import Heating, Home
from .own import play_own
from .report import snapshot, table
from .seasons import live
from .strategies import Season
from .tariffs import TARIFFS, Table
from .world import SEASONS

_PRICES = (
    "blue_off_peak",
    "blue_peak",
    "white_off_peak",
    "white_peak",
    "red_off_peak",
    "red_peak",
)


def main() -> int:
    """Compare what was asked for."""
    arguments = _arguments()
    home = Home(
        arguments.batteries,
        arguments.load,
        arguments.heating,
        arguments.car,
        arguments.pv,
        arguments.subscribed,
        arguments.feed_in,
        arguments.efficiency,
        arguments.sun_forecast,
        arguments.feed_in_share,
        arguments.sell,
    )
    prices = Table(
        replace(DECREES[-1].tempo, **dict(zip(_PRICES, arguments.tempo_prices, strict=True))),
        (arguments.fixed_prices[0], arguments.fixed_prices[1]),
    )
    if arguments.own is not None:
        return play_own(arguments, home, prices)
    years = [year for year in SEASONS if year.first_year in arguments.seasons]
    names = list(TARIFFS) if arguments.tariff == "all" else [arguments.tariff]
    with ProcessPoolExecutor() as pool:
        for name in names:
            # Only a price of the market has a share.
            own = home if name == "day-ahead" else replace(home, feed_in_share=0.0)
            seasons = pool.map(partial(live, own, name, prices), years)
            labels = (year.label[2:5] + year.label[7:] for year in years)
            results = dict(zip(labels, seasons, strict=True))
            print(f"{name}: EUR saved in a season\n\n{table(results)}\n")
            _draw(arguments.picture, name, results)
    return 0


def _draw(path: Path | None, name: str, results: Mapping[str, Season]) -> None:
    if path is not None:
        own = path.with_stem(f"{path.stem}-{name}")
        own.write_text(snapshot(f"{name}: EUR saved in a season", results), encoding="utf-8")
        print(f"Picture: {own}\n")


def _arguments() -> argparse.Namespace:
    first, last = SEASONS[0].first_year, SEASONS[-1].first_year
    parser = argparse.ArgumentParser(
        prog="scripts/backtest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_home(parser)
    add = parser.add_argument
    add("--tariff", choices=[*TARIFFS, "all"], default="tempo", help="default: %(default)s")
    add(
        "--tempo-prices",
        type=float,
        nargs=6,
        default=[getattr(DECREES[-1].tempo, name) for name in _PRICES],
        metavar="EUR",
        help="blue, white and red, off-peak before peak; default: those of August 2026",
    )
    add(
        "--fixed-prices",
        type=float,
        nargs=2,
        default=Table().fixed,
        metavar="EUR",
        help="off-peak and peak; default: %(default)s",
    )
    add(
        "--seasons",
        type=int,
        nargs="+",
        default=range(first, last + 1),
        metavar="YEAR",
        help=f"by the year in which they begin; default: {first} to {last}",
    )
    add("--picture", type=Path, metavar="FILE.svg", help="a bar chart for each tariff")
    _add_own(parser.add_argument_group("own year"))
    return parser.parse_args()


def _add_home(parser: argparse.ArgumentParser) -> None:
    """Add what an owner knows of a home."""
    add, usual = parser.add_argument, Home()
    add("--batteries", type=int, default=usual.batteries, help="how many; default: %(default)s")
    add("--load", type=float, default=usual.yearly_load, help="kWh a year; default: %(default)s")
    add("--heating", type=Heating, choices=list(Heating), default=usual.heating)
    add("--car", action="store_true", help="charged at home")
    add("--pv", type=float, default=usual.pv_peak, help="kWp; default: %(default)s")
    add("--subscribed", type=int, default=usual.subscribed, help="VA; default: %(default)s")
    add("--feed-in", type=float, default=usual.feed_in, help="EUR per kWh; default: %(default)s")
    add(
        "--feed-in-share",
        type=float,
        default=usual.feed_in_share,
        help="of the market's price, on top of it, 0..1; day-ahead only; default: %(default)s",
    )
    add("--efficiency", type=float, default=usual.efficiency, help="believed round trip, 0..1")
    add(
        "--sell",
        type=int,
        default=usual.sale_power,
        metavar="W",
        help="of all batteries together, to discharge into the grid; default: %(default)s, never",
    )
    add("--sun-forecast", action="store_true", help="a service forecasts the sun, 25 %% wrong")


def _add_own(group: argparse._ArgumentGroup) -> None:
    """Add the options of the home's own year."""
    add = group.add_argument
    add("--own", type=Path, metavar="FILE", help="home-assistant_v2.db, or a copy; only read")
    add("--load-sensor", metavar="ID", help="energy of the house; default: the Energy dashboard")
    add("--pv-sensor", metavar="ID", help="energy of the sun, with --load-sensor")
    add("--price-sensor", metavar="ID", help="recorded day-ahead prices, as a fourth contract")
    add(
        "--base-price",
        type=float,
        default=DECREES[-1].base,
        metavar="EUR",
        help="of the contract with one price; default: %(default)s",
    )
    add("--zone", type=_zone, default=PARIS, help="of the home; default: %(default)s")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError) as err:
        raise argparse.ArgumentTypeError(f"no time zone: {name}") from err


if __name__ == "__main__":
    sys.exit(main())

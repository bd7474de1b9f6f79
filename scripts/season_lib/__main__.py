"""Live through a season of the plan, with simulated batteries in virtual time.

Never a Wh charged from the grid in red peak hours, no own slot that could act outside its night,
each reachable battery in the planned mode ten minutes after each boundary, each red morning
reached charged or told of, and energy drawn as the planner expected: exit code 0, else 1.

To be done within half an hour, batteries are polled at longer intervals than by default: each 2
minutes by night and each 10 by day instead of 30 s, after commands as usual, and files are written
each hour. Batteries lose as much as the planner expects them to, and how much the house draws
changes from day to day. Colours become known at noon.
"""

import argparse
from datetime import UTC, date, datetime, time, timedelta
import sys
import time as real_time
from zoneinfo import ZoneInfo

from custom_components.marstek.const import CONF_FULL_EVERY, CONF_GENTLE_TOP
from tests.support.virtual_time import run

from .charges import TOLERANCE, Agreement, agreement
from .mishaps import Mishap
from .money import TOLERANCE as MOST_OFF
from .season import Season, live

_PARIS = ZoneInfo("Europe/Paris")
_FIRST = date(2025, 9, 1)
_DAYS = 365
_WIDTH = 58
_EVERY = 5


def main() -> int:
    """Live through what was asked for."""
    arguments = _arguments()
    start = datetime.combine(arguments.start, time(12), _PARIS).astimezone(UTC)
    return run(start, _live(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/season",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--start",
        type=date.fromisoformat,
        default=_FIRST,
        metavar="DATE",
        help="the first day, of which colours are known; default: %(default)s",
    )
    parser.add_argument("--days", type=int, default=_DAYS, help="default: %(default)s")
    parser.add_argument("--batteries", type=int, default=3, help="default: %(default)s")
    parser.add_argument(
        "--faults",
        action="store_true",
        help="a lossy network, outages, restarts, hand commands and late colours",
    )
    parser.add_argument(
        "--money",
        action="store_true",
        help="compare the savings of the ledger with bills by the true loads; polls by day too",
    )
    parser.add_argument(
        "--full-every",
        type=int,
        default=0,
        metavar="DAYS",
        help="full charges: batteries that are not really full once in so many days are an error",
    )
    parser.add_argument("--gentle", action="store_true", help="less power above 90 %%")
    return parser.parse_args()


async def _live(arguments: argparse.Namespace) -> int:
    """Return the exit code."""
    started = real_time.monotonic()
    season, shown = Season(), 0
    days = live(
        arguments.start,
        arguments.days,
        arguments.batteries,
        faulty=arguments.faults,
        has_money=arguments.money,
        options={CONF_FULL_EVERY: arguments.full_every, CONF_GENTLE_TOP: arguments.gentle},
    )
    async for season in days:
        for text in season.wrong[shown:]:
            print(f"  WRONG {text}", flush=True)
        shown = len(season.wrong)
        if season.days % _EVERY == 0 or season.days == arguments.days:
            day = arguments.start + timedelta(days=season.days)
            spent = real_time.monotonic() - started
            left = spent / season.days * (arguments.days - season.days)
            print(f"{day}: {season.days} days in {spent:.0f} s, {left:.0f} s to go", flush=True)
    seconds = real_time.monotonic() - started
    _print(season, agreement(season.charges), seconds)
    return 1 if season.wrong or season.days < arguments.days else 0


def _print(season: Season, agreed: Agreement, seconds: float) -> None:
    print()
    _row("days lived through", season.days)
    _row("wrong", len(season.wrong), "0")
    _row("red mornings", season.red_mornings)
    _row("  batteries not charged, and told of", season.uncharged)
    _row("charges compared with what was expected", agreed.charges)
    limit = f"{TOLERANCE:.0%}"
    _row("  deviation of energy, mean", f"{agreed.mean:.1%}", limit)
    _row(f"  worst ({agreed.worst_evening})", f"{agreed.worst:+.1%}", f"{limit} and 1 % of charge")
    _row("  of all together", f"{agreed.total:+.1%}", limit)
    _row("slot writes of one battery in one night, most", season.writes)
    _row("requests", season.requests)
    for mishap, number in sorted(season.fates.items()):
        if mishap is not Mishap.NONE:
            _row(f"nights in which {mishap}", number)
    if season.fulls:
        _row("times that a battery was full for an hour", season.fulls)
        _row("  days without it, most", f"{season.longest_without / timedelta(days=1):.1f}")
    if season.saved:
        _row("EUR saved by the true loads", f"{season.saved:.2f}")
        off = season.noted / season.saved - 1
        _row("  by the ledger of the integration", f"{season.noted:.2f}")
        _row("  deviation", f"{off:+.2%}", f"{MOST_OFF:.0%}")
    _row("seconds", round(seconds), "< 1800")
    _row("  of the processor", round(real_time.process_time()))


def _row(name: str, value: object, limit: str = "") -> None:
    print(f"{name:{_WIDTH}s} {value!s:>10s}   {limit}")


if __name__ == "__main__":
    sys.exit(main())

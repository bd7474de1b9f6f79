"""Live through days in which anything happens, with simulated batteries in virtual time.

Strangers, faults of batteries, clocks of batteries that are wrong, cells that are full or empty
anywhere, restarts, reloads, cancelled and flapping calls, renamed and removed entities, clocks that
jump and colours that nobody announces, drawn by lot from a seed. Meanwhile: the planned mode or an
honest alert, no charge from the grid in red peak hours, nothing forgotten that a person has
decided, every call ended within 60 s, writes within the budget, nothing stale shown as current, and
nothing left behind.
"""

import argparse
from datetime import UTC, date, datetime, time
import sys
import time as real_time
from zoneinfo import ZoneInfo

from custom_components.marstek.const import Tariff
from tests.support.virtual_time import run

from .life import EVENTS, Days, live

_PARIS = ZoneInfo("Europe/Paris")
_FIRST = date(2026, 1, 5)
_DAYS_A_MONTH = 30


def main() -> int:
    """Live through what was asked for; return the exit code."""
    arguments = _arguments()
    start = datetime.combine(arguments.start, time(12), _PARIS).astimezone(UTC)
    return run(start, _live(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--days", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--months", type=int, default=0, help="of 30 days, instead of --days")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--batteries", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--tariff", choices=["tempo", "dynamic"], default="tempo")
    parser.add_argument(
        "--without", action="append", choices=EVENTS, default=[], help="leave an event out"
    )
    parser.add_argument("--events", action="store_true", help="print each event as it happens")
    parser.add_argument(
        "--start",
        type=date.fromisoformat,
        default=_FIRST,
        metavar="DATE",
        help="the first day, of which colours are known; default: %(default)s",
    )
    return parser.parse_args()


async def _live(arguments: argparse.Namespace) -> int:
    days = arguments.months * _DAYS_A_MONTH or arguments.days
    started = real_time.monotonic()
    lived, shown = Days(), 0
    async for lived in live(
        arguments.start,
        days,
        arguments.batteries,
        arguments.seed,
        tariff=Tariff(arguments.tariff),
        without=arguments.without,
        on_event=_print_event if arguments.events else None,
    ):
        if lived.wrong and not shown and not arguments.events:
            print("\n".join(f"  before: {text}" for text in lived.trail))
        for text in lived.wrong[shown:]:
            print(f"  WRONG {text}", flush=True)
        shown = len(lived.wrong)
        if lived.days % 5 == 0:
            spent = real_time.monotonic() - started
            print(f"{lived.days} days in {spent:.0f} s", flush=True)
    _print(lived)
    return 1 if lived.wrong or lived.days < days else 0


def _print_event(text: str) -> None:
    print(f"  {text}", flush=True)


def _print(lived: Days) -> None:
    print(f"\ndays lived through: {lived.days}; wrong: {len(lived.wrong)}")
    print(f"calls: {lived.calls}, ended by an error: {lived.failed_calls}")
    print(f"longest call: {lived.longest_call:.1f} s; process grown by {lived.grown} kB")
    print(", ".join(f"{name} {count}" for name, count in sorted(lived.events.items())))


if __name__ == "__main__":
    sys.exit(main())

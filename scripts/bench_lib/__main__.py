"""Command line of the bench."""

import argparse
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
import sys
from typing import Any

from tests.support.home import home
from tests.support.virtual_time import run

from .cost import cost
from .hard import hard
from .measure import commands, darkness, first_values, leave_passive, own_change, untouched
from .meter import meter, meter_day
from .meter_cost import meter_cost
from .money import money
from .passive import passive
from .plan import plan
from .prices import prices
from .requests import requests
from .rows import rows
from .tempo import tempo

_START = datetime(2026, 11, 20, 12, tzinfo=UTC)
_WIDTH = 58


def row(name: str, value: object, limit: str = "") -> None:
    """Print a line of the table."""
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    print(f"{name:{_WIDTH}s} {text:>10s}   {limit}")


async def polling(*, faulty: bool) -> None:
    """Measure three batteries whose firmware bears frequent polls."""
    async with home(faulty=faulty) as place:
        row("first values of three batteries after the flow, s", await first_values(place), "< 15")
        figures = await untouched(place)
        row(
            "requests per hour and battery",
            figures.requests_per_hour,
            "<= 190" if faulty else "<= 150",
        )
        row("requests while another was in flight", figures.overlaps, "0")
        row("smallest quiet gap, s", f"{figures.smallest_gap:.3f}", ">= 2.5")
        row("requests lost through our own pacing", figures.lost_by_pacing, "0")
        row("age of power, 95th percentile, s", figures.power_age, "< 50" if faulty else "< 40")
        row(
            "age of state of charge, 95th percentile, s",
            figures.soc_age,
            "< 50" if faulty else "< 40",
        )
        row("seconds in which a value was unknown", figures.unavailable, "0")
        row("log lines at WARNING or above per hour", figures.warnings_per_hour, "<= 10")
        row("dangerous requests", figures.forbidden, "0")
        done = await commands(place)
        row("commands", done.total)
        row("  battery obeyed in the end", done.right, f"{done.total}")
        row("  confirmed although the battery did not obey", done.wrongly_confirmed, "0")
        row("  reported as failed", done.failed)
        row("  seconds to confirmed, 95th percentile", done.all, "< 25" if faulty else "< 15")
        row("    neither Manual nor Passive left", done.plain, "" if faulty else "< 10")
        row("    Manual or Passive left", done.leaving, "" if faulty else "< 15")
        row("    longest", done.longest)
        row("  wrong mode shown when the call returned", done.wrong_afterwards, "0")
        row("  wrong mode shown meanwhile, s, 95th percentile", done.wrong_while_running, "< 10")
        tries, stayed = await leave_passive(place)
        row("Passive left before its end, still left after it", f"{stayed}/{tries}", "all")
        row("mode changed by the battery itself shown after, s", await own_change(place), "< 180")
        dark = await darkness(place)
        row("dark battery shown unavailable after, s", dark.unavailable_after, "120-240")
        row("fresh again after its return, s", dark.fresh_after, "< 30")


async def gentle(*, faulty: bool) -> None:
    """Measure the firmware that must not be polled often."""
    for device, firmware in (("VenusE 3.0", 147), ("VenusE", 156), ("Venus A", 148)):
        async with home(device=device, firmware=firmware, faulty=faulty) as place:
            await first_values(place)
            figures = await untouched(place)
            name = f"{device} {firmware}: requests per hour and battery"
            row(name, figures.requests_per_hour, "<= 125" if faulty else "<= 100")


def _runs() -> dict[str, Callable[[], None]]:
    """Return what can be measured; the plan begins on a day of its own."""
    at_noon: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "calm": lambda: polling(faulty=False),
        "lossy": lambda: polling(faulty=True),
        "gentle": lambda: gentle(faulty=False),
        "gentle-lossy": lambda: gentle(faulty=True),
        "requests": lambda: requests(row),
        "hard": lambda: hard(row),
        "cost": lambda: cost(row),
        "passive": lambda: passive(row),
        "tempo": lambda: tempo(row),
    }
    return {
        **{name: partial(_run_at_noon, measure) for name, measure in at_noon.items()},
        "plan": lambda: plan(row),
        "meter-cost": lambda: meter_cost(row),
        "money": lambda: money(row),
        "rows": lambda: rows(row),
        "prices": lambda: prices(row),
        "meter": meter,
        "meter-day": meter_day,
    }


def _run_at_noon(measure: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run(_START, measure())


def main() -> int:
    """Run what was asked for, or all."""
    runs = _runs()
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*runs, []], help="what to measure, default all"
    )
    for name in parser.parse_args().names or runs:
        print(f"\n{name}")
        runs[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())

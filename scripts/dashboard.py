"""Try the dashboard in a real browser: add it, look at each page, use each card and button.

Starts the demo for it. What batteries are to do is asked of the simulator; a page whose console shows
an error, whose cards stick out of the screen, or in which axe finds something ends it with 1.
`scripts/dashboard --help`; the browser comes with `scripts/setup browser`.
"""

import argparse
import asyncio
import datetime as dt
from pathlib import Path
import tempfile
from typing import Final

import aiohttp
from playwright.async_api import Error as BrowserError

from custom_components.marstek.tempo import PARIS

from .dashboard_alone import use_alone
from .dashboard_buttons import Buttons
from .dashboard_day import RECIPIENTS, LivedDay, live
from .dashboard_forms import Forms
from .dashboard_red import RedDay, hide_tomorrow
from .dashboard_walk import PAGES, DashboardWalk, check, last_look, quiet_console
from .dashboard_week import BATTERY_PAGE, WeekEditor
from .demo_lib import flow, home
from .demo_lib.__main__ import Demo, say
from .demo_lib.browser import logged_in
from .demo_lib.config_folder import NAMES
from .demo_lib.home_assistant import HomeAssistant, wait_until
from .demo_lib.process import DemoError
from .demo_lib.shifted_clock import ShiftedClock, run_shifted, to_red_eve

_DESKTOP: Final = (1440, 900)
_RECIPIENTS: Final = (390, 844)
_SCREENS: Final = (
    ("phone", _RECIPIENTS, False),
    ("phone-dark", _RECIPIENTS, True),
    ("desktop-dark", _DESKTOP, True),
)
# After a time-out, three misses and the age of its readings.
_SILENT_WITHIN_S: Final = 300.0
_FAST: Final = 30.0


async def _walk(hass: HomeAssistant, arguments: argparse.Namespace) -> None:
    """Use everything on a wide screen, then look at all pages on others."""
    language, out = arguments.language, arguments.out
    async with logged_in(hass, language, size=_DESKTOP) as page:
        with quiet_console(page):
            async with last_look(page, out):
                walk = DashboardWalk(page, hass, language, out, say)
                await walk.add()
                for name in _pages():
                    await walk.look(name, f"desktop-{name}")
                await walk.use_timeline()
                await walk.use_season()
                await walk.use_flow()
                await walk.use_records()
                await WeekEditor(walk).edit()
                await Buttons(walk, hass).use()
                await use_alone(walk, hass)
                await walk.measure()
                if arguments.red:
                    await RedDay(walk, hass, ShiftedClock.of_this_program()).declare()
                path = walk.path
    for screen, size, is_dark in _SCREENS:
        async with logged_in(
            hass, language, size=size, is_dark=is_dark, has_touch=size == _RECIPIENTS
        ) as page:
            with quiet_console(page):
                walk = DashboardWalk(page, hass, language, out, say)
                walk.use(path)
                for name in _pages():
                    await walk.look(name, f"{screen}-{name}")
                if size == _RECIPIENTS and is_dark:
                    await WeekEditor(walk).touch()
                    async with last_look(page, out):
                        await Forms(walk, hass, page).look()
        say(f"{screen}: all pages fit")
    if arguments.unplug:
        await _unplug(hass, arguments, path)


def _pages() -> tuple[str, ...]:
    return (*PAGES, BATTERY_PAGE)


async def _live(hass: HomeAssistant, arguments: argparse.Namespace) -> None:
    """Live a night and a day, and look at what is left of it."""
    await live(hass, say)
    async with logged_in(hass, arguments.language, size=_DESKTOP) as page:
        with quiet_console(page):
            walk = DashboardWalk(page, hass, arguments.language, arguments.out, say)
            await walk.add()
            for name in _pages():
                await walk.look(name, f"day-{name}")
            await LivedDay(hass, walk, arguments.out).look()


async def _unplug(hass: HomeAssistant, arguments: argparse.Namespace, path: str) -> None:
    """Let a battery fall silent, and see that the page says so."""
    battery = home.BATTERIES[0]
    await home.ask("dark", battery=battery.ble_mac)
    entity_id = (await hass.entity_ids("marstek"))[f"{battery.ble_mac}_commanded_by"]

    async def is_silent() -> bool:
        return bool((await hass.states())[entity_id]["state"] == "out_of_reach")

    clock = ShiftedClock.of_this_program() if arguments.red else None
    if clock is not None:
        # No browser is open meanwhile, which would be confused by fast clocks.
        clock.set_pace(speed=_FAST)
    await wait_until("the battery is out of reach", is_silent, seconds=_SILENT_WITHIN_S, interval=2)
    if clock is not None:
        clock.set_pace(speed=1)
    async with logged_in(hass, arguments.language, size=_DESKTOP) as page:
        walk = DashboardWalk(page, hass, arguments.language, arguments.out, say)
        walk.use(path)
        await walk.open("now")
        await page.locator("hui-entity-badge").nth(4).wait_for()
        await page.locator("marstek-flow-card .silent").wait_for()
        await walk.keep("out-of-reach")
    say("a battery that falls silent is shown as such")


async def _run(arguments: argparse.Namespace, folder: Path) -> int:
    demo = Demo(folder, arguments)
    if arguments.day:
        demo.more = RECIPIENTS
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session,
            await demo.start(session) as hass,
        ):
            await hass.set_language(arguments.language)
            if arguments.red:
                await hide_tomorrow()
            if arguments.day:
                await home.ask("tempo declare", day="tomorrow", colour="red")
            chosen = {"energy_dashboard": True} if arguments.day else {}
            await flow.add_all(hass, len(home.BATTERIES), say, chosen)
            await (_live(hass, arguments) if arguments.day else _walk(hass, arguments))
        reported = "frontend.js" in demo.log.read_text("utf-8", "replace")
        check(not reported, "the frontend reported errors to the log of Home Assistant")
    except (DemoError, aiohttp.ClientError, BrowserError) as err:
        say(f"error: {err} {getattr(err, '__notes__', '')}")
        return 1
    finally:
        await demo.stop()
    say(f"The dashboard works; pictures are in {arguments.out}")
    return 0


def main() -> int:
    """Try the dashboard of a fresh demo."""
    parser = argparse.ArgumentParser(prog="scripts/dashboard", description=__doc__)
    parser.add_argument("--language", choices=sorted(NAMES), default="en")
    parser.add_argument("--out", type=Path, default=Path("dashboard-pictures"), metavar="DIR")
    parser.add_argument(
        "--red",
        action="store_true",
        help="let tomorrow turn red while a page is open; needs a C compiler, as the clocks are shifted to a day on which that can be",
    )
    parser.add_argument(
        "--day",
        action="store_true",
        help="only live a night and a day in three minutes, and look at its money, export, report and history; needs a C compiler and openpyxl",
    )
    parser.add_argument(
        "--unplug",
        action="store_true",
        help="let a battery fall silent: five minutes more, or some seconds with --red",
    )
    parser.set_defaults(port=None, headless_check=True, debug=False)
    arguments = parser.parse_args()
    if arguments.red or arguments.day:
        run_shifted(to_red_eve(dt.datetime.now(PARIS)))
    with tempfile.TemporaryDirectory(prefix="ha-marstek-dashboard-") as name:
        return asyncio.run(_run(arguments, Path(name)))


if __name__ == "__main__":
    raise SystemExit(main())

"""Walk of a person through the dashboard, in a real browser: what is wrong is a `DemoError`.

Used by `scripts/dashboard`, which starts the demo for it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
import datetime as dt
import json
from pathlib import Path
import re
import time
from typing import Any, Final

from playwright.async_api import Error as BrowserError, Locator, Page

from .dashboard_page import RUN_AXE, SHIFTS, STATE_CHANGES, STICKING_OUT, WATCH_SHIFTS
from .demo_lib import home
from .demo_lib.browser import Words
from .demo_lib.config_folder import ROOT
from .demo_lib.home_assistant import HomeAssistant, wait_until
from .demo_lib.process import DemoError

PAGES: Final = ("now", "plan", "tariff", "energy", "log")
_TEXTS: Final = ROOT / "custom_components" / "marstek" / "dashboard_texts"
_AXE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_CARDS: Final = (
    *("marstek-timeline-card", "marstek-flow-card", "marstek-season-card"),
    *("marstek-records-card", "marstek-week-card"),
)
# Icons of brands that the demo does not have, and what other integrations' pages log.
_NOISE: Final = re.compile(r"brands|favicon|net::ERR_NAME_NOT_RESOLVED|404")
_QUARTER: Final = 900
# What web.dev calls good; the half second after a click does not count.
_MOST_SHIFT: Final = 0.1

type Report = Callable[[str], None]


def check(fact: bool, otherwise: str) -> None:
    """Raise DemoError unless something is so."""
    if not fact:
        raise DemoError(otherwise)


@asynccontextmanager
async def last_look(page: Page, folder: Path) -> AsyncIterator[None]:
    """Keep a picture of the page on which something went wrong."""
    try:
        yield
    except BrowserError, DemoError:
        with suppress(BrowserError):
            await page.screenshot(path=folder / "failed.png")
        raise


@contextmanager
def quiet_console(page: Page) -> Iterator[None]:
    """Raise DemoError for errors of the page's console or scripts."""
    found: list[str] = []
    page.on("console", lambda note: found.append(note.text) if note.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield
    wrong = [each for each in found if not _NOISE.search(each)]
    check(not wrong, f"the console of the page shows errors: {wrong}")


class DashboardWalk:
    """A person who looks at the dashboard and uses it."""

    def __init__(
        self, page: Page, hass: HomeAssistant, language: str, folder: Path, report: Report
    ) -> None:
        """Keep pictures in `folder`."""
        self.page = page
        self._hass = hass
        self.language = language
        self.words = Words(language)
        """What is written on the buttons of Home Assistant and of the integration."""
        self.texts: dict[str, dict[str, str]] = json.loads(
            (_TEXTS / f"{language}.json").read_text("utf-8")
        )
        self.folder = folder
        """Where pictures are kept."""
        self.report = report
        self.path = ""
        """Address of the dashboard."""

    async def add(self) -> None:
        """Add the dashboard through the dialog, as its owner does."""
        page, prefix = self.page, "ui.panel.config.lovelace.dashboards"
        before = {each["url_path"] for each in await self._hass.command("lovelace/dashboards/list")}
        await page.goto(f"{self._hass.url}/config/lovelace/dashboards")
        add = self.words.frontend(f"{prefix}.picker.add_dashboard")
        await page.get_by_role("button", name=add).first.click()
        title = self.texts["dashboard"]["listed"]
        await page.locator("dashboard-card").filter(has_text=title).click()
        create = self.words.frontend(f"{prefix}.detail.create")
        await page.get_by_role("button", name=create, exact=True).last.click()

        async def is_there() -> bool:
            known = await self._hass.command("lovelace/dashboards/list")
            new = [each["url_path"] for each in known if each["url_path"] not in before]
            self.path = new[0] if new else ""
            # The frontend saves what the dashboard shows after it has made it.
            return bool(new) and await self._is_saved()

        await wait_until("the dashboard is there", is_there, seconds=15, interval=0.5)
        self.report(f"added /{self.path}")

    async def _is_saved(self) -> bool:
        try:
            config = await self._hass.command("lovelace/config", url_path=self.path)
        except DemoError:
            return False
        return bool(config["strategy"]["type"] == "custom:marstek")

    def use(self, path: str) -> None:
        """Walk through a dashboard that is there already."""
        self.path = path

    async def open(self, name: str) -> float:
        """Open a page by its address; return the seconds until its cards are there."""
        begun = time.monotonic()
        await self.page.goto(f"{self._hass.url}/{self.path}/{name}")
        await self._cards()
        return time.monotonic() - begun

    async def _cards(self) -> None:
        await self.page.locator("hui-sections-view hui-card").first.wait_for(state="attached")
        await self.page.wait_for_function("!document.querySelector('hui-error-card')")

    async def turn_to(self, name: str, title: str) -> float:
        """Turn to a page by its tab; return the milliseconds until its cards are drawn."""
        begun = time.monotonic()
        await self.page.get_by_role("tab", name=title).first.click()
        await self.page.wait_for_url(f"**/{self.path}/{name}")
        await self._cards()
        await self.page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        return 1000 * (time.monotonic() - begun)

    async def keep(self, name: str, part: Locator | None = None) -> None:
        """Keep a picture of the page, or of a part of it, once it is quiet."""
        await self.page.wait_for_timeout(1500)
        shown = self.page if part is None else part
        await shown.screenshot(path=self.folder / f"{name}.png", animations="disabled")

    async def look(self, name: str, picture: str) -> None:
        """Open a page, look for cards that failed or stick out, and keep a picture."""
        await self.open(name)
        await self.keep(picture)
        wrong = await self.page.evaluate(STICKING_OUT)
        check(not wrong, f"{name}: {wrong}")
        await self.axe(name)

    async def axe(self, name: str) -> None:
        """Have axe look at the cards of our own."""
        if not _AXE.is_file():
            raise DemoError("axe-core is not installed: scripts/frontend check")
        await self.page.add_script_tag(path=_AXE)
        found: list[dict[str, Any]] = await self.page.evaluate(RUN_AXE, list(_CARDS))
        check(not found, f"{name}: axe found {json.dumps(found)[:1500]}")

    async def use_timeline(self) -> None:
        """Move the cursor by keyboard and pointer, and look at a red tomorrow."""
        await self.open("plan")
        chart = self.page.locator("marstek-timeline-card svg[role=slider]")
        await chart.wait_for()
        await chart.focus()
        await self.page.keyboard.press("ArrowRight")
        first = float(await chart.get_attribute("aria-valuenow") or 0)
        await self.page.keyboard.press("ArrowRight")
        moved = float(await chart.get_attribute("aria-valuenow") or 0) - first
        check(abs(moved - _QUARTER) <= 1, f"an arrow moves the cursor by {moved} s")
        width = await chart.evaluate("(chart) => chart.clientWidth")
        await chart.click(position={"x": width * 0.75, "y": 60})
        spoken = await chart.get_attribute("aria-valuetext")
        check(bool(spoken), "the timeline says nothing")
        self.report(f"timeline: {spoken}")
        texts = self.texts["cards"]
        await self.page.get_by_role("button", name=texts["preview"]).click()
        charge = self.page.locator("marstek-timeline-card .step.charge.expected")
        await charge.first.wait_for(state="attached")
        check(
            await self.page.locator("marstek-timeline-card .strip.red").count() > 0,
            "a red tomorrow is not red",
        )
        await self.keep("red-tomorrow")
        await self.page.get_by_role("button", name=texts["plan_shown"]).click()

    async def use_season(self) -> None:
        """Choose a day by pointer and keyboard, and turn to the season before."""
        await self.open("tariff")
        calendar = self.page.locator("marstek-season-card .months")
        await calendar.wait_for()
        await self.page.locator("marstek-season-card [data-day]").nth(10).click()
        chosen = await calendar.get_attribute("aria-valuetext")
        await calendar.focus()
        await self.page.keyboard.press("ArrowDown")
        week_later = await calendar.get_attribute("aria-valuetext")
        check(chosen != week_later, "an arrow moves nothing in the season")
        earlier = self.texts["cards"]["earlier_season"]
        await self.page.get_by_role("button", name=earlier).click()
        red = self.page.locator("marstek-season-card .days .red")
        await red.first.wait_for(state="attached")
        self.report(f"season: {week_later}; {await red.count()} red days in the one before")
        await self.keep("season-before")

    async def use_flow(self) -> None:
        """Open the details of a battery by keyboard."""
        await self.open("now")
        nodes = self.page.locator("marstek-flow-card .tappable")
        await nodes.first.wait_for()
        check(await nodes.count() >= len(home.BATTERIES), "a battery is missing in the flow")
        await nodes.last.focus()
        await self.page.keyboard.press("Enter")
        dialog = self.page.locator("ha-more-info-dialog ha-dialog, ha-more-info-dialog wa-dialog")
        await dialog.first.wait_for(state="attached")
        await self.page.keyboard.press("Escape")
        await dialog.first.wait_for(state="detached")
        # Home Assistant goes one page back in the history when a dialog is closed, a little later.
        await self.page.wait_for_timeout(1000)

    async def use_records(self) -> None:
        """Download an export and open a report, each from the page of energy."""
        await self._remember_energy()
        path = await self.download_export()
        card, texts = self.page.locator("marstek-records-card"), self.texts["cards"]
        await card.get_by_role("button", name=texts["report"]).click()
        link = card.get_by_role("link")
        await link.wait_for()
        async with self.page.context.expect_page() as opened:
            await link.click()
        report = await opened.value
        await report.wait_for_load_state()
        check(bool(await report.title()), "the report has no title")
        self.report(f"downloaded {path.name}, opened {await report.title()}")
        await report.close()

    async def download_export(self) -> Path:
        """Download the export of this month from the page of energy; return its path."""
        await self.open("energy")
        card = self.page.locator("marstek-records-card")
        async with self.page.expect_download() as waiting:
            await card.get_by_role("button", name=self.texts["cards"]["export"]).click()
        download = await waiting.value
        path = self.folder / download.suggested_filename
        await download.save_as(path)
        return path

    async def _remember_energy(self) -> None:
        """Give a battery statistics of two days: a new home has none before its first full hour."""
        entities = await self._hass.entity_ids("marstek")
        hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
        starts = [hour - dt.timedelta(hours=back) for back in range(48, 0, -1)]
        await self._hass.command(
            "recorder/import_statistics",
            metadata={
                "statistic_id": entities[f"{home.BATTERIES[0].ble_mac}_energy_charged"],
                "source": "recorder",
                "name": None,
                "has_mean": False,
                "mean_type": 0,
                "has_sum": True,
                "unit_class": "energy",
                "unit_of_measurement": "kWh",
            },
            stats=[
                {"start": start.isoformat(), "state": 1800 + number / 4, "sum": number / 4}
                for number, start in enumerate(starts)
            ],
        )

    async def measure(self) -> None:
        """Measure how long pages, layout and data take."""
        await self.page.context.add_init_script(WATCH_SHIFTS)
        await self.open("now")
        await asyncio.sleep(2)
        views = self.texts["views"]
        for name, title in (
            ("plan", views["plan"]),
            ("tariff", "Tempo"),
            ("energy", views["energy"]),
            ("log", views["log"]),
            ("now", views["now"]),
        ):
            before = float(await self.page.evaluate(SHIFTS))
            milliseconds = await self.turn_to(name, title)
            await self.page.wait_for_timeout(1500)
            shift = float(await self.page.evaluate(SHIFTS)) - before
            self.report(f"page {name}: {milliseconds:.0f} ms, layout shift {shift:.3f}")
            check(shift < _MOST_SHIFT, f"{name}: cards move while they load")
        await self.page.locator("marstek-flow-card").wait_for()
        milliseconds = await self.page.evaluate(STATE_CHANGES)
        self.report(f"a state change with six batteries: {milliseconds:.2f} ms of script")
        for kind, fields in (
            ("marstek/dashboard/config", {"language": "fr"}),
            ("marstek/history", {"hours": 72}),
            ("marstek/dashboard/texts", {"language": "fr"}),
        ):
            begun = time.monotonic()
            await self._hass.command(kind, **fields)
            self.report(f"{kind}: {1000 * (time.monotonic() - begun):.1f} ms")

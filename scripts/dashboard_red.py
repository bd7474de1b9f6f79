"""A red day that becomes known while the pages of the dashboard are open.

Until then the sources say nothing about tomorrow. The clocks jump for it, because the next request to
the sources may be hours away; the pages stay open meanwhile.
"""

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo

from playwright.async_api import Page

from .dashboard_walk import DashboardWalk, check
from .demo_lib import home
from .demo_lib.home_assistant import HomeAssistant, wait_until
from .demo_lib.shifted_clock import ShiftedClock

_PARIS: Final = ZoneInfo("Europe/Paris")
# By day the sources are asked every three hours at least while tomorrow is not known.
_TO_NEXT_REQUEST_S: Final = 3.5 * 3600
_KNOWN_WITHIN_S: Final = 90.0
_DRAWN_WITHIN_MS: Final = 120_000


async def hide_tomorrow() -> None:
    """Let the sources say nothing about tomorrow."""
    await home.ask("tempo fault", source="all", kind="missing")


class RedDay:
    """Tomorrow's colour, and what changes on the pages once it is red."""

    def __init__(self, walk: DashboardWalk, hass: HomeAssistant, clock: ShiftedClock) -> None:
        """Use the page of a walk."""
        self._walk = walk
        self._clock = clock
        self._hass = hass

    async def declare(self) -> None:
        """Declare tomorrow red while the timeline is open; see every page follow."""
        walk, page = self._walk, self._walk.page
        await self._hear_alerts()
        await walk.open("now")
        sentence = await _sentence(page)
        await walk.open("plan")
        await page.locator("marstek-timeline-card svg[role=slider]").wait_for()
        red = page.locator("marstek-timeline-card .strip.red")
        check(await red.count() == 0, "the timeline knows the red day too early")
        await home.ask("tempo declare", day="tomorrow", colour="red")
        await home.ask("tempo clear")
        self._clock.set_pace(ahead=_TO_NEXT_REQUEST_S)
        await red.first.wait_for(state="attached", timeout=_DRAWN_WITHIN_MS)
        charge = page.locator("marstek-timeline-card .step.charge.expected")
        await charge.first.wait_for(state="attached", timeout=_DRAWN_WITHIN_MS)
        await walk.keep("red-declared-plan")
        await self._alert()
        await walk.open("tariff")
        tomorrow = dt.datetime.now(_PARIS).date() + dt.timedelta(days=1)
        day = page.locator(f"marstek-season-card [data-day='{tomorrow}']")
        await day.wait_for()
        classes = await day.get_attribute("class") or ""
        check("red" in classes.split(), f"the season shows {tomorrow} as {classes}")
        await walk.keep("red-declared-season")
        await walk.open("now")
        changed = await _sentence(page)
        check(changed != sentence, f"the sentence is still {sentence!r}")
        await walk.keep("red-declared-now")
        walk.report(f"red day: {sentence!r} became {changed!r}")

    async def _hear_alerts(self) -> None:
        """Enable the entity of alerts, which is off by default, and wait until it is there."""
        entity_id = (await self._hass.entity_ids("marstek"))["plan_alert"]
        await self._hass.command(
            "config/entity_registry/update", entity_id=entity_id, disabled_by=None
        )

        async def is_there() -> bool:
            return entity_id in await self._hass.states()

        await wait_until("alerts are events", is_there, seconds=_KNOWN_WITHIN_S)

    async def _alert(self) -> None:
        """Wait until the alert of the red day is an event of the plan."""
        entity_id = (await self._hass.entity_ids("marstek"))["plan_alert"]

        async def is_raised() -> bool:
            state = (await self._hass.states()).get(entity_id, {"attributes": {}})
            return bool(state["attributes"].get("event_type") == "red_tomorrow")

        await wait_until("the red day is announced", is_raised, seconds=_KNOWN_WITHIN_S)


async def _sentence(page: Page) -> str:
    """Return the sentence of the plan."""
    text = page.locator("hui-markdown-card ha-markdown-element").first
    await text.get_by_text(re.compile(r"\w")).first.wait_for()
    return " ".join((await text.inner_text()).split())

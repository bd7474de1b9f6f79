"""Forms of the plan's options and of the meter for batteries, opened and looked at on a phone."""

from typing import Any, Final

from playwright.async_api import Page

from .dashboard_walk import DashboardWalk, check
from .demo_lib.browser import Walk
from .demo_lib.home_assistant import HomeAssistant
from .demo_lib.process import DemoError

_FORMS: Final = (
    *("night", "house", "phases", "strategy", "export", "consumers", "alerts", "notify"),
)
_LINES: Final = "17:00-20:00 0.15\n0.04"


class Forms:
    """A person who looks through the options of the plan, and adds a meter."""

    def __init__(self, walk: DashboardWalk, hass: HomeAssistant, page: Page) -> None:
        """Use a page on a phone."""
        self._walk = walk
        self._hass = hass
        self._page = page
        self._flow = Walk(page, hass, walk.language)

    async def look(self) -> None:
        """Open each form of the options, and submit it as it is; then add a meter."""
        for form in _FORMS:
            await self._open_options(form)
            await self._keep(f"form-{form}")
            await self._flow.submit()
            await self._close(form)
        await self._feed_in_by_hour()
        await self._add_meter()
        self._walk.report(f"{len(_FORMS)} forms of the plan, and the meter for batteries")

    async def _entry(self) -> dict[str, Any]:
        entries = await self._hass.command("config_entries/get", domain="marstek")
        found: dict[str, Any] = next(each for each in entries if each["title"] == "Plan")
        return found

    async def _open_options(self, form: str) -> None:
        words = self._flow.words
        await self._flow.open_options("Plan")
        choice = words.own(f"options.step.groups.menu_options.{form}")
        await self._flow.dialog.get_by_text(choice, exact=True).first.click()
        await self._titled(form)

    async def _close(self, form: str) -> None:
        """Close the dialog, which says that all is saved; a form that was refused has an error."""
        await self._page.wait_for_timeout(800)
        error = self._flow.dialog.locator("ha-alert[alert-type='error']")
        if await error.count():
            raise DemoError(f"{form} as it was is refused: {await error.first.inner_text()}")
        await self._page.keyboard.press("Escape")
        await self._page.wait_for_timeout(800)

    async def _feed_in_by_hour(self) -> None:
        """Choose prices by hour for what is fed in, one line each, and look how they are understood."""
        words, dialog = self._flow.words, self._flow.dialog
        await self._open_options("export")
        await dialog.get_by_text(
            words.own("selector.export_kind.options.hours"), exact=True
        ).first.click()
        await self._flow.submit()
        await self._titled("export_hours")
        await dialog.locator("textarea").first.fill(_LINES)
        await self._keep("form-export-hours")
        await self._flow.submit()
        await self._titled("export_hours_check")
        await self._keep("form-export-hours-check")
        choice = words.own("options.step.export_hours_check.menu_options.export_hours_use")
        await dialog.get_by_text(choice, exact=True).first.click()
        await self._close("export_hours_check")

    async def _titled(self, step: str, flow: str = "options") -> None:
        """Wait for a step of a flow."""
        title = self._flow.words.own(f"{flow}.step.{step}.title")
        found = self._flow.dialog.get_by_text(title, exact=True).locator("visible=true")
        await found.first.wait_for()

    async def _add_meter(self) -> None:
        """Look what a CT for several batteries asks, then add a meter that listens only."""
        await self._begin_meter()
        await self._keep("form-meter")
        await self._choose("ct")
        await self._titled("source", flow="config_subentries.meter")
        await self._keep("form-meter-ct")
        await self._begin_meter()
        await self._choose("listen")
        await self._close("meter")
        subentries = await self._hass.command(
            "config_entries/subentries/list", entry_id=(await self._entry())["entry_id"]
        )
        kinds = [each["subentry_type"] for each in subentries]
        check("meter" in kinds, f"no meter was added: {kinds}")

    async def _begin_meter(self) -> None:
        """Open the dialog of a meter, which says what to do in the app."""
        await self._page.goto(f"{self._hass.url}/config/integrations/integration/marstek")
        name = self._flow.words.own("config_subentries.meter.initiate_flow.user")
        await self._page.get_by_role("button", name=name).first.click()
        await self._titled("user", flow="config_subentries.meter")

    async def _choose(self, way: str) -> None:
        """Answer the first form of a meter."""
        label = self._flow.words.own(f"selector.way.options.{way}")
        await self._flow.dialog.get_by_text(label, exact=True).first.click()
        await self._flow.submit()

    async def _keep(self, name: str) -> None:
        await self._page.wait_for_timeout(800)
        await self._page.screenshot(path=self._walk.folder / f"{name}.png", animations="disabled")

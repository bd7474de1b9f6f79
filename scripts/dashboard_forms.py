"""Forms of the plan's options and of the meter for batteries, opened and looked at on a phone."""

from typing import Any, Final

from playwright.async_api import Page

from .dashboard_walk import DashboardWalk, check
from .demo_lib.browser import Walk
from .demo_lib.home_assistant import HomeAssistant
from .demo_lib.process import DemoError

_FORMS: Final = ("night", "house", "strategy", "export", "consumers", "alerts", "notify")


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
        title = words.own(f"options.step.{form}.title")
        await (
            self._flow.dialog.get_by_text(title, exact=True)
            .locator("visible=true")
            .first.wait_for()
        )

    async def _close(self, form: str) -> None:
        """Close the dialog, which says that all is saved; a form that was refused has an error."""
        await self._page.wait_for_timeout(800)
        error = self._flow.dialog.locator("ha-alert[alert-type='error']")
        if await error.count():
            raise DemoError(f"{form} as it was is refused: {await error.first.inner_text()}")
        await self._page.keyboard.press("Escape")
        await self._page.wait_for_timeout(800)

    async def _add_meter(self) -> None:
        """Add a meter that listens; its first form says what to do in the app."""
        page, words = self._page, self._flow.words
        await page.goto(f"{self._hass.url}/config/integrations/integration/marstek")
        name = words.own("config_subentries.meter.initiate_flow.user")
        await page.get_by_role("button", name=name).first.click()
        title = words.own("config_subentries.meter.step.user.title")
        await (
            self._flow.dialog.get_by_text(title, exact=True)
            .locator("visible=true")
            .first.wait_for()
        )
        await self._keep("form-meter")
        listen = words.own("selector.way.options.listen")
        await self._flow.dialog.get_by_text(listen, exact=True).first.click()
        await self._flow.submit()
        await self._close("meter")
        subentries = await self._hass.command(
            "config_entries/subentries/list", entry_id=(await self._entry())["entry_id"]
        )
        kinds = [each["subentry_type"] for each in subentries]
        check("meter" in kinds, f"no meter was added: {kinds}")

    async def _keep(self, name: str) -> None:
        await self._page.wait_for_timeout(800)
        await self._page.screenshot(path=self._walk.folder / f"{name}.png", animations="disabled")

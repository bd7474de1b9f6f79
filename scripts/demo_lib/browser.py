"""A real browser that is logged in to the Home Assistant of the demo."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import importlib.util
import json
from pathlib import Path
import shutil
import time
from typing import Final

from playwright.async_api import Locator, Page, async_playwright

from .config_folder import ROOT
from .flow import DOMAIN
from .home_assistant import HomeAssistant
from .process import DemoError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Nothing that a page links to is fetched: the demo stays on this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE_MS: Final = 30_000
_LOCALES: Final = {"de": "de-DE", "en": "en-GB", "fr": "fr-FR", "nl": "nl-NL"}


class Words:
    """What is written on the buttons, in a language; from the sources of both sides."""

    def __init__(self, language: str) -> None:
        """Read the frontend's texts and the integration's."""
        self._frontend: dict[str, str] = {}
        for path in _frontend_texts(language):
            self._frontend |= json.loads(path.read_text("utf-8"))
        folder = ROOT / "custom_components" / DOMAIN
        self._own = json.loads((folder / "translations" / f"{language}.json").read_text("utf-8"))
        self.integration: str = json.loads((folder / "manifest.json").read_text("utf-8"))["name"]

    def frontend(self, key: str) -> str:
        """Return a text of the frontend."""
        return self._frontend[key]

    def own(self, path: str) -> str:
        """Return a text of the integration, given as "config.step.user.title"."""
        found = self._own
        for key in path.split("."):
            found = found[key]
        return str(found)


def _frontend_texts(language: str) -> Iterator[Path]:
    spec = importlib.util.find_spec("hass_frontend")
    if spec is None or spec.origin is None:
        raise DemoError("the frontend of Home Assistant is not installed: scripts/setup demo")
    for folder in ("", "/config", "/lovelace"):
        yield from (Path(spec.origin).parent / f"static/translations{folder}").glob(
            f"{language}-[0-9a-f]*.json"
        )


def find_browser() -> str:
    """Return the path of a Chromium."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise DemoError("no Chromium was found: scripts/setup browser")
    return found


@asynccontextmanager
async def logged_in(
    hass: HomeAssistant,
    language: str,
    *,
    size: tuple[int, int] = (1200, 860),
    scale: float = 1.0,
    is_dark: bool = False,
    has_touch: bool = False,
) -> AsyncIterator[Page]:
    """Open a browser with a page that is logged in but has gone nowhere yet."""
    await hass.renew()
    tokens = {
        **hass.tokens,
        "hassUrl": hass.url,
        "clientId": f"{hass.url}/",
        "expires": round((time.time() + hass.tokens["expires_in"]) * 1000),
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=list(ARGUMENTS)
        )
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=scale,
            locale=_LOCALES[language],
            color_scheme="dark" if is_dark else "light",
            timezone_id="Europe/Paris",
            has_touch=has_touch,
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(
            f"localStorage.hassTokens = {json.dumps(json.dumps(tokens))};"
            f"localStorage.selectedLanguage = {json.dumps(json.dumps(language))};"
        )
        yield await context.new_page()
        await browser.close()


class Walk:
    """The way of a user who adds batteries by hand."""

    def __init__(self, page: Page, hass: HomeAssistant, language: str) -> None:
        """Prepare; the page has not been opened yet."""
        self.page = page
        self.words = Words(language)
        self._hass = hass

    @property
    def dialog(self) -> Locator:
        """The dialog of a config flow."""
        return self.page.locator("dialog-data-entry-flow")

    def button(self, *keys: str) -> Locator:
        """Return the button with one of some texts of the config flow's dialog."""
        prefix = "ui.panel.config.integrations.config_flow"
        first, *others = (
            self.dialog.get_by_role(
                "button", name=self.words.frontend(f"{prefix}.{key}"), exact=True
            )
            for key in keys
        )
        for other in others:
            first = first.or_(other)
        return first.first

    async def open_flow(self) -> None:
        """Go to the integrations and choose this one."""
        await self.page.goto(f"{self._hass.url}/config/integrations/dashboard")
        add = self.words.frontend("ui.panel.config.integrations.add_integration")
        await self.page.get_by_role("button", name=add).first.click()
        brands = self.page.locator("dialog-add-integration")
        await brands.get_by_role("textbox").first.fill(DOMAIN)
        await (
            brands.locator("ha-integration-list-item")
            .filter(has_text=self.words.integration)
            .first.click()
        )

    async def open_options(self, title: str) -> None:
        """Open the options of an entry, by the button of its row."""
        await self.page.goto(f"{self._hass.url}/config/integrations/integration/{DOMAIN}")
        row = self.page.locator("ha-config-entry-row").filter(has_text=title).first
        await row.locator("ha-icon-button[slot='end']").first.click()

    async def choose(self, step: str, option: str) -> None:
        """Choose from the menu of a step."""
        text = self.words.own(f"config.step.{step}.menu_options.{option}")
        await self.dialog.get_by_text(text, exact=True).first.click()

    async def see(self, text: str) -> Locator:
        """Wait until the dialog shows a text that begins like this."""
        found = self.dialog.get_by_text(text[:60]).first
        await found.wait_for()
        return found

    async def submit(self) -> None:
        """Submit the form of a step."""
        await self.button("submit", "next").click()

    async def finish(self) -> None:
        """Leave the last page of the flow."""
        await self.button("finish_skip", "finish").click()
        await self.dialog.wait_for(state="hidden")

    async def close(self) -> None:
        """Close the dialog before its flow has ended."""
        await self.page.keyboard.press("Escape")
        # The dialog ends its flow; leaving the page meanwhile is an error of the page's scripts.
        await self.page.wait_for_timeout(1000)

    @property
    def plan_row(self) -> Locator:
        """The row of the plan on the page of the integration."""
        return self.page.locator("ha-config-entry-row").filter(has_text="Tempo").first

    @property
    def url(self) -> str:
        """The address of Home Assistant."""
        return self._hass.url

    async def open_device(self, mac: str) -> None:
        """Open the page of a battery, or of the plan."""
        for device in await self._hass.command("config/device_registry/list"):
            identifiers = {str(value).replace(":", "") for _, value in device["identifiers"]}
            if mac in identifiers:
                await self.page.goto(f"{self._hass.url}/config/devices/device/{device['id']}")
                return
        raise DemoError(f"there is no device {mac}")


@contextmanager
def collected_errors(page: Page) -> Iterator[list[str]]:
    """Collect what the page's own scripts throw."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield errors

"""Take the pictures in the docs: add the batteries by hand in a real browser.

Starts the demo, adds the batteries as a user does, and keeps a picture of each step.
`scripts/pictures --help`; the browser comes with `scripts/setup browser`.
"""

import argparse
import asyncio
from contextlib import suppress
import datetime as dt
from pathlib import Path
import tempfile
from typing import Final

import aiohttp

from .demo_lib import home
from .demo_lib.__main__ import Demo, say
from .demo_lib.browser import Walk, collected_errors, logged_in
from .demo_lib.config_folder import NAMES, ROOT
from .demo_lib.home_assistant import HomeAssistant, wait_until
from .demo_lib.process import DemoError

_SCREEN: Final = (1200, 860)
_PHONE: Final = (390, 844)
_LONG_SCREEN: Final = (1200, 1500)
_LONG_PHONE: Final = (390, 1900)
_FIND_BARRIERS: Final = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .flatMap(rule => rule.nodes.map(node => [rule.id, node.html.slice(0, 200)]))"""


class Album:
    """The folder that pictures go into."""

    def __init__(self, folder: Path, axe: Path | None) -> None:
        """Make the folder; `axe` is the script of axe-core, which looks at each page."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._axe = axe

    async def keep(self, walk: Walk, name: str) -> None:
        """Take a picture of the page as it is, once its animations have ended."""
        await walk.page.wait_for_timeout(700)
        path = self._folder / f"{name}.png"
        await walk.page.screenshot(path=path, animations="disabled")
        say(f"{path}")
        if self._axe is not None:
            await self._tell_barriers(walk, self._axe, name)

    async def _tell_barriers(self, walk: Walk, axe: Path, name: str) -> None:
        """Tell what keeps people from using a page, with the elements; most are Home Assistant's own."""
        await walk.page.add_script_tag(path=axe)
        found = await walk.page.evaluate(_FIND_BARRIERS)
        for rule, element in found:
            say(f"{name}: {rule}: {element}")


async def _values_known(hass: HomeAssistant) -> bool:
    """Tell whether every battery has a state of charge, a power and a mode."""
    entities, states = await hass.entity_ids("marstek"), await hass.states()
    wanted = [
        entity_id
        for unique_id, entity_id in entities.items()
        if unique_id.endswith(("_soc", "_battery_power", "_mode"))
    ]
    return len(wanted) >= len(home.BATTERIES) and all(
        states.get(entity_id, {}).get("state") not in {None, "unknown", "unavailable"}
        for entity_id in wanted
    )


async def _all_available(hass: HomeAssistant) -> bool:
    """Tell whether no entity of the integration is unavailable."""
    entities, states = await hass.entity_ids("marstek"), await hass.states()
    return not any(
        states[entity_id]["state"] == "unavailable"
        for entity_id in entities.values()
        if entity_id in states
    )


async def _take(walk: Walk, hass: HomeAssistant, album: Album, *, is_phone: bool) -> None:
    await walk.open_flow()
    await walk.see(walk.words.own("config.step.user.menu_options.search"))
    await album.keep(walk, "flow-start")
    await walk.choose("user", "search")
    await walk.see(walk.words.own("config.progress.searching"))
    await album.keep(walk, "flow-searching")
    await walk.see(home.BATTERIES[0].address)
    await album.keep(walk, "flow-pick")
    await walk.submit()
    await walk.see(walk.words.own("config.step.places.title"))
    await walk.submit()
    await _set_up_plan(walk, album)
    await walk.button("finish_skip", "finish").wait_for()
    await album.keep(walk, "flow-finish")
    await walk.finish()
    await wait_until(
        "every battery shows values", lambda: _values_known(hass), seconds=60, interval=1
    )
    # Some readings come minutes later; the pictures are no worse for one that is late.
    with suppress(DemoError):
        await wait_until(
            "nothing is unavailable", lambda: _all_available(hass), seconds=240, interval=2
        )
    await walk.page.goto(f"{hass.url}/config/integrations/integration/marstek")
    await walk.page.locator("ha-config-entry-row").nth(len(home.BATTERIES)).wait_for()
    await album.keep(walk, "integration")
    await _show_devices(walk, album, is_phone=is_phone)
    await _show_rule(walk, album)
    await _show_options(walk, album)
    await _show_change_of_tariff(walk, album)
    width, height = _PHONE if is_phone else _SCREEN
    await walk.page.set_viewport_size({"width": width, "height": height})
    await _show_calendar(walk, album)


async def _show_devices(walk: Walk, album: Album, *, is_phone: bool) -> None:
    """Show the pages of a battery, of the plan and of the tariff."""
    # The page of a device is long: controls and sensors in one picture.
    width, height = _LONG_PHONE if is_phone else _LONG_SCREEN
    await walk.page.set_viewport_size({"width": width, "height": height})
    for identifier, name in (
        (home.BATTERIES[0].ble_mac, "device"),
        ("plan", "plan"),
        ("tariff", "tariff"),
    ):
        await walk.open_device(identifier)
        await walk.page.locator("ha-device-entities-card").first.wait_for()
        # The history of the device's page comes after its values.
        await walk.page.wait_for_timeout(3000)
        await album.keep(walk, name)


async def _show_rule(walk: Walk, album: Album) -> None:
    """Show the form of an own rule."""
    await walk.page.goto(f"{walk.url}/config/integrations/integration/marstek")
    words = walk.words.own("config_subentries.rule.initiate_flow.user")
    await walk.page.get_by_role("button", name=words).first.click()
    await walk.see(walk.words.own("config_subentries.rule.step.rule.title"))
    await album.keep(walk, "rule")
    await walk.close()


async def _show_options(walk: Walk, album: Album) -> None:
    """Show the options of the plan, and whom it notifies."""
    await walk.page.goto(f"{walk.url}/config/integrations/integration/marstek")
    label = walk.words.frontend("ui.panel.config.integrations.config_entry.configure")
    await walk.plan_row.get_by_role("button", name=label, exact=True).click()
    await walk.see(walk.words.own("options.step.groups.menu_options.night"))
    await album.keep(walk, "options")
    notify = walk.words.own("options.step.groups.menu_options.notify")
    await walk.dialog.get_by_text(notify, exact=True).first.click()
    await walk.see(walk.words.own("options.step.notify.description"))
    await album.keep(walk, "options-notify")
    await walk.close()


async def _show_change_of_tariff(walk: Walk, album: Album) -> None:
    """Show what a change to another tariff asks, up to its preview, and leave it at that."""
    await walk.page.goto(f"{walk.url}/config/integrations/integration/marstek")
    await walk.plan_row.locator("[aria-haspopup=menu]").first.click()
    label = walk.words.frontend("ui.panel.config.integrations.config_entry.reconfigure")
    await walk.page.get_by_role("menuitem", name=label).first.click()
    await walk.see(walk.words.own("config.step.reconfigure_plan.title"))
    await album.keep(walk, "tariff-change")
    fixed = walk.words.own("selector.tariff.options.fixed")
    await walk.dialog.get_by_text(fixed).first.click()
    await walk.submit()
    await walk.see(walk.words.own("config.step.fixed.title"))
    await walk.submit()
    await walk.see(walk.words.own("config.step.fixed_prices.title"))
    await walk.submit()
    await walk.see(walk.words.own("config.step.reconfigure_preview.title"))
    await album.keep(walk, "tariff-change-preview")
    await walk.close()


async def _set_up_plan(walk: Walk, album: Album) -> None:
    """Go on to the plan, which the first battery leads to."""
    await walk.see(walk.words.own("config.step.plan.menu_options.tempo"))
    await album.keep(walk, "flow-plan")
    await walk.choose("plan", "tempo")
    await walk.see(walk.words.own("config.step.tempo.title"))
    await walk.submit()
    await walk.see(walk.words.own("config.step.home.title"))
    await album.keep(walk, "flow-home")
    await walk.submit()
    await walk.see(walk.words.own("config.step.preview.title"))
    await album.keep(walk, "flow-preview")
    await walk.submit()


async def _show_calendar(walk: Walk, album: Album) -> None:
    """Show the month of the last season with the most red days."""
    await walk.page.goto(f"{walk.url}/calendar?year=2026&month=3")
    await walk.page.locator("ha-full-calendar").wait_for()
    now = dt.datetime.now(tz=dt.UTC)
    for _ in range((now.year - 2026) * 12 + now.month - 3):
        await walk.page.locator("ha-full-calendar ha-icon-button-prev").first.click()
    await walk.page.wait_for_timeout(3000)
    await album.keep(walk, "calendar")


async def _pictures(arguments: argparse.Namespace, folder: Path) -> int:
    demo = Demo(folder, arguments)
    album = Album(arguments.out, arguments.axe)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session,
            await demo.start(session) as hass,
            logged_in(
                hass,
                arguments.language,
                size=_PHONE if arguments.phone else _SCREEN,
                scale=arguments.scale,
                is_dark=arguments.dark,
            ) as page,
        ):
            with collected_errors(page) as errors:
                walk = Walk(page, hass, arguments.language)
                is_taken = False
                try:
                    await _take(walk, hass, album, is_phone=arguments.phone)
                    is_taken = True
                finally:
                    if not is_taken:
                        await album.keep(walk, "failed")
            if errors:
                say(f"error: the page's scripts failed: {errors}")
                return 1
    except (DemoError, aiohttp.ClientError) as err:
        say(f"error: {err}")
        return 1
    finally:
        await demo.stop()
    return 0


def main() -> int:
    """Take the pictures in a fresh demo."""
    parser = argparse.ArgumentParser(prog="scripts/pictures", description=__doc__)
    parser.add_argument("--language", choices=sorted(NAMES), default="en")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", metavar="DIR")
    parser.add_argument("--phone", action="store_true", help="390 pixels wide")
    parser.add_argument("--dark", action="store_true", help="in the dark theme")
    parser.add_argument("--scale", type=float, default=1.0, help="pixels per CSS pixel")
    parser.add_argument(
        "--axe", type=Path, metavar="FILE", help="axe-core's script, to look for barriers"
    )
    parser.set_defaults(port=None, headless_check=True, debug=False)
    with tempfile.TemporaryDirectory(prefix="ha-marstek-pictures-") as name:
        return asyncio.run(_pictures(parser.parse_args(), Path(name)))


if __name__ == "__main__":
    raise SystemExit(main())

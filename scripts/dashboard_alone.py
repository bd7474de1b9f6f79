"""Cards of our own in a dashboard of their owner's: each without any option, and in the picker."""

from typing import Final

from .dashboard_walk import DashboardWalk, check
from .demo_lib.browser import Words
from .demo_lib.home_assistant import HomeAssistant, wait_until

_TITLE: Final = "Mine"
_DRAWN: Final = {
    "flow": "svg .tappable",
    "timeline": "svg[role=slider]",
    "season": ".months [data-day]",
    "records": "select",
    "week": ".day",
}


async def use_alone(walk: DashboardWalk, hass: HomeAssistant) -> None:
    """Show each card without an option, and find all of them in the card picker, drawn."""
    path, page, words = "cards-alone", walk.page, Words(walk.language)
    await hass.command(
        "lovelace/dashboards/create",
        url_path=path,
        title="Cards",
        mode="storage",
        require_admin=False,
        show_in_sidebar=False,
    )
    cards = [{"type": f"custom:marstek-{name}-card"} for name in _DRAWN]
    await hass.command("lovelace/config/save", url_path=path, config={"views": [{"cards": cards}]})
    await page.goto(f"{hass.url}/{path}/0")
    for name, drawn in _DRAWN.items():
        await page.locator(f"marstek-{name}-card").locator(drawn).first.wait_for(state="attached")
    await walk.keep("alone")
    await walk.axe("cards alone")
    await page.goto(f"{hass.url}/{path}/0?edit=1")
    add = words.frontend("ui.panel.lovelace.editor.edit_card.add")
    await page.get_by_role("button", name=add).last.click()
    dialog = page.locator("hui-dialog-create-card")
    by_card = words.frontend("ui.panel.lovelace.editor.cardpicker.by_card")
    await dialog.get_by_text(by_card, exact=True).first.click()
    await dialog.get_by_role("textbox").first.fill("marstek")
    found = [name for name, drawn in _DRAWN.items() if await _is_drawn(walk, name, drawn)]
    await walk.keep("picker")
    check(len(found) == len(_DRAWN), f"the card picker shows only {found}")
    walk.report("cards: each is drawn without an option, and previewed in the picker")
    await _use_editors(walk, hass, path)


async def _use_editors(walk: DashboardWalk, hass: HomeAssistant, path: str) -> None:
    """Give each card a title in its visual editor, whose labels are in the person's language."""
    page, words, texts = walk.page, Words(walk.language), walk.texts["cards"]
    labels = {key: text for key, text in texts.items() if key.startswith("editor_")}
    await page.goto(f"{hass.url}/{path}/0")
    begin = words.frontend("ui.panel.lovelace.menu.configure_ui")
    await page.get_by_role("button", name=begin).first.click()
    for number, name in enumerate(_DRAWN):
        edit = words.frontend("ui.panel.lovelace.editor.edit_card.edit")
        card = page.locator("hui-card-options").filter(has=page.locator(f"marstek-{name}-card"))
        await card.get_by_role("button", name=edit, exact=True).click()
        dialog = page.locator("hui-dialog-edit-card")
        await dialog.locator("hui-form-editor ha-form").first.wait_for()
        title = dialog.get_by_role("textbox", name=labels["editor_title"]).first
        await title.fill(_TITLE)
        await dialog.locator(f"marstek-{name}-card h2").get_by_text(_TITLE).wait_for()
        shown = await dialog.locator("hui-form-editor").inner_text()
        wrong = [label for key, label in labels.items() if key in shown]
        check(not wrong, f"the editor of {name} shows identifiers: {shown}")
        pressed = await dialog.locator(f"marstek-{name}-card button[aria-pressed=true]").count()
        check(not pressed, f"{name}: a button is pressed that nobody has touched")
        await walk.keep(f"editor-{name}")
        await dialog.get_by_role("button", name=words.frontend("ui.common.save")).click()

        async def is_saved(number: int = number) -> bool:
            saved = await hass.command("lovelace/config", url_path=path)
            return bool(saved["views"][0]["cards"][number].get("title") == _TITLE)

        await wait_until(f"the title of {name} is saved", is_saved, seconds=15, interval=0.5)
    walk.report("cards: the visual editor of each changes its title")


async def _is_drawn(walk: DashboardWalk, name: str, drawn: str) -> bool:
    preview = walk.page.locator(f"hui-card-picker marstek-{name}-card").locator(drawn)
    await preview.first.wait_for(state="attached")
    return await preview.count() > 0

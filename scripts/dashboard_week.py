"""Week grid of a battery's page, used by mouse, keyboard, fields and finger.

Nothing may reach the battery before *Write*; what it then holds is asked of the simulator.
"""

from typing import Any, Final

from playwright.async_api import Locator

from custom_components.marstek.battery.mode_requests import PLAN_SLOTS

from .dashboard_walk import DashboardWalk, check
from .demo_lib import home
from .demo_lib.home_assistant import wait_until

_BATTERY: Final = home.BATTERIES[0].ble_mac
BATTERY_PAGE: Final = f"battery-{_BATTERY}"
_WEEKDAYS: Final = 0b0011111
_HOUR: Final = 60
_HIGH_PX: Final = 1400
_WRITTEN_WITHIN_MS: Final = 60_000


async def _slots() -> dict[int, tuple[int, int, int, int]]:
    """Return days, minutes of start and end, and power of what is enabled in the battery.

    Without those of the plan, which may be about to begin its night.
    """
    state = await home.truth(_BATTERY)
    return {
        number: (slot["week_set"], slot["start"], slot["end"], slot["power"])
        for number, slot in enumerate(state["slots"])
        if slot is not None and slot["enabled"] and number not in PLAN_SLOTS
    }


class WeekEditor:
    """A person who edits the week of a battery."""

    def __init__(self, walk: DashboardWalk) -> None:
        """Use the page of a walk."""
        self._walk = walk
        self._page = walk.page
        self._card = walk.page.locator("marstek-week-card")
        self._texts = walk.texts["cards"]

    def _button(self, key: str) -> Locator:
        return self._card.get_by_role("button", name=self._texts[key], exact=True)

    def _slot(self, number: int) -> Locator:
        """Return the block of a slot in its first day."""
        return self._card.locator(f"button[data-slot='{number}']")

    async def _place(self, day: int, minute: float) -> tuple[float, float]:
        """Return the place of a minute of a day on the screen."""
        box = await self._card.locator(".day").nth(day).bounding_box()
        if box is None:
            return 0, 0
        return box["x"] + box["width"] / 2, box["y"] + box["height"] * minute / (24 * _HOUR)

    async def _drag(self, begin: tuple[int, float], end: tuple[int, float]) -> None:
        mouse = self._page.mouse
        await mouse.move(*await self._place(*begin))
        await mouse.down()
        await mouse.move(*await self._place(*end), steps=8)
        await mouse.up()

    async def _write(self) -> None:
        """Write, also against the plan, and wait until the card says that it is done."""
        await self._button("week_write").click()
        text = self._texts["week_done"].partition("{time}")[2].strip("\u00a0; ")
        done, despite = self._card.get_by_text(text), self._button("week_despite")
        await done.or_(despite).wait_for(timeout=_WRITTEN_WITHIN_MS)
        if await despite.is_visible():
            reason = await self._card.get_by_role("alert").inner_text()
            self._walk.report(f"week: {reason}")
            await despite.click()
            await done.wait_for(timeout=_WRITTEN_WITHIN_MS)

    async def edit(self) -> None:
        """Make a slot with the mouse, change it by keyboard and field, write it, and clear it."""
        await self._walk.open(BATTERY_PAGE)
        await self._card.locator(".day").first.wait_for()
        await self._card.scroll_into_view_if_needed()
        before = await home.truth(_BATTERY)
        held = await _slots()
        await self._drag((0, 2 * _HOUR), (4, 6 * _HOUR))
        await self._slot(0).press("ArrowDown")
        await self._slot(0).press("Shift+ArrowUp")
        await self._drag((1, 4 * _HOUR), (1, 5 * _HOUR))
        power = self._card.get_by_role("spinbutton")
        await power.fill("650")
        await power.press("Tab")
        await self._walk.keep("week-edited")
        await self._picture()
        check(await _slots() == held, "the week grid has written before it was to")
        await self._write()
        wanted = {0: (_WEEKDAYS, 3 * _HOUR + 15, 7 * _HOUR, -650)}
        written = await _slots()
        check(written == held | wanted, f"the battery holds {written}, not {held | wanted}")
        await self._back_in(before["mode"])
        await self._walk.keep("week-written")
        await self._walk.axe(BATTERY_PAGE)
        await self._slot(0).press("Delete")
        await self._write()
        check(await _slots() == held, "a slot that was cleared is still in the battery")
        await self._back_in(before["mode"])
        self._walk.report("week: a slot dragged, moved by keyboard, written, and cleared")

    async def _picture(self) -> None:
        """Keep a picture of the card alone, on a screen that is higher than the card."""
        size = self._page.viewport_size
        if size is not None:
            await self._page.set_viewport_size({"width": size["width"], "height": _HIGH_PX})
            await self._page.mouse.wheel(0, -5000)
            await self._walk.keep("week", self._card)
            await self._page.set_viewport_size(size)
            await self._card.scroll_into_view_if_needed()

    async def _back_in(self, mode: str) -> None:
        async def is_back() -> bool:
            return bool((await home.truth(_BATTERY))["mode"] == mode)

        await wait_until(f"the battery is back in {mode}", is_back, seconds=30)

    async def touch(self) -> None:
        """Choose a new slot with a finger and drag it two hours down; then discard it."""
        await self._walk.open(BATTERY_PAGE)
        await self._button("week_add").tap()
        block = self._slot(0)
        await block.scroll_into_view_if_needed()
        name = await block.get_attribute("aria-label")
        await self._swipe(await self._place(2, 13 * _HOUR), await self._place(2, 15 * _HOUR))
        moved = await block.get_attribute("aria-label")
        check(moved != name, "a finger does not move a slot that is chosen")
        await self._walk.keep("week-touched")
        self._walk.report(f"week by finger: {moved}")
        await self._button("week_discard").tap()

    async def _swipe(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        """Move one finger over the screen, as the browser's own input does."""
        session = await self._page.context.new_cdp_session(self._page)

        async def touch(kind: str, *places: tuple[float, float]) -> None:
            points: list[dict[str, Any]] = [{"x": x, "y": y} for x, y in places]
            await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        await touch("touchStart", begin)
        for part in range(1, 9):
            x, y = (begin[axis] + (end[axis] - begin[axis]) * part / 8 for axis in (0, 1))
            await touch("touchMove", (x, y))
        await touch("touchEnd")

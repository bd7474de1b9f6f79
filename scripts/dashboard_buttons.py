"""Buttons of the dashboard that command batteries; the simulator says what they do."""

from collections.abc import Callable
from typing import Any, Final

from playwright.async_api import Locator

from .dashboard_walk import DashboardWalk
from .dashboard_week import BATTERY_PAGE
from .demo_lib import home
from .demo_lib.home_assistant import HomeAssistant, wait_until

_OBEYED_WITHIN_S: Final = 60.0
_HOLDS_WITHIN_W: Final = 30


class Buttons:
    """A person who presses them."""

    def __init__(self, walk: DashboardWalk, hass: HomeAssistant) -> None:
        """Use the pages of a walk."""
        self._walk = walk
        self._hass = hass

    async def use(self) -> None:
        """Charge, hand back, pause and resume all; then let one battery hold."""
        walk = self._walk
        await walk.open("now")
        await self._button("charge").click()
        walk.report(f"charge: {await self._confirm()}")
        await _truly(
            "all charge", lambda state: state["mode"] == "Passive" and state["ac_power"] < -100
        )
        await wait_until(
            "the plan leaves all to their owner", self._all_by_hand, seconds=60, interval=1
        )
        await self._button("hand_back").click()
        await _truly("all are back in Auto", _is_auto)
        await self._button("pause").click()
        await self._confirm()
        await self._button("resume").wait_for()
        await self._button("resume").click()
        await self._button("pause").wait_for()
        walk.report("charged, handed back, paused and resumed")
        await self._hold()

    async def _hold(self) -> None:
        """Hold a battery from its own page, and give it back to the plan."""
        walk, battery = self._walk, home.BATTERIES[0].ble_mac
        await walk.open(BATTERY_PAGE)
        await self._do_now("hold")
        await _truly("it holds", _is_held, battery)
        # The page follows once the battery has confirmed.
        await self._do_now_tile().get_by_text(_choice(walk, "hold")).nth(1).wait_for()
        await walk.keep("held")
        await self._do_now("as_planned")
        await _truly("it is back in Auto", _is_auto, battery)
        walk.report("held a battery, and gave it back")

    async def _do_now(self, choice: str) -> None:
        """Choose from the list *Do now* of a battery's page."""
        items = self._walk.page.locator("ha-dropdown-item, ha-list-item")
        await self._do_now_tile().locator("ha-control-select-menu").click()
        await items.filter(has_text=_choice(self._walk, choice)).first.click()

    def _do_now_tile(self) -> Locator:
        name = self._walk.words.own("entity.select.do_now.name")
        return self._walk.page.locator("hui-tile-card").filter(has_text=name)

    def _button(self, key: str) -> Locator:
        name = self._walk.texts["buttons"][key]
        return self._walk.page.locator("hui-tile-card").filter(has_text=name).first

    async def _confirm(self) -> str:
        """Confirm the question that is asked; return it."""
        dialog = self._walk.page.locator("dialog-box")
        confirm = dialog.get_by_role("button", name=self._walk.words.frontend("ui.common.ok"))
        await confirm.wait_for()
        question = await dialog.locator(".content, p").first.inner_text()
        await confirm.click()
        return " ".join(question.split())

    async def _all_by_hand(self) -> bool:
        """Tell whether the plan has left all batteries to their owner: until then commands run."""
        entities, states = await self._hass.entity_ids("marstek"), await self._hass.states()
        return bool(states[entities["plan_plan_state"]]["state"] == "override")


def _choice(walk: DashboardWalk, choice: str) -> str:
    return walk.words.own(f"entity.select.do_now.state.{choice}")


def _is_auto(state: dict[str, Any]) -> bool:
    return bool(state["mode"] == "Auto")


def _is_held(state: dict[str, Any]) -> bool:
    return state["mode"] in ("Passive", "Manual") and abs(state["ac_power"]) <= _HOLDS_WITHIN_W


async def _truly(what: str, is_so: Callable[[dict[str, Any]], bool], *batteries: str) -> None:
    """Wait until it is so in the simulator, of these batteries or of all."""
    asked = batteries or tuple(battery.ble_mac for battery in home.BATTERIES)

    async def obeyed() -> bool:
        return all([is_so(await home.truth(battery)) for battery in asked])

    await wait_until(what, obeyed, seconds=_OBEYED_WITHIN_S, interval=1)

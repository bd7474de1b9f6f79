"""Events of the plan reach people: recipients that fail, quiet hours, restarts, buttons."""

import asyncio
from collections.abc import Callable
import datetime as dt
import json
from pathlib import Path
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.diagnostics import plan_diagnostics
from custom_components.marstek.plan.events import Alert, EventKind, Kind, PlanEvent, PlanEvents
from custom_components.marstek.plan.notify_options import NotifyOptions
from custom_components.marstek.plan.quiet_hours import QuietHours
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

MAIL, CHAT = "notify.mail", "notify.chat"
NIGHT = QuietHours(dt.time(22), dt.time(7))
ALL = frozenset[EventKind]([*Kind, *Alert])
PHONE = "mobile_app_anna_s_phone"


class Inbox:
    """Recipients of other integrations, and what each has got."""

    def __init__(self, home: PlanHome) -> None:
        """Bring mail and chat."""
        self._home = home
        self.got: list[tuple[str, str]] = []
        self.data: list[dict[str, Any]] = []
        self.faults: dict[str, Callable[[], BaseException]] = {}
        self.slow: dict[str, float] = {}
        self.open()

    def open(self) -> None:
        """Bring the recipients, also again after a restart."""
        hass = self._home.hass
        hass.services.async_register("notify", "send_message", self._take)
        for entity_id in (MAIL, CHAT):
            hass.states.async_set(entity_id, "unknown", {"friendly_name": entity_id[7:].title()})

    async def _take(self, call: ServiceCall) -> None:
        key = call.data.get("entity_id", call.service)
        await asyncio.sleep(self.slow.get(key, 0))
        if (fault := self.faults.get(key)) is not None:
            raise fault()
        self.got.append((key, call.data["title"]))
        self.data.append(dict(call.data))

    def phone(self) -> str:
        """Return the device of a phone."""
        hass = self._home.hass
        entry = MockConfigEntry(domain="mobile_app")
        entry.add_to_hass(hass)
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("mobile_app", "x")}, name="Anna's phone"
        )
        dr.async_get(hass).async_update_device(device.id, name_by_user="Anna")
        hass.services.async_register("notify", PHONE, self._take)
        return device.id

    def titles(self, key: str) -> list[str]:
        """Return the titles that a recipient has got."""
        return [title for each, title in self.got if each == key]


def choose(home: PlanHome, *entities: str, **values: Any) -> None:
    """Choose who is notified, of all kinds unless others are given."""
    options = NotifyOptions(entities, **{"kinds": ALL, **values})
    home.set_options(notify=options.store())


async def announce(home: PlanHome, *kinds: EventKind) -> None:
    """Let things happen."""
    for kind in kinds:
        values = {"until": "06:00", "soc": "50"}
        home.control.announcer.announce(kind, values)
        await asyncio.sleep(1)


def failing(home: PlanHome) -> str | None:
    """Return the recipients that a repair names."""
    issue = ir.async_get(home.hass).async_get_issue(
        DOMAIN, f"recipient_failing_{home.entry.entry_id}"
    )
    return (issue.translation_placeholders or {})["recipients"] if issue else None


@at(2026, 3, 9, 12, 0)
async def test_chosen_kinds_reach_all() -> None:
    """Each recipient gets title and text of what was chosen, and nothing of the rest."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        await announce(home, Kind.FAILED)
        assert inbox.got == []
        choose(home, MAIL, CHAT, kinds=frozenset({Kind.FAILED, Alert.COLOUR_MISSING}))
        await announce(home, Kind.FAILED, Kind.SWITCHED, Alert.COLOUR_MISSING, Alert.LOW_SOC)
        expected = ["Plan failed", "Colour of tomorrow missing"]
        assert inbox.titles(MAIL) == inbox.titles(CHAT) == expected
        text = home.kinds("failed")[-1].message
        assert inbox.data[0] == {"entity_id": MAIL, "title": "Plan failed", "message": text}
        assert failing(home) is None


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda: HomeAssistantError("Server said no"), "Mail: Server said no"),
        (lambda: KeyError("webhook"), "Mail: 'webhook'"),
        (asyncio.CancelledError, "Mail: CancelledError"),
        (lambda: ValueError("x" * 5000), f"Mail: {'x' * 200}"),
    ],
)
async def test_one_that_fails(fault: Callable[[], BaseException], reason: str) -> None:
    """The other gets the message, a repair names the one, until it works again."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, CHAT)
        inbox.faults[MAIL] = fault
        await announce(home, Kind.FAILED, Kind.SWITCHED)
        assert inbox.titles(CHAT) == ["Plan failed", "Plan carried out"]
        assert failing(home) == f"- {reason}"
        await home.minutes(120)
        assert failing(home) == f"- {reason}"
        inbox.faults.clear()
        await announce(home, Kind.PUT_BACK)
        assert inbox.titles(MAIL) == ["Mode put back"]
        assert failing(home) is None


@at(2026, 3, 9, 12, 0)
async def test_one_that_never_answers() -> None:
    """It is given up, and holds up neither the others nor the plan."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, CHAT)
        inbox.slow[MAIL] = 1e6
        await announce(home, Kind.FAILED)
        assert inbox.titles(CHAT) == ["Plan failed"]
        await announce(home, Kind.SWITCHED)
        await home.minutes(1)
        assert inbox.titles(CHAT) == ["Plan failed", "Plan carried out"]
        assert failing(home) == "- Mail: TimeoutError"


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize("how", ["removed", "unavailable"])
async def test_one_that_is_gone(how: str) -> None:
    """A missing recipient is named without waiting for a message, and no more once it is back."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, CHAT)
        if how == "removed":
            home.hass.states.async_remove(MAIL)
        else:
            home.hass.states.async_set(MAIL, "unavailable", {"friendly_name": "Mail"})
        name = {"removed": MAIL, "unavailable": "Mail"}[how]
        await home.minutes(70)
        assert failing(home) == f"- {name}: not found"
        await announce(home, Kind.FAILED)
        assert inbox.got == [(CHAT, "Plan failed")]
        inbox.open()
        await home.minutes(35)
        assert failing(home) is None


@at(2026, 3, 9, 12, 0)
async def test_one_that_is_reloaded() -> None:
    """An integration that is away for a moment raises nothing."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL)
        for _ in range(3):
            await home.minutes(20)
            home.hass.states.async_remove(MAIL)
            await home.minutes(5)
            inbox.open()
            assert failing(home) is None


@at(2026, 3, 9, 12, 0)
async def test_one_that_is_no_longer_chosen() -> None:
    """The repair goes with the recipient, and with the plan."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, CHAT)
        home.hass.states.async_remove(MAIL)
        home.hass.states.async_remove(CHAT)
        await announce(home, Kind.FAILED)
        assert failing(home) == f"- {CHAT}: not found\n- {MAIL}: not found"
        choose(home, CHAT)
        await home.minutes(1)
        assert failing(home) == f"- {CHAT}: not found"
        assert inbox.got == []
        entry_id = home.entry.entry_id
        await home.hass.config_entries.async_remove(entry_id)
        issues = ir.async_get(home.hass)
        assert issues.async_get_issue(DOMAIN, f"recipient_failing_{entry_id}") is None
        folder = Path(home.hass.config.config_dir) / ".storage"
        assert not (folder / f"{DOMAIN}.{entry_id}.notify").exists()


@at(2026, 3, 9, 12, 0)
async def test_a_phone() -> None:
    """It gets the message by its own action, whatever it is called here, with a tag."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, phones={inbox.phone(): "Anna"})
        await announce(home, Kind.FAILED)
        message = home.kinds("failed")[-1].message
        data = {"tag": "marstek_failed_"}
        assert inbox.data == [{"title": "Plan failed", "message": message, "data": data}]
        home.hass.services.async_remove("notify", PHONE)
        await announce(home, Kind.FAILED)
        assert failing(home) == "- Anna: not found"


@at(2026, 3, 9, 12, 0)
async def test_a_phone_that_was_removed() -> None:
    """The repair has the name that it had when it was chosen."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        device = inbox.phone()
        choose(home, MAIL, phones={device: "Anna"})
        dr.async_get(home.hass).async_remove_device(device)
        await announce(home, Kind.FAILED)
        assert inbox.titles(MAIL) == ["Plan failed"]
        assert failing(home) == "- Anna: not found"


@at(2026, 3, 9, 12, 0)
async def test_diagnostics_name_no_recipient() -> None:
    """Names of phones and of notify entities are names of people."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, phones={inbox.phone(): "Anna"})
        await home.minutes(1)
        found = json.dumps(plan_diagnostics(home.plan), default=str)
        assert MAIL not in found
        assert "Anna" not in found
        assert '"kinds"' in found


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize(("button", "age", "resumed"), [(0, 60, 1), (0, 721, 0), (1, 60, 0)])
async def test_buttons(button: int, age: int, resumed: int) -> None:
    """One button hands the batteries back for 12 hours, the other leaves them as they are."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, phones={inbox.phone(): "Anna"})
        await announce(home, Kind.OVERRIDE_STARTED)
        actions = inbox.data[0]["data"]["actions"]
        assert [each["title"] for each in actions] == ["Hand back to plan", "Keep until 06:00"]
        assert [each["action"].split("_plan0")[0] for each in actions] == [
            "MARSTEK_HAND_BACK",
            "MARSTEK_KEEP",
        ]
        await home.control.async_pause(None)
        await home.minutes(age)
        for action in (None, "MARSTEK_HAND_BACK_x", "MARSTEK_HAND_BACK_5", actions[button]):
            name = action["action"] if isinstance(action, dict) else action
            home.hass.bus.async_fire("mobile_app_notification_action", {"action": name})
            await asyncio.sleep(1)
            if not isinstance(action, dict):
                assert home.control.memory.paused_until is not None
        assert (home.control.memory.paused_until is None) is bool(resumed)


@at(2026, 3, 9, 21, 0)
async def test_quiet_hours() -> None:
    """What happens at night waits until the morning: the newest of each kind."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        kinds = frozenset({Kind.PUT_BACK, Kind.FAILED, Alert.LOW_SOC})
        choose(home, MAIL, quiet=NIGHT, kinds=kinds)
        await home.until(21, 59)
        await announce(home, Kind.PUT_BACK)
        assert inbox.titles(MAIL) == ["Mode put back"]
        await home.until(22, 0, 1)
        await announce(home, Kind.PUT_BACK, Kind.FAILED, Alert.LOW_SOC, Kind.PUT_BACK)
        await home.until(6, 59, 50)
        assert len(inbox.got) == 1
        await home.until(7, 1, 5)
        assert inbox.titles(MAIL)[1:] == ["Plan failed", "Battery low", "Mode put back"]


@at(2026, 3, 28, 21, 0)
async def test_the_night_in_which_clocks_change() -> None:
    """Quiet hours end by the clock on the wall, an hour earlier than on other days."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, quiet=NIGHT, kinds=frozenset({Kind.PUT_BACK}))
        await home.until(23, 0)
        await announce(home, Kind.PUT_BACK)
        await home.minutes(7 * 60 - 2)
        assert inbox.got == []
        await home.minutes(3)
        assert inbox.titles(MAIL) == ["Mode put back"]


def urgent() -> dict[EventKind, bool]:
    """Return the kinds that pass in a quiet night before a red day, and before any other."""
    always: set[EventKind] = {Alert.RED_UNCHARGED, Alert.NO_METER}
    by_red: set[EventKind] = {
        *(Kind.FAILED, Kind.PARTLY_FAILED),
        *(Alert.ALL_OFFLINE, Alert.BATTERY_OFFLINE, Alert.LEFT_IN_MANUAL),
    }
    return {kind: kind in always for kind in (*always, *by_red)}


@pytest.mark.parametrize("is_red", [True, False])
def test_what_can_not_wait(is_red: bool) -> None:
    """Failures before a red day are sent at once; before others, they wait."""
    # 13 March 2026 is red, 10 March is not.
    start = (2026, 3, 12, 20, 0) if is_red else (2026, 3, 9, 20, 0)

    @at(*start)
    async def scene() -> None:
        async with plan_home(count=1) as home:
            inbox = Inbox(home)
            await home.until(22, 10)
            choose(home, MAIL, quiet=NIGHT)
            await asyncio.sleep(1)
            inbox.got.clear()
            await announce(home, *ALL)
            expected = {kind for kind, always in urgent().items() if always or is_red}
            texts = home.plan.tariff.texts
            titles = [texts.message(f"told_{kind}_title") for kind in expected]
            assert sorted(inbox.titles(MAIL)) == sorted(titles)

    scene()


@at(2026, 3, 9, 21, 0)
@pytest.mark.parametrize("how", ["restart", pytest.param("reload", marks=pytest.mark.long)])
async def test_a_restart_in_quiet_hours(how: str) -> None:
    """What waits outlives a restart and a reload."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, quiet=NIGHT, kinds=frozenset({Kind.FAILED}))
        await home.until(23, 0)
        await announce(home, Kind.FAILED)
        await home.minutes(5)
        if how == "restart":
            await home.restart(600)
            inbox.open()
        else:
            await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.until(6, 59)
        assert inbox.got == []
        await home.until(7, 2)
        assert inbox.titles(MAIL) == ["Plan failed"]
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.minutes(5)
        assert inbox.titles(MAIL) == ["Plan failed"]


@at(2026, 3, 9, 23, 0)
async def test_a_file_that_is_damaged() -> None:
    """A message that can't be read costs no other one, and no start."""
    async with plan_home(count=1) as home:
        inbox = Inbox(home)
        choose(home, MAIL, quiet=NIGHT, kinds=frozenset({Kind.FAILED, Kind.PUT_BACK}))
        await announce(home, Kind.FAILED, Kind.PUT_BACK)
        await home.minutes(5)
        await home.stop()
        folder = Path(home.hass.config.config_dir) / ".storage"
        file = folder / f"{DOMAIN}.{home.entry.entry_id}.notify"
        content = json.loads(file.read_text())
        content["data"]["held"][0]["kind"] = "\u0000"
        file.write_text(json.dumps(content))
        await home.start()
        inbox.open()
        await home.until(7, 2)
        assert inbox.titles(MAIL) == ["Mode put back"]


@at(2026, 3, 9, 12, 0)
async def test_while_home_assistant_starts() -> None:
    """What happens then is sent once all is there, so that nobody is missed."""
    async with plan_home(count=1) as home:
        await home.hass.config_entries.async_unload(home.entry.entry_id)
        home.hass.set_state(CoreState.starting)
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)
        choose(home, MAIL)
        await announce(home, Kind.FAILED)
        await home.minutes(2)
        inbox = Inbox(home)
        await home.minutes(2)
        assert inbox.got == []
        started(home.hass)
        await asyncio.sleep(1)
        assert inbox.titles(MAIL) == ["Plan failed"]
        assert failing(home) is None


@at(2026, 3, 9, 12, 0)
async def test_an_event_of_the_set_up_waits_for_device_and_entities() -> None:
    """It is sent once they are there, to all that listen by then, and on the device's page."""
    async with plan_home(count=1) as home:
        events = PlanEvents(home.hass, home.entry.entry_id)
        sent, shown = list[PlanEvent](), list[PlanEvent]()
        event = PlanEvent(Kind.FAILED, "T", "M")
        events.async_record(event)
        stop = events.async_follow(sent.append)
        events.async_listen(Kind, shown.append)
        assert sent == shown == []
        events.async_start()
        assert sent == shown == [event]
        stop()
        events.async_record(event)
        assert sent == [event]
        assert shown == [event, event]


def started(hass: HomeAssistant) -> None:
    """Let Home Assistant be started."""
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)


@at(2026, 3, 9, 12, 0)
async def test_damaged_options_keep_no_plan_from_running() -> None:
    """Nobody is notified, and the plan goes on."""
    async with plan_home(count=1) as home:
        values: list[object] = [None, 5, [], {"notify_entities": 7, "phones": [], "kinds": "x"}]
        for damaged in values:
            home.set_options(notify=damaged)
            await announce(home, Kind.FAILED)
            await home.minutes(31)
        assert await home.hass.config_entries.async_reload(home.entry.entry_id)
        assert failing(home) is None

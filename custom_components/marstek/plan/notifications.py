"""Notifications of the plan: sends its events to people, as the options say.

Sending never holds up the plan: one background task sends what waits. Messages wait until Home
Assistant has started, because recipients of other integrations are missing before, and through
quiet hours, unless a red day is at stake. What waits outlives a restart.
"""

from collections.abc import Callable
import datetime as dt
from typing import Any, Final

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util, slugify

from ..const import DOMAIN
from ..keeping import EntryStore
from ..tempo import Colour
from .controller import PlanController
from .events import Alert, EventKind, Kind, PlanEvent
from .held_messages import HeldMessage, HeldMessages, restored_messages
from .notify_options import NotifyOptions, notify_options
from .notify_sender import Delivery, Message, async_recipients, async_send
from .tariff.coordinator import TariffCoordinator

RECIPIENT_FAILING: Final = "recipient_failing"
_SUFFIX: Final = ".notify"
_SAVE_WITHIN: Final = 10.0
_TICK: Final = dt.timedelta(minutes=1)
# An integration that is reloaded or updated takes its entities away for a while.
_LOOK: Final = dt.timedelta(minutes=30)
_PRESSED: Final = "mobile_app_notification_action"
# The same as of the blueprint, each followed by what tells its messages apart.
_HAND_BACK: Final = f"{DOMAIN.upper()}_HAND_BACK"
_KEEP: Final = f"{DOMAIN.upper()}_KEEP"
_BUTTONS_FOR: Final = dt.timedelta(hours=12)

_ALWAYS_URGENT: Final[frozenset[EventKind]] = frozenset({Alert.RED_UNCHARGED, Alert.NO_METER})
_URGENT_BY_RED: Final[frozenset[EventKind]] = frozenset(
    {
        Kind.FAILED,
        Kind.PARTLY_FAILED,
        Alert.ALL_OFFLINE,
        Alert.BATTERY_OFFLINE,
        Alert.LEFT_IN_MANUAL,
    }
)


class Notifications:
    """Notifications of one plan."""

    def __init__(
        self, hass: HomeAssistant, tariff: TariffCoordinator, control: PlanController
    ) -> None:
        """Start with no message; nothing is read or sent yet."""
        self._hass = hass
        self._tariff = tariff
        self._control = control
        self._entry = tariff.config_entry
        self._held = HeldMessages()
        self._store = _notify_store(hass, self._entry.entry_id, self._contents)
        self._stored: list[dict[str, Any]] = []
        self._has_started = False
        self._is_sending = False
        self._failing: dict[str, str] = {}
        self._missing: set[str] = set()

    def _contents(self) -> dict[str, Any]:
        return {"held": self._held.store()}

    @property
    def _options(self) -> NotifyOptions:
        return notify_options(self._entry.options)

    async def async_load(self) -> None:
        """Go on with what waited before a restart, and hold what happens from here on."""
        stored = await self._store.async_load()
        self._held = restored_messages(stored)
        self._stored = self._held.store()
        await self._store.async_settle(())
        events = self._control.announcer.events
        self._entry.async_on_unload(events.async_follow(self._happened))

    @callback
    def async_start(self) -> None:
        """Send what waits once Home Assistant has started, and look after the recipients."""

        @callback
        def start(_: HomeAssistant) -> None:
            self._has_started = True
            self._send()

        entry, hass = self._entry, self._hass
        entry.async_on_unload(async_at_started(hass, start))
        for action, interval in ((self._send, _TICK), (self._look, _LOOK)):
            entry.async_on_unload(
                async_track_time_interval(hass, action, interval, cancel_on_shutdown=True)
            )
        entry.async_on_unload(hass.bus.async_listen(_PRESSED, self._pressed))

    async def async_stop(self) -> None:
        """Store what waits; a successor sends it."""
        await self._store.async_close()

    @callback
    def async_apply_options(self) -> None:
        """Go by changed options at once."""
        keys = {each.key for each in async_recipients(self._hass, self._options)}
        self._failing = {key: text for key, text in self._failing.items() if key in keys}
        self._update_issue()
        self._send()

    @callback
    def _happened(self, event: PlanEvent) -> None:
        options = self._options
        if not options.has_recipients or event.kind not in options.kinds:
            return
        self._held.add(
            HeldMessage(
                event.kind,
                event.title,
                event.message,
                event.battery,
                event.values.get("until", ""),
                dt_util.utcnow(),
                self._is_urgent(event.kind),
            )
        )
        self._send()

    def _is_urgent(self, kind: EventKind) -> bool:
        """Tell whether an event can't wait, because a red day may find batteries empty or idle."""
        tariff = self._tariff.data
        is_red = Colour.RED in (tariff.today, tariff.tomorrow)
        return kind in _ALWAYS_URGENT or (kind in _URGENT_BY_RED and is_red)

    @callback
    def _send(self, _: dt.datetime | None = None) -> None:
        """Send what is due, unless that is being done."""
        if not self._has_started or self._is_sending:
            return
        if self._due() is None:
            self._keep()
            return
        self._entry.async_create_background_task(
            self._hass, self._async_send(), f"{DOMAIN} notifications"
        )

    async def _async_send(self) -> None:
        self._is_sending = True
        try:
            while (held := self._due()) is not None:
                deliveries = await async_send(self._hass, self._options, self._message(held))
                self._held.discard(held)
                self.async_note(deliveries)
        finally:
            self._is_sending = False
        self._keep()

    def _keep(self) -> None:
        """Store what waits, if that has changed: a message that is sent at once costs no write."""
        if (held := self._held.store()) != self._stored:
            self._stored = held
            self._store.save_within(_SAVE_WITHIN)

    def _due(self) -> HeldMessage | None:
        now, quiet = dt_util.utcnow(), self._options.quiet
        is_quiet = quiet is not None and quiet.is_quiet(now, dt_util.get_default_time_zone())
        return self._held.due(now, is_quiet=is_quiet)

    def _message(self, held: HeldMessage) -> Message:
        texts, buttons = self._tariff.texts, list[dict[str, str]]()
        if held.kind is Kind.OVERRIDE_STARTED:
            own = f"{self._entry.entry_id}_{int(dt_util.utcnow().timestamp())}"
            keep = texts.message("notify_keep", {"until": held.until}).strip()
            buttons = [
                {"action": f"{_HAND_BACK}_{own}", "title": texts.message("notify_hand_back")},
                {"action": f"{_KEEP}_{own}", "title": keep},
            ]
        # The same as of the blueprint: where both are used, a phone shows one message.
        tag = f"{DOMAIN}_{held.kind}_{slugify(held.battery or '')}"
        return Message(held.title, held.text, tag, buttons)

    @callback
    def _pressed(self, event: Event) -> None:
        """Hand the batteries back when the button of a message of the last 12 hours is pressed."""
        own, _, made = str(event.data.get("action")).rpartition("_")
        if own != f"{_HAND_BACK}_{self._entry.entry_id}" or not made.isdecimal():
            return
        age = dt_util.utcnow().timestamp() - int(made)
        if age <= _BUTTONS_FOR.total_seconds():
            self._entry.async_create_task(
                self._hass, self._control.async_resume(), f"{DOMAIN} button"
            )

    @callback
    def _look(self, _: dt.datetime) -> None:
        """Note recipients that are missing at two looks in a row, and those that are back."""
        recipients = async_recipients(self._hass, self._options)
        missing = {each.key for each in recipients if each.action is None}
        for each in recipients:
            if each.key in missing & self._missing:
                self._failing[each.key] = self._describe(Delivery(each, ""))
            elif each.key in self._missing - missing:
                self._failing.pop(each.key, None)
        self._missing = missing
        self._update_issue()

    @callback
    def async_note(self, deliveries: list[Delivery]) -> None:
        """Raise a repair that names the recipients without the message; clear it for the others."""
        for each in deliveries:
            if each.failure is None:
                self._failing.pop(each.recipient.key, None)
            else:
                self._failing[each.recipient.key] = self._describe(each)
                if each.recipient.action is None:
                    self._missing.add(each.recipient.key)
        self._update_issue()

    def _describe(self, delivery: Delivery) -> str:
        return delivery.describe(self._tariff.texts)

    def _update_issue(self) -> None:
        issue_id = _issue_id(self._entry.entry_id)
        if not self._failing:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        recipients = "\n".join(f"- {self._failing[key]}" for key in sorted(self._failing))
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=RECIPIENT_FAILING,
            translation_placeholders={"name": self._entry.title, "recipients": recipients},
        )


def _issue_id(entry_id: str) -> str:
    return f"{RECIPIENT_FAILING}_{entry_id}"


def _notify_store(
    hass: HomeAssistant, entry_id: str, contents: Callable[[], dict[str, Any]]
) -> EntryStore:
    return EntryStore(hass, entry_id, contents, suffix=_SUFFIX)


async def async_remove_notifications(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the stored messages of a plan, and its repair about recipients."""
    await _notify_store(hass, entry_id, dict).async_remove()
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry_id))

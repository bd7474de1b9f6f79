"""Feeds of cards: send what the plan or a battery publishes for as long as a page is open.

It outlives the plan, and a battery: a page that stays open over a reload is sent that there is none,
and then the new one. Nothing is asked of a battery or of a source for it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, override

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN, PLAN_UNIQUE_ID
from ..entries import is_plan
from ..plan.runtime import Plan
from ..runtime import async_loaded_plan

type FeedMessage = dict[str, Any]
type MakeFeedMessage = Callable[[Plan], FeedMessage]
"""Returns what a card is to show now."""

NO_PLAN: Final[FeedMessage] = {"plan": False}


@callback
def async_check_may_read(
    hass: HomeAssistant, connection: ActiveConnection, key: str = "plan_state"
) -> None:
    """Raise Unauthorized for a person who may not read an entity of the plan."""
    unique_id = f"{PLAN_UNIQUE_ID}_{key}"
    found = er.async_get(hass).async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    # An entity that is not registered is what all others may read, too.
    entity_id = found or f"{Platform.SENSOR}.{DOMAIN}_{key}"
    if not connection.user.permissions.check_entity(entity_id, POLICY_READ):
        raise Unauthorized(entity_id=entity_id)


class Feed:
    """One subscription of one page."""

    def __init__(self, hass: HomeAssistant, connection: ActiveConnection, number: int) -> None:
        """Send messages for the request of that `number`; nothing is sent yet."""
        self.hass = hass
        self.connection = connection
        self._number = number
        self._sent: FeedMessage | None = None
        self._detach: list[Callable[[], None]] = []
        self._stop_following: Callable[[], None] | None = None
        self._due: asyncio.Handle | None = None

    def follow(self) -> list[Callable[[], None]]:
        """Call `send_soon` from now on for each change; return functions that end this."""
        raise NotImplementedError

    def message(self) -> FeedMessage:
        """Return what the card is to show now."""
        raise NotImplementedError

    def is_renewed(self, entry: ConfigEntry) -> bool:
        """Tell whether another object has to be followed since a config entry has changed."""
        raise NotImplementedError

    @callback
    def async_start(self) -> None:
        """Send what there is, and then every change."""
        self.connection.subscriptions[self._number] = self.async_stop
        self._stop_following = async_dispatcher_connect(
            self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )
        self._attach()

    @callback
    def async_stop(self) -> None:
        """Send nothing any more."""
        if self._stop_following is not None:
            self._stop_following()
        if self._due is not None:
            self._due.cancel()
        self._leave()

    def _leave(self) -> None:
        for detach in self._detach:
            detach()
        self._detach.clear()

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if self.is_renewed(entry):
            self._attach()

    def _attach(self) -> None:
        self._leave()
        self._detach = self.follow()
        self._send()

    @callback
    def send_soon(self) -> None:
        """Send once after all that happens now: a page must not hold up those who command."""
        if self._due is None:
            self._due = self.hass.loop.call_soon(self._send)

    @callback
    def _send(self) -> None:
        """Send what has changed; a message that is the same is not sent again."""
        self._due = None
        message = self.message()
        if message != self._sent:
            self._sent = message
            self.connection.send_message(event_message(self._number, message))


class PlanFeed(Feed):
    """Feed of what is made of the plan."""

    def __init__(
        self, hass: HomeAssistant, connection: ActiveConnection, number: int, make: MakeFeedMessage
    ) -> None:
        """Send messages made by `make`."""
        super().__init__(hass, connection, number)
        self._make = make
        self._plan: Plan | None = None

    @override
    def follow(self) -> list[Callable[[], None]]:
        self._plan = async_loaded_plan(self.hass)
        if self._plan is None:
            return []
        return [
            self._plan.tariff.async_add_listener(self.send_soon),
            self._plan.control.async_add_listener(self.send_soon),
        ]

    @override
    def message(self) -> FeedMessage:
        return NO_PLAN if self._plan is None else {"plan": True, **self._make(self._plan)}

    @override
    def is_renewed(self, entry: ConfigEntry) -> bool:
        return is_plan(entry) and async_loaded_plan(self.hass) is not self._plan

"""Sender of notifications: one message to each recipient, none of which holds up another.

Notify entities take title and text. Phones get the message by their own action of the mobile app,
which also takes buttons and a tag; a later message with the same tag takes the place of an earlier.
Home Assistant skips an entity that is missing without an error, so that it is looked for first.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify

from ..const import LOGGER
from ..texts import Texts
from .notify_options import NotifyOptions

NOTIFY_DOMAIN: Final = "notify"
PHONE_INTEGRATION: Final = "mobile_app"
_SEND_MESSAGE: Final = "send_message"
# Recipients have 10 s in most integrations; one that never answers must not stop the others.
_LONGEST_CALL: Final = 20.0
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Message:
    """A message, in Home Assistant's language; tag, buttons and picture are for phones only."""

    title: str
    text: str
    tag: str
    buttons: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    """Each with `action`, the identifier of its event, and `title`."""
    image: str | None = None
    """Path of a picture for phones, on this Home Assistant."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A notify entity or a phone."""

    key: str
    """Entity id or device id."""
    name: str
    action: str | None
    """Action of the domain notify; None while the recipient is missing."""
    is_phone: bool

    def data(self, message: Message) -> dict[str, Any]:
        """Return the data of the action for a message."""
        shown = {"title": message.title, "message": message.text}
        if not self.is_phone:
            return {ATTR_ENTITY_ID: self.key, **shown}
        extra: dict[str, Any] = {"tag": message.tag}
        if message.buttons:
            extra["actions"] = [dict(button) for button in message.buttons]
        if message.image is not None:
            extra["image"] = message.image
        return {**shown, "data": extra}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Outcome of a message for one recipient."""

    recipient: Recipient
    failure: str | None
    """Reason of the failure, empty when the recipient is missing; None when it was accepted."""

    def describe(self, texts: Texts) -> str:
        """Return the recipient with the reason of the failure, in Home Assistant's language."""
        if self.failure is None:
            return self.recipient.name
        reason = self.failure or texts.message("recipient_missing")
        return f"{self.recipient.name}: {reason}"


@callback
def async_recipients(hass: HomeAssistant, options: NotifyOptions) -> list[Recipient]:
    """Return the recipients; the own entity of a phone that is one too is left out."""
    registry = er.async_get(hass)
    found = [_phone(hass, device_id, name) for device_id, name in options.phones.items()]
    for entity_id in dict.fromkeys(options.entities):
        entry = registry.async_get(entity_id)
        if entry is None or entry.device_id not in options.phones:
            found.append(_entity(hass, entity_id))
    return found


def phone_name(device: dr.DeviceEntry | dr.ChildDeviceEntry) -> str:
    """Return the name of a phone as people know it."""
    return device.name_by_user or device.name or device.id


def _phone(hass: HomeAssistant, device_id: str, name: str) -> Recipient:
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        return Recipient(device_id, name, None, is_phone=True)
    # The action is named after the phone's own name, whatever the device is called here.
    action = slugify(f"{PHONE_INTEGRATION}_{device.name}")
    is_there = hass.services.has_service(NOTIFY_DOMAIN, action)
    return Recipient(device_id, phone_name(device), action if is_there else None, is_phone=True)


def _entity(hass: HomeAssistant, entity_id: str) -> Recipient:
    state = hass.states.get(entity_id)
    is_there = state is not None and state.state != STATE_UNAVAILABLE
    name = entity_id if state is None else state.name
    return Recipient(entity_id, name, _SEND_MESSAGE if is_there else None, is_phone=False)


async def async_send(
    hass: HomeAssistant, options: NotifyOptions, message: Message
) -> list[Delivery]:
    """Send a message to all recipients at once, and return what came of it; never raises."""
    recipients = async_recipients(hass, options)
    # Other integrations may raise anything; each failure is logged and returned with its recipient.
    results = await asyncio.gather(
        *(_async_send_to(hass, each, message) for each in recipients), return_exceptions=True
    )
    return [
        Delivery(recipient, None if result is None else _reason(recipient, result))
        for recipient, result in zip(recipients, results, strict=True)
    ]


async def _async_send_to(hass: HomeAssistant, recipient: Recipient, message: Message) -> None:
    if recipient.action is None:
        raise _RecipientMissingError
    async with asyncio.timeout(_LONGEST_CALL):
        await hass.services.async_call(
            NOTIFY_DOMAIN, recipient.action, recipient.data(message), blocking=True
        )


class _RecipientMissingError(HomeAssistantError):
    """The recipient does not exist now."""


def _reason(recipient: Recipient, error: BaseException) -> str:
    """Log why a recipient did not get a message, and return it for people."""
    if isinstance(error, _RecipientMissingError):
        LOGGER.warning("Notification not sent: %s is missing", recipient.key)
        return ""
    LOGGER.warning("Notification to %s failed: %r", recipient.key, error)
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:_LONGEST_REASON]

"""Websocket commands of the week card: the schedule inside a battery, and its writing in one go.

Slots can't be read from a battery (docs/protocol.md 2.9), so the card shows what was last written from
here. All changes are written together: each write of slots leaves the battery in Manual, and only
one way back is made to its earlier mode.
"""

from collections.abc import Callable
from typing import Any, Final, override

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import config_validation as cv, entity_registry as er
import voluptuous as vol

from ..battery.runtime import Battery
from ..battery.schedule.timetable import EVERY_DAY, ScheduledPeriod, arrange
from ..battery.schedule_errors import async_write_checked, check_powers
from ..battery.slot_mirror import OWNER_SLOTS, MirrorEntry, SlotPurpose
from ..const import CONF_BLE_MAC, DOMAIN
from ..entries import async_batteries, async_entry_of_device
from ..plan.slot_conflict import async_conflict
from ..texts import Texts, async_load_texts
from ..venus import Slot
from .feed import Feed, FeedMessage
from .texts import known_language

_LANGUAGE: Final = "language"
_TEXT: Final = vol.All(cv.string, vol.Length(max=64))
_TIME: Final = vol.All(str, vol.Match(r"^([01]\d|2[0-3]):[0-5]\d$"))
_NO_BATTERY: Final[FeedMessage] = {"battery": False}


def _in_one_day(slot: dict[str, Any]) -> dict[str, Any]:
    """Return a slot that ends after it begins; vol.Invalid for one across midnight."""
    if slot["start"] >= slot["end"]:
        raise vol.Invalid("a slot can't span midnight")
    return slot


_SLOT: Final = vol.All(
    {
        vol.Required("slot"): vol.In(OWNER_SLOTS),
        vol.Required("days"): vol.All(int, vol.Range(min=1, max=EVERY_DAY)),
        vol.Required("start"): _TIME,
        vol.Required("end"): _TIME,
        vol.Required("power"): vol.All(int, vol.Range(min=-10_000, max=10_000)),
        vol.Required("enabled"): bool,
    },
    _in_one_day,
)


def _entry_of(hass: HomeAssistant, device_id: str | None) -> ConfigEntry | None:
    """Return the entry of a battery, by default of the first one; it need not be loaded."""
    if device_id is not None:
        return async_entry_of_device(hass, device_id)
    entries = [entry for entry in async_batteries(hass) if entry.disabled_by is None]
    return min(entries, key=lambda entry: entry.title.casefold(), default=None)


def _battery_of(entry: ConfigEntry | None) -> Battery | None:
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    battery: Battery = entry.runtime_data
    return battery


def _may(hass: HomeAssistant, connection: ActiveConnection, mac: str, policy: str) -> bool:
    """Tell whether a person may read, or control, the schedule of a battery."""
    key = f"{mac}_schedule" if policy == POLICY_READ else f"{mac}_mode"
    platform = Platform.CALENDAR if policy == POLICY_READ else Platform.SELECT
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, key)
    # An entity that is not registered is what all others may use, too.
    entity_id = found or f"{platform}.{DOMAIN}_{key}"
    return connection.user.permissions.check_entity(entity_id, policy)


def _shown(entry: MirrorEntry, texts: Texts) -> dict[str, Any]:
    slot = entry.slot
    doubt = None
    if not entry.is_certain:
        doubt = texts.get(f"selector.slot_doubt.options.{entry.doubt}")
    return {
        "slot": slot.number,
        "days": slot.days,
        "start": slot.start,
        "end": slot.end,
        "power": slot.power,
        "enabled": slot.enabled,
        "is_owners": entry.purpose is SlotPurpose.OWNER,
        "written_at": entry.written_at.timestamp(),
        "doubt": doubt,
    }


def schedule_message(battery: Battery, texts: Texts, *, may_write: bool) -> FeedMessage:
    """Return the slots that a battery may hold, as last written, and what can be written.

    Powers are in W, + discharges; `days` has bit 0 for Monday; times are the battery's local time.
    Slots of the integration itself are among them while they are on.
    """
    mirror = battery.mirror
    entries = [
        entry
        for _, entry in sorted(mirror.entries.items())
        if entry.is_occupied and (entry.purpose is SlotPurpose.OWNER or entry.slot.enabled)
    ]
    return {
        "battery": True,
        "name": battery.name,
        "slots": [_shown(entry, texts) for entry in entries],
        "numbers": OWNER_SLOTS,
        "charge": battery.limits.charge,
        "discharge": battery.limits.discharge,
        "is_backup": mirror.is_backup,
        "may_write": may_write,
    }


class _ScheduleFeed(Feed):
    """Feed of one battery's schedule."""

    def __init__(
        self,
        hass: HomeAssistant,
        connection: ActiveConnection,
        number: int,
        device_id: str | None,
        texts: Texts,
    ) -> None:
        """Follow the battery that a device is, or the first one."""
        super().__init__(hass, connection, number)
        self._device_id = device_id
        self._texts = texts
        self._battery: Battery | None = None

    @override
    def follow(self) -> list[Callable[[], None]]:
        self._battery = _battery_of(_entry_of(self.hass, self._device_id))
        return [] if self._battery is None else [self._battery.async_follow(self.send_soon)]

    @override
    def message(self) -> FeedMessage:
        battery = self._battery
        if battery is None:
            return _NO_BATTERY
        may_write = _may(self.hass, self.connection, battery.mac, POLICY_CONTROL)
        return schedule_message(battery, self._texts, may_write=may_write)

    @override
    def is_renewed(self, entry: ConfigEntry) -> bool:
        return _battery_of(_entry_of(self.hass, self._device_id)) is not self._battery


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/schedule",
        vol.Optional(ATTR_DEVICE_ID): _TEXT,
        vol.Optional(_LANGUAGE, default="en"): _TEXT,
    }
)
@async_response
async def async_subscribe_schedule(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the schedule of a battery now and whenever it changes."""
    device_id: str | None = message.get(ATTR_DEVICE_ID)
    entry = _entry_of(hass, device_id)
    if entry is not None and not _may(hass, connection, entry.data[CONF_BLE_MAC], POLICY_READ):
        raise Unauthorized
    texts = await async_load_texts(hass, known_language(message[_LANGUAGE]))
    connection.send_result(message["id"])
    _ScheduleFeed(hass, connection, message["id"], device_id, texts).async_start()


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/schedule/write",
        vol.Optional(ATTR_DEVICE_ID): _TEXT,
        vol.Optional(_LANGUAGE, default="en"): _TEXT,
        vol.Optional("write", default=list): vol.All([_SLOT], vol.Length(max=len(OWNER_SLOTS))),
        vol.Optional("clear", default=list): vol.All(
            [vol.In(OWNER_SLOTS)], vol.Length(max=len(OWNER_SLOTS))
        ),
        vol.Optional("despite_plan", default=False): bool,
    }
)
@async_response
async def async_write_schedule(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Write and clear slots of the owner, and go back to the earlier mode.

    Answers with an error in the person's language: `against_plan`, whose text is the step of the
    plan, unless that is accepted by `despite_plan`; `not_written` for all others.
    """
    texts = await async_load_texts(hass, known_language(message[_LANGUAGE]))
    entry = _entry_of(hass, message.get(ATTR_DEVICE_ID))
    if entry is not None and not _may(hass, connection, entry.data[CONF_BLE_MAC], POLICY_CONTROL):
        raise Unauthorized
    battery = _battery_of(entry)
    if battery is None:
        name = "" if entry is None else entry.title
        reason = texts.message("battery_not_loaded", {"name": name})
        connection.send_error(message["id"], "not_written", reason)
        return
    periods = tuple(_period(slot) for slot in message["write"])
    conflicts = (async_conflict(hass, battery.mac, period) for period in periods)
    conflict = next(filter(None, conflicts), None)
    if conflict is not None and not message["despite_plan"]:
        connection.send_error(message["id"], "against_plan", conflict)
        return

    def arranged() -> tuple[Slot, ...]:
        return arrange(periods, battery.mirror, emptied=message["clear"])

    try:
        check_powers(battery, periods)
        await async_write_checked(battery, arranged)
    except HomeAssistantError as err:
        connection.send_error(message["id"], "not_written", texts.of_error(err))
        return
    connection.send_result(message["id"])


def _period(slot: dict[str, Any]) -> ScheduledPeriod:
    """Return what a checked slot of the card describes."""
    days, start, end, power = (slot[key] for key in ("days", "start", "end", "power"))
    return ScheduledPeriod(days, start, end, power, slot["slot"], slot["enabled"])

"""Events of a home, and the one path by which they reach all that listen.

Batteries report to their own parts (see `battery.reports`) and to the plan, which records here: the
announcer renders each event, and `PlanEvents` sends it on, to the bus of Home Assistant,
where logbook, automations and phones find it, and to the event entities. Whatever else wants to
know of events listens here.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..const import DOMAIN, PLAN_UNIQUE_ID

EVENT: Final = f"{DOMAIN}_plan"
"""Type of the event on the bus."""
BATTERY_DEVICE_ID: Final = "battery_device_id"
"""Its field for the device of the battery that it is about; `device_id` is that of the plan."""
# More than a set-up has to tell; the oldest makes room.
_MOST_HELD: Final = 20


class Kind(StrEnum):
    """Event of the plan; types of the event entity, and keys of its texts."""

    TAKEN_OVER = "taken_over"
    SWITCHED = "switched"
    PARTLY_FAILED = "partly_failed"
    FAILED = "failed"
    CHARGE_COMPLETE = "charge_complete"
    OVERRIDE_STARTED = "override_started"
    OVERRIDE_ENDED = "override_ended"
    PUT_BACK = "put_back"
    CLOCK_WRONG = "clock_wrong"
    FOREIGN_SLOTS = "foreign_slots"
    TAKES_NO_MORE = "takes_no_more"
    GIVES_NO_MORE = "gives_no_more"


class Alert(StrEnum):
    """Alert that a person may want as a notification; types of the other event entity."""

    COLOUR_TOMORROW = "colour_tomorrow"
    COLOUR_MISSING = "colour_missing"
    RED_TOMORROW = "red_tomorrow"
    BATTERY_FULL = "battery_full"
    LOW_SOC = "low_soc"
    HIGH_TEMPERATURE = "high_temperature"
    ALL_OFFLINE = "all_offline"
    BATTERY_OFFLINE = "battery_offline"
    NO_METER = "no_meter"
    RED_UNCHARGED = "red_uncharged"
    LEFT_IN_MANUAL = "left_in_manual"
    FOREIGN_CONTROLLER = "foreign_controller"
    FEEDING_IN_COSTS = "feeding_in_costs"


type EventKind = Kind | Alert

OF_A_BATTERY: Final[frozenset[EventKind]] = frozenset(
    {
        Kind.CHARGE_COMPLETE,
        Kind.OVERRIDE_STARTED,
        Kind.PUT_BACK,
        Kind.CLOCK_WRONG,
        Kind.FOREIGN_SLOTS,
        Kind.TAKES_NO_MORE,
        Kind.GIVES_NO_MORE,
        Alert.BATTERY_FULL,
        Alert.LOW_SOC,
        Alert.HIGH_TEMPERATURE,
        Alert.BATTERY_OFFLINE,
        Alert.NO_METER,
        Alert.RED_UNCHARGED,
        Alert.LEFT_IN_MANUAL,
        Alert.FOREIGN_CONTROLLER,
    }
)
"""Events that are about one battery."""

ICONS: Final[Mapping[EventKind, str]] = {
    Kind.TAKEN_OVER: "mdi:robot",
    Kind.SWITCHED: "mdi:swap-horizontal",
    Kind.PARTLY_FAILED: "mdi:battery-alert",
    Kind.FAILED: "mdi:battery-alert",
    Kind.CHARGE_COMPLETE: "mdi:battery-check",
    Kind.OVERRIDE_STARTED: "mdi:account-arrow-right",
    Kind.OVERRIDE_ENDED: "mdi:account-arrow-left",
    Kind.PUT_BACK: "mdi:restore",
    Kind.CLOCK_WRONG: "mdi:clock-alert",
    Kind.FOREIGN_SLOTS: "mdi:calendar-alert",
    Kind.TAKES_NO_MORE: "mdi:battery-lock",
    Kind.GIVES_NO_MORE: "mdi:battery-lock",
    Alert.COLOUR_TOMORROW: "mdi:calendar-star",
    Alert.COLOUR_MISSING: "mdi:calendar-question",
    Alert.RED_TOMORROW: "mdi:calendar-alert",
    Alert.BATTERY_FULL: "mdi:battery",
    Alert.LOW_SOC: "mdi:battery-low",
    Alert.HIGH_TEMPERATURE: "mdi:thermometer-alert",
    Alert.ALL_OFFLINE: "mdi:lan-disconnect",
    Alert.BATTERY_OFFLINE: "mdi:lan-disconnect",
    Alert.NO_METER: "mdi:meter-electric-outline",
    Alert.RED_UNCHARGED: "mdi:battery-alert",
    Alert.LEFT_IN_MANUAL: "mdi:hand-back-left",
    Alert.FOREIGN_CONTROLLER: "mdi:account-multiple",
    Alert.FEEDING_IN_COSTS: "mdi:transmission-tower-import",
}


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """One event, rendered in Home Assistant's language."""

    kind: EventKind
    title: str
    message: str
    battery: str | None = None
    """Name of the battery that it is about."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Placeholders of the message, for automations."""
    battery_device_id: str | None = None

    def attributes(self) -> dict[str, Any]:
        """Return the attributes of an event besides its type."""
        return {"title": self.title, "message": self.message, "battery": self.battery}


type EventListener = Callable[[PlanEvent], None]


class PlanEvents:
    """Sends each event to the bus and to the listeners of its kind.

    The set-up of the plan looks at the batteries before its device and entities are there: what it
    has to tell is held until then.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Fire on the bus for the plan of a config entry, once it is set up."""
        self._hass = hass
        self._entry_id = entry_id
        self._listeners: list[tuple[type[EventKind], EventListener]] = []
        self._followers: list[EventListener] = []
        self._held: deque[PlanEvent] | None = deque(maxlen=_MOST_HELD)

    @callback
    def async_start(self) -> None:
        """Send what was held, and from now on each event at once."""
        held, self._held = self._held or (), None
        for event in held:
            self._send(event)

    @callback
    def async_listen(self, kinds: type[EventKind], listener: EventListener) -> Callable[[], None]:
        """Call `listener` with all events of some kinds; return a function that ends this."""
        entry = (kinds, listener)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry)

    @callback
    def async_follow(self, listener: EventListener) -> Callable[[], None]:
        """Call `listener` with events of all kinds; return a function that ends this."""
        self._followers.append(listener)
        return lambda: self._followers.remove(listener)

    @callback
    def async_record(self, event: PlanEvent) -> None:
        """Send an event to the bus and to the listeners of its kind, or hold it during set-up."""
        if self._held is None:
            self._send(event)
        else:
            self._held.append(event)

    def _send(self, event: PlanEvent) -> None:
        # The logbook shows it on the page of the plan's device.
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, PLAN_UNIQUE_ID), self._entry_id
        )
        self._hass.bus.async_fire(
            EVENT,
            {
                "type": event.kind.value,
                **event.attributes(),
                **event.values,
                "device_id": device.id if device else None,
                BATTERY_DEVICE_ID: event.battery_device_id,
            },
        )
        listeners = [each for kinds, each in self._listeners if isinstance(event.kind, kinds)]
        for listener in (*listeners, *self._followers):
            listener(event)

"""Tells what the plan does, in Home Assistant's language: for the logbook, events and phones."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import datetime as dt
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from ..battery.runtime import Battery
from ..const import DOMAIN, PLAN_UNIQUE_ID
from ..planner import Action, Override, Step
from ..texts import Texts
from .order_executor import ExecutionReport, OrderExecutor, Outcome
from .tariff.announcements import MISSING
from .tariff.coordinator import TariffCoordinator
from .tariff.tariff_data import TariffData
from .words import Words

# Of an event entity that is disabled nobody ever hears.
_MOST_UNHEARD: Final = 20
EVENT: Final = f"{DOMAIN}_plan"


class Kind(StrEnum):
    """What is told; types of the event entity, and keys of the texts."""

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


class Alert(StrEnum):
    """What the owner may want to be called for; types of the other event entity."""

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


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """One thing that was told."""

    kind: Kind | Alert
    title: str
    message: str
    battery: str | None = None
    """Name of the battery that it is about."""

    def attributes(self) -> dict[str, Any]:
        """Return what an event carries besides its type."""
        return {"title": self.title, "message": self.message, "battery": self.battery}


type EventListener = Callable[[PlanEvent], None]


class Announcer:
    """Renders what happens, and tells whoever listens."""

    def __init__(self, hass: HomeAssistant, tariff: TariffCoordinator) -> None:
        """Tell in the language of `tariff`'s texts."""
        self._hass = hass
        self._tariff = tariff
        self._listeners: list[tuple[type[Kind | Alert], EventListener]] = []
        self._unheard: deque[PlanEvent] = deque(maxlen=_MOST_UNHEARD)
        self._switching: tuple[object, ...] | None = None
        self._told_failing: frozenset[str] = frozenset()
        self._full_until: dict[str, dt.datetime | None] = {}

    @property
    def _texts(self) -> Texts:
        return self._tariff.texts

    @callback
    def async_listen(
        self, kinds: type[Kind | Alert], listener: EventListener
    ) -> Callable[[], None]:
        """Call `listener` with all that is told of some kinds; return what ends that.

        It also gets what nobody could hear before: the set-up of the plan looks at the batteries
        before its entities are there.
        """
        entry = (kinds, listener)
        self._listeners.append(entry)
        for told in [told for told in self._unheard if isinstance(told.kind, kinds)]:
            self._unheard.remove(told)
            listener(told)
        return lambda: self._listeners.remove(entry)

    def tell(
        self,
        kind: Kind | Alert,
        placeholders: Mapping[str, str] | None = None,
        battery: Battery | None = None,
        message: str | None = None,
    ) -> None:
        """Publish one event: title and message are the texts of its kind, or of `message`."""
        values = {**(placeholders or {}), **({"name": battery.name} if battery else {})}
        told = PlanEvent(
            kind,
            self._texts.get(f"exceptions.told_{kind}_title.message", values),
            self._texts.message(message or f"told_{kind}", values).strip(),
            battery.name if battery else None,
        )
        # The logbook shows it on the page of the plan's device.
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, PLAN_UNIQUE_ID), self._tariff.config_entry.entry_id
        )
        self._hass.bus.async_fire(
            EVENT,
            {
                "type": kind.value,
                **told.attributes(),
                **(placeholders or {}),
                "device_id": device.id if device else None,
            },
        )
        listeners = [each for kinds, each in self._listeners if isinstance(kind, kinds)]
        if not listeners:
            self._unheard.append(told)
        for listener in listeners:
            listener(told)

    @property
    def words(self) -> Words:
        """The words in which steps and figures are told."""
        return Words(self._texts, self._hass.config.language)

    def describe(self, step: Step, power: int | None = None) -> str:
        """Return what a step does and why, in plain words."""
        return self.words.describe(step, power)

    def reason(self, step: Step) -> str:
        """Return why a step is what it is."""
        return self.words.reason(step)

    def number(self, value: float) -> str:
        """Return a whole number as it is written in the language."""
        return self.words.number(value)

    def look(self, step: Step, executors: Mapping[str, OrderExecutor]) -> None:
        """Tell once of each switch how it went, when that is known of all batteries.

        Another floor of self-consumption is none: with day-ahead prices there is one each hour.
        """
        failing = frozenset(key for key, executor in executors.items() if executor.is_failing)
        is_over = all(executor.is_settled or key in failing for key, executor in executors.items())
        ends = {Action.CHARGE: step.target, Action.DISCHARGE: step.floor}
        switching = (step.action, ends.get(step.action))
        if (
            not executors
            or not is_over
            or all(executor.wanted is None for executor in executors.values())
        ):
            return
        if switching == self._switching and failing == self._told_failing:
            return
        is_first = self._switching is None and not failing
        self._switching, self._told_failing = switching, failing
        if is_first:
            # After a start everything is as it was.
            return
        orders = (executor.wanted for executor in executors.values())
        power = sum(abs(order.power or 0) for order in orders if order is not None)
        values = {
            "programme": self.describe(step, power or None),
            "names": _names(executor for key, executor in executors.items() if key not in failing),
            "failed": _names(executor for key, executor in executors.items() if key in failing),
        }
        if not failing:
            self.tell(Kind.SWITCHED, values)
        else:
            everywhere = len(failing) == len(executors)
            self.tell(Kind.FAILED if everywhere else Kind.PARTLY_FAILED, values)

    def reported(self, report: ExecutionReport) -> None:
        """Tell what a pilot has found."""
        if report.outcome is Outcome.EXHAUSTED:
            self._takes_no_more(report)
        kinds = {
            Outcome.PUT_BACK: Kind.PUT_BACK,
            Outcome.CHANGED: Kind.PUT_BACK,
            Outcome.CLOCK_WRONG: Kind.CLOCK_WRONG,
            Outcome.FOREIGN_SLOTS: Kind.FOREIGN_SLOTS,
        }
        if (kind := kinds.get(report.outcome)) is not None:
            self.tell(kind, battery=report.battery)

    def _takes_no_more(self, report: ExecutionReport) -> None:
        """Tell once a night that a battery takes no more although there is room."""
        battery, soc = report.battery, report.battery.data.soc or 0
        end = report.order.window.end if report.order.window else report.order.until
        if (report.order.power or 0) < 0 and self._full_until.get(battery.name) != end:
            self._full_until[battery.name] = end
            self.tell(Kind.TAKES_NO_MORE, {"soc": self.number(soc)}, battery)

    def charge_complete(self, battery: Battery) -> None:
        """Tell that a charge is over."""
        self.tell(Kind.CHARGE_COMPLETE, {"soc": self.number(battery.data.soc or 0)}, battery)

    def override_started(self, battery: Battery, until: dt.datetime) -> None:
        """Publish that the plan leaves a battery to a person, or that nothing is sent to it."""
        message = "told_left_alone" if battery.is_left_alone else None
        self.tell(Kind.OVERRIDE_STARTED, {"until": self._time(until)}, battery, message)

    def override_wanted(self, request: Override, names: Iterable[str]) -> None:
        """Tell that batteries do what a person wants instead of the plan."""
        values = {"until": self._time(request.until), "name": ", ".join(sorted(names))}
        self.tell(Kind.OVERRIDE_STARTED, values)

    def _time(self, moment: dt.datetime) -> str:
        """Return a moment by the clock on the wall, with its date when that is not near."""
        local = moment.astimezone(self._tariff.settings.off_peak.zone)
        is_near = moment - dt_util.utcnow() < dt.timedelta(hours=24)
        return f"{local:%H:%M}" if is_near else f"{local:%Y-%m-%d %H:%M}"

    def announced(self, kind: str, data: TariffData) -> None:
        """Tell the colour of tomorrow, or that it is missing."""
        if kind == MISSING:
            self.tell(Alert.COLOUR_MISSING)
        else:
            colour = self._texts.get(f"entity.sensor.colour_tomorrow.state.{kind}")
            self.tell(Alert.COLOUR_TOMORROW, {"colour": colour.lower()})

    def override_ended(self) -> None:
        """Tell that the plan has the batteries again."""
        self.tell(Kind.OVERRIDE_ENDED)


def _names(executors: Iterable[OrderExecutor]) -> str:
    return ", ".join(sorted(executor.battery.name for executor in executors))

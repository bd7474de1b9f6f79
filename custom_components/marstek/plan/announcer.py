"""Announcer: renders events in Home Assistant's language and records them."""

from collections.abc import Iterable, Mapping
import datetime as dt

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..battery.commanded_by import CommandedBy
from ..battery.runtime import Battery
from ..planner import Override, Step
from ..texts import Texts
from .events import Alert, EventKind, Kind, PlanEvent, PlanEvents
from .execution_report import ExecutionReport, Outcome
from .price_words import price_message, price_per_kwh
from .tariff.announcements import MISSING
from .tariff.coordinator import TariffCoordinator
from .tariff.tariff_data import TariffData
from .wording import Wording


class Announcer:
    """Announcer of one plan: each method renders an event and records it."""

    def __init__(self, hass: HomeAssistant, tariff: TariffCoordinator) -> None:
        """Start without events; `tariff` gives the texts, in Home Assistant's language."""
        self._hass = hass
        self._tariff = tariff
        self.events = PlanEvents(hass, tariff.config_entry.entry_id)
        self._full_until: dict[str, dt.datetime | None] = {}

    @property
    def _texts(self) -> Texts:
        return self._tariff.texts

    def announce(
        self,
        kind: EventKind,
        placeholders: Mapping[str, str] | None = None,
        battery: Battery | None = None,
        message: str | None = None,
    ) -> None:
        """Record one event; `message` is the key of another text than that of its kind."""
        given = placeholders or {}
        values = {**given, **({"name": battery.name} if battery else {})}
        event = PlanEvent(
            kind,
            self._texts.get(f"exceptions.told_{kind}_title.message", values),
            self._texts.message(message or f"told_{kind}", values).strip(),
            battery.name if battery else None,
            given,
            battery.device_id if battery else None,
        )
        self.events.async_record(event)

    @property
    def wording(self) -> Wording:
        """Wording of steps and figures, in Home Assistant's language."""
        return Wording(self._texts, self._hass.config.language, self._tariff.currency)

    def describe(self, step: Step, power: int | None = None) -> str:
        """Return action and reason of a step as a sentence; `power` in W replaces its own."""
        return self.wording.describe(step, power)

    def reason(self, step: Step) -> str:
        """Return the reason of a step as a sentence."""
        return self.wording.reason(step)

    def number(self, value: float) -> str:
        """Return a number, rounded, with the separators of the language."""
        return self.wording.number(value)

    def price(self, value: float) -> str:
        """Return a price of a kWh with its unit."""
        return price_per_kwh(self._tariff, self.wording, value)

    def reported(self, report: ExecutionReport) -> None:
        """Announce the outcome of an order, where a person should know of it."""
        if report.outcome is Outcome.EXHAUSTED:
            self._takes_no_more(report)
        kinds = {
            Outcome.PUT_BACK: Kind.PUT_BACK,
            Outcome.CHANGED: Kind.PUT_BACK,
            Outcome.CLOCK_WRONG: Kind.CLOCK_WRONG,
            Outcome.FOREIGN_SLOTS: Kind.FOREIGN_SLOTS,
        }
        if (kind := kinds.get(report.outcome)) is not None:
            self.announce(kind, battery=report.battery)

    def _takes_no_more(self, report: ExecutionReport) -> None:
        """Announce once a night that full cells have ended a charge below its target."""
        battery, soc = report.battery, report.battery.data.soc or 0
        end = report.order.window.end if report.order.window else report.order.until
        if (report.order.power or 0) < 0 and self._full_until.get(battery.name) != end:
            self._full_until[battery.name] = end
            self.announce(Kind.TAKES_NO_MORE, {"soc": self.number(soc)}, battery)

    def run_exhausted(self, battery: Battery) -> None:
        """Announce that the cells have ended a manual charge or discharge before its target."""
        data = battery.data
        if data.passive is None:
            return
        soc = {"soc": self.number(data.soc or 0)}
        if data.passive.power < 0:
            self.announce(Kind.TAKES_NO_MORE, soc, battery, "told_charge_ended")
        else:
            self.announce(Kind.GIVES_NO_MORE, soc, battery)

    def taken_over(self, names: Iterable[str]) -> None:
        """Announce that the plan commands these batteries from now on."""
        self.announce(Kind.TAKEN_OVER, {"name": ", ".join(sorted(names))})

    def charge_complete(self, battery: Battery) -> None:
        """Announce that a charge is complete."""
        self.announce(Kind.CHARGE_COMPLETE, {"soc": self.number(battery.data.soc or 0)}, battery)

    def override_started(self, battery: Battery, until: dt.datetime) -> None:
        """Publish that the plan leaves a battery to a person, or that nothing is sent to it."""
        message, values = None, {"until": self._clock(until)}
        if battery.is_left_alone:
            message = "told_left_alone"
        elif battery.commanded_by.by is CommandedBy.CHARGING:
            message = "told_charging_by_hand"
            values["price"] = price_message(self._tariff, self.wording)
        self.announce(Kind.OVERRIDE_STARTED, values, battery, message)

    def override_wanted(self, request: Override, names: Iterable[str]) -> None:
        """Announce an override of the plan, with its end and the names of the batteries."""
        values = {"until": self._clock(request.until), "name": ", ".join(sorted(names))}
        self.announce(Kind.OVERRIDE_STARTED, values)

    def _clock(self, moment: dt.datetime) -> str:
        """Return a moment in local time, with its date when it is far."""
        return self.wording.clock(moment, dt_util.utcnow())

    def announced(self, kind: str, data: TariffData) -> None:
        """Announce the colour of tomorrow, or that it is missing (`MISSING`)."""
        if kind == MISSING:
            self.announce(Alert.COLOUR_MISSING)
        else:
            colour = self._texts.get(f"entity.sensor.colour_tomorrow.state.{kind}")
            self.announce(Alert.COLOUR_TOMORROW, {"colour": colour.lower()})

    def override_ended(self) -> None:
        """Announce that the plan commands the batteries again."""
        self.announce(Kind.OVERRIDE_ENDED)

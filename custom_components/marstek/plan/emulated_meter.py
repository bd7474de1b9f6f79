"""Owner of the meter emulation: starts, replaces and ends it as the plan's subentries say."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN
from .metering.emulation import MeterEmulation
from .metering.meter_status import EmulatedMeterStatus
from .metering.settings import MeterSettings, meter_settings, meter_subentry
from .participants import loaded_batteries


class EmulatedMeter:
    """The meter that a home's batteries may follow, where its owner has added one."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Run nothing yet."""
        self._hass = hass
        self._entry = entry
        self.running: MeterEmulation | None = None
        self._listeners: set[Callable[[], None]] = set()

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` with each new status; return a function that ends it.

        The status changes each few seconds, of which nothing else of the plan needs to know.
        """
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def _publish(self) -> None:
        for listener in list(self._listeners):
            listener()

    @property
    def is_wanted(self) -> bool:
        """Whether the owner has added a meter, be it switched on or off."""
        return meter_subentry(self._entry) is not None

    @property
    def status(self) -> EmulatedMeterStatus | None:
        """The newest status, None while there is no meter."""
        return None if self.running is None else self.running.status

    @callback
    def async_start(self) -> None:
        """Start the meter, if there is one."""
        settings = meter_settings(self._entry)
        if settings is not None:
            self._begin(settings)

    @callback
    def async_follow_options(self) -> None:
        """Replace or end the meter after a change of its subentry."""
        settings = meter_settings(self._entry)
        before = None if self.running is None else self.running.settings
        if settings == before:
            return
        if self.running is not None:
            self.running.remove()
            self.running = None
        if settings is not None:
            self._begin(settings)
        self._publish()

    @callback
    def async_stop(self) -> None:
        """Close the sockets."""
        if self.running is not None:
            self.running.close()
            self.running = None

    def _begin(self, settings: MeterSettings) -> None:
        self.running = MeterEmulation(
            self._hass,
            self._entry,
            settings,
            lambda: loaded_batteries(self._hass),
            self._publish,
        )
        # In the background: the plan does not wait for it, nor fail with it.
        self._entry.async_create_background_task(
            self._hass, self.running.async_start(), f"{DOMAIN} meter"
        )

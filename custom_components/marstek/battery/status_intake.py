"""Intake of each status of a battery: readings, watches and runs learn from it."""

from homeassistant.util import dt as dt_util

from ..venus import Danger, DataStatus, EnergyStatus, MeterStatus, Mode, ModeStatus, Status
from .in_force import setpoint_in_force
from .observed import Observed
from .parts import BatteryParts


class StatusIntake:
    """Passes a status to the parts that learn from it."""

    def __init__(self, parts: BatteryParts) -> None:
        """Start with nothing read."""
        self._parts = parts
        self._clock = parts.context.clock
        self._store = parts.context.store
        self._poll_schedule = parts.poll_schedule
        self._readings = parts.readings
        self.mode_read_at = float("-inf")
        """When the mode was last read, in seconds of the battery's clock."""
        self.mode_assumed = False
        """True while the mode shown is one that was set and not read since."""

    def read(self, status: Status) -> None:
        """Take a status that a poll has brought, or a late answer."""
        self.apply(status)
        if isinstance(status, DataStatus):
            status = status.as_mode(self._readings.mode)
            self.apply(status)
        if isinstance(status, ModeStatus):
            self._parts.control.learn(status)

    def apply(self, status: Status) -> None:
        """Take a status."""
        parts = self._parts
        self._follow_scales()
        self._readings.apply(status, dt_util.utcnow().timestamp())
        parts.mirror_watch.saw(status)
        parts.wipe.saw(status)
        if isinstance(status, ModeStatus):
            self.mode_read_at = self._clock.time()
            self.mode_assumed = False
            self._watch_meter()
            parts.runs.async_look_at_mode(status.mode)
        elif isinstance(status, MeterStatus):
            self._watch_meter()
        if isinstance(status, EnergyStatus):
            self._prove_power(status)
        if isinstance(status, (EnergyStatus, ModeStatus)):
            parts.runs.async_look(status, self._readings.snapshot())
        self._store.save_later()

    def _prove_power(self, status: EnergyStatus) -> None:
        """Compare the power with the setpoint in force, where neither sun nor backup hides it."""
        readings, memory = self._readings, self._store.memory
        is_plain = not readings.profile.has_pv or readings.solar_power == 0
        if status.ac_power is None or status.soc is None or status.backup_power or not is_plain:
            return
        is_busy = self._parts.context.busy.locked()
        asked = None if is_busy else setpoint_in_force(memory, readings.mode)
        memory.proven_power.look(
            asked, status.ac_power, status.soc, readings.temperature, dt_util.utcnow().timestamp()
        )
        memory.held_power.look(
            asked or 0,
            self._parts.commands.sent_power if asked and readings.mode is Mode.PASSIVE else None,
            status.ac_power,
            status.soc,
            readings.temperature,
            self._clock.time(),
        )

    def _follow_scales(self) -> None:
        """Count in the units that the replies have proven, and remember them."""
        client, memory = self._parts.client, self._store.memory
        observed = Observed.of(client)
        if observed.proven != memory.observed.proven:
            memory.observed = observed
            self._store.save_soon()
        self._readings.profile = client.scaled_profile

    def _watch_meter(self) -> None:
        """Poll less while the meter is gone, where polling is what drives it away."""
        is_fragile = Danger.LOSES_METER in self._poll_schedule.profile.dangers
        is_gone = self._readings.meter_connected is False
        self._poll_schedule.meter_lost = is_fragile and is_gone

"""A battery without a network: its state, its hardware and the passage of time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from . import modes
from .clock import SimulationClock
from .meter_client import MeterClient
from .physics import Conditions, Plant
from .profiles import Profile, profile_for
from .spec import BatterySpec
from .state import LAST_MINUTE, WHOLE_WEEK, BatteryState, Slot
from .wire import RequestId


class Device:
    """What the firmware of one battery knows and does."""

    def __init__(self, spec: BatterySpec, clock: SimulationClock) -> None:
        """Switch the battery on."""
        self.spec = spec
        self.profile: Profile = _profile_of(spec)
        self.state = BatteryState.from_spec(spec)
        self.plant = Plant(spec, self.profile)
        self.conditions = Conditions()
        self.last_params_id: RequestId = 0
        """Methods without params.id answer with the last one seen."""
        self.meter: MeterClient | None = None
        """The poll of a meter over UDP, where one was chosen."""
        self._clock = clock
        self._at = clock.seconds()
        self.settle()

    @property
    def name(self) -> str:
        """The model as Marstek.GetDevice tells it."""
        return self.spec.reported_device or self.profile.device

    @property
    def src(self) -> str:
        """The `src` of every reply."""
        name = self.spec.reported_device or self.profile.source_name
        return f"{name}-{self.spec.ble_mac}"

    def advance(self) -> None:
        """Let the time pass that has gone by since the last call."""
        now = self._clock.seconds()
        elapsed, self._at = now - self._at, now
        if elapsed > 0:
            self.plant.run(self.state, elapsed, self._clock.timestamp(), self.conditions)

    def settle(self) -> None:
        """Make the powers follow a change of state at once."""
        self.plant.settle(self.state, self._clock.timestamp(), self.conditions)

    def update(self, spec: BatterySpec) -> None:
        """Take another spec, after a firmware update or a move; state and house stay."""
        before = self.plant
        self.spec = spec
        self.profile = _profile_of(spec)
        self.plant = Plant(spec, self.profile)
        self.plant.household, self.plant.sun = before.household, before.sun
        self.plant.backup_w = before.backup_w
        self.plant.law = before.law
        self.settle()

    def follow(self, meter: MeterClient | None) -> None:
        """Steer by a meter from now on, or by the household as the own CT sees it."""
        self.meter = meter
        self.plant.law = None if meter is None else meter.law
        self.settle()

    def local_time(self) -> datetime:
        """Return the time that the battery's own clock shows."""
        timestamp = self._clock.timestamp() + self.conditions.clock_offset
        return datetime.fromtimestamp(timestamp, self.plant.zone)

    def set_mode(self, mode: str, power: int | None, duration: float) -> None:
        """Change the mode as the vendor's app does.

        In Manual a power in W (+ = discharging) goes into slot 0, around the clock.
        """
        enter = {
            "Passive": lambda: modes.start_passive(self.state, power or 0, duration),
            "Manual": lambda: self._manual(power),
            "UPS": lambda: modes.enter_ups(self.state, self.plant.max_charge),
        }
        enter.get(mode, lambda: modes.enter(self.state, mode))()
        self.settle()

    def _manual(self, power: int | None) -> None:
        """Enter Manual, with one slot of the whole week if a power is given."""
        if power is not None:
            self.state.slots[0] = Slot(0, LAST_MINUTE, WHOLE_WEEK, power, True)
        modes.enter(self.state, "Manual")

    def envelope(self, request_id: RequestId, result: Mapping[str, object]) -> dict[str, object]:
        """Return a reply with a result, keys in the order of the device."""
        return {"id": request_id, "src": self.src, "result": dict(result)}


def _profile_of(spec: BatterySpec) -> Profile:
    """Return the profile of a battery, with the units that its spec has instead."""
    profile = profile_for(spec.device, spec.firmware)
    return replace(
        profile,
        capacity_unit=spec.capacity_unit or profile.capacity_unit,
        temperature_unit=spec.temperature_unit or profile.temperature_unit,
        counter_unit=spec.counter_unit or profile.counter_unit,
        first_input_unit=spec.first_input_unit or profile.first_input_unit,
    )

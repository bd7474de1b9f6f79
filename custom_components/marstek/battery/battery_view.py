"""What can be known of one battery without sending anything."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from ..const import CONF_BLE_MAC, DOMAIN
from ..limits import PowerLimits, power_limits
from ..venus import Clock, Mode, Profile
from .commanded_by import NO_SHARE, CommandedBy, PlanShare, commanded_by
from .coordinator import BatteryCoordinator
from .data import BatteryData
from .do_now import DoNow, done_now
from .parts import BatteryParts
from .slot_mirror import Mirror


class BatteryView:
    """Read-only half of `Battery`. Powers are in W, + discharges."""

    def __init__(self, parts: BatteryParts, coordinator: BatteryCoordinator) -> None:
        """Combine the parts of a battery with the coordinator that polls them."""
        self.parts = parts
        """Parts, for the files of this folder only."""
        self.coordinator = coordinator
        self.hass: HomeAssistant = parts.context.hass
        self.entry: ConfigEntry = parts.context.entry
        self.clock: Clock = parts.context.clock
        self.profile: Profile = parts.context.profile
        self._share = NO_SHARE

    @property
    def name(self) -> str:
        """Title of the config entry at set-up."""
        return self.coordinator.name

    @property
    def mac(self) -> str:
        """BLE MAC, the unique id of the battery."""
        mac: str = self.entry.data[CONF_BLE_MAC]
        return mac

    @property
    def device_id(self) -> str | None:
        """Id of its device in the registry, None before its entities are there."""
        registry = dr.async_get(self.hass)
        device = registry.async_get_device_by_identifier((DOMAIN, self.mac), self.entry.entry_id)
        return device.id if device else None

    @property
    def data(self) -> BatteryData:
        """Latest data, as entities show them."""
        return self.coordinator.data

    @property
    def limits(self) -> PowerLimits:
        """Power limits in W that the owner allows."""
        return power_limits(self.profile, self.entry.options)

    @property
    def expected_limits(self) -> PowerLimits:
        """Power limits in W, lowered to the powers that the battery has proven to reach."""
        return self.parts.memory.proven_power.applied(self.limits, dt_util.utcnow().timestamp())

    @property
    def mode(self) -> Mode | None:
        """Mode that was read or set last, of any age; None for an unknown one."""
        return self.parts.readings.mode

    @property
    def mode_read_at(self) -> float:
        """Moment of the last read of the mode, in s of `clock`."""
        return self.coordinator.mode_read_at

    @property
    def is_reachable(self) -> bool:
        """Whether the battery answers."""
        return self.coordinator.last_update_success and not self.is_left_alone

    @property
    def is_reachable_or_left_alone(self) -> bool:
        """Whether the battery answers, or is silent because it is left alone."""
        return self.coordinator.last_update_success

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing is sent to it now, for example during an update of its firmware."""
        return self.parts.leave.is_on

    @property
    def is_noisy(self) -> bool:
        """Whether answers that nobody here asked for keep coming from its address."""
        return self.parts.client.link.noise.is_noisy

    @property
    def is_commanded_elsewhere(self) -> bool:
        """Whether acceptances arrive of commands that nobody here sent."""
        return self.parts.client.link.noise.is_commanded

    @property
    def is_planned(self) -> bool:
        """Tell whether the plan has put it into another mode than Auto, and not back yet."""
        return self.parts.memory.commanded.is_planned

    @property
    def commanded_by(self) -> PlanShare:
        """Who commands it, and what is wanted of it."""
        return commanded_by(
            self.parts.memory.commanded,
            self._share,
            is_reachable=self.is_reachable,
            left_alone_until=self.data.left_alone_until,
        )

    @property
    def is_claimed(self) -> bool:
        """Tell whether a command by hand waits or is being carried out."""
        return self.parts.ownership.is_claimed

    @property
    def is_occupied(self) -> bool:
        """Whether its mode is only a step on the way to the chosen one."""
        return self.parts.slots.is_occupied

    @property
    def mirror(self) -> Mirror:
        """The slots as last written."""
        return self.parts.slots.mirror

    @property
    def own_slots(self) -> frozenset[int]:
        """Numbers of slots that the integration itself may have enabled."""
        return self.parts.slots.own_slots

    @property
    def has_slots_to_disable(self) -> bool:
        """Tell whether slots are to be disabled now that could not be before Passive was set."""
        return self.parts.commands.is_release_due

    @property
    def does_now(self) -> DoNow | None:
        """What a person has it do; None for what was commanded in another way."""
        if self.commanded_by.by is CommandedBy.BY_HAND:
            return None
        return done_now(self.parts.memory.commanded)

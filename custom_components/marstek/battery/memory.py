"""What must outlive a restart: energy totals, the setpoint and a mode chosen by hand."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..keeping import EntryStore
from ..limits import PowerLimits
from ..stored import StoredPart, flag, one_of, optional, power, whole
from ..venus import Mode
from .commanded import Commanded
from .efficiency import EfficiencyMeter
from .energy import EnergyMeter
from .held_power import HeldPower
from .leave import Leave, restore_leave
from .observed import Observed, restore_observed
from .proven_capacity import ProvenCapacity
from .proven_power import ProvenPower
from .settings import SettingsData
from .slot_mirror import SLOTS, Mirror
from .wear import Wear

_MOST_FIRMWARE: Final = 1_000_000


class TrialResult(StrEnum):
    """How a trial ended."""

    PROVEN = "proven"
    """It agreed with what else the battery tells."""
    MISSING = "missing"
    """The firmware has no such method."""
    SILENT = "silent"
    """It was not answered three times in a row."""
    CONTRADICTED = "contradicted"
    """It told something else than the battery tells otherwise."""


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """A verdict, and the firmware that it holds for."""

    firmware: int
    """As sent, see DeviceStatus."""
    result: TrialResult

    def store(self) -> list[Any]:
        """Return the value for `restore_trial`, fit for JSON."""
        return [self.firmware, self.result]


def restore_trial(stored: object) -> StoredTrial:
    """Return a stored judgement; ValueError for an unreadable one."""
    match stored:
        case [firmware, result]:
            return StoredTrial(whole(0, _MOST_FIRMWARE)(firmware), one_of(TrialResult)(result))
    raise ValueError("Not a verdict with its firmware")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mode that a person has put the battery into and that outlives its restarts."""

    mode: Mode
    power: int | None = None
    """Of Manual at the setpoint: that, in W, + discharges; None where slots tell the power."""

    def store(self) -> list[Any]:
        """Return the value for `restore_chosen`, fit for JSON."""
        return [self.mode, self.power]


@dataclass(frozen=True, slots=True)
class Lost:
    """Lost mode and settings, to be written again beside the slots of the mirror."""

    chosen: Chosen
    settings: SettingsData

    def store(self) -> dict[str, Any]:
        """Return the value for `restore_lost`, fit for JSON."""
        return {"chosen": self.chosen.store(), "settings": self.settings.store()}


def restore_chosen(stored: object) -> Chosen:
    """Return a stored mode; ValueError for an unreadable one."""
    match stored:
        case [mode, set_power]:
            return Chosen(one_of(Mode)(mode), optional(power, set_power))
    raise ValueError("Not a mode with its power")


def restore_lost(stored: StoredPart) -> Lost | None:
    """Return a stored loss, None without its mode."""
    if (chosen := stored.optional("chosen", restore_chosen)) is None:
        return None
    return Lost(chosen, SettingsData.restore(stored.part("settings")))


# As Home Assistant does with its own states: an energy total that a power cut takes is found again
# in the battery's counter, and the SD card is spared.
_SAVE_DELAY: Final = 900.0
# Not what is learnt again by itself.
MATTERS: Final = frozenset(
    {"charged", "discharged", "solar", "setpoint", "hold", "run", "slots", "is_planned"}
    | {"schedule", "settings", "chosen", "lost"}
)


@dataclass(slots=True)
class Memory:
    """The stored state of one battery."""

    charged: EnergyMeter = field(default_factory=EnergyMeter)
    discharged: EnergyMeter = field(default_factory=EnergyMeter)
    solar: EnergyMeter = field(default_factory=EnergyMeter)
    efficiency: EfficiencyMeter = field(default_factory=EfficiencyMeter)
    setpoint: int = 0
    commanded: Commanded = field(default_factory=Commanded)
    """By whom the battery is commanded, and to do what."""
    slots: set[int] = field(default_factory=set)
    """Numbers of own slots of Manual that may be enabled in the battery."""
    schedule: Mirror = field(default_factory=Mirror)
    """All slots as last written."""
    settings: SettingsData = field(default_factory=SettingsData)
    chosen: Chosen | None = None
    """The mode that a person has put it into, while it is known to be in it."""
    was_silent: bool = False
    """True when it was silent for minutes, and its mode was not read since."""
    lost: Lost | None = None
    """What the battery has forgotten and the owner has not asked back yet."""
    wear: Wear = field(default_factory=Wear)
    leave: Leave | None = None
    """Until when the battery is left alone; None once it has been asked again."""
    observed: Observed = field(default_factory=Observed)
    """Scales that differ from the table of profiles."""
    proven_power: ProvenPower = field(default_factory=ProvenPower)
    """Powers that it does not exceed, below those of the table."""
    held_power: HeldPower = field(default_factory=HeldPower)
    """Shares of the powers that Passive is sent with that flow."""
    proven_capacity: ProvenCapacity = field(default_factory=ProvenCapacity)
    """Capacity that differs from the one that it names."""
    trial: StoredTrial | None = None
    """What became of the trial of Marstek.GetData."""

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "charged": self.charged.store(),
            "discharged": self.discharged.store(),
            "solar": self.solar.store(),
            "efficiency": self.efficiency.store(),
            "setpoint": self.setpoint,
            **self.commanded.store(),
            "slots": sorted(self.slots),
            "schedule": self.schedule.store(),
            "settings": self.settings.store(),
            "chosen": self.chosen and self.chosen.store(),
            "was_silent": self.was_silent,
            "lost": self.lost and self.lost.store(),
            "wear": self.wear.store(),
            "leave": self.leave and self.leave.store(),
            "observed": self.observed.store(),
            "proven_power": self.proven_power.store(),
            "held_power": self.held_power.store(),
            "proven_capacity": self.proven_capacity.store(),
            "judgement": self.trial and self.trial.store(),
        }

    def limit(self, limits: PowerLimits) -> None:
        """Apply power limits in W; a command that changes is due to be sent again."""
        self.setpoint = limits.clamp(self.setpoint)
        self.commanded = self.commanded.limited(limits)

    @classmethod
    def restore(cls, stored: StoredPart) -> Memory:
        """Return the stored state, with the default for an unreadable value."""
        return cls(
            charged=EnergyMeter.restore(stored.part("charged")),
            discharged=EnergyMeter.restore(stored.part("discharged")),
            solar=EnergyMeter.restore(stored.part("solar")),
            efficiency=EfficiencyMeter.restore(stored.part("efficiency")),
            setpoint=stored.value("setpoint", power, 0),
            commanded=Commanded.restore(stored),
            slots=set(stored.each("slots", whole(0, SLOTS - 1))),
            schedule=Mirror.restore(stored.part("schedule")),
            settings=SettingsData.restore(stored.part("settings")),
            chosen=stored.optional("chosen", restore_chosen),
            was_silent=stored.value("was_silent", flag, default=False),
            lost=restore_lost(stored.optional_part("lost")),
            wear=Wear.restore(stored.part("wear")),
            leave=stored.optional("leave", restore_leave),
            observed=stored.value("observed", restore_observed, Observed()),
            proven_power=ProvenPower.restore(stored.part("proven_power")),
            held_power=HeldPower.restore(stored.part("held_power")),
            proven_capacity=ProvenCapacity.restore(stored.part("proven_capacity")),
            trial=stored.optional("judgement", restore_trial),
        )


class MemoryStore:
    """The file that a battery's memory is kept in."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self.memory = Memory()
        self._store = EntryStore(hass, entry_id, self._contents)

    async def async_load(self) -> None:
        """Read the file; a battery without one starts with an empty memory."""
        self.memory = Memory.restore(await self._store.async_load())
        await self._store.async_settle(MATTERS)

    def save_later(self) -> None:
        """Write within minutes, once for all changes until then, or when Home Assistant stops."""
        self._store.save_within(_SAVE_DELAY)

    def save_soon(self) -> None:
        """Schedule a write of the stored state."""
        self._store.save_within(0)

    async def async_save(self) -> None:
        """Write now."""
        await self._store.async_save()

    def _contents(self) -> dict[str, Any]:
        """Return the memory of now, which loading replaces."""
        return self.memory.store()

    async def async_close(self) -> None:
        """Write for the last time."""
        await self._store.async_close()

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


async def async_stored_memory(hass: HomeAssistant, entry_id: str) -> Memory:
    """Return the stored state of a battery that is not set up; its file stays as it is."""
    return Memory.restore(await EntryStore(hass, entry_id, dict).async_load())

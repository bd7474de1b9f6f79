"""Requests for a mode change, and how they are sent (docs/protocol.md 2.9)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from .errors import OutOfRangeError, UnsupportedError
from .models import Mode, Slot
from .profiles import Profile

BACKUP: Final = {"mode": "UPS", "ups_cfg": {"enable": 1}}
NO_BACKUP: Final = {"mode": "UPS", "ups_cfg": {"enable": 0}}
# What fits into 32 bits, in s.
_LONGEST_COUNTDOWN: Final = 2**32 - 1


class Proof(StrEnum):
    """How well a mode change is known to have happened."""

    UNCHANGED = "unchanged"
    """The battery was in that mode already; nothing was written."""
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    """The mode is on; its power can't be compared, because the sun's is not known."""
    ASSUMED = "assumed"
    """Accepted, but this firmware or this state of the battery can't prove it."""


@dataclass(frozen=True, slots=True)
class ModeRequest:
    """A mode with the power in W, countdown and slots that it needs."""

    mode: Mode
    power: int = 0
    """Setpoint of Manual and Passive in W: + discharges, - charges."""
    duration: int = 0
    """Countdown of Passive in s, 1 to 2**32 - 1."""
    slots: tuple[Slot, ...] = ()
    """Slots of Manual, written in this order."""
    expects_power: bool = True
    """Whether the power has to flow for the mode to count as followed; False for cells that may
    take nothing just now."""
    correction: int = 0
    """W that Passive is sent with beside `power`, so that `power` flows: that is what is proven."""

    @property
    def sent_power(self) -> int:
        """Return the power in W that Passive is sent with."""
        return self.power + self.correction

    @property
    def has_setpoint(self) -> bool:
        """Tell whether the mode follows `power`."""
        return self.mode in (Mode.MANUAL, Mode.PASSIVE)

    def check(self, profile: Profile) -> None:
        """Raise UnsupportedError or OutOfRangeError for a request that a battery can't follow.

        ValueError for Manual without a slot.
        """
        is_backup = self.mode is Mode.UPS and profile.has_backup
        if self.mode not in profile.modes and not is_backup:
            raise UnsupportedError(f"{self.mode} is not in this firmware")
        if self.mode is Mode.PASSIVE and not 1 <= self.duration <= _LONGEST_COUNTDOWN:
            raise OutOfRangeError(self.duration, 1, _LONGEST_COUNTDOWN)
        if self.mode is Mode.MANUAL and not self.slots:
            raise ValueError("Manual needs a slot")
        for power in (self.sent_power, *(slot.power for slot in self.slots)):
            if abs(power) > profile.max_power:
                raise OutOfRangeError(power, -profile.max_power, profile.max_power)

    def configs(self) -> tuple[dict[str, Any], ...]:
        """Return the `config` objects to send, in order: Manual takes one for each slot."""
        match self.mode:
            case Mode.AUTO:
                return ({"mode": "Auto", "auto_cfg": {"enable": 1}},)
            case Mode.AI:
                return ({"mode": "AI", "ai_cfg": {"enable": 1}},)
            case Mode.PASSIVE:
                return (passive_config(self.sent_power, self.duration),)
            case Mode.UPS:
                return (BACKUP,)
            case Mode.MANUAL:
                return tuple(manual_config(slot) for slot in self.slots)


def passive_config(power: int, duration: int) -> dict[str, Any]:
    """Return the `config` of a Passive in W for some s."""
    return {"mode": "Passive", "passive_cfg": {"power": power, "cd_time": duration}}


def manual_config(slot: Slot) -> dict[str, Any]:
    """Return the `config` of Manual that writes a slot."""
    return {"mode": "Manual", "manual_cfg": slot.to_config()}

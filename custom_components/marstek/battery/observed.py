"""Scales that a battery's replies have proven, and the firmware that they hold for, as stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..stored import fields, number, one_of, whole
from ..venus import Scale, Scales, VenusClient, is_scale

_MOST_FIRMWARE: Final = 1_000_000
_LARGEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class Observed:
    """Observed differences from the table of profiles."""

    firmware: int = 0
    """As sent, see DeviceStatus."""
    proven: Mapping[Scale, float] = field(default_factory=dict)

    @classmethod
    def of(cls, client: VenusClient) -> Observed:
        """Return the observations of a client."""
        return cls(client.device.firmware, dict(client.scales.proven))

    def scales(self, firmware: int) -> Scales:
        """Return the scales to begin with; those of another firmware say nothing."""
        return Scales(self.proven if firmware == self.firmware else None)

    def store(self) -> list[Any]:
        """Return the value for `restore_observed`, fit for JSON."""
        return [self.firmware, {scale.value: value for scale, value in self.proven.items()}]


def restore_observed(stored: object) -> Observed:
    """Return stored observations; ValueError for unreadable ones."""
    match stored:
        case [firmware, proven]:
            read = number(0, _LARGEST)
            scales = {
                one_of(Scale)(name): float(read(value)) for name, value in fields(proven).items()
            }
            if all(is_scale(scale, value) for scale, value in scales.items()):
                return Observed(whole(0, _MOST_FIRMWARE)(firmware), scales)
    raise ValueError("Not scales with their firmware")

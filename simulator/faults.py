"""What can go wrong with a battery, as knobs that can be turned at any time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from random import Random
from typing import Self

from .garbage import ANY, GARBAGE
from .wire import ERRORS


@dataclass(slots=True)
class Faults:
    """All off by default. Probabilities are 0..1, times are real seconds."""

    loss: float = 0.0
    """Probability that an exchange is lost: half of the time the request, else the reply."""
    duplicates: float = 0.0
    """Probability that a reply is sent twice."""
    delay: float = 0.0
    """Added to the latency of every reply."""
    late: float = 0.0
    """Probability that a reply comes `lateness` seconds too late."""
    lateness: float = 5.0
    parse_errors: float = 0.0
    """Probability of -32700/403 with id 0 to a valid request, which is not carried out."""
    error: int = 0
    """`data` of the error that answers every request; 0 = off."""
    refused_writes: float = 0.0
    """Probability that a write is answered set_result false."""
    refused_disabling: float = 0.0
    """Probability that a write which disables a slot is answered set_result false."""
    lying_writes: float = 0.0
    """Probability that a write is answered set_result true and not carried out."""
    dark: bool = False
    """No answer at all, as if switched off."""
    silent: str = ""
    """Methods that get no answer, separated by commas."""
    quiet_gap: float = 0.0
    """A request that comes sooner than this after the last reply may be lost."""
    too_soon_loss: float = 1.0
    """Probability that such a request is lost."""
    overlap_answered: float = 0.5
    """Probability that an overlapping request is answered 403 instead of lost."""
    clock_offset: float = 0.0
    """Seconds by which the battery's own clock is ahead."""
    wipe_per_hour: int = 0
    """Settings are wiped when more hurtful reads than this come within an hour; 0 = off.

    Only on reset-prone firmware (docs/protocol.md sections 2.4 and 2.7).
    """
    garbage: str = ""
    """A name of `garbage.GARBAGE`, or "any"; "" = off."""
    garbage_rate: float = 1.0
    """Probability that a reply is replaced while `garbage` is on."""
    lying_data: str = ""
    """One of the keys of `readings.LIES`, told wrongly by Marstek.GetData; "" = off."""
    full_at: float = 0.0
    """% from which on the cells take nothing, as cells out of balance do; 0 = off."""
    empty_at: float = 0.0
    """% down to which the cells give anything; 0 = off."""
    derated_to: float = 0.0
    """W that the cells take or give at most, as cold ones do; 0 = off."""
    frozen: bool = False
    """The same readings for ever although the battery goes on."""
    counters_stuck: bool = False
    """The energy counters stand still on the wire."""
    counter_glitch: float = 0.0
    """Probability that a reading shows the energy counters at 0, once."""
    ct_lost: bool = False
    """The CT is out of reach."""
    ct_lost_below: float = 0.0
    """The CT drops out while requests come at shorter intervals than this; 0 = off."""

    @classmethod
    def parse(cls, settings: list[str]) -> Self:
        """Build faults from texts like "loss=0.3"."""
        faults = cls()
        for setting in settings:
            name, _, text = setting.partition("=")
            faults.set(name, text)
        return faults

    def set(self, name: str, value: object) -> None:
        """Turn one knob, converting a text to the knob's own type."""
        if name not in _KINDS:
            raise ValueError(f"no fault {name!r}; there are: {', '.join(_KINDS)}")
        setattr(self, name, _KINDS[name](value))

    def clear(self) -> None:
        """Turn every knob off."""
        for field in fields(self):
            setattr(self, field.name, field.default)


def _whole(value: object) -> int:
    """Return a text or number as a whole number."""
    return int(str(value))


def _number(value: object) -> float:
    """Return a text or number as a number."""
    return float(str(value))


def _switch(value: object) -> bool:
    """Return whether a text, number or boolean means on."""
    return str(value).lower() in ("1", "true", "on", "yes")


def _garbage(value: object) -> str:
    """Return the name of a corruption that exists, "any", or "" for none."""
    name = str(value)
    if name not in {"", ANY, *GARBAGE}:
        raise ValueError(f"no garbage {name!r}; there is: {ANY}, {', '.join(GARBAGE)}")
    return name


def _error(value: object) -> int:
    """Return a `data` of the error table, or 0 for none."""
    data = _whole(value)
    if data not in {0, *ERRORS}:
        raise ValueError(f"no error {data}; there are: {', '.join(map(str, ERRORS))}")
    return data


_KINDS: Mapping[str, Callable[[object], object]] = {
    field.name: {bool: _switch, int: _whole, float: _number}.get(type(field.default), str)
    for field in fields(Faults)
} | {"garbage": _garbage, "error": _error}
"""Name of a knob to the conversion into its type."""


class Dice:
    """Seeded chance."""

    def __init__(self, seed: int, salt: str) -> None:
        """Start a stream of its own for each salt."""
        self.random = Random(f"{seed}:{salt}")

    def __call__(self, probability: float) -> bool:
        """Return True with a probability; neither 0 nor 1 consumes chance."""
        if probability <= 0:
            return False
        return probability >= 1 or self.random.random() < probability

    def latency(self, bounds: tuple[float, float]) -> float:
        """Return seconds between two bounds."""
        low, high = bounds
        return low if low == high else self.random.uniform(low, high)

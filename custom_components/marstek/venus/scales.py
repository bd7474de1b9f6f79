"""Scales of a battery's numbers, proven by its replies instead of by model and firmware (pure).

The table of profiles comes from firmware that somebody has read. Another firmware may send the same
value in another unit, which shows where values can't be true together: the remaining energy beside
capacity and state of charge (docs/protocol.md 2.4), the first solar input beside the sum of all
(2.5), a counter beside the power (2.6). A power beyond the inverter's limit is believed in the same
way, once the counters have agreed with it, up to the largest inverter; it allows no command. A
scale that several such observations agree on replaces that of the table. Observing goes on, so that
the table's own scale comes back in the same way, and another firmware begins anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from .models import Method
from .profiles import AC_POWER_MARGIN, LARGEST_INVERTER, Profile

# So many observations in a row, with at least so many different values, prove a scale: a battery
# that repeats itself has been observed once.
_VOTES: Final = 5
_DIFFERENT: Final = 3
# Truncation and a state of charge in whole percents stay within this share of the true value.
_AGREEMENT: Final = 0.15
_LEAST_SOC: Final = 20
_DECADES: Final = (0.1, 1.0, 10.0, 100.0)
_FIRST_INPUT_SCALES: Final = (0.1, 1.0)
# In W and s: clouds move between the read of the sum and that of the inputs.
_LEAST_SUN: Final = 100.0
_LONGEST_BETWEEN: Final = 60.0
# In Wh of each counter's way, and s between two readings of the power; losses, the house's other
# loads and readings a minute apart stay within the factor.
_COMPARED: Final = 500.0
_LONGEST_STEP: Final = 300.0
_COUNTER_FACTOR: Final = 1.6
# In Wh of the counters for one comparison with a power beyond the inverter's limit.
_BEYOND_COMPARED: Final = 50.0
_BEYOND_FACTOR: Final = 1.3


class Scale(StrEnum):
    """Numbers whose unit is observed."""

    STORED_ENERGY = "stored_energy"
    """`bat_capacity` of Bat.GetStatus."""
    FIRST_INPUT = "first_input"
    """`pv1_power` of PV.GetStatus."""
    COUNTERS = "counters"
    """`total_grid_*_energy` of ES.GetStatus."""
    INVERTER = "inverter_limit"
    """Largest AC power in W that readings may show; no unit, but proven in the same way."""


_CHOICES: Final[Mapping[Scale, tuple[float, ...]]] = {
    Scale.STORED_ENERGY: _DECADES,
    Scale.FIRST_INPUT: _FIRST_INPUT_SCALES,
    Scale.COUNTERS: (1.0, 10.0, 100.0),
    Scale.INVERTER: (float(LARGEST_INVERTER),),
}


def is_scale(scale: Scale, value: float) -> bool:
    """Tell whether a number can be a scale of a kind."""
    return value in _CHOICES[scale]


@dataclass(slots=True)
class _Ballot:
    """Observations in a row that agree."""

    scale: float | None = None
    votes: int = 0
    values: frozenset[float] = frozenset()

    def add(self, scale: float, value: float) -> bool:
        """Count an observation; return whether its scale is proven."""
        if scale != self.scale:
            self.scale, self.votes, self.values = scale, 0, frozenset()
        self.votes += 1
        if len(self.values) < _DIFFERENT:
            self.values |= {value}
        return self.votes >= _VOTES and len(self.values) >= _DIFFERENT


@dataclass(slots=True)
class _Span:
    """Energy by power and by counter, of one direction, since the last comparison."""

    counter: float | None = None
    energy: float = 0.0

    def scale(self, counter: float) -> float | None:
        """Return the scale that makes the counter agree with the power, once enough has flowed."""
        if self.counter is None or counter < self.counter or self.energy >= 4 * _COMPARED:
            # The first reading, a reset, or a counter that stands still.
            self.counter, self.energy = counter, 0.0
        counts = counter - self.counter
        if self.energy < _COMPARED or not counts:
            return None
        ratio = self.energy / counts
        self.counter, self.energy = counter, 0.0
        found = (
            each
            for each in _CHOICES[Scale.COUNTERS]
            if 1 / _COUNTER_FACTOR <= ratio / each <= _COUNTER_FACTOR
        )
        return next(found, None)


class Scales:
    """The scales of one battery that its replies have proven to differ from its profile."""

    def __init__(self, proven: Mapping[Scale, float] | None = None) -> None:
        """Go on with scales that were proven earlier, for the same firmware."""
        self.proven: dict[Scale, float] = dict(proven or {})
        self._ballots = {scale: _Ballot() for scale in Scale}
        self._charged, self._discharged = _Span(), _Span()
        self._beyond = _Span()
        self._beyond_read: tuple[float, float] | None = None
        """AC power in W beyond the inverter's limit, and when it was read."""
        self._power: tuple[float, float] | None = None
        """In W, and when it was read."""
        self._sun: tuple[float, float] | None = None
        """In W of all inputs, and when it was read."""

    def applied(self, profile: Profile) -> Profile:
        """Return the profile with the proven scales in the place of its own."""
        for scale, value in self.proven.items():
            match scale:
                case Scale.STORED_ENERGY:
                    profile = _with_stored_energy(profile, value)
                case Scale.FIRST_INPUT:
                    scales = (value, *profile.pv_channel_scales[1:])
                    profile = replace(profile, pv_channel_scales=scales)
                case Scale.COUNTERS:
                    profile = replace(profile, energy_scale=value)
                case Scale.INVERTER:
                    profile = replace(profile, inverter_limit=int(value))
        return profile

    def observe(
        self, method: Method, result: Mapping[str, Any], profile: Profile, now: float
    ) -> bool:
        """Take a reply, at monotonic seconds; return whether a proven scale has changed.

        `profile` is the one of the table.
        """
        before = dict(self.proven)
        match method:
            case Method.BATTERY:
                self._observe_cells(result, profile)
            case Method.PV if profile.pv_total_is_real:
                self._observe_inputs(result, profile, now)
            case Method.ENERGY:
                self._observe_energy(result, profile, now)
                self._observe_beyond(result, profile, now)
        return self.proven != before

    def _vote(self, scale: Scale, value: float, seen: float, of_table: float) -> None:
        if not self._ballots[scale].add(value, seen):
            return
        if value == of_table:
            self.proven.pop(scale, None)
        else:
            self.proven[scale] = value

    def _observe_cells(self, result: Mapping[str, Any], profile: Profile) -> None:
        soc, rated, stored = (
            _number(result, key, 0, 1e6) for key in ("soc", "rated_capacity", "bat_capacity")
        )
        if not soc or not rated or not stored or not _LEAST_SOC <= soc <= 100:
            return
        for scale in _CHOICES[Scale.STORED_ENERGY]:
            if abs(stored * scale / (rated * soc / 100) - 1) <= _AGREEMENT:
                self._vote(Scale.STORED_ENERGY, scale, stored, profile.stored_energy_scale)

    def _observe_inputs(self, result: Mapping[str, Any], profile: Profile, now: float) -> None:
        first, *others = (_number(result, f"pv{number}_power", 0, 1e5) for number in range(1, 5))
        if self._sun is None or now - self._sun[1] > _LONGEST_BETWEEN or not first:
            return
        rest = sum(
            each * scale
            for each, scale in zip(others, profile.pv_channel_scales[1:], strict=True)
            if each is not None
        )
        total = self._sun[0]
        fitting = [
            scale
            for scale in _FIRST_INPUT_SCALES
            if abs(first * scale + rest - total) <= _AGREEMENT * total
        ]
        if total >= _LEAST_SUN and len(fitting) == 1:
            self._vote(Scale.FIRST_INPUT, fitting[0], first, profile.pv_channel_scales[0])

    def _observe_energy(self, result: Mapping[str, Any], profile: Profile, now: float) -> None:
        sun = _number(result, "pv_power", 0, profile.largest_ac_power * 2)
        self._sun = None if sun is None else (sun, now)
        largest = profile.largest_ac_power
        power = _number(result, "ongrid_power", -largest, largest)
        self._integrate(power, now)
        for span, key in (
            (self._charged, "total_grid_input_energy"),
            (self._discharged, "total_grid_output_energy"),
        ):
            counter = _number(result, key, 0, 1e9)
            if counter is not None and (scale := span.scale(counter)) is not None:
                self._vote(Scale.COUNTERS, scale, counter, profile.energy_scale)

    def _observe_beyond(self, result: Mapping[str, Any], profile: Profile, now: float) -> None:
        """Compare a power beyond the inverter's limit with the counter of its direction."""
        largest = AC_POWER_MARGIN * LARGEST_INVERTER
        power = _number(result, "ongrid_power", -largest, largest)
        key = "total_grid_output_energy" if (power or 0) > 0 else "total_grid_input_energy"
        counter = _number(result, key, 0, 1e9)
        last = self._beyond_read
        if power is None or counter is None or abs(power) <= profile.largest_ac_power:
            self._beyond_read = None
            return
        self._beyond_read = power, now
        if last is None or last[0] * power < 0 or not 0 <= now - last[1] <= _LONGEST_STEP:
            self._beyond = _Span(counter)
            return
        span = self._beyond
        span.energy += abs(last[0] + power) / 2 * (now - last[1]) / 3600
        if span.energy < _BEYOND_COMPARED or span.counter is None:
            return
        ratio = (counter - span.counter) * self.applied(profile).energy_scale / span.energy
        agrees = 1 / _BEYOND_FACTOR <= ratio <= _BEYOND_FACTOR
        limit = LARGEST_INVERTER if agrees else profile.inverter_limit
        self._vote(Scale.INVERTER, limit, counter, profile.inverter_limit)
        self._beyond = _Span(counter)

    def _integrate(self, power: float | None, now: float) -> None:
        """Add the energy since the last reading; nothing is compared across a gap."""
        last, self._power = self._power, None if power is None else (power, now)
        if last is None or power is None or not 0 <= now - last[1] <= _LONGEST_STEP:
            self._charged, self._discharged = _Span(), _Span()
            return
        hours = (now - last[1]) / 3600
        for span, sign in ((self._charged, -1), (self._discharged, 1)):
            span.energy += (max(0.0, sign * last[0]) + max(0.0, sign * power)) / 2 * hours


def _with_stored_energy(profile: Profile, scale: float) -> Profile:
    """Return a profile with another unit of the remaining energy, and with it of the temperature.

    Firmware that sends the energy in 10 Wh sends the temperature in 0.1 C: both are the raw numbers
    of the cells, or neither is (2.4). HMG-50 alone does otherwise.
    """
    temperature = profile.temperature_scale
    if temperature is not None and temperature * profile.stored_energy_scale == 1:
        temperature = {1.0: 1.0, 10.0: 0.1}.get(scale, temperature)
    return replace(profile, stored_energy_scale=scale, temperature_scale=temperature)


def _number(result: Mapping[str, Any], key: str, low: float, high: float) -> float | None:
    value = result.get(key)
    if type(value) is bool or not isinstance(value, (int, float)) or not low <= value <= high:
        return None
    return float(value)

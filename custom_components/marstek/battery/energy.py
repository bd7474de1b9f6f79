"""Energy totals that only ever rise, from counters that stick, jump and start again.

The device's counter is the truth while it moves as the power says it should. While it stands still
although power flows, and where there is none, power is integrated over time. What integration has
added is never added again when the counter catches up.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from ..stored import MOST_ENERGY, MOST_POWER, StoredPart, flag, number, whole

# Between two power readings further apart than this nothing is assumed about the power, in s.
LONGEST_STEP: Final = 600.0
# A counter counts as stuck once this much, in Wh or in its own steps, has flowed past it.
_STUCK_ENERGY: Final = 50.0
_STUCK_STEPS: Final = 3
# A counter may be this much ahead of what the largest power could have moved.
_PLAUSIBLE_FACTOR: Final = 1.2
# A counter that moved at least this share of what flowed past it has caught up.
_CAUGHT_UP_SHARE: Final = 0.5
# A counter is compared with the power over this much energy, in Wh, and trusted within a factor.
_COMPARED_ENERGY: Final = 300.0
_TRUSTED_FACTOR: Final = 2.0
# Seconds since the epoch that no clock shows.
_LATEST: Final = 1e11
# A jump is believed after this many readings that go on from it.
_READINGS_TO_BELIEVE: Final = 3


@dataclass(slots=True)
class EnergyMeter:
    """One direction of energy, in Wh; times are seconds since the epoch, powers W of 0 or more."""

    total: float = 0.0
    """What is shown."""
    counter: float | None = None
    """The device's counter when it was last believed."""
    counter_at: float | None = None
    power: float = 0.0
    power_at: float | None = None
    unseen: float = 0.0
    """Integrated since the counter last moved."""
    shown: float = 0.0
    """The part of `unseen` that is in `total` already."""
    strange: float | None = None
    """A counter that jumped and is not believed yet."""
    strange_readings: int = 0
    trusted: bool = True
    """False while the counter does not agree with the power: wrong unit, or much of it missing."""
    compared_power: float = 0.0
    compared_counter: float = 0.0
    gapped: bool = False
    """True when power is missing for a part of `unseen`, so that it can't judge the counter."""

    is_unknown: bool = False
    """True when the stored total could not be read, until the device's counter is."""

    @property
    def shown_total(self) -> float | None:
        """The total to publish in Wh, None while it is unknown."""
        return None if self.is_unknown else round(self.total, 1)

    def resume(self, last: float) -> None:
        """Go on from the value in Wh that was shown last, where the stored one was unreadable."""
        if self.is_unknown:
            self.total += last
            self.is_unknown = False

    @classmethod
    def restore(cls, stored: StoredPart) -> Self:
        """Return a meter as it was stored.

        Without its total it begins again at the device's counter: a total that falls to 0 would
        be taken for consumption when it rises again.
        """
        energy, moment = number(0.0, MOST_ENERGY), number(0.0, _LATEST)
        total = stored.value("total", energy, 0.0)
        is_unknown = stored.value("is_unknown", flag, default=False)
        if is_unknown or stored.lacks("total"):
            return cls(is_unknown=True)
        unseen, shown = stored.value("unseen", energy, 0.0), stored.value("shown", energy, 0.0)
        if shown > unseen or stored.is_damaged("unseen", "shown"):
            unseen = shown = 0.0
        return cls(
            total=total,
            counter=stored.optional("counter", energy),
            counter_at=stored.optional("counter_at", moment),
            power=stored.value("power", number(0.0, MOST_POWER), 0.0),
            power_at=stored.optional("power_at", moment),
            unseen=unseen,
            shown=shown,
            strange=stored.optional("strange", energy),
            strange_readings=stored.value("strange_readings", whole(0, _READINGS_TO_BELIEVE), 0),
            trusted=stored.value("trusted", flag, default=True),
            compared_power=stored.value("compared_power", energy, 0.0),
            compared_counter=stored.value("compared_counter", energy, 0.0),
            gapped=stored.value("gapped", flag, default=False),
        )

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return asdict(self)

    def add_power(self, power: float, now: float, *, resolution: float | None) -> None:
        """Integrate the power since the last reading.

        `resolution` is the counter's step in Wh, None when there is no counter: then the
        integral is the total.
        """
        elapsed = 0.0 if self.power_at is None else now - self.power_at
        if 0 <= elapsed <= LONGEST_STEP:
            self.unseen += (self.power + power) / 2 * elapsed / 3600
        else:
            self.gapped = True
        self.power, self.power_at = power, now
        if not resolution or not self.trusted or self.unseen > _stuck_energy(resolution):
            self._show()

    def _show(self) -> None:
        """Let the total rise by what was integrated since the counter last moved."""
        self.total += self.unseen - self.shown
        self.shown = self.unseen

    def add_counter(
        self, counter: float, now: float, *, resolution: float, max_power: float
    ) -> None:
        """Follow the device's counter, in Wh."""
        if self.counter is None or self.counter_at is None:
            self._begin(counter, now)
            return
        step = counter - self.counter
        if -2 * resolution <= step < 0:
            return
        elapsed = max(0.0, now - self.counter_at)
        limit = max_power * _PLAUSIBLE_FACTOR * elapsed / 3600 + 2 * resolution + 2 * self.unseen
        if step < 0 or step > limit:
            self._doubt(counter, now, resolution)
        else:
            self._believe(counter, step, now)

    def _begin(self, counter: float, now: float) -> None:
        """Take a first counter: a new meter shows what the battery has counted so far."""
        if self.total == 0.0 or self.is_unknown:
            self.total = counter
        self.is_unknown = False
        self._restart(counter, now)

    def _believe(self, counter: float, step: float, now: float) -> None:
        self.strange, self.strange_readings = None, 0
        self.counter_at = now
        if step == 0:
            return
        goes_on_without_the_rest = self.shown > 0 and step < _CAUGHT_UP_SHARE * self.unseen
        if self.trusted and not goes_on_without_the_rest:
            self.total += max(0.0, step - self.shown)
        self._compare(step)
        self._restart(counter, now)

    def _compare(self, step: float) -> None:
        """Judge the counter by the power, whenever enough of it has flowed."""
        if self.gapped:
            return
        self.compared_power += self.unseen
        self.compared_counter += step
        if self.compared_power >= _COMPARED_ENERGY:
            ratio = self.compared_counter / self.compared_power
            self.trusted = 1 / _TRUSTED_FACTOR <= ratio <= _TRUSTED_FACTOR
            self.compared_power = self.compared_counter = 0.0

    def _restart(self, counter: float, now: float) -> None:
        """Go on from a counter whose energy is in the total."""
        self.counter, self.counter_at = counter, now
        self.unseen = self.shown = 0.0
        self.gapped = False
        self.strange, self.strange_readings = None, 0

    def _doubt(self, counter: float, now: float, resolution: float) -> None:
        """Ignore a glitch; start again from a counter that was reset."""
        goes_on = self.strange is not None and 0 <= counter - self.strange <= 10 * resolution + 100
        self.strange_readings = self.strange_readings + 1 if goes_on else 1
        self.strange = counter
        if self.strange_readings >= _READINGS_TO_BELIEVE:
            self._show()
            self._restart(counter, now)


def _stuck_energy(resolution: float) -> float:
    return max(_STUCK_ENERGY, _STUCK_STEPS * resolution)

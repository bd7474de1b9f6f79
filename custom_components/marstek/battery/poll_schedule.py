"""Poll schedule of a battery: methods and intervals, as often as its firmware bears."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Final

from ..venus import Danger, Method, Profile


class Reading(StrEnum):
    """A group of values that are read together and grow old together."""

    POWER = "power"
    MODE = "mode"
    CELLS = "cells"
    PV = "pv"
    METER = "meter"
    BLUETOOTH = "bluetooth"
    WIFI = "wifi"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two polls, by reading."""

    power: float
    mode: float
    cells: float
    meter: float
    """For the meter, and for solar channels where their total comes with the power."""
    wifi: float = 900
    bluetooth: float = 900
    device: float = 3600


# docs/protocol.md 1.5 for what is borne, 2.4 and 2.7 for what provokes resets.
_STEADY: Final = Intervals(power=30, mode=120, cells=300, meter=50)
_STEADY_WITH_PV: Final = Intervals(power=30, mode=180, cells=600, meter=60)
_CAREFUL: Final = Intervals(power=60, mode=300, cells=600, meter=120)
_GENTLE: Final = Intervals(power=60, mode=1800, cells=3600, meter=300)
# Two requests for one power reading: the solar input comes apart.
_GENTLE_WITH_PV: Final = Intervals(power=90, mode=1800, cells=3600, meter=300)
_SHARED_CHANNEL: Final = Intervals(power=120, mode=600, cells=900, meter=600)

# After a command the battery is watched more closely.
BOOST_SECONDS: Final = 300.0
_BOOSTED_INTERVAL: Final = 30.0
# While the meter is lost on firmware where polling is what drops it.
_METER_LOST_FACTOR: Final = 2.5
# A poll that is due this soon is made now: timers of the event loop are not exact.
_LOOKAHEAD: Final = 1.0
# GetMode takes the place of an ES.GetStatus that is due when it will be due itself this soon.
_REPLACEMENT_LOOKAHEAD: Final = 5.0
_FIRST_RETRY: Final = 10.0
_RETRY_FACTOR: Final = 1.5
_MISSES_TO_STALE: Final = 3
_LONGEST_POWER_AGE: Final = 270.0
# Of a battery that answers nothing. It is unavailable within 120 to 240 s of darkness, also when
# it is polled every 120 s, as its silence begins with the first request that is lost.
_LONGEST_DARK_AGE: Final = 220.0
_SHORTEST_SILENCE: Final = 120.0

# What each method is read for, in the order in which they are read when several are due.
_PURPOSES: Final = {
    Method.DEVICE: Reading.DEVICE,
    Method.MODE: Reading.MODE,
    Method.ENERGY: Reading.POWER,
    Method.PV: Reading.PV,
    Method.METER: Reading.METER,
    Method.BATTERY: Reading.CELLS,
    Method.WIFI: Reading.WIFI,
    Method.BLUETOOTH: Reading.BLUETOOTH,
    Method.DATA: Reading.POWER,
}
_ORDER: Final = tuple(_PURPOSES)
_READ_BY: Final = {purpose: method for method, purpose in reversed(_PURPOSES.items())}
# Where Marstek.GetData tells power and mode: for the totals, and to hold it against.
_BESIDE_DATA: Final = {Method.ENERGY: 600.0, Method.MODE: 1800.0}
_PACES: Final = {
    Method.MODE: attrgetter("mode"),
    Method.BATTERY: attrgetter("cells"),
    Method.METER: attrgetter("meter"),
    Method.PV: attrgetter("meter"),
    Method.WIFI: attrgetter("wifi"),
    Method.BLUETOOTH: attrgetter("bluetooth"),
}
_SLOWEST: Final = attrgetter("device")


def intervals_for(profile: Profile) -> Intervals:
    """Return how often a firmware may be polled."""
    if Danger.WIPES_SETTINGS in profile.dangers:
        return _GENTLE_WITH_PV if profile.has_pv else _GENTLE
    if Danger.LOSES_METER in profile.dangers:
        return _SHARED_CHANNEL
    if profile.steady:
        return _STEADY_WITH_PV if profile.has_pv else _STEADY
    return _CAREFUL


def always_needed(profile: Profile) -> frozenset[Reading]:
    """Return what is read whether or not an entity shows it: alerts and commands go by it."""
    has_cells = profile.temperature_scale is not None or profile.voltage_scale is not None
    cells = {Reading.CELLS} if has_cells else set[Reading]()
    return frozenset({Reading.DEVICE, Reading.MODE, *cells})


@dataclass(slots=True)
class _Freshness:
    last_ok: float | None = None
    misses: int = 0


@dataclass(slots=True)
class _Due:
    at: float
    misses: int = 0


@dataclass(slots=True)
class PollSchedule:
    """Decides on the next poll of one battery. Times are monotonic seconds."""

    profile: Profile
    boosted_until: float = float("-inf")
    meter_lost: bool = False
    trusts_data: bool = False
    """True where Marstek.GetData has proven itself: it is polled in place of two others."""
    _due: dict[Method, _Due] = field(default_factory=dict)
    _freshness: dict[Reading, _Freshness] = field(default_factory=dict)

    @property
    def _power_source(self) -> Method:
        """The method that power comes from: ES.GetStatus never answers on some firmware."""
        if self.trusts_data:
            return Method.DATA
        return Method.ENERGY if self.profile.supports(Method.ENERGY) else Method.MODE

    def _carries_power(self, method: Method) -> bool:
        """Tell whether a battery's power is known only with this method."""
        is_solar_part = method is Method.PV and not self.profile.pv_total_is_real
        return method is self._power_source or is_solar_part

    def interval(self, method: Method, now: float) -> float:
        """Return the seconds between two polls of a method at this moment."""
        intervals = intervals_for(self.profile)
        if self.trusts_data and method in _BESIDE_DATA:
            return _BESIDE_DATA[method]
        if self._carries_power(method) and now < self.boosted_until:
            return min(intervals.power, _BOOSTED_INTERVAL)
        slowed = _METER_LOST_FACTOR if self.meter_lost else 1
        if self._carries_power(method):
            return intervals.power * slowed
        pace: float = _PACES.get(method, _SLOWEST)(intervals)
        return pace * slowed if method is Method.METER else pace

    def feeds(self, method: Method) -> frozenset[Reading]:
        """Return the readings that an answer to a method renews.

        GetMode carries power too, but not the solar input that a battery's power depends on.
        """
        readings = {_PURPOSES[method]}
        if method is Method.DATA:
            readings.add(Reading.MODE)
        if method is Method.MODE and not self.profile.has_pv:
            readings.add(Reading.POWER)
        return frozenset(readings)

    def methods(self, wanted: Collection[Reading]) -> tuple[Method, ...]:
        """Return the methods to poll for some readings; power is always wanted."""
        needed = {Reading.POWER, *wanted}
        if self.profile.has_pv and not self.profile.pv_total_is_real:
            needed.add(Reading.PV)
        if self._power_source is Method.MODE:
            needed.add(Reading.MODE)
        return tuple(
            method
            for method, reading in _PURPOSES.items()
            if reading in needed and self._may_poll(method)
        )

    def _may_poll(self, method: Method) -> bool:
        return self.trusts_data if method is Method.DATA else self.profile.supports(method)

    def due_at(self, method: Method) -> float:
        """Return when a method is due: at once when it was never read."""
        due = self._due.get(method)
        return due.at if due else float("-inf")

    def next_method(self, wanted: Collection[Reading], now: float) -> Method | None:
        """Return the method to poll now, None when nothing is due."""
        methods = self.methods(wanted)
        due = [method for method in methods if self.due_at(method) <= now + _LOOKAHEAD]
        if not due:
            return None
        if Method.ENERGY in due and Method.MODE in methods and self._mode_replaces_energy(now):
            return Method.MODE
        return min(due, key=lambda method: (self.misses(method), _ORDER.index(method)))

    def _mode_replaces_energy(self, now: float) -> bool:
        soon = self.due_at(Method.MODE) <= now + _REPLACEMENT_LOOKAHEAD
        known = Method.ENERGY in self._due and Method.MODE in self._due
        return known and soon and not self.profile.has_pv and not self.misses(Method.MODE)

    def misses(self, method: Method) -> int:
        """Return how often in a row a method was not answered."""
        due = self._due.get(method)
        return due.misses if due else 0

    def next_at(self, wanted: Collection[Reading]) -> float:
        """Return when the next poll is due."""
        return min(self.due_at(method) for method in self.methods(wanted))

    def succeeded(self, method: Method, started: float, now: float) -> None:
        """Note an answer to a poll that was due, and decided on, at `started`."""
        feeds = self.feeds(method)
        for reading in feeds:
            self._freshness[reading] = _Freshness(last_ok=now)
        self._due[method] = _Due(started + self.interval(method, started))
        if method is Method.MODE and Reading.POWER in feeds and Method.ENERGY in self._due:
            self._due[Method.ENERGY] = _Due(started + self.interval(Method.ENERGY, started))

    def failed(self, method: Method, now: float) -> None:
        """Note that a poll was not answered, and plan an earlier repetition."""
        misses = self.misses(method) + 1
        retry = _FIRST_RETRY * _RETRY_FACTOR ** min(misses - 1, 20)
        self._due[method] = _Due(now + min(retry, self.interval(method, now)), misses)
        for reading in self.feeds(method):
            self.missed(reading)
        if method is Method.DATA:
            self.hurry(Method.ENERGY)

    def missed(self, reading: Reading) -> None:
        """Count a miss of a reading."""
        self._freshness.setdefault(reading, _Freshness()).misses += 1

    def expire(self) -> None:
        """Let great age alone make each reading stale from now on, until it is read again.

        The values of a battery that was dark must not come back with its first sign of life.
        """
        for reading in Reading:
            freshness = self._freshness.setdefault(reading, _Freshness())
            freshness.misses = max(freshness.misses, _MISSES_TO_STALE)

    def postpone(self, method: Method, until: float) -> None:
        """Leave a method alone until then."""
        self._due[method] = _Due(until, self.misses(method))

    def hurry(self, method: Method) -> None:
        """Make a method due now."""
        self._due.pop(method, None)

    def boost(self, now: float) -> None:
        """Watch more closely for a while."""
        self.boosted_until = now + BOOST_SECONDS
        power = self._power_source
        self._due[power] = _Due(min(self.due_at(power), now + _BOOSTED_INTERVAL))

    def longest_age(self, reading: Reading, now: float) -> float:
        """Return the age in seconds up to which a reading is taken for current."""
        method = _READ_BY[reading]
        if reading is Reading.POWER or (method is Method.PV and self._carries_power(method)):
            interval = self.interval(self._power_source, now)
            return min(120.0 + 1.5 * interval, max(_LONGEST_POWER_AGE, 1.5 * interval + 60.0))
        return 120.0 + 3 * self.interval(method, now)

    def is_awaited(self, reading: Reading) -> bool:
        """Tell whether a reading has yet to be read for the first time.

        Power never is: without it a battery is not set up.
        """
        freshness = self._freshness.get(reading, _Freshness())
        never_read = freshness.last_ok is None
        return reading is not Reading.POWER and never_read and freshness.misses < _MISSES_TO_STALE

    def is_fresh(self, reading: Reading, now: float, *, silent_for: float = 0) -> bool:
        """Tell whether a reading can be shown: one miss never makes it stale, great age does.

        `silent_for` are the seconds for which a dark battery has answered nothing, commands
        included, and 0 for any other: no poll has to be missed before its values are stale. A
        short silence does not make them younger: the battery may have said its name only.
        """
        freshness = self._freshness.get(reading)
        if freshness is None or freshness.last_ok is None:
            return False
        age, longest = now - freshness.last_ok, self.longest_age(reading, now)
        if silent_for >= _SHORTEST_SILENCE:
            return age <= min(longest, _LONGEST_DARK_AGE)
        return age <= (longest if freshness.misses >= _MISSES_TO_STALE else 2 * longest)

"""A home with a plan, and all that is known of what happens to it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import datetime as dt
from random import Random
from typing import Final

from homeassistant.helpers import device_registry as dr

from simulator import Outcome, SimulatedBattery
from tests.support.plan_home import PlanHome

from .calls import Calls
from .decisions import Decisions

EXCUSED_FOR: Final = 900.0
"""Seconds for which a battery may do something else after what has happened to it."""
_HEARD: Final = (Outcome.ANSWERED, Outcome.ERROR, Outcome.REFUSED, Outcome.LIED)
_MOST_TRAIL: Final = 60


class World:
    """Holds the home, what people have decided in it, and what has happened lately."""

    def __init__(
        self, home: PlanHome, rng: Random, on_event: Callable[[str], None] | None = None
    ) -> None:
        """Start with nothing decided; `on_event` is called with each event as it happens."""
        self.home = home
        self.rng = rng
        self._on_event = on_event
        self.decisions = Decisions()
        self.calls = Calls(self.note)
        self.trail: list[str] = []
        self.events: dict[str, int] = {}
        self.heard_at: dict[str, float] = {}
        """When each battery was last asked and answered, by BLE MAC."""
        self._seen: dict[str, int] = {}
        self._troubled: dict[str, float] = {}
        self.started_at = self.time
        """When Home Assistant was last started, or an entry was loaded."""
        self._clock_set_at = float("-inf")
        self.first_trail: list[str] = []
        """What had happened before the first thing that was wrong."""
        self.is_deciding = False
        """True while a decision is carried out, so that either state is right."""
        self.person_commands: dict[tuple[dt.date, str], int] = {}

    @property
    def time(self) -> float:
        """Seconds that nobody sets."""
        return asyncio.get_running_loop().time()

    def note(self, text: str) -> None:
        """Note what is wrong, with what has happened before it."""
        broken = self.home.guard.broken
        if not any(text in line for line in broken):
            broken.append(f"{self.home.now:%d %b %H:%M:%S} {text}")

    def keep_trail(self) -> None:
        """Keep what has happened until now once anything is wrong."""
        if self.home.guard.broken and not self.first_trail:
            self.first_trail = list(self.trail)

    def happened(self, text: str) -> None:
        """Write down what happens."""
        self.trail.append(f"{self.home.now:%d %b %H:%M:%S} {text}")
        if self._on_event is not None:
            self._on_event(self.trail[-1])
        del self.trail[:-_MOST_TRAIL]

    def any_battery(self) -> SimulatedBattery:
        """Return one of the batteries."""
        return self.rng.choice(self.home.batteries)

    def trouble(self, battery: SimulatedBattery, seconds: float = 0.0) -> None:
        """Excuse a battery while something happens to it, and some time longer."""
        key = battery.spec.ble_mac
        until = self.time + seconds + EXCUSED_FOR
        self._troubled[key] = max(self._troubled.get(key, 0.0), until)

    def trouble_all(self, seconds: float = 0.0) -> None:
        """Excuse all batteries while something happens to the house."""
        for battery in self.home.batteries:
            self.trouble(battery, seconds)

    def excuse(self) -> None:
        """Let the guard of the home know which batteries are excused."""
        now = self.time
        self.home.excused.clear()
        self.home.excused |= {key for key, until in self._troubled.items() if until > now}

    def clock_set(self) -> None:
        """Note that the clock of Home Assistant was set."""
        self._clock_set_at = self.time

    @property
    def is_clock_right(self) -> bool:
        """Tell whether the clock has been right for half an hour."""
        is_right = not self.home.place.clock.offset
        return is_right and self.time - self._clock_set_at > 1800

    def device_id(self, battery: SimulatedBattery) -> str | None:
        """Return the device of a battery, None while it has none."""
        entry = self.home.place.entry(battery)
        devices = dr.async_entries_for_config_entry(dr.async_get(self.home.hass), entry.entry_id)
        return devices[0].id if devices else None

    def commanded(self, battery: SimulatedBattery) -> None:
        """Note that a person commands a battery."""
        day = (self.home.now.date(), battery.spec.ble_mac)
        self.person_commands[day] = self.person_commands.get(day, 0) + 1

    def listen(self) -> None:
        """Note which batteries have answered since the last look."""
        for battery in self.home.batteries:
            key = battery.spec.ble_mac
            exchanges = battery.exchanges
            if len(exchanges) < self._seen.get(key, 0):
                self._seen[key] = 0
            for exchange in exchanges[self._seen.get(key, 0) :]:
                if exchange.outcome in _HEARD and exchange.replied:
                    self.heard_at[key] = exchange.replied[-1]
            self._seen[key] = len(exchanges)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something after a while."""
        asyncio.get_running_loop().call_later(seconds, work)

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Judge no decision meanwhile."""
        self.is_deciding = True
        try:
            yield
        finally:
            self.is_deciding = False

    def boundary(self) -> dt.datetime:
        """Return when the off-peak hours next begin or end, by the plan."""
        plan = self.home.plan
        return plan.tariff.settings.off_peak.next_change(self.home.now.astimezone(dt.UTC))

"""A home with the plan, sources that answer over real TCP, and a clock that moves when told."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from simulator.colours import load_history
from simulator.tempo import TempoServer
from tests.support.moments import paris
from tests.support.timers import fire_timers

HISTORY = load_history(Path(__file__).parents[1] / "data" / "tempo_history.csv")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
# In a winter with red days: 2026-01-13 is blue, 2026-01-14 white.
START = datetime(2026, 1, 13, 5, 40, tzinfo=UTC)


@dataclass(slots=True)
class Change:
    """A state that was written."""

    at: datetime
    entity_id: str
    old: str | None
    new: str | None


class FrozenHome:
    """Home Assistant with a plan."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, server: TempoServer
    ) -> None:
        """Know the parts; nothing is set up yet."""
        self.hass = hass
        self.server = server
        self._freezer = freezer

    @property
    def now(self) -> datetime:
        """The moment that it is."""
        return datetime.now(UTC)

    async def go_to(self, moment: datetime) -> None:
        """Let the clock jump to a moment, and wait for all that happens then."""
        self._freezer.move_to(moment)
        fire_timers(self.hass, moment)
        await self.settle()

    @property
    def entry(self) -> ConfigEntry[Any]:
        """The entry of the plan."""
        (entry,) = self.hass.config_entries.async_entries(DOMAIN)
        return entry

    async def jump(self, moment: datetime) -> None:
        """Begin at another moment, before anything is set up."""
        self._freezer.move_to(moment)

    async def go(self, day: date | str, clock: str) -> None:
        """Jump to a moment by the clock of Paris."""
        await self.go_to(paris(day, clock))

    async def live(self, until: datetime, step: timedelta = 10 * MINUTE) -> None:
        """Let time pass in steps."""
        while (moment := min(self.now + step, until)) < until:
            await self.go_to(moment)
        await self.go_to(until)

    async def set_clock(self, moment: datetime) -> None:
        """Set the wall clock, forwards or backwards; every timer that runs ends after that."""
        self._freezer.move_to(moment)
        fire_timers(self.hass, moment, every=True)
        await self.settle()

    async def fire_at(self, moment: datetime) -> None:
        """Jump to a moment without waiting for what begins then."""
        self._freezer.move_to(moment)
        fire_timers(self.hass, moment)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let Home Assistant work until something is so."""
        for _ in range(10_000):
            if condition():
                return
            await asyncio.sleep(0)
        raise AssertionError("It does not come about")

    async def settle(self) -> None:
        """Wait for what goes on."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def add(self, tariff: str = "tempo", **changes: Any) -> MockConfigEntry:
        """Add the entry of a plan without setting it up."""
        credentials = changes.pop("credentials", {})
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Plan",
            unique_id="plan",
            data={"kind": "plan", "tariff": tariff, **credentials},
            options={tariff: changes} if changes else {},
        )
        entry.add_to_hass(self.hass)
        return entry

    async def set_up(self, tariff: str = "tempo", **changes: Any) -> MockConfigEntry:
        """Add a plan and set it up."""
        entry = self.add(tariff, **changes)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()
        assert entry.state is ConfigEntryState.LOADED
        return entry

    async def stop(self, entry: ConfigEntry[Any]) -> None:
        """Unload."""
        assert await self.hass.config_entries.async_unload(entry.entry_id)
        await self.settle()

    async def restart(self, entry: ConfigEntry[Any], at: datetime | None = None) -> None:
        """Unload, let time pass, and load again from what was stored."""
        await self.stop(entry)
        await self.restart_stopped(entry, at or self.now)

    async def restart_stopped(self, entry: ConfigEntry[Any], at: datetime) -> None:
        """Load again at a moment."""
        self._freezer.move_to(at)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()

    def entity_id(self, key: str) -> str:
        """Return the entity with a key."""
        registry = er.async_get(self.hass)
        (found,) = (
            entry.entity_id
            for entry in registry.entities.values()
            if entry.platform == DOMAIN and entry.unique_id == f"plan_{key}"
        )
        return found

    def entity(self, key: str) -> State:
        """Return the state of an entity with its attributes."""
        state = self.hass.states.get(self.entity_id(key))
        assert state is not None, key
        return state

    def state(self, key: str) -> str:
        """Return the state of an entity."""
        return self.entity(key).state

    @property
    def colours(self) -> tuple[str, str]:
        """Colour of today and of tomorrow."""
        return self.state("colour_today"), self.state("colour_tomorrow")

    def issues(self) -> set[str]:
        """Return the repairs that are there."""
        return {
            issue.translation_key or ""
            for issue in ir.async_get(self.hass).issues.values()
            if issue.domain == DOMAIN and issue.active
        }

    def issue(self, key: str) -> Mapping[str, str]:
        """Return the placeholders of a repair."""
        (found,) = (
            issue
            for issue in ir.async_get(self.hass).issues.values()
            if issue.domain == DOMAIN and issue.translation_key == key
        )
        return found.translation_placeholders or {}

    async def call(self, **data: Any) -> list[dict[str, Any]]:
        """Ask for Tempo days with the action."""
        answer = await self.hass.services.async_call(
            DOMAIN, "get_tempo", data, blocking=True, return_response=True
        )
        assert answer is not None
        days = answer["days"]
        assert isinstance(days, list)
        return days  # type: ignore[return-value]

    @contextmanager
    def watch(self, *keys: str) -> Iterator[list[Change]]:
        """Collect the states that are written, of some entities or of all."""
        wanted = {self.entity_id(key) for key in keys}
        seen: list[Change] = []

        @callback
        def look(event: Event[EventStateChangedData]) -> None:
            data = event.data
            if wanted and data["entity_id"] not in wanted:
                return
            old, new = (
                state.state if state else None for state in (data["old_state"], data["new_state"])
            )
            seen.append(Change(self.now, data["entity_id"], old, new))

        stop = self.hass.bus.async_listen("state_changed", look)
        try:
            yield seen
        finally:
            stop()


def truth(day: date) -> str:
    """Return the real colour of a day."""
    return HISTORY[day]


def days(first: str, last: str) -> Iterable[date]:
    """Return the days of a span, both ends included."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += DAY

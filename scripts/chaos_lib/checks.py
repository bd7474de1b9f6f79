"""What must hold at each step, beside what the guard of the home looks at each minute."""

import asyncio
from collections.abc import Mapping
import datetime as dt
import resource
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from custom_components.marstek.battery.wear import DAILY_WRITES
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import async_get_hub
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.tempo import Colour
from simulator import SimulatedBattery

from .world import World

_STALE_AFTER: Final = 270.0
"""Seconds after the last answer from which on nothing may be shown as current."""
_SHOWN_WITHIN: Final = 660.0
"""Seconds after which a mode that a battery is in, and answers in, must be shown."""
_SOC_TOLERANCE: Final = 6.0
"""%: what flows in the time for which a reading counts as current."""
_WRITES_BY_HAND: Final = 12
"""Writes that a person's command may cost: slots, and the way back."""
_EXEMPT: Final = 30
"""Writes of a day that end something and are never refused."""
_MOST_TASKS: Final = 120
_MOST_TIMERS: Final = 600
_MOST_ISSUES: Final = 60
_REMOVED: Final = "missing"
"""Shown for an entity that somebody has removed, which comes back with the next reload."""
_UNAVAILABLE: Final = ("unavailable", "unknown", _REMOVED)
_CHARGED: Final = 80.0
"""% from which on nobody complains, where the owner wants no less."""
_UNCHARGED_BY: Final = 6.0
"""% below the target from which on the owner is told, and what a reading may be off."""
_SEARCH: Final = 60.0
"""Seconds after which a search for batteries that ran has ended by itself."""
_MODES: Final[Mapping[str, str]] = {
    "Auto": "auto",
    "AI": "ai",
    "Manual": "manual",
    "Passive": "passive",
}


class Checks:
    """Looks at the home, and notes what must not be."""

    def __init__(self, world: World) -> None:
        """Look at a world; nothing is looked at yet."""
        self._world = world
        self._other_mode_since: dict[str, float] = {}
        self._mornings: set[dt.date] = set()
        self._memory = 0

    def look(self) -> None:
        """Look at everything once."""
        world = self._world
        world.listen()
        world.excuse()
        world.calls.look()
        self._look_at_sizes()
        world.keep_trail()
        if not world.home.is_running:
            return
        for battery in world.home.batteries:
            self._look_at_entities(battery)
            self._look_at_wear(battery)
        self._look_at_decisions()
        self._look_at_red_morning()

    def _look_at_entities(self, battery: SimulatedBattery) -> None:
        """Check that nothing stale is shown as current, and nothing that is not so."""
        world, key = self._world, battery.spec.ble_mac
        place = world.home.place
        if place.entry(battery).state is not ConfigEntryState.LOADED:
            return
        silence = world.time - world.heard_at.get(key, world.time)
        shown = {name: self._state(battery, "sensor", name) for name in ("soc", "battery_power")}
        shown["mode"] = self._state(battery, "select", "mode")
        if silence > _STALE_AFTER:
            current = {name for name, state in shown.items() if state not in _UNAVAILABLE}
            if current:
                world.note(f"{key}: {current} shown after {silence:.0f} s of silence")
            return
        soc = shown["soc"]
        if soc not in _UNAVAILABLE and abs(float(soc) - battery.state.soc) > _SOC_TOLERANCE:
            world.note(f"{key}: {soc} % shown, {battery.state.soc:.1f} % true")
        wanted = _MODES.get(battery.state.mode)
        if shown["mode"] in _UNAVAILABLE or wanted in (None, shown["mode"]):
            self._other_mode_since.pop(key, None)
            return
        since = self._other_mode_since.setdefault(key, world.time)
        if world.time - since > _SHOWN_WITHIN:
            world.note(f"{key}: {shown['mode']} shown for long, {wanted} true")

    def _state(self, battery: SimulatedBattery, platform: str, key: str) -> str:
        try:
            return self._world.home.place.state(battery, platform, key)
        except LookupError:
            return _REMOVED

    def _look_at_wear(self, battery: SimulatedBattery) -> None:
        """Check the writes of a day against the budget, people's own and those that end something aside."""
        world, now = self._world, self._world.home.now
        entry = world.home.place.entry(battery)
        if entry.state is not ConfigEntryState.LOADED or not world.is_clock_right:
            return
        key = battery.spec.ble_mac
        writes = entry.runtime_data.parts.memory.wear.writes_on(now.date())
        by_owner = _WRITES_BY_HAND * world.person_commands.get((now.date(), key), 0)
        if writes > DAILY_WRITES + _EXEMPT + by_owner:
            world.note(f"{key}: {writes} writes on {now.date()}, {by_owner} by hand")

    def _look_at_decisions(self) -> None:
        """Check that no decision of a person is forgotten, or goes on for ever."""
        world = self._world
        is_open = world.is_deciding or world.decisions.may_be_over(world.home.now)
        if not world.is_clock_right or is_open:
            return
        for text in world.decisions.forgotten(world.home):
            world.note(text)

    def _look_at_red_morning(self) -> None:
        """Check twenty minutes into a red day that each battery is charged, or its owner was told."""
        world, home = self._world, self._world.home
        now = home.now
        is_time = dt.time(6, 20) <= now.time() < dt.time(6, 25)
        is_red = home.colours.get(now.date()) is Colour.RED
        if not is_time or not is_red or now.date() in self._mornings:
            return
        self._mornings.add(now.date())
        is_undisturbed = world.is_clock_right and world.time - world.started_at > 1800
        if not is_undisturbed or not home.control.is_in_control:
            return
        told = {said.battery for said in home.kinds(Alert.RED_UNCHARGED)}
        enough = min(_CHARGED, home.control.options.strategy.red_target - _UNCHARGED_BY)
        for battery in home.batteries:
            key = battery.spec.ble_mac
            if key in home.control.memory.standing_back or battery.state.soc >= enough:
                continue
            if home.place.entry(battery).title not in told:
                world.note(f"{key}: {battery.state.soc:.0f} % on a red morning, and nobody told")

    def _look_at_sizes(self) -> None:
        """Check the bounds of what grows."""
        loop = asyncio.get_running_loop()
        tasks, timers = len(asyncio.all_tasks()), len(vars(loop)["_scheduled"])
        if tasks > _MOST_TASKS:
            self._world.note(f"{tasks} tasks")
        if timers > _MOST_TIMERS:
            self._world.note(f"{timers} timers")
        issues = ir.async_get(self._world.home.hass).issues
        ours = sum(domain == DOMAIN for domain, _ in issues)
        if ours > _MOST_ISSUES:
            self._world.note(f"{ours} repairs")

    def look_when_calm(self) -> None:
        """Check everything a quarter of an hour after the last mishap."""
        home = self._world.home
        for battery in home.batteries:
            key = battery.spec.ble_mac
            shown = self._state(battery, "select", "mode")
            if shown not in (_REMOVED, _MODES.get(battery.state.mode, "unknown")):
                self._world.note(f"{key}: calm, and {shown} shown for {battery.state.mode}")
            if self._state(battery, "sensor", "soc") in ("unavailable", "unknown"):
                self._world.note(f"{key}: calm, and no state of charge")
        step = home.shown.step
        home.excused.clear()
        if step is None:
            self._world.note("calm, and no plan")
        elif home.control.is_in_control and not home.control.memory.overrides:
            home.guard.compare(step)

    def memory_grown(self) -> int:
        """Return by how many kB the process has grown since this was first called."""
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._memory = self._memory or most
        return most - self._memory

    async def leave_nothing(self) -> None:
        """Unload all entries: no task, timer or socket of the integration may be left."""
        world, hass = self._world, self._world.home.hass
        await world.calls.cancel_all()
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state.recoverable and entry.state is not ConfigEntryState.NOT_LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        await asyncio.sleep(_SEARCH)
        loop = asyncio.get_running_loop()
        tasks = [
            task.get_name()
            for task in asyncio.all_tasks()
            if f"custom_components/{DOMAIN}" in repr(task.get_coro())
            or task.get_name().startswith(DOMAIN)
        ]
        timers = [
            repr(handle)[:200]
            for handle in vars(loop)["_scheduled"]
            if not handle.cancelled() and f"custom_components.{DOMAIN}" in repr(handle)
        ]
        ports = async_get_hub(hass).ports
        if tasks or timers or ports:
            world.note(f"left after unloading: {tasks} {timers} {ports}")

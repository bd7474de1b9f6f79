"""Sees to it that a run of Passive goes on, ends, and leaves the battery as it was before."""

import asyncio
from collections.abc import Callable, Coroutine
import datetime as dt
from typing import Any, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..venus import EnergyStatus, Mode, ModeStatus, Proof, VenusError, may_be_empty, may_be_full
from .commanded import BackTo, Commanded
from .commands import Commands
from .data import BatteryData, CommandProgress, CommandState
from .issues import KEEPS_LEAVING
from .memory import MemoryStore
from .ownership import Ownership
from .reports import Reports, Trouble
from .upkeep import Upkeep

LONGEST_RUN: Final = dt.timedelta(hours=24)
# The end by the clock is looked at again so often, in s: the system's clock may be set.
_LONGEST_SLEEP: Final = 60.0
# Between attempts to bring a battery back, in s: that is never given up.
_PAUSES: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
# So many seconds before its target a run is watched closely, longer would cost some firmware its
# meter.
_NEAR_TARGET: Final = 300.0
# So little above its depth of discharge, in %, a battery may give nothing.
_EMPTY_MARGIN: Final = 3
# In W: so much may be measured on a backup socket without a load.
_IDLE_BACKUP: Final = 20
# A countdown that was left behind, in s, puts the battery into Passive at 0 W.
_STRAY_FOR: Final = 900.0

type Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class Runs:
    """The run of one battery."""

    def __init__(
        self,
        commands: Commands,
        upkeep: Upkeep,
        store: MemoryStore,
        ownership: Ownership,
        reports: Reports,
        *,
        has_pv: bool,
        spawn: Spawn,
        watch_closely: Callable[[], None],
    ) -> None:
        """Run through `commands`; `spawn` starts a task that ends with the config entry.

        `reports` hears when a battery keeps leaving Passive, when it no longer does, and when a
        run ends early because the cells take or give no more.
        """
        self._commands = commands
        self._upkeep = upkeep
        self._store = store
        self._clock = commands.renewal.clock
        self._ownership = ownership
        self._has_pv = has_pv
        self._spawn = spawn
        self._watch_closely = watch_closely
        self._reports = reports
        self._is_reported = False
        self._exits = commands.renewal.exits
        self._standstill = commands.renewal.standstill
        self._task: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._stray: tuple[Mode, float, Commanded] | None = None

    @property
    def run(self) -> Commanded | None:
        """Run that a person began, or that is not undone yet; None without one."""
        commanded = self._store.memory.commanded
        return commanded if commanded.is_run else None

    @property
    def until(self) -> dt.datetime | None:
        """When it ends at the latest; None when there is none, or one that ends by hand only."""
        return _latest_end(self.run.until, self.run.target) if self.run else None

    @callback
    def async_prepare(self, *, hand_back: bool) -> None:
        """Continue or end a run after a start, before anything is renewed."""
        run = self.run
        if run is None:
            return
        if hand_back or run.is_past(dt_util.utcnow()) or run.kept is None:
            self._commands.end_run()

    async def async_begin(
        self, power: int, until: dt.datetime | None = None, target: int | None = None
    ) -> Proof | None:
        """Begin a run at a power in W, + discharges; it replaces one that is on.

        VenusError when the battery did not follow.
        """
        self._forget_exits()
        try:
            with self._ownership.async_claim():
                proof = await self._commands.async_run(power, until, target)
                self._ownership.async_take(_latest_end(until, target))
                return proof
        finally:
            self.async_follow()

    async def async_stop(self) -> bool:
        """End a run, or Manual by hand, now; return whether there was one.

        VenusError when the battery could not be brought back: that goes on in the background.
        """
        if not self._commands.is_held_by_owner:
            self._forget_exits()
            return False
        self._commands.end_run()
        if not self._is_returned():
            try:
                await self._commands.async_go_back(is_command=True)
            finally:
                self.async_follow()
        self._forget_exits()
        return True

    async def async_abandon(self) -> None:
        """End a run of a battery that is being removed; tried once."""
        run = self.run
        if run is None:
            return
        self._store.memory.commanded = run.abandoned()
        try:
            await self._commands.async_go_back()
        except VenusError as err:
            LOGGER.debug("Not brought back: %s", err)

    @callback
    def async_follow(self) -> None:
        """See to the end of the run that there is now; to be called after each command."""
        run = self.run
        if self._ending is not None and run is not None and run.is_over:
            return
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        self._task = None
        if run is not None and (run.until is not None or run.is_over):
            self._task = self._spawn(self._async_live(), "run")

    @callback
    def async_commanded(self) -> None:
        """Follow a new command; doubts about a run that is over are dropped."""
        if self.run is None:
            self._forget_exits()
        self.async_follow()

    async def _async_live(self) -> None:
        while (run := self.run) is not None and not run.is_past(now := dt_util.utcnow()):
            if run.until is None:
                return
            left = (run.until - now).total_seconds()
            await self._clock.sleep(min(_LONGEST_SLEEP, left))
        await self._async_end()
        self.async_commanded()

    async def _async_end(self) -> None:
        """Bring the battery back, again and again until that is proven."""
        self._ending = mine = asyncio.current_task()
        failures = 0
        try:
            self._commands.end_run()
            while (run := self.run) is not None and run.is_over and not self._is_returned():
                try:
                    await self._commands.async_go_back()
                except VenusError as err:
                    LOGGER.debug("Not brought back: %s", err)
                    await self._clock.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                    failures += 1
        finally:
            if self._ending is mine:
                self._ending = None

    def _is_returned(self) -> bool:
        """Leave the battery to the plan, if that takes it and nobody's choice stands."""
        run = self.run
        is_free = run is None or not (run.back_to.by_owner or run.is_stray)
        if not is_free or not self._ownership.async_return():
            return False
        self._commands.release_run()
        return True

    async def async_maintain(self, mode: Mode | None, mode_read_at: float) -> None:
        """Keep the run up; where somebody else has chosen a mode, that stands."""
        if not await self._upkeep.async_maintain(mode, mode_read_at):
            return
        if mode in (Mode.AUTO, Mode.AI, Mode.MANUAL):
            commanded = self._store.memory.commanded
            self._stray = (mode, self._clock.time() + _STRAY_FOR, commanded)
        self._ownership.async_take()
        if self._exits.is_too_many(self._clock.time()):
            self._tell(keeps_leaving=True)
            self._exits.forget()
        self.async_follow()

    @callback
    def async_look_at_mode(self, mode: Mode | None) -> None:
        """Take a read of the mode: the countdown of a run that was left must not park it."""
        self._standstill.saw_mode(is_passive=mode is Mode.PASSIVE)
        if self._stray is None:
            return
        chosen, until, commanded = self._stray
        memory = self._store.memory
        if self._clock.time() >= until or memory.commanded != commanded:
            self._stray = None
        elif mode is Mode.PASSIVE:
            self._stray = None
            memory.commanded = Commanded.stray(BackTo(chosen, memory.setpoint))
            self._task = self._spawn(self._async_end(), "stray countdown")

    @callback
    def async_look(self, status: EnergyStatus | ModeStatus, data: BatteryData) -> None:
        """Compare a run with a new reading; `data` are all readings of the battery.

        Sun, or a load on the backup socket, changes what Passive does on the AC side.
        """
        is_telling = not self._has_pv and (status.backup_power or 0) <= _IDLE_BACKUP
        soc, power = status.soc, status.ac_power if is_telling else None
        commanded, now = self._store.memory.commanded, self._clock.time()
        if not commanded.keeps(Mode.PASSIVE):
            return
        has_left = self._exits.look(commanded.power, power, now)
        self._standstill.look(commanded.power, data.battery_power, now)
        if not (run := commanded).is_running:
            return
        if run.is_reached(soc):
            self._finish()
            return
        if run.seconds_to_target(soc, data.rated_capacity) <= _NEAR_TARGET:
            self._watch_closely()
        if run.target is not None and self._standstill.is_proven(now):
            self._reports.send(CommandProgress(CommandState.EXHAUSTED))
            self._finish()
        elif has_left and not self._standstill.is_on:
            self._left(run, soc, 100 * (1 - data.depth_of_discharge), now)
        elif self._exits.is_steady(now):
            self._tell(keeps_leaving=False)

    def _left(self, run: Commanded, soc: int | None, floor: float, now: float) -> None:
        """Put a battery back into Passive, unless it is only full or empty."""
        if _is_exhausted(run, soc, floor):
            if run.target is not None:
                self._finish()
            return
        self._exits.found(now)
        if self._exits.is_too_many(now):
            if run.target is not None and run.power > 0 and soc is not None and may_be_empty(soc):
                self._finish()
                return
            self._tell(keeps_leaving=True)
        self._commands.renewal.hurry(is_doubtful=self._exits.is_too_many(now))

    def _finish(self) -> None:
        self._commands.end_run()
        self.async_follow()

    def _tell(self, *, keeps_leaving: bool) -> None:
        if keeps_leaving != self._is_reported:
            self._is_reported = keeps_leaving
            self._reports.send(Trouble(KEEPS_LEAVING, keeps_leaving))
            if keeps_leaving:
                self._reports.send(CommandProgress(CommandState.FAILED))

    def _forget_exits(self) -> None:
        self._stray = None
        self._exits.forget()
        self._standstill.forget()
        self._tell(keeps_leaving=False)


def _latest_end(until: dt.datetime | None, target: int | None) -> dt.datetime | None:
    """Return when a run ends at the latest; None for one that ends by hand only."""
    if until is None and target is not None:
        return dt_util.utcnow() + LONGEST_RUN
    return until


def _is_exhausted(run: Commanded, soc: int | None, floor: float) -> bool:
    """Tell whether a battery that does nothing may be full or empty."""
    if soc is None:
        return False
    return may_be_full(soc) if run.power < 0 else soc <= floor + _EMPTY_MARGIN

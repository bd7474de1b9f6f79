"""Notices that a battery has forgotten what it was given, as some firmware does (docs/protocol.md 3).

The evidence: a person had put it into a mode that outlives its restarts, that was proven, it then
was silent for minutes, and is found in Auto. Passive is no evidence, a restart ends it; nor is a
change without silence, which somebody has made in the app.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from homeassistant.util import dt as dt_util

from ..venus import Clock, Link, Mode, ModeStatus, Status
from .data import CommandProgress, CommandState
from .memory import Chosen, Lost, Memory, MemoryStore
from .settings import SettingsData
from .slot_mirror import Doubt

# In s: so long a silence is more than a few lost answers.
_SILENCE: Final = 120.0
_LASTING: Final = (Mode.MANUAL, Mode.AI, Mode.UPS)
# The mode itself was read, whatever is known of its power.
_MODE_PROVEN: Final = (CommandState.CONFIRMED, CommandState.ACCEPTED)


class WipeWatch:
    """Watch for a battery that has lost its mode or slots."""

    def __init__(
        self,
        store: MemoryStore,
        clock: Clock,
        is_busy: Callable[[], bool],
        tell: Callable[[bool], None],
    ) -> None:
        """Call `tell` when a loss is found or repaired; nothing is judged while `is_busy`."""
        self._store = store
        self._clock = clock
        self._is_busy = is_busy
        self._tell = tell
        self._is_restoring = False

    @property
    def _memory(self) -> Memory:
        return self._store.memory

    def start(self) -> None:
        """Report again a loss from before a restart of Home Assistant."""
        if self._memory.lost is not None:
            self._tell(True)

    def progressed(self, progress: CommandProgress) -> None:
        """Note a mode that was set from here."""
        mode, memory = progress.mode, self._memory
        if mode is None:
            return
        if memory.commanded.is_planned:
            # The plan puts right by itself what has become of its own modes.
            memory.chosen = None
        elif mode is not Mode.PASSIVE:
            is_proven = progress.state in _MODE_PROVEN and mode in _LASTING
            memory.chosen = self._standing(mode) if is_proven else None
            if mode in _LASTING and not progress.is_quiet:
                self.replaced()
        self._store.save_soon()

    def replaced(self) -> None:
        """Note that a person has chosen a mode, which replaces the lost one."""
        if self._memory.lost is not None and not self._is_restoring:
            self.restored()

    def restored(self) -> None:
        """Note that nothing is lost any more."""
        self._memory.lost = None
        self._store.save_soon()
        self._tell(False)

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """Take modes that are set meanwhile for a part of restoring."""
        self._is_restoring = True
        try:
            yield
        finally:
            self._is_restoring = False

    def look(self, link: Link) -> None:
        """Note that the battery is silent, also for after a restart of Home Assistant."""
        heard, memory = link.last_heard, self._memory
        if not link.breaker.is_open or heard is None or memory.was_silent:
            return
        if self._clock.time() - heard >= _SILENCE:
            memory.was_silent = True
            self._store.save_soon()

    def saw(self, status: Status) -> None:
        """Compare a mode that was read with the one that should be."""
        if not isinstance(status, ModeStatus) or self._is_busy():
            return
        memory, mode = self._memory, status.mode
        was_silent, memory.was_silent = memory.was_silent, False
        chosen = memory.chosen
        if mode is Mode.MANUAL and memory.commanded.keeps(mode):
            memory.chosen = self._standing(mode)
        elif chosen is None or mode in (chosen.mode, Mode.PASSIVE):
            return
        else:
            memory.chosen = None
            if was_silent and mode is Mode.AUTO:
                self._lose(chosen)
        self._store.save_soon()

    def _standing(self, mode: Mode) -> Chosen:
        commanded = self._memory.commanded
        return Chosen(mode, commanded.power if commanded.keeps(mode) else None)

    def _lose(self, chosen: Chosen) -> None:
        memory = self._memory
        memory.lost = Lost(chosen, memory.settings)
        memory.settings = SettingsData()
        memory.schedule.doubt(Doubt.RESTARTED, dt_util.utcnow())
        self._tell(True)

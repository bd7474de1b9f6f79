"""Watch over the mirror: notices from readings that the slots may not be as last written."""

from collections.abc import Callable
from typing import Final

from homeassistant.util import dt as dt_util

from ...venus import Clock, EnergyStatus, Link, Mode, ModeStatus, Purpose, Slot, Status, agrees
from ..memory import MemoryStore
from ..slot_mirror import Doubt, Mirror, covers

# In s: so long a silence is more than a few lost answers.
_SILENCE: Final = 120.0
# A battery's clock may be some minutes off, and power needs a while to follow.
_PATIENCE: Final = 600.0


class MirrorWatch:
    """Keeper of one battery's mirror: notes writes, and events that make slots uncertain."""

    def __init__(self, store: MemoryStore, clock: Clock, is_busy: Callable[[], bool]) -> None:
        """Keep the mirror in `store`; while `is_busy`, modes are not judged."""
        self._store = store
        self._clock = clock
        self._is_busy = is_busy
        self._mode: Mode | None = None
        self._mode_read_at = float("-inf")
        self._silent_since: float | None = None
        self._deviating: tuple[int, float] | None = None

    @property
    def _mirror(self) -> Mirror:
        return self._store.memory.schedule

    def slot_written(self, slot: Slot, accepted: bool | None) -> None:
        """Note a slot that was sent, whoever wanted it."""
        self._mirror.note(slot, accepted, dt_util.utcnow())
        self._deviating = None
        self._store.save_soon()

    def backup_entered(self) -> None:
        """Note that UPS is, or may be, on."""
        self._mirror.note_backup(dt_util.utcnow())
        self._store.save_soon()

    def mode_set(self, mode: Mode) -> None:
        """Note a mode that was set from here."""
        self._mode = mode
        self._deviating = None

    def saw(self, status: Status) -> None:
        """Compare a reading with the slots of the mirror."""
        since, self._silent_since = self._silent_since, None
        if since is not None and self._clock.time() - since >= _SILENCE:
            self._doubt(Doubt.RESTARTED)
        if isinstance(status, ModeStatus):
            self._saw_mode(status.mode)
        elif isinstance(status, EnergyStatus) and not status.pv_power:
            self._saw_power(status.ac_power, status.soc)

    def look(self, link: Link) -> None:
        """Note since when the battery is silent."""
        if link.breaker.is_open:
            self._silent_since = link.last_heard

    def firmware_changed(self) -> None:
        """Note that the battery runs another firmware than before."""
        self._doubt(Doubt.FIRMWARE)

    def _doubt(self, why: Doubt, numbers: set[int] | None = None) -> None:
        if self._mirror.doubt(why, dt_util.utcnow(), numbers):
            self._store.save_soon()

    def _saw_mode(self, mode: Mode | None) -> None:
        before, self._mode = self._mode, mode
        self._mode_read_at = self._clock.time()
        if mode is Mode.UPS and not self._mirror.is_backup:
            self.backup_entered()
        if self._is_busy():
            return
        if self._mirror.is_backup and mode is not Mode.UPS:
            self._mirror.is_backup = False
            self._store.save_soon()
        elif mode is Mode.AUTO and before in (Mode.MANUAL, Mode.PASSIVE):
            self._doubt(Doubt.MODE_LOST)

    def _saw_power(self, power: int | None, soc: int | None) -> None:
        """Doubt slots that should act, or all of them, when something else goes on for long."""
        certain = [entry.slot for entry in self._mirror.entries.values() if entry.is_certain]
        if self._mode is not Mode.MANUAL or self._is_busy() or power is None or not certain:
            self._deviating = None
            return
        acting = sorted(
            (slot for slot in certain if covers(slot, dt_util.now())),
            key=lambda slot: slot.number,
        )
        expected = acting[0].power if acting else 0
        asked = {slot.power for slot in acting} or {0}
        if any(agrees(each, power, soc, Purpose.WATCH) for each in asked):
            self._deviating = None
            return
        time = self._clock.time()
        if self._deviating is None or self._deviating[0] != expected:
            self._deviating = (expected, time)
        since = self._deviating[1]
        if time - since >= _PATIENCE and self._mode_read_at > since:
            self._deviating = None
            self._doubt(Doubt.CONTRADICTED, {slot.number for slot in acting} or None)

"""Trial of Marstek.GetData, which no document names: used only where its values prove right.

One answer could take the place of two, ES.GetStatus and ES.GetMode (docs/protocol.md 2.11). It is
held against both, asked for right before it, again and again, also once it is trusted.
"""

from collections.abc import Callable
from typing import Final

from ..const import LOGGER
from ..venus import (
    DataStatus,
    EnergyStatus,
    Method,
    MethodMissingError,
    Mode,
    ModeStatus,
    Status,
    VenusClient,
    VenusError,
)
from .memory import MemoryStore, StoredTrial, TrialResult
from .poll_schedule import PollSchedule

# In s. Reads of the mode harm some of the firmware that has it.
_FIRST_AFTER: Final = 60.0
_TRIAL_INTERVAL: Final = 600.0
_CHECK_INTERVAL: Final = 1800.0
_DOUBTFUL_INTERVAL: Final = 60.0
# So many agreements in a row are enough when power has flowed in one of them, or else so many.
_AGREEMENTS: Final = 3
_IDLE_AGREEMENTS: Final = 6
_FLOWING: Final = 100
_MISSES: Final = 3
_DOUBTFUL_MISSES: Final = 2
_ATTEMPTS: Final = 2
_SOC_TOLERANCE: Final = 1
# Power goes on changing between two reads, in W or as a share.
_TOLERANCE: Final = 50
_TOLERANCE_SHARE: Final = 0.1


class GetDataTrial:
    """The trial of one battery."""

    def __init__(
        self,
        client: VenusClient,
        plan: PollSchedule,
        store: MemoryStore,
        time: Callable[[], float],
        on_read: Callable[[Status], None],
        *,
        is_wanted: bool,
    ) -> None:
        """Try it if the owner wants that and the firmware may have it; `on_read` gets each read."""
        self._client = client
        self._plan = plan
        self._store = store
        self._time = time
        self._on_read = on_read
        self._is_wanted = is_wanted and Method.DATA in client.profile.experimental
        self._agreed = self._misses = 0
        self._has_flowed = False
        self._tried_at = time() - _TRIAL_INTERVAL + _FIRST_AFTER
        self._apply()

    @property
    def result(self) -> TrialResult | None:
        """Result for the firmware that the battery has now; None before there is one."""
        trial = self._store.memory.trial
        is_of_this = trial is not None and trial.firmware == self._client.device.firmware
        return trial.result if trial is not None and is_of_this else None

    def describe(self) -> dict[str, object]:
        """Return the state of the trial for diagnostics."""
        return {"wanted": self._is_wanted, "verdict": self.result, "agreed": self._agreed}

    async def async_look(self) -> None:
        """Hold it against the other readings, when that is due."""
        if not self._is_due():
            return
        self._tried_at = self._time()
        try:
            energy, mode = await self._read(Method.ENERGY), await self._read(Method.MODE)
            if isinstance(energy, EnergyStatus) and isinstance(mode, ModeStatus):
                await self._compare(energy, mode)
        except VenusError as err:
            LOGGER.debug("Nothing to hold %s against: %s", Method.DATA, err)

    def _is_due(self) -> bool:
        if not self._is_wanted or self.result not in (None, TrialResult.PROVEN):
            return False
        if self._client.link.breaker.is_open:
            return False
        age = self._time() - self._tried_at
        if self.result is None:
            return age >= _TRIAL_INTERVAL
        is_doubtful = self._plan.misses(Method.DATA) >= _DOUBTFUL_MISSES
        return age >= (_DOUBTFUL_INTERVAL if is_doubtful else _CHECK_INTERVAL)

    async def _read(self, method: Method) -> Status:
        started = self._time()
        status = await self._client.read(method)
        self._on_read(status)
        self._plan.succeeded(method, started, self._time())
        return status

    async def _compare(self, energy: EnergyStatus, mode: ModeStatus) -> None:
        try:
            data = await self._client.read(Method.DATA, attempts=_ATTEMPTS)
        except MethodMissingError:
            self._judge(TrialResult.MISSING)
            return
        except VenusError as err:
            LOGGER.debug("%s failed: %s", Method.DATA, err)
            self._misses += 1
            self._agreed = 0
            if self._misses >= _MISSES:
                self._judge(TrialResult.SILENT)
            return
        self._misses = 0
        if not isinstance(data, DataStatus):
            return
        if _agree(data, mode) or _agree(data, energy, mode.mode):
            self._count(data)
            return
        after = await self._read(Method.MODE)
        if isinstance(after, ModeStatus) and _is_steady(mode, after) and not _agree(data, after):
            self._judge(TrialResult.CONTRADICTED)

    def _count(self, data: DataStatus) -> None:
        self._agreed += 1
        self._has_flowed |= abs(data.ac_power or 0) >= _FLOWING
        enough = _AGREEMENTS if self._has_flowed else _IDLE_AGREEMENTS
        if self.result is None and self._agreed >= enough:
            self._judge(TrialResult.PROVEN)

    def _judge(self, result: TrialResult) -> None:
        firmware = self._client.device.firmware
        self._store.memory.trial = StoredTrial(firmware, result)
        self._store.save_soon()
        self._apply()

    def _apply(self) -> None:
        self._plan.trusts_data = self._is_wanted and self.result is TrialResult.PROVEN
        if not self._plan.trusts_data:
            # They were asked rarely while it was trusted.
            self._plan.hurry(Method.ENERGY)
            self._plan.hurry(Method.MODE)


def _agree(data: DataStatus, other: EnergyStatus | ModeStatus, mode: Mode | None = None) -> bool:
    """Tell whether two readings are of the same state of the battery.

    In UPS Marstek.GetData tells the Manual that UPS is made of.
    """
    stated = other.mode if isinstance(other, ModeStatus) else mode
    same_mode = data.mode is stated or (data.mode, stated) == (Mode.MANUAL, Mode.UPS)
    return (
        same_mode
        and data.soc is not None
        and other.soc is not None
        and abs(data.soc - other.soc) <= _SOC_TOLERANCE
        and _near(data.ac_power, other.ac_power)
        and _near(data.backup_power, other.backup_power)
    )


def _is_steady(before: ModeStatus, after: ModeStatus) -> bool:
    return before.mode is after.mode and _near(before.ac_power, after.ac_power)


def _near(one: int | None, other: int | None) -> bool:
    first, second = one or 0, other or 0
    return abs(first - second) <= max(_TOLERANCE, _TOLERANCE_SHARE * abs(second))

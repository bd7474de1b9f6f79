"""End of a charge: at its target, or when the battery takes no more."""

from collections.abc import Mapping
import datetime as dt

from ..battery.poll_schedule import Reading
from ..const import Tariff
from ..planner import FULL, IDLE_POWER, Action, Step, is_complete, is_long
from .announcer import Announcer
from .full_charges import FullCharges
from .order_executor import OrderExecutor
from .tariff.coordinator import TariffCoordinator


class ChargeWatch:
    """Measures for how long batteries that should charge have hardly taken anything."""

    def __init__(self) -> None:
        """Know of no charge yet."""
        self._idle_since: dict[str, float] = {}

    def clear(self) -> None:
        """Forget all: nothing is to be charged."""
        self._idle_since.clear()

    def is_over(self, key: str, executor: OrderExecutor, target: float) -> bool:
        """Tell whether a battery has been charged to a target in %, or takes no more."""
        battery, data = executor.battery, executor.battery.data
        now = battery.clock.time()
        if not battery.is_reachable or Reading.POWER not in data.fresh:
            self._idle_since.pop(key, None)
            return False
        is_charging = executor.standing is not None and (executor.standing.power or 0) < 0
        if not is_charging or data.ac_power is None or data.ac_power <= -IDLE_POWER:
            self._idle_since.pop(key, None)
        else:
            self._idle_since.setdefault(key, now)
        idle_for = dt.timedelta(seconds=now - self._idle_since.get(key, now))
        return is_complete(data.soc, target, idle_for)


class ChargeCompletion:
    """Completion of charges: a battery that is charged stays so for the rest of the cheap hours."""

    def __init__(
        self, tariff: TariffCoordinator, full_charges: FullCharges, announcer: Announcer
    ) -> None:
        """Store what is complete with `tariff`, and announce each charge that is."""
        self._tariff = tariff
        self._full = full_charges
        self._announcer = announcer
        self._watch = ChargeWatch()

    def look(
        self, step: Step | None, executors: Mapping[str, OrderExecutor], now: dt.datetime
    ) -> None:
        """Store whose charge, of a step that has run, is over; None while none is commanded.

        `executors` are by BLE MAC.
        """
        if step is None or step.action is not Action.CHARGE or step.target is None:
            self._watch.clear()
            return
        memory = self._tariff.store.memory.control
        until = self._cheap_until(step, now)
        for key, executor in executors.items():
            if key in memory.complete or key in memory.standing_back:
                continue
            target = step.target_of(key)
            if target is None:
                continue
            if self._watch.is_over(key, executor, target):
                memory.complete[key] = until
                if target >= FULL:
                    self._full.charged(key, executor, now)
                self._announcer.charge_complete(executor.battery)
            elif self._full.is_over(key, executor, step):
                # To try again what nothing hangs on would only cost writes.
                memory.complete[key] = until

    def _cheap_until(self, step: Step, now: dt.datetime) -> dt.datetime:
        """Return the end of the cheap hours that a charge runs in.

        Where these have nights and days, such as a weekend, the next step may have a higher target.
        """
        settings = self._tariff.settings
        window = settings.off_peak.current(now)
        is_whole = settings.tariff is not Tariff.DYNAMIC and window.is_off_peak
        return window.end if is_whole and not is_long(window) else step.end

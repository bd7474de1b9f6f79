"""End of a charge: at its target, or when the battery takes no more."""

import datetime as dt

from ..battery.poll_schedule import Reading
from ..planner import IDLE_POWER, is_complete
from .order_executor import OrderExecutor


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

"""Follows full charges: which batteries are full, which are due, and which charge came to nothing."""

from collections.abc import Callable, Mapping
import datetime as dt
from typing import Final

from ..battery.poll_schedule import Reading
from ..planner import BY_PERSON, Reason, Step
from .control_memory import ControlMemory
from .fullness import Fullness
from .order_executor import OrderExecutor
from .own_clock import OwnClock
from .plan_options import PlanOptions

# One that began earlier was cut by an outage of Home Assistant.
_LONGEST: Final = dt.timedelta(hours=14)


class FullCharges:
    """Keeps the memory of full charges up to date."""

    def __init__(
        self,
        memory: Callable[[], ControlMemory],
        options: Callable[[], PlanOptions],
        clock: OwnClock,
    ) -> None:
        """Go by `clock`, which knows whether it was set just now."""
        self._memory = memory
        self._options = options
        self._clock = clock
        self._heard = frozenset[str]()
        """Batteries, by BLE MAC, whose state of charge was known at the last look."""

    def look(self, executors: Mapping[str, OrderExecutor], now: dt.datetime) -> None:
        """Look at the batteries that take part, by BLE MAC."""
        memory, is_wanted = self._memory(), self._options().full_every is not None
        self._heard = frozenset()
        if self._clock.is_settling:
            for known in memory.fullness.values():
                known.restart()
            return
        if memory.filling_since is not None and now - memory.filling_since > _LONGEST:
            memory.filling_since = None
        moment, heard = self._clock.corrected(now), set[str]()
        for key, executor in executors.items():
            battery, data = executor.battery, executor.battery.data
            is_known = battery.is_reachable and Reading.POWER in data.fresh
            if is_known and data.soc is not None:
                heard.add(key)
            known = memory.fullness.setdefault(key, Fullness())
            known.want(moment, is_wanted=is_wanted)
            known.look(
                data.soc if is_known else None,
                moment,
                takes_no_more=executor.is_resting and _is_still(executor),
            )
        self._heard = frozenset(heard)

    def is_over(self, key: str, executor: OrderExecutor, step: Step) -> bool:
        """Tell whether the full charge of a battery, by BLE MAC, was ended by its cells."""
        if step.reason is not Reason.FULL_CHARGE or not executor.is_resting:
            return False
        known, soc = self._memory().fullness.get(key), executor.battery.data.soc
        return known is not None and known.is_full(soc, takes_no_more=True)

    def charged(self, key: str, executor: OrderExecutor, now: dt.datetime) -> None:
        """Note that a battery, by BLE MAC, was charged until it took no more."""
        known = self._memory().fullness.setdefault(key, Fullness())
        known.charged(executor.battery.data.soc, self._clock.corrected(now))

    def note(self, step: Step, now: dt.datetime, *, is_in_control: bool) -> None:
        """Note whether a full charge runs; one that ends too early is tried again by and by.

        While none of the batteries that are due is heard, as after a restart, nothing has ended for
        an hour. A person who takes over for a while is none of its failures.
        """
        memory = self._memory()
        if step.reason is Reason.FULL_CHARGE and is_in_control:
            memory.filling_since = min(memory.filling_since or now, now)
            return
        if memory.filling_since is None:
            return
        moment = self._clock.corrected(now)
        due = self._due(moment)
        is_awaited = any(each.is_awaited(moment) for each in due.values())
        if is_in_control and is_awaited and self._heard.isdisjoint(due):
            return
        is_judged = is_in_control and step.reason not in BY_PERSON
        for key in self._heard & due.keys() if is_judged else ():
            due[key].failed(moment)
        memory.filling_since = None

    def _due(self, moment: dt.datetime) -> dict[str, Fullness]:
        """Return what is known of the batteries that are due, by BLE MAC."""
        every = self._options().full_every
        known = self._memory().fullness
        return {
            key: each
            for key, each in known.items()
            if (due := each.due(every)) is not None and due <= moment
        }


def _is_still(executor: OrderExecutor) -> bool:
    """Tell whether a battery is commanded a power: in Auto it may be in use since its charge."""
    return executor.wanted is not None and executor.wanted.power is not None

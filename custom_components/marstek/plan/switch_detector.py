"""Finds out when all batteries have made a switch of the plan, and announces it once."""

from collections.abc import Iterable, Mapping

from ..planner import Action, Step
from .announcer import Announcer
from .events import Kind
from .order_executor import OrderExecutor


class SwitchDetector:
    """Detector of switches of the batteries that the plan has announced."""

    def __init__(self, announcer: Announcer) -> None:
        """Announce through `announcer`."""
        self._announcer = announcer
        self._switching: tuple[object, ...] | None = None
        self._failing: frozenset[str] = frozenset()

    def look(self, step: Step, executors: Mapping[str, OrderExecutor]) -> None:
        """Report the outcome of a switch, once, when all batteries have settled.

        Another floor of self-consumption is none: with day-ahead prices there is one each hour.
        """
        failing = frozenset(key for key, executor in executors.items() if executor.is_failing)
        is_over = all(executor.is_settled or key in failing for key, executor in executors.items())
        ends = {Action.CHARGE: step.target, Action.DISCHARGE: step.floor}
        switching = (step.action, ends.get(step.action))
        if (
            not executors
            or not is_over
            or all(executor.wanted is None for executor in executors.values())
        ):
            return
        if switching == self._switching and failing == self._failing:
            return
        is_first = self._switching is None and not failing
        self._switching, self._failing = switching, failing
        if is_first:
            # After a start everything is as it was.
            return
        orders = (executor.wanted for executor in executors.values())
        power = sum(abs(order.power or 0) for order in orders if order is not None)
        values = {
            "programme": self._announcer.describe(step, power or None),
            "names": _names(executor for key, executor in executors.items() if key not in failing),
            "failed": _names(executor for key, executor in executors.items() if key in failing),
        }
        if not failing:
            self._announcer.announce(Kind.SWITCHED, values)
        else:
            everywhere = len(failing) == len(executors)
            self._announcer.announce(Kind.FAILED if everywhere else Kind.PARTLY_FAILED, values)


def _names(executors: Iterable[OrderExecutor]) -> str:
    return ", ".join(sorted(executor.battery.name for executor in executors))

"""Plan of a replay, whose batteries leave AUTO six times a day at most, as those of a home do.

A plan stands for hours, and departures are counted when they are carried out: so the bound is
applied anew whenever a step of the plan begins or the count changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo

from ..planner import (
    Action,
    Allocation,
    Context,
    Departed,
    DepartureCount,
    Step,
    Timeline,
    bounded,
    is_bounded,
    is_departure,
)


class BoundedPlan:
    """Plan of the moment and the departures from AUTO that batteries have made."""

    def __init__(self, batteries: Sequence[str], zone: tzinfo) -> None:
        """Begin with all batteries, by id, in AUTO and without a plan; days are those of `zone`."""
        self._batteries = batteries
        self._zone = zone
        self._count = DepartureCount()
        self._away: frozenset[str] = frozenset()
        self._selling: frozenset[str] = frozenset()
        self._departed = Departed()
        self._today: date | None = None
        self._planned: tuple[Timeline, Context] | None = None
        self._steps = list[Step]()
        """Of the plan as made, the running one last."""
        self._bounded_steps = list[Step]()
        self._bounded_for: tuple[Departed, Step, date] | None = None

    @property
    def is_made(self) -> bool:
        """Return whether there is a plan."""
        return self._planned is not None

    def follow(self, plan: Timeline, context: Context) -> None:
        """Follow a plan that was made for a context."""
        self._planned = plan, context
        self._steps = list(reversed(plan.steps))
        self._bounded_for = None

    def step(self, moment: datetime) -> Step:
        """Return the step of an aware moment, none earlier than before; the last one stays.

        Raises ValueError without a plan.
        """
        if self._planned is None:
            raise ValueError("No plan is followed")
        plan, context = self._planned
        local = moment.astimezone(self._zone)
        today = local.date()
        if today != self._today:
            self._today = today
            self._recount()
        asked = self._departed, _running(self._steps, moment), today
        if asked != self._bounded_for:
            self._bounded_for = asked
            coming = tuple(period for period in context.periods if period.end > moment)
            now = replace(context, now=local, periods=coming)
            self._bounded_steps = list(reversed(bounded(plan, now, self._departed).steps))
        return _running(self._bounded_steps, moment)

    def carried_out(self, step: Step, orders: Mapping[str, Allocation], moment: datetime) -> None:
        """Count the departures of orders by battery for a step; a battery without one is in AUTO."""
        away = frozenset(key for key, each in orders.items() if each.action is not Action.AUTO)
        selling = frozenset(key for key in away if orders[key].action is Action.DISCHARGE)
        if (away, selling) == (self._away, self._selling):
            return
        local, is_for_price = moment.astimezone(self._zone), is_bounded(step)
        for key in away:
            if is_departure(
                local,
                is_for_price=is_for_price,
                was_away=key in self._away,
                is_away=True,
                begins_sale=key in selling and key not in self._selling,
            ):
                self._count.count(key, local.date())
        self._away, self._selling = away, selling
        self._recount()

    def _recount(self) -> None:
        if self._today is not None:
            made = {key: self._count.of(key, self._today) for key in self._batteries}
            self._departed = Departed.of(made, self._away, self._selling)


def _running(steps: list[Step], moment: datetime) -> Step:
    """Return the step of a moment, the last of steps in reverse order; drop those that are over."""
    while len(steps) > 1 and steps[-1].end <= moment:
        steps.pop()
    return steps[-1]

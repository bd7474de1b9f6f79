"""Looks at red days: on the eve at what will be charged, in the morning at what was."""

from collections.abc import Callable, Mapping
import datetime as dt

from ..battery.runtime import Battery
from ..planner import Step
from ..tempo import Colour
from .alerts import Alerts
from .options import Approach
from .order_executor import OrderExecutor
from .plan_data import PlanData
from .plan_options import PlanOptions
from .tariff.coordinator import TariffCoordinator


class RedDays:
    """Has the owner called when batteries will not be charged on a red morning, or are not."""

    def __init__(
        self, alerts: Alerts, tariff: TariffCoordinator, options: Callable[[], PlanOptions]
    ) -> None:
        """Call by `alerts`; nothing is known of any night yet."""
        self._alerts = alerts
        self._tariff = tariff
        self._options = options
        self._night_target = 0.0

    def look_at_eve(
        self, data: PlanData, step: Step, executors: Mapping[str, OrderExecutor]
    ) -> None:
        """Announce a red tomorrow, and the batteries that will not be charged for it."""
        self._alerts.look_at_red(self._tariff.data, data, executors, self._target(step))

    async def async_look_at_morning(
        self, batteries: Mapping[str, Battery], step: Step, now: dt.datetime
    ) -> None:
        """Announce the batteries that are not charged, or have no meter, in red peak hours."""
        tariff = self._tariff.data
        if tariff.today is not Colour.RED or tariff.is_off_peak:
            self._alerts.red_morning_is_over()
            return
        elapsed = now - self._tariff.settings.off_peak.current(now).start
        target, day = self._target(step), self._tariff.day_of(now)
        await self._alerts.async_look_at_red_morning(batteries, target, day, elapsed)

    def _target(self, step: Step) -> float:
        """Return the % that each battery should have on a red morning.

        Simple nights aim at what the owner has set, others at what the running one has come to.
        """
        options, tariff = self._options(), self._tariff.data
        if options.approach is Approach.SIMPLE:
            return min(options.strategy.red_target, options.strategy.most_soc)
        if tariff.is_off_peak:
            self._night_target = step.target if step.target is not None else self._night_target
        elif tariff.today is not Colour.RED:
            self._night_target = 0.0
        return self._night_target

"""Any order of triggers, failures, restarts and hands: once it is calm, all is as planned."""

import asyncio
from contextlib import AsyncExitStack
import datetime as dt
import os
from typing import Any, Final, override

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
import pytest

from custom_components.marstek.const import CONF_AUTOMATIC, CONF_NIGHT, CONF_RED_TARGET
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.planner import Action, Night, Override
from custom_components.marstek.tempo import Colour
from simulator import SimulatedBattery
from tests.support.plan_home import PlanHome, paris, plan_home
from tests.support.virtual_time import VirtualTimeLoop

pytestmark = pytest.mark.usefixtures("socket_enabled")

EXAMPLES: Final = int(os.environ.get("MARSTEK_EXAMPLES", "8"))
STEPS: Final = 12
NUMBER = st.integers(0, 1)
# Longer than a breaker rests; then two reconciliations, and the time that commands take.
_BACK: Final = 420
_TWO_LOOKS: Final = 180


class AnyOrder(RuleBasedStateMachine):
    """A home with two batteries on the eve of a red day, to which anything may happen."""

    def __init__(self) -> None:
        """Start in the evening."""
        super().__init__()
        start = paris(2026, 3, 12, 21, 40)
        self._runner = asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start))
        self._stack = AsyncExitStack()
        self.home: PlanHome = self.run(self._stack.enter_async_context(plan_home(count=2, soc=60)))

    def run(self, live: Any) -> Any:
        """Run in virtual time."""
        return self._runner.run(live)

    def battery(self, number: int) -> SimulatedBattery:
        """Return a battery."""
        return self.home.batteries[number]

    @rule(minutes=st.sampled_from([0.1, 1, 4, 11, 35, 120]))
    def live(self, minutes: float) -> None:
        """Let time pass."""
        self.run(self.home.minutes(minutes))

    @rule(hour=st.sampled_from([(22, 0), (22, 5), (5, 45), (5, 57), (6, 0)]))
    def come_to_a_boundary(self, hour: tuple[int, int]) -> None:
        """Let time pass to just before a boundary."""
        self.run(self.home.until(*hour))

    @rule(number=NUMBER)
    def reboot(self, number: int) -> None:
        """Restart a battery."""
        self.battery(number).reboot()

    @rule(number=NUMBER, minutes=st.sampled_from([1, 8, 40]))
    def darken(self, number: int, minutes: int) -> None:
        """Let a battery be silent."""
        self.battery(number).go_dark(60.0 * minutes)

    @rule(number=NUMBER, mode=st.sampled_from(["Auto", "AI", "Manual", ""]))
    def use_the_app(self, number: int, mode: str) -> None:
        """Change the mode as the vendor's app does."""
        self.battery(number).set_mode(mode)

    @rule(number=NUMBER)
    def lapse(self, number: int) -> None:
        """Let an old countdown end."""
        self.battery(number).set_mode("Passive", 0, 1)

    @rule(number=NUMBER, mode=st.sampled_from(["auto", "manual", "passive"]))
    def choose(self, number: int, mode: str) -> None:
        """Choose a mode in Home Assistant, which may fail."""
        self.run(self._choose(number, mode))

    async def _choose(self, number: int, mode: str) -> None:
        call = self.home.place.call(self.battery(number), "select", "mode", option=mode)
        await asyncio.wait([asyncio.ensure_future(call)])

    @rule(loss=st.sampled_from([0.0, 0.3]), refused=st.sampled_from([0.0, 0.5]))
    def weather(self, loss: float, refused: float) -> None:
        """Make the network, or the firmware, worse or better."""
        for battery in self.home.batteries:
            battery.faults.loss, battery.faults.refused_writes = loss, refused

    @rule(pause=st.sampled_from([5, 300]))
    def restart(self, pause: int) -> None:
        """Restart Home Assistant."""
        self.run(self.home.restart(pause))

    @rule()
    def reload(self) -> None:
        """Reload the plan."""
        self.run(self.home.hass.config_entries.async_reload(self.home.entry.entry_id))

    @rule(minutes=st.sampled_from([3, 50]), action=st.sampled_from(list(Action)))
    def ask_for(self, minutes: int, action: Action) -> None:
        """Ask for something else."""
        until = self.home.now + dt.timedelta(minutes=minutes)
        peak = 6 <= until.hour < 22 or 6 <= self.home.now.hour < 22
        if action is not Action.CHARGE or not peak:
            self.run(self.home.control.async_override(Override(action, until, 800)))

    @rule(minutes=st.sampled_from([None, 20]))
    def pause(self, minutes: int | None) -> None:
        """Pause the plan."""
        until = None if minutes is None else self.home.now + dt.timedelta(minutes=minutes)
        self.run(self.home.control.async_pause(until))

    @rule()
    def resume(self) -> None:
        """Hand everything back to the plan."""
        self.run(self.home.control.async_resume())

    @rule(number=NUMBER)
    def leave_alone(self, number: int) -> None:
        """Leave a battery alone, which may fail; meanwhile nothing reaches it, also after a reload."""
        self.run(self._leave_alone(number))

    async def _leave_alone(self, number: int) -> None:
        battery, entry = self.battery(number), self.home.place.entry(self.battery(number))
        call = entry.runtime_data.async_leave_alone(900.0)
        await asyncio.wait([asyncio.ensure_future(call)])
        if entry.runtime_data.parts.leave.seconds_left < 600:
            return
        asked = len(battery.exchanges)
        await self.home.control.async_resume()
        await self.home.minutes(3)
        await self.home.hass.config_entries.async_reload(entry.entry_id)
        await self.home.minutes(3)
        assert len(battery.exchanges) == asked

    @rule(automatic=st.booleans())
    def switch(self, *, automatic: bool) -> None:
        """Switch automatic control."""
        self.home.set_options(**{CONF_AUTOMATIC: automatic})

    @rule(percent=st.sampled_from([70, 100]), night=st.sampled_from(list(Night)))
    def change_options(self, percent: int, night: Night) -> None:
        """Change what the owner wants."""
        self.home.set_options(**{CONF_RED_TARGET: percent, CONF_NIGHT: night})

    @rule()
    def announce(self) -> None:
        """Let a colour become known."""
        self.home.announce(self.home.now.date() + dt.timedelta(days=1), Colour.BLUE)

    @override
    def teardown(self) -> None:
        """Let the world calm down, and look."""
        try:
            self.run(self._calm_down())
            self.run(self._stack.aclose())
        finally:
            self._runner.close()

    async def _calm_down(self) -> None:
        home = self.home
        for battery in home.batteries:
            battery.faults.clear()
            battery.come_back()
            await home.place.entry(battery).runtime_data.async_ask_again()
        home.set_options(**{CONF_AUTOMATIC: True})
        await asyncio.sleep(_BACK)
        await home.control.async_resume()
        await asyncio.sleep(_TWO_LOOKS)
        step = home.shown.step
        assert step is not None
        home.guard.compare(step)
        assert not home.kinds(Alert.NO_METER)


@pytest.mark.timeout(600)
def test_any_order_of_events_ends_as_planned() -> None:
    """More examples by MARSTEK_EXAMPLES in the environment."""
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=EXAMPLES <= 8,
            database=None,
            phases=(Phase.generate, Phase.shrink) if EXAMPLES > 8 else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )

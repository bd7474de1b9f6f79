"""Any interleaving of automations, a script that is stopped, upkeep and the plan on one battery.

Every call ends as done, superseded, refused or cancelled, and its caller hears which; a power whose
command was superseded or cancelled is not sent afterwards.
"""

import asyncio
from dataclasses import dataclass
import os
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st
import pytest

from custom_components.marstek.battery.runtime import Battery
from custom_components.marstek.venus import Method
from tests.support.plan_home import PlanHome, paris, plan_home
from tests.support.virtual_time import run

pytestmark = pytest.mark.usefixtures("socket_enabled")

EXAMPLES: Final = int(os.environ.get("MARSTEK_EXAMPLES", "10"))
# Within one request, within a command, between two, until a setpoint of Manual is written, and
# until Passive is renewed, in s.
_PAUSES: Final = (0.0, 0.02, 1.0, 4.0, 20.0, 65.0, 200.0)
_PATIENCE: Final = (0.02, 1.0, 3.0, 8.0)
# Longer than a countdown, a renewal and the minute between two slot writes.
_CALM: Final = 420.0
# A datagram that was sent when its command was cancelled, in s.
_ON_ITS_WAY: Final = 0.5
_REFUSED: Final = ("too_soon", "writes_used_up")
_KINDS: Final = ("mode", "mode", "number", "number", "passive", "stop", "resume", "apply_now")


@dataclass(frozen=True, slots=True)
class Step:
    """One call: what it asks, who makes it, and when its script is stopped."""

    kind: str
    option: str
    is_automation: bool
    pause: float
    patience: float | None


STEPS: Final = st.builds(
    Step,
    st.sampled_from(_KINDS),
    st.sampled_from(("auto", "ai", "manual", "passive")),
    st.booleans(),
    st.sampled_from(_PAUSES),
    st.none() | st.sampled_from(_PATIENCE),
)


class Life:
    """A battery that several command, and what became of each call."""

    def __init__(self, home: PlanHome) -> None:
        """Start with no call."""
        self.home = home
        self.battery = home.batteries[0]
        self.ends: dict[int, tuple[Step, str, float]] = {}
        """Step, end and virtual time of the end, by number of the call."""
        devices = dr.async_entries_for_config_entry(
            dr.async_get(home.hass), home.place.entry(self.battery).entry_id
        )
        self._device_id = devices[0].id

    @staticmethod
    def power(number: int) -> int:
        """Return the power in W of a call, which no other call has."""
        return 300 + 7 * number

    async def make(self, number: int, step: Step) -> None:
        """Make a call; whatever its end, it is noted."""
        end = "done"
        try:
            await self._call(number, step)
            self._look(number, step)
        except HomeAssistantError as err:
            end = str(err.translation_key)
        except asyncio.CancelledError:
            end = "cancelled"
            raise
        finally:
            self.ends[number] = (step, end, self.home.place.now)

    async def _call(self, number: int, step: Step) -> None:
        place, data = self.home.place, dict[str, Any]()
        match step.kind:
            case "mode":
                await place.call(
                    self.battery,
                    "select",
                    "mode",
                    by_automation=step.is_automation,
                    option=step.option,
                )
                return
            case "number":
                await place.call(
                    self.battery,
                    "number",
                    "setpoint",
                    by_automation=step.is_automation,
                    value=self.power(number),
                )
                return
            case "passive":
                data = {"power": self.power(number)}
        if step.kind in ("passive", "stop"):
            data["device_id"] = [self._device_id]
        action = "set_passive" if step.kind == "passive" else step.kind
        await place.act(action, by_automation=step.is_automation, **data)

    def _look(self, number: int, step: Step) -> None:
        """Fail unless the battery does what was asked, the moment that the call is done."""
        if step.kind == "mode":
            assert self.battery.state.mode.lower() == step.option, self._told()
        elif step.kind == "passive":
            assert self.battery.state.mode == "Passive"
            assert round(self.battery.state.ac_power) == self.power(number), self._told()

    def _told(self) -> str:
        """Return the last requests that the battery has received, and this moment."""
        lines = [
            f"{each.received:.2f} {each.outcome.value} {each.method} {each.params}"
            for each in list(self.battery.exchanges)[-12:]
        ]
        return "\n".join([*lines, f"{self.home.place.now:.2f} now"])

    def sent(self, number: int) -> list[float]:
        """Return when the power of a call was received by the battery."""
        power = self.power(number)
        found: list[float] = []
        for exchange in self.battery.exchanges:
            if exchange.method == Method.SET_MODE:
                parts = (exchange.config.get(key) for key in ("passive_cfg", "manual_cfg"))
                if any(part and part["power"] == power for part in parts):
                    found.append(exchange.received)
        return found


def check(life: Life, steps: list[Step]) -> None:
    """Fail unless each call had an end of its own, and left nothing behind that it should not."""
    assert life.ends.keys() == set(range(len(steps)))
    for number, (step, end, ended_at) in life.ends.items():
        match end:
            case "cancelled":
                assert step.patience is not None
                late = [moment for moment in life.sent(number) if moment > ended_at + _ON_ITS_WAY]
                assert late == [], (number, step)
            case "superseded":
                assert any(each.kind == step.kind or each.kind != "number" for each in steps)
                assert life.sent(number) == [], (number, step)
            case "done":
                pass
            case _:
                assert step.is_automation
                assert end in _REFUSED
                assert life.sent(number) == [], (number, step)


async def live(steps: list[Step]) -> None:
    """Let everybody command, then let it become calm."""
    async with plan_home(count=1, soc=55) as home:
        home.excused.add(home.batteries[0].spec.ble_mac)
        home.guard.may_be_searched_while_asked = True
        await home.minutes(3)
        life = Life(home)
        calls: list[asyncio.Task[None]] = []
        loop = asyncio.get_running_loop()
        for number, step in enumerate(steps):
            call = asyncio.ensure_future(life.make(number, step))
            calls.append(call)
            if step.patience is not None:
                loop.call_later(step.patience, call.cancel)
            await asyncio.sleep(step.pause)
        ends = await asyncio.gather(*calls, return_exceptions=True)
        wrong = [each for each in ends if isinstance(each, Exception)]
        assert not wrong, "\n".join(map(str, wrong))
        await asyncio.sleep(_CALM)
        check(life, steps)
        battery: Battery = home.place.entry(life.battery).runtime_data
        assert battery.data.last_command is not None
        assert home.place.state(life.battery, "sensor", "last_command") != "pending"
        last = len(steps) - 1
        # Of calls that are made at the same moment, any may have its turn first.
        is_newest = steps[last].kind == "number" and steps[last - 1].pause > 0
        if is_newest and life.ends[last][1] == "done":
            shown = home.place.state(life.battery, "number", "setpoint")
            assert float(shown) == life.power(last)
        assert home.place.state(life.battery, "select", "mode") == life.battery.state.mode.lower()
        assert not battery.is_claimed
        assert battery.is_planned or battery.data.mode is not None


def _mode(option: str, pause: float = 0.0, patience: float | None = 0.0) -> Step:
    return Step("mode", option, is_automation=False, pause=pause, patience=patience)


# A setpoint of Manual waits for its minute while the battery is brought back from a Passive that
# was cancelled; it was lost, and pending for ever.
_KEPT: Final = [
    _mode("manual", patience=None),
    *(_mode("auto", pause) for pause in (0.0, 0.0, 20.0)),
    Step("number", "", is_automation=False, pause=0.0, patience=None),
    _mode("passive"),
    _mode("auto", patience=None),
    _mode("auto", 0.02),
    Step("number", "", is_automation=False, pause=0.0, patience=None),
]


@pytest.mark.timeout(600)
@given(st.lists(STEPS, min_size=2, max_size=9))
@example(_KEPT)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 10,
    database=None,
    phases=(Phase.explicit, Phase.generate, *([Phase.shrink] if EXAMPLES > 10 else [])),
    suppress_health_check=list(HealthCheck),
)
def test_any_interleaving_with_upkeep_and_plan(steps: list[Step]) -> None:
    """More examples by MARSTEK_EXAMPLES in the environment."""
    run(paris(2026, 1, 4, 22, 20), live(steps))

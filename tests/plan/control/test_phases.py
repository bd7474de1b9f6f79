"""A home with three phases: no breaker of one is overloaded on a red eve."""

import asyncio

from custom_components.marstek.const import (
    CONF_PHASE_BATTERIES,
    CONF_PHASE_SENSORS,
    CONF_SUBSCRIBED_KVA,
    CONF_THREE_PHASES,
    DOMAIN,
    PHASES,
)
from simulator.household import constant
from tests.plan.control.test_options import MACS, opened
from tests.support.owner import at as on, owner
from tests.support.plan_home import PlanHome, at, plan_home

# A third of 9 kVA, of which 5 % are left, and of which 35 % are used where nobody reads it.
LEAVES = 2850
UNREAD = 1050
THREE = {CONF_THREE_PHASES: True, CONF_SUBSCRIBED_KVA: 9}


class Fuse:
    """The breaker of each phase: what batteries and the rest of the house draw through it."""

    def __init__(self, home: PlanHome, hanging: list[int]) -> None:
        """Hang each battery on a phase, by its number."""
        self._home = home
        self._hanging = hanging
        self.loads = [300.0, 300.0, 300.0]
        self.worst = [0.0, 0.0, 0.0]

    def drawn(self, phase: int) -> float:
        """Return the W that are drawn on a phase."""
        on_it = [
            battery.state.ac_power
            for battery, number in zip(self._home.batteries, self._hanging, strict=True)
            if number == phase
        ]
        return self.loads[phase] - sum(on_it)

    async def show(self) -> None:
        """Show what is drawn, every two seconds, and keep the most."""
        while True:
            for number, phase in enumerate(PHASES):
                drawn = self.drawn(number)
                self.worst[number] = max(self.worst[number], drawn)
                self._home.hass.states.async_set(
                    f"sensor.{phase}", f"{drawn:.0f}", {"unit_of_measurement": "W"}
                )
            await asyncio.sleep(2)


def keys(numbers: list[int]) -> list[str]:
    """Return the MACs that batteries have in a home of this kind."""
    return [f"02aabbcc{number:04x}" for number in numbers]


@at(2026, 3, 12, 21, 50)
async def test_a_red_eve_trips_no_breaker() -> None:
    """Three batteries on one phase and none of it read: 35 % of a third together, not of 9 kVA."""
    options = {**THREE, CONF_PHASE_BATTERIES["l1"]: keys([0, 1, 2])}
    async with plan_home(soc=12, count=3, options=options) as home:
        fuse = Fuse(home, [0, 0, 0])
        await home.until(22, 40)
        assert -UNREAD <= sum(home.powers()) <= -900
        assert fuse.drawn(0) < 3000


@at(2026, 3, 12, 21, 50)
async def test_each_phase_is_read() -> None:
    """Two phases charge what they leave; one that is in use later lets its battery charge less."""
    options = {
        **THREE,
        CONF_PHASE_BATTERIES["l1"]: keys([0]),
        CONF_PHASE_BATTERIES["l2"]: keys([1]),
        **{CONF_PHASE_SENSORS[phase]: f"sensor.{phase}" for phase in PHASES},
    }
    async with plan_home(soc=12, count=2, options=options) as home:
        for battery in home.batteries:
            battery.set_household(constant(0))
        fuse = Fuse(home, [0, 1])
        task = asyncio.get_running_loop().create_task(fuse.show())
        await home.until(22, 20)
        assert sum(home.powers()) <= -1000
        assert max(fuse.worst) <= LEAVES + 50
        busy = 0 if home.powers()[0] < -500 else 1
        fuse.loads[busy] = 2300.0
        await home.minutes(2)
        assert fuse.drawn(busy) <= 3000
        assert home.powers()[busy] >= -LEAVES + 2300 - 50
        task.cancel()


@at(2026, 6, 10, 12, 0)
async def test_sun_on_an_unknown_phase_leaves_no_room_on_others() -> None:
    """What a battery stores in Auto, who knows on which phase, is not drawn on each of them."""
    options = {
        **THREE,
        CONF_PHASE_BATTERIES["l2"]: keys([1]),
        **{CONF_PHASE_SENSORS[phase]: f"sensor.{phase}" for phase in PHASES},
    }
    async with plan_home(soc=40, count=2, options=options) as home:
        home.batteries[0].set_household(constant(-2000))
        fuse = Fuse(home, [0, 1])
        fuse.loads = [-2000.0, 2000.0, 0.0]
        task = asyncio.get_running_loop().create_task(fuse.show())
        await home.minutes(3)
        assert home.powers()[0] <= -1900
        device_id = home.control.participants.executors[keys([1])[0]].battery.device_id
        charge = {"mode": "charge", "power": 2500, "device_id": [device_id]}
        await home.hass.services.async_call(DOMAIN, "override", charge, blocking=True)
        await home.minutes(3)
        assert -900 <= home.powers()[1] < -600
        assert fuse.worst[1] <= 3000
        task.cancel()


@on("2026-03-12 21:30")
async def test_phases_are_chosen_in_a_form() -> None:
    """A battery on two phases is refused in words; on one it charges within its third at once."""
    async with owner() as me:
        flow = await opened(me, "phases")
        assert flow.defaults == {
            "three_phases": False,
            **{f"{phase}_batteries": [] for phase in PHASES},
            **{f"{phase}_sensor": None for phase in PHASES},
        }
        both = {"l1_batteries": MACS, "l2_batteries": MACS[:1]}
        result = await flow.submit(three_phases=True, **both)
        assert result["errors"] == {"base": "battery_on_two_phases"}
        await flow.submit(three_phases=True, l1_batteries=MACS, l2_batteries=[])
        assert me.entry.options["l1_batteries"] == MACS
        await me.until("22:15")
        # 35 % of 2 kVA.
        assert -700 <= sum(me.powers) <= -200
        flow = await opened(me, "phases")
        assert flow.defaults["l1_batteries"] == MACS
        await flow.submit(three_phases=False)
        await me.until("22:30")
        assert sum(me.powers) < -900

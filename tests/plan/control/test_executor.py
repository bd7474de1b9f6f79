"""What an executor makes of its orders, on a battery that obeys and behaves as a test says."""

import asyncio
import datetime as dt
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.battery.mode_requests import AUTO, BatteryCommand, SlotWindow
from custom_components.marstek.battery.poll_schedule import Reading
from custom_components.marstek.plan.execution_report import Outcome
from custom_components.marstek.plan.order_executor import OrderExecutor
from custom_components.marstek.venus import (
    LoopClock,
    Method,
    Mode,
    NoAnswerError,
    OutOfRangeError,
    Proof,
    VenusError,
)
from tests.support.truth import virtual

PARIS = ZoneInfo("Europe/Paris")
WINDOW = SlotWindow(
    dt.datetime(2026, 11, 20, 12, tzinfo=PARIS), dt.datetime(2199, 11, 21, 6, tzinfo=PARIS)
)
CHARGE = BatteryCommand(-1000, WINDOW, until=WINDOW.end)
STRONGER = BatteryCommand(-1500, WINDOW, until=WINDOW.end)
BY_PASSIVE = CHARGE.by_passive()
HOLD = BatteryCommand(0, WINDOW)
SILENCE = NoAnswerError(Method.SET_MODE, 1)


def _made_up(**attributes: Any) -> Any:
    return SimpleNamespace(**attributes)


class Bench:
    """An executor, its battery, and what it has reported and commanded."""

    def __init__(self, *, has_pv: bool = False) -> None:
        """Start with a battery at 50 % that does what it is asked to."""
        self.outcomes: list[Outcome] = []
        self.orders: list[BatteryCommand] = []
        self.expected: list[bool] = []
        self.answers: list[VenusError | Proof | None] = []
        self.cleared = 0
        self.takes = 0
        self.data = _made_up(
            mode=Mode.AUTO,
            ac_power=0,
            battery_power=0,
            soc=50,
            temperature=20.0,
            fresh=set(Reading),
        )
        self.battery = _made_up(
            name="cellar",
            clock=LoopClock(),
            profile=_made_up(has_pv=has_pv),
            data=self.data,
            is_claimed=False,
            is_occupied=False,
            is_reachable=True,
            has_slots_to_disable=False,
            pause=0.0,
            async_obey=self._obey,
            async_clear_plan=self._clear,
        )
        self.battery.pause_before = lambda _: self.battery.pause
        self.clock = _made_up(is_settling=False, is_wrong=False, is_proven=False)
        entry = _made_up(
            async_create_background_task=lambda _, work, name: asyncio.create_task(work, name=name)
        )
        hass: Any = None
        self.executor = OrderExecutor(
            hass,
            entry,
            self.battery,
            PARIS,
            lambda report: self.outcomes.append(report.outcome),
            self.clock,
        )

    def is_failing(self) -> bool:
        """Tell whether the order could not be carried out for some time."""
        return self.executor.is_failing

    def is_resting(self) -> bool:
        """Tell whether the cells took nothing more."""
        return self.executor.is_resting

    def doubt(self) -> Outcome | None:
        """Return why slots are not used."""
        return self.executor.doubt

    async def _obey(
        self, order: BatteryCommand, _: dt.datetime, *, expects_power: bool = True
    ) -> Proof | None:
        self.orders.append(order)
        self.expected.append(expects_power)
        await asyncio.sleep(self.takes)
        answer = self.answers.pop(0) if self.answers else Proof.CONFIRMED
        if isinstance(answer, VenusError):
            raise answer
        if answer is not None:
            self.data.mode = order.mode
            self.data.ac_power = self.data.battery_power = order.power or 0
        return answer

    async def _clear(self) -> None:
        self.cleared += 1
        if self.answers:
            raise SILENCE

    async def minutes(self, minutes: float, **data: Any) -> None:
        """Let time pass with these readings; the plan looks each minute."""
        for _ in range(int(minutes)):
            await asyncio.sleep(60)
            vars(self.data).update(data)
            self.battery.mode_read_at = self.battery.clock.time()
            self.executor.async_look()
        # What was found is carried out by a task.
        await asyncio.sleep(1)

    async def obeys(self, order: BatteryCommand) -> None:
        """Give an order, and wait until it stands."""
        self.executor.async_want(order)
        await asyncio.sleep(1)
        assert self.executor.standing == order
        assert self.executor.is_settled

    async def has_charged(self) -> None:
        """Charge by slots for ten minutes."""
        await self.obeys(CHARGE)
        await self.minutes(10)


@virtual
async def test_an_order_is_given_once() -> None:
    """Wanting it again, or no order, sends nothing; another one does."""
    bench = Bench()
    assert not bench.executor.is_assumed
    await bench.obeys(HOLD)
    await bench.obeys(HOLD)
    bench.executor.async_want(None)
    assert bench.executor.wanted is None
    await asyncio.sleep(60)
    assert (bench.orders, bench.outcomes) == ([HOLD], [Outcome.DONE])
    assert bench.executor.standing == HOLD
    await bench.obeys(CHARGE)
    assert bench.orders == [HOLD, CHARGE]
    assert bench.expected == [True, True]


@virtual
async def test_what_stood_before_a_restart_is_not_sent_again() -> None:
    """It is assumed, and watched from then on."""
    bench = Bench()
    bench.executor.assume(HOLD)
    await bench.obeys(HOLD)
    assert bench.orders == []


@pytest.mark.parametrize(
    ("proof", "is_assumed"),
    [(Proof.CONFIRMED, False), (Proof.ACCEPTED, True), (Proof.ASSUMED, True)],
)
@virtual
async def test_what_is_not_proven_is_assumed(proof: Proof, *, is_assumed: bool) -> None:
    """Acceptance alone is no proof."""
    bench = Bench()
    bench.answers = [proof]
    await bench.obeys(HOLD)
    assert bench.executor.is_assumed is is_assumed


@virtual
async def test_failures() -> None:
    """They are repeated ever less often, never given up, and told once after the third."""
    bench = Bench()
    bench.answers = [SILENCE] * 12
    bench.executor.async_want(HOLD)
    await asyncio.sleep(14)
    assert (len(bench.orders), bench.is_failing()) == (2, False)
    bench.executor.async_want(HOLD)
    await asyncio.sleep(2)
    assert (len(bench.orders), bench.is_failing()) == (3, True)
    assert not bench.executor.is_settled
    bench.executor.async_look()
    await asyncio.sleep(300)
    assert len(bench.orders) == 7
    await asyncio.sleep(2000)
    assert bench.executor.standing == HOLD
    assert not bench.is_failing()
    assert bench.outcomes == [Outcome.FAILED, Outcome.DONE]


@virtual
async def test_another_order_ends_the_attempts_of_the_one_before() -> None:
    """Its failures are not held against it."""
    bench = Bench()
    bench.answers = [SILENCE] * 4
    bench.executor.async_want(HOLD)
    await asyncio.sleep(40)
    assert bench.is_failing()
    bench.answers = []
    bench.takes = 10
    bench.executor.async_want(CHARGE)
    assert not bench.is_failing()
    await asyncio.sleep(400)
    assert bench.orders == [HOLD] * 4 + [CHARGE]


@virtual
async def test_another_order_ends_the_one_that_is_being_carried_out() -> None:
    """What it would have brought about late is not taken for what stands."""
    bench = Bench()
    bench.takes = 60
    bench.executor.async_want(HOLD)
    await asyncio.sleep(5)
    bench.takes = 0
    await bench.obeys(CHARGE)
    await asyncio.sleep(120)
    assert bench.executor.standing == CHARGE
    assert bench.outcomes == [Outcome.DONE]


@virtual
async def test_an_impossible_order() -> None:
    """It is told at once, and not tried again; another one is."""
    bench = Bench()
    bench.answers = [OutOfRangeError(-1000, -800, 800)]
    bench.executor.async_want(CHARGE)
    for _ in range(30):
        await asyncio.sleep(60)
        bench.executor.async_want(CHARGE)
    assert bench.orders == [CHARGE]
    assert bench.is_failing()
    assert bench.outcomes == [Outcome.FAILED]
    await bench.obeys(HOLD)


@virtual
async def test_an_order_that_was_superseded_is_given_again_when_it_is_wanted() -> None:
    """A command by hand went before; until then nothing is known to stand."""
    bench = Bench()
    bench.answers = [None]
    bench.executor.async_want(HOLD)
    await asyncio.sleep(60)
    assert (bench.orders, bench.executor.standing, bench.outcomes) == ([HOLD], None, [])
    await bench.obeys(HOLD)
    assert bench.orders == [HOLD, HOLD]


@virtual
async def test_a_command_by_hand_goes_before() -> None:
    """A claimed battery is not commanded, and not looked at; what was under way is stopped."""
    bench = Bench()
    bench.takes = 10
    bench.executor.async_want(HOLD)
    await asyncio.sleep(5)
    bench.battery.is_claimed = True
    bench.executor.async_interrupt()
    await asyncio.sleep(60)
    bench.executor.async_want(HOLD)
    bench.executor.async_repeat()
    await asyncio.sleep(60)
    assert bench.executor.standing is None
    assert bench.orders == [HOLD]
    bench.battery.is_claimed = False
    bench.takes = 0
    await bench.obeys(HOLD)
    bench.battery.is_claimed = True
    await bench.minutes(30, ac_power=900)
    assert bench.outcomes == [Outcome.DONE]


@virtual
async def test_flash_is_spared_first() -> None:
    """The pause between two orders is waited for, and asked for anew after it."""
    bench = Bench()
    bench.battery.pause = 20.0
    bench.executor.async_want(HOLD)
    await asyncio.sleep(30)
    assert bench.orders == []
    bench.battery.pause = 0.0
    await asyncio.sleep(11)
    assert bench.orders == [HOLD]


@virtual
async def test_a_battery_that_comes_back_is_commanded_at_once() -> None:
    """What failed in the dark is not waited for, and what stands is left alone."""
    bench = Bench()
    assert not bench.executor.async_notice_presence()
    bench.answers = [SILENCE] * 7
    bench.executor.async_want(HOLD)
    await asyncio.sleep(400)
    bench.battery.is_reachable = False
    assert not bench.executor.async_notice_presence()
    tried = len(bench.orders)
    bench.answers = []
    bench.battery.is_reachable = True
    assert bench.executor.async_notice_presence()
    assert not bench.executor.async_notice_presence()
    await asyncio.sleep(1)
    assert bench.executor.standing == HOLD
    assert len(bench.orders) == tried + 1
    bench.battery.is_reachable = False
    bench.executor.async_notice_presence()
    bench.battery.is_reachable = True
    assert bench.executor.async_notice_presence()
    await asyncio.sleep(60)
    assert len(bench.orders) == tried + 1


@pytest.mark.parametrize(("pause", "outcome"), [(10, Outcome.OVERRIDDEN), (16, Outcome.CHANGED)])
@virtual
async def test_a_change_is_put_back_once(pause: int, outcome: Outcome) -> None:
    """Who makes it again within a quarter of an hour is a person."""
    bench = Bench()
    await bench.obeys(HOLD)
    await bench.minutes(1, mode=Mode.AI)
    assert bench.outcomes == [Outcome.DONE, Outcome.CHANGED, Outcome.DONE]
    await bench.minutes(pause)
    assert bench.orders == [HOLD] * 2
    await bench.minutes(1, mode=Mode.AI)
    assert bench.outcomes[3] is outcome


@virtual
async def test_a_lapse_is_put_back_each_time() -> None:
    """Passive at 0 W is an old countdown."""
    bench = Bench()
    await bench.obeys(HOLD)
    for _ in range(3):
        await bench.minutes(1, mode=Mode.PASSIVE, ac_power=0)
        await bench.minutes(1)
    assert bench.outcomes == [Outcome.DONE, *(Outcome.PUT_BACK, Outcome.DONE) * 3]


@virtual
async def test_slots_left_behind_are_disabled_by_the_same_order_again() -> None:
    """Only while the battery answers."""
    bench = Bench()
    await bench.obeys(BY_PASSIVE)
    bench.battery.has_slots_to_disable = True
    bench.battery.is_reachable = False
    await bench.minutes(5)
    assert len(bench.orders) == 1
    bench.battery.is_reachable = True
    await bench.minutes(1)
    bench.battery.has_slots_to_disable = False
    await bench.minutes(5)
    assert bench.orders == [BY_PASSIVE] * 2


@virtual
async def test_a_slot_that_stops_and_acts_again_was_taken() -> None:
    """It is written anew, with nothing expected of cells that may be full."""
    bench = Bench()
    await bench.has_charged()
    await bench.minutes(16, ac_power=0)
    assert bench.orders == [CHARGE] * 2
    assert bench.expected == [True, False]
    await bench.minutes(2, ac_power=-1000)
    assert bench.outcomes == [Outcome.DONE, Outcome.DONE, Outcome.SLOT_TAKEN]
    assert not bench.is_resting()
    # Once more later: it is found out anew.
    await bench.minutes(16, ac_power=0)
    assert bench.orders == [CHARGE] * 3


async def exhausted(bench: Bench, **data: Any) -> None:
    """Charge, then let the cells take no more until that is found out."""
    await bench.has_charged()
    for _ in range(40):
        if Outcome.EXHAUSTED in bench.outcomes:
            return
        await bench.minutes(1, ac_power=0, battery_power=0, **data)
    pytest.fail("Not found out")


@virtual
async def test_exhausted_cells_rest() -> None:
    """The slot is tried anew once before; then they rest for 45 minutes and are not blamed."""
    bench = Bench()
    await exhausted(bench)
    assert bench.orders == [CHARGE] * 2
    assert bench.is_resting()
    assert bench.doubt() is None
    await asyncio.sleep(44 * 60)
    assert bench.is_resting()
    await asyncio.sleep(2 * 60)
    assert not bench.is_resting()
    assert bench.outcomes == [Outcome.DONE, Outcome.DONE, Outcome.EXHAUSTED]


@pytest.mark.parametrize(("soc", "is_over"), [(94, False), (95, True), (None, False)])
@virtual
async def test_cells_beside_the_sun_that_are_nearly_full_rest_for_the_night(
    soc: int | None, *, is_over: bool
) -> None:
    """Their slot can't be told from the sun, so it is not written anew."""
    bench = Bench(has_pv=True)
    await exhausted(bench, soc=soc)
    assert bench.orders == [CHARGE]
    await asyncio.sleep(50 * 60)
    assert bench.is_resting() is is_over
    await asyncio.sleep(11 * 3600)
    assert bench.is_resting() is is_over
    await asyncio.sleep(3600)
    assert not bench.is_resting()


@virtual
async def test_a_discharge_that_ends_does_not_rest() -> None:
    """Only a charge is tried again after a while."""
    bench = Bench(has_pv=True)
    await bench.obeys(BatteryCommand(1000, WINDOW))
    await bench.minutes(5)
    await bench.minutes(20, battery_power=0)
    assert bench.outcomes == [Outcome.DONE, Outcome.EXHAUSTED]
    assert not bench.is_resting()


@pytest.mark.parametrize(
    ("now", "rests"), [(22.0, True), (23.5, False), (16.5, False), (None, True)]
)
@virtual
async def test_cells_that_have_become_warmer_are_tried_again(
    now: float | None, *, rests: bool
) -> None:
    """Cold cells take nothing, and neither do hot ones."""
    bench = Bench()
    await exhausted(bench)
    bench.data.temperature = now
    bench.executor.async_notice_temperature()
    assert bench.is_resting() is rests
    bench.executor.async_try_clock_again()
    assert not bench.is_resting()


@virtual
async def test_slots_that_never_act_are_replaced_by_passive() -> None:
    """The clock is blamed, and is right after all where Passive charges nothing either."""
    bench = Bench()
    await bench.obeys(CHARGE)
    await bench.minutes(6, ac_power=0)
    assert bench.orders == [CHARGE, BY_PASSIVE]
    assert bench.doubt() is Outcome.CLOCK_WRONG
    await bench.minutes(6, ac_power=0)
    assert bench.doubt() is None
    assert bench.is_resting()
    later = [Outcome.CLOCK_WRONG, Outcome.DONE, Outcome.SLOTS_RIGHT, Outcome.EXHAUSTED]
    assert bench.outcomes == [Outcome.DONE, *later]


@virtual
async def test_slots_of_somebody_else_are_replaced_by_passive() -> None:
    """Until the owner has cleared them; Passive that is not followed has failed."""
    bench = Bench()
    await bench.obeys(CHARGE)
    await bench.minutes(6, ac_power=800)
    assert bench.doubt() is Outcome.FOREIGN_SLOTS
    assert bench.executor.standing == BY_PASSIVE
    await bench.minutes(6, ac_power=800)
    assert bench.outcomes[2:] == [Outcome.DONE, Outcome.FAILED, Outcome.DONE]
    assert bench.orders == [CHARGE, BY_PASSIVE, BY_PASSIVE]
    bench.executor.async_trust_slots()
    await bench.obeys(CHARGE)


@pytest.mark.parametrize(
    ("clock", "doubt", "order", "made_of_it"),
    [
        ({}, Outcome.CLOCK_WRONG, CHARGE, BY_PASSIVE),
        ({"is_wrong": True}, Outcome.CLOCK_WRONG, CHARGE, CHARGE),
        ({"is_settling": True}, Outcome.CLOCK_WRONG, CHARGE, BatteryCommand(0)),
        ({"is_settling": True}, Outcome.FOREIGN_SLOTS, CHARGE, BatteryCommand(0)),
        ({"is_wrong": True}, Outcome.CLOCK_WRONG, HOLD, HOLD.by_passive()),
        ({"is_settling": True}, Outcome.CLOCK_WRONG, AUTO, AUTO),
        ({"is_settling": True}, None, CHARGE, BatteryCommand(0)),
        ({"is_wrong": True}, None, CHARGE, CHARGE),
    ],
)
@virtual
async def test_a_countdown_charges_only_by_a_clock_that_is_trusted(
    clock: dict[str, bool],
    doubt: Outcome | None,
    order: BatteryCommand,
    made_of_it: BatteryCommand,
) -> None:
    """Else the battery's own slots end it, or it is held while neither clock would."""
    bench = Bench()
    bench.data.soc = 95
    vars(bench.clock).update(clock)
    bench.executor.doubt = doubt
    bench.executor.async_want(order)
    assert bench.executor.wanted == made_of_it


@pytest.mark.parametrize(
    ("doubt", "made_of_it"),
    [
        (None, STRONGER),
        (Outcome.FOREIGN_SLOTS, STRONGER),
        (Outcome.CLOCK_WRONG, BatteryCommand(0)),
    ],
)
@virtual
async def test_a_charge_by_slots_goes_on_while_the_clock_settles(
    doubt: Outcome | None, made_of_it: BatteryCommand
) -> None:
    """The battery, whose clock has let it begin, ends it; another power changes nothing of that."""
    bench = Bench()
    bench.executor.assume(CHARGE)
    bench.clock.is_settling = True
    bench.executor.doubt = doubt
    bench.executor.async_want(STRONGER)
    assert bench.executor.wanted == made_of_it


@pytest.mark.parametrize("is_proven", [False, True])
@virtual
async def test_full_cells_are_told_from_a_wrong_clock_by_a_countdown(*, is_proven: bool) -> None:
    """It is tried once, where our own clock is proven; who charges then had a wrong clock."""
    bench = Bench()
    bench.clock.is_proven = is_proven
    await bench.has_charged()
    await bench.minutes(16, ac_power=0)
    await bench.minutes(6, ac_power=0)
    assert bench.orders == [CHARGE] * 2 + [BY_PASSIVE] * is_proven
    if not is_proven:
        assert bench.outcomes[-1] is Outcome.EXHAUSTED
        return
    assert Outcome.CLOCK_WRONG not in bench.outcomes
    await bench.minutes(2, ac_power=-1000)
    assert bench.outcomes[-1] is Outcome.CLOCK_WRONG
    assert bench.doubt() is Outcome.CLOCK_WRONG
    await bench.minutes(10, ac_power=-1000)
    assert bench.outcomes.count(Outcome.CLOCK_WRONG) == 1


@pytest.mark.parametrize(
    ("proof", "soc", "orders", "doubt"),
    [
        (Proof.CONFIRMED, 50, 2, None),
        (Proof.ASSUMED, 50, 2, Outcome.CLOCK_WRONG),
        (SILENCE, 50, 2, Outcome.CLOCK_WRONG),
        (Proof.CONFIRMED, 90, 1, Outcome.CLOCK_WRONG),
        (Proof.CONFIRMED, None, 1, Outcome.CLOCK_WRONG),
    ],
)
@virtual
async def test_a_clock_that_was_wrong_is_tried_by_a_short_slot(
    proof: Proof | VenusError, soc: int | None, orders: int, doubt: Outcome | None
) -> None:
    """Only cells that would take something tell; a slot that acts at once is a right clock."""
    bench = Bench()
    bench.data.soc = soc
    bench.executor.doubt = Outcome.CLOCK_WRONG
    bench.answers = [proof]
    bench.executor.async_want(CHARGE)
    await asyncio.sleep(30)
    assert len(bench.orders) == orders
    assert bench.doubt() is doubt
    assert bench.executor.standing == (CHARGE if doubt is None else BY_PASSIVE)
    if orders == 2:
        trial = bench.orders[0].window
        assert trial is not None
        assert trial.start < dt_util.utcnow() < trial.end < WINDOW.end
    assert bench.outcomes == [Outcome.SLOTS_RIGHT] * (doubt is None) + [Outcome.DONE]
    # Not twice in one window, but anew in the next.
    bench.executor.doubt = Outcome.CLOCK_WRONG
    bench.executor.async_repeat()
    bench.executor.async_want(CHARGE)
    await asyncio.sleep(30)
    assert len(bench.orders) <= orders + 2


@virtual
async def test_a_trial_replaces_what_stood() -> None:
    """Its slot of some minutes is followed by the order itself, also where that stood before."""
    bench = Bench()
    bench.executor.assume(CHARGE)
    bench.executor.doubt = Outcome.CLOCK_WRONG
    bench.executor.async_want(CHARGE)
    await asyncio.sleep(30)
    assert len(bench.orders) == 2
    assert bench.orders[-1] == CHARGE
    assert bench.outcomes == [Outcome.SLOTS_RIGHT, Outcome.DONE]


@virtual
async def test_slots_are_disabled_once_at_the_end_of_a_window() -> None:
    """Then nothing is put back; a later order is watched again."""
    bench = Bench()
    bench.executor.async_tidy_up()
    await bench.obeys(BY_PASSIVE)
    bench.executor.async_tidy_up()
    await asyncio.sleep(1)
    assert bench.cleared == 0
    await bench.obeys(HOLD)
    bench.answers = [SILENCE]
    for _ in range(3):
        bench.executor.async_tidy_up()
        await asyncio.sleep(1)
    assert bench.cleared == 1
    bench.answers = []
    await bench.minutes(3, mode=Mode.AI)
    assert bench.orders == [BY_PASSIVE, HOLD]
    await bench.obeys(CHARGE)
    await bench.minutes(2, mode=Mode.AI)
    assert Outcome.CHANGED in bench.outcomes


@virtual
async def test_the_end() -> None:
    """Nothing is written any more, and nothing listened to."""
    bench = Bench()
    ended: list[int] = []
    bench.executor.subscriptions += [lambda: ended.append(1), lambda: ended.append(2)]
    bench.answers = [SILENCE] * 9
    bench.executor.async_want(HOLD)
    await asyncio.sleep(20)
    bench.executor.async_stop()
    tried = len(bench.orders)
    await asyncio.sleep(900)
    assert len(bench.orders) == tried
    assert sorted(ended) == [1, 2]
    assert bench.executor.subscriptions == []

"""Who commands a battery: any order of transitions keeps what is true of all of them."""

import datetime as dt
import json

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from custom_components.marstek.battery.commanded import BackTo, Commanded, Commander
from custom_components.marstek.limits import PowerLimits
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.venus import Mode

TODAY = dt.date(2026, 11, 21)
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
POWERS = st.integers(-2500, 2500)
CHOICES = st.sampled_from([Mode.AUTO, Mode.AI, Mode.MANUAL])
ENDS = st.sampled_from([(None, None), (NOON, None), (None, 80), (NOON, 80)])


class Commands(RuleBasedStateMachine):
    """What a person, the plan, the firmware and a restart do to one battery."""

    def __init__(self) -> None:
        """Begin with a battery that nobody commands."""
        super().__init__()
        self.now = Commanded()
        self.setpoint = 0

    def _back_to(self) -> BackTo:
        return self.now.leads_back(self.setpoint) or BackTo(Mode.AUTO, self.setpoint)

    @rule(mode=CHOICES, power=POWERS, works=st.booleans())
    def choose(self, mode: Mode, power: int, *, works: bool) -> None:
        """Let a person choose a mode, which may fail."""
        earlier, back_to = self.now, self._back_to()
        base = back_to.base if back_to.by_owner else back_to.mode
        self.now = earlier.choosing(mode, power, base)
        assert self.now.kept is None or self.now.mode is mode
        if works:
            self.now = self.now.chosen(mode, power, base, TODAY)
            self.setpoint = power
            assert self.now.stands(mode, power) is (mode is Mode.MANUAL)
        else:
            self.now = self.now.not_chosen(earlier)
            assert self.now.is_planned is earlier.is_planned

    @rule(power=POWERS, ends=ENDS, works=st.booleans())
    def run(self, power: int, ends: tuple[dt.datetime | None, int | None], *, works: bool) -> None:
        """Let a person want Passive for a while."""
        earlier = self.now
        self.now = earlier.on_top(power, self._back_to(), *ends)
        if works:
            self.now = self.now.kept_up(TODAY, ends[0])
            self.setpoint = power
            assert self.now.stands(Mode.PASSIVE, power)
        else:
            self.now = earlier if earlier.is_running else self.now.ended()
        if earlier.is_running and earlier.is_endless and ends != (None, None) and works:
            assert self.now.back_to.mode is Mode.PASSIVE

    @precondition(lambda self: self.now.is_running)
    @rule(power=POWERS)
    def change_power(self, power: int) -> None:
        """Move the setpoint of a run."""
        self.now = self.now.at_power(power).kept_up(TODAY)

    @rule()
    def end(self) -> None:
        """Let the end of a run come; of anything else, nothing changes."""
        earlier = self.now
        self.now = earlier.ended()
        assert self.now.is_ending or self.now == earlier

    @precondition(lambda self: self.now.is_ending)
    @rule()
    def go_back(self) -> None:
        """Prove that the battery is back."""
        back_to = self.now.back_to
        self.now = self.now.returned(back_to, TODAY)
        self.setpoint = back_to.setpoint
        assert not self.now.is_planned
        assert self.now.is_held_by_owner is (back_to.by_owner and back_to.mode in _SETPOINT_MODES)

    @precondition(lambda self: self.now.is_ending and not self.now.back_to.by_owner)
    @precondition(lambda self: not self.now.is_stray)
    @rule()
    def release(self) -> None:
        """Let the plan take the battery at the end of a run."""
        self.now = self.now.released()
        assert self.now.is_planned

    @rule(
        mode=st.sampled_from([Mode.AUTO, Mode.MANUAL, Mode.PASSIVE]),
        power=POWERS,
        works=st.booleans(),
    )
    def obey(self, mode: Mode, power: int, *, works: bool) -> None:
        """Let the plan command; what fails stays the plan's to put right."""
        was_away = self.now.is_planned or self.now.is_run
        self.now = self.now.obeying(mode, power)
        assert self.now.is_planned is (was_away or mode is not Mode.AUTO)
        if works:
            self.now = self.now.obeyed(mode, power, NOON, TODAY)
            assert self.now.is_planned is (mode is not Mode.AUTO)
            assert self.now.keeps(Mode.PASSIVE) is (mode is Mode.PASSIVE)

    @rule()
    def let_go(self) -> None:
        """Choose a mode in the app."""
        was_planned = self.now.is_planned
        self.now = self.now.let_go()
        assert self.now.is_planned is was_planned

    @precondition(lambda self: self.now.by is Commander.NOBODY)
    @rule(mode=CHOICES)
    def park(self, mode: Mode) -> None:
        """Let the countdown of a run that was left in the app end later."""
        self.now = Commanded.stray(BackTo(mode, self.setpoint))

    @rule(charge=st.integers(0, 2500), discharge=st.integers(0, 2500))
    def limit(self, charge: int, discharge: int) -> None:
        """Lower what the battery may do."""
        self.now = self.now.limited(PowerLimits(charge, discharge))
        assert -charge <= self.now.power <= discharge

    @rule()
    def restart(self) -> None:
        """Restore what is stored: all but the slots of the plan, which are in the battery."""
        stored = json.loads(json.dumps(self.now.store()))
        restored = Commanded.restore(StoredPart(stored))
        if self.now.by is Commander.OWNER and (self.now.is_run or self.now.kept):
            assert restored == self.now
        assert restored.is_planned is self.now.is_planned
        assert restored.kept == self.now.kept
        self.now = restored

    @invariant()
    def is_consistent(self) -> None:
        """Check that what nobody commands, or is over, is not kept up."""
        now = self.now
        if now.by is Commander.NOBODY:
            assert now == Commanded()
        if now.is_over:
            assert now.is_run
            assert now.kept is None
        if now.keeps(Mode.MANUAL):
            assert now.by is Commander.OWNER
        if now.target is not None:
            assert now.is_run
        if now.back_to.mode is Mode.PASSIVE:
            assert now.back_to.by_owner


_SETPOINT_MODES = (Mode.MANUAL, Mode.PASSIVE)
TestCommands = Commands.TestCase
TestCommands.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


def test_run_on_top_of_a_turned_run() -> None:
    """A run that was turned around on top of another, with one more on top, leads back to Auto."""
    soon = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    first = Commanded.run(500)
    turned = first.on_top(800, first.back_to, soon, None).at_power(-800)
    third = turned.on_top(300, turned.back_to, soon, None)
    back = third.ended().returned(third.back_to, soon.date())
    assert (back.mode, back.power, back.back_to.mode) == (Mode.PASSIVE, -800, Mode.AUTO)

"""Finds out whether the slots of one battery act as they are written (pure).

A charge by slots begins and ends by the battery's own clock, which nobody can read, and another
program may write slots too. A battery that stands still may therefore have full cells, a wrong
clock or a disabled slot. What it does after each remedy tells which: the slot is written anew, and
where that changes nothing, the same power is sent by a countdown, which needs no clock.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..battery.mode_requests import BatteryCommand
from .execution_report import Outcome


class Remedy(StrEnum):
    """Remedy for a battery that does not act as its order says."""

    REPEAT = "repeat"
    """Send the same order again, which writes its slots anew."""
    COUNTDOWN = "countdown"
    """Give the order anew: a doubt of the slots has it carried out by Passive."""
    REST = "rest"
    """Nothing for now: the cells take or give no more."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Remedy, and the outcome to be reported before it, None for none."""

    remedy: Remedy
    outcome: Outcome | None = None


class SlotTrust:
    """What a window has shown of a battery's slots, and the doubt that outlasts it."""

    def __init__(self, *, may_rewrite: bool) -> None:
        """Trust the slots. `may_rewrite` is False where the sun hides which of them act."""
        self._may_rewrite = may_rewrite
        self._doubt: Outcome | None = None
        self._is_clock_tried = False
        self._is_exhausted = False
        self._is_probing = False
        self._is_rewritten = False
        self._has_acted = False

    @property
    def doubt(self) -> Outcome | None:
        """Why the slots can't be trusted, one of DOUBTS; None when they can."""
        return self._doubt

    @doubt.setter
    def doubt(self, doubt: Outcome | None) -> None:
        # Whatever is known now, a countdown is no longer tried to find it out.
        self._doubt, self._is_probing = doubt, False

    @property
    def expects_power(self) -> bool:
        """Tell whether power has to flow once an order is carried out."""
        return not (self._is_exhausted or self._is_rewritten)

    @property
    def is_clock_open(self) -> bool:
        """Tell whether the battery's clock is doubted and was not tried in this window."""
        return self.doubt is Outcome.CLOCK_WRONG and not self._is_clock_tried

    def clock_tried(self) -> None:
        """Note that the clock is being tried in this window."""
        self._is_clock_tried = True

    def begin_window(self) -> None:
        """Let all be tried again in a new window; a doubt stays until it is disproved.

        What was only being tried, and not reported yet, is no doubt.
        """
        if self._is_probing:
            self.doubt = None
        self._is_clock_tried = self._is_exhausted = False
        self._is_rewritten = self._has_acted = False

    def countdown_acted(self) -> bool:
        """Tell whether power that flows by countdown is proof against the clock."""
        if not self._is_probing:
            return False
        # By countdown it takes what it did not take by its slots.
        self._is_probing = self._is_exhausted = self._is_rewritten = False
        return True

    def slot_acted(self) -> bool:
        """Note that a slot acts in this window; tell whether it does since it was written anew."""
        self._has_acted = True
        was_rewritten, self._is_rewritten = self._is_rewritten, False
        return was_rewritten

    def stopped(self, order: BatteryCommand) -> Diagnosis:
        """Return what to do about power that no longer flows: write the slot anew, once.

        Should power flow again, somebody else had disabled the slot; cells that are full take
        nothing from a new slot either. Beside the sun that can't be told apart.
        """
        if order.window is None or self._is_exhausted or not self._may_rewrite:
            return self._exhausted()
        self._is_rewritten = True
        return Diagnosis(Remedy.REPEAT)

    def idle(self, order: BatteryCommand, *, is_clock_proven: bool) -> Diagnosis:
        """Return what to do where no power has flowed since an order was carried out.

        Where a slot has acted earlier in this window, the clock is right, and the slot is written
        anew. A battery that takes nothing then either is full for now, unless a countdown shows
        that only its slots are in the way; that is tried once, where Home Assistant's clock is
        proven.
        """
        if order.window is None:
            if self.doubt is Outcome.CLOCK_WRONG:
                # It was not its clock: by countdown it takes nothing either.
                self.doubt = None
                return self._exhausted(Outcome.SLOTS_RIGHT)
            return self.distrust(Outcome.CLOCK_WRONG, order)
        if not (self._has_acted or self._is_exhausted):
            return self.distrust(Outcome.CLOCK_WRONG, order)
        if not (self._is_rewritten or self._is_exhausted):
            return self.stopped(order)
        if is_clock_proven and not self._is_clock_tried:
            self.doubt = Outcome.CLOCK_WRONG
            self._is_probing = self._is_clock_tried = True
            return Diagnosis(Remedy.COUNTDOWN)
        return self._exhausted()

    def distrust(self, doubt: Outcome, order: BatteryCommand) -> Diagnosis:
        """Go on by Passive, whose countdown needs neither slots nor a clock."""
        if order.window is None:
            # Passive itself is not followed.
            return Diagnosis(Remedy.REPEAT, Outcome.FAILED)
        self.doubt = doubt
        self._is_clock_tried = True
        return Diagnosis(Remedy.COUNTDOWN, doubt)

    def _exhausted(self, outcome: Outcome | None = None) -> Diagnosis:
        """Note that the cells take or give no more for now."""
        self._is_exhausted = True
        self._is_rewritten = False
        return Diagnosis(Remedy.REST, outcome)

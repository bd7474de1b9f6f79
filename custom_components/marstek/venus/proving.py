"""Proof of a mode change by a later read, and the limits on its attempts."""

from dataclasses import dataclass, field
from typing import Final

from .agreement import IDLE_POWER, LEAST_TELLING, Purpose, agrees, may_be_empty
from .errors import ContradictedError, NoAnswerError, VenusError
from .mode_request import ModeRequest
from .models import Method, Mode, ModeStatus

_CONTRADICTIONS: Final = 3


@dataclass(slots=True)
class Progress:
    """How often a request may still be tried, and why it failed last."""

    attempts: int
    rounds: int = 0
    failures: int = 0
    contradictions: int = 0
    error: VenusError = field(default_factory=lambda: NoAnswerError(Method.SET_MODE, 0))

    @property
    def may_contradict(self) -> bool:
        """Return whether the battery may still show something else without being given up."""
        return self.contradictions < _CONTRADICTIONS

    @property
    def may_go_on(self) -> bool:
        """Return whether there is another attempt."""
        return self.failures < self.attempts and self.may_contradict

    def failed(self, error: VenusError) -> None:
        """Count an attempt that came to nothing."""
        self.failures += 1
        self.error = error

    def contradicted(self, error: ContradictedError) -> None:
        """Count a read that shows something else."""
        self.contradictions += 1
        self.error = error


def shows_setpoint(request: ModeRequest, status: ModeStatus) -> bool:
    """Tell whether a read shows mode and power of a request, and could not do so by chance.

    A power near 0 W is also that of a battery that was parked, or whose slot does not act.
    """
    if status.mode is not request.mode or status.ac_power is None:
        return False
    is_distinct = abs(request.power) > LEAST_TELLING
    return is_distinct and agrees(request.power, status.ac_power, None, Purpose.PROOF)


def is_excusable(
    request: ModeRequest, status: ModeStatus, measured: Measured | None, before: ModeStatus | None
) -> bool:
    """Tell whether a battery in the right mode may have a reason not to give the power.

    A slot of Manual starts when the battery's own clock says so. Cells that are full, empty or
    cold take or give less at any state of charge: where the mode has changed with the command,
    the battery has carried it out. `before` is what was read before the command.
    """
    if status.mode is not request.mode:
        return False
    has_changed = before is not None and before.mode not in (None, request.mode)
    if has_changed and measured is not None and measured.is_less_than(request.power):
        return True
    if request.mode is Mode.MANUAL:
        return True
    stands_still = measured is not None and measured.is_idle
    is_low = status.soc is not None and may_be_empty(status.soc)
    return request.power > 0 and stands_still and is_low


@dataclass(frozen=True, slots=True)
class Measured:
    """The powers of one moment in which a setpoint may show.

    Which of them a model with solar inputs holds at its setpoint is not known: the AC side in
    firmware read so far, and the cells where the sun brings more than the setpoint lets out.
    """

    soc: int | None
    """State of charge in %."""
    powers: tuple[int, ...] = ()
    """In W, + leaves the battery: of the AC side, then of the cells; none where the sun that they
    include is not known."""

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing flows into or out of the cells."""
        return bool(self.powers) and abs(self.powers[-1]) <= Purpose.PROOF.value.hold

    def is_less_than(self, power: int) -> bool:
        """Tell whether nothing, or less in the same direction, flows than a setpoint in W asks."""
        low, high = sorted((0, power))
        return any(low - IDLE_POWER <= each <= high + IDLE_POWER for each in self.powers)

    def follows(self, power: int) -> bool | None:
        """Tell whether a setpoint in W shows; None where that can't be known.

        One between both powers may be all that the cells, at their limit, leave of it.
        """
        if any(agrees(power, each, self.soc, Purpose.PROOF) for each in self.powers):
            return True
        if not self.powers or min(self.powers) < power < max(self.powers):
            return None
        return False

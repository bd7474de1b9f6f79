"""Who commands one battery: one value, and the transitions that change it (pure).

Powers are in W, + discharges. What happens, and what it is called here:

| transition | when | commanded afterwards |
|---|---|---|
| `choosing` | a person's Manual, Auto or AI is about to be sent | as before, no longer kept up; a run is over |
| `chosen` | it is proven | by the owner in Manual, kept up; in Auto or AI by nobody |
| `not_chosen` | it was not | what stood, sent again at once |
| `running` | a run of Passive is about to be sent | by the owner in Passive |
| `kept_up` | what stands was sent | the same, kept up |
| `ended` | the run is over | the same, on its way back |
| `returned` | the battery is proven to be back | what was before: by the owner, or by nobody |
| `released` | the plan takes the battery at the end of a run | by the plan |
| `obeying` | an order of the plan is about to be sent | by the plan, or by nobody for Auto that stood |
| `obeyed` | it is proven | by the plan, Passive kept up; in Auto by nobody |
| `let_go` | somebody else chose a mode | by nobody; what the plan has done, it puts right |
"""

from dataclasses import dataclass, replace
import datetime as dt
from enum import StrEnum
import math
from typing import Any, Self

from ..limits import PowerLimits
from ..stored import StoredPart, day, fields, flag, moment, one_of, optional, power, whole
from ..venus import Mode


class Commander(StrEnum):
    """Commander of a battery."""

    NOBODY = "nobody"
    OWNER = "owner"
    """A person, or an automation."""
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class BackTo:
    """State that a person took a battery out of, and to which it goes back."""

    mode: Mode = Mode.AUTO
    setpoint: int = 0
    """Setpoint of the owner in W, + discharges."""
    base: Mode = Mode.AUTO
    """Mode before `mode`, where a person chose `mode`."""
    by_owner: bool = False
    """True for Manual with a slot of ours; False for Manual with the slots as they are."""

    @property
    def below(self) -> BackTo:
        """State to go back to when the person's own choice is undone too."""
        return replace(self, mode=self.base, base=Mode.AUTO, by_owner=False)

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "mode": self.mode,
            "setpoint": self.setpoint,
            "base": self.base,
            "by_hand": self.by_owner,
        }

    @classmethod
    def restore(cls, stored: object) -> Self:
        """Return the stored value; ValueError for an unreadable one."""
        given = fields(stored)
        return cls(
            one_of(Mode)(given.get("mode")),
            power(given.get("setpoint")),
            one_of(Mode)(given.get("base")),
            flag(given.get("by_hand", False)),
        )


@dataclass(frozen=True, slots=True)
class KeptUp:
    """Renewal of a command: when it was sent last, and until when it is sent again."""

    day: dt.date
    """Day of the last write: an own slot is valid then and on the next day."""
    until: dt.datetime | None = None
    """End of the renewals of Passive; None without end."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """Command that is in force on a battery: by whom, what, until when, and what follows it.

    By nobody, a battery does what its mode and its own slots say. A run is Passive by the owner: it
    ends at a moment, at a state of charge, or by hand, and then leads back. Powers are in W, +
    discharges. Each transition returns a new value:

    | transition | when | leads to |
    |---|---|---|
    | `choosing` | a person's mode is being sent | a run ends; else nothing is renewed |
    | `chosen`, `not_chosen` | it is proven, or has failed | Manual by the owner or nobody; as before |
    | `on_top`, `at_power` | a run begins, or has another power | a run, with the way back |
    | `kept_up` | it was sent (again) | the same, renewed from this day on |
    | `ended`, `followed_by` | a run is over, or a setpoint is to follow | the same, on its way back |
    | `returned`, `leaving` | the battery is back, or leaves Manual | the state before; not renewed |
    | `released`, `obeying`, `obeyed` | the plan takes over, sends, has proven | by the plan |
    | `let_go` | somebody else chose another mode | nobody, or the plan without renewals |
    | `abandoned` | nobody will command it any more | the same, but not back into Passive |
    | `limited` | limits were lowered | the same within them, sent again |
    """

    by: Commander = Commander.NOBODY
    mode: Mode = Mode.AUTO
    power: int = 0
    until: dt.datetime | None = None
    """When Passive ends; None for no such moment."""
    target: int | None = None
    """State of charge in % at which a run ends, from below or from above; None for no such."""
    back_to: BackTo = BackTo()
    is_over: bool = False
    """True of a run from its end on until the battery is proven to be back."""
    is_stray: bool = False
    """True of a countdown that goes on after somebody else has chosen the mode to go back to."""
    kept: KeptUp | None = None
    """None while nothing is sent again: it is being sent, is over, or is the plan's slots."""

    @classmethod
    def run(
        cls,
        power: int,
        back_to: BackTo | None = None,
        until: dt.datetime | None = None,
        target: int | None = None,
        *,
        is_over: bool = False,
    ) -> Self:
        """Return a run at a power."""
        back = BackTo() if back_to is None else back_to
        return cls(Commander.OWNER, Mode.PASSIVE, power, until, target, back, is_over)

    @classmethod
    def stray(cls, back_to: BackTo) -> Self:
        """Return the rest of a run whose mode was changed in the app: its countdown, at 0 W."""
        return cls(Commander.OWNER, Mode.PASSIVE, back_to=back_to, is_over=True, is_stray=True)

    @classmethod
    def manual(cls, power: int, base: Mode, today: dt.date) -> Self:
        """Return Manual by the owner at a power, written today; `base` is the mode before it."""
        kept = KeptUp(today)
        return cls(Commander.OWNER, Mode.MANUAL, power, back_to=BackTo(base), kept=kept)

    @property
    def is_run(self) -> bool:
        """Whether it is a run, or the rest of one."""
        return self.by is Commander.OWNER and self.mode is Mode.PASSIVE

    @property
    def is_running(self) -> bool:
        """Whether it is a run that goes on."""
        return self.is_run and not self.is_over

    @property
    def is_ending(self) -> bool:
        """Whether it is a run that is over, from which the battery is brought back."""
        return self.is_run and self.is_over

    @property
    def is_planned(self) -> bool:
        """Tell whether the plan has put it into another mode than Auto, and not back yet."""
        return self.by is Commander.PLAN

    def keeps(self, mode: Mode) -> bool:
        """Tell whether a mode is renewed."""
        return self.kept is not None and self.mode is mode

    def stands(self, mode: Mode | None, power: int) -> bool:
        """Tell whether the owner chose this mode and power in W, and they are renewed."""
        return (
            self.by is Commander.OWNER
            and self.kept is not None
            and (self.mode, self.power) == (mode, power)
        )

    @property
    def is_held_by_owner(self) -> bool:
        """Tell whether a person has put it into Manual or Passive, and it is not back yet."""
        return self.is_run or (self.by is Commander.OWNER and self.keeps(Mode.MANUAL))

    @property
    def is_endless(self) -> bool:
        """Tell whether nothing but a person ends it."""
        return self.until is None and self.target is None

    def is_reached(self, soc: int | None) -> bool:
        """Tell whether a state of charge in % is where it ends."""
        if self.target is None or soc is None or self.power == 0:
            return False
        return soc >= self.target if self.power < 0 else soc <= self.target

    def seconds_to_target(self, soc: int | None, capacity: float | None) -> float:
        """Return the expected seconds to its target, from `soc` in % and `capacity` in Wh."""
        if self.target is None or soc is None or capacity is None or self.power == 0:
            return math.inf
        return 36 * abs(self.target - soc) * capacity / abs(self.power)

    def is_past(self, now: dt.datetime) -> bool:
        """Tell whether its end has come."""
        return self.is_over or (self.until is not None and now >= self.until)

    def leads_back(self, setpoint: int) -> BackTo | None:
        """Return the state that a new choice takes the battery out of.

        None where the battery's present mode is that state.
        """
        if self.is_run:
            return self.back_to
        if self.by is Commander.OWNER and self.keeps(Mode.MANUAL):
            return BackTo(Mode.MANUAL, setpoint, self.back_to.mode, by_owner=True)
        return BackTo(setpoint=setpoint) if self.is_planned else None

    def choosing(self, mode: Mode, power: int, base: Mode) -> Commanded:
        """Return the command while another mode than Passive is being sent.

        Out of Passive the battery goes in any case, now or when it answers again.
        """
        if self.is_run:
            then = BackTo(mode, power, base, by_owner=True)
            return replace(self, back_to=then, is_over=True, kept=None)
        return self if self.mode is mode else replace(self, kept=None)

    def chosen(self, mode: Mode, power: int, base: Mode, today: dt.date) -> Commanded:
        """Return the command once the chosen mode is proven."""
        return Commanded.manual(power, base, today) if mode is Mode.MANUAL else Commanded()

    def not_chosen(self, earlier: Commanded) -> Commanded:
        """Return the command when the chosen mode failed; an earlier Manual is written again."""
        if self.is_run or not (earlier.by is Commander.OWNER and earlier.keeps(Mode.MANUAL)):
            return self
        return replace(earlier, kept=KeptUp(dt.date.min))

    def at_power(self, power: int) -> Commanded:
        """Return the run at another power; without end where that turns its sense around."""
        if self.power * power > 0:
            return replace(self, power=power, kept=None)
        return Commanded.run(power, self.back_to)

    def on_top(
        self, power: int, back_to: BackTo, until: dt.datetime | None, target: int | None
    ) -> Commanded:
        """Return a new run, after which an endless one that is on goes on."""
        is_endless = until is None and target is None
        if self.is_running and self.is_endless and not is_endless:
            # One level is remembered: below an earlier Passive lies what it was taken out of.
            base = back_to.base if back_to.mode is Mode.PASSIVE else back_to.mode
            back_to = BackTo(Mode.PASSIVE, self.power, base, by_owner=True)
        return Commanded.run(power, back_to, until, target)

    def kept_up(self, today: dt.date, until: dt.datetime | None = None) -> Commanded:
        """Return the same, sent today."""
        return replace(self, kept=KeptUp(today, until))

    def ended(self) -> Commanded:
        """Return the same on its way back; only a run ends."""
        return replace(self, is_over=True, kept=None) if self.is_run else self

    def followed_by(self, setpoint: int) -> Commanded:
        """Return the same with another setpoint of the owner once it is over."""
        return replace(self, back_to=replace(self.back_to, setpoint=setpoint))

    def abandoned(self) -> Commanded:
        """Return the same without going back into Passive, which nobody would renew."""
        is_passive = self.is_run and self.back_to.mode is Mode.PASSIVE
        return replace(self, back_to=self.back_to.below) if is_passive else self

    def returned(self, back_to: BackTo, today: dt.date) -> Commanded:
        """Return the command once the battery is back in the state before."""
        if not back_to.by_owner:
            return Commanded()
        if back_to.mode is Mode.PASSIVE:
            return Commanded.run(back_to.setpoint, back_to.below).kept_up(today)
        if back_to.mode is Mode.MANUAL:
            return Commanded.manual(back_to.setpoint, back_to.base, today)
        return Commanded()

    def leaving(self) -> Commanded:
        """Return the command while the battery is brought back from Manual."""
        return replace(self, kept=None)

    def released(self) -> Commanded:
        """Return the command when the plan takes over a battery whose run is over."""
        return Commanded(Commander.PLAN, Mode.PASSIVE)

    def obeying(self, mode: Mode, power: int) -> Commanded:
        """Return the command while an order of the plan is being sent."""
        if mode is Mode.AUTO and not self.is_planned and not self.is_run:
            return Commanded()
        return Commanded(Commander.PLAN, mode, power)

    def obeyed(
        self, mode: Mode, power: int, until: dt.datetime | None, today: dt.date
    ) -> Commanded:
        """Return the command once the order is proven; Passive is renewed until `until`."""
        if mode is Mode.AUTO:
            return Commanded()
        kept = KeptUp(today, until) if mode is Mode.PASSIVE else None
        return Commanded(Commander.PLAN, mode, power, until, kept=kept)

    def let_go(self) -> Commanded:
        """Return the command when somebody else chose a mode, or one without a setpoint."""
        return replace(self, kept=None) if self.is_planned else Commanded()

    def limited(self, limits: PowerLimits) -> Commanded:
        """Return the same within limits in W; a power that changes is sent again."""
        power = limits.clamp(self.power)
        if power == self.power:
            return self
        kept = self.kept and replace(self.kept, day=dt.date.min)
        return replace(self, power=power, kept=kept)

    def store(self) -> dict[str, Any]:
        """Return the values for `restore`, in the three keys that version 0.1.0 wrote."""
        kept, run = None, None
        if self.kept is not None:
            kept = {
                "mode": self.mode,
                "power": self.power,
                "day": self.kept.day.isoformat(),
                "until": self.kept.until and self.kept.until.isoformat(),
                "before": self.back_to.mode if self.mode is Mode.MANUAL else Mode.AUTO,
            }
        if self.is_run:
            run = {
                "power": self.power,
                "before": self.back_to.store(),
                "until": self.until and self.until.isoformat(),
                "target": self.target,
                "is_over": self.is_over,
                "is_stray": self.is_stray,
            }
        return {"hold": kept, "run": run, "is_planned": self.is_planned}

    @classmethod
    def restore(cls, stored: StoredPart) -> Commanded:
        """Return it as it was stored; of the three keys, one that can't be read is dropped alone."""
        kept = stored.optional("hold", _restore_kept)
        run = stored.optional("run", _restore_run)
        is_planned = stored.value("is_planned", flag, default=False)
        if run is not None:
            is_kept = kept is not None and kept.mode is Mode.PASSIVE and not run.is_over
            return replace(run, kept=kept.kept) if kept is not None and is_kept else run
        if is_planned:
            if kept is None or kept.mode is not Mode.PASSIVE:
                return cls(Commander.PLAN, Mode.MANUAL)
            return replace(kept, by=Commander.PLAN)
        return Commanded() if kept is None else kept


def _restore_kept(stored: object) -> Commanded:
    """Return what is kept up, as if by the owner."""
    given = fields(stored)
    mode, until = one_of(Mode)(given.get("mode")), optional(moment, given.get("until"))
    back_to = BackTo(one_of(Mode)(given.get("before", Mode.AUTO)))
    kept = KeptUp(day(given.get("day")), until)
    watts = power(given.get("power"))
    return Commanded(Commander.OWNER, mode, watts, until, back_to=back_to, kept=kept)


def _restore_run(stored: object) -> Commanded:
    given = fields(stored)
    run = Commanded.run(
        power(given.get("power")),
        BackTo.restore(given.get("before")),
        optional(moment, given.get("until")),
        optional(whole(0, 100), given.get("target")),
        is_over=flag(given.get("is_over", False)),
    )
    return replace(run, is_stray=flag(given.get("is_stray", False)))

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
    """Who commands a battery."""

    NOBODY = "nobody"
    OWNER = "owner"
    """A person, or an automation."""
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class BackTo:
    """What a person took a battery out of, and what it goes back to."""

    mode: Mode = Mode.AUTO
    setpoint: int = 0
    """The owner's setpoint then."""
    base: Mode = Mode.AUTO
    """Where `mode` was a person's own choice: what was before that."""
    by_owner: bool = False
    """True for Manual with a slot of ours; False for Manual with the slots as they are."""

    @property
    def below(self) -> BackTo:
        """What is left when the person's own choice is taken back too."""
        return replace(self, mode=self.base, base=Mode.AUTO, by_owner=False)

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "mode": self.mode,
            "setpoint": self.setpoint,
            "base": self.base,
            "by_hand": self.by_owner,
        }

    @classmethod
    def restore(cls, stored: object) -> Self:
        """Return it as it was stored; ValueError for what it can't be."""
        given = fields(stored)
        return cls(
            one_of(Mode)(given.get("mode")),
            power(given.get("setpoint")),
            one_of(Mode)(given.get("base")),
            flag(given.get("by_hand", False)),
        )


@dataclass(frozen=True, slots=True)
class KeptUp:
    """When what stands was sent last, and until when it is sent again."""

    day: dt.date
    """Of the last write: a slot of ours is valid then and on the next day."""
    until: dt.datetime | None = None
    """When Passive is no longer to be kept up; None for as long as it stands."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """By whom a battery is commanded, to do what, until when, and what comes after it.

    By nobody, a battery does what its mode and its own slots say. A run is Passive by the owner: it
    ends at a moment, at a state of charge, or by hand, and then leads back.
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
        """Return what is left of a run that was left in the app: its countdown, at 0 W."""
        return cls(Commander.OWNER, Mode.PASSIVE, back_to=back_to, is_over=True, is_stray=True)

    @classmethod
    def manual(cls, power: int, base: Mode, today: dt.date) -> Self:
        """Return Manual by the owner, written today; `base` is what it was taken out of."""
        kept = KeptUp(today)
        return cls(Commander.OWNER, Mode.MANUAL, power, back_to=BackTo(base), kept=kept)

    @property
    def is_run(self) -> bool:
        """Tell whether it is a run, or what is left of one."""
        return self.by is Commander.OWNER and self.mode is Mode.PASSIVE

    @property
    def is_running(self) -> bool:
        """Tell whether it is a run that goes on."""
        return self.is_run and not self.is_over

    @property
    def is_ending(self) -> bool:
        """Tell whether it is a run from which the battery is brought back."""
        return self.is_run and self.is_over

    @property
    def is_planned(self) -> bool:
        """Tell whether the plan has put it into another mode than Auto, and not back yet."""
        return self.by is Commander.PLAN

    def keeps(self, mode: Mode) -> bool:
        """Tell whether a mode is kept up."""
        return self.kept is not None and self.mode is mode

    def stands(self, mode: Mode | None, power: int) -> bool:
        """Tell whether the owner has brought it into a mode at a power, and that is kept up."""
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
        """Return about how long it takes to its target, from % of a capacity in Wh on."""
        if self.target is None or soc is None or capacity is None or self.power == 0:
            return math.inf
        return 36 * abs(self.target - soc) * capacity / abs(self.power)

    def is_past(self, now: dt.datetime) -> bool:
        """Tell whether its end has come."""
        return self.is_over or (self.until is not None and now >= self.until)

    def leads_back(self, setpoint: int) -> BackTo | None:
        """Return what a new choice takes the battery out of; None where its mode tells that."""
        if self.is_run:
            return self.back_to
        if self.by is Commander.OWNER and self.keeps(Mode.MANUAL):
            return BackTo(Mode.MANUAL, setpoint, self.back_to.mode, by_owner=True)
        return BackTo(setpoint=setpoint) if self.is_planned else None

    def choosing(self, mode: Mode, power: int, base: Mode) -> Commanded:
        """Return what stands while another mode than Passive is being sent.

        Out of Passive the battery goes in any case, now or when it answers again.
        """
        if self.is_run:
            then = BackTo(mode, power, base, by_owner=True)
            return replace(self, back_to=then, is_over=True, kept=None)
        return self if self.mode is mode else replace(self, kept=None)

    def chosen(self, mode: Mode, power: int, base: Mode, today: dt.date) -> Commanded:
        """Return what stands once that is proven."""
        return Commanded.manual(power, base, today) if mode is Mode.MANUAL else Commanded()

    def not_chosen(self, earlier: Commanded) -> Commanded:
        """Return what stands when it failed: the slot of an earlier Manual may be disabled."""
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
            back_to = BackTo(Mode.PASSIVE, self.power, back_to.mode, by_owner=True)
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
        """Return the same for a battery where nobody keeps up Passive: that is left as well."""
        is_passive = self.is_run and self.back_to.mode is Mode.PASSIVE
        return replace(self, back_to=self.back_to.below) if is_passive else self

    def returned(self, back_to: BackTo, today: dt.date) -> Commanded:
        """Return what stands once the battery is back in what was before."""
        if not back_to.by_owner:
            return Commanded()
        if back_to.mode is Mode.PASSIVE:
            return Commanded.run(back_to.setpoint, back_to.below).kept_up(today)
        if back_to.mode is Mode.MANUAL:
            return Commanded.manual(back_to.setpoint, back_to.base, today)
        return Commanded()

    def leaving(self) -> Commanded:
        """Return what stands while the battery is brought back from Manual."""
        return replace(self, kept=None)

    def released(self) -> Commanded:
        """Return what stands when the plan takes the battery, and brings it to what it wants."""
        return Commanded(Commander.PLAN, Mode.PASSIVE)

    def obeying(self, mode: Mode, power: int) -> Commanded:
        """Return what stands while an order of the plan is being sent."""
        if mode is Mode.AUTO and not self.is_planned and not self.is_run:
            return Commanded()
        return Commanded(Commander.PLAN, mode, power)

    def obeyed(
        self, mode: Mode, power: int, until: dt.datetime | None, today: dt.date
    ) -> Commanded:
        """Return what stands once that is proven; Passive is kept up until `until`."""
        if mode is Mode.AUTO:
            return Commanded()
        kept = KeptUp(today, until) if mode is Mode.PASSIVE else None
        return Commanded(Commander.PLAN, mode, power, until, kept=kept)

    def let_go(self) -> Commanded:
        """Return what stands when somebody else chose a mode, or one that has no setpoint."""
        return replace(self, kept=None) if self.is_planned else Commanded()

    def limited(self, limits: PowerLimits) -> Commanded:
        """Return the same within limits that may have been lowered; what changes is sent again."""
        power = limits.clamp(self.power)
        if power == self.power:
            return self
        kept = self.kept and replace(self.kept, day=dt.date.min)
        return replace(self, power=power, kept=kept)

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes, in the three keys that the first version wrote."""
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

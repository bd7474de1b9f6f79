"""Departures from AUTO by day: at most six a day, those that gain most.

Each costs two changes of the mode, and a battery that is held by day misses the sun that was not
forecast. Prices that change each quarter of an hour would ask for dozens of them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final, Self

from .forecast import Energies
from .model import BY_PERSON, Action, Context, Reason, Step, Timeline
from .moments import utc
from .windows import peak_intent

MOST_DEPARTURES: Final = 6
"""Departures from AUTO of a battery for the sake of prices, in the hours by day of a local day."""
MOST_COUNTED: Final = 1000
"""More departures of a battery in a day are not counted."""

# A clock that is set to and fro meets no more days between two departures of one of them.
_MOST_DAYS: Final = 8
_DAY_FROM: Final = time(6)
_DAY_UNTIL: Final = time(22)
_IN_AUTO: Final = (Action.AUTO, Action.AI)
# They have bounds of their own, are rare, or come before a day that pays for them in any case.
_NOT_BOUNDED: Final = BY_PERSON | {
    Reason.DO_NOT_FEED,
    Reason.FULL_CHARGE,
    Reason.NO_BATTERIES,
    Reason.PEAK_EXPECTED,
    Reason.PEAK_RUNNING,
    Reason.RED_POSSIBLE,
    Reason.RED_TOMORROW,
    Reason.WHITE_TOMORROW,
}
# The figures of which the first less the second is what a kWh gains, in EUR.
_GAINS: Final = {
    Reason.LATER_WORTH_MORE: ("value", "worth_now"),
    Reason.LATER_WORTH_COST: ("value", "cost"),
    Reason.EXPORT_WORTH_MORE: ("worth_now", "value"),
    Reason.SALE: ("worth_now", "value"),
}
_TELL_ENERGY: Final = (Action.CHARGE, Action.DISCHARGE)


@dataclass(frozen=True, slots=True)
class Departed:
    """Departures from AUTO that were made."""

    today: int = 0
    """The most that one of the batteries has made on this local day."""
    is_away: bool = False
    """Whether batteries are out of AUTO now, and those that are not may leave it: to go on so is no
    departure."""
    is_selling: bool = False
    """Whether one of them sells now: that goes on."""

    @classmethod
    def of(
        cls, made: Mapping[str, int], away: Collection[str], selling: Collection[str] = ()
    ) -> Self:
        """Return those that batteries have made today, by id.

        `away` are those out of AUTO now, `selling` those of them that sell.
        """
        may_follow = all(count < MOST_DEPARTURES for key, count in made.items() if key not in away)
        most = max(made.values(), default=0)
        return cls(most, bool(away) and may_follow, is_selling=bool(selling))


@dataclass(slots=True)
class DepartureCount:
    """Departures from AUTO for the sake of prices by local day, and by battery in it.

    Other days than the running one are kept: a clock that is set back to one of them, or ahead,
    must not begin its count anew.
    """

    days: dict[date, dict[str, int]] = field(default_factory=dict)
    """The last days with departures, in the order in which these were made: 0..1000 by id."""

    def count(self, key: str, today: date) -> None:
        """Count a departure of a battery."""
        made = self.days.pop(today, {})
        self.days[today] = {**made, key: min(made.get(key, 0) + 1, MOST_COUNTED)}
        while len(self.days) > _MOST_DAYS:
            del self.days[next(iter(self.days))]

    def of(self, key: str, today: date) -> int:
        """Return the departures that a battery has made on a day."""
        return self.days.get(today, {}).get(key, 0)


@dataclass(slots=True)
class _Absence:
    """Steps in a row outside of AUTO that begin with a departure by day."""

    day: date
    steps: list[Step] = field(default_factory=list)


def is_by_day(local: datetime) -> bool:
    """Tell whether departures are bounded at a local moment."""
    return _DAY_FROM <= local.time() < _DAY_UNTIL


def is_bounded(step: Step) -> bool:
    """Return whether leaving AUTO for a step counts: it is one of the strategy for a price.

    In a step of AUTO a battery leaves it at a floor, which counts if more is kept for a price.
    """
    if step.action in _IN_AUTO:
        return step.reason is Reason.NOW_WORTH_MORE
    return step.reason not in _NOT_BOUNDED


def is_departure(
    local: datetime,
    *,
    is_for_price: bool,
    was_away: bool,
    is_away: bool,
    begins_sale: bool = False,
) -> bool:
    """Return whether an order that a battery carries out at a local moment is a departure.

    `is_for_price` tells whether its step is bounded (see `is_bounded`), `was_away` and `is_away` whether
    the battery is out of AUTO before and after. A battery that begins to sell changes its mode at any
    hour, also after a hold: that counts as one.
    """
    departs = is_away and not was_away and is_by_day(local)
    return is_for_price and (departs or begins_sale)


def gain_per_kwh(step: Step) -> float | None:
    """Return what a step gains in EUR for each kWh that it keeps or stores; None: it tells none."""
    names = _GAINS.get(step.reason)
    if names is None or any(name not in step.figures for name in names):
        return None
    more, less = (float(step.figures[name]) for name in names)
    return more - less


def bounded(plan: Timeline, context: Context, departed: Departed) -> Timeline:
    """Return a plan whose batteries leave AUTO six times a day at most, in AUTO instead.

    What gains least is left out. Where a sale that is left out comes after a hold, that goes on. Nobody knows how the house uses the batteries then, so from the
    first such step on no state of charge is expected.
    """
    refused = _refused(plan, context, departed)
    is_spent = departed.today >= MOST_DEPARTURES
    if not refused and not is_spent:
        return plan
    steps: list[Step] = []
    has_changed, was_held = False, departed.is_away
    for step in plan.steps:
        for part in _cut_at_night(step, context):
            is_sale = part.reason is Reason.SALE
            # After a hold that goes on, only the sale itself is left out.
            is_meant = is_sale or (not was_held and is_by_day(_local(part.start, context)))
            if step.start in refused and is_meant:
                kept = _instead(part, context, is_held=was_held)
            elif is_spent and _may_leave_at_floor(part, context, departed):
                kept = replace(part, floor=peak_intent(context.options).floor)
            else:
                kept = part
            has_changed |= kept is not part
            if part.end > context.moment:
                was_held = kept.action not in _IN_AUTO
            steps.append(replace(kept, expected_soc=None) if has_changed else kept)
    return replace(plan, steps=tuple(steps))


def _refused(plan: Timeline, context: Context, departed: Departed) -> frozenset[datetime]:
    """Return the starts of the steps for which AUTO is not left."""
    days: dict[date, list[_Absence]] = {}
    for absence in _absences(plan, context, departed):
        days.setdefault(absence.day, []).append(absence)
    today = context.now.date()
    refused: set[datetime] = set()
    for day, absences in days.items():
        room = max(0, MOST_DEPARTURES - (departed.today if day == today else 0))
        if len(absences) > room:
            energies = None if context.forecast is None else Energies.of(context.forecast)
            gains = [sum(_gain(each, energies) for each in a.steps) for a in absences]
            ranked = sorted(range(len(absences)), key=lambda number: -gains[number])
            for number in ranked[room:]:
                refused.update(step.start for step in absences[number].steps)
    return frozenset(refused)


def _absences(plan: Timeline, context: Context, departed: Departed) -> Iterator[_Absence]:
    """Yield the absences from AUTO that count: they begin by day, or with a sale."""
    is_away, is_selling, current = departed.is_away, departed.is_selling, None
    for step in plan.steps:
        if step.end <= context.moment:
            # A plan stands for a while: what is over was counted when it was carried out.
            continue
        if step.action in _IN_AUTO:
            is_away, is_selling, current = False, False, None
            continue
        local, is_sale = _local(step.start, context), step.reason is Reason.SALE
        begins = (not is_away and is_by_day(local)) or (is_sale and not is_selling)
        is_away, is_selling = True, is_sale
        if not is_bounded(step):
            current = None
        elif begins:
            current = _Absence(local.date(), [step])
            yield current
        elif current is not None and local.date() == current.day:
            current.steps.append(step)


def _gain(step: Step, energies: Energies | None) -> float:
    """Return what a step is expected to gain, in EUR."""
    gain = gain_per_kwh(step)
    if gain is None:
        return 0.0
    if step.action in _TELL_ENERGY:
        return gain * float(step.figures.get("energy", 0)) / 1000
    if energies is None:
        return 0.0
    load, pv = energies.between(step.start.timestamp(), step.end.timestamp())
    net = pv - load if step.reason is Reason.EXPORT_WORTH_MORE else load - pv
    return gain * max(0.0, net)


def _may_leave_at_floor(step: Step, context: Context, departed: Departed) -> bool:
    """Return whether a battery at the floor of a step would leave AUTO by day for it."""
    is_floor = step.reason is Reason.NOW_WORTH_MORE and step.floor is not None
    is_running = step.start <= context.moment and departed.is_away
    local = _local(step.start, context)
    is_today = local.date() == context.now.date()
    return is_floor and not is_running and is_today and is_by_day(local)


def _instead(step: Step, context: Context, *, is_held: bool) -> Step:
    """Return a step of AUTO, or of a hold that goes on, for one that is left out."""
    floor = None if is_held else peak_intent(context.options).floor
    return replace(
        step,
        action=Action.HOLD if is_held else Action.AUTO,
        reason=Reason.DEPARTURES_USED,
        figures={},
        power=0,
        sent=0,
        target=None,
        floor=floor,
        battery_power=None,
        due=None,
        is_gentle=False,
    )


def _cut_at_night(step: Step, context: Context) -> Iterator[Step]:
    """Yield a step, cut where the night after its start begins."""
    local = _local(step.start, context)
    night = utc(datetime.combine(local.date(), _DAY_UNTIL, local.tzinfo))
    if step.start < night < step.end:
        yield replace(step, end=night)
        yield replace(step, start=night)
    else:
        yield step


def _local(moment: datetime, context: Context) -> datetime:
    return moment.astimezone(context.now.tzinfo)

"""Input and output of a strategy: frozen data without a clock.

Powers are W and never negative: the action says the direction. States of charge, targets and
floors are % of the rated capacity. Moments have a time zone and are kept in UTC, so that they can
be compared and subtracted in the nights when clocks change.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from ..tempo import Colour
from .beliefs import Beliefs
from .economy import TEMPO_ECONOMY, Aim, Economy
from .forecast import Forecast
from .moments import utc

type Figure = float | int | str
type Figures = Mapping[str, Figure]

NO_FIGURES: Final[Figures] = MappingProxyType({})
NO_PHASES: Final[Mapping[str, float | None]] = MappingProxyType({})


class Action(StrEnum):
    """Action of batteries during a step."""

    AUTO = "auto"
    """Self-consumption, down to a floor."""
    HOLD = "hold"
    """Stand at 0 W."""
    CHARGE = "charge"
    """Charge up to a target, then stand at 0 W."""
    DISCHARGE = "discharge"
    """Discharge down to a floor, then stand at 0 W."""
    AI = "ai"
    """Leave it to the maker's own optimisation; no strategy wants it, but a person may."""


class Certainty(StrEnum):
    """How far the colour of a period can be relied upon."""

    BINDING = "binding"
    PROVISIONAL = "provisional"
    """Shown by a source before it is binding."""
    UNKNOWN = "unknown"


class Night(StrEnum):
    """Choice of the owner for nights that prepare nothing."""

    HOLD = "hold"
    CHARGE = "charge"
    AUTO = "auto"


class Reason(StrEnum):
    """Reason of a step; the keys of its figures follow in brackets."""

    PEAK_HOURS = "peak_hours"
    DEAR_HOURS = "dear_hours"
    """Hours of the dearer half where prices change with the hour."""
    START_GUARD = "start_guard"
    """The off-peak window has only just begun."""
    END_GUARD = "end_guard"
    """The off-peak window is about to end: charging is over."""
    SHORT_WINDOW = "short_window"
    """The off-peak window leaves no time between its guards."""
    RED_TOMORROW = "red_tomorrow"
    """[power, target, energy, colour]"""
    RED_POSSIBLE = "red_possible"
    """Tomorrow's colour is not known for sure and may be red. [power, target, energy, colour]"""
    WHITE_TOMORROW = "white_tomorrow"
    """[power, target, energy, colour]"""
    CHEAP_NIGHT = "cheap_night"
    """There is nothing to prepare: what is stored is kept for dearer hours."""
    NO_COLOUR = "no_colour"
    """As CHEAP_NIGHT: tomorrow's colour is unknown, but it can't be red."""
    SOLAR_NIGHT = "solar_night"
    """The sun filled the batteries, and will again."""
    SOLAR_NOON = "solar_noon"
    """An off-peak window by day, in which the sun may charge the batteries."""
    OWNER_CHARGE = "owner_charge"
    """The owner wants ordinary nights so. [power, target, energy]"""
    OWNER_AUTO = "owner_auto"
    TARGET_REACHED = "target_reached"
    """Charged as wanted. [target]"""
    LATER_WORTH_COST = "later_worth_cost"
    """A kWh will save more than it costs to store it now. [power, target, energy, value, cost]"""
    LATER_WORTH_MORE = "later_worth_more"
    """A kWh will save more later than now. [value, worth_now]"""
    NOW_WORTH_MORE = "now_worth_more"
    """A kWh saves as much now as later, down to a floor if there is one. [value, worth_now, floor]"""
    SUN_EXPECTED = "sun_expected"
    """Off-peak hours in which the sun is expected to give more than the house draws."""
    EXPORT_WORTH_MORE = "export_worth_more"
    """What the sun gives beyond the house earns more fed in now than stored. [value, worth_now]"""
    SALE = "sale"
    """A stored kWh earns more fed in now than it would save later. [power, energy, value, worth_now,
    floor]"""
    DEPARTURES_USED = "departures_used"
    """Batteries leave AUTO for prices only so often by day: what gains less is left out."""
    SMALL_GAIN = "small_gain"
    """A change for a price would gain too little: what is done before or after it goes on."""
    FULL_CHARGE = "full_charge"
    """Batteries are due to be full, so that their cells are balanced. [power, target, energy]"""
    PEAK_RUNNING = "peak_running"
    """What the house draws would become a peak that is billed."""
    PEAK_EXPECTED = "peak_expected"
    """A part of what is stored is kept for an expected peak that would be billed. [expected, and for
    a charge power, target, energy]"""
    DO_NOT_FEED = "do_not_feed"
    """Something is on that batteries must not serve."""
    NO_BATTERIES = "no_batteries"
    OVERRIDE = "override"
    """Chosen by a person. [power, target, floor], those that there are."""
    RULE = "rule"
    """By an own rule of the home. [rule, power, target, floor, expected], those that there are;
    `expected` where the floor is higher than the rule's, as for PEAK_EXPECTED."""


BY_PERSON: Final = frozenset({Reason.OVERRIDE, Reason.RULE})
"""Reasons of steps that no strategy decided on."""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time of one price each way. Raises ValueError when a bound has no zone or none is left."""

    start: datetime
    """The true start, also where it has passed: the start guard counts from it."""
    end: datetime
    is_off_peak: bool
    price: float | None = None
    """EUR/kWh, None when unknown."""
    day: date | None = None
    """The Tempo day in which it is billed; None for other tariffs."""
    colour: Colour | None = None
    certainty: Certainty = Certainty.UNKNOWN
    can_be_red: bool = False
    """Whether its day may turn out red as long as its colour is not binding."""
    expected_price: float | None = None
    """EUR/kWh to be expected while no announcement of it is binding, None when unknown."""
    red_price: float | None = None
    """EUR/kWh should its day turn out red; None for tariffs without such days."""
    export_price: float | None = None
    """EUR/kWh paid for what is fed in, below 0 where that costs; None: `Economy.feed_in`."""
    is_export_expected: bool = False
    """Whether `export_price` is only to be expected: nothing is sold at it."""
    is_middle: bool = False
    """Whether it is neither off-peak nor the dearest of its day: the optimised strategy decides on
    it as on a day-ahead price."""
    is_by_itself: bool = False
    """Whether the optimised strategy decides on it alone, although its neighbours cost the same."""

    def __post_init__(self) -> None:
        """Keep the bounds in UTC."""
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "end", utc(self.end))
        if self.start >= self.end:
            raise ValueError("A period ends after it starts")

    @property
    def may_be_red(self) -> bool:
        """Return whether it is red, or has to be taken for red (docs/policy.md section 2)."""
        return self.colour is Colour.RED or (
            self.certainty is not Certainty.BINDING and self.can_be_red
        )


@dataclass(frozen=True, slots=True)
class BatteryState:
    """A battery that takes part."""

    id: str
    soc: float | None
    """%, None when unknown."""
    capacity: float
    """Rated, Wh."""
    depth: float = 0.88
    """Depth of discharge: the usable share of the capacity, 0..1."""
    max_charge: int = 2500
    """W, 800 on an ordinary socket."""
    max_discharge: int = 2500
    is_reachable: bool = True
    is_complete: bool = False
    """Its charge of this window is over (see `is_complete`): it holds, whatever it shows."""
    phase: str | None = None
    """Key of the phase that it hangs on, in `House.phases`; None where nobody knows."""
    full_due: datetime | None = None
    """From when on it ought to be charged to 100 % (see `full_charge`), in UTC; None: never."""
    is_giving: bool = False
    """Whether it discharges a fixed power by the last order that it has carried out."""

    def __post_init__(self) -> None:
        """Keep the moment in UTC."""
        if self.full_due is not None:
            object.__setattr__(self, "full_due", utc(self.full_due))

    @property
    def soc_or_empty(self) -> float:
        """Return the state of charge in %, that of an empty battery when unknown."""
        return 100 * (1 - self.depth) if self.soc is None else self.soc


@dataclass(frozen=True, slots=True)
class Options:
    """Options of the owner; states of charge in %. Raises ValueError for contradictory ones."""

    start_guard: timedelta = timedelta(minutes=5)
    """Batteries stay in AUTO for so long after the start of an off-peak window."""
    end_guard: timedelta = timedelta(minutes=15)
    """Charging ends so long before the end of an off-peak window."""
    night: Night = Night.HOLD
    red_power: int | None = None
    """W of each battery while it charges, raised where that is too late; None: as needed."""
    red_target: float = 100.0
    white_eve: bool = True
    """Whether to charge in a blue night before a white day."""
    least_soc: float = 0.0
    """Floor, with PV of the night only, as a battery held by day would miss the sun; 0 leaves it
    to the battery's own depth of discharge."""
    most_soc: float = 100.0
    """The highest target."""
    reserve: float = 0.0
    """Floor of AUTO in off-peak hours."""
    has_pv: bool = False
    efficiency: float = 0.80
    """Round trip, 0..1 (docs/tempo-facts.md section 4)."""
    aim: Aim = Aim.SAVINGS
    """Of the optimised strategy, which asks neither for `night` nor for `white_eve`."""
    gentle_top: bool = False
    """Whether planned charges go on with less power above 90 %, where time allows."""
    sale_power: int = 0
    """W of all batteries together at which what is stored may be sold; 0: nothing is."""

    def __post_init__(self) -> None:
        """Refuse what no strategy could keep."""
        if min(self.start_guard, self.end_guard) < timedelta():
            raise ValueError("A guard can't be negative")
        if self.sale_power < 0:
            raise ValueError("A power of sale can't be negative")
        if not 0 <= self.least_soc <= self.most_soc <= 100:
            raise ValueError("The least state of charge is above the most, or no percentage")
        if not 0 < self.efficiency <= 1:
            raise ValueError("An efficiency is above 0 and at most 1")

    @property
    def charge_efficiency(self) -> float:
        """Share of the drawn energy that is stored, 0..1; half of the loss is that of charging."""
        return 2 * self.efficiency / (1 + self.efficiency)

    @property
    def discharge_efficiency(self) -> float:
        """Share of the energy taken from the cells that arrives, 0..1."""
        return (1 + self.efficiency) / 2


@dataclass(frozen=True, slots=True)
class House:
    """Power that the house may draw, and draws now."""

    subscribed: int
    """Subscribed power in VA."""
    power: float | None = None
    """W drawn from the grid without what the batteries charge; negative when it feeds in. None:
    no fresh reading."""
    phases: Mapping[str, float | None] = NO_PHASES
    """The same of each of three phases, by a key of one's own; empty for a home with one phase."""
    peak_limit: int | None = None
    """W that batteries may draw together while nothing else is on, so that no peak is made that is
    billed; None: no peaks are billed."""
    peak_room: int | None = None
    """The same beside what the house draws and has drawn; None: no peaks are billed."""
    peak_near: int | None = None
    """W that the house has to draw in the mean of an hour for a peak that is billed to be expected
    in it; None: no peaks are billed."""


@dataclass(frozen=True, slots=True)
class Override:
    """Choice of a person that replaces the plan until a moment, once or by a rule."""

    action: Action
    until: datetime
    power: int = 0
    """W of each battery, for CHARGE and DISCHARGE."""
    target: float | None = None
    """None: the most that the options allow."""
    floor: float | None = None
    """None: the least that the options allow."""
    batteries: frozenset[str] | None = None
    """Ids of those that it is for, None for all."""
    since: datetime | None = None
    """None: from now on."""
    rule: str | None = None
    """Name of the rule that wants it; None: somebody who has just said so."""

    def __post_init__(self) -> None:
        """Keep bounds in UTC."""
        object.__setattr__(self, "until", utc(self.until))
        if self.since is not None:
            object.__setattr__(self, "since", utc(self.since))

    @property
    def reason(self) -> Reason:
        """Reason of the steps that follow this override."""
        return Reason.OVERRIDE if self.rule is None else Reason.RULE


@dataclass(frozen=True, slots=True)
class Context:
    """All that a strategy knows. Raises ValueError when periods are no unbroken row from now."""

    now: datetime
    """In the zone of the home: by it a window counts as one of the day or of the night."""
    periods: tuple[Period, ...]
    """In order and without gap; the first contains `now`. A night is prepared for the peak period
    that follows it: the last night of the row needs one too."""
    batteries: tuple[BatteryState, ...] = ()
    options: Options = field(default_factory=Options)
    was_full: bool | None = None
    """Whether the batteries stood at 90 % or more at 17:00 before the night that runs or is the
    next to come; None when that is not known (yet)."""
    overrides: tuple[Override, ...] = ()
    """Of two for the same battery the later one counts: those of rules stand first."""
    house: House | None = None
    forecast: Forecast | None = None
    """None: no history of load and sun. The simple strategy doesn't ask for it."""
    economy: Economy = TEMPO_ECONOMY
    """Margins of the tariff, before the owner's aim; the simple strategy has its own."""
    keeps_until: datetime | None = None
    """Until when batteries must not serve the house (see `kept_back`); no strategy asks for it."""
    current: Action | None = None
    """Of the step that is carried out now, None when that is not known."""
    filling_since: datetime | None = None
    """Since when a full charge has been carried out, kept in UTC; None: none is."""

    def __post_init__(self) -> None:
        """Refuse a row with holes, and keep moments in UTC."""
        if self.filling_since is not None:
            object.__setattr__(self, "filling_since", utc(self.filling_since))
        if not self.periods or not self.periods[0].start <= utc(self.now) < self.periods[0].end:
            raise ValueError("The first period does not contain now")
        if any(before.end != after.start for before, after in pairwise(self.periods)):
            raise ValueError("Periods are not in a row")

    @property
    def moment(self) -> datetime:
        """Return `now` in UTC."""
        return utc(self.now)


@dataclass(frozen=True, slots=True)
class Due:
    """The batteries that a full charge is for, and what the others do meanwhile."""

    batteries: frozenset[str]
    """Ids."""
    others_target: float | None = None
    """Target in % of the others; None: they stand at 0 W, since in AUTO they would serve those
    that charge."""


def target_for(battery: str, target: float | None, due: Due | None) -> float | None:
    """Return the target in % of a charge for one battery, by id; None: it stands at 0 W."""
    if due is not None and battery not in due.batteries:
        return due.others_target
    return 100.0 if target is None else target


@dataclass(frozen=True, slots=True)
class Step:
    """Action of all batteries together from `start` on and before `end`.

    Whoever carries it out lets a battery stand at 0 W that is at its target or floor.
    """

    start: datetime
    end: datetime
    action: Action
    reason: Reason
    figures: Figures = NO_FIGURES
    power: int = 0
    """W of all batteries together that suffice on average, an expectation."""
    sent: int = 0
    """W that are sent to all batteries together when it begins: in turn they charge with more than
    the average, one after the other."""
    target: float | None = None
    floor: float | None = None
    """None: down to the battery's own depth of discharge."""
    expected_soc: float | None = None
    """% of all batteries together at the end, None when it is not known."""
    battery_power: int | None = None
    """W at which the owner wants each battery to charge or discharge; None: as needed, which for a
    discharge is `power` of all together, in turn."""
    exceptions: tuple[Override, ...] = ()
    """Overrides that hold in the whole step for some of the batteries only."""
    due: Due | None = None
    """The batteries that `target` is for; None: all."""
    is_gentle: bool = False
    """Whether batteries charge with less power above 90 %, where time allows."""

    def target_of(self, battery: str) -> float | None:
        """Return the target in % of a charge for one battery, by id; None: it stands at 0 W."""
        return target_for(battery, self.target, self.due)

    def does_the_same(self, other: Step) -> bool:
        """Return whether another step commands the same, whatever its reason."""
        return self._commands == other._commands

    @property
    def _commands(self) -> tuple[object, ...]:
        is_sale = self.reason is Reason.SALE
        return (
            self.action,
            self.target,
            # That of a sale is only what a plan keeps of it: it moves from hour to hour.
            None if is_sale else self.floor,
            self.battery_power,
            self.exceptions,
            self.due,
            self.power if is_sale else None,
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps in order, without gap or overlap, from now to the end of the periods given."""

    steps: tuple[Step, ...]
    beliefs: Beliefs | None = None
    """What the optimised strategy went by."""

    def at(self, moment: datetime) -> Step | None:
        """Return the step in which an aware moment lies, None outside the plan."""
        when = utc(moment)
        return next((step for step in self.steps if step.start <= when < step.end), None)

    def next_change(self, moment: datetime) -> Step | None:
        """Return the first later step in which batteries have to do something else, if any."""
        if (current := self.at(moment)) is None:
            return None
        return next((s for s in self._after(current) if not s.does_the_same(current)), None)

    def _after(self, step: Step) -> Iterator[Step]:
        return (later for later in self.steps if later.start >= step.end)


type Strategy = Callable[[Context], Timeline]

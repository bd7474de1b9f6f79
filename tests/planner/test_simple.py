"""The simple strategy, night by night."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest

from custom_components.marstek.planner import (
    Action,
    BatteryState,
    Context,
    House,
    Night,
    Options,
    Override,
    Period,
    Reason,
    Step,
    Timeline,
    plan_simple,
)
from custom_components.marstek.tempo import PARIS, Colour
from tests.planner.home import DAY, HOUR, MINUTE, bank, fixed, paris, tempo

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
TUESDAY = date(2026, 1, 13)
EVENING = paris("2026-01-13 21:50")


def plan(
    now: datetime,
    colours: Mapping[date, Colour] | None = None,
    *,
    periods: tuple[Period, ...] | None = None,
    batteries: tuple[BatteryState, ...] | None = None,
    **options: Any,
) -> Timeline:
    """Return the plan of a home with three batteries, half full."""
    was_full = options.pop("was_full", None)
    overrides = options.pop("overrides", ())
    return plan_simple(
        Context(
            now,
            tempo(now, colours or {}) if periods is None else periods,
            bank(50, 50, 50) if batteries is None else batteries,
            Options(**options),
            was_full,
            overrides,
        )
    )


def told(plan: Timeline, until: datetime | None = None) -> list[tuple[str, Action, Reason]]:
    """Return the times by the clock of Paris at which steps start, up to a moment."""
    return [
        (step.start.astimezone(PARIS).strftime("%H:%M"), step.action, step.reason)
        for step in plan.steps
        if until is None or step.start <= until
    ]


def at(plan: Timeline, text: str) -> Step:
    """Return the step at a time by the clock of Paris."""
    step = plan.at(paris(text))
    assert step is not None
    return step


def test_red_eve() -> None:
    """AUTO until the night has surely begun, charge until shortly before its end, then AUTO."""
    made = plan(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED})
    assert told(made, paris("2026-01-14 06:00")) == [
        ("21:50", Action.AUTO, Reason.PEAK_HOURS),
        ("22:00", Action.AUTO, Reason.START_GUARD),
        ("22:05", Action.CHARGE, Reason.RED_TOMORROW),
        ("05:45", Action.HOLD, Reason.END_GUARD),
        ("06:00", Action.AUTO, Reason.PEAK_HOURS),
    ]
    charge = at(made, "2026-01-14 02:00")
    assert charge.target == 100
    assert charge.expected_soc == pytest.approx(100)
    # Three times 2,560 Wh and the loss of charging, in 7 h 40 min; 1,127 W, rounded up.
    assert charge.power == 1150
    assert charge.figures == {"power": 1150, "target": 100, "energy": 8640, "colour": "red"}
    assert at(made, "2026-01-14 05:50").expected_soc == pytest.approx(100)


def test_between_two_red_days() -> None:
    """The night of a red day is one in which to charge, too."""
    made = plan(EVENING, {TUESDAY: RED, TUESDAY + DAY: RED})
    assert at(made, "2026-01-14 00:00").reason is Reason.RED_TOMORROW


def test_the_night_after_the_last_red_day_holds() -> None:
    """What is left is kept for the day."""
    made = plan(EVENING, {TUESDAY: RED, TUESDAY + DAY: BLUE})
    assert told(made)[1:4] == [
        ("22:00", Action.AUTO, Reason.START_GUARD),
        ("22:05", Action.HOLD, Reason.CHEAP_NIGHT),
        ("06:00", Action.AUTO, Reason.PEAK_HOURS),
    ]
    assert at(made, "2026-01-14 03:00").expected_soc == 50


@pytest.mark.parametrize(
    ("tonight", "wanted", "reason"),
    [
        (BLUE, True, Reason.WHITE_TOMORROW),
        (BLUE, False, Reason.CHEAP_NIGHT),
        (WHITE, True, Reason.CHEAP_NIGHT),
        (RED, True, Reason.CHEAP_NIGHT),
    ],
)
def test_white_eve(tonight: Colour, wanted: bool, reason: Reason) -> None:
    """Only a blue night is cheap enough, and only where the owner wants it."""
    made = plan(EVENING, {TUESDAY: tonight, TUESDAY + DAY: WHITE}, white_eve=wanted)
    assert at(made, "2026-01-14 03:00").reason is reason


def test_blue_night_before_a_blue_day() -> None:
    """Nothing is to be gained."""
    made = plan(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: BLUE})
    assert at(made, "2026-01-14 03:00").action is Action.HOLD


@pytest.mark.parametrize(
    ("night", "action", "reason"),
    [
        (Night.HOLD, Action.HOLD, Reason.CHEAP_NIGHT),
        (Night.AUTO, Action.AUTO, Reason.OWNER_AUTO),
        (Night.CHARGE, Action.CHARGE, Reason.OWNER_CHARGE),
    ],
)
def test_ordinary_nights_are_the_owners(night: Night, action: Action, reason: Reason) -> None:
    """Hold, charge to the most, or AUTO down to the reserve; before a red day they charge."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: BLUE}
    made = plan(EVENING, colours, night=night, most_soc=90, reserve=30, red_target=95)
    step = at(made, "2026-01-14 03:00")
    assert (step.action, step.reason) == (action, reason)
    assert step.target == (90 if action is Action.CHARGE else None)
    assert step.floor == (30 if action is Action.AUTO else None)
    red = plan(EVENING, {**colours, TUESDAY + DAY: RED}, night=night, most_soc=90)
    assert at(red, "2026-01-14 03:00").reason is Reason.RED_TOMORROW
    assert at(red, "2026-01-14 03:00").target == 90


def test_after_a_sunny_day() -> None:
    """Batteries that were full serve the house at night, as the sun will fill them again."""
    now = paris("2026-07-14 21:50")
    colours = {date(2026, 7, 14): BLUE, date(2026, 7, 15): BLUE}
    made = plan(now, colours, has_pv=True, was_full=True)
    assert told(made, paris("2026-07-14 23:00")) == [
        ("21:50", Action.AUTO, Reason.PEAK_HOURS),
        ("22:00", Action.AUTO, Reason.SOLAR_NIGHT),
    ]
    for has_pv, was_full in ((True, False), (True, None), (False, True)):
        made = plan(now, colours, has_pv=has_pv, was_full=was_full)
        assert at(made, "2026-07-15 03:00").reason is Reason.CHEAP_NIGHT


def test_a_sunny_day_says_nothing_of_the_night_after_next() -> None:
    """Only of the one that follows it."""
    now = paris("2026-07-14 21:50")
    made = plan(now, periods=tempo(now, {}, days=4), has_pv=True, was_full=True)
    assert at(made, "2026-07-15 03:00").reason is Reason.SOLAR_NIGHT
    assert at(made, "2026-07-16 03:00").action is Action.HOLD


def test_sun_does_not_keep_from_charging_before_a_red_day() -> None:
    """A missing kWh costs more than one too many."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    made = plan(EVENING, colours, has_pv=True, was_full=True)
    assert at(made, "2026-01-14 03:00").reason is Reason.RED_TOMORROW


def test_unknown_in_january() -> None:
    """What may be red is treated as red."""
    made = plan(EVENING, {TUESDAY: BLUE})
    step = at(made, "2026-01-14 03:00")
    assert (step.action, step.target, step.reason) == (Action.CHARGE, 100, Reason.RED_POSSIBLE)


def test_unknown_in_july() -> None:
    """No day of July is red."""
    now = paris("2026-07-14 22:00")
    made = plan(now, {date(2026, 7, 14): BLUE})
    assert at(made, "2026-07-15 03:00").reason is Reason.NO_COLOUR


def test_unknown_before_a_sunday() -> None:
    """No Sunday is red."""
    now = paris("2026-01-17 22:00")
    made = plan(now, {date(2026, 1, 17): RED})
    assert at(made, "2026-01-18 03:00").reason is Reason.NO_COLOUR


@pytest.mark.parametrize(
    ("colour", "reason"),
    [
        (RED, Reason.RED_TOMORROW),
        (WHITE, Reason.RED_POSSIBLE),
        (BLUE, Reason.RED_POSSIBLE),
    ],
)
def test_provisional_colours(colour: Colour, reason: Reason) -> None:
    """Red is red; of another colour it may still become red."""
    tomorrow = TUESDAY + DAY
    periods = tempo(EVENING, {TUESDAY: BLUE, tomorrow: colour}, provisional=frozenset({tomorrow}))
    assert at(plan(EVENING, periods=periods), "2026-01-14 03:00").reason is reason


def test_the_colour_appears_late() -> None:
    """At 23:30 the plan starts from what is known then, and without a second start guard."""
    now = paris("2026-01-13 23:30")
    blue = plan(now, {TUESDAY: BLUE, TUESDAY + DAY: BLUE})
    assert told(blue)[0] == ("23:30", Action.HOLD, Reason.CHEAP_NIGHT)
    red = plan(now, {TUESDAY: BLUE, TUESDAY + DAY: RED}, batteries=bank(12, 12, 12))
    assert told(red)[0] == ("23:30", Action.CHARGE, Reason.RED_TOMORROW)
    # 15.2 kWh in 6 h 15 min.
    assert red.steps[0].power == 2450


def test_in_the_end_guard_nothing_is_charged_any_more() -> None:
    """Whatever becomes known then."""
    now = paris("2026-01-14 05:50")
    made = plan(now, {TUESDAY: BLUE, TUESDAY + DAY: RED})
    assert told(made)[:2] == [
        ("05:50", Action.HOLD, Reason.END_GUARD),
        ("06:00", Action.AUTO, Reason.PEAK_HOURS),
    ]


def test_target_reached() -> None:
    """Once all are at the target, or as full as they get, they hold."""
    now = paris("2026-01-14 03:00")
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    full, almost = bank(100, 98)
    assert told(plan(now, colours, batteries=(full, almost)))[0][1] is Action.CHARGE
    made = plan(now, colours, batteries=(full, replace(almost, is_complete=True)))
    assert told(made)[0] == ("03:00", Action.HOLD, Reason.TARGET_REACHED)


def test_unknown_states_of_charge() -> None:
    """They count as empty at night, and it is AUTO by day all the same."""
    made = plan(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, batteries=bank(None, None))
    charge = at(made, "2026-01-14 03:00")
    assert (charge.action, charge.power) == (Action.CHARGE, 1350)
    assert charge.expected_soc == pytest.approx(100)
    assert at(made, "2026-01-14 06:00").action is Action.AUTO


def test_no_batteries() -> None:
    """There is nothing to do, and the plan says so."""
    made = plan(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, batteries=())
    assert at(made, "2026-01-14 03:00").reason is Reason.NO_BATTERIES
    assert at(made, "2026-01-14 06:00").action is Action.AUTO


def test_batteries_that_do_not_answer() -> None:
    """The night is theirs as soon as they do; until then only the others' power counts."""
    now = paris("2026-01-13 22:30")
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    dark = bank(None, None, is_reachable=False)
    made = plan(now, colours, batteries=dark)
    assert told(made)[0][1] is Action.CHARGE
    one = replace(dark[1], is_reachable=True, soc=12)
    alone = plan(now, colours, batteries=(dark[0], one)).steps[0]
    both = made.steps[0]
    assert (alone.power, both.power) == (1000, 1400)


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-28 22:00", 7), ("2026-10-24 22:00", 9), ("2026-01-17 22:00", 8)],
)
def test_nights_of_a_clock_change(evening: str, hours: int) -> None:
    """Charging lasts 20 minutes less than a night, however long that is."""
    now = paris(evening)
    made = plan(now, {now.date(): BLUE, now.date() + DAY: BLUE}, night=Night.CHARGE)
    (charge,) = [step for step in made.steps if step.action is Action.CHARGE][:1]
    assert charge.end - charge.start == hours * HOUR - 20 * MINUTE
    assert charge.end.astimezone(PARIS).strftime("%H:%M") == "05:45"


def test_noon_window() -> None:
    """With PV an off-peak window around noon is the sun's; without, the owner's choice holds."""
    now = paris("2026-05-20 08:00")
    periods = fixed(now, [("02:00", "07:00"), ("12:30", "14:30")])
    held = plan(now, periods=periods)
    assert told(held, paris("2026-05-20 14:30")) == [
        ("08:00", Action.AUTO, Reason.PEAK_HOURS),
        ("12:30", Action.AUTO, Reason.START_GUARD),
        ("12:35", Action.HOLD, Reason.CHEAP_NIGHT),
        ("14:30", Action.AUTO, Reason.PEAK_HOURS),
    ]
    sunny = plan(now, periods=periods, has_pv=True, was_full=True)
    assert at(sunny, "2026-05-20 13:00").reason is Reason.SOLAR_NOON
    assert at(sunny, "2026-05-21 03:00").reason is Reason.SOLAR_NIGHT


def test_two_windows_a_day() -> None:
    """Each has its guards, and may charge."""
    now = paris("2026-05-20 08:00")
    periods = fixed(now, [("02:00", "07:00"), ("12:30", "14:30")], days=1)
    made = plan(now, periods=periods, night=Night.CHARGE)
    assert [
        (step.start.astimezone(PARIS).strftime("%H:%M"), (step.end - step.start) // MINUTE)
        for step in made.steps
        if step.action is Action.CHARGE
    ] == [("12:35", 100), ("02:05", 280)]


_TURNS = ("09:00", "18:00", "09:00", "18:00")


def _weekend(**options: Any) -> list[tuple[str, Action, Reason]]:
    now = paris("2026-05-08 21:00")
    periods = fixed(now, [("22:00", "06:00")], days=3, all_day=(5, 6))
    return told(plan(now, periods=periods, **options), paris("2026-05-11 06:00"))


def test_a_weekend_holds_what_is_stored() -> None:
    """Nothing is spent in hours that are as cheap as the next night."""
    assert _weekend() == [
        ("21:00", Action.AUTO, Reason.PEAK_HOURS),
        ("22:00", Action.AUTO, Reason.START_GUARD),
        *[(start, Action.HOLD, Reason.CHEAP_NIGHT) for start in ("22:05", *_TURNS)],
        ("06:00", Action.AUTO, Reason.PEAK_HOURS),
    ]


def test_a_weekend_with_sun() -> None:
    """By day the sun may charge; what it leaves is kept by night."""
    sunny = {start: action for start, action, _ in _weekend(has_pv=True)[2:-1]}
    assert sunny == {"22:05": Action.HOLD, "09:00": Action.AUTO, "18:00": Action.HOLD}


def test_a_weekend_of_an_owner_who_charges() -> None:
    """Only the last night prepares dear hours: what is charged before only ages."""
    assert [action for _, action, _ in _weekend(night=Night.CHARGE)] == [
        *(Action.AUTO, Action.AUTO, Action.HOLD, Action.HOLD, Action.HOLD, Action.HOLD),
        *(Action.CHARGE, Action.HOLD, Action.AUTO),
    ]


def test_windows_too_short_for_their_guards_hold() -> None:
    """Twenty minutes leave no time in which to charge."""
    now = paris("2026-05-20 08:00")
    periods = fixed(now, [("12:30", "12:50")], days=1)
    made = plan(now, periods=periods, night=Night.CHARGE)
    assert told(made, paris("2026-05-20 13:00"))[1:] == [
        ("12:30", Action.HOLD, Reason.SHORT_WINDOW),
        ("12:50", Action.AUTO, Reason.PEAK_HOURS),
    ]


def test_no_guards() -> None:
    """Without guards there are no steps for them."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    made = plan(EVENING, colours, start_guard=timedelta(), end_guard=timedelta())
    assert [start for start, _, _ in told(made)][:3] == ["21:50", "22:00", "06:00"]


def test_red_power() -> None:
    """It is that of each battery, and raised where it would be too late."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    assert at(plan(EVENING, colours, red_power=1500), "2026-01-14 03:00").power == 1500
    late = plan(paris("2026-01-14 03:00"), colours, red_power=1500, batteries=bank(12, 12, 12))
    assert late.steps[0].power > 4500


def test_subscribed_power_limits_what_is_expected() -> None:
    """35 % of 3 kVA are not enough for three batteries, and the plan says so beforehand."""
    now = paris("2026-01-13 22:30")
    periods = tempo(now, {TUESDAY: BLUE, TUESDAY + DAY: RED})
    made = plan_simple(Context(now, periods, bank(12, 12, 12), house=House(3000)))
    charge = made.steps[0]
    assert charge.power == 1050
    assert charge.expected_soc is not None
    assert 50 < charge.expected_soc < 60


def test_an_override_ends_when_it_should() -> None:
    """Then the plan goes on; also in peak hours, as a person may."""
    now = paris("2026-01-14 08:00")
    colours = {TUESDAY + DAY: RED}
    by_owner = Override(Action.CHARGE, paris("2026-01-14 09:00"), power=800)
    made = plan(now, colours, overrides=(by_owner,))
    assert told(made)[:2] == [
        ("08:00", Action.CHARGE, Reason.OVERRIDE),
        ("09:00", Action.AUTO, Reason.PEAK_HOURS),
    ]
    assert (made.steps[0].power, made.steps[0].target) == (2400, 100)


def test_an_override_of_one_battery() -> None:
    """The step stays, and says for whom it does not hold."""
    until = paris("2026-01-14 01:00")
    by_owner = Override(Action.DISCHARGE, until, power=500, batteries=frozenset({"1"}))
    made = plan(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, overrides=(by_owner,), least_soc=20)
    charge = at(made, "2026-01-14 00:30")
    assert (charge.action, charge.exceptions) == (Action.CHARGE, (replace(by_owner, floor=20),))
    assert charge.end == until
    assert not at(made, "2026-01-14 01:00").exceptions
    both = plan(EVENING, overrides=(by_owner, Override(Action.HOLD, until)))
    assert told(both)[0][1:] == (Action.HOLD, Reason.OVERRIDE)
    assert not both.steps[0].exceptions


def test_what_comes_next() -> None:
    """The next change is one that batteries notice."""
    made = plan(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED})
    for moment, change in (
        ("2026-01-13 21:50", "22:05"),
        ("2026-01-13 22:05", "05:45"),
        ("2026-01-14 05:44", "05:45"),
        ("2026-01-14 05:45", "06:00"),
    ):
        following = made.next_change(paris(moment))
        assert following is not None
        assert following.start.astimezone(PARIS).strftime("%H:%M") == change
    assert made.at(EVENING - MINUTE) is None
    assert made.next_change(EVENING - MINUTE) is None
    assert made.at(made.steps[-1].end) is None
    assert made.next_change(made.steps[-1].start) is None


def test_what_makes_no_sense_is_refused() -> None:
    """Holes, naive moments, limits that contradict each other."""
    periods = tempo(EVENING, {})
    with pytest.raises(ValueError, match="row"):
        Context(EVENING, (periods[0], *periods[2:]))
    for bad in ((), periods[1:]):
        with pytest.raises(ValueError, match="contain now"):
            Context(EVENING, bad)
    with pytest.raises(ValueError, match="time zone"):
        Override(Action.HOLD, datetime(2026, 1, 1))  # noqa: DTZ001 - the point
    with pytest.raises(ValueError, match="ends after"):
        Period(EVENING, EVENING, is_off_peak=True)
    for wrong in ({"least_soc": 50, "most_soc": 40}, {"efficiency": 0}, {"end_guard": -MINUTE}):
        with pytest.raises(ValueError, match=r"above|negative"):
            Options(**wrong)


def test_a_plan_takes_no_time() -> None:
    """Under 5 ms, measured at its best, as a machine may be busy."""
    now = EVENING
    context = Context(now, tempo(now, {TUESDAY: BLUE}, days=4), bank(*[50.0] * 6), Options())
    best = float("inf")
    for _ in range(20):
        began = perf_counter()
        plan_simple(context)
        best = min(best, perf_counter() - began)
    assert best < 0.005


def test_steps_are_in_order() -> None:
    """Also where the last period is a night without a day to prepare."""
    periods = tempo(EVENING, {TUESDAY: BLUE})[:2]
    made = plan(EVENING, periods=periods)
    assert all(before.end == after.start for before, after in pairwise(made.steps))
    assert made.steps[-1].action is Action.HOLD

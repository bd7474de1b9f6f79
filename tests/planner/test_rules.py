"""Own rules: when they hold, what they may not do, and whom they contradict."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    Action,
    BatteryState,
    Certainty,
    Context,
    Options,
    Override,
    Period,
    Reason,
    Rule,
    Timeline,
    in_force,
    plan_simple,
)
from custom_components.marstek.tempo import Colour

PARIS = ZoneInfo("Europe/Paris")
NIGHTS = Rule("1", "Nights", Action.HOLD, time(22), time(6))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
TIMES = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))


def rules() -> st.SearchStrategy[Rule]:
    """Return any rules."""
    return st.builds(
        Rule,
        st.just("1"),
        st.just("Any"),
        st.sampled_from(Action),
        TIMES,
        TIMES,
        DAYS,
        batteries=st.none() | st.frozensets(st.sampled_from("ab"), min_size=1),
    )


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """Return a moment of 2026 in Paris."""
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def spans(rule: Rule, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return when a rule holds, on the wall."""
    return [
        (each.since.astimezone(PARIS), each.until.astimezone(PARIS))
        for each in rule.occurrences(since, until, PARIS)
        if each.since is not None
    ]


def test_across_midnight_the_day_is_that_of_its_start() -> None:
    """A rule of Friday nights ends on Saturday morning, and runs there until then."""
    friday = Rule("1", "Friday", Action.HOLD, time(22), time(6), frozenset({4}))
    assert spans(friday, at(16, 0), at(23, 0)) == [(at(20, 22), at(21, 6))]
    assert spans(friday, at(21, 5), at(22, 0)) == [(at(20, 22), at(21, 6))]
    assert spans(friday, at(21, 6), at(22, 0)) == []


def test_the_same_bounds_are_a_whole_day() -> None:
    """From midnight to midnight is a day."""
    sunday = Rule("1", "Sunday", Action.AUTO, time(0), time(0), frozenset({6}))
    assert spans(sunday, at(16, 0), at(24, 0)) == [(at(22, 0), at(23, 0))]


def test_the_nights_in_which_clocks_change() -> None:
    """By the clock on the wall a night is a night, of nine hours or of seven."""
    for day, month, hours in ((24, 10, 9), (28, 3, 7)):
        start = at(day, 12, month=month)
        (night,) = spans(NIGHTS, start, start + timedelta(hours=24))
        assert night == (at(day, 22, month=month), at(day + 1, 6, month=month))
        assert night[1].astimezone(UTC) - night[0].astimezone(UTC) == timedelta(hours=hours)


def planned(*overrides: Override, colour: Colour = Colour.RED) -> Timeline:
    """Return the simple plan of an evening before a day of a colour."""
    periods = (
        Period(
            at(19, 6), at(19, 22), False, 0.2, date(2026, 11, 19), Colour.BLUE, Certainty.BINDING
        ),
        Period(
            at(19, 22), at(20, 6), True, 0.1, date(2026, 11, 19), Colour.BLUE, Certainty.BINDING
        ),
        Period(at(20, 6), at(20, 22), False, 0.7, date(2026, 11, 20), colour, Certainty.BINDING),
    )
    batteries = (BatteryState("a", 50.0, 5120), BatteryState("b", 50.0, 5120))
    return plan_simple(Context(at(19, 18), periods, batteries, Options(), overrides=overrides))


def test_the_hand_goes_before_a_rule_and_a_rule_before_the_strategy() -> None:
    """Nothing is charged for the red day where a rule says hold, unless somebody says so."""
    rule = in_force([NIGHTS], at(19, 18), at(20, 22), PARIS)
    step = planned(*rule).at(at(20, 1))
    assert step is not None
    assert (step.action, step.reason, step.figures["rule"]) == (Action.HOLD, Reason.RULE, "Nights")
    hand = Override(Action.CHARGE, at(20, 3), 1000)
    step = planned(*rule, hand).at(at(20, 1))
    assert step is not None
    assert (step.action, step.reason) == (Action.CHARGE, Reason.OVERRIDE)
    step = planned(*rule, hand).at(at(20, 4))
    assert step is not None
    assert step.reason is Reason.RULE


def test_a_rule_is_no_reason_before_it_begins() -> None:
    """A rule is a boundary of the plan, not a wish of now."""
    noon = Rule("1", "Noon", Action.DISCHARGE, time(12), time(13), power=500)
    plan = planned(*in_force([noon], at(19, 18), at(20, 22), PARIS))
    reasons = {step.start.astimezone(PARIS).hour: step.reason for step in plan.steps}
    assert reasons[12] is Reason.RULE
    assert reasons[13] is Reason.PEAK_HOURS
    assert plan.steps[0].reason is Reason.PEAK_HOURS


@pytest.mark.parametrize("colour", list(Colour))
def test_no_rule_charges_in_the_peak_hours_of_a_red_day(colour: Colour) -> None:
    """A rule that charges at noon does on other days, and for no battery on red ones."""
    for batteries in (None, frozenset("a")):
        noon = Rule("1", "Noon", Action.CHARGE, time(12), time(13), power=800, batteries=batteries)
        plan = planned(*in_force([noon], at(19, 18), at(20, 22), PARIS), colour=colour)
        step = plan.at(at(20, 12, 30))
        assert step is not None
        charges = step.action is Action.CHARGE or any(
            each.action is Action.CHARGE for each in step.exceptions
        )
        assert charges is (colour is not Colour.RED)


def test_who_contradicts_whom() -> None:
    """Rules contradict each other at the same time for the same battery only."""
    morning = Rule("1", "Morning", Action.AUTO, time(5), time(7), batteries=frozenset("a"))
    assert NIGHTS.contradicts(morning)
    other = Rule("2", "Other", Action.AUTO, time(5), time(7), batteries=frozenset("b"))
    assert not morning.contradicts(other)
    sunday = Rule("3", "Sunday", Action.AUTO, time(20), time(2), frozenset({6}))
    monday = Rule("4", "Monday", Action.HOLD, time(1), time(3), frozenset({0}))
    assert sunday.contradicts(monday)
    day = Rule("5", "Day", Action.AUTO, time(6), time(22))
    assert not NIGHTS.contradicts(day)


@given(rules(), rules())
def test_contradiction_is_mutual_and_seen_in_the_weeks(first: Rule, second: Rule) -> None:
    """Two rules contradict each other just when they hold at once in some ordinary week."""
    assert first.contradicts(second) is second.contradicts(first)
    assert first.contradicts(first)
    week = in_force([first], at(9, 0), at(16, 0), PARIS)
    others = in_force([second], at(9, 0), at(16, 0), PARIS)
    same = first.batteries is None or second.batteries is None or first.batteries & second.batteries
    at_once = any(
        one.since < two.until and two.since < one.until
        for one in week
        for two in others
        if one.since and two.since
    )
    assert first.contradicts(second) is bool(same and at_once)


YEAR = (datetime(2026, 1, 1), datetime(2026, 12, 31))  # noqa: DTZ001 - made aware below


@given(rules(), st.datetimes(*YEAR))
def test_whenever_it_is_a_rule_holds_on_its_days(rule: Rule, moment: datetime) -> None:
    """Occurrences are in order, begin on the rule's days and touch the time asked for."""
    since = moment.replace(tzinfo=PARIS)
    until = since + timedelta(days=5)
    last = None
    for each in rule.occurrences(since, until, PARIS):
        assert each.since is not None
        assert each.since < each.until
        assert each.until > since
        assert each.since < until
        assert each.since.astimezone(PARIS).weekday() in rule.days
        assert last is None or each.since > last
        last = each.since


COLOURS = st.frozensets(st.sampled_from(Colour))


def test_a_rule_of_white_days_begins_with_the_day_of_its_start() -> None:
    """At 05:00 the eve's day goes on; an unknown day is none of a rule that names colours."""
    known = {date(2026, 11, 16): Colour.WHITE, date(2026, 11, 17): Colour.RED}
    white = frozenset({Colour.WHITE})
    evening = Rule("1", "White", Action.HOLD, time(22), time(23), colours=white)
    early = Rule("2", "Early", Action.HOLD, time(5), time(5, 30), colours=white)
    eve = Rule("3", "Eve", Action.HOLD, time(22), time(23), colours=white, looks_ahead=True)
    since, until = at(15, 0), at(19, 0)
    for rule, start in ((evening, at(16, 22)), (early, at(17, 5)), (eve, at(15, 22))):
        (found,) = rule.occurrences(since, until, PARIS, known.get)
        assert found.since == start
    assert list(evening.occurrences(since, until, PARIS)) == []


@given(COLOURS, COLOURS, TIMES, TIMES, st.booleans(), st.booleans(), st.sampled_from(Colour))
def test_rules_that_hold_at_once_contradict_each_other(
    first: frozenset[Colour],
    second: frozenset[Colour],
    one: time,
    other: time,
    ahead: bool,
    beyond: bool,
    colour: Colour,
) -> None:
    """Whatever their colours: what is in force at the same moment was said to contradict."""
    rules_ = (
        Rule("1", "One", Action.HOLD, one, one, colours=first, looks_ahead=ahead),
        Rule("2", "Other", Action.AUTO, other, other, colours=second, looks_ahead=beyond),
    )
    known = {date(2026, 11, day): colour if day % 2 else Colour.BLUE for day in range(1, 30)}
    mine, theirs = (
        list(rule.occurrences(at(10, 0), at(14, 0), PARIS, known.get)) for rule in rules_
    )
    overlap = any(
        a.since is not None and b.since is not None and a.since < b.until and b.since < a.until
        for a in mine
        for b in theirs
    )
    assert not overlap or rules_[0].contradicts(rules_[1])

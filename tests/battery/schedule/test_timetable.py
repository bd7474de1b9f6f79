"""From periods to slots, and the mirror of what was written: for any periods and any writes."""

import datetime as dt

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.battery.schedule.timetable import (
    EVERY_DAY,
    ScheduledPeriod,
    TimetableError,
    arrange,
    overlap,
    to_clear,
)
from custom_components.marstek.battery.slot_mirror import (
    OWNER_SLOTS,
    Doubt,
    Mirror,
    Unfinished,
    cleared,
    covers,
    is_cleared,
)
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.venus import Mode, Slot

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 16)  # noqa: DTZ001 - by the battery's own clock
thorough = settings(max_examples=150, deadline=None, derandomize=True)

times = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
days = st.integers(1, EVERY_DAY)
powers = st.integers(-2500, 2500)
periods = st.builds(
    ScheduledPeriod, days, times, times, powers, st.none() | st.sampled_from(OWNER_SLOTS)
)
numbers = st.integers(0, 9)


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    """Return any slot."""
    start, end = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
    return Slot(draw(numbers), start, end, draw(days), draw(powers), draw(st.booleans()))


writes = st.tuples(slots(), st.sampled_from([True, False, None]))
events = st.lists(writes | st.sampled_from(list(Doubt)) | st.just("backup"), max_size=15)


def mirror_of(happened: list[tuple[Slot, bool | None] | Doubt | str]) -> Mirror:
    """Return the mirror after writes, doubts and UPS."""
    mirror = Mirror()
    for event in happened:
        match event:
            case (Slot() as slot, accepted):
                mirror.note(slot, accepted, NOW)
            case Doubt():
                mirror.doubt(event, NOW)
            case _:
                mirror.note_backup(NOW)
                mirror.is_backup = False
    return mirror


def acts(period: ScheduledPeriod, moment: dt.datetime) -> bool:
    """Tell whether a period covers a moment, told from the period alone."""
    time = f"{moment:%H:%M}"
    today, yesterday = moment.weekday(), (moment.weekday() - 1) % 7
    if period.start < period.end:
        return bool(period.days >> today & 1) and period.start <= time < period.end
    begins = bool(period.days >> today & 1) and time >= period.start
    goes_on = bool(period.days >> yesterday & 1) and time < period.end
    return begins or goes_on


@thorough
@given(periods, st.integers(0, 7 * 1440 - 1))
def test_a_period_is_covered_and_nothing_else(period: ScheduledPeriod, minute: int) -> None:
    """In every minute of the week its slots act if and only if it does."""
    if "23:59" in (period.start, period.end):
        # The last minute of a day can't be left out, nor be in a slot alone.
        return
    written = arrange([period], Mirror())
    moment = MONDAY + dt.timedelta(minutes=minute)
    assert any(covers(slot, moment) for slot in written) == acts(period, moment)
    assert all(slot.power == period.power for slot in written)


@thorough
@given(st.lists(periods, min_size=1, max_size=4), events, st.booleans())
def test_arranged_or_refused(
    wanted: list[ScheduledPeriod],
    happened: list[tuple[Slot, bool | None] | Doubt | str],
    replace: bool,
) -> None:
    """Only the owner's numbers, each once; nothing that acts is lost or overlapped unasked."""
    mirror = mirror_of(happened)
    before = mirror.of_owner()
    try:
        written = arrange(wanted, mirror, replace=replace)
    except TimetableError:
        return
    by_number = {slot.number: slot for slot in written}
    assert len(by_number) == len(written)
    assert by_number.keys() <= set(OWNER_SLOTS)
    named = {period.number for period in wanted}
    after = {number: entry.slot for number, entry in before.items()} | by_number
    if replace:
        kept = [slot for slot in after.values() if not is_cleared(slot)]
        assert all(slot.number in by_number for slot in kept)
    else:
        assert before.keys() & by_number.keys() <= named
    for number in by_number:
        for other in after:
            assert number == other or not overlap(after[number], after[other])


@thorough
@given(events)
def test_the_mirror_outlives_a_restart(
    happened: list[tuple[Slot, bool | None] | Doubt | str],
) -> None:
    """What is stored is what is restored."""
    mirror = mirror_of(happened)
    mirror.unfinished, mirror.before_backup = Unfinished(Mode.PASSIVE, -700), Mode.AI
    assert Mirror.restore(StoredPart(mirror.store())) == mirror


@thorough
@given(events)
def test_certain_is_what_was_accepted_last(
    happened: list[tuple[Slot, bool | None] | Doubt | str],
) -> None:
    """A slot is certain only if its last write that was not refused was accepted, undoubted."""
    for number, entry in mirror_of(happened).entries.items():
        last: tuple[Slot, bool | None] | None = None
        is_doubted = False
        for event in happened:
            match event:
                case (Slot() as slot, accepted) if slot.number == number:
                    if accepted is not False or last is None:
                        last, is_doubted = (slot, accepted), False
                case (_, _):
                    pass
                case "backup":
                    is_doubted |= last is not None and (number == 9 or last[0].enabled)
                case _:
                    is_doubted = True
        if entry.is_certain:
            assert last is not None
            assert (entry.slot, True, False) == (*last, is_doubted)


@pytest.mark.parametrize(
    "stored",
    [
        *(None, [], "text", {}, {"entries": None}, {"entries": [1, {}, {"slot": [0]}]}),
        {"unfinished": ["Nonsense", 1], "before_backup": 3, "is_backup": "yes"},
    ],
)
def test_what_can_not_be_read_was_never_written(stored: object) -> None:
    """A file of an earlier version, or a damaged one, is no schedule."""
    assert Mirror.restore(StoredPart(stored)) == Mirror()


def test_foreign_slots_are_all_but_the_active_ones() -> None:
    """What the integration has in use stays."""
    found = to_clear(Mirror(), {6, 7}, None, foreign=True)
    assert found == tuple(cleared(number) for number in (0, 1, 2, 3, 4, 5, 8, 9))

"""Old battery logs as CSV: what is read of them, and the hours that they make."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.records.old_hours import hours_of_log
from custom_components.marstek.records.old_log import (
    LogError,
    LogFormat,
    LogProblem,
    OldLog,
    Sample,
    read_log,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
HEAD = (
    "battery_id,timestamp,soc,bat_power,pv_power,ongrid_power,offgrid_power,mode,bat_temp,"
    "bat_capacity"
)
START = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)


def read(*lines: str, **more: object) -> OldLog:
    """Return a log of these lines below the usual head."""
    return read_log("\n".join((HEAD, *lines)), LogFormat(**more), NOW)  # type: ignore[arg-type]


def test_a_row_as_the_old_table_gives_it() -> None:
    """Powers of the device have Home Assistant's signs afterwards: + discharges."""
    (sample,) = read("1,2025-03-01 12:00:00+00,55,,0,-800,20,Manual,21.5,5120").samples
    assert sample == Sample(dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC), 55, -780.0, -780.0, 21.5)


def test_the_sun_goes_past_the_alternating_current() -> None:
    """What solar inputs give is no discharge of the cells."""
    (sample,) = read("1,2025-03-01T12:00:00Z,55,,300,200,0,Auto,,").samples
    assert (sample.ac_power, sample.battery_power) == (200.0, -100.0)


def test_old_firmware_counts_in_tens() -> None:
    """Without a power at the socket, that of the cells counts: + charges, in its own unit."""
    (sample,) = read("1,2025-03-01T12:00:00Z,55,80,,,,Auto,,", power_scale=10.0).samples
    assert (sample.ac_power, sample.battery_power) == (-800.0, -800.0)


def test_local_times_need_a_zone() -> None:
    """Without an offset and a zone nobody knows when it was."""
    line = "1,2025-07-01 12:00:00,55,,0,0,0,Auto,,"
    with pytest.raises(LogError) as caught:
        read(line)
    assert caught.value.problem is LogProblem.NO_ZONE
    (sample,) = read(line, zone=PARIS).samples
    assert sample.moment == dt.datetime(2025, 7, 1, 10, tzinfo=dt.UTC)


def test_lines_that_cannot_be_read_are_numbered() -> None:
    """They are numbered as an editor shows them; all others count."""
    log = read(
        "1,2025-03-01T12:00:00Z,55,,0,100,0,Auto,,",
        "1,yesterday,55,,0,100,0,Auto,,",
        "",
        "1,2025-03-01T12:05:00Z,155,,0,100,0,Auto,,",
        "1,2025-03-01T12:10:00Z,55,,0,999999,0,Auto,,",
        "1,2199-03-01T12:10:00Z,55,,0,100,0,Auto,,",
        "1,2025-03-01T12:15:00Z,55,,0,nan,0,Auto,,",
        "1",
        "1,2025-03-01T12:20:00Z,54,,0,100,0,Auto,,",
    )
    assert len(log.samples) == 2
    assert log.unreadable == [3, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("text", "problem", "names"),
    [
        ("", LogProblem.NO_COLUMNS, "timestamp, soc"),
        ("soc,ongrid_power\n5,5", LogProblem.NO_COLUMNS, "timestamp"),
        ("timestamp,soc\n2025-03-01,5", LogProblem.NO_COLUMNS, "ongrid_power, bat_power"),
        ("timestamp,soc,ongrid_power\nx,y,z", LogProblem.NO_ROWS, ""),
        (
            "battery_id,timestamp,soc,ongrid_power\n1,2025-03-01T00:00Z,5,0\n2,2025-03-01T00:00Z,5,0",
            LogProblem.SEVERAL_BATTERIES,
            "1, 2",
        ),
    ],
)
def test_what_is_no_log(text: str, problem: LogProblem, names: str) -> None:
    """Missing columns and batteries are named."""
    with pytest.raises(LogError) as caught:
        read_log(text, LogFormat(), NOW)
    assert (caught.value.problem, caught.value.names) == (problem, names)


def test_one_of_several_batteries() -> None:
    """Rows of the others do not count, nor are they unreadable."""
    rows = ("1,2025-03-01T12:00:00Z,55,,0,1,0,Auto,,", "2,rubbish,55,,0,2,0,Auto,,")
    log = read(*rows, battery_id="1")
    assert len(log.samples) == 1
    assert log.unreadable == []


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is given is read, or refused as a whole."""
    for document in (text, f"{HEAD}\n{text}", f"timestamp;soc;ongrid_power\n{text}"):
        try:
            log = read_log(document, LogFormat(zone=PARIS), NOW)
        except LogError:
            continue
        assert all(each.moment <= NOW for each in log.samples)


POWERS = st.lists(st.tuples(st.integers(1, 14), st.integers(-2500, 2500)), min_size=2, max_size=60)


@given(POWERS)
def test_energies_of_hours_add_up(powers: list[tuple[int, int]]) -> None:
    """However samples lie in hours, no energy is lost or made, and none counts twice."""
    samples, moment = [], START
    for minutes, power in powers:
        samples.append(Sample(moment, 50.0, float(power), float(power), None))
        moment += dt.timedelta(minutes=minutes)
    hours = hours_of_log(samples)
    expected = [0.0, 0.0]
    for (minutes, power), _ in pairwise(powers):
        expected[power > 0] += abs(power) * minutes / 60_000
    charged, discharged = hours.energies["energy_charged"], hours.energies["energy_discharged"]
    assert sum(charged.values()) == pytest.approx(expected[0])
    assert sum(discharged.values()) == pytest.approx(expected[1])
    assert list(charged) == list(discharged) == sorted(charged)
    assert all(hour.minute == hour.second == 0 for hour in charged)


def test_nothing_is_assumed_over_a_gap() -> None:
    """A power does not hold longer than a quarter of an hour."""
    samples = [
        Sample(START + dt.timedelta(minutes=minutes), 50.0, 600.0, 600.0, None)
        for minutes in (0, 10, 40, 50)
    ]
    hours = hours_of_log(samples)
    assert sum(hours.energies["energy_discharged"].values()) == pytest.approx(0.2)

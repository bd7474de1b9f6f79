"""Public holidays of whole countries, by date and by Easter."""

from datetime import date, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import Country, next_holiday, public_holidays
from custom_components.marstek.tempo.holidays import holiday_months

_YEARS = st.integers(1990, 2199)
_COUNTRIES = st.sampled_from(Country)


@pytest.mark.parametrize(
    ("country", "days"),
    [
        (Country.BELGIUM, "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25"),
        (Country.FRANCE, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"),
        (Country.GERMANY, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"),
        (Country.NETHERLANDS, "01-01 04-06 04-27 05-14 05-25 12-25 12-26"),
    ],
)
def test_those_of_2026(country: Country, days: str) -> None:
    """As their calendars have them."""
    found = sorted(f"{day:%m-%d}" for day in public_holidays(2026, country))
    assert found == days.split()


@pytest.mark.parametrize(("year", "day"), [(2025, 26), (2026, 27), (2031, 26), (2027, 27)])
def test_kings_day_is_no_sunday(year: int, day: int) -> None:
    """It is kept on the Saturday before instead."""
    april = [each.day for each in public_holidays(year, Country.NETHERLANDS) if each.month == 4]
    assert day in april
    assert 53 - day not in april or date(year, 4, 53 - day).weekday() == 0


@given(_YEARS, _COUNTRIES)
def test_any_year(year: int, country: Country) -> None:
    """Of its own year, with Easter Monday, Ascension and Whit Monday on their days of the week."""
    found = public_holidays(year, country)
    assert 6 <= len(found) <= 11
    assert all(day.year == year for day in found)
    assert date(year, 12, 25) in found
    thursdays = [
        day
        for day in found
        if day.weekday() == 3
        and day + timedelta(days=11) in found
        and day - timedelta(days=38) in found
    ]
    assert thursdays
    assert all(day.weekday() == 3 for day in thursdays)


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), _COUNTRIES)
def test_the_next_one(day: date, country: Country) -> None:
    """It is none before the day, nor is any between."""
    found = next_holiday(day, country)
    assert day <= found
    assert found in public_holidays(found.year, country)
    between = [day + timedelta(days=n) for n in range((found - day).days)]
    assert not any(each in public_holidays(each.year, country) for each in between)


@pytest.mark.parametrize("country", Country)
def test_months_with_holidays(country: Country) -> None:
    """They are those of many years, in which Easter is early and late."""
    years = range(1990, 2300)
    found = {day.month for year in years for day in public_holidays(year, country)}
    assert holiday_months(country) == found

"""The currency in the unit of a price."""

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import currency_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EUR/kWh", "EUR"),
        ("EUR/MWh", "EUR"),
        ("€/kWh", "EUR"),
        ("gbp/kWh", "GBP"),
        ("GBP", "GBP"),
        ("£ / kWh", "GBP"),
        ("p/kWh", "GBP"),
        ("SEK per kWh", "SEK"),
        ("öre/kWh", "SEK"),
        ("Rp./kWh", "CHF"),
        ("zł/kWh", "PLN"),
        ("kr/kWh", None),
        ("øre/kWh", None),
        ("ct/kWh", None),
        ("$/kWh", None),
        ("kWh", None),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_currency(text: object, expected: str | None) -> None:
    """Named by its code, or by a sign that it has alone; else nobody knows."""
    assert currency_of(text) == expected


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever it is, what comes of it is a code."""
    found = currency_of(text)
    assert found is None or (len(found) == 3 and found.isupper())

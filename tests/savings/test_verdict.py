"""When a plan that loses money is one to tell its owner of."""

from datetime import date, timedelta

import pytest

from custom_components.marstek.savings import DayMoney, Ledger, PlanLoss, plan_loss

TODAY = date(2026, 12, 1)
FULL = 86_400.0


def ledger(count: int, plan: float, saved: float, seconds: float = FULL) -> Ledger:
    """Return a ledger of days before today that are all alike."""
    line = DayMoney(saved=saved, plan=plan, plan_seconds=seconds)
    return Ledger({TODAY - timedelta(days=number): line for number in range(1, count + 1)})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ledger(14, -0.1, 1.0), PlanLoss(-1.4, 14.0)),
        (ledger(30, -0.1, 1.0), PlanLoss(-1.4, 14.0)),
        (ledger(7, -0.2, 1.0), PlanLoss(-1.4, 7.0)),
        (ledger(14, -0.2, -0.5), PlanLoss(-2.8, -7.0)),
        (ledger(14, 0.1, 1.0), None),
        (ledger(14, -0.07, 1.0), None),
        (ledger(14, -0.1, 2.5), None),
        (ledger(6, -1.0, 1.0), None),
        (ledger(14, -1.0, 1.0, seconds=40_000), None),
        (Ledger(), None),
    ],
    ids=[
        "more than 1 and more than 5 %",
        "two weeks are judged",
        "a week is enough",
        "nothing saved at all",
        "a plan that pays",
        "less than 1",
        "less than 5 %",
        "too few days",
        "days that are half known",
        "nothing",
    ],
)
def test_loss(given: Ledger, expected: PlanLoss | None) -> None:
    """It is told where it is both more than 1 and more than 5 %, of days that are known."""
    found = plan_loss(given, TODAY)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.added == pytest.approx(expected.added)
        assert found.saved == pytest.approx(expected.saved)


def test_today_is_not_judged() -> None:
    """Its nights may have been paid for and not brought back yet."""
    line = DayMoney(plan=-50.0, plan_seconds=FULL)
    assert plan_loss(Ledger({TODAY: line}), TODAY) is None

"""Verdict on a plan that costs more than it brings, by the last two weeks of the ledger."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from .ledger import Ledger

WINDOW: Final = 14
"""Days before today that are judged together: one bad night is no verdict."""
_LEAST_DAYS: Final = 7
# In s: a day of which less is known may be known in its dear hours only.
_LEAST_KNOWN: Final = 43_200
_MOST_LOSS: Final = 1.0
_MOST_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class PlanLoss:
    """A plan that has lost money; both in the currency of the prices."""

    added: float
    """What it added, negative."""
    saved: float
    """What the batteries saved all the same."""


def plan_loss(ledger: Ledger, today: date) -> PlanLoss | None:
    """Return what a plan has lost on the days before today; None where that is little or unknown.

    A loss counts from 1 on, in the currency of the prices, and from 5 % of what was saved.
    """
    days = (ledger.day(today - timedelta(days=number)) for number in range(1, WINDOW + 1))
    known = [line for line in days if line.plan_seconds >= _LEAST_KNOWN]
    added, saved = sum(line.plan for line in known), sum(line.saved for line in known)
    is_loss = added < -_MOST_LOSS and added < -_MOST_SHARE * saved
    return PlanLoss(added, saved) if is_loss and len(known) >= _LEAST_DAYS else None

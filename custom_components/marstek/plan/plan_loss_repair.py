"""Repair for a plan that costs more than it brings.

It is raised by the ledger of whole days, so it is looked at once a day.
"""

from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..savings import Ledger, plan_loss
from .wording import Wording

PLAN_LOSES: Final = "plan_loses"


class PlanLossRepair:
    """Raises and removes the repair of one plan."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        wording: Callable[[], Wording],
        currency: Callable[[], str],
    ) -> None:
        """Look at nothing yet; amounts are written by `wording`, in `currency`."""
        self._hass = hass
        self._entry_id = entry_id
        self._wording = wording
        self._currency = currency
        self._looked_on: dt.date | None = None

    @callback
    def async_look(self, ledger: Ledger, today: dt.date) -> None:
        """Judge the days before today, once on each day."""
        if self._looked_on == today:
            return
        self._looked_on = today
        loss = plan_loss(ledger, today)
        if loss is None:
            async_remove_plan_loss(self._hass, self._entry_id)
            return
        wording, currency = self._wording(), self._currency()
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(self._entry_id),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=PLAN_LOSES,
            translation_placeholders={
                "lost": f"{wording.money(-loss.added)} {currency}",
                "saved": f"{wording.money(loss.saved)} {currency}",
            },
        )


@callback
def async_remove_plan_loss(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the repair of a plan."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry_id))


def _issue_id(entry_id: str) -> str:
    return f"{PLAN_LOSES}_{entry_id}"

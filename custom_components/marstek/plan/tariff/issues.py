"""Repairs about the tariff, which only the owner can solve."""

import datetime as dt
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...const import DOMAIN, Tariff
from ...tempo import PARIS, Disagreement, Learnt, are_outdated, tempo_day
from ...texts import Texts
from ..memory import PlanMemory
from ..own_clock import OwnClock
from ..tariff_settings import TariffSettings
from .tariff_data import TariffData

_SILENCE: Final = dt.timedelta(hours=24)
# Prices of tomorrow are known from noon on: a source without one for now has failed for half a day.
_UNPRICED: Final = dt.timedelta(hours=3)

NO_SOURCE: Final = "no_source"
DISAGREEMENT: Final = "sources_disagree"
PRICES_OUTDATED: Final = "prices_outdated"
NO_PRICES_KNOWN: Final = "no_prices_known"
OWN_CLOCK_WRONG: Final = "own_clock_wrong"
CURRENCY_DIFFERS: Final = "currency_differs"

_ALL: Final = (
    NO_SOURCE,
    DISAGREEMENT,
    PRICES_OUTDATED,
    NO_PRICES_KNOWN,
    OWN_CLOCK_WRONG,
    CURRENCY_DIFFERS,
)


class TariffIssues:
    """Repairs of one plan's tariff; each exists for as long as its cause does."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start without repairs; the ids of later ones end with `entry_id`."""
        self._hass = hass
        self._entry_id = entry_id
        self._disagreement: Disagreement | None = None

    @callback
    def async_learn(self, learnt: Learnt, now: dt.datetime) -> None:
        """Note a contradiction of sources: of today, or of a later day once both are binding."""
        today = tempo_day(now)
        for found in learnt.disagreements:
            is_meant = found.ours.is_binding and found.other.is_binding
            if found.day == today or (found.day > today and is_meant):
                self._disagreement = found

    @callback
    def async_update(
        self,
        settings: TariffSettings,
        data: TariffData,
        now: dt.datetime,
        memory: PlanMemory,
        texts: Texts,
    ) -> None:
        """Raise the repairs whose cause exists, and remove the others."""
        is_tempo = settings.tariff is Tariff.TEMPO
        silent_for, unpriced_for = memory.silent_for, memory.unpriced_for
        is_silent = silent_for is not None and silent_for >= _SILENCE
        is_unpriced = unpriced_for is not None and unpriced_for >= _UNPRICED
        self._set(NO_PRICES_KNOWN, is_unpriced, {})
        self._set(NO_SOURCE, is_tempo and is_silent, {})
        if self._disagreement and (data.day is None or self._disagreement.day < data.day):
            self._disagreement = None
        self._set(DISAGREEMENT, self._disagreement is not None, self._said(texts))
        since = settings.prices_since
        self._set(
            PRICES_OUTDATED,
            (is_tempo or (settings.has_off_peak and settings.follows_decree))
            and are_outdated(since, now.astimezone(PARIS).date()),
            {"since": since.isoformat()},
        )

    def _said(self, texts: Texts) -> dict[str, str]:
        """Return the placeholders of a contradiction: colours and sources as translated texts."""
        if (found := self._disagreement) is None:
            return {}
        return {
            "day": found.day.isoformat(),
            "ours": texts.get(f"entity.sensor.colour_today.state.{found.ours.colour}"),
            "source": texts.get(f"entity.sensor.last_source.state.{found.ours.source}"),
            "theirs": texts.get(f"entity.sensor.colour_today.state.{found.other.colour}"),
            "other": texts.get(f"entity.sensor.last_source.state.{found.other.source}"),
        }

    @callback
    def async_remove(self) -> None:
        """Remove all repairs of this plan."""
        for key in _ALL:
            self._set(key, False, {})

    @callback
    def async_clock(self, clock: OwnClock) -> None:
        """Raise a repair for a clock of Home Assistant that servers contradict, or remove it."""
        ahead = clock.ahead or dt.timedelta()
        minutes = round(abs(ahead) / dt.timedelta(minutes=1))
        self._set(OWN_CLOCK_WRONG, clock.is_wrong, {"minutes": str(minutes)})

    @callback
    def async_currency(self, currency: str) -> None:
        """Raise a repair for prices in another currency than Home Assistant's, or remove it."""
        home = self._hass.config.currency
        placeholders = {"prices": currency, "home": home}
        self._set(CURRENCY_DIFFERS, currency != home, placeholders)

    def _set(self, key: str, is_there: bool, placeholders: dict[str, str]) -> None:
        issue_id = f"{key}_{self._entry_id}"
        if not is_there:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders=placeholders,
        )

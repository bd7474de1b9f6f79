"""Contracts and home of a comparison, from the options of the plan and what is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import datetime as dt
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, PLAN_UNIQUE_ID, Tariff
from ..plan.runtime import Plan
from ..plan.tariff.export_prices import ExportPrices
from ..plan.tariff_settings import TariffSettings
from ..planner import BatteryState
from ..replay import (
    OFF_PEAK_HOURS,
    TEMPO,
    Contract,
    HourlyContract,
    HoursContract,
    Offers,
    PackLimits,
    Recording,
    ReplayHome,
    TempoContract,
)
from ..tempo import Colour, OffPeak, PriceBook, past_colours
from .statistics import async_measured, has_recorder

CURRENT: Final = "current"
"""The owner's own contract."""
_FRANCE: Final = "FR"
_PRICE: Final = "price"

type HourPrices = Mapping[dt.datetime, float]
"""Mean price of hours, in currency per kWh, by their starts in UTC."""


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """All that contracts and home are made of, gathered in the event loop."""

    settings: TariffSettings
    offers: Offers
    colours: Mapping[dt.date, Colour]
    prices: HourPrices
    """Recorded ones of a contract with day-ahead prices."""
    export: ExportPrices
    """Without the prices of a source, of which the past is not kept."""
    states: tuple[BatteryState, ...]
    home: ReplayHome
    """Without batteries and daily load."""
    standby: float
    """W of each battery at rest."""

    def replayed_home(self, recording: Recording) -> ReplayHome:
        """Return the home with its batteries and its mean load."""
        packs = tuple(
            PackLimits(
                state.capacity / 1000,
                state.depth,
                state.max_charge / 1000,
                state.max_discharge / 1000,
                self.standby / 1000,
            )
            for state in self.states
        )
        return replace(self.home, packs=packs, daily_load=recording.daily_load)

    def contracts(self, recording: Recording) -> dict[str, Contract]:
        """Return the contracts, the owner's own one first.

        A contract is left out where the owner has it, and where most of its days are estimates.
        """
        settings, quarters = self.settings, recording.quarters
        feed_in = settings.export.constant
        terms = None if self.export.settings.is_constant else self.export
        made: dict[str, Contract] = {}
        if (own := self._own(recording, feed_in, terms)) is not None:
            made[CURRENT] = own
        off_peak = settings.off_peak
        windows = {"off_peak": off_peak} if _has_windows(settings) else {}
        offered = self.offers.contracts(
            quarters, self.colours, feed_in=feed_in, export=terms, quotas=settings.quotas, **windows
        )
        if settings.tariff is Tariff.TEMPO and settings.follows_decree:
            offered.pop(TEMPO, None)
        if settings.tariff is Tariff.FIXED and self._has_offered_hours:
            offered.pop(OFF_PEAK_HOURS, None)
        most = len(recording.days) / 2
        made |= {name: each for name, each in offered.items() if len(each.estimated) <= most}
        return made

    @property
    def _has_offered_hours(self) -> bool:
        prices = self.settings.fixed_prices
        is_same = self.offers.hours == (prices.off_peak, prices.peak)
        return is_same and not self.settings.levels.rules

    def _own(
        self, recording: Recording, feed_in: float, terms: ExportPrices | None
    ) -> Contract | None:
        """Return the owner's contract; None where its prices were never recorded."""
        settings, quarters = self.settings, recording.quarters
        match settings.tariff:
            case Tariff.TEMPO:
                return TempoContract(
                    quarters,
                    settings.tempo_prices_on,
                    {**past_colours(), **self.colours},
                    feed_in,
                    terms,
                    settings.off_peak,
                    settings.quotas,
                )
            case Tariff.FIXED:
                prices = settings.fixed_prices
                pair = prices.off_peak, prices.peak
                return HoursContract(
                    quarters, settings.off_peak, pair, feed_in, terms, settings.levels
                )
        if not self.prices:
            return None
        return HourlyContract.recorded(quarters, self.prices, self.home.zone, feed_in, terms)


def _has_windows(settings: TariffSettings) -> bool:
    """Tell whether the owner's off-peak hours would be those of an offer too."""
    return settings.tariff is Tariff.FIXED and isinstance(settings.off_peak, OffPeak)


@callback
def async_compare_settings(
    hass: HomeAssistant, plan: Plan, offers: Offers, prices: HourPrices
) -> CompareSettings:
    """Gather what contracts and home are made of; offers that were not made are the regulated ones."""
    settings, options = plan.tariff.settings, plan.control.options
    if hass.config.country == _FRANCE or settings.tariff is Tariff.TEMPO:
        regulated = Offers.regulated(dt_util.now().date(), options.subscribed)
        offers = Offers(
            regulated.base if offers.base is None else offers.base,
            offers.hours or regulated.hours,
            has_tempo=True,
        )
    maker, zone = plan.control.plan_maker, settings.off_peak.zone
    export = replace(settings.export, source=None)
    return CompareSettings(
        settings,
        offers,
        dict(plan.tariff.colours),
        prices,
        ExportPrices(export, PriceBook(), zone),
        maker.batteries(),
        ReplayHome(
            (),
            dt_util.get_default_time_zone(),
            0.0,
            options.subscribed,
            maker.context(dt_util.utcnow()).options,
        ),
        options.standby,
    )


async def async_recorded_prices(
    hass: HomeAssistant, plan: Plan, start: dt.datetime, end: dt.datetime
) -> dict[dt.datetime, float]:
    """Return the recorded prices of a contract with day-ahead prices; none for any other."""
    registry = er.async_get(hass)
    found = registry.async_get_entity_id("sensor", DOMAIN, f"{PLAN_UNIQUE_ID}_{_PRICE}")
    is_dynamic = plan.tariff.settings.tariff is Tariff.DYNAMIC
    if not is_dynamic or found is None or not has_recorder(hass):
        return {}
    measured = await async_measured(hass, {found: (_PRICE, ("mean",))}, start, end, "hour")
    return {
        dt.datetime.fromtimestamp(moment, dt.UTC): mean
        for each in measured
        for moment, row in each.rows.items()
        if (mean := row.get("mean")) is not None
    }

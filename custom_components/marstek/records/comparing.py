"""Comparison of contracts: the home's recorded hours, played again in the executor.

A year takes minutes on a small computer. It is played in slices with a rest after each, so that
Home Assistant goes on meanwhile, and ends with the plan's config entry.
"""

import asyncio
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
import datetime as dt
import time
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..plan.history import async_hours, async_sources
from ..plan.runtime import Plan
from ..planner.habits import Hour
from ..replay import (
    LEAST_DAYS,
    Contract,
    ContractOutcome,
    Offers,
    Recording,
    RecordingError,
    ReplayHome,
    ReplayProgress,
    ReplayStrategy,
    compared,
    recording_of,
)
from .compared_contracts import CompareSettings, async_compare_settings, async_recorded_prices
from .statistics import require_recorder

MOST_DAYS: Final = 366
_LAST_YEAR: Final = dt.timedelta(days=364)
_DAY: Final = dt.timedelta(days=1)
# In s.
_SLICE: Final = 0.04
_REST: Final = 0.02
_RUNNING: Final[HassKey[asyncio.Task[ContractComparison]]] = HassKey(f"{DOMAIN}_comparison")

type _Steps = Generator[ReplayProgress, None, list[ContractOutcome]]


@dataclass(frozen=True, slots=True)
class ContractComparison:
    """What a home would have paid."""

    recording: Recording
    contracts: Mapping[str, Contract]
    outcomes: Sequence[ContractOutcome]
    batteries: int

    def of(self, contract: str) -> dict[ReplayStrategy, ContractOutcome]:
        """Return the outcomes under a contract."""
        return {each.strategy: each for each in self.outcomes if each.contract == contract}


@callback
def days_to_compare(first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """Return the days of a range that are over; of one without a start, the last 365."""
    yesterday = dt_util.now().date() - _DAY
    last = yesterday if last is None else min(last, yesterday)
    return last - _LAST_YEAR if first is None else first, last


async def async_compare(
    hass: HomeAssistant, plan: Plan, first: dt.date, last: dt.date, offers: Offers
) -> ContractComparison:
    """Return what the home would have paid from one day to another.

    One comparison runs at a time. Raises a translated ServiceValidationError while another one
    runs, for a range of more than 366 days, without a recorder, a known load or a priced contract,
    and for fewer than 14 known days; HomeAssistantError where the plan is unloaded meanwhile.
    """
    require_recorder(hass)
    if (last - first).days >= MOST_DAYS:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_span",
            translation_placeholders={"days": str(MOST_DAYS)},
        )
    if _RUNNING in hass.data:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="comparison_running"
        )
    task = hass.data[_RUNNING] = plan.tariff.config_entry.async_create_background_task(
        hass, _async_compared(hass, plan, first, last, offers), f"{DOMAIN} comparison"
    )
    try:
        return await task
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="comparison_ended"
        ) from None
    finally:
        hass.data.pop(_RUNNING, None)


async def _async_compared(
    hass: HomeAssistant, plan: Plan, first: dt.date, last: dt.date, offers: Offers
) -> ContractComparison:
    start = dt_util.start_of_local_day(first).astimezone(dt.UTC)
    end = dt_util.start_of_local_day(last + _DAY).astimezone(dt.UTC)
    sources = await async_sources(hass, plan.tariff.config_entry.options)
    if not sources.load:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="comparison_no_load"
        )
    hours = await async_hours(hass, sources, start, end)
    prices = await async_recorded_prices(hass, plan, start, end)
    wanted = async_compare_settings(hass, plan, offers, prices)
    prepared = await hass.async_add_executor_job(_prepare, wanted, hours, first, last)
    if isinstance(prepared, RecordingError):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="comparison_few_days",
            translation_placeholders={"days": str(prepared.days), "needed": str(LEAST_DAYS)},
        )
    recording, home, contracts = prepared
    if not contracts:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="comparison_no_contract"
        )
    strategies = list(ReplayStrategy) if home.packs else [ReplayStrategy.NO_BATTERY]
    steps = compared(home, recording, contracts, strategies)
    while True:
        outcomes = await hass.async_add_executor_job(_slice, steps)
        if outcomes is not None:
            return ContractComparison(recording, contracts, outcomes, len(home.packs))
        await asyncio.sleep(_REST)


def _prepare(
    wanted: CompareSettings, hours: Sequence[Hour], first: dt.date, last: dt.date
) -> tuple[Recording, ReplayHome, dict[str, Contract]] | RecordingError:
    """Return all that is played; runs in an executor."""
    try:
        recording = recording_of(hours, first, last, wanted.home.zone)
    except RecordingError as err:
        return err
    return recording, wanted.replayed_home(recording), wanted.contracts(recording)


def _slice(steps: _Steps) -> list[ContractOutcome] | None:
    """Play some days; return the outcomes at the end, None before. Runs in an executor."""
    until = time.monotonic() + _SLICE
    while time.monotonic() < until:
        try:
            next(steps)
        except StopIteration as stop:
            outcomes: list[ContractOutcome] = stop.value
            return outcomes
    return None


def comparison_data(comparison: ContractComparison, currency: str) -> dict[str, Any]:
    """Return a comparison as the answer of an action; money is rounded to cents, energy to kWh."""
    days = comparison.recording.counted
    counted = {each.day for each in days}
    best = min(comparison.outcomes, key=lambda each: each.cost)
    return {
        "start_date": days[0].day.isoformat(),
        "end_date": days[-1].day.isoformat(),
        "days": len(days),
        "days_left_out": comparison.recording.left_out,
        "hours_filled": comparison.recording.filled,
        "batteries": comparison.batteries,
        "currency": currency,
        "contracts": {
            name: {
                "days_estimated": len(contract.estimated & counted),
                "strategies": _strategies(comparison.of(name)),
            }
            for name, contract in comparison.contracts.items()
        },
        "cheapest": {"contract": best.contract, "strategy": best.strategy.value},
    }


def _strategies(outcomes: Mapping[ReplayStrategy, ContractOutcome]) -> dict[str, Any]:
    without = outcomes[ReplayStrategy.NO_BATTERY].cost
    return {
        strategy.value: {
            "cost": round(outcome.cost, 2),
            "saved": round(without - outcome.cost, 2),
            "from_grid_kwh": round(outcome.imported),
            "fed_in_kwh": round(outcome.exported),
            "charged_from_grid_kwh": round(outcome.bought),
            "cycles": round(outcome.cycles),
        }
        for strategy, outcome in outcomes.items()
    }

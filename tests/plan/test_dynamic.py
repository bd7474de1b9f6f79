"""Day-ahead prices: setting them up, following their source, and living without it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
import math
from pathlib import Path
import re
from typing import Any, cast

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.price_words import price_message
from custom_components.marstek.tempo import PARIS
from tests.plan.flow import PlanFlow
from tests.support.frozen_home import DAY, MINUTE, FrozenHome
from tests.support.moments import paris

_HOUR = timedelta(hours=1)
_SENSOR = "sensor.spot"
_FORM = {"price_unit": "auto", "vat": 0, "surcharge": 0}
_NIGHT = {"start": "22:00:00", "end": "06:00:00"}
_PRICES = {"off_peak": 0.15, "peak": 0.21, "subscription": 0}
# What entities of the tariff a plan with day-ahead prices has, beyond those of every plan.
_OWN = {
    *("price", "next_price", "next_price_change", "price_average", "price_lowest"),
    *("price_highest", "prices_until"),
}
_OFF_PEAK = {"off_peak", "next_off_peak_change", "night_start", "day_start"}


def spot(moment: datetime) -> float:
    """Return the made-up price of an hour: cheapest at four, dearest at seven in the evening."""
    hour = moment.astimezone(PARIS).hour
    return round(0.15 - 0.06 * math.cos(2 * math.pi * (hour - 4) / 12) + 0.005 * hour, 4)


def rows(day: date, count: int = 24, price: Callable[[datetime], float] = spot) -> list[Any]:
    """Return the rows of a day as the sensor of Nord Pool has them."""
    first = paris(day)
    starts = [first + number * _HOUR for number in range(count)]
    return [
        {"start": start.isoformat(), "end": (start + _HOUR).isoformat(), "value": price(start)}
        for start in starts
    ]


def tell(hass: HomeAssistant, *days: date | str, unit: str | None = "EUR/kWh") -> None:
    """Let the sensor tell the prices of some days."""
    told = [row for day in days for row in rows(date.fromisoformat(str(day)))]
    attributes = {"raw_today": told} | ({"unit_of_measurement": unit} if unit else {})
    hass.states.async_set(_SENSOR, "0.1", attributes)


@pytest.fixture(name="flow")
def flow_fixture(hass: HomeAssistant, home: FrozenHome) -> PlanFlow:
    """Return a dialog."""
    return PlanFlow(hass)


async def _set_up(home: FrozenHome, **changes: Any) -> MockConfigEntry:
    return await home.set_up("dynamic", **{"price_entities": [_SENSOR], **changes})


async def test_set_up(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """A sensor is enough: prices are read before there is a plan."""
    tell(hass, "2026-01-13")
    await flow.add()
    await flow.choose("dynamic")
    assert flow.defaults == {"price_entities": None, "surcharge_hours": "", **_FORM}
    await flow.source(price_entities=[_SENSOR], **_FORM | {"vat": 20, "surcharge": 0.1})
    result = await flow.finish()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Plan"
    entry = home.entry
    assert entry.data == {"kind": "plan", "tariff": "dynamic"}
    assert entry.options["dynamic"] == {
        "price_entities": [_SENSOR],
        "price_action": None,
        "price_unit": None,
        "assumed_unit": "kwh",
        "vat": 20.0,
        "surcharge": 0.1,
        "surcharge_hours": [],
    }
    assert float(home.state("price")) == pytest.approx(1.2 * spot(home.now) + 0.1)
    registry = er.async_get(hass)
    keys = {
        each.unique_id.removeprefix("plan_")
        for each in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert keys >= _OWN
    assert not keys & _OFF_PEAK


async def test_what_was_understood_is_shown(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """Prices, unit, resolution, tomorrow and what is paid, with a way back to the form."""
    tell(hass, "2026-01-13", unit=None)
    await flow.add()
    await flow.choose("dynamic")
    form = _FORM | {"surcharge": 0.1, "surcharge_hours": "17-20 Q4-Q1 12 ct\n0.01"}
    result = await flow.submit(price_entities=[_SENSOR], **form)
    assert result["step_id"] == "dynamic_check"
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    paid = spot(home.now) + 0.11
    assert placeholders["summary"].splitlines() == [
        "- First price: 0.1800 EUR/kWh, on 2026-01-13 00:00",
        f"- Last price: {spot(paris('2026-01-13', '23:00')):.4f} EUR/kWh, on 2026-01-13 23:00",
        "- 24 prices, each for 60 minutes",
        "- Unit: currency per kWh. The source does not say it; the size of the prices does.",
        "- Prices of tomorrow: not yet. They are usually published at about 13:00.",
        "- Surcharge by hour: 17:00-20:00 Oct-Mar 0.12 EUR/kWh",
        "- Surcharge by hour: 0.01 EUR/kWh in all other hours",
        f"- You pay now: {paid:.4f} EUR/kWh, with VAT and surcharge",
    ]
    await flow.choose("dynamic")
    assert flow.defaults["price_entities"] == [_SENSOR]
    assert flow.defaults["surcharge"] == 0.1
    assert flow.defaults["surcharge_hours"] == "17-20 Q4-Q1 12 ct\n0.01"
    hass.config.language = "fr"
    result = await flow.submit(price_entities=[_SENSOR], **_FORM)
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    first, *_, last = placeholders["summary"].splitlines()
    assert first.endswith("0,1800 EUR/kWh, le 13/01/2026, 00:00")
    assert last.endswith("sans ajout de TVA ni de supplément")
    hass.config.language = "en"
    await flow.choose("dynamic")
    tell(hass, "2026-01-13", "2026-01-14", unit="ct/kWh")
    result = await flow.submit(price_entities=[_SENSOR], **_FORM)
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert "- Unit of the source: cents per kWh" in placeholders["summary"]
    assert "- Prices of tomorrow: yes" in placeholders["summary"]
    await flow.choose("dynamic_use")
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY


async def test_what_is_not_known_of_the_prices_is_said(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """Lists without a date are taken for today's; nothing is said of a price that is not known yet."""
    hass.states.async_set(_SENSOR, "0.1", _lists("2026-01-13"))
    await flow.add()
    await flow.choose("dynamic")
    shown = _summary(await flow.submit(price_entities=[_SENSOR], **_FORM))
    assert shown[-2].startswith("- You pay now: ")
    assert shown[-1].startswith("- The source says no date. The prices are taken as those of today")
    await flow.choose("dynamic")
    tell(hass, "2026-01-14")
    shown = _summary(await flow.submit(price_entities=[_SENSOR], **_FORM))
    assert shown[-1] == "- Prices of tomorrow: yes"
    await flow.choose("dynamic_use")
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY


def _summary(result: ConfigFlowResult) -> list[str]:
    """Return what is shown of the prices that were read, line by line."""
    text: str = (result["description_placeholders"] or {})["summary"]
    return text.splitlines()


@pytest.mark.parametrize(
    ("given", "field", "error"),
    [
        ({"price_entities": []}, "base", "one_source"),
        ({"price_entities": ["sensor.nothing"]}, "base", "no_prices"),
        ({"vat": 120}, "vat", "invalid_vat"),
        ({"vat": -1}, "vat", "invalid_vat"),
        ({"surcharge": 12}, "surcharge", "invalid_surcharge"),
        ({"surcharge_hours": "0-6 0.1\nsoon 0.2"}, "surcharge_hours", "line_unknown"),
    ],
)
async def test_wrong_input(
    hass: HomeAssistant, flow: PlanFlow, given: dict[str, Any], field: str, error: str
) -> None:
    """A mistake is said, and can be put right."""
    tell(hass, "2026-01-13")
    await flow.add()
    await flow.choose("dynamic")
    result = await flow.source(**{"price_entities": [_SENSOR], **_FORM, **given})
    assert result["errors"] == {field: error}
    await flow.source(price_entities=[_SENSOR], **_FORM)
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY


async def test_what_sensors_may_hold(hass: HomeAssistant, flow: PlanFlow, home: FrozenHome) -> None:
    """Prices that are over, in no unit, or twice: each is said in words."""
    await flow.add()
    await flow.choose("dynamic")
    tell(hass, "2026-01-10")
    result = await flow.source(price_entities=[_SENSOR], **_FORM)
    assert result["errors"] == {"base": "old_prices"}
    two = [*rows(date(2026, 1, 13)), *rows(date(2026, 1, 13), price=lambda _: 0.5)]
    hass.states.async_set(_SENSOR, "x", {"data": two})
    result = await flow.source(price_entities=[_SENSOR], **_FORM)
    assert result["errors"] == {"base": "contradicting_prices"}
    vague = rows(date(2026, 1, 13), price=lambda start: 250 * spot(start))
    hass.states.async_set(_SENSOR, "x", {"data": vague})
    result = await flow.source(price_entities=[_SENSOR], **_FORM)
    assert result["errors"] == {"base": "unclear_unit"}
    await flow.source(price_entities=[_SENSOR], **_FORM | {"price_unit": "mwh"})
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY
    assert float(home.state("price")) == pytest.approx(0.25 * spot(home.now), abs=1e-5)


async def test_a_unit_that_was_found_out_is_kept(hass: HomeAssistant, home: FrozenHome) -> None:
    """Cheap days in a unit that nobody tells don't change what they are told in."""
    flow = PlanFlow(hass)
    dear = rows(date(2026, 1, 13), price=lambda start: 50 * spot(start))
    hass.states.async_set(_SENSOR, "x", {"data": dear})
    await flow.add()
    await flow.choose("dynamic")
    await flow.source(price_entities=[_SENSOR], **_FORM)
    await flow.finish()
    assert home.entry.options["dynamic"]["assumed_unit"] == "cent"
    cheap = rows(date(2026, 1, 14), price=spot)
    hass.states.async_set(_SENSOR, "y", {"data": cheap})
    await home.go("2026-01-14", "08:10")
    assert float(home.state("price")) == pytest.approx(0.01 * spot(home.now), abs=1e-5)


async def test_prices_pass_by(hass: HomeAssistant, home: FrozenHome) -> None:
    """Hour by hour, tomorrow as soon as it is told, over midnight and a restart."""
    tell(hass, "2026-01-13")
    entry = await _set_up(home)
    today = [spot(paris("2026-01-13") + number * _HOUR) for number in range(24)]
    await home.go("2026-01-13", "10:30")
    assert float(home.state("price")) == today[10]
    assert float(home.state("next_price")) == today[11]
    assert home.state("next_price_change") == "2026-01-13T10:00:00+00:00"
    assert home.state("prices_until") == "2026-01-13T23:00:00+00:00"
    assert float(home.state("price_lowest")) == min(today)
    assert float(home.state("price_highest")) == max(today)
    assert float(home.state("price_average")) == pytest.approx(sum(today) / 24, abs=1e-5)
    with home.watch("price") as seen:
        await home.live(paris("2026-01-13", "12:30"), MINUTE)
    assert [change.at.minute for change in seen] == [0, 0]
    await home.go("2026-01-13", "13:10")
    tell(hass, "2026-01-13", "2026-01-14")
    await home.settle()
    assert home.state("prices_until") == "2026-01-14T23:00:00+00:00"
    hass.states.async_remove(_SENSOR)
    await home.restart(entry, paris("2026-01-14", "00:20"))
    assert float(home.state("price")) == today[0]
    assert home.state("prices_until") == "2026-01-14T23:00:00+00:00"


async def test_a_source_that_is_gone_for_a_week(
    hass: HomeAssistant, home: FrozenHome, caplog: pytest.LogCaptureFixture
) -> None:
    """The last week goes on to say what to expect; the owner is told after three hours."""
    tell(hass, "2026-01-12", "2026-01-13")
    entry = await _set_up(home)
    hass.states.async_set(_SENSOR, "unavailable")
    await home.settle()
    await home.go("2026-01-13", "23:30")
    assert home.issues() == set()
    await home.live(paris("2026-01-14", "02:30"), 30 * MINUTE)
    assert home.state("price") == "unknown"
    assert home.issues() == set()
    await home.live(paris("2026-01-14", "03:30"), 30 * MINUTE)
    assert home.issues() == {"no_prices_known"}
    await home.restart(entry, paris("2026-01-20", "07:00"))
    assert home.issues() == {"no_prices_known"}
    periods = entry.runtime_data.control.plan_maker.context(home.now).periods
    assert {period.price for period in periods} == {None}
    first = next(period for period in periods if period.start >= paris("2026-01-20", "08:00"))
    assert first.expected_price == spot(first.start)
    assert periods[-1].end >= home.now + 2 * DAY
    assert sum("tells day-ahead prices" in line for line in caplog.messages) <= 2
    tell(hass, "2026-01-20")
    await home.settle()
    assert home.issues() == set()
    assert float(home.state("price")) == spot(home.now)


async def test_a_shutdown_without_prices(hass: HomeAssistant, home: FrozenHome) -> None:
    """The time without Home Assistant does not count, and what was before it still does."""
    tell(hass, "2026-01-12", "2026-01-13")
    entry = await _set_up(home)
    hass.states.async_set(_SENSOR, "unavailable")
    await home.go("2026-01-13", "23:30")
    await home.live(paris("2026-01-14", "01:00"), 30 * MINUTE)
    await home.restart(entry, paris("2026-01-14", "09:00"))
    assert home.issues() == set()
    await home.live(paris("2026-01-14", "10:30"), 30 * MINUTE)
    assert home.issues() == set()
    await home.live(paris("2026-01-14", "11:00"), 30 * MINUTE)
    assert home.issues() == {"no_prices_known"}


async def test_planned_anew_only_when_something_changes(
    hass: HomeAssistant, home: FrozenHome
) -> None:
    """Within an hour of one price the periods stay as they are, to the minute."""
    tell(hass, "2026-01-13")
    entry = await _set_up(home)
    await home.go("2026-01-13", "08:01")
    plan_maker = entry.runtime_data.control.plan_maker
    before = plan_maker.context(home.now).periods
    await home.go("2026-01-13", "08:58")
    assert plan_maker.context(home.now).periods == before
    await home.go("2026-01-13", "09:00")
    assert plan_maker.context(home.now).periods != before


async def test_a_source_that_is_late(hass: HomeAssistant, home: FrozenHome) -> None:
    """Set-up waits for nobody: without any price night and day are the nominal ones."""
    entry = await _set_up(home)
    assert home.state("price") == "unknown"
    context = entry.runtime_data.control.plan_maker.context(home.now)
    assert [period.is_off_peak for period in context.periods[:3]] == [False, True, False]
    tell(hass, "2026-01-13")
    await home.settle()
    assert float(home.state("price")) == spot(home.now)
    assert entry.runtime_data.control.plan_maker.context(home.now).periods[0].is_off_peak


@pytest.mark.parametrize("attributes", [{}, {"raw_today": "soon"}, {"unit_of_measurement": "W"}])
async def test_rubbish_after_set_up(
    hass: HomeAssistant, home: FrozenHome, attributes: dict[str, Any]
) -> None:
    """What was known holds."""
    tell(hass, "2026-01-13")
    await _set_up(home)
    hass.states.async_set(_SENSOR, "x", attributes)
    await home.go("2026-01-13", "18:10")
    assert float(home.state("price")) == spot(home.now)


async def test_two_entities(hass: HomeAssistant, home: FrozenHome) -> None:
    """Each may tell a part, as those of Octopus do for today and tomorrow."""
    entities = ("event.today", "event.tomorrow")
    hass.states.async_set("event.today", "x", {"rates": rows(date(2026, 1, 13))})
    await _set_up(home, price_entities=list(entities))
    assert home.state("prices_until") == "2026-01-13T23:00:00+00:00"
    hass.states.async_set("event.tomorrow", "x", {"rates": rows(date(2026, 1, 14))})
    await home.settle()
    assert home.state("prices_until") == "2026-01-14T23:00:00+00:00"


class _Market:
    """An action that tells prices, until it is told otherwise."""

    def __init__(self, hass: HomeAssistant, domain: str, service: str) -> None:
        self.calls: list[tuple[datetime, dict[str, Any]]] = []
        self.is_down = False
        self.has_tomorrow_at = "13:20"
        hass.services.async_register(
            domain, service, self._answer, supports_response=SupportsResponse.ONLY
        )

    async def _answer(self, call: ServiceCall) -> Any:
        now = datetime.now(UTC)
        self.calls.append((now, dict(call.data)))
        if self.is_down:
            raise HomeAssistantError("down")
        day = now.astimezone(PARIS).date()
        days = [day]
        if now >= paris(day, self.has_tomorrow_at):
            days.append(day + DAY)
        if call.service == "get_prices":
            told = [
                {"start_time": row["start"], "price": row["value"]}
                for each in days
                for row in rows(each)
            ]
            return {"prices": {"Chalet": told}}
        wanted = date.fromisoformat(str(call.data["date"]))
        (area,) = call.data["areas"]
        told = [
            {"start": row["start"], "end": row["end"], "price": round(1000 * row["value"], 2)}
            for row in rows(wanted)
            if wanted in days
        ]
        return {area: told}

    def clocks(self) -> list[str]:
        """Return when it was asked."""
        return [f"{moment.astimezone(PARIS):%d %H:%M}" for moment, _ in self.calls]


async def test_tibber(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """The action is offered where there is one, and asked until tomorrow is known."""
    market = _Market(hass, "tibber", "get_prices")
    await flow.add()
    await flow.choose("dynamic")
    market.is_down = True
    result = await flow.source(price_action="tibber.get_prices", **_FORM)
    assert result["errors"] == {"price_action": "no_reply"}
    market.is_down = False
    result = await flow.source(
        price_action="tibber.get_prices", price_entities=["sensor.x"], **_FORM
    )
    assert result["errors"] == {"base": "one_source"}
    await flow.source(price_action="tibber.get_prices", **_FORM)
    await flow.finish()
    assert float(home.state("price")) == spot(home.now)
    market.calls.clear()
    await home.live(paris("2026-01-13", "20:00"), 5 * MINUTE)
    assert market.clocks() == ["13 13:00", "13 14:00"]
    assert home.state("prices_until") == "2026-01-14T23:00:00+00:00"


async def test_nord_pool(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Each area of its entry is a choice, and prices are per MWh."""
    market = _Market(hass, "nordpool", "get_prices_for_date")
    nord_pool = MockConfigEntry(domain="nordpool", title="Nord Pool", data={"areas": ["FR", "BE"]})
    nord_pool.add_to_hass(hass)
    action = f"nordpool.get_prices_for_date {nord_pool.entry_id} FR"
    await flow.add()
    await flow.choose("dynamic")
    result = await flow.source(price_action=action, **_FORM)
    assert result["errors"] == {"price_action": "no_reply"}
    nord_pool.mock_state(hass, ConfigEntryState.LOADED)
    await flow.source(price_action=action, **_FORM)
    await flow.finish()
    assert market.calls[-1][1]["areas"] == ["FR"]
    await home.live(paris("2026-01-13", "14:30"), 5 * MINUTE)
    assert home.state("prices_until") == "2026-01-14T23:00:00+00:00"
    await home.go("2026-01-14", "04:10")
    assert float(home.state("price")) == pytest.approx(spot(home.now), abs=1e-5)
    nord_pool.mock_state(hass, ConfigEntryState.NOT_LOADED)
    await home.live(paris("2026-01-14", "15:00"), 30 * MINUTE)
    assert home.state("prices_until") == "2026-01-14T23:00:00+00:00"


async def test_an_action_that_fails_is_asked_each_hour(
    hass: HomeAssistant, home: FrozenHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Its silence is logged once, and its return."""
    market = _Market(hass, "tibber", "get_prices")
    market.is_down = True
    await home.set_up("dynamic", price_action="tibber.get_prices")
    await home.live(paris("2026-01-13", "10:00"), 5 * MINUTE)
    assert [clock[-2:] for clock in market.clocks()] == ["40"] * 4
    market.is_down = False
    await home.live(paris("2026-01-13", "11:00"), 5 * MINUTE)
    assert float(home.state("price")) == spot(home.now)
    told = [line for line in caplog.messages if "day-ahead prices" in line.lower()]
    assert len(told) == 2


async def test_from_tariff_to_tariff(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Each keeps its options, which the forms show when it comes back."""
    tell(hass, "2026-01-13")
    entry = await home.set_up("fixed")
    await flow.reconfigure(entry)
    result = await flow.submit(tariff="dynamic")
    assert result["step_id"] == "reconfigure_dynamic"
    result = await flow.source(price_entities=["sensor.nothing"], **_FORM)
    assert result["errors"] == {"base": "no_prices"}
    await flow.source(price_entities=[_SENSOR], **_FORM)
    await home.settle()
    assert float(home.state("price")) == spot(home.now)
    assert (entry.title, entry.data["tariff"]) == ("Plan", "dynamic")
    for tariff in ("tempo", "fixed", "dynamic"):
        await flow.reconfigure(entry)
        await flow.submit(tariff=tariff)
        if tariff == "dynamic":
            assert flow.defaults["price_entities"] == [_SENSOR]
            result = await flow.source(**flow.defaults)
        else:
            await flow.submit(start="22:00:00", end="06:00:00")
            result = await flow.submit(**flow.defaults)
        assert result["type"] is FlowResultType.ABORT
        await home.settle()
        assert entry.data["tariff"] == tariff
        registry = er.async_get(hass)
        has_hours = registry.async_get_entity_id("time", DOMAIN, "plan_night_start") is not None
        assert has_hours is (tariff != "dynamic")
    assert float(home.state("price")) == spot(home.now)


async def test_selling_is_asked_for(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Off at first, and within bounds."""
    tell(hass, "2026-01-13", unit=None)
    entry = await _set_up(home)
    await flow.options(entry)
    await flow.choose("selling")
    assert flow.defaults == {"sell": False, "sale_power": 800}
    result = await flow.submit(sell=True, sale_power=100)
    assert result["errors"] == {"sale_power": "out_of_bounds"}
    await flow.submit(sell=True, sale_power=1200)
    assert (entry.options["sell"], entry.options["sale_power"]) == (True, 1200)


async def test_options(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """What is paid on top can be changed at once; another source begins anew."""
    tell(hass, "2026-01-13", unit=None)
    entry = await _set_up(home)
    menu = await flow.options(entry)
    control = [
        "strategy",
        "export",
        "selling",
        "night",
        "batteries",
        "house",
        "phases",
        "consumers",
    ]
    control += ["alerts", "notify"]
    assert menu["menu_options"] == [*control, "source", "tidy_up"]
    await flow.choose("source")
    assert flow.defaults == {"price_entities": [_SENSOR], "surcharge_hours": "", **_FORM}
    result = await flow.source(price_entities=["sensor.gone"], **_FORM)
    assert result["errors"] == {"base": "no_prices"}
    fees = "22-6 ma-vr okt-mrt 0,07\n0,01"
    await flow.source(
        price_entities=[_SENSOR], **_FORM | {"surcharge": 0.05, "surcharge_hours": fees}
    )
    await home.settle()
    assert float(home.state("price")) == pytest.approx(spot(home.now) + 0.06)
    await flow.options(entry)
    await flow.choose("source")
    assert flow.defaults["surcharge_hours"] == "22:00-06:00 Mon-Fri Oct-Mar 0.07\n0.01"
    other = rows(date(2026, 1, 13), price=lambda _: 0.4)
    hass.states.async_set("sensor.other", "x", {"data": other})
    await flow.options(entry)
    await flow.choose("source")
    await flow.source(price_entities=["sensor.other"], **_FORM)
    await home.settle()
    assert home.state("price") == "0.4"


async def test_a_source_that_is_away_stays_chosen(home: FrozenHome, flow: PlanFlow) -> None:
    """The form shows the action and the home that are in force while neither can be asked for."""
    entry = await _set_up(
        home, price_entities=[], price_action="tibber.get_prices", price_subject="prices Chalet"
    )
    await flow.options(entry)
    result = await flow.choose("source")
    assert flow.defaults["price_action"] == "tibber.get_prices"
    assert flow.defaults["price_subject"] == "prices Chalet"
    assert _choices(result, "price_action") == {"tibber.get_prices": "tibber.get_prices"}
    assert _choices(result, "price_subject") == {"prices Chalet": "prices Chalet"}


def _choices(form: ConfigFlowResult, key: str) -> dict[str, str]:
    """Return what a field offers: labels by value."""
    assert form["data_schema"] is not None
    fields = form["data_schema"].schema
    selector = next(value for field, value in fields.items() if field == key)
    return {option["value"]: option["label"] for option in selector.config["options"]}


async def test_what_feeding_in_earns(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """By a constant below 0, until a day by net metering, and by a source that is looked at first."""
    tell(hass, "2026-01-13")
    entry = await _set_up(home)
    await flow.options(entry)
    await flow.choose("export")
    assert flow.defaults == {
        "export_kind": "constant",
        "feed_in": 0.0,
        "export_until": None,
        "net_metering_until": None,
    }
    form = {"export_kind": "constant", "feed_in": -2}
    assert (await flow.submit(**form))["errors"] == {"feed_in": "invalid_export_price"}
    by_source = form | {"export_kind": "source"}
    assert (await flow.submit(**by_source))["errors"] == {"feed_in": "invalid_export_price"}
    await flow.submit(**form | {"feed_in": -0.02})
    await home.settle()
    assert home.state("export_price") == "-0.02"
    await flow.options(entry)
    await flow.choose("export")
    await flow.submit(**form | {"feed_in": 0.05, "net_metering_until": "2026-12-31"})
    await home.settle()
    assert home.state("export_price") == home.state("price")
    await flow.options(entry)
    await flow.choose("export")
    await flow.submit(export_kind="constant", feed_in=0.05, export_until="2026-01-12")
    await home.settle()
    assert home.state("export_price") == "0.0"
    er.async_get(hass).async_get_or_create("sensor", "x", "out", suggested_object_id="out")
    hass.states.async_set("sensor.out", "x", {"data": rows(date(2026, 1, 13), price=lambda _: 0.2)})
    await flow.options(entry)
    await flow.choose("export")
    result = await flow.submit(export_kind="source", feed_in=0.05)
    assert result["step_id"] == "export_source"
    result = await flow.submit(price_entities=["sensor.gone"], **_FORM)
    assert result["errors"] == {"base": "no_prices"}
    result = await flow.submit(price_entities=["sensor.out"], **_FORM | {"surcharge": -0.015})
    assert "You earn now: 0.185" in str(result["description_placeholders"])
    await flow.choose("export_use")
    await home.settle()
    assert float(home.state("export_price")) == pytest.approx(0.185)
    assert entry.options["dynamic"]["price_entities"] == [_SENSOR]
    er.async_get(hass).async_update_entity("sensor.out", new_entity_id="sensor.fed_in")
    await home.settle()
    assert entry.options["export_source"]["price_entities"] == ["sensor.fed_in"]


async def test_what_feeding_in_earns_by_hour(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """Lines of hours are shown as understood; other hours have the one price."""
    tell(hass, "2026-01-13")
    entry = await _set_up(home)
    await flow.options(entry)
    await flow.choose("export")
    result = await flow.submit(export_kind="hours", feed_in=7)
    assert result["errors"] == {"feed_in": "invalid_export_price"}
    result = await flow.submit(export_kind="hours", feed_in=0.04)
    assert result["step_id"] == "export_hours"
    assert (await flow.submit())["errors"] == {"export_hours": "no_lines"}
    wrong = await flow.submit(export_hours="17-20 2")
    assert wrong["errors"] == {"export_hours": "line_out_of_bounds"}
    shown = _summary(await flow.submit(export_hours="17-20 0.15\n11-15 Apr-Sep -0.01"))
    assert shown == [
        "- 17:00-20:00 0.15 EUR/kWh",
        "- 11:00-15:00 Apr-Sep -0.01 EUR/kWh",
        "- 0.04 EUR/kWh in all other hours",
        "- Today: 00:00\u201317:00 0.04, 17:00\u201320:00 0.15, 20:00\u201300:00 0.04",
    ]
    await flow.choose("export_hours")
    await flow.submit(export_hours="17-20 0.15")
    await flow.choose("export_hours_use")
    await home.settle()
    assert home.state("export_price") == "0.04"
    await home.go("2026-01-13", "17:00")
    assert home.state("export_price") == "0.15"
    await flow.options(entry)
    await flow.choose("export")
    assert flow.defaults["export_kind"] == "hours"
    await flow.submit(export_kind="hours", feed_in=0.04)
    assert flow.defaults == {"export_hours": "17:00-20:00 0.15"}


async def test_strategies(home: FrozenHome, flow: PlanFlow, hass: HomeAssistant) -> None:
    """There are no simple nights: savings is what an owner who chose nothing has."""
    tell(hass, "2026-01-13")
    entry = await _set_up(home)
    await flow.options(entry)
    await flow.choose("strategy")
    assert flow.defaults["strategy"] == "savings"
    schema = flow.result["data_schema"]
    assert schema is not None
    selector = next(value for key, value in schema.schema.items() if key == "strategy")
    assert selector.config["options"] == ["savings", "fewer_cycles"]


async def test_what_it_costs_now(hass: HomeAssistant, home: FrozenHome) -> None:
    """An action that takes from the grid says so without hours that there are not."""
    tell(hass, "2026-01-13")
    entry = await _set_up(home)
    assert "costs 0." in price_message(
        entry.runtime_data.tariff, entry.runtime_data.control.announcer.wording
    )
    assert "(" not in price_message(
        entry.runtime_data.tariff, entry.runtime_data.control.announcer.wording
    )


async def test_two_homes_in_one_answer(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """The form asks whose prices are meant, and goes on with those."""
    entry = await home.set_up("fixed")
    start, hour_ = paris("2026-01-13"), timedelta(hours=1)
    rows = {
        name: [
            {"start": (start + hour * hour_).isoformat(), "price": price + hour / 1000}
            for hour in range(24)
        ]
        for name, price in (("Home", 0.1), ("Cabin", 0.3))
    }
    hass.states.async_set(_SENSOR, "0.1", {"unit_of_measurement": "EUR/kWh", "prices": rows})
    await flow.reconfigure(entry)
    await flow.submit(tariff="dynamic")
    result = await flow.source(price_entities=[_SENSOR], **_FORM)
    assert result["errors"] == {"price_subject": "several_subjects"}
    assert result["data_schema"] is not None
    fields = result["data_schema"].schema
    field = next(key for key in fields if key == "price_subject")
    options = fields[field].config["options"]
    assert [option["label"] for option in options] == ["Cabin", "Home"]
    await flow.source(price_entities=[_SENSOR], price_subject=options[0]["value"], **_FORM)
    await home.settle()
    assert entry.data["tariff"] == "dynamic"
    hour = home.now.astimezone(PARIS).hour
    assert float(home.state("price")) == pytest.approx(0.3 + hour / 1000)


def _lists(day: str) -> dict[str, Any]:
    """Return attributes that say no date, only the prices of a day in a row."""
    first = date.fromisoformat(day)
    prices = [spot(paris(first) + hour * _HOUR) + first.day / 1000 for hour in range(24)]
    return {"unit_of_measurement": "EUR/kWh", "today": prices}


async def test_lists_of_yesterday_after_midnight(hass: HomeAssistant, home: FrozenHome) -> None:
    """Its entity is written at each full hour; its lists are fetched only at 00:20."""
    hass.states.async_set(_SENSOR, "0.1", _lists("2026-01-13"))
    entry = await _set_up(home)
    await home.go("2026-01-14", "00:00")
    hass.states.async_set(_SENSOR, "0.2", _lists("2026-01-13"))
    await home.settle()
    assert home.state("price") == "unknown"
    await home.restart(entry, paris("2026-01-14", "00:05"))
    hass.states.async_set(_SENSOR, "0.3", _lists("2026-01-13"))
    await home.settle()
    assert home.state("price") == "unknown"
    await home.go("2026-01-14", "00:20")
    hass.states.async_set(_SENSOR, "0.3", _lists("2026-01-14"))
    await home.settle()
    assert float(home.state("price")) == pytest.approx(spot(home.now) + 0.014)


async def test_the_template_of_the_docs(hass: HomeAssistant, home: FrozenHome) -> None:
    """Twenty-four sensors, of which one has no price, become a source."""
    docs = Path(__file__).parents[2] / "docs" / "tariffs.md"
    (block,) = re.findall(r"```yaml\n(.*?)```", docs.read_text("utf-8"), re.DOTALL)
    (sensor,) = cast("Any", parse_yaml(block))["template"][0]["sensor"]
    for hour in range(24):
        price = spot(paris("2026-01-13") + hour * _HOUR)
        hass.states.async_set(
            f"sensor.price_hour_{hour:02}", "unknown" if hour == 5 else str(price)
        )
    attributes = {
        name: Template(text, hass).async_render() for name, text in sensor["attributes"].items()
    }
    state = Template(sensor["state"], hass).async_render()
    unit = {"unit_of_measurement": sensor["unit_of_measurement"]}
    hass.states.async_set(_SENSOR, str(state), attributes | unit)
    entry = await _set_up(home)
    assert float(home.state("price")) == spot(home.now)
    book = entry.runtime_data.tariff.store.memory.prices
    assert book.price_at(paris("2026-01-13", "05:00")) is None
    assert not book.is_provisional(home.now)


async def test_columns_that_say_nothing(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """The form asks once which one holds the prices, and the plan reads that one from then on."""
    told = [
        {"start": row["start"], "netto": row["value"] / 2, "brutto": row["value"]}
        for row in rows(date(2026, 1, 13))
    ]
    hass.states.async_set("weather.spot", "0.1", {"rows": told})
    await flow.add()
    await flow.choose("dynamic")
    result = await flow.submit(price_entities=["weather.spot"], **_FORM)
    assert result["errors"] == {"price_subject": "uncertain_prices"}
    chosen = {"price_subject": "attributes rows brutto"}
    result = await flow.submit(price_entities=["weather.spot"], **chosen, **_FORM)
    assert result["step_id"] == "dynamic_check"
    await flow.choose("dynamic_use")
    await flow.finish()
    assert float(home.state("price")) == spot(home.now)

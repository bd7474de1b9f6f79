"""Numbers that templates can give, in every field of every action and in number entities."""

import datetime as dt
from itertools import product
import math
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from hypothesis import given, settings, strategies as st
import pytest
import voluptuous as vol

from custom_components.marstek import checked
from custom_components.marstek.actions.leave_alone import LEAVE_ACTIONS
from custom_components.marstek.actions.plan import PLAN_ACTIONS
from custom_components.marstek.actions.power import POWER_ACTIONS
from custom_components.marstek.actions.schedule import SCHEDULE_ACTIONS
from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.tempo import SpotError, read_prices
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOSTILE: list[Any] = [
    *(math.nan, math.inf, -math.inf, 10**400, -(10**400), 1e308, 1e15),
    *("nan", "inf", "-Infinity", "9" * 400, "1e999", "much", None, [], {}),
    *("9999999999:00", "\ud800", "2026-03-10 06:00:00\udfff", "2026-03-10\n"),
]
NUMBERS = {"power", "target", "floor", "soc", "minutes"}
MOMENTS = {"duration", "until", "start_date", "end_date"}
NAMES = NUMBERS | MOMENTS | {"slots", "enabled"}
# What an action takes beside the field that is hostile.
NEEDED: dict[str, dict[str, Any]] = {
    "set_passive": {"power": -500},
    "override": {"mode": "charge"},
    "set_schedule": {"slots": []},
    "set_backup_mode": {"enabled": False},
}


def slots(value: Any) -> list[Any]:
    """Return lists of slots in which one number is hostile."""
    slot = {"slot": 0, "start": "10:00", "end": "11:00", "power": 100}
    return [[{**slot, key: value}] for key in ("slot", "power", "start", "end")]


async def call(home: PlanHome, action: str, data: dict[str, Any]) -> Exception | None:
    """Return what an action raises."""
    response = home.hass.services.supports_response(DOMAIN, action).value == "only"
    try:
        await home.hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=response
        )
    except (HomeAssistantError, vol.Invalid) as err:
        return err
    return None


@at(2026, 3, 9, 12, 0)
async def test_actions_refuse_what_is_no_number() -> None:
    """Each is refused in words, and nothing is sent."""
    async with plan_home(count=1) as home:
        await home.minutes(2)
        (device,) = dr.async_entries_for_config_entry(
            dr.async_get(home.hass), home.place.entry(home.batteries[0]).entry_id
        )
        writes = len(home.writes(home.batteries[0]))
        for action in (*PLAN_ACTIONS, *POWER_ACTIONS, *SCHEDULE_ACTIONS, *LEAVE_ACTIONS):
            fields = {str(field) for field in action.fields}
            for field, value in product(sorted(fields & NAMES), HOSTILE):
                values = [value]
                if field == "slots":
                    values = [[value], *(slots(value) if action.name == "set_schedule" else [])]
                for each in values:
                    data = {**NEEDED.get(action.name, {}), field: each}
                    if "device_id" in fields:
                        data["device_id"] = [device.id]
                    refused = await call(home, action.name, data)
                    if field in NUMBERS:
                        assert isinstance(refused, ServiceValidationError), (action.name, data)
                        assert refused.translation_key, (action.name, data)
                    if field in MOMENTS:
                        assert refused is not None, (action.name, data)
        assert len(home.writes(home.batteries[0])) == writes


@at(2026, 3, 9, 12, 0)
async def test_far_ends_of_a_pause() -> None:
    """A pause that ends at the end of the calendar is one without end; a past one is refused."""
    async with plan_home(count=1) as home:
        for until in ("9999-12-31T23:59:59-12:00", "9999-12-31 23:59:59"):
            assert await call(home, "pause", {"until": until}) is None
            assert not home.control.is_in_control
        for until in ("0001-01-01T00:00:00+14:00", "0001-01-01 00:00:00"):
            refused = await call(home, "pause", {"until": until})
            assert isinstance(refused, ServiceValidationError)


@at(2026, 3, 9, 12, 0)
async def test_number_entities_refuse_what_is_no_number() -> None:
    """NaN passes every range of Home Assistant's own."""
    async with plan_home(count=1) as home:
        await home.minutes(2)
        numbers = [
            entry.entity_id
            for entry in er.async_get(home.hass).entities.values()
            if entry.domain == "number" and entry.platform == DOMAIN and entry.disabled_by is None
        ]
        assert len(numbers) >= 3
        for entity_id, value in product(numbers, (math.nan, math.inf, "nan")):
            with pytest.raises(ServiceValidationError):
                await home.hass.services.async_call(
                    "number", "set_value", {"entity_id": entity_id, "value": value}, blocking=True
                )


anything = st.one_of(
    st.floats(), st.integers(-(10**400), 10**400), st.text(), st.none(), st.booleans()
)


@settings(max_examples=500)
@given(anything | st.dictionaries(st.sampled_from(["hours", "seconds", "days"]), anything))
def test_checks_return_or_refuse(value: object) -> None:
    """There is no third end."""
    for check in (checked.number, checked.rounded, checked.whole, checked.duration):
        try:
            found = check(value)
        except ServiceValidationError as err:
            assert err.translation_key in {"not_a_number", "not_a_whole_number", "not_a_duration"}  # noqa: PT017
        else:
            assert isinstance(found, dt.timedelta) or math.isfinite(found)


@settings(max_examples=500)
@given(anything | st.text(st.sampled_from("0123456789-:T +Z.\ud800\n"), max_size=30))
def test_moments_dates_and_times_are_read_or_refused(value: object) -> None:
    """A text that has no form in UTF-8 would end the process inside a library."""
    kinds = {checked.moment: dt.datetime, checked.day: dt.date, checked.time: dt.time}
    for check, kind in kinds.items():
        try:
            assert isinstance(check(value), kind)
        except ServiceValidationError as err:
            assert err.translation_key in {"not_a_moment", "not_a_date", "not_a_time"}  # noqa: PT017


@settings(max_examples=300)
@given(st.lists(anything, min_size=24, max_size=24))
def test_prices_that_are_no_numbers_are_missing(values: list[object]) -> None:
    """Attributes of a price entity may be anything."""
    try:
        offer = read_prices({"today": values}, zone=dt.UTC, day=dt.date(2026, 3, 9))
    except SpotError:
        return
    assert all(math.isfinite(price) for price in offer.prices.values())


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, -(10**400)], ids=repr)
async def test_prices_that_are_no_numbers_never_keep_the_plan_from_starting(value: float) -> None:
    """What an entity has of prices beside them is used."""
    options: dict[str, Any] = {
        Tariff.DYNAMIC: {"price_entities": ["sensor.prices"], "assumed_unit": "kwh"}
    }
    async with plan_home(count=1, tariff=Tariff.DYNAMIC, options=options) as home:
        prices = [0.2] * 23
        home.hass.states.async_set("sensor.prices", "0.2", {"today": [*prices, value]})
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.minutes(2)
        assert home.entry.state is ConfigEntryState.LOADED
        assert home.plan.tariff.data.price == 0.2

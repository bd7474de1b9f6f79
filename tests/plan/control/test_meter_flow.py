"""The dialog of the meter for batteries: what can't be its source, and what it shows of it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.metering.settings import SUBENTRY_METER, meter_subentry
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

CT = {"aim": 10, "ct_mac": "02b2500000ff", "ct_type": "HME-4", "export_cap": 0, "low_load": 0}
PAIR = {"source": "sensor.drawn", "export": "sensor.fed"}
PHASES = {"source": "sensor.a", "phase_b": "sensor.b", "phase_c": "sensor.c"}


def tell(home: PlanHome, powers: Mapping[str, object], unit: str = "W") -> None:
    """Let sensors tell powers."""
    for name, power in powers.items():
        home.hass.states.async_set(f"sensor.{name}", str(power), {"unit_of_measurement": unit})


async def begin(home: PlanHome) -> Any:
    """Open the dialog."""
    return await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, SUBENTRY_METER), context={"source": SOURCE_USER}
    )


async def answer(home: PlanHome, flow: Any, **values: Any) -> Any:
    """Fill in a form."""
    return await home.hass.config_entries.subentries.async_configure(flow["flow_id"], values)


async def look_again(home: PlanHome, flow: Any) -> Any:
    """Reload the page that shows a form."""
    return await home.hass.config_entries.subentries.async_configure(flow["flow_id"])


@at(2026, 4, 9, 12, 0)
async def test_there_is_one_meter() -> None:
    """Who wants to add a second one is told that there is one."""
    async with plan_home(count=1) as home:
        added = await answer(home, await begin(home), way="listen", source_kind="signed")
        assert added["type"] == "create_entry"
        refused = await begin(home)
        assert (refused["type"], refused["reason"]) == ("abort", "meter_exists")


@at(2026, 4, 9, 12, 0)
async def test_what_can_be_no_source() -> None:
    """Our own sensors, one entity twice, and parts without a direction: each is said in words."""
    async with plan_home(count=1) as home:
        mine = er.async_get(home.hass).async_get_or_create("sensor", DOMAIN, "mine")
        own = mine.entity_id
        er.async_get(home.hass).async_get_or_create(
            "sensor", "other", "drawn", suggested_object_id="drawn"
        )
        tell(home, {own.partition(".")[2]: 5, "drawn": 300, "fed": 0})
        tell(home, {"apparent": 300}, unit="VA")
        form = await answer(home, await begin(home), way="ct", source_kind="pair")
        for source, errors in (
            ({"source": own}, {"source": "own_source"}),
            ({"export": "sensor.drawn"}, {"export": "same_source"}),
            ({"export": "sensor.apparent"}, {"base": "apparent_parts"}),
            ({"export": "sensor.gone"}, {"export": "not_a_power"}),
            ({"aim": -200, "export_cap": 100}, {"export_cap": "cap_below_aim"}),
        ):
            form = await answer(home, form, **CT | PAIR | source)
            assert (form["step_id"], form["errors"]) == ("source", errors)
        assert (await answer(home, form, **CT | PAIR))["step_id"] == "sign"


@at(2026, 4, 9, 12, 0)
@pytest.mark.parametrize(
    ("kind", "source", "powers", "shown"),
    [
        ("pair", PAIR, {"drawn": 0, "fed": 450}, "-450"),
        ("phases", PHASES, {"a": 100, "b": -30, "c": 200}, "270"),
    ],
)
async def test_the_power_is_shown_as_it_is_understood(
    kind: str, source: dict[str, str], powers: dict[str, int], shown: str
) -> None:
    """Parts are put together; while one of them tells nothing, the power is not known."""
    async with plan_home(count=1) as home:
        tell(home, powers)
        form = await answer(home, await begin(home), way="ct", source_kind=kind)
        form = await answer(home, form, **CT, **source)
        assert form["description_placeholders"]["power"] == shown
        last = list(powers)[-1]
        tell(home, {last: "unavailable"})
        form = await look_again(home, form)
        assert form["description_placeholders"]["power"] == "?"
        tell(home, powers)
        form = await look_again(home, form)
        assert form["description_placeholders"]["power"] == shown
        assert (await answer(home, form, inverted=False))["type"] == "create_entry"


@at(2026, 4, 9, 12, 0)
async def test_a_meter_keeps_its_number_when_it_is_changed() -> None:
    """The form shows what is in force, and the number that batteries know stays."""
    async with plan_home(count=1) as home:
        tell(home, {"drawn": 300})
        form = await answer(home, await begin(home), way="ct", source_kind="signed")
        form = await answer(home, form, **CT, source="sensor.drawn")
        await answer(home, form, inverted=True)
        subentry = meter_subentry(home.entry)
        assert subentry is not None
        form = await home.entry.start_subentry_reconfigure_flow(home.hass, subentry.subentry_id)
        form = await answer(home, form, way="ct", source_kind="signed")
        suggested = {
            str(key): key.description["suggested_value"]
            for key in form["data_schema"].schema
            if key.description
        }
        assert suggested == {**CT, "source": "sensor.drawn"}
        form = await answer(home, form, **suggested | {"aim": 30})
        done = await answer(home, form, inverted=True)
        assert done["reason"] == "reconfigure_successful"
        changed = meter_subentry(home.entry)
        assert changed is not None
        assert (changed.data["ct_mac"], changed.data["aim"]) == (CT["ct_mac"], 30)

"""Adding the plan, changing its tariff, its options and its credentials."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
import re
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, FlowType
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from simulator import Fleet
from simulator.tempo import CLIENT_ID, CLIENT_SECRET, TempoServer
from tests.plan.flow import PlanFlow
from tests.support import loopback
from tests.support.frozen_home import FrozenHome

HOUR = timedelta(hours=1)
NIGHT = {"start": "22:00:00", "end": "06:00:00"}
NOON = {"second_start": "12:30:00", "second_end": "14:30:00"}
PRICES = {"off_peak": 0.15, "peak": 0.21, "subscription": 15.83}
CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
# What set-up ends with when everything is left as suggested.
HOME = {
    "subscribed_kva": 6,
    "has_pv": False,
    "strategy": "simple",
    "all_batteries": True,
    "batteries": [],
    "automatic": True,
}
# What a plan has whatever the tariff.
CONTROL = {
    *(
        "plan_summary",
        "plan_state",
        "plan_reason",
        "next_action",
        "next_action_at",
        "planned_power",
        "target",
    ),
    *("total_soc", "total_power", "total_stored", "total_charged", "total_discharged"),
    *("peak_month", "peak_mean"),
    *("saved_today", "saved_month", "saved_season", "saved_total"),
    *("plan_added", "charged_from_sun", "charged_from_grid"),
    *("automatic_control", "plan_problem", "plan_result", "alert", "plan"),
    *("night", "night_start", "day_start", "hand_back", "apply_now", "add_to_energy_dashboard"),
}
NO_CREDENTIALS = {"client_id": None, "client_secret": None}


@pytest.fixture(name="flow")
def flow_fixture(hass: HomeAssistant, home: FrozenHome) -> PlanFlow:
    """Return a dialog."""
    return PlanFlow(hass)


def plan(hass: HomeAssistant) -> Any:
    """Return the entry of the plan."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


async def test_tempo(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """A few steps make a plan that knows today's colour."""
    menu = await flow.add()
    assert menu["menu_options"] == ["tempo", "fixed", "levels", "dynamic", "other_contract"]
    await flow.choose("tempo")
    assert flow.defaults == NIGHT
    await flow.submit(**NIGHT)
    home_defaults = {"subscribed_kva": "6", "has_pv": False, "all_batteries": True}
    assert flow.defaults == {**home_defaults, "strategy": "simple"}
    await flow.submit()
    assert flow.result["step_id"] == "preview_no_battery"
    assert flow.defaults == {"automatic": True}
    result = await flow.submit()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Plan"
    entry = plan(hass)
    assert entry.unique_id == "plan"
    assert entry.data == {"kind": "plan", "tariff": "tempo"}
    assert entry.options == {"tempo": {"off_peak": [NIGHT]}, **HOME}
    assert entry.state is ConfigEntryState.LOADED
    assert home.colours == ("blue", "unknown")


async def test_another_contract(hass: HomeAssistant, flow: PlanFlow) -> None:
    """Who has none of these contracts is told that batteries work without a plan."""
    await flow.add()
    result = await flow.choose("other_contract")
    assert result["reason"] == "no_plan_needed"
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_sources_down(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """A plan can be added while no source answers, which is said."""
    home.server.fault("all", "down")
    await flow.add()
    await flow.choose("tempo")
    result = await flow.submit(**NIGHT)
    assert result["step_id"] == "sources_down"
    await flow.submit()
    result = await flow.finish()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert plan(hass).state is ConfigEntryState.LOADED
    assert home.colours == ("unknown", "unknown")
    assert home.state("price") == "unknown"
    assert home.state("off_peak") == "off"


@pytest.mark.parametrize("sound", ["rte", "community"])
async def test_one_source_is_enough(home: FrozenHome, flow: PlanFlow, sound: str) -> None:
    """Set-up goes on as soon as one source answers."""
    home.server.fault("all", "html")
    home.server.fault(sound)
    await flow.add()
    await flow.choose("tempo")
    await flow.submit(**NIGHT)
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY
    assert home.state("colour_today") == "blue"


async def test_fixed(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """A contract without colours has windows and two prices, and asks nobody."""
    await flow.add()
    await flow.choose("fixed")
    await flow.submit(**NIGHT, **NOON)
    assert flow.defaults == {"off_peak": 0.1589, "peak": 0.2142, "subscription": 0.0}
    await flow.submit(**PRICES)
    result = await flow.finish(
        subscribed_kva="9", has_pv=True, strategy="fewer_cycles", automatic=False
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Plan"
    windows = [NIGHT, {"start": "12:30:00", "end": "14:30:00"}]
    chosen = {"subscribed_kva": 9, "has_pv": True, "automatic": False, "strategy": "fewer_cycles"}
    tariff = {"off_peak": windows, "off_peak_days": [], "prices": PRICES}
    export = {"export_kind": "constant", "feed_in": 0.0}
    ends = {"export_until": None, "net_metering_until": None}
    assert plan(hass).options == {"fixed": tariff, **HOME, **chosen, **export, **ends}
    assert home.state("price") == "0.21"
    assert home.server.count() == 0


@pytest.mark.parametrize("tariff", ["tempo", "fixed"])
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"start": "06:00:00", "end": "06:00:00"}, "empty_window"),
        ({"start": "06:00:10", "end": "06:00:40"}, "empty_window"),
    ],
)
async def test_wrong_window(flow: PlanFlow, tariff: str, given: dict[str, str], error: str) -> None:
    """A window that is none is refused, keeps what was typed, and can be put right."""
    await flow.add()
    await flow.choose(tariff)
    result = await flow.submit(**given)
    assert result["errors"] == {"base": error}
    assert given.items() <= flow.defaults.items()
    result = await flow.submit(**NIGHT)
    if tariff == "fixed":
        await flow.submit(**PRICES)
    result = await flow.finish()
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"second_start": "12:00:00"}, "half_window"),
        ({"second_end": "12:00:00"}, "half_window"),
        ({"second_start": "05:00:00", "second_end": "07:00:00"}, "overlapping_windows"),
        ({"second_start": "06:00:00", "second_end": "22:00:00"}, "all_day"),
        ({"third_end": "12:00:00"}, "half_window"),
        ({**NOON, "third_start": "14:00:00", "third_end": "16:00:00"}, "overlapping_windows"),
        ({"off_peak_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "all_day"),
    ],
)
async def test_wrong_second_window(flow: PlanFlow, given: dict[str, Any], error: str) -> None:
    """Windows have to fit each other."""
    await flow.add()
    await flow.choose("fixed")
    result = await flow.submit(**NIGHT, **given)
    assert result["errors"] == {"base": error}
    await flow.submit(**NIGHT, **NOON)
    await flow.submit(**PRICES)
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("name", "price"), [("off_peak", -0.01), ("peak", 21.42), ("subscription", 1001)]
)
async def test_wrong_price(flow: PlanFlow, name: str, price: float) -> None:
    """A price in cents or below zero is a mistake."""
    await flow.add()
    await flow.choose("fixed")
    await flow.submit(**NIGHT)
    result = await flow.submit(**PRICES | {name: price})
    assert result["errors"] == {name: "invalid_price"}
    assert flow.defaults[name] == price
    await flow.submit(**PRICES)
    assert (await flow.finish())["type"] is FlowResultType.CREATE_ENTRY


async def test_second_plan(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """A home has one plan: it is not offered again, and refused to a dialog opened before."""
    early = PlanFlow(hass)
    early._note(await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"}))
    await home.set_up()
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    assert "plan" not in menu["menu_options"]
    result = await early.choose("plan")
    assert result["reason"] == "plan_exists"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_two_dialogs_at_once(hass: HomeAssistant, home: FrozenHome) -> None:
    """Of two open dialogs the one that ends first makes the plan, and closes the other."""
    first, second = PlanFlow(hass), PlanFlow(hass)
    for flow in (first, second):
        await flow.add()
        await flow.choose("fixed")
        await flow.submit(**NIGHT)
    await second.submit(**PRICES)
    assert (await second.finish())["type"] is FlowResultType.CREATE_ENTRY
    open_steps = {flow["step_id"] for flow in hass.config_entries.flow.async_progress()}
    assert open_steps == set()
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_closed_while_asking(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Nothing is left of a dialog that was closed while the sources were asked."""
    await flow.add()
    form = await flow.choose("tempo")
    await hass.config_entries.flow.async_configure(form["flow_id"], NIGHT)
    hass.config_entries.flow.async_abort(form["flow_id"])
    await home.settle()
    assert not hass.config_entries.flow.async_progress()
    assert not hass.config_entries.async_entries(DOMAIN)


@pytest.fixture(name="port")
async def port_fixture(server: TempoServer, hass: HomeAssistant) -> AsyncIterator[int]:
    """Return the port of batteries; they need a clock that runs."""
    port = loopback.free_port()
    with loopback.loopback_only(port):
        yield port
        await loopback.unload_all(hass)


async def test_plan_after_the_first_battery(hass: HomeAssistant, port: int) -> None:
    """The dialog goes on from the first battery into the plan, once there is one no more."""
    batteries = [
        loopback.spec(loopback.VENUS_E3, "127.0.0.11", port),
        loopback.spec(loopback.VENUS_E, "127.0.0.12", port),
    ]
    flow = PlanFlow(hass)
    async with Fleet(batteries, latency=loopback.LATENCY):
        first = await _add_battery(hass, "127.0.0.11", port)
        kind, flow_id = first["next_flow"]
        assert kind is FlowType.CONFIG_FLOW
        await flow.take(flow_id)
        await flow.choose("tempo")
        await flow.submit(**NIGHT)
        chosen = flow.defaults
        form = await flow.submit(**chosen | {"batteries": [], "all_batteries": False})
        assert form["errors"] == {"base": "no_selection"}
        form = await flow.submit(**chosen)
        assert form["step_id"] == "preview"
        shown = (form["description_placeholders"] or {})["plan"].splitlines()
        line = r"- \*\*\d\d:\d\d\N{EN DASH}\d\d:\d\d\*\* (\S )?[A-Z][^:]+: [a-z].+"
        assert any(re.fullmatch(line, text) for text in shown)
        assert "exceptions." not in "".join(shown)
        assert (await flow.submit())["type"] is FlowResultType.CREATE_ENTRY
        second = await _add_battery(hass, "127.0.0.12", port)
        assert second.get("next_flow") is None
        await loopback.unload_all(hass)


async def test_a_preview_of_day_ahead_prices(hass: HomeAssistant, port: int) -> None:
    """Half a day of it, with the cheap hours held while nothing is known of the house."""
    midnight = dt_util.start_of_local_day()
    prices = [{"start": midnight + hour * HOUR, "price": 0.1 + hour % 4 / 10} for hour in range(48)]
    hass.states.async_set("sensor.spot", "0.1", {"prices": prices})
    flow = PlanFlow(hass)
    async with Fleet(
        [loopback.spec(loopback.VENUS_E3, "127.0.0.11", port)], latency=loopback.LATENCY
    ):
        first = await _add_battery(hass, "127.0.0.11", port)
        await flow.take(first["next_flow"][1])
        await flow.choose("dynamic")
        await flow.source(price_entities=["sensor.spot"], price_unit="auto", vat=0, surcharge=0)
        form = await flow.submit(**flow.defaults)
        assert form["step_id"] == "preview"
        shown = (form["description_placeholders"] or {})["plan"].splitlines()
        shown = [line for line in shown if line.startswith("- **")]
        assert 3 <= len(shown) <= 14
        assert any("0 W" in line for line in shown)
        texts = [line.partition("** ")[2] for line in shown]
        assert all(text != after for text, after in pairwise(texts))
        assert (await flow.submit())["type"] is FlowResultType.CREATE_ENTRY
        await loopback.unload_all(hass)


async def _add_battery(hass: HomeAssistant, host: str, port: int) -> Any:
    flows = hass.config_entries.flow
    menu = await flows.async_init(DOMAIN, context={"source": "user"})
    await flows.async_configure(menu["flow_id"], {"next_step_id": "manual"})
    return await flows.async_configure(menu["flow_id"], {"host": host, "port": port})


def keys(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the registered entities of a plan."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {item.unique_id.removeprefix("plan_") for item in found}


async def test_other_tariff(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Another tariff has other entities; the options of each wait for its return."""
    entry = await home.set_up(quota_red=20)
    before = keys(hass, entry)
    await flow.reconfigure(entry)
    assert flow.defaults == {"tariff": "tempo"}
    result = await flow.submit(tariff="fixed")
    assert result["step_id"] == "fixed"
    result = await flow.submit(**NIGHT)
    assert result["step_id"] == "fixed_prices"
    assert entry.data["tariff"] == "tempo"
    result = await flow.submit(**PRICES)
    assert result["reason"] == "tariff_changed"
    assert entry.title == "Plan"
    assert keys(hass, entry) == CONTROL | {
        *("off_peak", "next_off_peak_change", "price", "price_peak", "price_off_peak"),
        *("export_price", "feeding_in_costs"),
    }
    assert CONTROL | {"red_target", "red_power"} <= before
    asked = home.server.count()
    await home.go("2026-01-13", "12:00")
    assert home.server.count() == asked
    await flow.options(entry)
    await flow.choose("off_peak")
    await flow.submit(**NIGHT, **NOON)
    await flow.options(entry)
    await flow.choose("prices")
    await flow.submit(**PRICES)
    second = PlanFlow(hass)
    await second.reconfigure(entry)
    await second.submit(tariff="tempo")
    assert second.defaults == NIGHT
    result = await second.submit(**NIGHT)
    assert result["step_id"] == "tempo_prices"
    prices = second.defaults
    assert (prices["blue_peak"], prices["prices_since"]) == (0.1654, "2026-08-01")
    result = await second.submit(**prices | {"blue_peak": 16.54})
    assert result["errors"] == {"blue_peak": "invalid_price"}
    assert entry.data["tariff"] == "fixed"
    await second.submit(**prices)
    assert keys(hass, entry) == before
    assert entry.title == "Plan"
    assert entry.options["tempo"].items() >= {"quota_red": 20, "off_peak": [NIGHT]}.items()
    assert home.state("price") == "0.1654"
    assert home.state("red_days_left") == "15"


@pytest.mark.parametrize(
    "damaged",
    [
        {"fixed": {"price_levels": [{"windows": "x", "days": [], "months": [], "value": 0.2}]}},
        {"fixed": {"prices": {"peak": "much"}}},
        {"fixed": {"off_peak": [{"start": "25:00"}]}},
        {"fixed": []},
        {"export_kind": "hours", "export_hours": [{"value": None}]},
        {"export_until": "soon"},
    ],
)
async def test_a_contract_that_can_not_be_read(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow, damaged: dict[str, Any]
) -> None:
    """It is not guessed at: the entry says what to do, and its owner enters it anew."""
    entry = home.add("fixed")
    hass.config_entries.async_update_entry(entry, options=damaged | {"low_soc": 30})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert (entry.state, entry.error_reason_translation_key) == (
        ConfigEntryState.SETUP_ERROR,
        "contract_unread",
    )
    result = await flow.options(entry)
    assert result["reason"] == "contract_unread"
    again = PlanFlow(hass)
    await again.reconfigure(entry)
    assert again.defaults == {"tariff": "fixed"}
    await again.submit(tariff="fixed")
    await again.submit(**NIGHT)
    result = await again.submit(**PRICES)
    assert result["reason"] == "tariff_changed"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options["low_soc"] == 30


async def test_name_of_the_owner_is_kept(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """A plan that was renamed keeps its name; choosing the same tariff changes nothing."""
    entry = await home.set_up()
    hass.config_entries.async_update_entry(entry, title="Electricity")
    for tariff in ("tempo", "fixed"):
        await flow.reconfigure(entry)
        await flow.submit(tariff=tariff)
        await flow.submit(**NIGHT)
        result = await flow.submit(**PRICES if tariff == "fixed" else flow.defaults)
        assert result["reason"] == "tariff_changed"
        assert (entry.title, entry.data["tariff"]) == ("Electricity", tariff)


async def test_options_of_fixed_hours(
    hass: HomeAssistant, home: FrozenHome, flow: PlanFlow
) -> None:
    """Fixed hours have windows and prices only; a second window can be taken away again."""
    windows = [NIGHT, {"start": "12:30:00", "end": "14:30:00"}]
    entry = await home.set_up("fixed", off_peak=windows)
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
    assert menu["menu_options"] == [*control, "off_peak", "prices", "levels", "tidy_up"]
    await flow.choose("off_peak")
    third = {"third_start": None, "third_end": None}
    assert flow.defaults == {**NIGHT, **NOON, **third, "off_peak_days": []}
    await flow.submit(**NIGHT)
    assert entry.options == {"fixed": {"off_peak": [NIGHT], "off_peak_days": []}}


async def test_weekends(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Days that are off-peak as a whole need no window; hours there are then none to change."""
    await flow.add()
    await flow.choose("fixed")
    assert {key: flow.defaults[key] for key in NIGHT} == NIGHT
    result = await flow.submit()
    assert result["errors"] == {"base": "no_window"}
    await flow.submit(off_peak_days=["sat", "sun"])
    await flow.submit(**PRICES)
    await flow.finish()
    stored = {"off_peak": [], "off_peak_days": ["sat", "sun"], "prices": PRICES}
    assert plan(hass).options["fixed"] == stored
    assert home.state("night_start") == "unknown"
    with pytest.raises(ServiceValidationError, match="start and the end"):
        await hass.services.async_call(
            "time",
            "set_value",
            {"entity_id": home.entity_id("night_start"), "time": "21:00:00"},
            blocking=True,
        )
    await flow.options(plan(hass))
    await flow.choose("off_peak")
    assert flow.defaults["off_peak_days"] == ["sat", "sun"]
    await flow.submit(**NIGHT, **NOON, off_peak_days=["sun"])
    assert home.state("night_start") == "22:00:00"
    await home.go("2026-01-17", "15:00")
    assert home.state("off_peak") == "off"
    await home.go("2026-01-18", "15:00")
    assert home.state("off_peak") == "on"


async def test_wrong_options_window(home: FrozenHome, flow: PlanFlow) -> None:
    """A mistake is said, and can be put right."""
    entry = await home.set_up()
    await flow.options(entry)
    await flow.choose("off_peak")
    result = await flow.submit(start="06:00:00", end="06:00:00")
    assert result["errors"] == {"base": "empty_window"}
    await flow.submit(start="21:00:00", end="07:00:00")
    assert entry.options == {"tempo": {"off_peak": [{"start": "21:00:00", "end": "07:00:00"}]}}


@pytest.mark.parametrize(
    ("red", "white", "errors"),
    [
        (-1, 43, {"quota_red": "invalid_days"}),
        (22.5, 43, {"quota_red": "invalid_days"}),
        (22, 366, {"quota_white": "invalid_days"}),
        (366, 0, {"quota_red": "invalid_days"}),
        (200, 166, {"base": "too_many_days"}),
    ],
)
async def test_quotas(
    home: FrozenHome, flow: PlanFlow, red: float, white: float, errors: dict[str, str]
) -> None:
    """Quotas are whole, and no more than a season has days."""
    entry = await home.set_up()
    await flow.options(entry)
    await flow.choose("quotas")
    assert flow.defaults == {"quota_red": 22, "quota_white": 43}
    result = await flow.submit(quota_red=red, quota_white=white)
    assert result["errors"] == errors
    await flow.submit(quota_red=18.0, quota_white=47.0)
    assert entry.options == {"tempo": {"quota_red": 18, "quota_white": 47}}
    assert type(entry.options["tempo"]["quota_red"]) is int
    assert (home.state("red_days_left"), home.state("white_days_left")) == ("13", "28")


@pytest.mark.parametrize(("red", "white"), [(365, 0), (0, 0), (165, 200)])
async def test_extreme_quotas(home: FrozenHome, flow: PlanFlow, red: int, white: int) -> None:
    """What the form takes can be worked with, also after a restart."""
    entry = await home.set_up()
    await flow.options(entry)
    await flow.choose("quotas")
    await flow.submit(quota_red=red, quota_white=white)
    await home.restart(entry)
    assert int(home.state("red_days_left")) == max(0, red - 5)


async def test_prices(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """All prices change at once, also those that are not in force now, without a reload."""
    entry = await home.set_up()
    runtime = entry.runtime_data
    await flow.options(entry)
    await flow.choose("prices")
    official = flow.defaults
    assert official["prices_since"] == "2026-08-01"
    assert official["red_peak"] == 0.7295
    result = await flow.submit(**official | {"red_peak": 72.95})
    assert result["errors"] == {"red_peak": "invalid_price"}
    await flow.submit(**official | {"red_peak": 0.8, "prices_since": "2027-02-01"})
    assert entry.options["tempo"]["prices_since"] == "2027-02-01"
    assert home.state("price_red_peak") == "0.8"
    await flow.options(entry)
    await flow.choose("prices")
    assert flow.defaults["red_peak"] == 0.8
    await flow.submit(**official | {"blue_peak": 0.5})
    assert home.state("price") == "0.5"
    assert entry.runtime_data is runtime


async def test_credentials(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Credentials are checked with RTE, kept with the entry's data, and can be taken away."""
    entry = await home.set_up()
    await flow.options(entry)
    await flow.choose("credentials")
    for given, error in (
        ({"client_id": "me"}, "half_credentials"),
        ({"client_secret": "secret"}, "half_credentials"),
        ({"client_id": "me", "client_secret": "wrong"}, "invalid_auth"),
    ):
        assert (await flow.submit(**given))["errors"] == {"base": error}
    home.server.fault("rte_api", "503")
    assert (await flow.submit(**CREDENTIALS))["errors"] == {"base": "cannot_connect"}
    assert "client_id" not in entry.data
    home.server.fault("rte_api")
    await flow.submit(**CREDENTIALS | {"client_id": f" {CLIENT_ID} "})
    assert entry.data == {"kind": "plan", "tariff": "tempo", **CREDENTIALS}
    assert entry.options == {}
    await flow.options(entry)
    await flow.choose("credentials")
    assert flow.defaults == {"client_id": CLIENT_ID, "client_secret": None}
    await flow.submit()
    assert entry.data == {"kind": "plan", "tariff": "tempo", **NO_CREDENTIALS}


async def test_reauthentication(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Credentials that RTE refuses are asked for once, while the public sources go on."""
    wrong = {"client_id": "me", "client_secret": "old"}
    for source in ("rte", "community"):
        home.server.fault(source, "503")
    entry = await home.set_up(credentials=wrong)
    home.server.fault("rte")
    for clock in ("08:00", "11:20"):
        await home.go("2026-01-13", clock)
    assert home.colours == ("blue", "white")
    (started,) = hass.config_entries.flow.async_progress()
    assert started["context"]["source"] == SOURCE_REAUTH
    await flow.take(started["flow_id"])
    assert flow.defaults == {"client_id": "me", "client_secret": None}
    assert (await flow.submit(client_id="me"))["errors"] == {"base": "half_credentials"}
    assert (await flow.submit(**wrong))["errors"] == {"base": "invalid_auth"}
    result = await flow.submit(**CREDENTIALS)
    assert result["reason"] == "reauth_successful"
    assert entry.data == {"kind": "plan", "tariff": "tempo", **CREDENTIALS}
    assert entry.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()


async def test_giving_credentials_up(hass: HomeAssistant, home: FrozenHome, flow: PlanFlow) -> None:
    """Who no longer has an application goes on without."""
    home.server.fault("all", "down")
    entry = await home.set_up(credentials={"client_id": "me", "client_secret": "old"})
    home.server.fault("rte_api")
    await home.go("2026-01-13", "11:20")
    (started,) = hass.config_entries.flow.async_progress()
    await flow.take(started["flow_id"])
    assert (await flow.submit())["reason"] == "reauth_successful"
    assert entry.data == {"kind": "plan", "tariff": "tempo", **NO_CREDENTIALS}

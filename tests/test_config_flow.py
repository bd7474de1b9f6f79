"""Config flow and options, against simulated batteries on real sockets."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
import json
from pathlib import Path
import re
import socket
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
    FlowType,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import MOST_OFFERS, async_get_hub
from simulator import Fleet, SimulatedBattery
from simulator.forgery import Impostor, claim
from simulator.garbage import GARBAGE
from tests.support import loopback
from tests.support.loopback import VENUS_A, VENUS_E, VENUS_E3, configured, spec, state_of

TRANSLATIONS = Path(__file__).parents[1] / "custom_components" / "marstek" / "translations"
E3_MAC, E_MAC, A_MAC = "02aabbcc0101", "02aabbcc0202", "02aabbcc0303"
E3_UNIQUE_ID = "02:aa:bb:cc:01:01"
E3_ADDRESS, E_ADDRESS, A_ADDRESS = "127.0.0.11", "127.0.0.12", "127.0.0.13"
NOBODY = "127.0.0.99"


@pytest.fixture(name="port")
def port_fixture() -> int:
    """Return the port of all batteries."""
    return loopback.free_port()


@pytest.fixture(autouse=True)
async def _network(hass: HomeAssistant, socket_enabled: None, port: int) -> AsyncIterator[None]:
    with loopback.loopback_only(port):
        yield
        await loopback.unload_all(hass)
    assert async_get_hub(hass).ports == ()


@pytest.fixture(name="fleet")
async def fleet_fixture(_network: None, port: int) -> AsyncIterator[Fleet]:
    """Return three batteries of different models."""
    specs = [
        spec(VENUS_E3, E3_ADDRESS, port),
        spec(VENUS_E, E_ADDRESS, port),
        spec(VENUS_A, A_ADDRESS, port),
    ]
    async with Fleet(specs, latency=loopback.LATENCY) as fleet:
        yield fleet


@pytest.fixture(name="battery")
async def battery_fixture(_network: None, port: int) -> AsyncIterator[SimulatedBattery]:
    """Return the only battery of the network."""
    async with Fleet([spec(VENUS_E3, E3_ADDRESS, port)], latency=loopback.LATENCY) as fleet:
        yield fleet[E3_MAC]


def told(result: ConfigFlowResult) -> ConfigFlowResult:
    """Check that all the result shows has a text, and each placeholder in it a value."""
    if result["type"] is FlowResultType.CREATE_ENTRY:
        return result
    config = json.loads((TRANSLATIONS / "en.json").read_text("utf-8"))["config"]
    shown = [config["error"][key] for key in (result.get("errors") or {}).values()]
    if result["type"] is FlowResultType.ABORT:
        shown.append(config["abort"][result["reason"]])
    else:
        shown.append(json.dumps(config["step"][result["step_id"]]))
    wanted = set(re.findall(r"{(\w+)}", " ".join(shown)))
    assert wanted <= (result.get("description_placeholders") or {}).keys()
    return result


async def choose(hass: HomeAssistant, menu: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose from a menu; a search is waited for."""
    assert menu["type"] is FlowResultType.MENU
    assert step in menu["menu_options"]
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": step})
    if step == "search":
        assert result["type"] is FlowResultType.SHOW_PROGRESS
        await hass.async_block_till_done()
        result = await hass.config_entries.flow.async_configure(menu["flow_id"])
    return told(result)


async def start(hass: HomeAssistant, step: str) -> ConfigFlowResult:
    """Start a flow as a user does."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await choose(hass, menu, step)


async def submit(
    hass: HomeAssistant, flow: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Submit a form and wait for all that follows."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    await hass.async_block_till_done()
    return told(result)


async def add(
    hass: HomeAssistant, pick: ConfigFlowResult, *, devices: list[str], **places: Any
) -> ConfigFlowResult:
    """Choose batteries, and say where they stand."""
    result = await submit(hass, pick, devices=devices)
    return result if result.get("step_id") != "places" else await submit(hass, result, **places)


async def discover(
    hass: HomeAssistant, address: str, port: int, ble_mac: str = E3_MAC
) -> ConfigFlowResult:
    """Start the flow of a battery that the background search found."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={
            "kind": "battery",
            "host": address,
            "port": port,
            "ble_mac": ble_mac,
            "model": "VenusE 3.0",
            "firmware": 150,
        },
    )
    await hass.async_block_till_done()
    return told(result)


async def lease(hass: HomeAssistant, address: str, mac: str = "02112233aabb") -> ConfigFlowResult:
    """Start the flow of a DHCP lease."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=address, hostname="marstek_1", macaddress=mac),
    )
    await hass.async_block_till_done()
    return told(result)


def foreign(hass: HomeAssistant, unique_id: str = E3_UNIQUE_ID, **data: Any) -> MockConfigEntry:
    """Add an entry as another integration of the same domain makes them."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Other", unique_id=unique_id, data={"ip": E3_ADDRESS, **data}
    )
    entry.add_to_hass(hass)
    return entry


def ignored(hass: HomeAssistant) -> MockConfigEntry:
    """Add the entry that says to ignore the VenusE 3.0."""
    entry = MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id=E3_UNIQUE_ID, data={})
    entry.add_to_hass(hass)
    return entry


def open_steps(hass: HomeAssistant) -> dict[str, str]:
    """Return the flows that wait for the user, by step."""
    return {flow["step_id"]: flow["flow_id"] for flow in hass.config_entries.flow.async_progress()}


def offered(pick: ConfigFlowResult) -> dict[str, str]:
    """Return labels by BLE MAC, and check that all are chosen beforehand."""
    schema = pick["data_schema"]
    assert schema is not None
    (field,) = schema.schema
    options = schema.schema[field].config["options"]
    assert field.default() == [option["value"] for option in options]
    return {option["value"]: option["label"] for option in options}


async def test_where_they_stand(hass: HomeAssistant, fleet: Fleet) -> None:
    """An area can be chosen for each, and the limit of a socket; devices keep what they have."""
    areas, devices = ar.async_get(hass), dr.async_get(hass)
    garage, cellar = areas.async_create("Garage"), areas.async_create("Cellar")
    pick = await start(hass, "search")
    form = await submit(hass, pick, devices=[E3_MAC, E_MAC])
    assert form["step_id"] == "places"
    names = form["description_placeholders"] or {}
    assert (names["name_1"], names["name_3"]) == ("Venus E 3.0 0101", "")
    await submit(hass, form, area_1=garage.id, sockets=[E_MAC])
    entries = {entry.data["ble_mac"]: entry for entry in hass.config_entries.async_entries(DOMAIN)}
    assert entries[E3_MAC].options == {}
    assert entries[E_MAC].options == {"power_preset": "socket"}
    assert entries[E_MAC].runtime_data.limits.charge == 800
    first, second = (
        dr.async_entries_for_config_entry(devices, entries[mac].entry_id)[0]
        for mac in (E3_MAC, E_MAC)
    )
    assert (first.area_id, second.area_id) == (garage.id, None)
    devices.async_update_device(first.id, area_id=cellar.id)
    await hass.config_entries.async_reload(entries[E3_MAC].entry_id)
    moved = devices.async_get(first.id)
    assert moved is not None
    assert moved.area_id == cellar.id


async def test_several_batteries_at_once(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """All that answer are offered with their state of charge, and each becomes an entry."""
    pick = await start(hass, "search")
    assert offered(pick) == {
        E3_MAC: f"Venus E 3.0 0101 · {E3_ADDRESS} · 55 %",
        E_MAC: f"Venus E 0202 · {E_ADDRESS} · 71 %",
        A_MAC: f"Venus A 0303 · {A_ADDRESS} · 33 %",
    }
    result = await add(hass, pick, devices=[E3_MAC, E_MAC, A_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entries = {entry.unique_id: entry for entry in hass.config_entries.async_entries(DOMAIN)}
    assert [entry.title for _, entry in sorted(entries.items())] == [
        "Venus E 3.0 0101",
        "Venus E 0202",
        "Venus A 0303",
    ]
    assert entries[E3_UNIQUE_ID].data == {
        "kind": "battery",
        "host": E3_ADDRESS,
        "port": port,
        "ble_mac": E3_MAC,
        "model": "VenusE 3.0",
        "firmware": 150,
    }
    assert all(entry.state is ConfigEntryState.LOADED for entry in entries.values())
    assert result["next_flow"] == (FlowType.CONFIG_FLOW, open_steps(hass)["plan"])


async def test_never_two_requests_at_once(hass: HomeAssistant, fleet: Fleet) -> None:
    """Search, reading the state of charge and set-up keep the quiet gap between them."""
    await add(hass, await start(hass, "search"), devices=[E3_MAC, E_MAC, A_MAC])
    for battery in fleet:
        figures = battery.statistics()
        assert figures.overlaps == 0
        assert figures.smallest_gap is not None
        assert figures.smallest_gap >= loopback.PACING.quiet_gap


async def test_one_of_several(hass: HomeAssistant, fleet: Fleet) -> None:
    """Only what was chosen is added, and the next search offers the rest."""
    result = await add(hass, await start(hass, "search"), devices=[A_MAC])
    assert result["title"] == "Venus A 0303"
    assert offered(await start(hass, "search")).keys() == {E3_MAC, E_MAC}


async def test_nothing_chosen(hass: HomeAssistant, battery: SimulatedBattery) -> None:
    """Choosing none is an error that can be put right."""
    pick = await start(hass, "search")
    result = await add(hass, pick, devices=[])
    assert result["errors"] == {"devices": "no_selection"}
    result = await add(hass, pick, devices=[E3_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_chosen_ones_were_added_meanwhile(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A choice that another flow made first adds nothing twice."""
    pick = await start(hass, "search")
    configured(hass, VENUS_E3, E3_ADDRESS, port)
    result = await add(hass, pick, devices=[E3_MAC])
    assert result["reason"] == "already_configured"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


@pytest.mark.parametrize(
    ("firmware", "silent", "soc"),
    [
        (150, "ES.GetStatus", ""),
        (139, "ES.GetStatus", " · 55 %"),
        (150, "Bat.GetStatus", " · 55 %"),
    ],
)
async def test_state_of_charge_is_optional(
    hass: HomeAssistant, battery: SimulatedBattery, firmware: int, silent: str, soc: str
) -> None:
    """A battery that keeps its state of charge to itself is offered all the same."""
    battery.update_firmware(firmware)
    battery.faults.silent = silent
    with patch("custom_components.marstek.flows.search_results._SOC_TIMEOUT", 0.1):
        pick = await start(hass, "search")
    assert offered(pick) == {E3_MAC: f"Venus E 3.0 0101 · {E3_ADDRESS}{soc}"}
    battery.faults.clear()
    result = await add(hass, pick, devices=[E3_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_found_then_found(hass: HomeAssistant, battery: SimulatedBattery) -> None:
    """Advice is given, and the search can be repeated once the API is switched on."""
    battery.go_dark()
    menu = await start(hass, "search")
    assert menu["step_id"] == "nothing_found"
    battery.come_back()
    pick = await choose(hass, menu, "search")
    result = await add(hass, pick, devices=[E3_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_found_then_address(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """What broadcasts do not reach can be added by its address from there."""
    with patch("homeassistant.components.network.async_get_adapters") as adapters:
        adapters.return_value = [loopback.adapter("127.1.0.1", 16)]
        menu = await start(hass, "search")
    form = await choose(hass, menu, "manual")
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_new(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """When all that answer have an entry, they are named."""
    configured(hass, VENUS_E3, E3_ADDRESS, port)
    configured(hass, VENUS_E, E_ADDRESS, port)
    await fleet[A_MAC].stop()
    fleet[A_MAC].go_dark()
    menu = await start(hass, "search")
    assert menu["step_id"] == "nothing_new"
    assert menu["description_placeholders"] == {"names": "Venus E 3.0 0101, Venus E 0202"}
    await fleet[A_MAC].start()
    fleet[A_MAC].come_back()
    result = await add(hass, await choose(hass, menu, "search"), devices=[A_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_port_in_use_by_another_program(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A search whose answers go to another program says which port that is about."""
    battery.update_firmware(156, "VenusE")
    with loopback.taken(port):
        menu = await start(hass, "search")
    assert menu["step_id"] == "ports_in_use"
    assert menu["description_placeholders"] == {"ports": str(port)}
    result = await add(hass, await choose(hass, menu, "search"), devices=[E3_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_flow_closed_during_the_search(
    hass: HomeAssistant, battery: SimulatedBattery
) -> None:
    """Nothing is left of a search whose dialog was closed."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "search"})
    hass.config_entries.flow.async_abort(menu["flow_id"])
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize(
    ("user_input", "errors"),
    [
        ({"host": NOBODY}, {"base": "no_answer"}),
        ({"port": 1}, {"base": "no_answer"}),
        ({"host": "no-such-battery"}, {"host": "cannot_resolve"}),
        ({"host": "a..b"}, {"host": "cannot_resolve"}),
        ({"host": " "}, {"host": "cannot_resolve"}),
        ({"host": "0.0.0.0"}, {"host": "cannot_resolve"}),  # noqa: S104 - typed by a user
        ({"host": "255.255.255.255"}, {"host": "cannot_resolve"}),
        ({"host": "224.0.0.1"}, {"host": "cannot_resolve"}),
        ({"host": "300.1.2.3"}, {"host": "cannot_resolve"}),
        ({"host": "::1"}, {"host": "ipv6"}),
        ({"host": "[fe80::1]"}, {"host": "ipv6"}),
        ({"host": "fe80::1%eth0"}, {"host": "ipv6"}),
        ({"port": 0}, {"port": "invalid_port"}),
        ({"port": 70000}, {"port": "invalid_port"}),
        ({"port": -1}, {"port": "invalid_port"}),
        ({"port": 30000.5}, {"port": "invalid_port"}),
    ],
)
async def test_wrong_address(
    hass: HomeAssistant,
    battery: SimulatedBattery,
    port: int,
    user_input: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """What was typed wrongly is said in the form and can be put right."""
    form = await start(hass, "manual")
    asked = {"host": E3_ADDRESS, "port": port, **user_input}
    with patch("socket.getaddrinfo", side_effect=socket.gaierror):
        result = await submit(hass, form, **asked)
    assert result["errors"] == errors
    placeholders = _placeholders(result)
    assert placeholders["host"] == str(asked["host"]).strip()
    assert placeholders["port"] == f"{asked['port']:.0f}"
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["host"] == E3_ADDRESS
    assert result["data"]["port"] == port


def _placeholders(result: ConfigFlowResult) -> dict[str, str]:
    return dict(result["description_placeholders"] or {})


@pytest.mark.parametrize("garbage", sorted(GARBAGE))
async def test_garbage(
    hass: HomeAssistant, battery: SimulatedBattery, port: int, garbage: str
) -> None:
    """A device that answers garbage is told apart from one that is silent."""
    battery.faults.garbage = garbage
    form = await start(hass, "manual")
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    # With another id it is nobody's answer.
    assert result["errors"] == {"base": "no_answer" if garbage == "wrong_id" else "invalid_reply"}
    battery.faults.clear()
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_device_that_answers_errors_only(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """The error is shown."""
    battery.faults.error = 425
    form = await start(hass, "manual")
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["errors"] == {"base": "device_error"}
    assert _placeholders(result)["error"] == "Method not found (-32601, 425)"
    battery.faults.clear()
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_device_of_another_maker(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Another maker's device that speaks the same language is refused by its name."""
    other = spec({**VENUS_E3, "reported_device": "Pluto B", "ble_mac": A_MAC}, "127.0.0.14", port)
    async with Fleet([other], latency=loopback.LATENCY, broadcast="127.0.0.255"):
        form = await start(hass, "manual")
        result = await submit(hass, form, host="127.0.0.14", port=port)
    assert result["errors"] == {"base": "not_marstek"}
    assert "Pluto B" in _placeholders(result)["error"]
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_address_with_the_port_in_use(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A family that answers to its own port only can't be added while that port is taken."""
    battery.update_firmware(156, "VenusE")
    form = await start(hass, "manual")
    with loopback.taken(port):
        result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["errors"] == {"base": "port_in_use"}
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_other_port_where_the_family_allows_it(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A family that answers to the sender's port works although the port is taken."""
    with loopback.taken(port):
        form = await start(hass, "manual")
        result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("host", ["battery.home", " battery.home "])
async def test_host_name_is_kept(
    hass: HomeAssistant, battery: SimulatedBattery, port: int, host: str
) -> None:
    """A name is resolved to ask, and stored as it was typed."""
    form = await start(hass, "manual")
    with loopback.names({"battery.home": E3_ADDRESS}):
        result = await submit(hass, form, host=host, port=port)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["host"] == "battery.home"


async def test_address_of_a_configured_battery(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """Typing in the new address of a battery that has an entry changes that entry."""
    entry = configured(hass, VENUS_E3, NOBODY, port)
    form = await start(hass, "manual")
    result = await submit(hass, form, host=E3_ADDRESS, port=port)
    assert result["reason"] == "already_configured"
    assert entry.data["host"] == E3_ADDRESS


async def test_ignored_battery_is_still_offered(hass: HomeAssistant, fleet: Fleet) -> None:
    """Ignoring a discovery does not keep the user from adding the battery on purpose."""
    ignored(hass)
    pick = await start(hass, "search")
    assert offered(pick).keys() == {E3_MAC, E_MAC, A_MAC}
    await add(hass, pick, devices=[E_MAC, E3_MAC])
    entries = hass.config_entries.async_entries(DOMAIN)
    assert {entry.unique_id: entry.source for entry in entries} == {
        "02:aa:bb:cc:02:02": "user",
        E3_UNIQUE_ID: "import",
    }
    assert all(entry.state is ConfigEntryState.LOADED for entry in entries)


async def test_ignored_battery_is_not_discovered(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """Neither by a lease nor by the search."""
    ignored(hass)
    assert (await lease(hass, E3_ADDRESS))["reason"] == "already_configured"
    assert (await discover(hass, E3_ADDRESS, port))["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("unique_id", "data"),
    [
        (E3_UNIQUE_ID, {}),
        (E3_MAC, {}),
        (E3_MAC.upper(), {}),
        ("something else", {"ble_mac": E3_MAC}),
    ],
)
async def test_entry_of_another_integration(
    hass: HomeAssistant,
    battery: SimulatedBattery,
    port: int,
    unique_id: str,
    data: dict[str, str],
) -> None:
    """A battery that another integration has is refused everywhere; its entry stays as it is."""
    entry = foreign(hass, unique_id, **data)
    before = entry.as_dict()
    form = await start(hass, "manual")
    results = [
        await start(hass, "search"),
        await submit(hass, form, host=E3_ADDRESS, port=port),
        await discover(hass, E3_ADDRESS, port),
        await lease(hass, E3_ADDRESS),
        await entry.start_reconfigure_flow(hass),
    ]
    assert {result["reason"] for result in results} == {"foreign_entry"}
    names = {_placeholders(result)["name"] for result in results}
    assert names == {"Other", "Venus E 3.0 0101"}
    assert entry.as_dict() == before
    assert not entry.supports_options
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_entry_of_another_integration_beside_new_ones(
    hass: HomeAssistant, fleet: Fleet
) -> None:
    """The other batteries are offered."""
    foreign(hass)
    assert offered(await start(hass, "search")).keys() == {E_MAC, A_MAC}


async def test_discovered_battery(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A found battery is shown by name and becomes an entry when the user confirms."""
    form = await discover(hass, E3_ADDRESS, port)
    assert form["step_id"] == "discovery_confirm"
    assert form["description_placeholders"] == {"name": "Venus E 3.0 0101", "host": E3_ADDRESS}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"] == {"name": "Venus E 3.0 0101"}
    again = await discover(hass, "127.0.0.20", port)
    assert again["reason"] == "already_in_progress"
    result = await submit(hass, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == E3_UNIQUE_ID
    assert result["data"]["host"] == E3_ADDRESS
    assert result["result"].state is ConfigEntryState.LOADED


async def test_no_more_offers_than_fit_a_page(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """One battery beyond the limit is not offered, until one of the others is turned down."""
    forms = [
        await discover(hass, f"127.0.7.{number + 1}", port, f"02ffff00{number:04x}")
        for number in range(MOST_OFFERS)
    ]
    assert {form["step_id"] for form in forms} == {"discovery_confirm"}
    assert (await discover(hass, E3_ADDRESS, port))["reason"] == "too_many_offers"
    hass.config_entries.flow.async_abort(forms[0]["flow_id"])
    assert (await discover(hass, E3_ADDRESS, port))["step_id"] == "discovery_confirm"


async def test_search_goes_before_a_discovery_in_progress(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """The card of a discovered battery disappears when it is added by a search."""
    await discover(hass, E3_ADDRESS, port)
    result = await add(hass, await start(hass, "search"), devices=[E3_MAC])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert open_steps(hass).keys() == {"plan"}


@pytest.mark.parametrize(
    ("host", "resolved", "after"),
    [
        (E3_ADDRESS, {}, E3_ADDRESS),
        (NOBODY, {}, E3_ADDRESS),
        ("battery.home", {"battery.home": E3_ADDRESS}, "battery.home"),
        ("battery.home", {"battery.home": NOBODY}, E3_ADDRESS),
        ("battery.home", {}, E3_ADDRESS),
    ],
)
async def test_configured_battery_is_discovered(
    hass: HomeAssistant,
    battery: SimulatedBattery,
    port: int,
    host: str,
    resolved: dict[str, str],
    after: str,
) -> None:
    """Its entry follows the address; a name that still leads there is kept."""
    entry = configured(hass, VENUS_E3, host, port)
    with loopback.names(resolved):
        result = await discover(hass, E3_ADDRESS, port)
        assert result["reason"] == "already_configured"
        assert entry.data["host"] == after


async def test_configured_battery_has_a_new_port(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """The port is followed too."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, 1)
    await discover(hass, E3_ADDRESS, port)
    assert entry.data["port"] == port


async def test_battery_off_at_start_comes_back(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A battery that was off when Home Assistant started is set up when it is discovered."""
    battery.go_dark()
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    await hass.config_entries.async_setup(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.SETUP_RETRY
    battery.come_back()
    await discover(hass, E3_ADDRESS, port)
    assert entry.state is ConfigEntryState.LOADED


async def test_lease_of_a_new_battery(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """Who got the lease is asked, and its MAC is remembered once it is known to be a battery."""
    form = await lease(hass, E3_ADDRESS)
    assert form["step_id"] == "discovery_confirm"
    result = await submit(hass, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["dhcp_mac"] == "02:11:22:33:aa:bb"
    assert result["data"]["port"] == port
    assert result["result"].state is ConfigEntryState.LOADED


async def test_lease_of_something_else(hass: HomeAssistant, battery: SimulatedBattery) -> None:
    """A host that does not answer as a battery is left alone, and no MAC is believed."""
    result = await lease(hass, NOBODY)
    assert result["reason"] == "no_answer"
    assert _placeholders(result) == {"host": NOBODY}


async def test_lease_of_a_moved_battery(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """The entry follows, and a second lease of the same address asks nobody."""
    entry = configured(hass, VENUS_E3, NOBODY, port)
    assert (await lease(hass, E3_ADDRESS))["reason"] == "already_configured"
    assert entry.data["host"] == E3_ADDRESS
    assert entry.data["dhcp_mac"] == "02:11:22:33:aa:bb"
    battery.clear_exchanges()
    assert (await lease(hass, E3_ADDRESS))["reason"] == "already_configured"
    assert battery.exchanges == []


async def test_lease_of_an_impostor(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Who answers with the identity of a battery that is where it was moves nothing."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    before = dict(entry.data)
    async with Impostor(fleet, "127.0.0.66", port, [claim(E3_MAC)]) as impostor:
        result = await lease(hass, impostor.address)
        assert impostor.asked
    assert result["reason"] == "already_configured"
    assert dict(entry.data) == before


async def test_lease_on_a_port_of_its_own(
    hass: HomeAssistant, battery: SimulatedBattery, port: int
) -> None:
    """A battery on an unusual port is recognised when an entry has that port."""
    entry = configured(hass, VENUS_E3, NOBODY, port)
    with patch("custom_components.marstek.discovery.DISCOVERY_PORTS", ()):
        await lease(hass, E3_ADDRESS)
    assert entry.data["host"] == E3_ADDRESS


async def test_two_batteries_swap_addresses(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Leases are not believed by address: each entry follows its own battery."""
    first = configured(hass, VENUS_E3, E3_ADDRESS, port)
    second = configured(hass, VENUS_E, E_ADDRESS, port)
    await fleet.swap_addresses(E3_MAC, E_MAC)
    await lease(hass, E3_ADDRESS, "021122330202")
    await lease(hass, E_ADDRESS, "021122330101")
    assert (first.data["host"], second.data["host"]) == (E_ADDRESS, E3_ADDRESS)
    assert first.data["dhcp_mac"] == "02:11:22:33:01:01"


async def test_reconfigure(hass: HomeAssistant, battery: SimulatedBattery, port: int) -> None:
    """The address is changed when the same battery answers there."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await battery.change_address("127.0.0.21")
    form = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    assert form["description_placeholders"] == {"name": entry.title}
    for user_input, error in (
        ({"host": "::1", "port": port}, {"host": "ipv6"}),
        ({"host": "127.0.0.21", "port": 70000}, {"port": "invalid_port"}),
        ({"host": E3_ADDRESS, "port": port}, {"base": "no_answer"}),
    ):
        assert (await submit(hass, form, **user_input))["errors"] == error
    with loopback.names({"battery.home": "127.0.0.21"}):
        result = await submit(hass, form, host="battery.home", port=port)
        assert result["reason"] == "reconfigure_successful"
        assert entry.data["host"] == "battery.home"
        assert entry.state is ConfigEntryState.LOADED


async def test_reconfigure_to_another_battery(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """An entry is never given to another battery, whether that one is configured or not."""
    entry = configured(hass, VENUS_E3, NOBODY, port)
    other = configured(hass, VENUS_E, E_ADDRESS, port)
    before = dict(entry.data)
    form = await entry.start_reconfigure_flow(hass)
    result = await submit(hass, form, host=E_ADDRESS, port=port)
    assert result["errors"] == {"base": "other_battery"}
    assert _placeholders(result)["found"] == other.title
    result = await submit(hass, form, host=A_ADDRESS, port=port)
    assert result["reason"] == "wrong_device"
    assert _placeholders(result)["found"] == "Venus A 0303"
    assert entry.data == before
    result = await submit(
        hass, await entry.start_reconfigure_flow(hass), host=E3_ADDRESS, port=port
    )
    assert result["reason"] == "reconfigure_successful"
    assert ip_address(entry.data["host"]) == ip_address(E3_ADDRESS)


@pytest.mark.parametrize("limit", [99, 2501, 1000.5, -800])
async def test_options(
    hass: HomeAssistant, battery: SimulatedBattery, port: int, limit: float
) -> None:
    """Limits are whole numbers within what the model can do."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    assert await hass.config_entries.async_setup(entry.entry_id)
    options = hass.config_entries.options
    menu = await options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["limits", "schedule"]
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "limits"})
    assert form["description_placeholders"] == {"low": "100", "high": "2500"}
    user_input = {"power_preset": "custom", "charge_limit": 1200.0, "discharge_limit": 800.0}
    for key in ("charge_limit", "discharge_limit"):
        result = await options.async_configure(form["flow_id"], user_input | {key: limit})
        assert result["errors"] == {key: "limit_out_of_range"}
    result = await options.async_configure(form["flow_id"], user_input)
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {
        "power_preset": "custom",
        "charge_limit": 1200,
        "discharge_limit": 800,
        "after_restart": "resume",
        "experimental": False,
    }
    assert all(type(value) is not float for value in entry.options.values())
    assert entry.state is ConfigEntryState.LOADED

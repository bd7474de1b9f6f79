"""Strangers on the network: nobody becomes a battery, fills the page or poisons the storage."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import json_bytes
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek import discovery
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import MOST_OFFERS, async_get_hub, async_search
from custom_components.marstek.runtime import async_is_heard
from custom_components.marstek.venus import InvalidReplyError, Method, profile_for
from custom_components.marstek.venus.parsing import parse_device, parse_status
from custom_components.marstek.venus.text import LONGEST, plain, printable
from custom_components.marstek.venus.wire import MalformedDatagramError, decode_reply
from simulator import Fleet
from simulator.forgery import Impostor, claim
from tests.support import loopback
from tests.support.loopback import VENUS_A, VENUS_E, VENUS_E3, configured, spec

E3_MAC, E_MAC, A_MAC = "02aabbcc0101", "02aabbcc0202", "02aabbcc0303"
E3_ADDRESS, E_ADDRESS, A_ADDRESS = "127.0.0.11", "127.0.0.12", "127.0.0.13"
STRANGER = "127.0.0.66"
POISON = "VenusE 3.0\ud800\n\x1b[31m<b>[x](y)</b>\u202e"


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


async def discover(hass: HomeAssistant) -> None:
    """Make the background search, and wait for what follows."""
    await discovery._async_discover(hass, async_is_heard)
    await hass.async_block_till_done(wait_background_tasks=True)


def assert_storable(hass: HomeAssistant) -> None:
    """Nothing keeps Home Assistant from saving its entries, devices and flows."""
    for entry in hass.config_entries.async_entries():
        json_bytes(entry.as_dict())
    for device in dr.async_get(hass).devices:
        json_bytes(device.dict_repr)
    for flow in hass.config_entries.flow.async_progress():
        json_bytes(flow["context"])


@pytest.mark.parametrize("delay", [0.0, 0.04])
async def test_a_battery_that_answers_stays_where_it_is(
    hass: HomeAssistant, fleet: Fleet, port: int, delay: float
) -> None:
    """Whoever answers a search in its name, sooner or later than it, is not followed."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    await hass.config_entries.async_setup(entry.entry_id)
    async with Impostor(fleet, STRANGER, port, [claim(E3_MAC)], delay=delay) as impostor:
        await discover(hass)
        assert impostor.asked
    assert entry.data["host"] == E3_ADDRESS
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.parts.client.address == E3_ADDRESS


async def test_a_loaded_battery_that_missed_the_search(
    hass: HomeAssistant, fleet: Fleet, port: int
) -> None:
    """It was heard just now: an answer in its name from elsewhere changes nothing."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    await hass.config_entries.async_setup(entry.entry_id)
    fleet[E3_MAC].go_dark()
    async with Impostor(fleet, STRANGER, port, [claim(E3_MAC)]):
        await discover(hass)
    assert entry.data["host"] == E3_ADDRESS
    assert entry.runtime_data.parts.client.address == E3_ADDRESS


async def test_a_battery_that_is_not_loaded_and_answers(
    hass: HomeAssistant, fleet: Fleet, port: int
) -> None:
    """The place in use is asked before another is believed."""
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    # It misses the search, and is there again when it is asked.
    fleet[E3_MAC].go_dark(0.06)
    async with Impostor(fleet, STRANGER, port, [claim(E3_MAC)]):
        await discover(hass)
    assert entry.data["host"] == E3_ADDRESS


async def test_a_silent_battery_is_not_followed_to_a_forged_sender(
    hass: HomeAssistant, fleet: Fleet, port: int
) -> None:
    """An answer to a broadcast is no proof: the new address has to answer by itself."""
    fleet[E3_MAC].go_dark()
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    async with Impostor(fleet, STRANGER, port, [claim(E3_MAC)], answers_alone=False):
        await discover(hass)
        entry.runtime_data = None
    assert entry.data["host"] == E3_ADDRESS


async def test_a_flood_of_forged_answers(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Hundreds of invented batteries fill no page, and shut no real battery out."""
    entry = configured(hass, VENUS_E3, "127.0.0.99", port)
    async with AsyncExitStack() as stack:
        # Answers are waited for as long as the flood takes.
        stack.enter_context(patch("custom_components.marstek.venus.discovery._LATENCY", 1.0))
        for number in range(60):
            macs = [f"02ffff{number:02x}{index:04x}" for index in range(10)]
            impostor = Impostor(
                fleet, f"127.0.7.{number + 1}", port, map(claim, macs), delay=number / 70
            )
            await stack.enter_async_context(impostor)
        result = await async_search(hass, rounds=2)
        assert 50 < len(result.claims) < 150
        assert E3_MAC in {found.device.ble_mac for found in result.devices}
        for _ in range(2):
            await discover(hass)
            offered = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
            assert 0 < len(offered) <= MOST_OFFERS
        # What is configured is followed to where it is.
        assert entry.data["host"] == E3_ADDRESS
        # And a battery that finds no place among the offers is added by its address.
        flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"next_step_id": "manual"}
        )
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"host": A_ADDRESS, "port": port}
        )
        assert flow["type"] is FlowResultType.CREATE_ENTRY
    for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN):
        hass.config_entries.flow.async_abort(flow["flow_id"])


async def test_a_poisoned_name(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Surrogates, line breaks and markup of a name are neither stored nor shown."""
    for battery in fleet:
        battery.go_dark()
    async with Impostor(
        fleet, STRANGER, port, [claim("02ffff000001", device=POISON, wifi_name=POISON)]
    ):
        await discover(hass)
        assert_storable(hass)
        (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        assert flow["context"]["title_placeholders"] == {"name": "Venus E 3.031mbxy/b 0001"}
        hass.config_entries.flow.async_abort(flow["flow_id"])


ANYTHING = st.text() | st.text(alphabet=st.characters(categories=("Cs", "Cc", "Cf", "Zl", "Zp")))


@given(ANYTHING)
def test_printable_text(text: str) -> None:
    """What is kept is bounded and can be stored, logged and shown in one line."""
    for kept in (printable(text), plain(text)):
        if kept is not None:
            assert 0 < len(kept) <= LONGEST
            assert kept.isprintable()
            kept.encode()
    assert not set(plain(text) or "") & set('<>[]()`*_~#|\\&!{}"\n')


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        dict.fromkeys(
            ("device", "wifi_name", "ssid", "mode", "state", "error_code", "ip", "sta_ip"), ANYTHING
        )
    )
)
def test_any_text_on_the_wire(texts: dict[str, str]) -> None:
    """Whatever stands where a text belongs: no model holds what can't be printed."""
    result = {
        "ver": 150, "ble_mac": E3_MAC, "soc": 50, "bat_soc": 50, "ongrid_power": 0, "id": 0, **texts
    }  # fmt: skip
    profile = profile_for("VenusE", 153)
    for method in (Method.DEVICE, Method.WIFI, Method.BATTERY, Method.MODE, Method.BLUETOOTH):
        try:
            status = (
                parse_device(result)
                if method is Method.DEVICE
                else parse_status(method, result, profile)
            )
        except InvalidReplyError as err:
            shown = str(err)
        else:
            shown = repr(status)
        assert shown.isprintable()
        json_bytes(shown)


@given(ANYTHING)
def test_any_error_message(text: str) -> None:
    """The message of an error object is shown to people: it holds no markup."""
    payload = json_bytes({"id": 1, "error": {"code": -32602, "message": "x", "data": 1}})
    frame = payload.replace(b'"x"', _quoted(text))
    try:
        reply = decode_reply(frame)
    except MalformedDatagramError:
        return
    assert reply is not None
    assert reply.fault is not None
    assert reply.fault.message.isprintable()
    assert not set(reply.fault.message) & set("<>[]`*_")


def _quoted(text: str) -> bytes:
    """Return a text as ASCII JSON, surrogates included."""
    escaped = "".join(f"\\u{ord(each) & 0xFFFF:04x}" for each in text)
    return f'"{escaped}"'.encode()

"""Entries of other integrations of the same domain, as those write them, go on as ours."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.adoption import KEYS
from custom_components.marstek.const import DOMAIN
from tests.battery.test_failures_network import add
from tests.support.home import PORT, Home, home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

MAC = "02aabbcc0000"
COLONS = "02:aa:bb:cc:00:00"
# As the maker's own integration writes it: no port, and the access point's MAC as that of Wi-Fi.
MAKER: dict[str, Any] = {
    "host": "127.0.1.1",
    "mac": "02ddeeff0001",
    "device_type": "VenusE 3.0",
    "version": 150,
    "wifi_name": "home",
    "wifi_mac": "02ddeeff0001",
    "ble_mac": MAC,
    "model": "VenusE 3.0",
    "firmware": 150,
}
# As the Local API one does.
LOCAL_API: dict[str, Any] = {**MAKER, "port": PORT, "model": None, "firmware": None}


def foreign(
    hass: HomeAssistant, data: dict[str, Any], *, prefix: str = MAC, version: int = 1
) -> MockConfigEntry:
    """Have an entry of another integration with its device and some entities."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cellar",
        unique_id=COLONS,
        data=data,
        version=version,
        options={"x": 1},
    )
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, prefix)}, name="Marstek"
    )
    registry = er.async_get(hass)
    for platform, key in (
        ("sensor", "battery_soc"),
        ("sensor", "total_grid_input_energy"),
        ("sensor", "battery_power"),
        ("select", "operating_mode"),
    ):
        registry.async_get_or_create(
            platform,
            DOMAIN,
            f"{prefix}_{key}",
            suggested_object_id=f"cellar_{key}",
            config_entry=entry,
            device_id=device.id,
        )
    return entry


async def set_up(place: Home) -> None:
    """Start the integration as Home Assistant does."""
    assert await async_setup_component(place.hass, DOMAIN, {})
    await place.hass.async_block_till_done()


@virtual
@pytest.mark.parametrize(
    ("data", "prefix", "version"),
    [(MAKER, MAC, 1), (MAKER, MAC.upper(), 1), (LOCAL_API, COLONS, 1), (LOCAL_API, COLONS, 3)],
    ids=["the maker's", "in capitals", "Local API", "of a later version"],
)
async def test_a_battery_goes_on(data: dict[str, Any], prefix: str, version: int) -> None:
    """Entity ids, device and title stay; what means the same goes on, the rest is left."""
    async with home(count=1) as place:
        entry = foreign(place.hass, data, prefix=prefix, version=version)
        registry = er.async_get(place.hass)
        device_id = registry.entities["sensor.cellar_battery_soc"].device_id
        await set_up(place)
        assert [entry.state] == [ConfigEntryState.LOADED]
        assert (entry.title, entry.version, dict(entry.options)) == ("Cellar", 1, {})
        soc = registry.entities["sensor.cellar_battery_soc"]
        assert (soc.unique_id, soc.device_id) == (f"{MAC}_soc", device_id)
        state = place.hass.states.get("sensor.cellar_battery_soc")
        assert state is not None
        assert float(state.state) == round(place.batteries[0].state.soc)
        charged = registry.entities["sensor.cellar_total_grid_input_energy"]
        assert charged.unique_id == f"{MAC}_energy_charged"
        mode = place.hass.states.get("select.cellar_operating_mode")
        assert mode is not None
        assert mode.state == "auto"
        # Its sign may have been another one.
        power = registry.entities["sensor.cellar_battery_power"]
        assert power.unique_id not in (f"{prefix}_battery_power", f"{MAC}_battery_power")
        ours = registry.async_get_entity_id("sensor", DOMAIN, f"{MAC}_battery_power")
        assert ours not in (None, "sensor.cellar_battery_power")
        devices = dr.async_entries_for_config_entry(dr.async_get(place.hass), entry.entry_id)
        assert [device.id for device in devices] == [device_id]


@virtual
async def test_a_model_that_is_not_told_is_asked_for() -> None:
    """An entry without model and firmware gets those that the battery tells."""
    async with home(device="Venus A", firmware=149, count=1) as place:
        # As the one proposed for Home Assistant itself writes it: the MAC is the unique id.
        entry = foreign(place.hass, {"host": "127.0.1.1"})
        await set_up(place)
        assert [entry.state] == [ConfigEntryState.LOADED]
        assert (entry.data["model"], entry.data["firmware"]) == ("Venus A", 149)


@virtual
@pytest.mark.parametrize(
    "data",
    [
        {"host": "127.0.1.1", "ble_mac": "unknown"},
        {"ble_mac": MAC},
        {"host": "127.0.1.1", "ble_mac": MAC, "port": "30000"},
        {"device_ip": "127.0.1.1"},
    ],
    ids=["no identity", "no host", "an odd port", "other keys"],
)
async def test_who_does_not_say_enough_is_left_alone(data: dict[str, Any]) -> None:
    """Nothing is guessed: such an entry stays as it was, and its owner is told what to do."""
    async with home(count=1) as place:
        entry = foreign(place.hass, data)
        await set_up(place)
        assert [entry.state] == [ConfigEntryState.SETUP_ERROR]
        assert entry.error_reason_translation_key == "foreign_entry"
        assert dict(entry.data) == data


@virtual
async def test_a_battery_that_is_set_up_twice() -> None:
    """Ours stays, theirs is left."""
    async with home(count=1) as place:
        theirs = MockConfigEntry(domain=DOMAIN, title="Theirs", unique_id="other", data=LOCAL_API)
        theirs.add_to_hass(place.hass)
        ours = add(place)
        await set_up(place)
        assert [ours.state] == [ConfigEntryState.LOADED]
        assert [theirs.state] == [ConfigEntryState.SETUP_ERROR]
        assert dict(theirs.data) == LOCAL_API


async def test_no_key_is_claimed_twice() -> None:
    """Each of our keys takes over at most one of theirs on a platform."""
    ours = [(platform, key) for (platform, _), key in KEYS.items()]
    assert len(ours) == len(set(ours))

"""Websocket commands of the dashboard, and the module of its page."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.marstek.dashboard import page_module
from custom_components.marstek.dashboard.page_module import (
    async_build,
    async_serve_module,
    build_of,
)
from custom_components.marstek.dashboard.websocket import async_register_commands
from tests.dashboard.home import add_battery, add_plan
from tests.dashboard.test_layout import cards, paths

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(name="ask")
async def ask_fixture(hass: HomeAssistant, hass_ws_client: Any) -> Any:
    """Return what sends a command and returns its result."""
    assert await async_setup_component(hass, "websocket_api", {})
    async_register_commands(hass)
    client = await hass_ws_client(hass)

    async def ask(kind: str, **fields: Any) -> Any:
        await client.send_json_auto_id({"type": f"marstek/dashboard/{kind}", **fields})
        answer = await client.receive_json()
        return answer["result"] if answer["success"] else answer["error"]

    return ask


async def test_the_layout_follows_the_registries(hass: HomeAssistant, ask: Any) -> None:
    """Renamed entities are found, disabled and hidden ones left out, names are those of devices."""
    entry = add_battery(hass, 1, "Venus")
    registry, devices = er.async_get(hass), dr.async_get(hass)
    (device,) = dr.async_entries_for_config_entry(devices, entry.entry_id)
    registry.async_update_entity(
        registry.async_get_entity_id("sensor", "marstek", "02aabbcc0001_soc") or "",
        new_entity_id="sensor.cellar",
    )
    registry.async_update_entity(
        registry.async_get_entity_id("select", "marstek", "02aabbcc0001_mode") or "",
        hidden_by=er.RegistryEntryHider.USER,
    )
    devices.async_update_device(device.id, name_by_user="Cellar")
    config = (await ask("config"))["config"]
    shown = [each for each in cards(config) if each.get("entity") == "sensor.cellar"]
    assert shown
    assert not any("mode" in str(each.get("entity")) for each in cards(config))
    assert config["views"][-1]["title"] == "Cellar"


async def test_a_disabled_battery_is_not_shown(hass: HomeAssistant, ask: Any) -> None:
    """A battery that is disabled has no page; with `entry` only the named ones have."""
    first, second = add_battery(hass, 1, "One"), add_battery(hass, 2, "Two")
    add_plan(hass)
    assert paths((await ask("config"))["config"])[-2:] == [
        "battery-02aabbcc0001",
        "battery-02aabbcc0002",
    ]
    only = (await ask("config", entry=second.entry_id))["config"]
    assert [path for path in paths(only) if "battery" in path] == ["battery-02aabbcc0002"]
    await hass.config_entries.async_set_disabled_by(first.entry_id, ConfigEntryDisabler.USER)
    left = (await ask("config"))["config"]
    assert [path for path in paths(left) if "battery" in path] == ["battery-02aabbcc0002"]


@pytest.mark.parametrize(
    ("disabled", "hidden", "shown"),
    [
        (None, None, True),
        (er.RegistryEntryDisabler.INTEGRATION, None, True),
        (er.RegistryEntryDisabler.USER, None, False),
        (None, er.RegistryEntryHider.USER, False),
    ],
)
async def test_a_schedule_is_shown_unless_a_person_hides_it(
    hass: HomeAssistant, ask: Any, disabled: Any, hidden: Any, shown: bool
) -> None:
    """Its calendar is off by default, which keeps the week grid on the page all the same."""
    entry = add_battery(hass, 1, "Venus")
    er.async_get(hass).async_get_or_create(
        "calendar",
        "marstek",
        "02aabbcc0001_schedule",
        config_entry=entry,
        disabled_by=disabled,
        hidden_by=hidden,
    )
    config = (await ask("config"))["config"]
    assert any(each["type"] == "custom:marstek-week-card" for each in cards(config)) is shown


async def test_texts_are_in_the_language_of_the_person(hass: HomeAssistant, ask: Any) -> None:
    """Pages and cards are named in the language that is asked for, or in English."""
    add_battery(hass, 1, "Venus")
    assert (await ask("config", language="fr"))["config"]["views"][0]["title"] == "Maintenant"
    assert (await ask("config", language="xx"))["config"]["views"][0]["title"] == "Now"
    assert (await ask("texts", language="de-AT"))["now"] == "Jetzt"


async def test_an_empty_home_says_so(hass: HomeAssistant, ask: Any) -> None:
    """Without a battery and a plan one card says what to do."""
    config = (await ask("config"))["config"]
    assert paths(config) == ["now"]
    assert "No battery" in str(config)


async def test_a_flow_card_alone_knows_its_entities(hass: HomeAssistant, ask: Any) -> None:
    """A card that names no entity is sent those of the home."""
    add_battery(hass, 1, "Venus")
    add_plan(hass, {"grid_sensor": "sensor.meter"})
    found = await ask("flow")
    soc = er.async_get(hass).async_get_entity_id("sensor", "marstek", "02aabbcc0001_soc")
    assert found["grid"] == "sensor.meter"
    assert found["batteries"] == [{"name": "Venus", "soc": soc}]


async def test_the_meter_of_a_battery_is_the_grid(hass: HomeAssistant, ask: Any) -> None:
    """Without a sensor of the plan, the meter that a battery is asked for is shown."""
    entry = add_battery(hass, 1, "Venus")
    er.async_get(hass).async_get_or_create(
        "sensor", "marstek", "02aabbcc0001_grid_power", config_entry=entry
    )
    assert (await ask("flow"))["grid"].startswith("sensor.")


async def test_the_verdict_of_the_emulated_meter_is_in_the_flow(
    hass: HomeAssistant, ask: Any
) -> None:
    """The card says how well batteries hold the grid, where the plan has a meter."""
    add_battery(hass, 1, "Venus")
    entry = add_plan(hass)
    assert "meter" not in await ask("flow")
    er.async_get(hass).async_get_or_create(
        "sensor", "marstek", "plan_meter_verdict", config_entry=entry
    )
    assert (await ask("flow"))["meter"].startswith("sensor.")


async def test_what_is_too_much_is_refused(hass: HomeAssistant, ask: Any) -> None:
    """Names are bounded in length and number."""
    assert (await ask("config", language="x" * 100))["code"] == "invalid_format"
    assert (await ask("config", entry=["x"] * 100))["code"] == "invalid_format"


class _Http:
    """Keeps what is served."""

    def __init__(self) -> None:
        self.paths: list[Any] = []

    async def async_register_static_paths(self, paths: list[Any]) -> None:
        """Note the paths."""
        self.paths += paths


async def test_the_module_is_loaded_where_there_is_a_frontend(
    hass: HomeAssistant, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is served under its hash; a page with another one is asked to reload."""
    urls: list[str] = []
    monkeypatch.setattr(
        "homeassistant.components.frontend.add_extra_js_url", lambda _, url: urls.append(url)
    )
    monkeypatch.setattr(hass, "http", http := _Http())
    await async_serve_module(hass)
    assert (urls, http.paths, async_build(hass)) == ([], [], None)
    assert (await ask("config", build="older"))["reload"] is None
    hass.config.components.add("frontend")
    await async_serve_module(hass)
    build = async_build(hass)
    assert urls == [f"/marstek_dashboard/strategy-{build}.js"]
    (served,) = http.paths
    assert (served.url_path, served.cache_headers) == ("/marstek_dashboard", True)
    assert (Path(served.path) / f"cards-{build}.js").is_file()
    assert (await ask("config", build=build))["reload"] is None
    assert "Reload" in (await ask("config", build="older"))["reload"]


async def test_a_copy_without_the_module_goes_on(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing was built nothing is served."""
    assert build_of(tmp_path) is None
    monkeypatch.setattr(page_module, "FOLDER", tmp_path)
    hass.config.components |= {"frontend", "http"}
    await async_serve_module(hass)
    assert async_build(hass) is None

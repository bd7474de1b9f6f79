"""The vendor's own client library takes the simulator for a battery."""

from collections.abc import AsyncIterator
import socket
from typing import Any

from aiomarstek import (
    MarstekManualSlot,
    MarstekModeConfig,
    MarstekNoResponse,
    MarstekPassiveConfig,
    MarstekSetError,
    MarstekUDPClient,
)
from aiomarstek.models import MarstekDeviceStatus
import pytest

from simulator import BatterySpec, Fleet, SimulatedBattery
from simulator.household import constant

PORT = 30474
SPECS = {
    "VenusE 3.0": BatterySpec(
        firmware=150, ble_mac="02aabbcc0401", address="127.0.4.11", port=PORT, soc=61.0
    ),
    "VenusE": BatterySpec(
        device="VenusE",
        firmware=156,
        ble_mac="02aabbcc0402",
        address="127.0.4.12",
        port=PORT,
        soc=61.0,
    ),
    "Venus A": BatterySpec(
        device="Venus A",
        firmware=149,
        ble_mac="02aabbcc0403",
        address="127.0.4.13",
        port=PORT,
        soc=61.0,
        energy_pv_wh=259_680.0,
    ),
}

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _shared_socket(*arguments: Any) -> socket.socket:
    """Return a socket that can share its port with the simulator on the same machine."""
    shared = socket.socket(*arguments)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return shared


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MarstekUDPClient]:
    """Give the vendor's client on the batteries' port, without its waiting times."""
    monkeypatch.setattr("aiomarstek.udp_client._SOCKET_FACTORY", _shared_socket)
    monkeypatch.setattr("aiomarstek.udp_client.WRITE_SETTLE_MS", 0)
    monkeypatch.setattr(MarstekUDPClient.send_broadcast_request, "__defaults__", (0.3, None))
    vendor = MarstekUDPClient(PORT, ["127.255.255.255"], local_port=PORT)
    yield vendor
    await vendor.async_cleanup()


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """One battery of each family, each discharging 420 W."""
    async with Fleet(SPECS.values(), latency=(0.0, 0.0)) as batteries:
        for battery in batteries:
            battery.set_household(constant(420.0))
            battery.set_sun(constant(0.0))
        yield batteries


@pytest.fixture(params=SPECS)
def battery(request: pytest.FixtureRequest, fleet: Fleet) -> SimulatedBattery:
    """Give each battery in turn."""
    return fleet[SPECS[request.param].ble_mac]


async def _status(client: MarstekUDPClient, battery: SimulatedBattery) -> MarstekDeviceStatus:
    return await client.get_device_status(battery.spec.address, delay_ms=0, timeout=0.5)


async def test_discovery(client: MarstekUDPClient, fleet: Fleet) -> None:
    """Broadcast on loopback finds all three, with model, firmware and MAC."""
    found = {device.ble_mac: device for device in await client.discover_devices()}
    assert {mac: (device.device_type, device.version) for mac, device in found.items()} == {
        "02aabbcc0401": ("VenusE 3.0", 150),
        "02aabbcc0402": ("VenusE", 156),
        "02aabbcc0403": ("Venus A", 149),
    }
    assert found["02aabbcc0403"].ip == "127.0.4.13"


async def test_device_info(client: MarstekUDPClient, battery: SimulatedBattery) -> None:
    """One host, asked directly."""
    info = await client.get_device_info(battery.spec.address, timeout=0.5)
    assert info.stable_id == battery.spec.ble_mac


async def test_status(client: MarstekUDPClient, battery: SimulatedBattery) -> None:
    """Power, state of charge and mode arrive as they are."""
    status = await _status(client, battery)
    assert (status.ongrid_power, status.battery_soc) == (420, 61)
    assert (status.device_mode, status.battery_status) == ("auto", "selling")
    assert status.battery_capacity == battery.rated_wh
    assert status.battery_remaining_capacity == pytest.approx(battery.rated_wh * 0.61, rel=0.01)


async def test_pv(client: MarstekUDPClient, fleet: Fleet) -> None:
    """Channel 1 is ten times too big for the vendor's client too; E lacks the method."""
    fleet["02aabbcc0403"].set_sun(constant(300.0))
    status = await _status(client, fleet["02aabbcc0403"])
    assert (status.pv_power, status.total_pv_energy) == (300, 259_680)
    assert (status.pv1_power, status.pv2_power, status.pv2_state) == (1500, 150, "working")
    await _status(client, fleet["02aabbcc0401"])
    assert client.is_pv_status_supported("127.0.4.11") is False


async def test_extras(client: MarstekUDPClient, fleet: Fleet) -> None:
    """Every fifth poll reads Wi-Fi, Bluetooth and the meter too."""
    fleet["02aabbcc0401"].set_household(constant(2900.0))
    for _ in range(4):
        await _status(client, fleet["02aabbcc0401"])
    status = await _status(client, fleet["02aabbcc0401"])
    assert (status.wifi_rssi, status.ble_state) == (-55, "disconnect")
    assert (status.ct_state, status.total_power) == (True, 400)


async def test_all_modes(client: MarstekUDPClient, battery: SimulatedBattery) -> None:
    """Each mode of the vendor's client puts the battery where it says."""
    address = battery.spec.address
    slot = MarstekManualSlot(3, "00:00", "23:59", 127, -600)
    configs = {
        "Passive": MarstekModeConfig("passive", passive=MarstekPassiveConfig(-800, 300)),
        "AI": MarstekModeConfig("ai"),
        "Manual": MarstekModeConfig("manual", manual_slots=(slot,)),
        "Auto": MarstekModeConfig("auto"),
    }
    powers = {}
    for mode, config in configs.items():
        await client.set_device_mode(address, config, timeout=0.5)
        assert battery.state.mode == mode
        status = await _status(client, battery)
        assert status.device_mode == mode.lower()
        powers[mode] = status.ongrid_power
    assert powers == {"Passive": -800, "AI": 420, "Manual": -600, "Auto": 420}


async def test_ups(client: MarstekUDPClient, fleet: Fleet) -> None:
    """UPS and its way out; HMG-50 refuses it."""
    battery = fleet["02aabbcc0401"]
    await client.set_device_mode("127.0.4.11", MarstekModeConfig("ups"), timeout=0.5)
    assert battery.state.mode == "UPS"
    leave = MarstekModeConfig("ups", ups_enabled=False)
    await client.set_device_mode("127.0.4.11", leave, timeout=0.5)
    assert battery.state.mode == "Auto"
    with pytest.raises(MarstekSetError, match="rejected the command"):
        await client.set_device_mode("127.0.4.12", MarstekModeConfig("ups"), timeout=0.5)


async def test_refused_write(client: MarstekUDPClient, battery: SimulatedBattery) -> None:
    """The client says so, and the battery is where it was."""
    battery.faults.refused_writes = 1.0
    with pytest.raises(MarstekSetError, match="rejected the command"):
        await client.set_device_mode(battery.spec.address, MarstekModeConfig("ai"), timeout=0.5)
    assert battery.state.mode == "Auto"


async def test_small_settings(client: MarstekUDPClient, fleet: Fleet) -> None:
    """Depth of discharge, LED and Bluetooth arrive with the polarity of the device."""
    await client.set_dod("127.0.4.11", 60, timeout=0.5)
    await client.set_led("127.0.4.11", False, timeout=0.5)
    await client.set_bluetooth_advertising("127.0.4.11", False, timeout=0.5)
    state = fleet["02aabbcc0401"].state
    assert (state.depth_of_discharge, state.led, state.ble_advertising) == (60, False, False)


async def test_factory_reset_does_not_go_unnoticed(client: MarstekUDPClient, fleet: Fleet) -> None:
    """The vendor's client can send what we never may; the record shows it."""
    await client.factory_reset("127.0.4.11", timeout=0.5)
    assert [item.method for item in fleet["02aabbcc0401"].forbidden] == ["Reset.Factory"]


async def test_dark_battery(client: MarstekUDPClient, battery: SimulatedBattery) -> None:
    """Silence is silence for the vendor's client too, and it comes back."""
    battery.go_dark()
    with pytest.raises(MarstekNoResponse):
        await client.get_device_status(battery.spec.address, delay_ms=0, timeout=0.05)
    battery.come_back()
    assert (await _status(client, battery)).battery_soc == 61


async def test_early_hmg(client: MarstekUDPClient) -> None:
    """153 has no error objects: the vendor's client takes parse_state for an empty result."""
    spec = BatterySpec(device="VenusE", firmware=153, address="127.0.4.14", port=PORT)
    async with Fleet([spec], latency=(0.0, 0.0)) as fleet:
        (old,) = fleet
        status = await _status(client, old)
        assert (status.battery_capacity, status.device_mode) == (5120, "auto")
        assert client.get_last_results("127.0.4.14")["PV.GetStatus"] == {"parse_state": 424}

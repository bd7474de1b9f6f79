"""What a simulated battery is: its identity, its hardware and its surroundings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySpec:
    """One battery as it is bought, installed and configured in the vendor's app.

    Powers are in W, energies in Wh, state of charge in %. A zero in `rated_wh`,
    `max_charge` or `max_discharge` stands for the profile's own value.
    """

    device: str = "VenusE 3.0"
    """Model: "VenusC", "VenusE", "VenusE 3.0", "Venus A", "Venus D", "VNSEM-0"."""
    firmware: int = 150
    """The `ver` that the device reports; point releases are concatenated (1476)."""
    ble_mac: str = "02aabbcc0101"
    address: str = "127.0.0.11"
    port: int = 30000
    """The Open API port set in the vendor's app, 1..65535."""
    soc: float = 55.0

    name: str = ""
    """A label for people; never on the wire."""
    reported_device: str = ""
    """Overrides the model name on the wire, for models that nobody knows yet."""
    mode: str = "Auto"
    packs: int = 1
    rated_wh: int = 0
    reported_wh: int = 0
    """Capacity that the replies name; 0 for the true one."""
    max_charge: int = 0
    max_discharge: int = 0
    efficiency: float = 0.95
    """One way, AC to cells or cells to AC."""
    ramp: float = 0.0
    """Slope of the AC power in W per second; 0 follows a setpoint at once."""
    charge_reached: float = 1.0
    """Share of a charging power that Passive or a slot asks for which really flows."""
    low_discharge_reached: float = 1.0
    """The same of a discharging power below 600 W."""
    temperature: float = 25.0
    """Degrees Celsius."""

    capacity_unit: float = 0.0
    """Wh per count of bat_capacity; 0 for that of the firmware, as for the units below."""
    temperature_unit: float = 0.0
    """Degrees Celsius per count of bat_temp."""
    counter_unit: int = 0
    """Wh per count of the total_grid_* counters."""
    first_input_unit: float = 0.0
    """W per count of pv1_power."""

    ethernet: bool = False
    wifi_name: str = "TESTNET"
    wifi_mac: str = ""
    """The battery's own Wi-Fi MAC; empty derives one from `ble_mac`."""
    bssid: str = "02ddeeff0001"
    """The access point's MAC, which the VNSx families report as `wifi_mac`."""
    rssi: int = -55
    ble_connected: bool = False

    household_w: float = 350.0
    """Mean load that the battery's CT sees."""
    roof_pv_w: float = 0.0
    """Peak of a PV plant of the house, behind the same CT."""
    pv_peak_w: float = 0.0
    """Peak of the panels on the battery's own inputs (Venus A and D)."""
    backup_w: float = 0.0
    """Load on the backup socket."""

    energy_charged_wh: float = 121920.0
    energy_discharged_wh: float = 98340.0
    energy_pv_wh: float = 0.0
    time_zone: str = "Europe/Paris"
    """The civil time of the manual slots."""

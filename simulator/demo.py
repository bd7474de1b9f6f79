"""The three batteries of the demonstration: one house, one of each interesting family."""

from .spec import BatterySpec

DEMO_FLEET = (
    BatterySpec(
        name="garage",
        device="VenusE 3.0",
        firmware=150,
        ble_mac="02aabbcc0011",
        address="127.0.0.11",
        soc=62.0,
        household_w=420.0,
        roof_pv_w=900.0,
        rssi=-58,
        energy_charged_wh=1_843_210.0,
        energy_discharged_wh=1_602_870.0,
    ),
    BatterySpec(
        name="cellar",
        device="VenusE",
        firmware=156,
        ble_mac="02aabbcc0012",
        address="127.0.0.12",
        soc=38.0,
        household_w=310.0,
        roof_pv_w=600.0,
        temperature=19.0,
        rssi=-71,
        energy_charged_wh=2_914_400.0,
        energy_discharged_wh=2_488_900.0,
    ),
    BatterySpec(
        name="balcony",
        device="Venus A",
        firmware=149,
        ble_mac="02aabbcc0013",
        address="127.0.0.13",
        soc=74.0,
        packs=2,
        household_w=260.0,
        pv_peak_w=780.0,
        temperature=23.0,
        rssi=-49,
        energy_charged_wh=88_420.0,
        energy_discharged_wh=301_650.0,
        energy_pv_wh=259_680.0,
    ),
)

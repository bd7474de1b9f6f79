"""Entities that version 0.1.0 had on by default, in homes that go on from it.

Of some firmware it had more on.
"""

from typing import Final

# Keys of those that were off even then.
_OFF: Final = frozenset(
    {
        "bluetooth",
        "cell_current",
        "charge_permitted",
        "discharge_permitted",
        "grid_power",
        "grid_power_a",
        "grid_power_b",
        "grid_power_c",
        "grid_energy_imported",
        "grid_energy_exported",
        "meter_connected",
        "schedule",
        "success_rate",
        "wifi_signal",
        *(
            f"pv{number}_{value}"
            for number in (1, 2, 3, 4)
            for value in ("live", "voltage", "current", "power")
        ),
    }
)


def was_on(key: str) -> bool:
    """Tell whether an entity with this key was on when it was first registered."""
    return key not in _OFF

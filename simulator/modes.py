"""Mode changes with their real side effects (docs/protocol.md section 2.9)."""

from dataclasses import replace

from .state import LAST_MINUTE, WHOLE_WEEK, BatteryState, Slot

UPS_SLOT = 9


def enter(state: BatteryState, mode: str) -> None:
    """Switch to a mode that survives a reboot. A running Passive countdown goes on."""
    state.mode = state.persisted_mode = mode


def start_passive(state: BatteryState, power: int, seconds: float) -> None:
    """Hold a power in W until the countdown fires; replaces a running countdown."""
    state.mode = "Passive"
    state.setpoint = power
    state.passive_remaining = seconds


def expire_passive(state: BatteryState) -> None:
    """End the countdown: Passive at 0 W, whatever mode was chosen in the meantime."""
    state.mode = "Passive"
    state.setpoint = 0
    state.passive_remaining = 0.0


def enter_ups(state: BatteryState, max_charge: int) -> None:
    """Overwrite slot 9 with charging around the clock and disable slots 0 to 8."""
    for number in range(UPS_SLOT):
        if slot := state.slots[number]:
            state.slots[number] = replace(slot, enabled=False)
    state.slots[UPS_SLOT] = Slot(0, LAST_MINUTE, WHOLE_WEEK, -max_charge, True)
    enter(state, "UPS")


def reboot(state: BatteryState) -> None:
    """Come back in the persisted mode, without a Passive countdown."""
    state.mode = state.persisted_mode
    state.setpoint = 0
    state.passive_remaining = 0.0
    state.ac_power = 0.0


def wipe(state: BatteryState) -> None:
    """Fall back to factory settings: Auto, no slots, default depth of discharge."""
    fresh = BatteryState(mode="Auto", soc=state.soc, persisted_mode="Auto")
    enter(state, "Auto")
    state.setpoint = 0
    state.passive_remaining = 0.0
    state.slots = fresh.slots
    state.led = fresh.led
    state.ble_advertising = fresh.ble_advertising
    state.depth_of_discharge = fresh.depth_of_discharge

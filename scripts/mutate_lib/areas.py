"""Which tests are nearest to which module.

Only these run for a mutation of it, so that a guard has a test of its own and does not live by
chance on the tests of something else.
"""

from collections.abc import Mapping
from typing import Final

_PACKAGE: Final = "custom_components/marstek"
_MODES: Final = (
    "tests/venus/test_modes.py",
    "tests/venus/test_proofs.py",
    "tests/venus/test_slots.py",
    "tests/venus/test_leaving_passive.py",
)
_LINK: Final = (
    "tests/venus/test_link.py",
    "tests/venus/test_strangers.py",
    "tests/venus/test_gate.py",
    "tests/venus/test_health.py",
    "tests/venus/test_client.py",
)
_COMMANDS: Final = (
    "tests/battery/test_turns.py",
    "tests/battery/test_run.py",
    "tests/battery/test_commanded.py",
    "tests/battery/test_commands.py",
    "tests/battery/test_runs.py",
    "tests/battery/test_guards.py",
    "tests/battery/test_hand_commands.py",
    "tests/battery/test_competing.py",
)
_ENERGY: Final = ("tests/battery/test_energy.py", "tests/battery/test_energy_sensors.py")
_EXECUTOR: Final = ("tests/plan/control/test_executor.py",)
_DEVIATION: Final = ("tests/plan/test_deviation.py",)
_CONTROLLER: Final = (
    "tests/plan/control/test_guards.py",
    "tests/plan/control/test_people.py",
    "tests/plan/control/test_restarts.py",
    "tests/plan/control/test_left_alone.py",
    "tests/plan/control/test_entities.py",
    "tests/plan/control/test_actions.py",
    "tests/plan/control/test_strategy.py",
    "tests/plan/control/test_options.py",
    "tests/plan/control/test_misfortunes.py",
    "tests/plan/control/test_cells.py",
)

AREAS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "venus": {
        f"{_PACKAGE}/venus/modes.py": _MODES,
        f"{_PACKAGE}/venus/mode_state.py": _MODES,
        f"{_PACKAGE}/venus/mode_request.py": _MODES,
        f"{_PACKAGE}/venus/proving.py": _MODES,
        f"{_PACKAGE}/venus/link.py": _LINK,
        f"{_PACKAGE}/venus/requests.py": _LINK,
        f"{_PACKAGE}/venus/gate.py": _LINK,
        f"{_PACKAGE}/venus/health.py": _LINK,
    },
    "battery": {
        f"{_PACKAGE}/battery/commands.py": _COMMANDS,
        f"{_PACKAGE}/battery/plan_commands.py": _COMMANDS,
        f"{_PACKAGE}/battery/deferred_setpoint.py": _COMMANDS,
        f"{_PACKAGE}/battery/mode_writer.py": _COMMANDS,
        f"{_PACKAGE}/battery/turns.py": _COMMANDS,
        f"{_PACKAGE}/battery/runs.py": _COMMANDS,
        f"{_PACKAGE}/battery/commanded.py": _COMMANDS,
        f"{_PACKAGE}/battery/energy.py": _ENERGY,
    },
    "plan": {
        f"{_PACKAGE}/plan/order_executor.py": _EXECUTOR,
        f"{_PACKAGE}/plan/slot_trust.py": ("tests/plan/test_slot_trust.py",),
        f"{_PACKAGE}/plan/departure_counter.py": ("tests/plan/test_departure_counter.py",),
        f"{_PACKAGE}/plan/charge_rest.py": ("tests/plan/control/test_cells.py",),
        f"{_PACKAGE}/plan/deviation.py": _DEVIATION,
        f"{_PACKAGE}/plan/controller.py": _CONTROLLER,
        f"{_PACKAGE}/plan/charging.py": _CONTROLLER,
        f"{_PACKAGE}/plan/slot_windows.py": _CONTROLLER,
    },
}
"""The nearest tests by area and module, quickest first."""

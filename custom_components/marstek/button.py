"""Buttons of batteries and of the plan."""

from .battery.entities.buttons import buttons as of_battery
from .plan.entities.buttons import buttons as of_plan
from .runtime import platform

PARALLEL_UPDATES = 1

async_setup_entry = platform(of_battery, of_plan)

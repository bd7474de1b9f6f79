"""Selects of batteries and of the plan."""

from .battery.entities.selects import selects as of_battery
from .plan.entities.selects import selects as of_plan
from .runtime import platform

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0

async_setup_entry = platform(of_battery, of_plan)

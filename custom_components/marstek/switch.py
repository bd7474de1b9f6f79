"""Switches of batteries and of the plan."""

from .battery.entities.switches import switches as of_battery
from .plan.entities.switches import async_follow_switches
from .runtime import platform

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0

async_setup_entry = platform(of_battery, None, async_follow_switches)

"""Sensors of batteries and of the plan."""

from .battery.entities.sensors import async_add_late_sensors, sensors as of_battery
from .plan.entities.late_sensors import async_add_late_plan_sensors
from .plan.entities.sensors import sensors as of_plan
from .runtime import platform

PARALLEL_UPDATES = 0

async_setup_entry = platform(
    of_battery, of_plan, async_add_late_plan_sensors, async_add_late_sensors
)

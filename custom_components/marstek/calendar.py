"""Calendars of batteries and of the plan."""

from .battery.entities.calendars import calendars as of_battery
from .plan.entities.calendars import calendars as of_plan
from .runtime import platform

PARALLEL_UPDATES = 0

async_setup_entry = platform(of_battery, of_plan)

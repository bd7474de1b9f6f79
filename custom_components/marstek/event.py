"""Events of the plan."""

from .plan.entities.events import events as of_plan
from .runtime import platform

PARALLEL_UPDATES = 0

async_setup_entry = platform(None, of_plan)

"""Times of the plan."""

from .plan.entities.times import times as of_plan
from .runtime import platform

PARALLEL_UPDATES = 1

async_setup_entry = platform(None, of_plan)

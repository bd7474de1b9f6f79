"""A season of the plan in virtual time."""

"""Plans whose changes are not counted, for tests of what bounds them otherwise."""

from unittest.mock import _patch, patch


def restless() -> _patch[object]:
    """Return a patch under which the optimised strategy follows each price."""
    name = "custom_components.marstek.planner.optimised.steadied"
    return patch(name, lambda steps, *_: tuple(steps))

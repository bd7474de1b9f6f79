"""Solar forecasts of other integrations."""

from typing import Final

from custom_components.marstek.plan.solar_forecast import powers_of
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import NoValueError, python_value, require_sound


def _read(document: bytes) -> None:
    powers = powers_of(python_value(document))
    require_sound(powers)
    if not powers:
        raise NoValueError


FORECASTS: Final = Surface("forecasts", _read, (NoValueError,))

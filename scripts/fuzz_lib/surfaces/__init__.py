"""All that reads from outside, by name."""

from collections.abc import Mapping
from typing import Final

from scripts.fuzz_lib.surface import Surface

from .actions import ACTIONS
from .datagrams import DATAGRAMS
from .files import FILES
from .forecasts import FORECASTS
from .pages import PAGES
from .polls import POLLS
from .prices import PRICES

SURFACES: Final[Mapping[str, Surface]] = {
    surface.name: surface
    for surface in (DATAGRAMS, POLLS, PAGES, PRICES, FORECASTS, FILES, ACTIONS)
}

"""Form of where new batteries stand: their areas, and which ones are on a household socket."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    AreaSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..first_steps import async_first_steps
from ..venus import FoundDevice
from .search_results import name_of

_SOCKETS: Final = "sockets"
# Each has a label in the translations; whoever has more gives the others an area on their pages.
_FIELDS: Final = ("area_1", "area_2", "area_3", "area_4", "area_5", "area_6")


def places_schema(chosen: Sequence[FoundDevice]) -> vol.Schema:
    """Return the form; all of it can be left empty."""
    options = [
        SelectOptionDict(value=found.device.ble_mac, label=name_of(found)) for found in chosen
    ]
    sockets = SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST)
    return vol.Schema(
        {
            **{vol.Optional(key): AreaSelector() for key, _ in zip(_FIELDS, chosen, strict=False)},
            vol.Optional(_SOCKETS, default=[]): SelectSelector(sockets),
        }
    )


def places_names(chosen: Sequence[FoundDevice]) -> dict[str, str]:
    """Return the names of the batteries as the labels of the form mention them."""
    names = {key.replace("area", "name"): "" for key in _FIELDS}
    shown = zip(names, map(name_of, chosen), strict=False)
    return names | dict(shown)


@callback
def async_note_places(
    hass: HomeAssistant, chosen: Sequence[FoundDevice], given: Mapping[str, Any]
) -> None:
    """Keep what was filled in until the batteries are set up."""
    steps = async_first_steps(hass)
    for key, found in zip(_FIELDS, chosen, strict=False):
        if area_id := given.get(key):
            steps.areas[found.device.ble_mac] = area_id
    steps.sockets |= set(given[_SOCKETS])

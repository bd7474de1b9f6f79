"""Evidence that something besides this Home Assistant commands a battery.

Another program, a schedule in the vendor's app or a second Home Assistant shows in what it does:
it changes modes, takes slots away, and its replies reach this host where both share one. A person
in the app changes a mode once or twice, so each kind of evidence has its own weight.
"""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant

from ..battery.issues import FOREIGN_CONTROLLER, async_clear, async_raise
from ..battery.runtime import Battery
from .execution_report import Outcome

_ENOUGH: Final = 6
_WEIGHTS: Final[Mapping[Outcome, int]] = {
    # The plan put the mode back, and it was changed again within minutes.
    Outcome.OVERRIDDEN: 6,
    # A slot that had acted stopped, and acted again as soon as it was written anew.
    Outcome.SLOT_TAKEN: 3,
    Outcome.CHANGED: 2,
}
# Evidence counts for a day, in s of a clock that nobody sets.
_WITHIN: Final = 86400.0


class Rivals:
    """Weighs the evidence of a day for each battery, and raises and clears the repair."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without evidence."""
        self._hass = hass
        self._evidence: dict[str, list[tuple[float, int]]] = {}

    def add(self, key: str, outcome: Outcome) -> None:
        """Note an outcome of the battery with this BLE MAC; most are no evidence."""
        if outcome in _WEIGHTS:
            found = self._evidence.setdefault(key, [])
            found.append((self._hass.loop.time(), _WEIGHTS[outcome]))

    def look(self, key: str, battery: Battery) -> bool:
        """Raise the repair while there is enough evidence, clear it once a day was without any."""
        now = self._hass.loop.time()
        found = [each for each in self._evidence.get(key, ()) if now - each[0] < _WITHIN]
        self._evidence[key] = found
        if battery.is_commanded_elsewhere or sum(weight for _, weight in found) >= _ENOUGH:
            async_raise(self._hass, FOREIGN_CONTROLLER, battery.entry)
            return True
        if not found:
            async_clear(self._hass, FOREIGN_CONTROLLER, battery.entry)
        return False

"""How long cells that take no more are left alone (pure but for the clock)."""

from typing import Final

from ..venus import Clock, may_be_full

# Cells that took no more are tried again after so long, in s, or when they are so much warmer or
# colder, in °C; from so many % on they are full for this night.
_REST: Final = 2700.0
_NIGHT: Final = 43200.0
_TEMPERATURE_STEP: Final = 3.0


class ChargeRest:
    """Rest of one battery between two attempts to charge it.

    Cells out of balance, cold cells or a rest between two packs end a charge at any state of
    charge; nearly full it is over, below that they may take more after a while.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin without a rest."""
        self._clock = clock
        self._until = float("-inf")
        self._temperature: float | None = None

    @property
    def is_on(self) -> bool:
        """Tell whether it is not time yet to try again."""
        return self._clock.time() < self._until

    def begin(self, soc: float | None, temperature: float | None) -> None:
        """Rest from now on, by the state of charge in % and the temperature in °C."""
        is_full = soc is not None and may_be_full(soc)
        self._until = self._clock.time() + (_NIGHT if is_full else _REST)
        self._temperature = temperature

    def notice(self, temperature: float | None) -> None:
        """End the rest early when the cells have become warmer or colder."""
        then = self._temperature
        if (
            temperature is not None
            and then is not None
            and abs(temperature - then) >= _TEMPERATURE_STEP
        ):
            self.end()

    def end(self) -> None:
        """Have the next attempt made at once."""
        self._until = float("-inf")

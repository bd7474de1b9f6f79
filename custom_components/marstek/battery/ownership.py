"""Who commands a battery: a person takes it, and returns it to the plan."""

from collections.abc import Callable
import datetime as dt

from homeassistant.core import callback

type TakeListener = Callable[[dt.datetime | None], None]
type ReturnListener = Callable[[], bool]


class Ownership:
    """Tells those who command a battery by themselves when a person does."""

    def __init__(self) -> None:
        """Have nobody to tell."""
        self._on_take: list[TakeListener] = []
        self._on_return: list[ReturnListener] = []

    @callback
    def async_listen_to_owner(self, listener: TakeListener) -> Callable[[], None]:
        """Call `listener` when somebody commands by hand; return what ends that.

        It is told until when, None where that is not known.
        """
        self._on_take.append(listener)
        return lambda: self._on_take.remove(listener)

    @callback
    def async_listen_to_return(self, listener: ReturnListener) -> Callable[[], None]:
        """Call `listener` when a person needs the battery no more; return what ends that.

        It returns whether it takes the battery over, at once.
        """
        self._on_return.append(listener)
        return lambda: self._on_return.remove(listener)

    @callback
    def async_take(self, until: dt.datetime | None = None) -> None:
        """Tell that a person commands, until then if that is known."""
        for listener in self._on_take:
            listener(until)

    @callback
    def async_return(self) -> bool:
        """Tell that the battery is free; return whether somebody takes it over."""
        answers = [listener() for listener in self._on_return]
        return any(answers)

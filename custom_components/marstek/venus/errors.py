"""Errors of the library: what can fail between a client and a battery."""


class VenusError(Exception):
    """Base of all errors of this library."""


class PortInUseError(VenusError):
    """Another program holds the local UDP port, so the battery's answers would not reach us."""

    def __init__(self, port: int) -> None:
        """Name the port."""
        super().__init__(f"UDP port {port} is in use by another program")
        self.port = port


class ClosedError(VenusError):
    """The connection was closed while, or before, a request was made."""


class NoAnswerError(VenusError):
    """No request of a call was answered in time."""

    def __init__(self, method: str, attempts: int) -> None:
        """Name the method and how often it was sent."""
        super().__init__(f"No answer to {method} after {attempts} attempts")
        self.method = method
        self.attempts = attempts


class UnreadError(NoAnswerError):
    """The battery said that it could not read the last request: it has not carried it out."""


class DeadlineError(NoAnswerError):
    """The time that the caller allowed, or for which one waits at most, ended before an answer."""


class RestingError(NoAnswerError):
    """A poll was not sent because the battery, or this method, is being left alone for a while."""


class InvalidReplyError(VenusError):
    """The battery answered, but with nothing that can be believed."""


class NotMarstekError(InvalidReplyError):
    """The device that answered speaks the language, but is not a battery of this maker."""

    def __init__(self, model: str) -> None:
        """Take the model that the device reports."""
        super().__init__(f"{model} is not a battery of this maker")
        self.model = model


class WrongDeviceError(VenusError):
    """Another battery answers at this address."""

    def __init__(self, expected: str, found: str) -> None:
        """Name both BLE MACs, as 12 lower-case hexadecimal digits."""
        super().__init__(f"Expected battery {expected}, found {found}")
        self.expected = expected
        self.found = found


class DeviceError(VenusError):
    """The battery answered with an error object (docs/protocol.md section 1.4)."""

    def __init__(self, code: int | None, message: str, data: int | None) -> None:
        """Keep the three parts of the error object; firmware 153 sends `data` alone."""
        super().__init__(f"{message or 'Error'} ({code}, {data})")
        self.code = code
        self.data = data


class MethodMissingError(DeviceError):
    """This firmware does not have the method."""


class LeftAloneError(VenusError):
    """The battery is left alone for a while; nothing was sent."""

    def __init__(self, seconds: float) -> None:
        """Take the seconds for which it is still left alone."""
        super().__init__(f"Left alone for {seconds:.0f} s more")
        self.seconds = seconds


class UnsupportedError(VenusError):
    """This model and firmware cannot do it, by their profile; nothing was sent."""


class OutOfRangeError(VenusError):
    """A value is outside the range of this model; nothing was sent."""

    def __init__(self, value: int, low: int, high: int) -> None:
        """Name the value and its range, both ends allowed."""
        super().__init__(f"{value} is not between {low} and {high}")
        self.value = value
        self.low = low
        self.high = high


class RefusedError(VenusError):
    """The battery answered `set_result: false` to every attempt."""


class ContradictedError(VenusError):
    """The battery accepted a command, but a later read shows that it did not follow."""

    def __init__(self, expected: str, found: str) -> None:
        """Take the commanded and the read value."""
        super().__init__(f"Asked for {expected}, found {found}")
        self.expected = expected
        self.found = found


class StandstillError(ContradictedError):
    """The battery accepted a power and is in its mode, but its cells take or give nothing."""

    def __init__(self, power: int, found: int, soc: int) -> None:
        """Name what was asked and what was read, in W and + discharging, and the state of charge."""
        super().__init__(f"{power} W", f"{found} W")
        self.is_charge = power < 0
        self.soc = soc
        """In %."""

"""Errors of the meter library."""


class MeterError(Exception):
    """Base of the errors of this library."""


class DatagramError(MeterError):
    """A datagram is no request of a battery to a meter. The message says why."""


class ReadError(MeterError):
    """The meter that is followed gave no usable value. The message says why."""


class PortError(MeterError):
    """A UDP port cannot be bound. The message names the port and the probable reason."""

    def __init__(self, port: int, cause: str, message: str) -> None:
        """Keep `cause`: "port_in_use", "port_privileged" or "port_other"."""
        super().__init__(message)
        self.port = port
        self.cause = cause

"""Settings of a battery that can be written and never read: depth of discharge, LED, Bluetooth.

What was last written is remembered, and shown as assumed (docs/protocol.md 2.10).
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from ..stored import StoredPart, whole
from ..venus import (
    InvalidReplyError,
    Method,
    NoAnswerError,
    OutOfRangeError,
    UnsupportedError,
    VenusClient,
    VenusError,
)

LOWEST_DEPTH: Final = 30
HIGHEST_DEPTH: Final = 88


class Setting(StrEnum):
    """Setting of a battery, known only as last written."""

    DEPTH_OF_DISCHARGE = "depth_of_discharge"
    """Usable share of the capacity in %, 30 to 88."""
    LED = "led"
    """1 for on, 0 for off."""
    BLUETOOTH = "bluetooth_advertising"
    """1 for on, 0 for off: what the firmware does, not what its document says."""


_METHODS: Final = {
    Setting.DEPTH_OF_DISCHARGE: (Method.SET_DEPTH, "value"),
    Setting.LED: (Method.SET_LED, "state"),
    Setting.BLUETOOTH: (Method.SET_BLUETOOTH, "enable"),
}
_RANGES: Final = {
    Setting.DEPTH_OF_DISCHARGE: (LOWEST_DEPTH, HIGHEST_DEPTH),
    Setting.LED: (0, 1),
    Setting.BLUETOOTH: (0, 1),
}


def method_of(setting: Setting) -> Method:
    """Return the method that writes a setting."""
    return _METHODS[setting][0]


@dataclass(frozen=True, slots=True)
class SettingsData:
    """Values last written; None for one that never was, or may not have arrived."""

    depth_of_discharge: int | None = None
    led: int | None = None
    bluetooth_advertising: int | None = None

    def get(self, setting: Setting) -> int | None:
        """Return the value of a setting."""
        value: int | None = getattr(self, setting.value)
        return value

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return asdict(self)

    @classmethod
    def restore(cls, stored: StoredPart) -> SettingsData:
        """Return the stored settings, with None for an unreadable one."""
        return cls(
            **{
                setting.value: stored.optional(setting.value, whole(*_RANGES[setting]))
                for setting in Setting
            }
        )


class BatterySettings:
    """Writes the settings of one battery; of several values for the same one the latest wins."""

    def __init__(
        self,
        client: VenusClient,
        data: Callable[[], SettingsData],
        on_change: Callable[[SettingsData], None],
    ) -> None:
        """Write through `client`, and call `on_change` with the settings in force."""
        self._client = client
        self._data = data
        self._on_change = on_change
        self._locks = {setting: asyncio.Lock() for setting in Setting}
        self._newest = dict.fromkeys(Setting, 0)

    async def async_set(self, setting: Setting, value: int) -> None:
        """Write a value until the battery accepts it.

        OutOfRangeError or UnsupportedError before anything is sent, another VenusError when it
        is not accepted: refused, the old value stands; unanswered, it is not known.
        """
        method, key = _METHODS[setting]
        if not self._client.profile.supports(method):
            raise UnsupportedError(f"{method} is not in this firmware")
        low, high = _RANGES[setting]
        if not low <= value <= high:
            raise OutOfRangeError(value, low, high)
        self._newest[setting] += 1
        ticket = self._newest[setting]
        async with self._locks[setting]:
            if ticket != self._newest[setting]:
                return
            try:
                await self._client.set(method, {key: value})
            except NoAnswerError, InvalidReplyError, asyncio.CancelledError:
                self._note(setting, None)
                raise
            self._note(setting, value)

    def _note(self, setting: Setting, value: int | None) -> None:
        self._on_change(replace(self._data(), **{setting.value: value}))

    async def async_identify(self) -> None:
        """Let the LED blink twice, and leave it as it was last set, or on; VenusError on failure.

        The pause that the battery needs between two requests is long enough to be seen.
        """
        before = self._data().led
        try:
            for state in (0, 1, 0, 1):
                await self.async_set(Setting.LED, state)
        except VenusError:
            self._note(Setting.LED, None)
            raise
        if before == 0:
            await self.async_set(Setting.LED, 0)

"""A meter read over HTTP, for use without Home Assistant.

Takes a bare number, or JSON with the power under a well-known name. Many such sources give no time
with the value: a text that has not changed is the old sample, since a frozen source looks the same.
"""

import asyncio
from collections.abc import Callable, Iterator
import json
import time
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from .errors import ReadError

KEYS: Final = (
    *("power", "grid_power", "total_act_power", "total_power", "active_power_w", "power_w"),
    *("total_active_power", "value", "state", "act_power"),
)
"""Names under which a power in W is looked for, in this order."""
_TIMEOUT: Final = 2.0
_LONGEST: Final = 65536


def power_in(text: str, key: str = "") -> float:
    """Return the power in W, + = import, in a text: a number, or JSON with a name. Raises ReadError."""
    try:
        found = json.loads(text)
    except ValueError as err:
        raise ReadError("neither a number nor JSON") from err
    for value in _candidates(found, key):
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        try:
            return float(value)
        except ValueError:
            continue
    raise ReadError(f"no power under {key or ', '.join(KEYS)}")


def _candidates(found: object, key: str) -> Iterator[object]:
    """Yield what may be the power; `key` may lead through levels, with dots."""
    if not isinstance(found, dict):
        yield found
    elif key:
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        yield found
    else:
        yield from (found[name] for name in KEYS if name in found)
        for value in found.values():
            if isinstance(value, dict):
                yield from _candidates(value, key)


class HttpSource:
    """Reads an address again and again."""

    def __init__(
        self,
        url: str,
        take: Callable[[float, float], None],
        *,
        key: str = "",
        interval: float = 0.5,
    ) -> None:
        """Give each new power in W, with its monotonic moment, to `take`."""
        self._url = url
        self._take = take
        self._key = key
        self._interval = interval
        self._last = ""

    async def run(self) -> None:
        """Read for ever; a read that fails gives no sample."""
        while True:
            started = time.monotonic()
            try:
                text = await asyncio.to_thread(self._read)
                power = power_in(text, self._key)
            except OSError, ReadError, ValueError:
                power, text = None, self._last
            if power is not None and text != self._last:
                self._last = text
                self._take(power, started)
            await asyncio.sleep(max(0.05, self._interval - (time.monotonic() - started)))

    def _read(self) -> str:
        try:
            with urlopen(self._url, timeout=_TIMEOUT) as reply:  # noqa: S310 - the owner's address
                raw: bytes = reply.read(_LONGEST)
        except URLError as err:
            raise ReadError(str(err.reason)) from err
        return raw.decode("utf-8", "replace")

"""Progress that a flow shows: long enough to be seen, and moved on when there is news."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from .address_form import ADDRESS_ATTEMPTS, Asked, async_ask

SHOWN_FOR: Final = 2.0
"""Seconds that a step is shown at least: a frontend that is informed too early waits for ever."""
# Most batteries answer within it: then nothing but the button's own wheel is seen.
_AT_ONCE: Final = 1.5
# With it, what was no answer at once is told to be none yet within 6 s.
_NEWS_EVERY: Final = 4.0


class Inquiry:
    """One address that is being asked in the background of a flow."""

    def __init__(self, hass: HomeAssistant, given: Mapping[str, Any]) -> None:
        """Begin to ask; `given` is what the form holds."""
        self.given = given
        self._hass = hass
        self._attempts = 0
        self._is_late = False
        self._news: asyncio.Task[None] | None = None
        self._task: asyncio.Task[Asked] = hass.async_create_task(
            async_ask(hass, given, self._asked), eager_start=False
        )

    def _asked(self, attempts: int) -> None:
        self._attempts = attempts

    @property
    def is_done(self) -> bool:
        """Whether it is known who is there, or that nobody is."""
        return self._task.done()

    @property
    def result(self) -> Asked:
        """Who answered, or what is wrong, once it is known."""
        return self._task.result()

    async def async_at_once(self) -> bool:
        """Wait for a moment; tell whether it is known."""
        await asyncio.wait((self._task,), timeout=_AT_ONCE)
        return self.is_done

    @property
    def action(self) -> str:
        """What the progress says: that it is asked, then that no answer came yet."""
        return "no_answer_yet" if self._is_late else "asking_address"

    @property
    def placeholders(self) -> dict[str, str]:
        """What the progress mentions: the place, and how often it was asked of how often."""
        return {
            "host": str(self.given["host"]).strip(),
            "asked": str(max(1, self._attempts)),
            "most": str(ADDRESS_ATTEMPTS),
        }

    @callback
    def async_news(self) -> asyncio.Task[None]:
        """Return a task that ends when there is something else to show."""
        if self._news is None or self._news.done():
            self._news = self._hass.async_create_task(self._async_wait(), eager_start=False)
        return self._news

    async def _async_wait(self) -> None:
        await asyncio.gather(
            asyncio.wait((self._task,), timeout=_NEWS_EVERY), asyncio.sleep(SHOWN_FOR)
        )
        self._is_late = True

    def stop(self) -> None:
        """Ask no more."""
        self._task.cancel()
        if self._news is not None:
            self._news.cancel()

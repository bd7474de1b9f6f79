"""Reader of the sources of colours: one call at a time, and the token that one of them asks for.

Which source is asked, and when, is decided elsewhere. A token of RTE's official API is used until
shortly before it ends, as each request for one counts in the budget of the day.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import aiohttp

from .book import ANNOUNCERS, Announcement, Source
from .calendar import PARIS, season_of
from .faults import FaultKind, SourceError
from .parsing import Token, parse_token
from .sources import (
    Bases,
    Call,
    Credentials,
    Request,
    community,
    fetch,
    light,
    rte_api,
    season,
    token_request,
)

_TOKEN_MARGIN: Final = timedelta(seconds=30)


class SourceReader:
    """Makes single calls to sources and reads their answers."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        bases: Bases,
        credentials: Credentials | None,
        *,
        now: Callable[[], datetime],
        spend: Callable[[Source], None],
        timeout: float,
        on_date: Callable[[datetime], None] | None,
    ) -> None:
        """Take the session as it is: it checks certificates unless it was made not to.

        `now` returns an aware moment. `spend` is called before each HTTP request, and what it
        raises passes through. `timeout` is for one call, in s. `on_date` is called with the moment
        in UTC at which a source that announces colours says that it answered.
        """
        self._session = session
        self._bases = bases
        self._credentials = credentials
        self._now = now
        self._spend = spend
        self._timeout = timeout
        self._on_date = on_date
        self._token: tuple[Token, datetime] | None = None

    async def read(self, call: Call, day: date) -> tuple[Announcement, ...]:
        """Return what a source says about a day. Raises SourceError, BudgetSpentError."""
        match call:
            case Call.LIGHT:
                request = light(self._bases)
            case Call.COMMUNITY:
                request = community(self._bases, day)
            case Call.SEASON:
                request = season(self._bases, season_of(day))
            case _:
                return await self._from_rte_api()
        return request.parse(await self.fetch(request), self._now())

    async def fetch(self, request: Request) -> bytes:
        """Return the body of the answer to a request. Raises SourceError, BudgetSpentError."""
        return await fetch(
            self._session,
            request,
            now=self._now(),
            spend=lambda: self._spend(request.call.source),
            patience=self._timeout,
            on_date=self._on_date if request.call.source in ANNOUNCERS else None,
        )

    async def _from_rte_api(self) -> tuple[Announcement, ...]:
        """Ask RTE's official API, with a new token when there is none or it is refused."""
        if self._token is not None and self._now() < self._token[1]:
            try:
                return await self._calendar(self._token[0])
            except SourceError as error:
                self._token = None
                if error.fault.kind is not FaultKind.CREDENTIALS:
                    raise
        if self._credentials is None:
            raise SourceError(FaultKind.CREDENTIALS, "There are no credentials")
        body = await self.fetch(token_request(self._bases, self._credentials))
        token = parse_token(body)
        self._token = (token, self._now() + token.life - _TOKEN_MARGIN)
        return await self._calendar(token)

    async def _calendar(self, token: Token) -> tuple[Announcement, ...]:
        request = rte_api(self._bases, token.value, self._now().astimezone(PARIS).date())
        return request.parse(await self.fetch(request), self._now())

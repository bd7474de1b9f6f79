"""A home that asks simulated sources over real TCP, by a clock that moves when told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
import random

import aiohttp

from custom_components.marstek.tempo import (
    PARIS,
    Bases,
    Colour,
    ColourBook,
    Credentials,
    Disagreement,
    PollReport,
    TempoClient,
    tempo_day,
)
from simulator.colours import TempoCalendar, load_history, load_publication
from simulator.tempo import CLIENT_ID, CLIENT_SECRET, TempoServer

DATA = Path(__file__).parents[1] / "data"
HISTORY = load_history(DATA / "tempo_history.csv")
PUBLICATION = load_publication(DATA / "tempo_publication_2026.csv")
CREDENTIALS = Credentials(CLIENT_ID, CLIENT_SECRET)
DAY = timedelta(days=1)


class SourcesHome:
    """One client, its book, and the sources that it asks."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        server: TempoServer,
        start: datetime,
        credentials: Credentials | None,
        patience: float,
        seed: int,
    ) -> None:
        """Know nothing yet."""
        self.now = start
        self.server = server
        server.calendar.now = lambda: self.now
        self.book = ColourBook()
        self.reports: list[tuple[datetime, PollReport]] = []
        self._session = session
        self._credentials = credentials
        self._patience = patience
        self.client = self._make_client(seed)

    def _make_client(self, seed: int) -> TempoClient:
        base = self.server.url
        return TempoClient(
            self._session,
            Bases(f"{base}/rte", f"{base}/community", f"{base}/rte_api", f"{base}/open_dpe"),
            self._credentials,
            now=lambda: self.now,
            rng=random.Random(seed),
            timeout=self._patience,
        )

    def restart(self, *, seed: int = 2) -> None:
        """Begin anew from what was stored."""
        stored, book = self.client.store(), self.book.store()
        self.client = self._make_client(seed)
        self.client.restore(stored)
        self.book = ColourBook.restore(book)

    async def ask(self) -> PollReport:
        """Ask now for what is due."""
        report = await self.client.ask(self.book)
        self.reports.append((self.now, report))
        return report

    async def run_until(self, end: datetime) -> None:
        """Let time pass, asking whenever the client says so."""
        while (at := self.client.next_ask(self.book)) <= end:
            self.now = max(self.now, at)
            before = self.client.calls_today
            await self.ask()
            again = self.client.next_ask(self.book)
            assert again > self.now or self.client.calls_today != before, "asks nothing, for ever"
        self.now = max(self.now, end)

    async def know(self) -> None:
        """Learn all that is known now, then forget the calls."""
        await self.ask()
        self.server.calls.clear()

    @property
    def disagreements(self) -> list[Disagreement]:
        """All that were reported."""
        return [found for _, report in self.reports for found in report.learnt.disagreements]

    def today(self) -> Colour | None:
        """Return what is billed now."""
        return self.book.colour(tempo_day(self.now))

    def tomorrow(self) -> Colour | None:
        """Return what is billed from the next 06:00 on."""
        return self.book.colour(tempo_day(self.now) + DAY)

    def tomorrow_is_binding(self) -> bool:
        """Return whether that holds."""
        entry = self.book.get(tempo_day(self.now) + DAY)
        return entry is not None and entry.is_binding

    def wrong_days(self) -> list[date]:
        """Return the days that the book has wrong."""
        truth = self.server.calendar.true_colour
        return [day for day, colour in self.book.colours.items() if colour.value != truth(day)]

    def calls_per_day(self) -> dict[date, int]:
        """Return how many requests came in, by date of Paris."""
        counts: dict[date, int] = {}
        for call in self.server.calls:
            day = call.at.astimezone(PARIS).date()
            counts[day] = counts.get(day, 0) + 1
        return counts


@asynccontextmanager
async def home(
    start: datetime,
    *,
    credentials: Credentials | None = None,
    published_at: str = "07:00",
    patience: float = 5.0,
    seed: int = 1,
    calendar: TempoCalendar | None = None,
) -> AsyncIterator[SourcesHome]:
    """Open a home with an aiohttp session of its own."""
    published = time.fromisoformat(published_at)
    calendar = calendar or TempoCalendar(HISTORY, published_at=published)
    async with TempoServer(calendar) as server, aiohttp.ClientSession() as session:
        yield SourcesHome(session, server, start, credentials, patience, seed)

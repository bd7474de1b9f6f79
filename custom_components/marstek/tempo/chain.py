"""The source chain: asks what is due, in order, within a budget, and learns what is said."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
import random
from typing import Any, Final

import aiohttp

from .asking import Asking, PollReport
from .book import ANNOUNCERS, ColourBook, Source
from .calendar import PARIS, Quotas
from .faults import FaultKind, SourceError
from .parsing import Guess, parse_open_dpe
from .request_budget import HOST_FAULTS, BudgetSpentError, RequestBudget, SourceStatistics
from .schedule import HistoryTry, ScheduleState, forecast_due, history_due, situation
from .source_reader import SourceReader
from .sources import TIMEOUT, Bases, Call, Credentials, open_dpe

_DAY: Final = timedelta(days=1)
_RETURN: Final = timedelta(minutes=45)
# Of a day, for forecasts, which nothing depends on.
_MOST_FORECASTS: Final = 4
# A source that failed this often in a row lets others go first.
_AILING: Final = 2


class TempoClient:
    """Keeps a book of colours up to date.

    At most 16 HTTP requests a day, tokens and redirects included. RTE comes first; others are
    asked when RTE fails or, from some time on, has nothing yet.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        bases: Bases | None = None,
        credentials: Credentials | None = None,
        *,
        now: Callable[[], datetime],
        rng: random.Random,
        quotas: Quotas | None = None,
        timeout: float = TIMEOUT,
        on_date: Callable[[datetime], None] | None = None,
    ) -> None:
        """Take the session as it is: it checks certificates unless it was made not to.

        `now` returns an aware moment. `timeout` is for one call, in s. `on_date` is called with
        the moment in UTC at which a source says that it answered.
        """
        self._bases = bases or Bases()
        self._credentials = credentials
        self._now = now
        self._rng = rng
        self._quotas = quotas or Quotas()
        self._ledger = RequestBudget(spread=rng.random())
        self._reader = SourceReader(
            session,
            self._bases,
            credentials,
            now=now,
            spend=self._ledger.spend,
            timeout=timeout,
            on_date=on_date,
        )
        self._lock = asyncio.Lock()

    @property
    def statistics(self) -> Mapping[Source, SourceStatistics]:
        """Return how each source has done."""
        self._ledger.turn(self._now())
        return {source: self._ledger.statistics(source) for source in Source}

    @property
    def calls_today(self) -> int:
        """Return how many HTTP requests were made since midnight in Paris, 0..16."""
        self._ledger.turn(self._now())
        return self._ledger.spent

    @property
    def last_answer(self) -> tuple[datetime, Source] | None:
        """Return when a source last gave a sound answer, and which."""
        answers = [
            (statistics.last_success, source)
            for source, statistics in self.statistics.items()
            if source in ANNOUNCERS and statistics.last_success is not None
        ]
        return max(answers, default=None)

    @property
    def is_in_vain(self) -> bool:
        """Tell whether no source gave a sound answer when colours were last asked for."""
        return self._ledger.was_in_vain

    def next_ask(self, book: ColourBook) -> datetime:
        """Return when to call `ask`: in the past when that is now, at the latest tomorrow morning."""
        now = self._turn()
        state = self._situation(now, book)
        calls = self._calls_for(state)
        at = state.next_time(self._ledger.last_asked)
        if self._ledger.was_in_vain and state.wanted() and self._spare(state) > 0:
            at = min(at, self._ledger.usable_from(calls))
        at = max(at, self._ledger.usable_from(calls))
        if history := self._next_history(state, book):
            at = min(at, history)
        if not self._ledger.remaining:
            # All homes have spent their budget in an outage: they come back one after the other.
            at = max(at, _midnight_after(now) + self._ledger.spread * _RETURN)
        return at

    async def ask(self, book: ColourBook) -> PollReport:
        """Ask the sources that are due, and enter their colours into the book.

        Nothing is asked when nothing is due. Raises nothing for a source's fault.
        """
        async with self._lock:
            now = self._turn()
            state = self._situation(now, book)
            asking = Asking(book)
            if self._is_due(state):
                await self._ask_colours(state, asking)
            await self._ask_history(asking)
            return asking.report()

    async def check(self, book: ColourBook | None = None) -> PollReport:
        """Ask each source once for today and tomorrow, due or not, for set-up.

        What they say is entered into `book`.
        """
        async with self._lock:
            now = self._turn()
            asking = Asking(ColourBook() if book is None else book)
            calls = [Call.LIGHT, Call.COMMUNITY]
            if self._credentials is not None:
                calls.append(Call.RTE_API)
            for call in calls:
                await self._ask(call, _date(now), asking)
            return asking.report()

    def next_forecast(self, book: ColourBook) -> datetime:
        """Return when to call `ask_forecast`: in the past when that is now.

        Twice a day, and at most four times while it fails. Colours go before it: it is only asked
        with requests that they can spare.
        """
        now = self._turn()
        figures = self._ledger.statistics(Source.OPEN_DPE)
        is_spent = figures.calls_today >= _MOST_FORECASTS
        if is_spent or self._spare(self._situation(now, book)) < 1:
            return _midnight_after(now)
        due = forecast_due(now, self._ledger.spread, figures.last_success)
        return max(due, self._ledger.usable_from((Call.FORECAST,)))

    async def ask_forecast(self, book: ColourBook) -> Mapping[date, Guess] | None:
        """Return the forecast of open-dpe.fr for the days to come, if it is due.

        None when it is not due or does not answer soundly. Its clock counts for nothing.
        """
        async with self._lock:
            now = self._turn()
            if self.next_forecast(book) > now:
                return None
            try:
                body = await self._reader.fetch(open_dpe(self._bases))
                found = parse_open_dpe(body, self._now())
            except SourceError as error:
                self._ledger.failed(Call.FORECAST, error.fault, self._turn(), self._rng.random())
                return None
            except BudgetSpentError:
                return None
            self._ledger.succeeded(Call.FORECAST, self._turn())
            return found

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON. It holds no secret."""
        return self._ledger.store()

    def restore(self, stored: object) -> None:
        """Continue from the stored state, without its unreadable values."""
        self._ledger.restore(stored)

    def _turn(self) -> datetime:
        now = self._now().astimezone(UTC)
        self._ledger.turn(now)
        return now

    def _situation(self, now: datetime, book: ColourBook) -> ScheduleState:
        return situation(now, book, self._quotas, self._ledger.spread)

    def _calls_for(self, state: ScheduleState) -> tuple[Call, ...]:
        """Return the calls that can tell what is wanted, in their order."""
        calls = [Call.LIGHT, Call.COMMUNITY, Call.SEASON]
        if self._credentials is not None:
            calls.append(Call.RTE_API)
        wanted = state.wanted()
        if wanted and all(day < _date(state.now) for day in wanted):
            calls.remove(Call.LIGHT)
        is_scarce = self._spare(state) < 1
        if is_scarce and state.is_thorough():
            # There is one call for now: let them take turns.
            return tuple(sorted(calls, key=lambda call: (call is Call.SEASON, self._rested(call))))
        bound = 1 if is_scarce else _AILING
        healthy = [call for call in calls if self._ledger.standing(call).failures < bound]
        ailing = sorted((call for call in calls if call not in healthy), key=self._rested)
        return (*healthy, *ailing)

    def _rested(self, call: Call) -> datetime:
        """Return since when a call has not been made although it could have been."""
        standing = self._ledger.standing(call)
        return standing.until or standing.tried or datetime.min.replace(tzinfo=UTC)

    def _spare(self, state: ScheduleState) -> int:
        """Return how many requests of today's may be made beyond one at each time to ask."""
        return self._ledger.remaining - state.times_left_today() - 1

    def _is_due(self, state: ScheduleState) -> bool:
        """Return whether to ask for colours, again when all failed the last time."""
        if not state.wanted():
            return False
        if state.due_since(self._ledger.last_asked) is not None:
            return True
        return self._ledger.was_in_vain and self._spare(state) > 0

    async def _ask_colours(self, state: ScheduleState, asking: Asking) -> None:
        """Ask one source after the other until nothing is wanted any more."""
        allowance = 1 + max(0, self._spare(state))
        before = self._ledger.spent
        for call in self._calls_for(state):
            for day in self._situation(state.now, asking.book).wanted():
                if self._ledger.spent - before >= allowance:
                    break
                if not self._is_worthwhile(call, state, asking):
                    break
                await self._ask(call, day, asking)
                if call in (Call.LIGHT, Call.RTE_API):
                    break
        if self._ledger.spent > before:
            self._ledger.last_asked = state.now
            self._ledger.was_in_vain = not asking.answered

    def _is_worthwhile(self, call: Call, state: ScheduleState, asking: Asking) -> bool:
        """Return whether a call can help now."""
        if not self._ledger.is_usable(call, state.now):
            return False
        if asking.answered and not state.is_thorough():
            return False
        fault = asking.failed.get(Source.RTE)
        return call is not Call.SEASON or fault is None or fault.kind not in HOST_FAULTS

    async def _ask_history(self, asking: Asking) -> None:
        """Ask for the seasons of which days are missing, when there are calls to spare."""
        now = self._turn()
        for at, wanted in history_due(now, asking.book, self._ledger.history):
            state = self._situation(now, asking.book)
            if at > now or self._spare(state) < 1 or not self._ledger.is_usable(Call.SEASON, now):
                return
            succeeded = await self._ask(Call.SEASON, wanted.first, asking)
            self._ledger.history[wanted.label] = HistoryTry(now, succeeded)

    def _next_history(self, state: ScheduleState, book: ColourBook) -> datetime | None:
        """Return when to ask for a season."""
        due = history_due(state.now, book, self._ledger.history)
        if not due or self._spare(state) < 1:
            return None
        return max(due[0][0], self._ledger.usable_from((Call.SEASON,)))

    async def _ask(self, call: Call, day: date, asking: Asking) -> bool:
        """Make one call about a day, enter what it says, and return whether it was sound."""
        try:
            said = await self._reader.read(call, day)
            asking.learn(said)
            today = _date(self._now())
            if call is Call.LIGHT and all(item.day != today for item in said):
                raise SourceError(FaultKind.CONTENT, "An answer without today")  # noqa: TRY301
        except SourceError as error:
            self._ledger.failed(call, error.fault, self._turn(), self._rng.random())
            asking.note_failure(call.source, error.fault)
            return False
        except BudgetSpentError:
            return False
        self._ledger.succeeded(call, self._turn())
        asking.note_answer(call.source)
        return True


def _date(moment: datetime) -> date:
    """Return the date in Paris."""
    return moment.astimezone(PARIS).date()


def _midnight_after(now: datetime) -> datetime:
    """Return the next midnight in Paris."""
    return datetime.combine(_date(now) + _DAY, time(), PARIS)

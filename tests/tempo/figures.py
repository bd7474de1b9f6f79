"""What asking costs and how late it is, over the days of which the publication is known."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from simulator.colours import TempoCalendar
from tests.support.moments import paris
from tests.tempo.home import DAY, HISTORY, PUBLICATION, SourcesHome, home


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls per day, and minutes from the publication to knowledge."""

    days: int
    calls: list[int]
    """HTTP requests of each day."""
    red_delays: list[float]
    all_delays: list[float]
    wrong_days: list[date]

    @property
    def median_calls(self) -> float:
        """Half of the days have no more."""
        return median(self.calls)

    @property
    def most_calls(self) -> int:
        """No day has more."""
        return max(self.calls)

    @property
    def median_red_delay(self) -> float:
        """Minutes; half of the red days were known sooner."""
        return median(self.red_delays)


async def measure(seed: int = 1) -> Figures:
    """Live through all of these days, asking real sockets."""
    days = sorted(PUBLICATION)
    start = paris(days[0] - DAY, "06:00") - 2 * DAY
    calendar = TempoCalendar(HISTORY, PUBLICATION)
    async with home(start, calendar=calendar, seed=seed) as place:
        await place.run_until(paris(days[0] - DAY, "00:00"))
        place.server.calls.clear()
        known = await _live(place, days)
        delays = {day: (known[day] - PUBLICATION[day]) / timedelta(minutes=1) for day in days}
        calls = place.calls_per_day()
        return Figures(
            days=len(days),
            calls=[calls.get(day - DAY, 0) for day in days],
            red_delays=[delays[day] for day in days if HISTORY[day] == "red"],
            all_delays=list(delays.values()),
            wrong_days=place.wrong_days(),
        )


async def _live(place: SourcesHome, days: list[date]) -> dict[date, datetime]:
    """Return when each day became known."""
    known: dict[date, datetime] = {}
    for day in days:
        end = paris(day, "00:00")
        while (at := place.client.next_ask(place.book)) < end:
            place.now = max(place.now, at)
            await place.ask()
            if day not in known and place.book.colour(day) is not None:
                known[day] = place.now
        place.now = end
    return known

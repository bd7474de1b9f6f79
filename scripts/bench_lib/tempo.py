"""What knowing the colours of Tempo costs, and how soon they are known."""

from statistics import median

from tests.tempo.figures import measure

from .cost import Row


async def tempo(row: Row) -> None:
    """Print the table, over sockets, by the clock of the recorded days."""
    figures = await measure()
    row("days lived through", figures.days, "")
    row("HTTP calls per day, median", figures.median_calls, "<= 6")
    row("  most", figures.most_calls, "<= 16")
    row("  mean", sum(figures.calls) / figures.days, "")
    row("red days: minutes from publication to knowledge, median", figures.median_red_delay, "< 30")
    row("  longest", max(figures.red_delays), "")
    row("all days: the same, median", median(figures.all_delays), "")
    row("  longest", max(figures.all_delays), "")
    row("days with a wrong colour", len(figures.wrong_days), "0")

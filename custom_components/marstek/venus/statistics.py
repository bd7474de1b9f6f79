"""Statistics of requests per method: answers, losses and delays."""

from dataclasses import dataclass


@dataclass(slots=True)
class MethodStatistics:
    """Counts since the connection was made; latencies in seconds."""

    sent: int = 0
    answered: int = 0
    late: int = 0
    """Answers that came after their request had been given up."""
    lost: int = 0
    """Requests without an answer in time, or that the battery could not read."""
    errors: int = 0
    """Answers with an error object, or that could not be believed."""
    total_latency: float = 0.0
    longest_latency: float = 0.0

    def add_answer(self, latency: float) -> None:
        """Count an answer in time."""
        self.answered += 1
        self.total_latency += latency
        self.longest_latency = max(self.longest_latency, latency)

    @property
    def mean_latency(self) -> float | None:
        """Return the mean latency of the answers in time."""
        return self.total_latency / self.answered if self.answered else None


def success_rate(statistics: list[MethodStatistics]) -> float | None:
    """Return the percentage of requests that were answered in time, None before the first."""
    sent = sum(entry.sent for entry in statistics)
    return 100 * sum(entry.answered for entry in statistics) / sent if sent else None

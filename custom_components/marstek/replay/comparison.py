"""Comparison of contracts and strategies over the same days, in steps of one day."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from .contracts import Contract
from .recording import Recording
from .run import Replay, ReplayHome, ReplayStrategy


@dataclass(frozen=True, slots=True)
class ContractOutcome:
    """Result of a strategy under a contract, over the days that count."""

    contract: str
    strategy: ReplayStrategy
    cost: float
    """Energy only: no subscription. What is left in batteries is deducted."""
    imported: float
    """kWh from the grid."""
    exported: float
    """kWh fed into the grid."""
    bought: float = 0.0
    """kWh of the grid that were stored on command."""
    cycles: float = 0.0
    """Full cycles of all batteries."""


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """Days that are played, of all days of all strategies and contracts."""

    done: int
    total: int


def compared(
    home: ReplayHome,
    recording: Recording,
    contracts: Mapping[str, Contract],
    strategies: Sequence[ReplayStrategy] = tuple(ReplayStrategy),
) -> Generator[ReplayProgress, None, list[ContractOutcome]]:
    """Yield after each day; return the outcome of each strategy under each contract."""
    outcomes: list[ContractOutcome] = []
    done, total = 0, len(contracts) * len(strategies) * len(recording.days)
    for name, contract in contracts.items():
        for strategy in strategies:
            replay = Replay(home, recording.quarters, contract, strategy)
            for day in recording.days:
                replay.advance(day.quarters, is_counted=day.is_counted)
                done += 1
                yield ReplayProgress(done, total)
            outcomes.append(_outcome(name, strategy, replay, home.usable))
    return outcomes


def _outcome(name: str, strategy: ReplayStrategy, replay: Replay, usable: float) -> ContractOutcome:
    batteries = replay.batteries
    return ContractOutcome(
        name,
        strategy,
        replay.cost,
        replay.imported,
        replay.exported,
        batteries.bought,
        batteries.served / usable if usable else 0.0,
    )

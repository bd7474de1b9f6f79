"""Wording of a comparison of contracts, in Home Assistant's own language."""

from dataclasses import dataclass
from typing import Final

from ..export import BarGroup, BarSeries, bar_chart_svg
from ..plan.wording import Wording
from ..replay import ReplayStrategy
from .comparing import ContractComparison

STRATEGY_COLOURS: Final = {
    ReplayStrategy.NO_BATTERY: "#c77700",
    ReplayStrategy.AUTO: "#8a94a0",
    ReplayStrategy.SIMPLE: "#4c8bf5",
    ReplayStrategy.OPTIMISED: "#12a150",
}
"""Colours of bars that are legible on white and on nearly black."""


@dataclass(frozen=True, slots=True)
class ComparisonWording:
    """Renders a comparison as sentences."""

    base: Wording
    currency: str

    def contract(self, name: str) -> str:
        """Return the name of a contract."""
        return self.base.texts.get(f"selector.compared_contract.options.{name}")

    def strategy(self, strategy: ReplayStrategy) -> str:
        """Return the name of a strategy."""
        return self.base.texts.get(f"selector.compared_strategy.options.{strategy.value}")

    def money(self, value: float) -> str:
        """Return an amount with its currency."""
        return f"{self.base.decimal(value)}\N{NO-BREAK SPACE}{self.currency}"

    def title(self, comparison: ContractComparison) -> str:
        """Return the title, with the days."""
        days = comparison.recording.counted
        return self.base.texts.message(
            "comparison_title",
            {"start": self.base.day(days[0].day), "end": self.base.day(days[-1].day)},
        )

    def sentences(self, comparison: ContractComparison) -> list[str]:
        """Return what each contract would have cost, and how far that can be relied on."""
        message, recording = self.base.texts.message, comparison.recording
        counted = {each.day for each in recording.counted}
        lines = [
            message(
                "comparison_cost",
                {
                    "contract": self.contract(name),
                    "costs": ", ".join(
                        f"{self.strategy(strategy)} {self.money(outcome.cost)}"
                        for strategy, outcome in comparison.of(name).items()
                    ),
                },
            )
            for name in comparison.contracts
        ]
        lines.append(
            message(
                "comparison_known",
                {
                    "days": str(len(counted)),
                    "left_out": str(recording.left_out),
                    "filled": str(recording.filled),
                },
            )
        )
        lines += [
            message(
                "comparison_estimated",
                {"contract": self.contract(name), "days": str(len(estimated))},
            )
            for name, contract in comparison.contracts.items()
            if (estimated := contract.estimated & counted)
        ]
        return [*lines, message("comparison_note")]

    def chart(self, comparison: ContractComparison) -> bytes:
        """Return bars of the cost of each strategy under each contract, as SVG."""
        strategies = list(comparison.of(next(iter(comparison.contracts))))
        groups = [
            BarGroup(self.contract(name), [each.cost for each in comparison.of(name).values()])
            for name in comparison.contracts
        ]
        series = [BarSeries(self.strategy(each), STRATEGY_COLOURS[each]) for each in strategies]
        return bar_chart_svg(self.title(comparison), series, groups, self._rounded).encode()

    def _rounded(self, value: float) -> str:
        return f"{value:.0f}\N{NO-BREAK SPACE}{self.currency}"

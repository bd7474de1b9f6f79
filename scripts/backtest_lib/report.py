"""Results as text and as a picture."""

from collections.abc import Mapping
from statistics import mean
from typing import Final

from custom_components.marstek.export import BarGroup, BarSeries, bar_chart_svg

from .strategies import Name, Season

_COLOURS: Final[Mapping[Name, str]] = {
    Name.AUTO: "#9aa5b1",
    Name.SIMPLE: "#4c8bf5",
    Name.OPTIMISED: "#12a150",
    Name.OPTIMUM: "#e0b000",
}


def table(results: Mapping[str, Season]) -> str:
    """Return what was saved in each season, in EUR, and how far that is from the optimum."""
    names = list(next(iter(results.values())).results)
    heads = [*(f"{name:>10}" for name in names), *(f"{name + ' %':>12}" for name in names[:-1])]
    lines = [f"{'season':10}{'no battery':>11}" + "".join(heads)]
    for label, season in results.items():
        cells = [f"{season.saved(name):10.0f}" for name in names]
        cells += [f"{100 * season.share(name):12.1f}" for name in names[:-1]]
        lines.append(f"{label:10}{season.without:11.0f}" + "".join(cells))
    seasons = list(results.values())
    cells = [f"{mean(season.saved(name) for season in seasons):10.0f}" for name in names]
    cells += [f"{100 * mean(s.share(name) for s in seasons):12.1f}" for name in names[:-1]]
    lines.append(f"{'mean':10}{mean(s.without for s in seasons):11.0f}" + "".join(cells))
    cycles = [f"{mean(s.results[name].cycles for s in seasons):10.0f}" for name in names[:-1]]
    lines.append(f"{'cycles':10}{'':11}" + "".join(cycles))
    return "\n".join(lines)


def snapshot(title: str, results: Mapping[str, Season]) -> str:
    """Return a bar chart of the EUR saved in each season, as SVG."""
    names = list(next(iter(results.values())).results)
    return bar_chart_svg(
        title,
        [BarSeries(name, _COLOURS[name]) for name in names],
        [BarGroup(label, [s.saved(name) for name in names]) for label, s in results.items()],
        lambda value: f"{value:.0f} EUR",
    )

"""Results as text and as a picture."""

from collections.abc import Mapping, Sequence
from html import escape
from statistics import mean
from typing import Final

from .strategies import Name, Season

_COLOURS: Final[Mapping[Name, str]] = {
    Name.AUTO: "#9aa5b1",
    Name.SIMPLE: "#4c8bf5",
    Name.OPTIMISED: "#12a150",
    Name.OPTIMUM: "#e0b000",
}
_WIDTH: Final = 900
_HEIGHT: Final = 360
_LEFT: Final = 60
_TOP: Final = 60
_BOTTOM: Final = 40


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
    saved = {label: [s.saved(name) for name in names] for label, s in results.items()}
    every = [value for values in saved.values() for value in values]
    high, low = max(0.0, *every), min(0.0, *every)
    scale = (_HEIGHT - _TOP - _BOTTOM) / ((high - low) or 1.0)
    zero = _TOP + high * scale
    group = (_WIDTH - _LEFT - 20) / len(saved)
    bar = 0.8 * group / len(names)
    parts = [_text(_LEFT, 24, title, size=16), *_key(names), *_grid(low, high, zero, scale)]
    for number, (label, values) in enumerate(saved.items()):
        left = _LEFT + number * group + 0.1 * group
        for position, (name, value) in enumerate(zip(names, values, strict=True)):
            top = min(zero, zero - value * scale)
            parts.append(
                f'<rect x="{left + position * bar:.1f}" y="{top:.1f}" width="{bar:.1f}" '
                f'height="{abs(value) * scale:.1f}" fill="{_COLOURS[name]}"/>'
            )
        parts.append(_text(left, _HEIGHT - 14, label, size=11))
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
    paper = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    return "\n".join((opening, paper, *parts, "</svg>\n"))


def _text(x: float, y: float, text: str, *, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="#222222">{escape(text)}</text>'


def _key(names: Sequence[Name]) -> list[str]:
    made = []
    for number, name in enumerate(names):
        x = _LEFT + number * 130
        made.append(f'<rect x="{x}" y="34" width="12" height="12" fill="{_COLOURS[name]}"/>')
        made.append(_text(x + 18, 44, name))
    return made


def _grid(low: float, high: float, zero: float, scale: float) -> list[str]:
    """Return horizontal lines at round amounts of EUR."""
    span = high - low
    step = next((s for s in (5, 10, 20, 50, 100, 200) if span / s <= 8), 500)
    made = []
    amount = step * int(low // step)
    while amount <= high:
        if amount >= low:
            y = zero - amount * scale
            made.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 20}" stroke="#dddddd"/>')
            made.append(_text(8, y + 4, f"{amount} EUR", size=11))
        amount += step
    return made

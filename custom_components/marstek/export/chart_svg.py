"""Writer of SVG bar charts with text, for browsers in light and in dark.

Text of an SVG is drawn by the browser, so that a chart can have labels in any language, which a PNG
written by hand can't. Everything that comes from texts is escaped.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_LEAST_PAPER: Final = 480
_MOST_PAPER: Final = 900
_HEIGHT: Final = 380
_LEFT: Final = 64
_RIGHT: Final = 20
_TOP: Final = 76
_BOTTOM: Final = 44
_MOST_LINES: Final = 8
_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
# Bars that are narrower have no room for their value.
_LEAST_WIDTH: Final = 40
# Width of a letter on average, of the size of the key.
_LETTER: Final = 7.2
# The part of a group that its bars take.
_FILLED: Final = 0.84
_STYLE: Final = (
    ".paper{fill:#fff}.text{fill:#222}.grid{stroke:#ddd}.zero{stroke:#888}"
    "@media(prefers-color-scheme:dark)"
    "{.paper{fill:#1c1c1e}.text{fill:#e8e8e8}.grid{stroke:#3a3a3c}.zero{stroke:#8e8e93}}"
)


@dataclass(frozen=True, slots=True)
class BarSeries:
    """Bars of one colour, one in each group."""

    label: str
    colour: str
    """Such as #4c8bf5; it has to be legible on white and on nearly black."""


@dataclass(frozen=True, slots=True)
class BarGroup:
    """Bars that stand side by side, one for each series; None has no bar."""

    label: str
    values: Sequence[float | None]


def bar_chart_svg(
    title: str,
    series: Sequence[BarSeries],
    groups: Sequence[BarGroup],
    amount: Callable[[float], str],
) -> str:
    """Return a chart with a bar for each value; `amount` renders a value with its unit on the axis.

    It is no wider than its bars need to have their values above them, so that it can be read on
    a phone. Raises ValueError where there is no group.
    """
    if not groups:
        raise ValueError("A chart shows one group at least")
    width = _paper(series, len(groups))
    scale = _Scale.of([value for each in groups for value in each.values if value is not None])
    parts = [
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{_HEIGHT}"/>',
        _text(16, 28, title, size=17),
        *_key(series),
        *scale.lines(amount, width),
        *_bars(series, groups, scale, width),
    ]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        f'font-family="system-ui,sans-serif" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join((opening, *parts, "</svg>\n"))


def _paper(series: Sequence[BarSeries], groups: int) -> int:
    """Return the width of the paper."""
    bars = round(_LEAST_WIDTH / _FILLED * len(series) * groups) + 1 + _LEFT + _RIGHT
    key = round(sum(_key_width(each) for each in series))
    return min(_MOST_PAPER, max(_LEAST_PAPER, bars, key))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Place of values on the paper."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> _Scale:
        return cls(min(0.0, *values, 0.0), max(0.0, *values, 0.0))

    @property
    def span(self) -> float:
        return (self.high - self.low) or 1.0

    def y(self, value: float) -> float:
        """Return how far from the top a value is."""
        return _TOP + (self.high - value) / self.span * (_HEIGHT - _TOP - _BOTTOM)

    def lines(self, amount: Callable[[float], str], width: int) -> Iterator[str]:
        """Yield horizontal lines at round amounts."""
        step = next((each for each in _STEPS if self.span / each <= _MOST_LINES), self.span / 4)
        number = -int(-self.low // step)
        while (value := number * step) <= self.high:
            y, kind = self.y(value), "zero" if number == 0 else "grid"
            yield f'<path class="{kind}" d="M{_LEFT} {y:.1f}H{width - _RIGHT}"/>'
            yield _text(_LEFT - 8, y + 4, amount(value), size=11, anchor="end")
            number += 1


def _bars(
    series: Sequence[BarSeries],
    groups: Sequence[BarGroup],
    scale: _Scale,
    paper: int,
) -> Iterator[str]:
    width = (paper - _LEFT - _RIGHT) / len(groups)
    bar = _FILLED * width / len(series)
    for number, group in enumerate(groups):
        left = _LEFT + number * width + 0.08 * width
        for position, (own, value) in enumerate(zip(series, group.values, strict=True)):
            if value is None:
                continue
            x, top = left + position * bar, scale.y(max(value, 0.0))
            height = abs(scale.y(value) - scale.y(0.0))
            yield (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{0.92 * bar:.1f}" '
                f'height="{height:.1f}" fill="{escape(own.colour)}"/>'
            )
            if bar >= _LEAST_WIDTH:
                yield _text(x + 0.46 * bar, top - 5, f"{value:.0f}", size=11, anchor="middle")
        yield _text(left + _FILLED / 2 * width, _HEIGHT - 16, group.label, size=13, anchor="middle")


def _key(series: Sequence[BarSeries]) -> Iterator[str]:
    x = 16.0
    for each in series:
        yield f'<rect x="{x:.1f}" y="42" width="12" height="12" fill="{escape(each.colour)}"/>'
        yield _text(x + 18, 53, each.label)
        x += _key_width(each)


def _key_width(series: BarSeries) -> float:
    return 40 + _LETTER * len(series.label)


def _text(x: float, y: float, text: str, *, size: int = 13, anchor: str = "start") -> str:
    return (
        f'<text class="text" x="{x:.1f}" y="{y:.1f}" font-size="{size}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )

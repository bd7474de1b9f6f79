"""Writer of PNG pictures of bars, for phones that show a picture beside a message.

It has no text: a font would be larger than all the rest, and the message says the numbers. A PNG is
three chunks around zlib (ISO/IEC 15948).
"""

from collections.abc import Sequence
from itertools import pairwise
import struct
from typing import Final
import zlib

_WIDTH: Final = 720
_HEIGHT: Final = 360
_MARGIN: Final = 24
_GAP_SHARE: Final = 0.3
_PAPER: Final = b"\xff\xff\xff"
_LINE: Final = b"\xbd\xbd\xbd"
_GAIN: Final = b"\x2e\x7d\x32"
_LOSS: Final = b"\xc6\x28\x28"


def bars_png(values: Sequence[float | None]) -> bytes:
    """Return a picture with a bar for each value, green above and red below the line of zero.

    None has no bar. Raises ValueError where there is no value at all.
    """
    known = [value for value in values if value is not None]
    if not known:
        raise ValueError("A picture shows one value at least")
    high, low = max(0.0, *known), min(0.0, *known)
    scale = (_HEIGHT - 2 * _MARGIN) / ((high - low) or 1.0)
    zero = _MARGIN + round(high * scale)
    spans = [_span(value, zero, scale) for value in values]
    edges = [
        _MARGIN + round(number * (_WIDTH - 2 * _MARGIN) / len(values))
        for number in range(len(values) + 1)
    ]
    widths = [(end - start) for start, end in pairwise(edges)]
    rows = (_row(y, zero, spans, widths) for y in range(_HEIGHT))
    return _png(b"".join(b"\0" + row for row in rows))


def _span(value: float | None, zero: int, scale: float) -> tuple[int, int, bytes]:
    """Return from which row to which a bar reaches, and its colour."""
    if value is None:
        return zero, zero, _PAPER
    end = zero - round(value * scale)
    return (end, zero, _GAIN) if value >= 0 else (zero, end, _LOSS)


def _row(
    y: int, zero: int, spans: Sequence[tuple[int, int, bytes]], widths: Sequence[int]
) -> bytes:
    paper = _LINE if y == zero else _PAPER
    margin = paper * _MARGIN
    bars = b"".join(
        _bar(width, colour if top <= y < bottom else paper, paper)
        for (top, bottom, colour), width in zip(spans, widths, strict=True)
    )
    return margin + bars + margin


def _bar(width: int, colour: bytes, paper: bytes) -> bytes:
    gap = int(width * _GAP_SHARE)
    before = gap // 2
    return paper * before + colour * (width - gap) + paper * (gap - before)


def _png(pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )

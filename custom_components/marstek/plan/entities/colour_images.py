"""Images of the Tempo colours: they differ in shape as well, for people who see colours alike."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from ...tempo import Colour

_SIZE: Final = 48
# Browsers show a vector image of this kind on pages, rows and tiles when it is coded in base64.
_PREFIX: Final = "data:image/svg+xml;base64,"
_SHAPES: Final[Mapping[Colour, str]] = {
    Colour.BLUE: '<circle cx="24" cy="24" r="19" fill="#1565c0"/>',
    Colour.WHITE: (
        '<rect x="7" y="7" width="34" height="34" rx="6" fill="#ffffff" stroke="#607d8b" '
        'stroke-width="4"/>'
    ),
    Colour.RED: (
        '<path d="M16 4h16l12 12v16L32 44H16L4 32V16z" fill="#c62828"/>'
        '<path d="M24 13v14m0 6v3" stroke="#ffffff" stroke-width="5" stroke-linecap="round"/>'
    ),
}


def _image(shape: str) -> str:
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" '
        f'width="{_SIZE}" height="{_SIZE}">{shape}</svg>'
    )
    return _PREFIX + b64encode(drawn.encode()).decode()


IMAGES: Final[Mapping[str, str]] = {
    colour.value: _image(shape) for colour, shape in _SHAPES.items()
}
"""Addresses of the images, by colour: a blue disc, a white square, a red octagon with a mark."""

"""Draw the pictures of custom_components/marstek/brand: a house that is a battery.

The chimney is the terminal, the floors are the charge. Everything is drawn four times
larger than needed and reduced, which smooths the edges. `python -m scripts.brand`
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageDraw

FOLDER: Final = Path(__file__).parents[1] / "custom_components" / "marstek" / "brand"
OVERSAMPLING: Final = 4
UNIT: Final = 512
"""Side of the square that shapes are given in."""

type Colour = tuple[int, int, int]
type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours at the top and at the bottom of the house and of the charge, and the flash's."""

    house_top: Colour
    house_bottom: Colour
    charge_top: Colour
    charge_bottom: Colour
    flash: Colour


LIGHT: Final = Palette((31, 78, 121), (16, 42, 77), (94, 214, 120), (10, 158, 136), (255, 179, 0))
DARK: Final = Palette(
    (238, 245, 251), (190, 208, 226), (120, 232, 140), (20, 184, 158), (255, 202, 40)
)


class Canvas:
    """A transparent picture onto which masks are painted with vertical gradients."""

    def __init__(self, width: float, scale: float) -> None:
        """Make a canvas `width` units wide and 512 units high."""
        self._scale = scale * OVERSAMPLING
        size = round(width * self._scale), round(UNIT * self._scale)
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self.mask = Image.new("L", size, 0)
        self._draw = ImageDraw.Draw(self.mask)

    def stroke(self, points: list[Point], width: float, ink: int = 255) -> None:
        """Draw a line with round ends and joints."""
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(scaled, ink, round(width * self._scale))
        radius = width * self._scale / 2
        for x, y in scaled:
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), ink)

    def polygon(self, points: list[Point], ink: int = 255) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], ink)

    def box(self, corners: tuple[float, float, float, float], radius: float) -> None:
        """Fill a rectangle with round corners."""
        left, top, right, bottom = (value * self._scale for value in corners)
        self._draw.rounded_rectangle((left, top, right, bottom), radius * self._scale, 255)

    def paint(self, top: Colour, bottom: Colour, start: float = 0, end: float = UNIT) -> None:
        """Fill what has been drawn since the last time, between two heights' colours."""
        ramp = Image.linear_gradient("L").resize(
            (self.mask.width, max(1, round((end - start) * self._scale)))
        )
        blend = Image.new("L", self.mask.size, 255)
        blend.paste(0, (0, 0, self.mask.width, round(start * self._scale)))
        blend.paste(ramp, (0, round(start * self._scale)))
        coloured = Image.composite(
            Image.new("RGBA", self.mask.size, (*bottom, 255)),
            Image.new("RGBA", self.mask.size, (*top, 255)),
            blend,
        )
        coloured.putalpha(self.mask)
        self.image.alpha_composite(coloured)
        self._forget()

    def erase(self) -> None:
        """Make what has been drawn since the last time transparent."""
        alpha = ImageChops.subtract(self.image.getchannel("A"), self.mask)
        self.image.putalpha(alpha)
        self._forget()

    def _forget(self) -> None:
        self._draw.rectangle((0, 0, *self.mask.size), 0)

    def save(self, name: str) -> None:
        """Write the picture in its final size."""
        size = self.mask.width // OVERSAMPLING, self.mask.height // OVERSAMPLING
        self.image.resize(size, Image.Resampling.LANCZOS).save(FOLDER / name, optimize=True)


OUTSIDE: Final[list[Point]] = [(256, 66), (436, 222), (436, 440), (76, 440), (76, 222)]
INSIDE: Final[list[Point]] = [(256, 108), (406, 238), (406, 410), (106, 410), (106, 238)]
FLASH: Final[list[Point]] = [(290, 162), (190, 325), (250, 325), (226, 402), (322, 257), (264, 257)]
# Share of its cells that each battery of the logo has full.
LEVELS: Final = (4, 3, 2)


def _rounded(canvas: Canvas, points: list[Point], radius: float) -> None:
    canvas.polygon(points)
    canvas.stroke([*points, points[0]], 2 * radius)


def _house(canvas: Canvas, palette: Palette) -> None:
    """Draw the house: walls and roof, chimney, charge and flash."""
    canvas.box((366, 62, 424, 220), 16)
    _rounded(canvas, OUTSIDE, 44)
    canvas.paint(palette.house_top, palette.house_bottom)
    _rounded(canvas, INSIDE, 22)
    canvas.erase()
    for top in (234, 302, 370):
        canvas.box((112, top, 400, top + 46), 14)
    canvas.paint(palette.charge_top, palette.charge_bottom, 234, 416)
    _rounded(canvas, FLASH, 23)
    canvas.erase()
    _rounded(canvas, FLASH, 5)
    canvas.paint(palette.flash, palette.flash)


def _battery(canvas: Canvas, palette: Palette, left: float, cells: int) -> None:
    """Draw an upright battery of four cells, some of them full."""
    canvas.box((left + 44, 186, left + 104, 240), 12)
    canvas.box((left, 212, left + 148, 484), 36)
    canvas.paint(palette.house_top, palette.house_bottom)
    canvas.box((left + 24, 236, left + 124, 460), 16)
    canvas.erase()
    for cell in range(cells):
        bottom = 448 - 52 * cell
        canvas.box((left + 36, bottom - 40, left + 112, bottom), 10)
    canvas.paint(palette.charge_top, palette.charge_bottom, 252, 448)


def draw(width: int, scale: float, palette: Palette) -> Canvas:
    """Draw the house, and the batteries beside it where there is room for them."""
    canvas = Canvas(width, scale)
    _house(canvas, palette)
    if width > UNIT:
        for index, cells in enumerate(LEVELS):
            _battery(canvas, palette, UNIT + 30 + 178 * index, cells)
    return canvas


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for prefix, palette in (("", LIGHT), ("dark_", DARK)):
        for suffix, scale in (("", 0.5), ("@2x", 1.0)):
            draw(UNIT, scale, palette).save(f"{prefix}icon{suffix}.png")
            draw(2 * UNIT + 64, scale, palette).save(f"{prefix}logo{suffix}.png")


if __name__ == "__main__":
    main()

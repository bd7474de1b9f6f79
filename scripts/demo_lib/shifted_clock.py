"""Clocks of all programs of the demo, Home Assistant and browser included, shifted and made faster.

No Saturday, Sunday or holiday can be red, and no day of summer, and a night is long: what a red day
changes could otherwise be seen on some days only, and by the patient only.
"""

import datetime as dt
import mmap
import os
from pathlib import Path
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from typing import Final, Self

from custom_components.marstek.tempo import Colour, is_lawful

from .process import DemoError

_SOURCE: Final = Path(__file__).with_suffix(".c")
_VARIABLE: Final = "CLOCK_FILE"
_FURTHEST: Final = 366
_AFTERNOON: Final = dt.time(14)
WHOLE_CLOCKS: Final = {"DAY_ONLY": ""}
"""Environment of programs in which all that waits is to run as fast as the clocks."""
# Which of two paces holds, and each with its speed and the offsets of both clocks in s.
_CURRENT: Final = struct.Struct("=q")
_PACE: Final = struct.Struct("=ddd")


def to_red_eve(now: dt.datetime) -> dt.timedelta:
    """Return how long it is until an afternoon whose tomorrow can be red.

    In the afternoon the plan leaves batteries in Auto, whatever the hour at which a walk begins.
    """
    afternoons = (
        dt.datetime.combine(now.date() + dt.timedelta(days=days), _AFTERNOON, now.tzinfo)
        for days in range(_FURTHEST)
    )
    return next(
        afternoon - now
        for afternoon in afternoons
        if afternoon >= now and is_lawful(Colour.RED, afternoon.date() + dt.timedelta(days=1))
    )


class ShiftedClock:
    """The clocks of all programs that this one starts, and its own clock of the day."""

    def __init__(self, path: Path) -> None:
        """Map the file that the clocks follow."""
        with path.open("r+b") as file:
            self._file = mmap.mmap(file.fileno(), 0)

    @classmethod
    def of_this_program(cls) -> Self:
        """Return the clocks that `run_shifted` has made. Raises DemoError without them."""
        path = os.environ.get(_VARIABLE)
        if path is None:
            raise DemoError("the clocks of this program are those of the machine")
        return cls(Path(path))

    def _pace(self) -> tuple[float, float, float]:
        (current,) = _CURRENT.unpack_from(self._file, 0)
        speed, day, other = _PACE.unpack_from(self._file, _CURRENT.size + current * _PACE.size)
        return speed, day, other

    def set_pace(self, *, speed: float | None = None, ahead: float = 0) -> None:
        """Let the clocks run `speed` times as fast, and the one of the day jump `ahead` seconds."""
        old, day, other = self._pace()
        speed = old if speed is None else speed
        # Each clock goes on where it is. This program is one of those that see the day only.
        offsets = [
            offset + real * (old - speed)
            for real, offset in (((time.time() - day) / old, day), (time.monotonic(), other))
        ]
        (current,) = _CURRENT.unpack_from(self._file, 0)
        following = 1 - current
        at = _CURRENT.size + following * _PACE.size
        _PACE.pack_into(self._file, at, speed, offsets[0] + ahead, offsets[1])
        _CURRENT.pack_into(self._file, 0, following)


def run_shifted(ahead: dt.timedelta) -> None:
    """Replace this program by itself with clocks of its own, which are so much ahead.

    Returns at once in a program that has them. Raises DemoError where there is no C compiler.
    """
    if _VARIABLE in os.environ:
        return
    compiler = shutil.which("cc")
    if compiler is None:
        raise DemoError("no C compiler (cc) was found, which another day and speed need")
    folder = Path(tempfile.mkdtemp(prefix="ha-marstek-clock-"))
    library, file = folder / "clock.so", folder / "clock"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE)]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True)  # noqa: S603 - the file beside this
    pace = _PACE.pack(1, ahead.total_seconds(), 0)
    file.write_bytes(_CURRENT.pack(0) + pace + pace)
    spec = sys.modules["__main__"].__spec__
    if spec is None:
        raise DemoError("only a module that was started by its name can be started again")
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        _VARIABLE: str(file),
        "DAY_ONLY": "1",
    }
    os.execve(  # noqa: S606 - this program again
        sys.executable, [sys.executable, "-m", spec.name, *sys.argv[1:]], environment
    )

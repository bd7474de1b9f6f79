"""Shift of the clock of the day for all programs of the demo, Home Assistant and browser included.

No Saturday, Sunday or holiday can be red, and no day of summer: what a red day changes could
otherwise be tried on some days only.
"""

import datetime as dt
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
from typing import Final

from custom_components.marstek.tempo import Colour, is_lawful

from .process import DemoError

_SOURCE: Final = Path(__file__).with_suffix(".c")
_VARIABLE: Final = "CLOCK_SHIFT"
_FURTHEST: Final = 366


def days_to_red_tomorrow(today: dt.date) -> int:
    """Return after how many days, 0 to 365, the day after can be red."""
    tomorrows = (today + dt.timedelta(days=days + 1) for days in range(_FURTHEST))
    return next(days for days, day in enumerate(tomorrows) if is_lawful(Colour.RED, day))


def run_again(days: int) -> None:
    """Replace this program by one whose clock is so many days later; nothing for 0 days.

    Raises DemoError where there is no C compiler.
    """
    if days == 0 or _VARIABLE in os.environ:
        return
    compiler = shutil.which("cc")
    if compiler is None:
        raise DemoError("no C compiler was found, with which another day is pretended")
    library = Path(tempfile.mkdtemp(prefix="ha-marstek-clock-")) / "clock.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603 - the source beside this file
    shifted = {"LD_PRELOAD": str(library), _VARIABLE: str(days * 86_400)}
    os.execve(  # noqa: S606 - this program again
        sys.executable, [sys.executable, "-m", *_module()], os.environ | shifted
    )


def _module() -> list[str]:
    """Return the module that runs, and its arguments."""
    spec = sys.modules["__main__"].__spec__
    return [spec.name if spec else "scripts.dashboard", *sys.argv[1:]]

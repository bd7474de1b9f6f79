"""The device library, loaded from the integration's folder under a name of its own.

An import through `custom_components.marstek` would need Home Assistant; that folder on the search
path would put its `select.py` in the place of Python's own.
"""

import importlib.util
from pathlib import Path
import sys
from typing import TYPE_CHECKING

__all__ = ["venus"]

FOLDER = Path(__file__).resolve().parents[2] / "custom_components" / "marstek" / "venus"

if TYPE_CHECKING:
    from custom_components.marstek import venus
else:
    _spec = importlib.util.spec_from_file_location(
        "venus", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    venus = importlib.util.module_from_spec(_spec)
    sys.modules["venus"] = venus
    _spec.loader.exec_module(venus)

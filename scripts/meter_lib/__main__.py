"""The meter library, loaded from the integration's folder under a name of its own.

An import through `custom_components.marstek` would need Home Assistant.
"""

import importlib
import importlib.util
from pathlib import Path
import sys

FOLDER = Path(__file__).resolve().parents[2] / "custom_components" / "marstek" / "meter"


def main() -> int:
    """Load the package and run its command line."""
    spec = importlib.util.spec_from_file_location(
        "meter", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(FOLDER)
    package = importlib.util.module_from_spec(spec)
    sys.modules["meter"] = package
    spec.loader.exec_module(package)
    result: int = importlib.import_module("meter.__main__").main()
    return result


if __name__ == "__main__":
    sys.exit(main())

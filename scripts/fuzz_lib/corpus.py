"""The kept corpus: small files in tests/data/fuzz, one folder a surface."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[2] / "tests" / "data" / "fuzz"


def files_of(surface: str, folder: Path = FOLDER) -> list[Path]:
    """Return the files of a surface."""
    return sorted(path for path in (folder / surface).iterdir() if path.is_file())


def trees_of(surface: str, parse: Callable[[bytes], Any]) -> list[Any]:
    """Return the files of a surface that can be parsed, as trees; the others are only run."""
    trees = []
    for path in files_of(surface):
        try:
            trees.append(parse(path.read_bytes()))
        except ValueError:
            continue
    return trees


def parse_json(document: bytes) -> Any:
    """Return the tree of a JSON document; ValueError when it is none."""
    try:
        return json.loads(document)
    except RecursionError as err:
        raise ValueError("Too deep") from err

"""The kept corpus: small files in tests/data/fuzz, one folder a surface."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, Final

_LONGEST_TO_MUTATE: Final = 8192
"""Bytes: larger files would take most of the time."""
FOLDER: Final = Path(__file__).parents[2] / "tests" / "data" / "fuzz"


def files_of(surface: str, folder: Path = FOLDER) -> list[Path]:
    """Return the files of a surface."""
    return sorted(path for path in (folder / surface).iterdir() if path.is_file())


def trees_of(surface: str, parse: Callable[[bytes], Any]) -> list[Any]:
    """Return the small files of a surface that can be parsed, as trees; others are only run."""
    trees = []
    for path in files_of(surface):
        document = path.read_bytes()
        if len(document) > _LONGEST_TO_MUTATE:
            continue
        try:
            trees.append(parse(document))
        except ValueError:
            continue
    return trees


def parse_json(document: bytes) -> Any:
    """Return the tree of a JSON document; ValueError when it is none."""
    try:
        return json.loads(document)
    except RecursionError as err:
        raise ValueError("Too deep") from err

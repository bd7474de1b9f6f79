"""What can be fuzzed: something that reads, and the inputs that it knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .corpus import parse_json
from .mutation import dump_json


@dataclass(frozen=True, slots=True)
class Surface:
    """A way in for data from outside."""

    name: str
    """Also the folder of its corpus."""
    read: Callable[[bytes], None]
    """Reads an input; raises UnsoundError for a value that must not be accepted."""
    documented: tuple[type[Exception], ...]
    """The errors by which an input may be refused."""
    parse: Callable[[bytes], Any] = field(default=parse_json)
    """Returns a file of the corpus as a tree to mutate; ValueError for one that is none."""
    dump: Callable[[Any], bytes] = field(default=dump_json)
    counts: Callable[[], Sequence[int]] = field(default=tuple)
    """Returns the sizes of all that lives on from input to input."""

"""A second of fuzzing for each surface, with the kept corpus, and the fuzz itself: it can fail."""

from collections.abc import Callable
from pathlib import Path
from random import Random
import time
from typing import Any

import pytest

from custom_components.marstek import checked
from custom_components.marstek.battery import energy
from custom_components.marstek.venus import parsing
from scripts.fuzz_lib.__main__ import main
from scripts.fuzz_lib.corpus import trees_of
from scripts.fuzz_lib.mutation import Mutator
from scripts.fuzz_lib.runner import Fuzzer, Tally
from scripts.fuzz_lib.surfaces import SURFACES

COUNT = 600


def fuzz(name: str, count: int = COUNT, *, limit: float = 2.0) -> Tally:
    """Fuzz a surface."""
    return Fuzzer(SURFACES[name], seed=1, limit=limit).run(lambda tally: tally.total >= count)


@pytest.mark.parametrize("name", SURFACES)
def test_each_input_is_read_or_refused(name: str) -> None:
    """Both happen, and nothing else."""
    tally = fuzz(name)
    assert tally.failures == {}
    assert tally.accepted > COUNT / 50
    assert tally.refused > COUNT / 50


def _unbounded(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _untyped(least: float, most: float) -> Callable[[Any], Any]:
    return lambda value: value


def _crashing(value: Any) -> float:
    return float(value)


def _slow(value: object) -> str | None:
    if isinstance(value, str) and len(value) > 12:
        time.sleep(5)
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(
    ("name", "module", "function", "planted", "kind"),
    [
        ("datagrams", parsing, "plain", _unbounded, "UnsoundError"),
        ("datagrams", parsing, "printable", _slow, "SlowError"),
        ("files", energy, "number", _untyped, "Error"),
        ("actions", checked, "number", _crashing, "Error"),
    ],
)
def test_planted_mistakes_are_found(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    module: Any,
    function: str,
    planted: Any,
    kind: str,
) -> None:
    """Unbounded text, an endless loop, a value of another type, and an undocumented error."""
    monkeypatch.setattr(module, function, planted)
    tally = fuzz(name, 3 * COUNT, limit=0.3)
    assert any(kind in found for found in tally.failures)


def test_what_fails_is_made_smaller_and_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line ends with 1 and leaves a file that still fails."""
    monkeypatch.setattr(parsing, "plain", _unbounded)
    arguments = ["fuzz", "--surface", "datagrams", "--count", "900", "--found", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    assert main() == 1
    found = [*(tmp_path / "datagrams").iterdir()]
    assert found
    assert "UnsoundError" in capsys.readouterr().out
    fuzzer = Fuzzer(SURFACES["datagrams"], seed=1)
    assert all(isinstance(fuzzer.outcome(path.read_bytes()), str) for path in found)
    assert min(path.stat().st_size for path in found) < 200


@pytest.mark.parametrize("name", SURFACES)
def test_the_same_seed_makes_the_same_inputs(name: str) -> None:
    """A finding can be looked at again; no input changes what the next ones are made of."""
    surface = SURFACES[name]
    trees = trees_of(name, surface.parse)
    first, again, other = (Mutator(Random(seed), trees, surface.dump) for seed in (1, 1, 2))
    made = [first.make() for _ in range(300)]
    assert made == [again.make() for _ in range(300)]
    assert made != [other.make() for _ in range(300)]

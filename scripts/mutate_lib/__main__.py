"""Run the nearest tests on mutations of a sample, and print what survives."""

import argparse
from collections.abc import Mapping, Sequence
import importlib
import json
import multiprocessing
import os
from pathlib import Path
import random
import shutil
import sys
import tempfile
import time
from typing import Any

import pytest

from scripts.mutate_lib.areas import AREAS
from scripts.mutate_lib.mutations import Mutation, mutations

_ROOT = Path(__file__).parents[2]
_COPIED = ("custom_components", "simulator", "scripts", "tests", "blueprints", "pyproject.toml")
_LONGEST = 400.0
_FORK = multiprocessing.get_context("fork")
_LOADED = ("homeassistant.components.logger", "pytest_homeassistant_custom_component.plugins")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("--area", choices=sorted(AREAS), help="only this area")
    parser.add_argument("--module", help="only modules whose path contains this")
    parser.add_argument("--count", type=int, default=10, help="mutations per module")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _copy(folder: Path) -> None:
    """Copy what tests need; the environment is used where it is."""
    ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in _COPIED:
        source = _ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    (folder / ".venv").symlink_to(_ROOT / ".venv")


def _fails(folder: Path, tests: Sequence[str], **how: str) -> bool:
    """Tell whether a test fails; one that hangs counts as failed."""
    arguments = ["-x", "-q", *tests, "-p", "scripts.mutate_lib.reach", "--timeout", "120"]
    arguments += ["-p", "no:cacheprovider", "--no-header", "--hypothesis-seed=1"]
    run = _FORK.Process(target=_run_tests, args=(folder, arguments, how))
    run.start()
    run.join(_LONGEST)
    if run.is_alive():
        run.kill()
        run.join()
    return run.exitcode != 0


def _run_tests(folder: Path, arguments: list[str], how: Mapping[str, str]) -> None:
    """Run tests of the copy in this process, a fork that has loaded Home Assistant already."""
    os.chdir(folder)
    sys.path[0] = str(folder)
    os.environ.update(how)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os._exit(pytest.main(arguments))


def _load() -> None:
    """Import what takes the most time and is never mutated; the logger comes before all else."""
    for name in _LOADED:
        importlib.import_module(name)


def _reached(folder: Path, module: str, tests: Sequence[str]) -> dict[str, Any] | None:
    """Run tests without any mutation; return what they reach, None when one fails."""
    note = folder / "reach.json"
    if _fails(folder, tests, REACH_MODULE=module, REACH_NOTE=str(note)):
        return None
    reached: dict[str, Any] = json.loads(note.read_text())
    return reached


def _is_noticed(
    folder: Path, mutation: Mutation, tests: Sequence[str], reached: Mapping[str, Any]
) -> bool:
    """Tell whether a test fails of those that reach the mutation, the quickest first."""
    lines = set(range(mutation.line, mutation.last_line + 1))
    chosen = [name for name, each in reached.items() if lines & set(each["lines"])]
    if not chosen:
        return False
    chosen.sort(key=lambda name: float(reached[name]["seconds"]))
    only = folder / "only.json"
    only.write_text(json.dumps(chosen))
    files = [test for test in tests if any(name.startswith(f"{test}::") for name in chosen)]
    return _fails(folder, files, REACH_ONLY=str(only))


def _sample(module: str, count: int, seed: int) -> list[Mutation]:
    """Return the same mutations of a module for a seed, wherever the repository lies."""
    every = list(mutations((_ROOT / module).read_text()))
    return random.Random(f"{seed} {module}").sample(every, min(count, len(every)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate and test; return 1 when fewer than nine tenths were noticed, 2 when nothing can be said."""
    options = _parse(arguments)
    tried = noticed = 0
    _load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _copy(folder)
        for area, modules in AREAS.items():
            for module, tests in modules.items():
                if options.area not in (None, area) or (options.module or "") not in module:
                    continue
                present = [test for test in tests if (folder / test).exists()]
                reached = _reached(folder, module, present)
                if reached is None:
                    print(f"The tests of {module} fail without any mutation")
                    return 2
                original = (folder / module).read_text()
                for mutation in _sample(module, options.count, options.seed):
                    (folder / module).write_text(mutation.source)
                    began = time.monotonic()
                    is_noticed = _is_noticed(folder, mutation, present, reached)
                    tried, noticed = tried + 1, noticed + is_noticed
                    verdict = "noticed " if is_noticed else "SURVIVED"
                    place = f"{module.removeprefix('custom_components/marstek/')}:{mutation.line}"
                    print(
                        f"{verdict} {place} {mutation.before!r} -> {mutation.after!r}"
                        f" ({time.monotonic() - began:.0f} s)",
                        flush=True,
                    )
                (folder / module).write_text(original)
    print(f"{noticed} of {tried} mutations were noticed")
    return 0 if tried and noticed >= 0.9 * tried else 1


if __name__ == "__main__":
    sys.exit(main())

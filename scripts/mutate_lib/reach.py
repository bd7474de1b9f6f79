"""Plugin of pytest: which lines of one module each test reaches, and how long it takes.

A test that does not reach a mutated line can't notice the mutation, so only those that do are run,
the quickest first. `REACH_NOTE` names the file to note that in, `REACH_MODULE` the module;
`REACH_ONLY` names a file with the ids of the tests to run, in that order.
"""

from collections.abc import Generator
import json
import os
from pathlib import Path
import sys
import time
from types import CodeType
from typing import Any, Final

import pytest

_TOOL: Final = 4
"""Of the six identifiers of `sys.monitoring`, one that neither debuggers nor coverage take."""


class Reach:
    """Notes lines reached and seconds taken, by the id of each test."""

    def __init__(self, module: Path, note: Path) -> None:
        """Note of `module` into the file `note`."""
        self._module = str(module.resolve())
        self._note = note
        self._lines = set[int]()
        self._tests: dict[str, dict[str, Any]] = {}

    def begin(self) -> None:
        """Watch from now on."""
        sys.monitoring.use_tool_id(_TOOL, "mutate")
        sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, self._reached)
        sys.monitoring.set_events(_TOOL, sys.monitoring.events.LINE)

    def _reached(self, code: CodeType, line: int) -> object:
        if code.co_filename == self._module:
            self._lines.add(line)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note one test, with its fixtures."""
        self._lines.clear()
        sys.monitoring.restart_events()
        began = time.monotonic()
        done = yield
        seconds = round(time.monotonic() - began, 2)
        self._tests[item.nodeid] = {"seconds": seconds, "lines": sorted(self._lines)}
        return done

    def pytest_sessionfinish(self) -> None:
        """Write down what was noted."""
        self._note.write_text(json.dumps(self._tests))


def pytest_configure(config: pytest.Config) -> None:
    """Watch, where that is asked for."""
    if note := os.environ.get("REACH_NOTE"):
        reach = Reach(Path(os.environ["REACH_MODULE"]), Path(note))
        reach.begin()
        config.pluginmanager.register(reach)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that are wanted, in the order in which they are."""
    if chosen := os.environ.get("REACH_ONLY"):
        places = {name: place for place, name in enumerate(json.loads(Path(chosen).read_text()))}
        kept = [item for item in items if item.nodeid in places]
        items[:] = sorted(kept, key=lambda item: places[item.nodeid])

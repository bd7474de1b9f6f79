"""Runs inputs through a surface, with bounds of time and memory, and keeps those that fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
import resource
import signal
import time
import traceback
from types import FrameType, TracebackType
from typing import Final, Self

from .corpus import FOLDER, files_of, trees_of
from .mutation import Mutator
from .surface import Surface

LIMIT: Final = 2.0
"""Seconds that one input may take."""
_MOST_GROWTH: Final = 96 * 1024
"""kB by which the process may grow once it is warm."""
_WARM_AFTER: Final = 5_000
_MOST_KEPT: Final = 1000
_MOST_FINDINGS: Final = 12
_SHRINKS: Final = 400


class SlowError(BaseException):
    """An input took too long; no handler of errors may catch it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that was not handled."""

    kind: str
    """Type of the exception and the place that raised it: the same for inputs that fail alike."""
    detail: str
    document: bytes


@dataclass(slots=True)
class Tally:
    """What was counted."""

    surface: str
    accepted: int = 0
    refused: int = 0
    slowest: float = 0.0
    """Seconds."""
    seconds: float = 0.0
    failures: dict[str, Failure] = field(default_factory=dict)
    """The smallest input of each kind."""

    @property
    def total(self) -> int:
        """Return how many inputs were run."""
        return self.accepted + self.refused + len(self.failures)


class _Outcome:
    """Context that takes note of an exception in place of passing it on."""

    def __init__(self, documented: tuple[type[Exception], ...]) -> None:
        self._documented = documented
        self.is_refused = False
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _: TracebackType | None,
    ) -> bool:
        if error is None:
            return False
        if isinstance(error, self._documented):
            self.is_refused = True
            return True
        self.error = error
        return isinstance(error, (Exception, SlowError))


@contextmanager
def time_bound(limit: float) -> Iterator[None]:
    """Raise SlowError in whatever runs longer than `limit` seconds; main thread only."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise SlowError(f"longer than {limit:g} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Fuzzer:
    """Fuzzes one surface."""

    def __init__(
        self, surface: Surface, seed: int, *, limit: float = LIMIT, folder: Path = FOLDER
    ) -> None:
        """Make inputs from the corpus in `folder` and a seed."""
        self._surface = surface
        self._limit = limit
        self._files = files_of(surface.name, folder)
        rng = Random(f"{surface.name} {seed}")
        trees = trees_of(surface.name, surface.parse)
        self._mutator = Mutator(rng, trees, surface.dump)
        self._is_warm_at = _WARM_AFTER
        self._memory = 0
        self.tally = Tally(surface.name)

    def run(self, is_over: Callable[[Tally], bool]) -> Tally:
        """Run the kept corpus as it is, and then made inputs until it is over."""
        begun = time.monotonic()
        for path in self._files:
            self._run(path.read_bytes())
        while not is_over(self.tally) and len(self.tally.failures) < _MOST_FINDINGS:
            self._run(self._mutator.make())
            if self.tally.total == self._is_warm_at:
                self._memory = _memory()
        self.tally.seconds = time.monotonic() - begun
        self._look_at_memory()
        return self.tally

    def _run(self, document: bytes) -> None:
        begun = time.perf_counter()
        outcome = self.outcome(document)
        self.tally.slowest = max(self.tally.slowest, time.perf_counter() - begun)
        if outcome is None:
            self.tally.accepted += 1
        elif isinstance(outcome, str):
            self._keep(Failure(outcome, self._detail(document), document))
        else:
            self.tally.refused += 1

    def outcome(self, document: bytes) -> str | bool | None:
        """Run one input: None for accepted, True for refused, or the kind of its failure."""
        outcome = _Outcome(self._surface.documented)
        with outcome, time_bound(self._limit):
            self._surface.read(document)
        if outcome.is_refused:
            return True
        return None if outcome.error is None else _kind(outcome.error)

    def _detail(self, document: bytes) -> str:
        outcome = _Outcome(self._surface.documented)
        with outcome, time_bound(self._limit):
            self._surface.read(document)
        error = outcome.error
        return "did not fail again" if error is None else _described(error)

    def _keep(self, failure: Failure) -> None:
        known = self.tally.failures.get(failure.kind)
        if known is None or len(failure.document) < len(known.document):
            self.tally.failures[failure.kind] = failure

    def smallest(self, failure: Failure) -> bytes:
        """Return a smaller input that fails alike: parts are left out as long as one does."""
        found, tries = failure.document, 0
        width = max(len(found) // 2, 1)
        while width and tries < _SHRINKS:
            at = 0
            while at < len(found) and tries < _SHRINKS:
                shorter = found[:at] + found[at + width :]
                tries += 1
                if self.outcome(shorter) == failure.kind:
                    found = shorter
                else:
                    at += width
            width //= 2
        return found

    def _look_at_memory(self) -> None:
        """Note growth: of the process, and of what the surface keeps from input to input."""
        grown = _memory() - self._memory if self._memory else 0
        if grown > _MOST_GROWTH:
            self._keep(Failure("memory", f"{grown} kB more than at its start", b""))
        if any(count > _MOST_KEPT for count in self._surface.counts()):
            self._keep(Failure("memory", f"keeps {tuple(self._surface.counts())}", b""))


def _memory() -> int:
    """Return the most memory that the process has ever had, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _kind(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/marstek/" in frame.filename] or frames
    last = ours[-1]
    where = "" if isinstance(error, SlowError) else f" in {Path(last.filename).stem}.{last.name}"
    return f"{type(error).__name__}{where}"


def _described(error: BaseException) -> str:
    text = "".join(traceback.format_exception(error)[-6:])
    return text if len(text) < 4000 else f"{text[:2000]} ... {text[-2000:]}"

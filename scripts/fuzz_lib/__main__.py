"""Feed generated and mutated input to all that reads from outside.

Each input is a valid value or is refused by a documented error: no other exception, nothing that
takes longer than two seconds, no text without bounds, no number that is not finite, and no memory
that grows. What fails is made smaller and written down, to be kept in tests/data/fuzz.
"""

import argparse
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
import sys
import time

from .runner import Failure, Fuzzer, Tally
from .surfaces import SURFACES

_DEFAULT_COUNT = 100_000
_FOUND = Path("fuzz-found")


def main() -> int:
    """Fuzz what was asked for; return the exit code."""
    arguments = _arguments()
    failed = False
    print(
        f"{'surface':10s} {'inputs':>10s} {'valid':>10s} {'refused':>10s} {'slowest':>9s} {'s':>7s}"
    )
    for name in arguments.surface or SURFACES:
        fuzzer = Fuzzer(SURFACES[name], arguments.seed)
        tally = fuzzer.run(_bound(arguments.count, arguments.minutes))
        print(
            f"{name:10s} {tally.total:10d} {tally.accepted:10d} {tally.refused:10d} "
            f"{1000 * tally.slowest:6.0f} ms {tally.seconds:7.0f}",
            flush=True,
        )
        for failure in tally.failures.values():
            failed = True
            _write_down(fuzzer, failure, arguments.found / name)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--surface", action="append", choices=[*SURFACES], help="may be repeated; default all"
    )
    parser.add_argument(
        "--count", type=int, default=None, help=f"inputs a surface, default {_DEFAULT_COUNT}"
    )
    parser.add_argument("--minutes", type=float, default=None, help="time a surface, at most")
    parser.add_argument("--seed", type=int, default=1, help="default 1: the same inputs each time")
    parser.add_argument(
        "--found",
        type=Path,
        default=_FOUND,
        help="folder for inputs that fail, default %(default)s",
    )
    return parser.parse_args()


def _bound(count: int | None, minutes: float | None) -> Callable[[Tally], bool]:
    """Return what tells when enough was run: by count, by time, or by whichever is first."""
    until = None if minutes is None else time.monotonic() + 60 * minutes
    most = count if count is not None or minutes is not None else _DEFAULT_COUNT

    def is_over(tally: Tally) -> bool:
        is_late = until is not None and time.monotonic() >= until
        return is_late or (most is not None and tally.total >= most)

    return is_over


def _write_down(fuzzer: Fuzzer, failure: Failure, folder: Path) -> None:
    """Print a failure, and keep the smallest input found that fails alike."""
    print(f"\n{failure.kind}\n{failure.detail}")
    if not failure.document:
        return
    document = fuzzer.smallest(failure)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sha256(document).hexdigest()[:12]}.json"
    path.write_bytes(document)
    print(f"{len(document)} bytes in {path}: {document[:200]!r}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())

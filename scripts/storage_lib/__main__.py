"""Command line: run the tests of records and queries on each server that is named."""

from contextlib import AbstractContextManager
import os
from pathlib import Path
import subprocess
import sys
import tempfile
from typing import Final

from .servers import ServerError, mariadb, postgresql

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = ("tests/storage", "tests/records/test_export.py", "tests/records/test_import.py")
DATABASES: Final = ("postgresql", "mariadb")
OUTSIDE: Final = "outside"
KINDS: Final = (*DATABASES, OUTSIDE)


def _server(kind: str, folder: Path) -> AbstractContextManager[str]:
    if kind == "postgresql":
        return postgresql(folder)
    return mariadb(folder, Path(os.environ.get("HA_MARSTEK_MARIADB", "/")))


def _test(url: str, chosen: tuple[str, ...]) -> bool:
    """Return whether the tests pass on a database; each of them finds it empty."""
    command = [str(ROOT / "scripts" / "isolated"), sys.executable, "-m", "pytest", "-q"]
    options = ["--timeout", "120", "--tb", "short", "--show-capture", "no", "--dburl", url]
    done = subprocess.run([*command, *options, *chosen], cwd=ROOT, check=False)  # noqa: S603
    return done.returncode == 0


def _is_sent_outside() -> bool:
    """Return whether InfluxDB and Prometheus say what the sensors do."""
    clients = os.environ.get("HA_MARSTEK_CLIENTS", "")
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{clients}"}
    command = [sys.executable, "-m", "scripts.storage_lib.outside"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """Check the servers that are named, all of them by default; return 0 where all is well."""
    kinds = arguments or list(KINDS)
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        print(f"Unknown: {', '.join(unknown)}. There are {', '.join(KINDS)}.")
        return 2
    failed = [OUTSIDE] if OUTSIDE in kinds and not _is_sent_outside() else []
    for kind in [kind for kind in kinds if kind in DATABASES]:
        with tempfile.TemporaryDirectory(prefix="storage-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            try:
                with _server(kind, folder) as url:
                    print(f"{kind}: running the tests", flush=True)
                    if not _test(url, TESTS):
                        failed.append(kind)
            except ServerError as err:
                print(f"{kind}: {err}")
                failed.append(kind)
    print(f"Failed: {', '.join(failed)}" if failed else f"All is well: {', '.join(kinds)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

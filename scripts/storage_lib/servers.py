"""Database servers of Debian in a folder of their own, reached by a socket in it.

They listen on no port, so that nothing else on the machine meets them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import pwd
import shutil
import subprocess
import time
from typing import Final

_STARTS_WITHIN: Final = 60.0
_UNPRIVILEGED: Final = "nobody"


class ServerError(Exception):
    """A server that can't be started."""


def _as_nobody(folder: Path) -> list[str]:
    """Return what runs a command without root's rights, which servers refuse to have."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(_UNPRIVILEGED)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _program(name: str, *folders: Path) -> Path:
    for folder in folders:
        if (found := folder / name).exists():
            return found
    if found_on_path := shutil.which(name):
        return Path(found_on_path)
    raise ServerError(f"{name} is not there: apt-get install it")


def _run(command: list[str], log: Path) -> None:
    with log.open("a") as output:
        done = subprocess.run(  # noqa: S603 - our own command
            command, stdout=output, stderr=subprocess.STDOUT, check=False, cwd=log.parent
        )
    if done.returncode:
        raise ServerError(f"{command[-1]} failed:\n{log.read_text('utf-8')[-2000:]}")


@contextmanager
def _running(command: list[str], socket: Path, log: Path) -> Iterator[None]:
    """Run a server until the end of the block, once its socket is there."""
    with log.open("a") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent
        )
    try:
        began = time.monotonic()
        while not socket.exists():
            if process.poll() is not None or time.monotonic() - began > _STARTS_WITHIN:
                raise ServerError(f"It does not start:\n{log.read_text('utf-8')[-2000:]}")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run PostgreSQL, and yield the URL of an empty database."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    become, log, data = _as_nobody(folder), folder / "log", folder / "data"
    setup = _program("initdb", *places)
    _run([*become, str(setup), "-D", str(data), "-A", "trust", "-U", "ha", "-E", "UTF8"], log)
    server = _program("postgres", *places)
    socket = folder / ".s.PGSQL.5432"
    options = ["-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"]
    with _running([*become, str(server), "-D", str(data), *options], socket, log):
        create = _program("createdb", *places)
        _run([*become, str(create), "-h", str(folder), "-U", "ha", "ha"], log)
        yield f"postgresql+psycopg2://ha@/ha?host={folder}"


@contextmanager
def mariadb(folder: Path, root: Path) -> Iterator[str]:
    """Run MariaDB, unpacked below `root` or installed, and yield the URL of an empty database."""
    log, data = folder / "log", folder / "data"
    # Unlike PostgreSQL it may run as root, which alone can read what root has unpacked.
    rights = ["--user=root"] if os.geteuid() == 0 else []
    base = root / "usr" if (root / "usr").is_dir() else Path("/usr")
    server = _program("mariadbd", base / "sbin")
    setup = _program("mariadb-install-db", base / "bin")
    _run(
        [
            str(setup),
            "--no-defaults",
            *rights,
            f"--basedir={base}",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        log,
    )
    socket = folder / "socket"
    init = folder / "init.sql"
    init.write_text("CREATE DATABASE ha DEFAULT CHARACTER SET utf8mb4;\n")
    options = [
        "--no-defaults",
        *rights,
        f"--basedir={base}",
        f"--datadir={data}",
        f"--socket={socket}",
        "--skip-networking",
        f"--init-file={init}",
    ]
    with _running([str(server), *options], socket, log):
        yield f"mysql+pymysql://root@localhost/ha?charset=utf8mb4&unix_socket={socket}"

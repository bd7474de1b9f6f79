"""`scripts/venus` as a program of its own: without Home Assistant, with its exit codes."""

import asyncio
import json
import os
from pathlib import Path
import signal
import sys

import pytest

from simulator import SimulatedBattery
from simulator.household import constant
from tests.venus_cli.bench import LOAD, PORT, spec

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("socket_enabled")


async def program(*words: str, interrupted: bool = False) -> tuple[int, str, str]:
    """Run it, with Ctrl-C after its second line if wanted; return exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        f"import signal, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        # A shell lets what it runs in the background ignore Ctrl-C, and that is inherited.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.modules['homeassistant'] = None\n"
        "from scripts.venus_lib.__main__ import main\n"
        "sys.exit(main())",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    seen = b""
    if interrupted and process.stdout is not None:
        seen = await process.stdout.readline() + await process.stdout.readline()
        process.send_signal(signal.SIGINT)
    output, errors = await process.communicate()
    return process.returncode or 0, (seen + output).decode(), errors.decode()


async def test_watch_until_interrupted() -> None:
    """Ctrl-C ends a watch well."""
    battery = SimulatedBattery(spec(1))
    battery.set_household(constant(LOAD))
    await battery.start()
    try:
        code, output, errors = await program("watch", "127.0.0.11", interrupted=True)
    finally:
        await battery.stop()
    first, second = output.splitlines()
    assert first.endswith(f"BLE MAC 02aabbcc0001, 127.0.0.11 port {PORT}")
    assert "55 %  AC +200 W" in second
    assert (code, errors) == (0, "")
    assert battery.forbidden == []


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("explode",),
        ("status",),
        ("status", "127.0.0.11", "--port", "0"),
        ("status", "127.0.0.11", "--port", "70000"),
        ("discover", "--port", "x"),
        ("watch", "127.0.0.11", "--interval", "1"),
        ("watch", "127.0.0.11", "--count", "0"),
        ("set-mode", "127.0.0.11"),
        ("set-mode", "127.0.0.11", "ups"),
        ("set-mode", "127.0.0.11", "passive"),
        ("set-mode", "127.0.0.11", "manual"),
        ("set-mode", "127.0.0.11", "auto", "--power", "100"),
        ("set-mode", "127.0.0.11", "passive", "--power", "1.5"),
        ("set-mode", "127.0.0.11", "passive", "--power", "100", "--duration", "0"),
        ("set-mode", "127.0.0.11", "manual", "--power", "100", "--duration", "60"),
    ],
    ids=" ".join,
)
def test_wrong_arguments(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Arguments that make no sense are refused with a hint, before anything is sent."""
    from scripts.venus_lib.arguments import parse  # noqa: PLC0415 - beside the program itself

    with pytest.raises(SystemExit) as stopped:
        parse(list(words))
    assert stopped.value.code == 2
    assert "usage: scripts/venus" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--help",), ("set-mode", "--help")], ids=" ".join)
async def test_help(words: tuple[str, ...]) -> None:
    """The help explains signs and exit codes."""
    code, output, _ = await program(*words)
    assert code == 0
    assert "negative charges" in output
    assert "exit codes:" in output


async def test_the_script_itself() -> None:
    """The script finds Python and its own files from any folder."""
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "scripts" / "venus"),
        "status",
        "fe80::1",
        "--json",
        cwd="/",
        env={**os.environ, "PYTHONPATH": ""},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 1
    assert json.loads(output)["error"] == "NetworkError"

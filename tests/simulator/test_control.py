"""The control socket, and the command line as a person uses it."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
import json
from pathlib import Path
import signal
import sys
from typing import Any

import pytest

from simulator import BatterySpec, Fleet, SimulatorError
from simulator.cli import battery_spec, control_request, parser
from simulator.control import ControlServer, ask
from simulator.steering import COMMANDS

ONE = BatterySpec(name="one", ble_mac="02aabbcc0201", address="127.0.2.11", port=30472)
TWO = BatterySpec(
    name="two", device="Venus A", firmware=148, ble_mac="02aabbcc0202", address="127.0.2.12"
)
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def control() -> AsyncIterator[ControlServer]:
    """Open a control socket for two batteries that are not on any network."""
    server = ControlServer(Fleet([ONE, TWO], latency=(0.0, 0.0)))
    await server.start(port=0)
    yield server
    await server.stop()


async def _do(control: ControlServer, *words: str, battery: str | None = None) -> Any:
    """Do what `ctl` does and return the result."""
    arguments = parser().parse_args(["ctl", *(["-b", battery] if battery else []), *words])
    return await asyncio.to_thread(ask, control_request(arguments), control.port)


async def test_state_of_all_and_of_one(control: ControlServer) -> None:
    """By MAC, end of MAC, address or name; all without any."""
    assert list(await _do(control, "state")) == ["02aabbcc0201", "02aabbcc0202"]
    for wanted in ("02aabbcc0201", "0201", "127.0.2.11", "one", "02AABBCC0201"):
        (state,) = (await _do(control, "state", battery=wanted)).values()
        assert (state["mode"], state["soc"], state["name"]) == (
            "Auto",
            pytest.approx(55.0, abs=0.1),
            "one",
        )
    with pytest.raises(SimulatorError, match="'02aabb' is 0 batteries"):
        await _do(control, "state", battery="02aabb")


async def test_commands_change_the_truth(control: ControlServer) -> None:
    """Each command reaches the battery."""

    async def after(*words: str) -> Any:
        return (await _do(control, *words, battery="one"))["02aabbcc0201"]

    assert (await after("faults", "loss=0.3", "dark=true"))["loss"] == 0.3
    assert (await after("faults"))["dark"] is True
    assert (await after("clear_faults"))["loss"] == 0.0
    assert (await after("set", "soc=20", "temperature=31.5"))["temperature"] == 31.5
    passive = await after("mode", "Passive", "-500", "60")
    assert (passive["mode"], passive["setpoint"], passive["ac_power"]) == ("Passive", -500, -500)
    assert passive["passive_remaining"] == pytest.approx(60, abs=1)
    manual = await after("mode", "Manual", "-700")
    assert manual["slots"][0]["power"] == manual["ac_power"] == -700
    assert (await after("mode", "Auto"))["mode"] == "Auto"
    assert (await after("household", "250"))["ac_power"] == 250
    assert (await after("backup", "90"))["backup_power"] == 90
    assert (await after("reset_counters"))["energy_charged_wh"] == pytest.approx(0, abs=1)
    assert (await after("firmware", "147"))["firmware"] == 147
    assert (await after("address", "127.0.2.99"))["address"] == "127.0.2.99"
    assert await after("latency", "0.1", "0.2") == [0.1, 0.2]
    assert await after("scale", "60") == 60
    assert (await after("wipe"))["mode"] == "Auto"
    assert (await _do(control, "sun", "500", battery="two"))["02aabbcc0202"]["pv_power"] == 500


async def test_record_over_the_socket(control: ControlServer) -> None:
    """Darkness, restarts, exchanges and figures."""
    battery = next(iter(control.fleet))
    request = b'{"id":4,"method":"Set.Ver","params":{"version":800}}'
    await _do(control, "dark", "300", battery="one")
    assert battery.receive(request, ("127.0.0.1", 9)) == []
    await _do(control, "back", battery="one")
    assert len(battery.receive(request, ("127.0.0.1", 9))) == 1
    await _do(control, "reboot", "100", battery="one")
    assert battery.receive(request, ("127.0.0.1", 9)) == []
    exchanges = (await _do(control, "exchanges", battery="one"))["02aabbcc0201"]
    assert [item["outcome"] for item in exchanges] == ["dark", "answered", "dark"]
    assert len((await _do(control, "exchanges", "1", battery="one"))["02aabbcc0201"]) == 1
    figures = (await _do(control, "statistics", "60"))["02aabbcc0201"]
    assert (figures["requests"], figures["forbidden"]) == (3, 3)
    assert len((await _do(control, "forbidden"))["02aabbcc0201"]) == 3
    await _do(control, "clear")
    assert (await _do(control, "forbidden"))["02aabbcc0201"] == []
    assert (await _do(control, "list"))["02aabbcc0202"]["device"] == "Venus A"


async def test_raw_json_and_several_lines(control: ControlServer) -> None:
    """A request can be written as JSON; a connection takes many lines."""
    written = '{"command": "set", "battery": "two", "soc": 33}'
    assert (await _do(control, written))["02aabbcc0202"]["soc"] == 33
    reader, writer = await asyncio.open_connection("127.0.0.1", control.port)
    lines = [
        b'{"command":"list"}',
        b"nonsense",
        b"[]",
        b'{"command":"fly"}',
        b'{"command":"scale"}',
    ]
    writer.write(b"\n".join(lines) + b"\n")
    answers = [json.loads(await reader.readline()) for _ in lines]
    writer.close()
    assert [answer["ok"] for answer in answers] == [True, False, False, False, False]
    assert "there are: list, state" in answers[3]["error"]
    assert answers[4]["error"] == "'scale' is missing or not a number"


async def test_nonsense_is_refused(control: ControlServer) -> None:
    """With a message, and without taking the server down."""
    mistakes = (
        ["fly"],
        ["faults", "los=1"],
        ["set", "sock=1"],
        ["mode"],
        ["dark", "soon"],
        ["dark", "1", "2"],
        ["scale", "0"],
        ["firmware", "abc"],
    )
    for words in mistakes:
        with pytest.raises((SimulatorError, ValueError)):
            await _do(control, *words, battery="one")
    assert await _do(control, "state")


async def test_control_port_is_taken(control: ControlServer) -> None:
    """Two simulators do not share a control socket."""
    with pytest.raises(SimulatorError, match="is another simulator running"):
        await ControlServer(control.fleet).start(control.port)


def test_help_names_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """`ctl --help` lists every command, `--help` every knob and battery."""
    for words, expected in (
        (["ctl", "--help"], list(COMMANDS)),
        (["--help"], ["127.0.0.11", "Venus A", "lying_writes", "--allow-lan", "ctl -b garage"]),
    ):
        with pytest.raises(SystemExit):
            parser().parse_args(words)
        text = capsys.readouterr().out
        assert [word for word in expected if word not in text] == []


def test_battery_of_the_command_line() -> None:
    """Properties of a spec as name=value."""
    spec = battery_spec("device=Venus D,firmware=149,soc=12.5,ethernet=true,address=127.0.0.14")
    assert (spec.device, spec.firmware, spec.soc, spec.ethernet) == ("Venus D", 149, 12.5, True)
    with pytest.raises(ValueError, match="no property 'colour'"):
        battery_spec("colour=blue")


async def _simulator(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", *arguments, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_runs_and_ends_cleanly(number: signal.Signals) -> None:
    """Started, announced, steered, stopped by a signal: exit code 0, nothing on stderr."""
    battery = "name=shed,ble_mac=02aabbcc0301,address=127.0.2.31,port=30473"
    process = await _simulator("--port", "30998", "--battery", battery, "--faults", "loss=0.5")
    assert process.stdout is not None
    assert (
        b"shed: VenusE 3.0, firmware 150, UDP 127.0.2.31:30473" in await process.stdout.readline()
    )
    assert b"control: TCP 127.0.0.1:30998" in await process.stdout.readline()
    steered = await _simulator("ctl", "--port", "30998", "mode", "Passive", "-500", "60")
    output, _ = await steered.communicate()
    assert json.loads(output)["02aabbcc0301"]["ac_power"] == -500
    process.send_signal(number)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "30997", "--battery", "address=10.0.0.3"], "not a loopback address"),
        (["--port", "30997", "--battery", "device=Toaster"], "unknown battery model 'Toaster'"),
        (["--port", "30997", "--faults", "los=1"], "no fault 'los'"),
        (["--port", "30997", "--time-scale", "0"], "time scale must be above 0"),
        (["ctl", "--port", "30997", "state"], "no simulator answers at 127.0.0.1:30997"),
    ],
)
async def test_errors_are_one_line(arguments: list[str], message: str) -> None:
    """No traceback: what is wrong, and exit code 1."""
    process = await _simulator(*arguments)
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert message in errors.decode()
    assert errors.count(b"\n") == 1

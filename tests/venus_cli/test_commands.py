"""What an owner sees of a battery with `scripts/venus`, and what the battery sees of it."""

import asyncio
import json
import logging
import socket
from typing import Any

import pytest

from scripts.venus_lib.commands import DONE, FAILED, UNPROVEN
from simulator import Faults
from tests.support.loopback import names, taken
from tests.venus_cli.bench import LOAD, PORT, Manners, fleet, spec, venus, virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Output = pytest.CaptureFixture[str]

MODELS = [
    ("VenusE", 153),
    ("VenusE", 156),
    ("VenusE 3.0", 139),
    ("VenusE 3.0", 147),
    ("VenusE 3.0", 150),
    ("Venus A", 148),
    ("Venus A", 149),
    ("Venus D", 149),
]


def told(output: Output) -> Any:
    """Return what was printed for other programs."""
    return json.loads(output.readouterr().out)


def test_discover(capsys: Output) -> None:
    """Every battery in the network is listed once."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1), spec(2, "VenusE", 156)) as batteries:
            assert await venus("discover") == DONE
            shown = capsys.readouterr().out
            assert "VenusE 3.0, firmware 150, BLE MAC 02aabbcc0001, 127.0.0.11 port 30000" in shown
            assert "VenusE, firmware 156, BLE MAC 02aabbcc0002, 127.0.0.12 port 30000" in shown
            assert await venus("discover", "--json") == DONE
            found = told(capsys)
            assert found["ports_in_use"] == []
            assert [one["address"] for one in found["batteries"]] == ["127.0.0.11", "127.0.0.12"]
            assert found["batteries"][1]["device"]["firmware"] == 156
            for battery in batteries:
                Manners(battery).assert_good()

    test()


def test_discover_one_address(capsys: Output) -> None:
    """Only the battery that is meant is asked."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1), spec(2)) as batteries:
            assert await venus("discover", "--address", "127.0.0.12", "--port", "30000") == DONE
            assert "127.0.0.11" not in capsys.readouterr().out
            assert batteries["02aabbcc0001"].exchanges == []

    test()


@virtual
async def test_discover_nothing() -> None:
    """An empty network is a failure."""
    assert await venus("discover", "--port", "30003") == FAILED


@pytest.mark.parametrize(("device", "firmware"), MODELS)
def test_status(capsys: Output, device: str, firmware: int) -> None:
    """Every reading of every model comes in SI units; what the firmware lacks is not asked."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1, device, firmware)) as batteries:
            battery = batteries["02aabbcc0001"]
            assert await venus("status", "127.0.0.11", "--json") == DONE
            answer = told(capsys)
            assert (answer["address"], answer["port"]) == ("127.0.0.11", PORT)
            assert answer["profile"]["known"]
            methods = answer["methods"]
            assert methods["Marstek.GetDevice"]["status"]["model"] == device
            assert methods["Bat.GetStatus"]["status"]["soc"] == 55
            assert methods["ES.GetMode"]["status"] | {"ct_connected": None} == {
                "mode": "Auto",
                "soc": 55,
                "ac_power": LOAD,
                "backup_power": 0,
                "ct_connected": None,
            }
            energy = methods["ES.GetStatus"]
            if "status" in energy:
                discharged = battery.state.energy_discharged_wh
                assert abs(energy["status"]["energy_discharged"] - discharged) <= 100
            for method, reading in methods.items():
                assert ("status" in reading) == (method in battery.statistics().methods)
                assert "status" in reading or reading["error"] == "UnsupportedError"
            Manners(battery).assert_good()

    test()


def test_status_in_words(capsys: Output) -> None:
    """A person reads names, units and what a firmware is known for."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1, "Venus A", 148)):
            assert await venus("status", "127.0.0.11") == DONE

    test()
    shown, noted = capsys.readouterr()
    assert "  soc                   55 %" in shown
    assert "  ac_power              200 W" in shown
    assert "input 1" in shown
    assert "Update it in the app" in noted


def test_status_of_a_method_that_fails(capsys: Output) -> None:
    """What failed is told with its reason, beside what did not; the exit code says so too."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1), faults=Faults(silent="Wifi.GetStatus")):
            assert await venus("status", "127.0.0.11", "--json") == FAILED

    test()
    methods = told(capsys)["methods"]
    assert methods["Wifi.GetStatus"]["error"] == "NoAnswerError"
    assert methods["Wifi.GetStatus"]["reason"].startswith("No answer.")
    assert methods["BLE.GetStatus"]["status"] == {"connected": False}


def test_status_with_heavy_losses(capsys: Output) -> None:
    """A third of the datagrams may be lost."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1), faults=Faults(loss=0.3)) as batteries:
            assert await venus("status", "127.0.0.11", "--json") == DONE
            Manners(batteries["02aabbcc0001"]).assert_good()

    test()
    assert told(capsys)["methods"]["ES.GetStatus"]["status"]["soc"] == 55


@pytest.mark.parametrize(
    "words", [("status",), ("watch", "--count", "1"), ("set-mode", "auto")], ids=lambda w: w[0]
)
@pytest.mark.parametrize("as_json", [True, False])
def test_dark_battery(capsys: Output, words: tuple[str, ...], as_json: bool) -> None:
    """Silence is reported with what to check."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            batteries["02aabbcc0001"].go_dark()
            json_words = ("--json",) if as_json else ()
            assert await venus(words[0], "127.0.0.11", *words[1:], *json_words) == FAILED

    test()
    shown, noted = capsys.readouterr()
    if as_json:
        answer = json.loads(shown)
        assert answer["error"] == "NoAnswerError"
        assert answer.get("outcome") == ("failed" if words[0] == "set-mode" else None)
    else:
        assert "No answer. Is this the battery's address and port" in noted


def test_watch(capsys: Output) -> None:
    """One line a poll, at the pace that the firmware bears, through silences."""

    @virtual
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with fleet(spec(1)) as batteries:
            battery = batteries["02aabbcc0001"]
            loop.call_later(50, battery.go_dark, 55)
            loop.call_later(120, battery.set_mode, "Manual", 300)
            started = loop.time()
            assert await venus("watch", "127.0.0.11", "--json", "--count", "12") == DONE
            assert 330 <= loop.time() - started < 370
            assert battery.statistics().requests_per_hour < 250
            Manners(battery).assert_good()

    test()
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 12
    assert (rows[0]["soc"], rows[0]["ac_power"], rows[0]["mode"]) == (55, LOAD, "Auto")
    assert any(row.get("error") == "NoAnswerError" for row in rows)
    assert (rows[-1]["ac_power"], rows[-1]["mode"]) == (300, "Manual")


@pytest.mark.parametrize(
    ("device", "firmware", "mode_reads", "pause"),
    [("VenusE", 156, 2, 120), ("VenusE 3.0", 147, 1, 60), ("VenusE 3.0", 139, 6, 60)],
)
def test_watch_is_gentle(
    capsys: Output, device: str, firmware: int, mode_reads: int, pause: int
) -> None:
    """Firmware that polling hurts is asked less; GetMode hurts some more than once."""

    @virtual
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with fleet(spec(1, device, firmware)) as batteries:
            started = loop.time()
            assert await venus("watch", "127.0.0.11", "--count", "6") == DONE
            assert abs(loop.time() - started - 5 * pause) < 15
            methods = batteries["02aabbcc0001"].statistics().methods
            assert methods["ES.GetMode"] == mode_reads

    test()
    shown = capsys.readouterr().out
    assert shown.count("55 %  AC +200 W  backup 0 W  Auto") == 6


def test_watch_of_another_battery(capsys: Output) -> None:
    """Values of another battery at the same address are never shown."""

    @virtual
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with fleet(spec(1), spec(2)) as batteries:

            def swap() -> None:
                swapping.append(
                    loop.create_task(batteries.swap_addresses("02aabbcc0001", "02aabbcc0002"))
                )

            batteries["02aabbcc0002"].set_battery(soc=20.0)
            swapping: list[asyncio.Task[None]] = []
            loop.call_later(45, swap)
            assert await venus("watch", "127.0.0.11", "--count", "6") == DONE
            await swapping[0]

    test()
    shown = capsys.readouterr().out
    assert "20 %" not in shown
    assert shown.count("Another battery answers at this address now.") == 4


@pytest.mark.parametrize(
    ("words", "mode", "power"),
    [
        (("passive", "--power", "-500", "--duration", "600"), "Passive", -500),
        (("manual", "--power", "700"), "Manual", 700),
        (("AI",), "AI", None),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_set_mode(capsys: Output, words: tuple[str, ...], mode: str, power: int | None) -> None:
    """The battery is in that mode when the command ends, and says so."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            battery = batteries["02aabbcc0001"]
            assert await venus("set-mode", "127.0.0.11", *words, "--json") == DONE
            assert battery.state.mode == mode
            assert power is None or battery.state.ac_power == power
            Manners(battery).assert_good()

    test()
    answer = told(capsys)
    assert (answer["outcome"], answer["mode"]) == ("confirmed", mode)
    assert answer.get("power") == power


def test_set_mode_that_is_on(capsys: Output) -> None:
    """Nothing is written for nothing."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            assert await venus("set-mode", "127.0.0.11", "auto") == DONE
            assert "ES.SetMode" not in batteries["02aabbcc0001"].statistics().methods

    test()
    assert "unchanged" in capsys.readouterr().out


def test_leaving_passive(capsys: Output) -> None:
    """A countdown that an earlier command began does not fire after the next one."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            battery = batteries["02aabbcc0001"]
            passive = ("passive", "--power", "400", "--duration", "120")
            assert await venus("set-mode", "127.0.0.11", *passive) == DONE
            assert await venus("set-mode", "127.0.0.11", "auto") == DONE
            await asyncio.sleep(600)
            assert battery.state.mode == "Auto"

    test()
    shown, noted = capsys.readouterr()
    assert shown.count("confirmed") == 2
    assert "in 120 s the battery goes to 0 W" in noted


@pytest.mark.parametrize(
    ("faults", "error", "words"),
    [
        (Faults(refused_writes=1.0), "RefusedError", "refused the command every time"),
        (Faults(lying_writes=1.0), "ContradictedError", "accepted the command and did not follow"),
    ],
)
def test_set_mode_that_fails(capsys: Output, faults: Faults, error: str, words: str) -> None:
    """A command that the battery does not follow is never reported as done."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1), faults=faults) as batteries:
            assert await venus("set-mode", "127.0.0.11", "ai", "--json") == FAILED
            answer = told(capsys)
            assert (answer["outcome"], answer["error"]) == ("failed", error)
            assert await venus("set-mode", "127.0.0.11", "ai") == FAILED
            assert f"failed: The battery {words}" in capsys.readouterr().err
            assert batteries["02aabbcc0001"].state.mode == "Auto"

    test()


def test_set_mode_that_cannot_be_proven(capsys: Output) -> None:
    """An empty battery that gives nothing may be at its depth of discharge."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            batteries["02aabbcc0001"].set_battery(soc=12.0)
            words = ("passive", "--power", "800", "--json")
            assert await venus("set-mode", "127.0.0.11", *words) == UNPROVEN

    test()
    assert told(capsys)["outcome"] == "assumed"


@pytest.mark.parametrize(
    ("device", "words", "error"),
    [
        ("VenusE 3.0", ("passive", "--power", "2501"), "OutOfRangeError"),
        ("Venus A", ("manual", "--power", "-1501"), "OutOfRangeError"),
        ("VNSEM-0", ("passive", "--power", "100"), "UnsupportedError"),
    ],
)
def test_set_mode_that_is_not_possible(
    capsys: Output, device: str, words: tuple[str, ...], error: str
) -> None:
    """What a model can't do is not sent."""

    @virtual
    async def test() -> None:
        firmware = {"VNSEM-0": 300, "Venus A": 149}.get(device, 150)
        async with fleet(spec(1, device, firmware)) as batteries:
            assert await venus("set-mode", "127.0.0.11", *words, "--json") == FAILED
            assert "ES.SetMode" not in batteries["02aabbcc0001"].statistics().methods

    test()
    assert told(capsys)["error"] == error


@pytest.mark.parametrize("shared", [True, False])
def test_port_held_by_home_assistant(capsys: Output, shared: bool) -> None:
    """Nothing is sent that would take Home Assistant's answers away, even if it shares its port."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as home_assistant:
                # The batteries listen on addresses of their own, and share as well.
                home_assistant.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))
                home_assistant.bind(("0.0.0.0" if shared else "127.0.0.1", PORT))  # noqa: S104 - as Home Assistant does
                assert await venus("status", "127.0.0.11") == FAILED
                assert "Stop Home Assistant" in capsys.readouterr().err
                assert await venus("discover", "--port", str(PORT), "--json") == FAILED
                assert told(capsys)["error"] == "PortInUseError"
            assert batteries["02aabbcc0001"].exchanges == []
            assert await venus("status", "127.0.0.11") == DONE

    test()


def test_one_of_several_ports_is_held(capsys: Output) -> None:
    """A search goes on on the other ports, and tells which one it left out."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)):
            with taken(30001, "127.0.0.1"):
                assert await venus("discover", "--json") == DONE

    test()
    answer = told(capsys)
    assert answer["ports_in_use"] == [30001]
    assert len(answer["batteries"]) == 1


@pytest.mark.parametrize("host", ["nowhere.invalid", "fe80::1", "300.1.2.3", "..", "x" * 300])
def test_wrong_host(capsys: Output, host: str) -> None:
    """An address that leads nowhere is told."""

    @virtual
    async def test() -> None:
        with names({}):
            assert await venus("status", host, "--json") == FAILED

    test()
    assert told(capsys)["error"] == "NetworkError"


@virtual
async def test_host_name() -> None:
    """A name does as well as an address."""
    async with fleet(spec(1)):
        with names({"battery.lan": "127.0.0.11"}):
            assert await venus("watch", "battery.lan", "--count", "1") == DONE


def test_garbage(capsys: Output, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of what cannot be believed is shown."""

    @virtual
    async def test() -> None:
        async with fleet(spec(1)) as batteries:
            loop = asyncio.get_running_loop()
            faults = batteries["02aabbcc0001"].faults
            loop.call_later(10, faults.set, "garbage", "any")
            assert await venus("watch", "127.0.0.11", "--count", "8", "--json") == DONE

    with caplog.at_level(logging.ERROR):
        test()
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 8
    assert all("error" in row or (row["soc"], row["ac_power"]) == (55, LOAD) for row in rows)
    assert not caplog.records

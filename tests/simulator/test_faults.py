"""Every knob does what it says, and the record says why."""

from dataclasses import asdict
import json

import pytest

from simulator import BatterySpec, Faults
from tests.simulator.bench import CLIENT, Bench

REQUEST = json.dumps({"id": 9, "method": "ES.GetMode", "params": {"id": 0}}).encode()


def _outcomes(bench: Bench) -> list[str]:
    return [str(item.outcome) for item in bench.battery.exchanges]


def test_all_off_by_default() -> None:
    """A hundred requests, a hundred answers."""
    bench = Bench()
    assert all(bench.ask("ES.GetMode")["result"] for _ in range(100))
    assert set(_outcomes(bench)) == {"answered"}
    assert not any(
        asdict(Faults(lateness=0, too_soon_loss=0, overlap_answered=0, garbage_rate=0)).values()
    )


def test_loss_takes_requests_and_replies() -> None:
    """30 % are lost, half of them after they were carried out."""
    bench = Bench(faults=Faults(loss=0.3))
    for number in range(1, 1001):
        bench.passive(number % 2000)
    lost = [item for item in bench.battery.exchanges if item.outcome == "lost"]
    assert 250 < len(lost) < 350
    replies = [item for item in lost if item.reason == "reply"]
    assert 0.35 < len(replies) / len(lost) < 0.65
    assert not any(item.replied for item in lost)

    bench.battery.faults.loss = 1.0
    carried_out = set()
    for number in range(2001, 2021):
        bench.passive(number)
        carried_out.add(
            (bench.battery.exchanges[-1].reason, bench.battery.state.setpoint == number)
        )
    assert carried_out == {("reply", True), ("request", False)}


def test_chance_is_seeded() -> None:
    """The same seed gives the same run, another seed another."""
    runs = []
    for seed in (1, 1, 2):
        bench = Bench(faults=Faults(loss=0.5), seed=seed)
        runs.append([bench.ask("ES.GetMode") is None for _ in range(40)])
    assert runs[0] == runs[1] != runs[2]


def test_duplicates_delay_and_lateness() -> None:
    """Each delivery says when it leaves, and the record keeps it."""
    bench = Bench(latency=0.2, faults=Faults(duplicates=1.0, delay=1.0))
    deliveries = bench.battery.receive(REQUEST, CLIENT)
    assert [delay for delay, _, _ in deliveries] == pytest.approx([1.2, 1.3])
    assert deliveries[0][1] == deliveries[1][1]
    assert bench.battery.exchanges[-1].replied == pytest.approx([1001.2, 1001.3])

    bench.wait(60)
    bench.battery.faults.clear()
    bench.battery.faults.late = 1.0
    bench.battery.faults.lateness = 7.0
    assert [delay for delay, _, _ in bench.battery.receive(REQUEST, CLIENT)] == [7.2]
    assert bench.battery.exchanges[-1].outcome == "late"
    bench.wait(0.3)
    bench.battery.faults.late = 0.0
    assert bench.battery.receive(REQUEST, CLIENT), "a late reply does not keep the device busy"


def test_latency_is_within_its_bounds() -> None:
    """Between 0.09 and 0.25 s, and not always the same."""
    bench = Bench()
    bench.battery.latency = (0.09, 0.25)
    delays: set[float] = set()
    for _ in range(50):
        bench.wait(5)
        delays.update(delay for delay, _, _ in bench.battery.receive(REQUEST, CLIENT))
    assert len(delays) == 50
    assert min(delays) >= 0.09
    assert max(delays) <= 0.25


def test_sporadic_parse_errors() -> None:
    """-32700/403 with id 0 to a valid write, which is not carried out."""
    bench = Bench(faults=Faults(parse_errors=1.0))
    answer = bench.passive(500)
    assert (answer["id"], answer["error"]["code"], answer["error"]["data"]) == (0, -32700, 403)
    assert bench.battery.state.mode == "Auto"
    assert _outcomes(bench) == ["parse_error"]


def test_errors_only() -> None:
    """A device that answers every request with the same error."""
    bench = Bench(faults=Faults(error=425))
    assert [bench.error(method) for method in ("ES.GetStatus", "Bat.GetStatus")] == [425, 425]
    assert _outcomes(bench) == ["error", "error"]


@pytest.mark.parametrize(
    ("fault", "result", "outcome"),
    [({"refused_writes": 1.0}, False, "refused"), ({"lying_writes": 1.0}, True, "lied")],
)
def test_writes_that_do_nothing(fault: dict[str, float], result: bool, outcome: str) -> None:
    """One says so, the other does not."""
    bench = Bench(faults=Faults(**fault))  # type: ignore[arg-type]
    assert bench.passive(500)["result"]["set_result"] is result
    assert bench.battery.state.mode == "Auto"
    assert bench.ask("ES.GetMode")["result"]["mode"] == "Auto"
    assert _outcomes(bench) == [outcome, "answered"]


def test_slots_that_can_not_be_disabled() -> None:
    """Only such a write is refused; the slot stays as it was."""
    bench = Bench(faults=Faults(refused_disabling=1.0))
    slot: dict[str, object] = {"time_num": 3, "start_time": "00:00", "end_time": "23:59"}
    slot |= {"week_set": 127, "power": 500}
    for enable, is_done in ((1, True), (0, False)):
        config = {"mode": "Manual", "manual_cfg": {**slot, "enable": enable}}
        answer = bench.ask("ES.SetMode", {"id": 0, "config": config})
        assert answer is not None
        assert answer["result"]["set_result"] is is_done
    held = bench.battery.state.slots[3]
    assert held is not None
    assert held.enabled
    assert _outcomes(bench) == ["answered", "refused"]


def test_darkness() -> None:
    """For a time, or until somebody does something."""
    bench = Bench()
    bench.battery.go_dark(seconds=300)
    assert bench.ask("ES.GetMode") is None
    bench.wait(299.9)
    assert bench.ask("ES.GetMode") is None
    bench.wait(0.1)
    assert bench.ask("ES.GetMode")
    bench.battery.go_dark()
    bench.wait(100_000)
    assert bench.ask("ES.GetMode") is None
    bench.battery.come_back()
    assert bench.ask("ES.GetMode")
    assert _outcomes(bench) == ["dark", "dark", "answered", "dark", "answered"]


def test_one_request_at_a_time() -> None:
    """A second request is lost or gets a 403 with id 0, and does nothing either way."""
    bench = Bench(latency=0.2)
    answered = 0
    for _ in range(60):
        bench.wait(10)
        first = bench.battery.receive(REQUEST, CLIENT)
        bench.wait(0.1)
        config = {"mode": "Passive", "passive_cfg": {"power": 5, "cd_time": 9}}
        params = {"id": 0, "config": config}
        second = {"id": 10, "method": "ES.SetMode", "params": params}
        deliveries = bench.battery.receive(json.dumps(second).encode(), CLIENT)
        assert len(first) == 1
        assert bench.battery.exchanges[-1].outcome == "busy"
        for _, payload, _ in deliveries:
            answer = json.loads(payload)
            assert (answer["id"], answer["error"]["data"]) == (0, 403)
            answered += 1
    assert 15 < answered < 45
    assert bench.battery.state.mode == "Auto"
    assert bench.battery.statistics().overlaps == 60


def test_too_soon_after_the_last_reply() -> None:
    """Within the quiet gap a request is lost, with the reason on record."""
    bench = Bench(latency=0.2, faults=Faults(quiet_gap=1.0))
    assert bench.ask("ES.GetMode")
    bench.wait(0.7)
    assert bench.ask("ES.GetMode") is None
    assert bench.battery.exchanges[-1].outcome == "too_soon"
    assert bench.battery.exchanges[-1].reason == "0.500 s after the last reply"
    bench.wait(0.6)
    assert bench.ask("ES.GetMode"), "the gap counts from the last reply, not from the lost request"
    assert bench.battery.exchanges[-1].gap == pytest.approx(1.1)


def test_statistics() -> None:
    """What a bench needs: rate, outcomes, methods, overlaps, smallest gap, since when."""
    bench = Bench(latency=0.1)
    for pause in (60, 60, 3, 60):
        bench.ask("ES.GetStatus")
        bench.wait(pause)
    bench.ask("Reset.Factory")
    figures = bench.battery.statistics()
    assert figures.requests == 5
    assert figures.seconds == pytest.approx(183)
    assert figures.requests_per_hour == pytest.approx(5 / 183 * 3600)
    assert figures.methods == {"ES.GetStatus": 4, "Reset.Factory": 1}
    assert figures.outcomes == {"answered": 4, "error": 1}
    assert figures.smallest_gap == pytest.approx(2.9)
    assert figures.forbidden == 1
    assert bench.battery.statistics(since=bench.elapsed - 70).requests == 3
    bench.battery.clear_exchanges()
    bench.wait(10)
    assert bench.battery.statistics().requests == 0
    assert bench.battery.forbidden == []


@pytest.mark.parametrize(
    ("firmware", "method", "wiped"),
    [
        (148, "ES.GetMode", True),
        (148, "Bat.GetStatus", True),
        (148, "ES.GetStatus", False),
        (150, "ES.GetMode", False),
    ],
)
def test_settings_wipe(firmware: int, method: str, wiped: bool) -> None:
    """Reset-prone firmware under hard polling loses its settings and its API."""
    spec = BatterySpec(firmware=firmware)
    bench = Bench(spec, faults=Faults(wipe_per_hour=30))
    bench.slot(0)
    for _ in range(40):
        bench.ask(method)
        bench.wait(60)
    state = bench.battery.state
    assert (state.mode, bool(state.slots[0])) == (("Auto", False) if wiped else ("Manual", True))
    assert (bench.ask("ES.GetStatus") is None) is wiped
    bench.battery.come_back()
    assert bench.ask("ES.GetStatus")


def test_gentle_polling_wipes_nothing() -> None:
    """As many reads as allowed within the hour do no harm."""
    bench = Bench(BatterySpec(firmware=148), faults=Faults(wipe_per_hour=30))
    for _ in range(60):
        assert bench.ask("ES.GetMode")
        bench.wait(121)


def test_an_empty_datagram_freezes_the_api() -> None:
    """It is reported to do so; a restart helps. Nobody should send one."""
    bench = Bench()
    assert bench.send(b"") == []
    assert bench.ask("ES.GetMode") is None
    assert len(bench.battery.forbidden) == 1
    bench.battery.reboot(seconds=1)
    bench.wait(1)
    assert bench.ask("ES.GetMode")


def test_frozen_values() -> None:
    """The device answers and nothing moves any more."""
    bench = Bench(net_load=300)
    bench.battery.faults.frozen = True
    before = bench.result("ES.GetStatus")
    bench.passive(-2000)
    bench.wait(3600)
    assert bench.result("ES.GetStatus") == before
    assert bench.battery.state.ac_power == 0
    bench.battery.faults.frozen = False
    assert (
        bench.result("ES.GetStatus")["total_grid_input_energy"] > before["total_grid_input_energy"]
    )


def test_counters_stuck_glitching_and_reset() -> None:
    """Standing still, at 0 once, and at 0 for good."""
    bench = Bench()
    bench.battery.set_mode("Passive", power=-1000, duration=10_000)
    bench.battery.faults.counters_stuck = True
    first = bench.result("ES.GetStatus")
    bench.wait(3600)
    later = bench.result("ES.GetStatus")
    assert later["total_grid_input_energy"] == first["total_grid_input_energy"]
    assert later["bat_soc"] > first["bat_soc"]
    bench.battery.faults.counters_stuck = False
    assert bench.result("ES.GetStatus")["total_grid_input_energy"] == 121920 + 1000
    bench.battery.faults.counter_glitch = 1.0
    assert bench.result("ES.GetStatus")["total_grid_input_energy"] == 0
    bench.battery.faults.counter_glitch = 0.0
    assert bench.result("ES.GetStatus")["total_grid_input_energy"] == 121920 + 1000
    bench.battery.reset_counters()
    assert bench.result("ES.GetStatus")["total_grid_input_energy"] == 0


def test_ct_drops_out_while_polled_fast() -> None:
    """Below an interval the meter is lost, and comes back with patience."""
    bench = Bench(
        BatterySpec(device="VenusE", firmware=156), net_load=300, faults=Faults(ct_lost_below=60)
    )
    for _ in range(5):
        bench.ask("ES.GetStatus")
        bench.wait(20)
    assert bench.result("EM.GetStatus")["ct_state"] == 0
    assert bench.battery.state.ac_power == 0
    bench.wait(61)
    assert bench.battery.state.ac_power == 300, "silence alone brings the meter back"
    for _ in range(3):
        bench.wait(120)
        assert bench.result("EM.GetStatus")["ct_state"] == 1
    assert bench.battery.state.ac_power == 300


def test_knobs_can_be_turned_by_text() -> None:
    """As over the control socket; nonsense is refused with what there is."""
    faults = Faults.parse(["loss=0.3", "dark=true", "wipe_per_hour=60", "silent=ES.GetMode"])
    assert (faults.loss, faults.dark, faults.wipe_per_hour) == (0.3, True, 60)
    faults.set("dark", False)
    assert faults.dark is False
    for name, value in (("los", 1), ("garbage", "x"), ("error", 1), ("loss", "much")):
        with pytest.raises(ValueError, match=r"no fault|no garbage|no error|could not convert"):
            faults.set(name, value)
    faults.clear()
    assert faults == Faults()


def test_unknown_attribute_of_the_state() -> None:
    """A typing error in a test is not swallowed."""
    with pytest.raises(ValueError, match="no such attribute of the state: 'sock'"):
        Bench().battery.set_battery(sock=3)

"""Replies that no client should trust are what their names say."""

import json
from typing import Any

import pytest

from simulator import Faults, Outcome
from simulator.garbage import GARBAGE
from tests.simulator.bench import Bench

REQUEST = json.dumps({"id": 9, "method": "ES.GetMode", "params": {"id": 0}}).encode()


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage(name: str) -> None:
    """Each kind is really different from the answer, and on record."""
    bench = Bench(net_load=100)
    good = bench.send(REQUEST)
    bench.battery.faults.set("garbage", name)
    bad = bench.send(REQUEST)
    assert len(bad) == 1
    assert bad != good
    assert bench.battery.exchanges[-1].outcome == "garbage"
    assert bench.battery.exchanges[-1].reason == name


def _parsed(name: str) -> Any:
    bench = Bench(faults=Faults(garbage=name), net_load=100)
    return json.loads(bench.send(REQUEST)[0])


def test_what_garbage_looks_like() -> None:
    """A few of the kinds, looked at closely."""
    assert _parsed("wrong_id")["id"] == 10
    assert _parsed("strings")["result"]["ongrid_power"] == "100"
    assert _parsed("nan")["result"]["ongrid_power"] != _parsed("nan")["result"]["ongrid_power"]
    assert _parsed("huge")["result"]["ongrid_power"] == 10**30
    assert _parsed("missing")["result"] == {"id": 0}
    assert len(json.dumps(_parsed("oversized"))) > 10_000
    assert _parsed("nan")["result"]["mode"] == "Auto"
    deep = Bench(faults=Faults(garbage="deep")).send(REQUEST)[0]
    assert deep.startswith(b'{"id":9,"result":[[[[')
    assert 60_000 < len(deep) < 65_507, "it fits a datagram"
    with pytest.raises(json.JSONDecodeError):
        _parsed("truncated")
    with pytest.raises(UnicodeDecodeError):
        _parsed("wrong_encoding")


def test_garbage_of_any_kind_and_rate() -> None:
    """Kinds are dealt at random, the rate leaves some answers alone."""
    bench = Bench(faults=Faults(garbage="any", garbage_rate=0.5))
    payloads = {bench.send(REQUEST)[0] for _ in range(200)}
    assert len(payloads) > 10
    good = [item.outcome for item in bench.battery.exchanges].count(Outcome.ANSWERED)
    assert 60 < good < 140

"""A battery on the bench: no network, and time that moves when told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from simulator import BatterySpec, Faults, SimulatedBattery
from simulator.household import constant

MIDNIGHT = datetime(2026, 1, 11, 23, 0, tzinfo=UTC)
"""Midnight in Paris, from Sunday to Monday 12 January 2026."""
CLIENT = ("127.0.0.1", 41234)


class Bench:
    """Asks one battery, in memory, under a clock of its own."""

    def __init__(
        self,
        spec: BatterySpec | None = None,
        *,
        faults: Faults | None = None,
        seed: int = 1,
        latency: float = 0.0,
        start: datetime = MIDNIGHT,
        net_load: float = 0.0,
        time_scale: float = 1.0,
    ) -> None:
        """Put a battery on the bench, in a house with a constant net load in W."""
        self.elapsed = 1000.0
        self._start = start.astimezone(UTC) - timedelta(seconds=self.elapsed)
        self.battery = SimulatedBattery(
            spec or BatterySpec(),
            faults=faults,
            seed=seed,
            latency=(latency, latency),
            clock=lambda: self.elapsed,
            now=lambda: self._start + timedelta(seconds=self.elapsed),
            time_scale=time_scale,
        )
        self.battery.set_household(constant(net_load))
        self.battery.set_sun(constant(0.0))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.elapsed += seconds

    def send(self, datagram: bytes) -> list[bytes]:
        """Return the payloads that answer a datagram, sooner or later."""
        return [payload for _, payload, _ in self.battery.receive(datagram, CLIENT)]

    def ask(
        self, method: str, params: Mapping[str, object] | None = None, request_id: object = 1
    ) -> Any:
        """Return the decoded answer to a request, None for silence."""
        params = {"id": 0} if params is None else params
        request = {"id": request_id, "method": method, "params": params}
        payloads = self.send(json.dumps(request).encode())
        return json.loads(payloads[0]) if payloads else None

    def result(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        """Return the result of a request that must have one."""
        return self.ask(method, params)["result"]

    def error(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        """Return the `data` of the error that a request must get."""
        return self.ask(method, params)["error"]["data"]

    def set_mode(self, mode: str, **settings: object) -> Any:
        """Send ES.SetMode and return the whole answer."""
        config = {"mode": mode, f"{mode.lower()}_cfg": settings}
        return self.ask("ES.SetMode", {"id": 0, "config": config})

    def passive(self, power: object, cd_time: object = 3600) -> Any:
        """Send a Passive command and return the whole answer."""
        return self.set_mode("Passive", power=power, cd_time=cd_time)

    def slot(self, time_num: object = 0, **changes: object) -> Any:
        """Write a manual slot, by default all week from 08:00 to 10:00 at 600 W."""
        slot: dict[str, object] = {
            "time_num": time_num,
            "start_time": "08:00",
            "end_time": "10:00",
            "week_set": 127,
            "power": 600,
            "enable": 1,
        }
        return self.set_mode("Manual", **(slot | changes))

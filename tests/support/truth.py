"""Holds what Home Assistant shows against what the batteries really did."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulator import SimulatedBattery
from simulator.household import constant
from tests.support.home import Home
from tests.support.virtual_time import from_moment

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTHING = ("unknown", "unavailable", "missing")
# A value may be shown as long as the longest silence that is borne, and a little more.
_LONGEST_AGE = 300.0
# Counters are read after the state of charge.
_SETTLED_AFTER = 10.0


def virtual[**P](test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in virtual time."""
    return from_moment(START)(test)


@dataclass(slots=True)
class _Life:
    """What one battery did, and the totals that were shown of it."""

    battery: SimulatedBattery
    number: int
    power: dict[float, float] = field(default_factory=dict)
    soc: dict[float, float] = field(default_factory=dict)
    mode: dict[str, float] = field(default_factory=dict)
    address: dict[str, float] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)
    shown_since: float | None = None


class Watch:
    """Makes each battery do something new every second, and notes each wrong value shown.

    No two batteries ever have the same power or the same state of charge, so that the values of
    one can't pass for those of another.
    """

    def __init__(self, home: Home, *, energy_tolerance: float = 150.0) -> None:
        """Watch all batteries of a home; totals may be off by some Wh."""
        self.home = home
        self.wrong: list[str] = []
        self.dark_seconds = 0
        self._energy_tolerance = energy_tolerance
        self._lives = [_Life(battery, number) for number, battery in enumerate(home.batteries)]
        self._tick = 0
        self.stir()

    def stir(self) -> None:
        """Let every battery do something else."""
        self._tick += 1
        for life in self._lives:
            power = (300 + self._tick % 400) * (-1 if life.number % 2 else 1)
            life.battery.set_household(constant(power + (500 if life.number > 1 else 0)))
            life.battery.set_battery(soc=20.0 + 25 * life.number + self._tick % 25)
            self._note(life)

    def _note(self, life: _Life) -> None:
        state, now = life.battery.state, self.home.now
        life.power[round(state.ac_power)] = now
        life.soc[int(state.soc + 0.05)] = now
        life.mode[state.mode.lower() or "unknown"] = now
        life.address[life.battery.spec.address] = now

    async def seconds(self, seconds: float) -> None:
        """Look once a second for a while."""
        for _ in range(round(seconds)):
            await asyncio.sleep(1)
            self.stir()
            self.look()

    async def until(self, condition: Callable[[], bool], limit: float) -> float:
        """Look once a second until something is true; return how long that took, or the limit."""
        started = self.home.now
        while not condition() and self.home.now - started < limit:
            await self.seconds(1)
        return self.home.now - started

    def look(self) -> None:
        """Compare everything that is shown with the truth."""
        for life in self._lives:
            self._look_at(life)

    def _look_at(self, life: _Life) -> None:
        def shown(platform: str, key: str) -> str:
            return self.home.state(life.battery, platform, key)

        soc, power = shown("sensor", "soc"), shown("sensor", "ac_power")
        if soc in NOTHING:
            self.dark_seconds += 1
            life.shown_since = None
        elif life.shown_since is None:
            life.shown_since = self.home.now
        self._compare(life, "soc", soc, life.soc)
        self._compare(life, "ac_power", power, life.power)
        self._compare(life, "battery_power", shown("sensor", "battery_power"), life.power)
        stored = shown("sensor", "stored_energy")
        if stored not in NOTHING:
            percent = round(float(stored) * 1e5 / life.battery.rated_wh)
            self._compare(life, "stored_energy", str(percent), life.soc)
        charging = shown("binary_sensor", "charging")
        if charging not in NOTHING and power not in NOTHING:
            self._check(life, "charging", charging, (charging == "on") == (float(power) < -20))
        mode = shown("select", "mode")
        if mode not in NOTHING:
            self._check(life, "mode", mode, mode in life.mode)
        self._compare_total(life, "energy_charged", life.battery.state.energy_charged_wh)
        self._compare_total(life, "energy_discharged", life.battery.state.energy_discharged_wh)

    def _compare(self, life: _Life, key: str, shown: str, true: dict[float, float]) -> None:
        if shown in NOTHING:
            return
        noted = true.get(float(shown))
        fresh = noted is not None and self.home.now - noted <= _LONGEST_AGE
        self._check(life, key, shown, fresh)

    def _compare_total(self, life: _Life, key: str, truth: float) -> None:
        shown = self.home.state(life.battery, "sensor", key)
        if shown in NOTHING:
            return
        total = float(shown) * 1000
        before = life.totals.get(key, total)
        self._check(life, f"{key} before {before}", shown, total >= before - 1e-6)
        if life.shown_since is not None and self.home.now - life.shown_since > _SETTLED_AFTER:
            error = abs(total - truth)
            self._check(life, f"{key} {truth:.0f}", shown, error <= self._energy_tolerance)
        life.totals[key] = total

    def _check(self, life: _Life, key: str, shown: str, good: bool) -> None:
        if not good:
            second = self.home.now - 1000
            self.wrong.append(f"{second:.0f} s: battery {life.number}: {key} shown as {shown}")

    def assert_right(self) -> None:
        """Fail when anything wrong was ever shown, or something dangerous ever sent."""
        assert not self.wrong, "\n".join(self.wrong[:10]) + f"\n({len(self.wrong)} in all)"
        for battery in self.home.batteries:
            assert battery.forbidden == []

    def assert_present(self) -> None:
        """Fail when a battery shows nothing, or something that is no longer true."""
        for life in self._lives:
            for key in ("soc", "ac_power", "energy_charged", "address"):
                assert self.home.state(life.battery, "sensor", key) not in NOTHING, key
            assert self.home.state(life.battery, "select", "mode") not in NOTHING
            assert self.home.state(life.battery, "sensor", "address") == life.battery.spec.address

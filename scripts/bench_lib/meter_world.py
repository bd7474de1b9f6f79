"""House, meter and batteries in virtual time, to measure answers to the polls of batteries.

Everything is stepped by 50 ms, so that a run of 240 s takes a fraction of a second and is the same each
time. Batteries read and steer as the simulator's do; steps of load as in docs/meter.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from random import Random
from typing import Protocol

from simulator.following import FollowLaw, FollowProfile
from simulator.meter_client import MeterClient

TICK = 0.05
SECONDS = 240.0
STEPS = (1200.0, -1200.0, -1500.0, 1500.0, 500.0, -500.0)
_FIRST = 24.0
_SPACING = 36.0
_NOISE = 4.0
_STEADY = 12.0
_SETTLED = 50.0


class Answers(Protocol):
    """What answers the polls: ours, or one of the floors that it is compared with."""

    def sample(self, power: float, measured_at: float, arrived_at: float, /) -> None:
        """Take a sample of the grid in W, measured and arrived at monotonic moments."""

    def answer(self, datagram: bytes, address: str, now: float, /) -> bytes | None:
        """Return the answer to a poll, or None for silence."""


@dataclass(slots=True)
class Inverter:
    """Output of a battery that follows a setpoint by a slope, and starts from rest later."""

    slope: float = 400.0
    start: float = 2.0
    dead_time: float = 0.0
    output: float = 0.0
    _rest_until: float | None = None
    _orders: list[tuple[float, float]] = field(default_factory=list)

    def run(self, setpoint: float, now: float) -> None:
        """Move on by one tick."""
        if self.dead_time:
            self._orders.append((now, setpoint))
            while len(self._orders) > 1 and self._orders[1][0] <= now - self.dead_time:
                self._orders.pop(0)
            setpoint = self._orders[0][1]
        if self.output == 0 and setpoint:
            self._rest_until = now + self.start if self._rest_until is None else self._rest_until
            if now < self._rest_until:
                return
        elif not setpoint:
            self._rest_until = None
        reach = self.slope * TICK
        self.output = min(max(setpoint, self.output - reach), self.output + reach)
        if self.output:
            self._rest_until = None


@dataclass(slots=True)
class Figures:
    """Figures of a run. Powers in W, times in s, energy exchanged in Wh per hour."""

    rms: float
    mean: float
    steady: float
    overshoot: float
    settle: float
    crossings: float
    exchanged: float
    imbalance: float
    unreadable: int
    final: float
    """Sum of the outputs at the end, W."""
    last_answer: float
    """Moment of the last answer."""


@dataclass(slots=True)
class Tally:
    """Figures of a trace, beside a follower that is never late. Powers in W, energies in Wh.

    Such a one holds 0 W wherever the batteries together have the power for it.
    """

    ticks: int = 0
    squares: float = 0.0
    absolute: float = 0.0
    imported: float = 0.0
    """Import that it would not have."""
    exported: float = 0.0
    """Export that it would not have."""
    exchanged: float = 0.0
    """Energy that batteries gave one another."""
    crossings: int = 0
    """Changes of sign beyond 20 W."""
    _sign: float = 0.0

    def note(self, load: float, outputs: Sequence[float], limit: float) -> None:
        """Note a tick; `limit` is the most in W that all batteries together give or take."""
        given = sum(outputs)
        error = min(max(load, -limit), limit) - given
        self.ticks += 1
        self.squares += error * error
        self.absolute += abs(error)
        hours = TICK / 3600
        self.imported += max(error, 0.0) * hours
        self.exported += max(-error, 0.0) * hours
        taken = -sum(output for output in outputs if output < 0)
        self.exchanged += min(taken, given + taken) * hours
        if abs(error) > 20:
            self.crossings += error * self._sign < 0
            self._sign = error

    @property
    def rms(self) -> float:
        """RMS of the error."""
        return sqrt(self.squares / self.ticks)

    @property
    def mean(self) -> float:
        """Mean of the absolute error."""
        return self.absolute / self.ticks


@dataclass(slots=True, kw_only=True)
class Run:
    """What a run is made of."""

    profile: FollowProfile
    count: int = 1
    last_profile: FollowProfile | None = None
    """Kind of the last battery, where that is another one."""
    kind: str = "ct"
    meter_period: float = 1.0
    latency: float = 0.5
    """Seconds from a measurement to its arrival."""
    inverter: Callable[[], Inverter] = Inverter
    dies_at: float | None = None
    """When the meter stops giving samples."""
    trace: Sequence[float] = ()
    """Load of the house in W, + = import without batteries, one value a second, instead of the steps."""
    base: float = 0.0
    """Load of the house in W before the first step."""
    limit: float = 2500.0
    seed: int = 7
    """Of noise, of the polls' jitter, and of the phases of meter and polls."""


class World:
    """One run."""

    def __init__(self, run: Run, answers: Answers) -> None:
        """Set everything up, at rest."""
        self.run, self.answers = run, answers
        self.clients = [
            MeterClient(
                run.kind,
                FollowLaw(profile, charge=run.limit, discharge=run.limit),
                battery=("VNSE3-0", f"02b25000000{number}"),
            )
            for number, profile in enumerate(self._profiles())
        ]
        self.inverters = [run.inverter() for _ in self.clients]
        self._random = Random(run.seed)
        self._polls = [self._random.uniform(0, each.profile.poll) for each in self.clients]
        self._waiting: list[tuple[float, float, float]] = []
        self._measured = self._random.uniform(0, run.meter_period)
        self._grid: list[tuple[float, float]] = []
        self._outputs: list[tuple[float, list[float]]] = []
        self._last_answer = 0.0

    def _profiles(self) -> list[FollowProfile]:
        profiles = [self.run.profile] * self.run.count
        return [*profiles[:-1], self.run.last_profile or profiles[-1]]

    def load(self, now: float) -> float:
        """Return the load of the house in W."""
        if self.run.trace:
            return self.run.trace[min(int(now), len(self.run.trace) - 1)]
        passed = sum(now >= _FIRST + _SPACING * number for number in range(len(STEPS)))
        return self.run.base + sum(STEPS[:passed])

    def go(self) -> Figures:
        """Run the steps of load to the end."""
        for tick in range(int(SECONDS / TICK)):
            now = 1000.0 + tick * TICK
            load, outputs = self.step(now, now - 1000.0)
            self._grid.append((now - 1000.0, load - sum(outputs)))
            self._outputs.append((now - 1000.0, outputs))
        return self._figures()

    def follow_trace(self) -> Tally:
        """Run the trace to its end."""
        tally, limit = Tally(), self.run.limit * self.run.count
        for tick in range(int(len(self.run.trace) / TICK)):
            now = 1000.0 + tick * TICK
            load, outputs = self.step(now, now - 1000.0)
            tally.note(load, outputs, limit)
        return tally

    def step(self, now: float, elapsed: float) -> tuple[float, list[float]]:
        """Move on by one tick; return the load of the house and the outputs, in W."""
        load = self.load(elapsed)
        for client, inverter in zip(self.clients, self.inverters, strict=True):
            inverter.run(client.law.setpoint, now)
        outputs = [inverter.output for inverter in self.inverters]
        grid = load - sum(outputs)
        self._measure(grid, now, elapsed)
        for number, client in enumerate(self.clients):
            if elapsed >= self._polls[number]:
                self._polls[number] += client.profile.poll * self._random.uniform(0.95, 1.05)
                self._poll(number, client, now, elapsed)
        return load, outputs

    def _measure(self, grid: float, now: float, elapsed: float) -> None:
        is_dead = self.run.dies_at is not None and elapsed >= self.run.dies_at
        if elapsed >= self._measured and not is_dead:
            self._measured += self.run.meter_period
            noisy = grid + self._random.gauss(0, _NOISE)
            self._waiting.append((now + self.run.latency, noisy, now))
        while self._waiting and self._waiting[0][0] <= now:
            _, power, measured_at = self._waiting.pop(0)
            self.answers.sample(power, measured_at, now)

    def _poll(self, number: int, client: MeterClient, now: float, elapsed: float) -> None:
        output = self.inverters[number].output
        request = client.request(output, now)
        if request is None:
            return
        answer = self.answers.answer(request, f"127.0.0.{number + 11}", now)
        if answer is not None:
            self._last_answer = elapsed
            client.deliver(answer)
        client.look(output, now)

    def _figures(self) -> Figures:
        errors = [error for at, error in self._grid if at >= _FIRST]
        starts = [_FIRST + _SPACING * number for number in range(len(STEPS))]
        steady = [e for at, e in self._grid if any(s - _STEADY <= at < s for s in starts[1:])]
        spread = [
            max(out) - min(out)
            for at, out in self._outputs
            if any(s - _STEADY <= at < s for s in starts[1:])
        ]
        exchanged = sum(
            min(sum(p for p in out if p > 0), -sum(p for p in out if p < 0)) * TICK
            for _, out in self._outputs
        )
        signs = [error > 0 for error in errors if abs(error) > 20]
        crossed = sum(one is not other for one, other in pairwise(signs))
        hours = len(errors) * TICK / 3600
        return Figures(
            rms=_rms(errors),
            mean=sum(map(abs, errors)) / len(errors),
            steady=_rms(steady),
            overshoot=max(self._overshoot(s, step) for s, step in zip(starts, STEPS, strict=True)),
            settle=sum(map(self._settle, starts)) / len(starts),
            crossings=crossed / hours,
            exchanged=exchanged / 3600 / (SECONDS / 3600),
            imbalance=sum(spread) / len(spread),
            unreadable=sum(client.statistics.unreadable for client in self.clients),
            final=sum(inverter.output for inverter in self.inverters),
            last_answer=self._last_answer,
        )

    def _overshoot(self, start: float, step: float) -> float:
        sign = 1 if step > 0 else -1
        return max(
            (-sign * e for at, e in self._grid if start + 0.5 <= at < start + _SPACING), default=0.0
        )

    def _settle(self, start: float) -> float:
        last = start
        for at, error in self._grid:
            if start <= at < start + _SPACING and abs(error) > _SETTLED:
                last = at
        return last - start


def _rms(values: Sequence[float]) -> float:
    return sqrt(sum(value * value for value in values) / len(values)) if values else 0.0

"""How well batteries follow a meter that is emulated, beside simple ways to answer their polls."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

from custom_components.marstek.meter.emulator import CtEmulator, ShellyEmulator
from custom_components.marstek.meter.regulator import Regulator
from custom_components.marstek.meter.sample import GridSample, SampleLog
from simulator.following import DEAF, FOLLOW_PROFILES, FollowProfile

from .household_day import SECONDS as DAY_SECONDS, household_day
from .meter_floors import CtFloor, ShellyFloor
from .meter_world import Answers, Figures, Inverter, Run, Tally, World

_MAC = "02b2500000ff"
_DEATH = 120.0
SEEDS = (1, 2, 3, 4, 5)
"""Of one run the phases decide: when a step falls between two samples, and who asks first."""


class Ours:
    """The integration's answers."""

    def __init__(self, kind: str) -> None:
        """Answer as a CT or as a Shelly."""
        self.log = SampleLog()
        self.emulator: CtEmulator | ShellyEmulator
        if kind == "ct":
            self.emulator = CtEmulator(samples=self.log, regulator=Regulator(self.log), ct_mac=_MAC)
        else:
            self.emulator = ShellyEmulator(samples=self.log)

    def sample(self, power: float, _: float, arrived_at: float) -> None:
        """Take a sample in by its arrival: no entity says when it was measured."""
        self.log.add(GridSample(power, arrived_at))

    def answer(self, datagram: bytes, address: str, now: float) -> bytes | None:
        """Answer a poll."""
        return self.emulator.receive(datagram, address, now)


def floors(kind: str, count: int) -> dict[str, Callable[[], Answers]]:
    """Return the ways to answer, ours last."""
    ours: dict[str, Callable[[], Answers]] = {"ours": lambda: Ours(kind)}
    if kind == "shelly":
        return {"truth, once": ShellyFloor, "truth": lambda: ShellyFloor(is_once=False)} | ours
    return {
        "truth": lambda: CtFloor(count=count),
        "calm + repeat": lambda: CtFloor(is_calm=True, repeats=True, count=count),
    } | ours


def runs() -> Iterator[tuple[str, Run]]:
    """Yield what is measured."""
    for name, profile in FOLLOW_PROFILES.items():
        for period in (1.0, 10.0):
            for count in (1, 2, 3):
                title = f"{name}, {count} battery" if count == 1 else f"{name}, {count} batteries"
                yield f"{title}, {period:.0f} s meter", _run(profile, count, period)
    run = _run(FOLLOW_PROFILES["e3"], 2, 1.0)
    run.last_profile = FOLLOW_PROFILES["hmg"]
    yield "e3 and hmg, 1 s meter", run
    for count in (2, 3):
        run = _run(FOLLOW_PROFILES["hmg"], count, 1.0)
        run.base = 300.0
        yield f"hmg, {count}, from 300 W through zero", run
    for count in (1, 3):
        run = _run(FOLLOW_PROFILES["e3"], count, 1.0)
        run.latency = 3.0
        yield f"e3, {count}, meter 3 s late", run
    yield "deaf to info_idx, 1 battery", _run(DEAF, 1, 1.0)
    yield "deaf to info_idx, 2 batteries", _run(DEAF, 2, 1.0)
    for count in (1, 2):
        run = _run(FOLLOW_PROFILES["e3"], count, 1.0)
        run.inverter = lambda: Inverter(slope=2500.0, start=0.5, dead_time=0.5)
        yield f"e3, 2500 W/s after 0.5 s, {count}", run
    for name, profile in FOLLOW_PROFILES.items():
        run = _run(profile, 1, 1.0)
        run.kind = "shelly"
        yield f"{name}, Shelly", run


def deaths() -> Iterator[tuple[str, Run]]:
    """Yield runs in which the meter falls silent after 120 s."""
    for kind in ("ct", "shelly"):
        for period in (1.0, 10.0):
            run = _run(FOLLOW_PROFILES["lock"], 1, period)
            run.kind, run.dies_at = kind, _DEATH
            yield f"meter of {period:.0f} s dead, {kind}", run


def days() -> Iterator[tuple[str, Run]]:
    """Yield runs through a day of a household."""
    trace = household_day()
    kinds = [("e3", 1, 1.0), ("e3", 2, 1.0), ("e3", 2, 10.0)]
    kinds += [("hmg", count, 1.0) for count in (1, 2, 3)] + [("hmg", 2, 10.0)]
    for name, count, period in kinds:
        run = _run(FOLLOW_PROFILES[name], count, period)
        run.trace = trace
        title = f"{name}, {count} battery" if count == 1 else f"{name}, {count} batteries"
        yield f"{title}, {period:.0f} s meter", run


def _run(profile: FollowProfile, count: int, period: float) -> Run:
    return Run(profile=profile, count=count, meter_period=period)


def over_seeds(run: Run, make: Callable[[], Answers]) -> Figures:
    """Return the figures of a run with each seed: errors and settling on average, the rest at worst."""
    all_figures = [World(replace(run, seed=seed), make()).go() for seed in SEEDS]

    def average(name: str) -> float:
        return sum(float(getattr(each, name)) for each in all_figures) / len(all_figures)

    def worst(name: str) -> float:
        return max(float(getattr(each, name)) for each in all_figures)

    return replace(
        all_figures[0],
        **{name: average(name) for name in ("rms", "mean", "steady", "settle")},
        **{name: worst(name) for name in ("overshoot", "crossings", "exchanged", "imbalance")},
        unreadable=sum(each.unreadable for each in all_figures),
    )


def meter() -> None:
    """Print the tables of docs/figures.md."""
    print(
        f"{'':34s}{'answers':15s}{'RMS':>7s}{'mean':>6s}{'steady':>8s}{'over':>6s}{'settle':>8s}"
        f"{'cross':>7s}{'Wh/h':>7s}{'imbal.':>8s}"
    )
    for title, run in runs():
        for name, make in floors(run.kind, run.count).items():
            _print(title, name, over_seeds(run, make))
    for title, run in deaths():
        got = World(run, Ours(run.kind)).go()
        print(
            f"{title:34s}last answer after {got.last_answer - _DEATH:4.1f} s, "
            f"all batteries at {got.final:.0f} W at the end"
        )
    print("an answer takes {:.0f} us on average, {:.0f} us at the 95th percentile".format(*cost()))


def meter_day() -> None:
    """Print the table of a household's day in docs/figures.md."""
    load = household_day()
    drawn, fed = (sum(max(sign * power, 0) for power in load) / 3600 for sign in (1, -1))
    print(
        f"a day of {DAY_SECONDS} s: without batteries {drawn:.0f} Wh imported, {fed:.0f} Wh exported"
    )
    print(
        f"{'':34s}{'answers':15s}{'RMS':>7s}{'mean':>6s}{'import':>8s}{'export':>8s}{'cross':>7s}"
        f"{'Wh/h':>8s}"
    )
    for title, run in days():
        for name, make in floors(run.kind, run.count).items():
            _print_day(title, name, World(run, make()).follow_trace())


def cost() -> tuple[float, float]:
    """Return the mean and the 95th percentile of the microseconds that an answer takes."""
    ours, taken = Ours("ct"), list[float]()

    class Timed:
        sample = ours.sample

        def answer(self, datagram: bytes, address: str, now: float, /) -> bytes | None:
            started = perf_counter()
            answer = ours.answer(datagram, address, now)
            taken.append(1e6 * (perf_counter() - started))
            return answer

    World(_run(FOLLOW_PROFILES["e3"], 3, 1.0), Timed()).go()
    return sum(taken) / len(taken), sorted(taken)[len(taken) * 95 // 100]


def _print(title: str, name: str, got: Figures) -> None:
    unread = f"  {got.unreadable} unreadable" if got.unreadable else ""
    print(
        f"{title:34s}{name:15s}{got.rms:7.0f}{got.mean:6.0f}{got.steady:8.1f}{got.overshoot:6.0f}"
        f"{got.settle:8.1f}{got.crossings:7.0f}{got.exchanged:7.2f}{got.imbalance:8.1f}{unread}"
    )


def _print_day(title: str, name: str, got: Tally) -> None:
    print(
        f"{title:34s}{name:15s}{got.rms:7.0f}{got.mean:6.0f}{got.imported:8.0f}{got.exported:8.0f}"
        f"{got.crossings / 24:7.1f}{got.exchanged / 24:8.2f}",
        flush=True,
    )

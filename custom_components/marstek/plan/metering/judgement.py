"""Judgement of how well the grid is held, from the errors of the last half minute."""

from typing import Final

from ...meter.emulator import CtEmulator, ShellyEmulator
from ...meter.sample import SampleLog
from .meter_status import EmulatedMeterStatus, HearProof, Verdict
from .settings import MeterSettings, Way

_ASKS: Final = 30.0
_RECENT: Final = 30.0
_HELD_WATTS: Final = 50.0
_NEAR_LIMIT: Final = 30.0


class Judge:
    """Makes the status of one meter."""

    def __init__(self, log: SampleLog, settings: MeterSettings) -> None:
        """Judge by the samples of `log`."""
        self._log = log
        self._settings = settings

    def status(
        self,
        emulator: CtEmulator | ShellyEmulator,
        now: float,
        *,
        is_blocked: bool,
        proof: HearProof,
    ) -> EmulatedMeterStatus:
        """Return the status at a monotonic moment."""
        quality, age = emulator.quality, self._log.age(now)
        answered = quality.answered_share(now)
        recent = quality.figures(_RECENT, now)
        error = None if recent is None else recent.absolute
        return EmulatedMeterStatus(
            verdict=self._verdict(emulator, error, now, is_blocked=is_blocked),
            proof=proof,
            minute=quality.figures(60, now),
            hour=quality.figures(3600, now),
            exchanged=round(quality.exchanged_wh, 1),
            answered=None if answered is None else round(answered, 2),
            age=None if age is None else round(age),
        )

    def _verdict(
        self,
        emulator: CtEmulator | ShellyEmulator,
        error: float | None,
        now: float,
        *,
        is_blocked: bool,
    ) -> Verdict:
        if is_blocked:
            return Verdict.BLOCKED
        if self._settings.way is Way.LISTEN:
            return Verdict.LISTENING
        if not self._log.is_alive(now):
            return Verdict.NO_METER
        if not any(asker.answered and now - asker.last <= _ASKS for asker in emulator.askers):
            return Verdict.IDLE
        if isinstance(emulator, CtEmulator) and not _followers(emulator, now):
            return Verdict.IDLE
        if error is not None and error <= _HELD_WATTS:
            return Verdict.HELD
        if isinstance(emulator, CtEmulator) and _are_at_limit(emulator, now):
            return Verdict.AT_LIMIT
        return Verdict.OFF


def _followers(emulator: CtEmulator, now: float) -> list[str]:
    """Return the batteries that poll and are in a mode that follows."""
    regulator = emulator.regulator
    return [
        name
        for name, follower in regulator.followers.items()
        if follower.is_alive(now) and regulator.capability(name, now).follows
    ]


def _are_at_limit(emulator: CtEmulator, now: float) -> bool:
    """Return whether each battery gives or takes all that it can."""
    regulator = emulator.regulator
    sample = regulator.samples.newest
    if sample is None:
        return False
    lacks = regulator.error(sample.power, now)
    for name in _followers(emulator, now):
        power, able = regulator.followers[name].power, regulator.capability(name, now)
        room = able.discharge - power if lacks > 0 else able.charge + power
        if room > _NEAR_LIMIT:
            return False
    return True

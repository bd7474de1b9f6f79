"""Brings one battery to what the plan wants, and keeps it there."""

import asyncio
from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..battery.mode_requests import BatteryCommand
from ..battery.runtime import Battery
from ..const import DOMAIN, LOGGER
from ..errors import command_error
from ..venus import OutOfRangeError, Proof, UnsupportedError, VenusError
from .charge_rest import ChargeRest
from .deviation import DeviationWatch, Finding
from .execution_report import ExecutionReport, Outcome
from .own_clock import OwnClock
from .slot_trust import Diagnosis, Remedy, SlotTrust

# Between two attempts of a command that fails, in s: it is never given up within its window.
_PAUSES: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
# After this many failures in a row the owner is told.
_FAILURES_TO_TELL: Final = 3
# A battery that is nearly full may take nothing although its slot acts.
_TELLING_BELOW: Final = 90
# What is put back is not put back again and again: who insists is a person (or another program).
_INSISTENCE: Final = 900.0


class OrderExecutor:
    """Carries out the plan's orders on one battery."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        battery: Battery,
        zone: dt.tzinfo,
        tell: Callable[[ExecutionReport], None],
        clock: OwnClock,
    ) -> None:
        """Steer `battery` for the plan `entry`; `zone` is that of the battery's own clock.

        `clock` tells how far Home Assistant's own clock is to be trusted.
        """
        self._hass = hass
        self._entry = entry
        self.battery = battery
        self._zone = zone
        self._tell = tell
        self._own_clock = clock
        self._watch = DeviationWatch(battery)
        self._asked: BatteryCommand | None = None
        self._wanted: BatteryCommand | None = None
        self._standing: BatteryCommand | None = None
        self._proof: Proof | None = None
        self._failures = 0
        self._task: asyncio.Task[None] | None = None
        self._put_back_at: float | None = None
        self._is_tidy = False
        self._impossible: BatteryCommand | None = None
        self._was_reachable = True
        self.subscriptions: list[Callable[[], None]] = []
        """What ends with the executor."""
        self._slots = SlotTrust(may_rewrite=not battery.profile.has_pv)
        self._rest = ChargeRest(battery.clock)

    @property
    def doubt(self) -> Outcome | None:
        """Why its slots can't be trusted, one of DOUBTS; None when they can."""
        return self._slots.doubt

    @doubt.setter
    def doubt(self, doubt: Outcome | None) -> None:
        self._slots.doubt = doubt

    @property
    def is_resting(self) -> bool:
        """Tell whether its cells took nothing more, and it is not time yet to try again."""
        return self._rest.is_on

    @property
    def standing(self) -> BatteryCommand | None:
        """The order that was last carried out, None when that is not known."""
        return self._standing

    @property
    def wanted(self) -> BatteryCommand | None:
        """The order that is to be in force, None when the plan leaves the battery alone."""
        return self._wanted

    @property
    def is_assumed(self) -> bool:
        """Whether the order in force can't be proven."""
        return self._standing is not None and self._proof in (Proof.ACCEPTED, Proof.ASSUMED)

    @property
    def is_settled(self) -> bool:
        """Tell whether the order that is wanted is in force."""
        return self._wanted == self._standing and not self._is_busy

    @property
    def is_failing(self) -> bool:
        """Tell whether the order could not be carried out for some time."""
        return self._failures >= _FAILURES_TO_TELL

    @property
    def _is_busy(self) -> bool:
        return self._task is not None and not self._task.done()

    def assume(self, order: BatteryCommand | None) -> None:
        """Take an order for the standing one: it was before a restart."""
        self._standing = order

    @callback
    def async_want(self, order: BatteryCommand | None) -> None:
        """Have an order carried out; None leaves the battery as it is."""
        self._asked = order
        if order is not None:
            order = self._cautious(order)
        is_done = order is None or order in (self._standing, self._impossible)
        if order == self._wanted and (self._is_busy or is_done):
            return
        self._wanted = order
        self._failures = 0
        self._stop()
        if order is not None and order != self._standing:
            self._start()

    def _cautious(self, order: BatteryCommand) -> BatteryCommand:
        """Return an order that charges in no hours but those it is meant for.

        Our clock says when a charge begins, the battery's own when its slot ends. While ours has
        just been set, none begins: it may be set back, and the battery's may be as wrong.
        """
        if self.doubt is not None and self._may_use_passive(order):
            return order.by_passive()
        is_charge = (order.power or 0) < 0
        is_going_on = self._standing is not None and (self._standing.power or 0) < 0
        trusts_slots = is_going_on and self.doubt is not Outcome.CLOCK_WRONG
        if is_charge and self._own_clock.is_settling and not trusts_slots:
            return BatteryCommand(0)
        return order

    def _may_use_passive(self, order: BatteryCommand) -> bool:
        """Tell whether a countdown may stand in for slots.

        A charge by countdown ends by Home Assistant's clock alone: where a server contradicts that
        clock, or while it has just been set and may be set back, the battery's own slots decide.
        """
        is_doubtful = self._own_clock.is_wrong or self._own_clock.is_settling
        return not (order.power or 0) < 0 or not is_doubtful

    @callback
    def async_repeat(self) -> None:
        """Send the order again, even where it seems to be in force."""
        self._standing = None
        if self._wanted is not None and not self._is_busy:
            self._start()

    @callback
    def async_notice_presence(self) -> bool:
        """Return whether the battery has just come back; a failed order is retried at once."""
        was, self._was_reachable = self._was_reachable, self.battery.is_reachable
        if was or not self._was_reachable:
            return False
        if self._wanted is not None and self._wanted != self._standing:
            self._stop()
            self._start()
        return True

    @callback
    def async_look(self) -> None:
        """Compare the battery with the order in force, and act on a deviation."""
        if self._is_busy or self.battery.is_claimed:
            return
        if self._standing is None or self._wanted != self._standing:
            return
        if self.battery.is_reachable and self.battery.has_slots_to_disable:
            self.async_repeat()
            return
        finding = self._watch.look(self._standing)
        if self._watch.has_acted:
            self._acts(self._standing)
        if finding is None or self._is_tidy:
            return
        LOGGER.debug("%s: %s", self.battery.name, finding)
        match finding:
            case Finding.LAPSE:
                self._report(Outcome.PUT_BACK)
                self.async_repeat()
            case Finding.CHANGED:
                self._changed()
            case Finding.EXHAUSTED:
                self._remedy(self._slots.stopped(self._standing), self._standing)
            case Finding.IDLE:
                is_proven = self._own_clock.is_proven
                diagnosis = self._slots.idle(self._standing, is_clock_proven=is_proven)
                self._remedy(diagnosis, self._standing)
            case Finding.OTHER_POWER:
                diagnosis = self._slots.distrust(Outcome.FOREIGN_SLOTS, self._standing)
                self._remedy(diagnosis, self._standing)

    def _acts(self, order: BatteryCommand) -> None:
        """Report what power that flows as it was ordered tells of the slots."""
        if self._slots.countdown_acted():
            self._report(Outcome.CLOCK_WRONG)
        if order.window is not None and self._slots.slot_acted():
            self._report(Outcome.SLOT_TAKEN)

    def _changed(self) -> None:
        """Put back a change once; who makes it again is a person, and stays the boss."""
        now = self.battery.clock.time()
        if self._put_back_at is not None and now - self._put_back_at < _INSISTENCE:
            self._put_back_at = None
            self._report(Outcome.OVERRIDDEN)
            return
        self._put_back_at = now
        self._report(Outcome.CHANGED)
        self.async_repeat()

    def _remedy(self, diagnosis: Diagnosis, order: BatteryCommand) -> None:
        """Report what was found out about the slots, and act on it."""
        if diagnosis.outcome is not None:
            self._report(diagnosis.outcome)
        match diagnosis.remedy:
            case Remedy.REPEAT:
                self.async_repeat()
            case Remedy.COUNTDOWN:
                self.async_want(order)
            case Remedy.REST:
                if (order.power or 0) < 0:
                    self._rest.begin(self.battery.data.soc, self.battery.data.temperature)
                self._report(Outcome.EXHAUSTED)

    @callback
    def async_notice_temperature(self) -> None:
        """End a rest early when the cells have become warmer or colder."""
        self._rest.notice(self.battery.data.temperature)

    @callback
    def async_trust_slots(self) -> None:
        """Use slots again: the owner has cleared foreign ones."""
        self.doubt = None

    @callback
    def async_try_clock_again(self) -> None:
        """Check the clock of the battery again in a new window."""
        self._slots.begin_window()
        self._rest.end()

    async def _async_is_clock_right(self, order: BatteryCommand) -> bool:
        """Try a charge by a slot of a few minutes: it acts at once if the clock is right."""
        soc = self.battery.data.soc
        is_telling = order.until is not None and soc is not None and soc < _TELLING_BELOW
        if not (self._slots.is_clock_open and is_telling):
            return False
        self._slots.clock_tried()
        self._standing = None
        now = dt_util.utcnow().astimezone(self._zone)
        try:
            proof = await self.battery.async_obey(order.as_trial(now), now)
        except VenusError as err:
            LOGGER.debug("%s did not obey: %s", self.battery.name, command_error(err, ""))
            return False
        return proof is Proof.CONFIRMED

    def _report(self, outcome: Outcome, error: VenusError | None = None) -> None:
        order = self._wanted or self._standing
        if order is not None:
            self._tell(ExecutionReport(self.battery, outcome, order, error))

    @callback
    def async_interrupt(self) -> None:
        """Stop commanding: somebody else's command waits for its turn."""
        if self._is_busy:
            self._stop()

    def _start(self) -> None:
        if self.battery.is_claimed:
            return
        self._task = self._entry.async_create_background_task(
            self._hass, self._async_carry_out(), f"{DOMAIN} plan of {self.battery.name}"
        )

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _async_carry_out(self) -> None:
        """Try until it is done, with growing pauses."""
        while (order := self._wanted) is not None and order != self._standing:
            if (pause := self.battery.pause_before(order)) > 0:
                await self.battery.clock.sleep(pause)
                continue
            if await self._async_is_clock_right(order):
                self.doubt, self._wanted = None, self._asked
                self._report(Outcome.SLOTS_RIGHT)
                continue
            error = await self._async_try(order)
            if error is None:
                break
            self._failures += 1
            if self._failures == _FAILURES_TO_TELL:
                self._report(Outcome.FAILED, error)
            if isinstance(error, (OutOfRangeError, UnsupportedError)):
                # Trying again helps nobody.
                self._impossible, self._failures = order, _FAILURES_TO_TELL
                self._report(Outcome.FAILED, error)
                break
            await self.battery.clock.sleep(_PAUSES[min(self._failures, len(_PAUSES)) - 1])

    async def _async_try(self, order: BatteryCommand) -> VenusError | None:
        """Command once; return what went wrong."""
        self._standing = None
        try:
            proof = await self.battery.async_obey(
                order,
                dt_util.utcnow().astimezone(self._zone),
                expects_power=self._slots.expects_power,
            )
        except VenusError as err:
            LOGGER.debug("%s did not obey: %s", self.battery.name, command_error(err, ""))
            return err
        if proof is not None:
            self._standing, self._proof = order, proof
            self._failures = 0
            self._is_tidy = False
            self._watch.begin()
            self._report(Outcome.DONE)
        return None

    @callback
    def async_tidy_up(self) -> None:
        """Disable the plan's slots once, in the background, where an order in them stands."""
        order = self._standing
        if self._is_busy or self._is_tidy or order is None or order.window is None:
            return
        self._is_tidy = True
        self._task = self._entry.async_create_background_task(
            self._hass, self._async_clear(), f"{DOMAIN} slots of {self.battery.name}"
        )

    async def _async_clear(self) -> None:
        try:
            await self.battery.async_clear_plan()
        except VenusError as err:
            LOGGER.debug("Slots of %s not disabled: %s", self.battery.name, err)

    @callback
    def async_stop(self) -> None:
        """End; nothing is written."""
        self._stop()
        while self.subscriptions:
            self.subscriptions.pop()()

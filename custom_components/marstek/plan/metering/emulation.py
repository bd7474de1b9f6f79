"""The running meter emulation of a home.

Opt-in by a subentry of the plan. Nothing here is awaited by the plan, and a failure here ends in a
repair: plan and batteries go on without it. Silence is what is safe, as a battery that hears nothing
parks itself at 0 W.
"""

from collections.abc import Callable
import datetime as dt
from typing import Any, Final

from homeassistant.components.network import async_get_ipv4_broadcast_addresses
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from ...battery.runtime import Battery
from ...const import DOMAIN, LOGGER
from ...discovery import async_networks
from ...meter.askers import Asker
from ...meter.emulator import Conduct, CtEmulator, ShellyEmulator, grid_error
from ...meter.errors import PortError
from ...meter.regulator import Regulator
from ...meter.sample import GridSample, SampleLog
from ...meter.server import CT_PORT, SHELLY_PORT, MeterServer, other_meters
from ...meter.shares import Duty
from ...meter.source import SignCheck
from . import meter_issues as issues
from .abilities import SettledPower, ability_of, battery_at, elsewhere
from .entity_feed import EntityFeed
from .hearing import Hearing
from .judgement import Judge
from .meter_status import EmulatedMeterStatus, Verdict
from .settings import OTHER_SHELLY_PORT, MeterSettings, Way

_TICK: Final = dt.timedelta(seconds=5)
_LOOK_EACH: Final = 300.0
_STALE: Final = 60.0
_UNASKED: Final = 600.0
NAMES: Final = {"shelly": "Shelly Pro 3EM", "HME-4": "CT002", "HME-3": "CT003", "ct": "CT"}
"""Names of meters by what batteries ask for."""


class MeterEmulation:
    """Answers the polls of batteries from the source entities, until it is closed."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        settings: MeterSettings,
        batteries: Callable[[], dict[str, Battery]],
        publish: Callable[[], None],
    ) -> None:
        """Prepare to answer for `batteries`, by BLE MAC; `publish` shows a new status."""
        self.settings = settings
        self.status = EmulatedMeterStatus(Verdict.IDLE)
        self._hass = hass
        self._entry = entry
        self._batteries = batteries
        self._publish = publish
        self._log = SampleLog()
        self._conduct = Conduct(knows=self._knows, is_listening_only=settings.way is Way.LISTEN)
        self.emulators = self._make_emulators()
        self._servers: list[MeterServer] = []
        self._feed = EntityFeed(hass, settings, self._take, self._log.clear)
        self._issues = issues.MeterIssues(hass, entry.entry_id)
        self._sign = SignCheck()
        self._settled = SettledPower()
        self._judge = Judge(self._log, settings)
        self._hearing = Hearing(hass, self.emulators[0][1].quality.sent, batteries)
        self._known: dict[str, Battery] = {}
        self._started = self._looked = hass.loop.time()
        self._ends: list[CALLBACK_TYPE] = []
        self._others: set[str] = set()
        self._is_sign_wrong = False
        self._is_closed = False

    def _make_emulators(self) -> list[tuple[int, CtEmulator | ShellyEmulator]]:
        """Return what answers, by port: while listening, on all."""
        settings = self.settings
        duty = Duty(settings.low_load)
        cap = settings.export_cap
        regulator = Regulator(self._log, settings.aim, duty=duty, export_cap=cap)
        ct = CtEmulator(
            samples=self._log,
            regulator=regulator,
            ct_mac=settings.ct_mac,
            ct_type=settings.ct_type,
            conduct=self._conduct,
        )
        shelly = ShellyEmulator(samples=self._log, conduct=self._conduct)
        match settings.way:
            case Way.CT:
                return [(CT_PORT, ct)]
            case Way.SHELLY:
                return [(settings.shelly_port, shelly)]
            case _:
                return [(CT_PORT, ct), (SHELLY_PORT, shelly), (OTHER_SHELLY_PORT, shelly)]

    async def async_start(self) -> None:
        """Look for other meters, open the sockets, and follow the source."""
        self._issues.async_clear()
        self._ends = [
            async_track_time_interval(self._hass, self._tick, _TICK, cancel_on_shutdown=True),
            self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._stop),
        ]
        self._known = self._batteries()
        self._feed.async_start()
        await self._async_look()
        for port, emulator in [] if self._is_closed else self.emulators:
            server = MeterServer(emulator, port, clock=self._hass.loop.time)
            try:
                await server.start()
            except PortError as err:
                self._issues.async_set(f"meter_{err.cause}", {"port": str(port)})
                LOGGER.warning("Meter: %s", err)
            else:
                self._servers.append(server)
                if self._is_closed:
                    self.close()
                    return
        self._tick()

    @callback
    def close(self) -> None:
        """Close the sockets at once."""
        self._is_closed = True
        for server in self._servers:
            server.close()
        self._servers.clear()
        self._feed.async_stop()
        while self._ends:
            self._ends.pop()()

    @callback
    def remove(self) -> None:
        """Close, and remove the repairs: the meter is no longer wanted."""
        self.close()
        self._issues.async_clear()

    @callback
    def _stop(self, _: Event) -> None:
        self._ends.pop()
        self.close()

    async def _async_look(self) -> None:
        """Look for another meter that answers; while one does, ours is silent."""
        self._looked = self._hass.loop.time()
        await self._async_look_at_networks()
        if self.settings.way is Way.LISTEN:
            return
        kind = "ct" if self.settings.way is Way.CT else "shelly"
        server = self._servers[0] if self._servers else None
        own = (self.settings.ct_type, self.settings.ct_mac)
        try:
            addresses = await async_get_ipv4_broadcast_addresses(self._hass)
            found = await other_meters(
                kind, map(str, addresses), self.settings.port, ct=own, server=server
            )
        except OSError, PortError:
            return
        if self._is_closed:
            return
        self._others = found
        self._suspend()
        addresses_found = {"addresses": ", ".join(sorted(found))} if found else None
        self._issues.async_set(issues.OTHER_METER, addresses_found)

    async def _async_look_at_networks(self) -> None:
        """Tell of batteries whose broadcasts can't get here; one that is heard is near."""
        networks = await async_networks(self._hass)
        if self._is_closed:
            return
        heard = {asker.address for asker in self.askers}
        addresses = {battery.data.address for battery in self._known.values()} - heard
        away = elsewhere(addresses, networks)
        named = {"addresses": ", ".join(away), "networks": ", ".join(map(str, networks)) or "?"}
        self._issues.async_set(issues.OTHER_SUBNET, named if away else None)

    def _suspend(self) -> None:
        """Answer nothing while another meter does, or after a wrong sign was found."""
        reasons = {"other_meter": bool(self._others), "wrong_sign": self._is_sign_wrong}
        self._conduct.suspended = next((key for key, is_so in reasons.items() if is_so), "")

    def _knows(self, address: str, mac: str) -> bool:
        return battery_at(self._known, address, mac) is not None

    @callback
    def _take(self, sample: GridSample) -> None:
        """Take a sample of the source in."""
        if self._log.add(sample):
            now = self._hass.loop.time()
            self._check_sign(now)
            for _, emulator in self.emulators:
                error = grid_error(emulator, sample.power, self.settings.aim, now)
                emulator.quality.note_sample(error, now)

    @callback
    def _tick(self, _: dt.datetime | None = None) -> None:
        """Note what batteries can do, and judge how it goes."""
        now, self._known = self._hass.loop.time(), self._batteries()
        self._note_abilities()
        self._raise_issues(now)
        is_blocked = bool(self._conduct.suspended) or not self._servers
        status = self._judge.status(
            self.emulators[0][1], now, is_blocked=is_blocked, proof=self._hearing.proof
        )
        if status != self.status:
            self.status = status
            self._publish()
        if now - self._looked >= _LOOK_EACH:
            self._spawn(self._async_look(), "look")
        if self.settings.way is not Way.LISTEN and self._hearing.is_due(now):
            self._spawn(self._hearing.async_ask(now), "hearing")

    def _spawn(self, work: Any, name: str) -> None:
        self._entry.async_create_background_task(self._hass, work, f"{DOMAIN} meter {name}")

    def _note_abilities(self) -> None:
        """Let the regulator know modes, limits and states of charge, by the MAC of the polls."""
        batteries, is_apparent = self._known, self._feed.is_apparent
        for _, emulator in self.emulators:
            if isinstance(emulator, CtEmulator):
                for asker in emulator.askers:
                    battery = battery_at(batteries, asker.address, asker.battery_mac)
                    if battery is not None:
                        ability = ability_of(battery, is_discharge_only=is_apparent)
                        emulator.regulator.capabilities[asker.battery_mac] = ability

    def _check_sign(self, now: float) -> None:
        """Fall silent when the grid moves with the batteries instead of against them."""
        emulator, sample = self.emulators[0][1], self._log.newest
        if sample is None or self._conduct.is_silent:
            return
        is_settled = isinstance(emulator, ShellyEmulator)
        if isinstance(emulator, CtEmulator):
            power = emulator.regulator.still_power(now, sample)
        else:
            power = self._settled.power(self._known.values(), now)
        if power is not None and self._sign.note(sample.power, power, is_settled=is_settled):
            self._is_sign_wrong = True
            self._suspend()
            self._issues.async_set(issues.WRONG_SIGN, {"source": ", ".join(self.settings.entities)})

    def _raise_issues(self, now: float) -> None:
        """Raise and remove the repairs of what lasts."""
        age = self._log.age(now)
        is_stale = (now - self._started if age is None else age) > _STALE
        listens = self.settings.way is Way.LISTEN
        source = {"source": ", ".join(self.settings.entities)}
        self._issues.async_set(issues.NO_SOURCE, source if is_stale and not listens else None)
        shelly = [
            asker.address
            for asker in self.askers
            if asker.meter == "shelly" and now - asker.last < 60 and self._knows(asker.address, "")
        ]
        several = {"addresses": ", ".join(sorted(shelly))} if len(shelly) > 1 else None
        self._issues.async_set(issues.TWO_ON_SHELLY, None if listens else several)
        is_unasked = not self.askers and now - self._started > _UNASKED and bool(self._servers)
        port = {"port": str(self.settings.port)} if is_unasked else None
        self._issues.async_set(issues.NOT_ASKED, port)

    @property
    def askers(self) -> list[Asker]:
        """All that were heard to ask within the last hour."""
        made = {id(emulator): emulator for _, emulator in self.emulators}
        return [asker for emulator in made.values() for asker in emulator.askers]

    def heard(self) -> list[str]:
        """Return who asks for what and how often, one line each."""
        return [
            f"- {asker.battery_type or asker.address}: {NAMES.get(asker.meter, asker.meter)}, "
            f"{'?' if asker.period is None else f'{asker.period:.1f}'} s"
            for asker in self.askers
        ]

    def diagnostics(self) -> dict[str, Any]:
        """Return who asks for what, and how it goes; MACs and addresses are redacted later."""
        now = self._hass.loop.time()
        return {
            "settings": {"way": self.settings.way, "kind": self.settings.kind},
            "verdict": self.status.verdict,
            "proof": self.status.proof,
            "suspended": self._conduct.suspended,
            "repairs": sorted(self._issues.raised),
            "age": self._log.age(now),
            "rhythm": self._log.rhythm.seconds,
            "ports": [server.port for server in self._servers],
            "askers": [
                {
                    "address": asker.address,
                    "meter": asker.meter,
                    "battery": asker.battery_type,
                    "mac": asker.battery_mac,
                    "ct": asker.ct_mac,
                    "period": asker.period,
                    "polls": asker.polls,
                    "answered": asker.answered,
                    "last": now - asker.last,
                }
                for asker in self.askers
            ],
        }

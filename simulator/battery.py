"""One simulated battery: the public face of device, link and socket."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from .clock import SimulationClock, monotonic, utc_now
from .device import Device
from .exchanges import Address, Exchange, Statistics
from .faults import Dice, Faults
from .following import FOLLOW_PROFILES, FollowLaw
from .household import PowerProfile
from .link import Delivery, Link
from .meter_client import MeterClient
from .meter_poll import MeterPoller
from .sockets import BatterySocket
from .spec import BatterySpec
from .state import BatteryState

LATENCY = (0.09, 0.25)
"""Seconds from a request to its reply (docs/protocol.md section 1.5)."""
START_SECONDS = 8.0
"""Real seconds of silence after a restart."""


class SimulatedBattery:
    """A Venus battery in software.

    `clock` gives monotonic seconds, `now` the aware wall-clock time; `latency` is a
    range in real seconds. Nothing runs in the background: the state catches up with
    the clock whenever it is looked at.
    """

    def __init__(
        self,
        spec: BatterySpec,
        *,
        faults: Faults | None = None,
        seed: int = 0,
        latency: tuple[float, float] = LATENCY,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = utc_now,
        time_scale: float = 1.0,
        allow_lan: bool = False,
    ) -> None:
        """Switch a battery on. It is heard once `start` has bound its socket."""
        self.clock = SimulationClock(clock, now, time_scale)
        self.faults = faults if faults is not None else Faults()
        self._device = Device(spec, self.clock)
        self._link = Link(self._device, self.faults, Dice(seed, spec.ble_mac), self.clock)
        self.latency = latency
        self._socket = BatterySocket(self.receive, allow_lan=allow_lan)
        self._allow_lan = allow_lan
        self._poller: MeterPoller | None = None

    @property
    def spec(self) -> BatterySpec:
        """What the battery is now; a move or an update replaces it."""
        return self._device.spec

    @property
    def src(self) -> str:
        """The `src` of the battery's replies."""
        return self._device.src

    @property
    def state(self) -> BatteryState:
        """The ground truth, brought up to now."""
        self._link.advance()
        return self._device.state

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request so far, in the order of arrival."""
        return self._link.journal.exchanges

    @property
    def forbidden(self) -> list[Exchange]:
        """Dangerous methods and empty datagrams received so far."""
        return self._link.journal.forbidden

    @property
    def latency(self) -> tuple[float, float]:
        """Bounds of the latency in real seconds."""
        return self._link.latency

    @latency.setter
    def latency(self, bounds: tuple[float, float]) -> None:
        self._link.latency = bounds

    @property
    def rated_wh(self) -> int:
        """Capacity of all packs in Wh."""
        return self._device.plant.rated_wh

    @property
    def local_time(self) -> datetime:
        """The time that the battery's own clock shows."""
        self._link.advance()
        return self._device.local_time()

    async def start(self) -> None:
        """Bind address and port of the spec. Raises SimulatorError."""
        await self._socket.bind(self.spec.address, self.spec.port)

    async def stop(self) -> None:
        """Close the sockets; replies that have not left yet never will."""
        await self.unfollow()
        await self._socket.close()

    def receive(self, datagram: bytes, source: Address) -> list[Delivery]:
        """Handle a datagram without any socket.

        Returns what to send: seconds from now, payload and destination.
        """
        return self._link.receive(datagram, source)

    def deliver(self, datagram: bytes, source: Address) -> None:
        """Handle a datagram that came another way, such as a broadcast, by the socket."""
        self._socket.handle(datagram, source)

    def statistics(self, since: float | None = None) -> Statistics:
        """Return the figures from a time of the monotonic clock on, or from the start."""
        return self._link.journal.statistics(since, self.clock.real())

    def clear_exchanges(self) -> None:
        """Forget all exchanges and forbidden requests so far."""
        self._link.journal.clear(self.clock.real())

    async def follow(
        self,
        kind: str,
        profile: str = "e3",
        *,
        phase: str = "A",
        ct: tuple[str, str] = ("HME-4", "02b2500000ff"),
        port: int = 0,
    ) -> MeterClient:
        """Poll a meter over UDP and steer by it in Auto, as after its choice in the app.

        `kind` is "shelly" or "ct", `ct` the type and MAC of the CT, and phase "0" begins with the
        search for the own phase. Raises SimulatorError, and ValueError for an unknown kind.
        """
        await self.unfollow()
        if profile not in FOLLOW_PROFILES:
            raise ValueError(f"no profile {profile!r}; there are: {', '.join(FOLLOW_PROFILES)}")
        plant = self._device.plant
        law = FollowLaw(
            FOLLOW_PROFILES[profile], charge=plant.max_charge, discharge=plant.max_discharge
        )
        name = ("VNSE3-0", self.spec.ble_mac)
        client = MeterClient(kind, law, battery=name, ct=ct, phase=phase)
        self._poller = MeterPoller(
            client,
            self.spec.address,
            output=lambda: self.state.ac_power,
            settle=self._settle_by_meter,
            is_steering=lambda: self._device.state.mode in ("Auto", "AI"),
            port=port,
            allow_lan=self._allow_lan,
        )
        await self._poller.start()
        self._device.follow(client)
        return client

    def meter_figures(self) -> dict[str, float] | None:
        """Return what became of the polls of a meter, None where none is polled."""
        return None if self._poller is None else self._poller.figures()

    async def unfollow(self) -> None:
        """Stop polling a meter, and see the household by the own CT again."""
        if self._poller is not None:
            await self._poller.stop()
            self._poller = None
            self._device.follow(None)

    def _settle_by_meter(self) -> None:
        self._link.advance()
        self._device.settle()

    def set_mode(self, mode: str, power: int | None = None, duration: float = 3600.0) -> None:
        """Change the mode as the vendor's app does, "" for a mode that has no name.

        `power` in W, + = discharging: the setpoint of Passive, held for `duration`
        seconds, or slot 0 of Manual around the clock.
        """
        self._link.advance()
        self._device.set_mode(mode, power, duration)

    def set_battery(self, **values: object) -> None:
        """Set attributes of the state: soc, temperature, led, energy_charged_wh ..."""
        state = self.state
        for name, value in values.items():
            if not hasattr(state, name):
                raise ValueError(f"no such attribute of the state: {name!r}")
            setattr(state, name, value)
        self._device.settle()

    def set_household(self, household: PowerProfile) -> None:
        """Replace the net load behind the CT: W over local time, + = import."""
        self._link.advance()
        self._device.plant.household = household
        self._device.settle()

    def set_sun(self, sun: PowerProfile) -> None:
        """Replace the power of the battery's own panels: W over local time."""
        self._link.advance()
        self._device.plant.sun = sun
        self._device.settle()

    def set_backup(self, power: float) -> None:
        """Set the load on the backup socket in W."""
        self._link.advance()
        self._device.plant.backup_w = power
        self._device.settle()

    def reboot(self, seconds: float = START_SECONDS) -> None:
        """Restart: some real seconds of silence, persisted mode, no countdown."""
        self._link.advance()
        self._link.reboot(seconds)
        self._device.settle()

    def go_dark(self, seconds: float | None = None) -> None:
        """Stop answering for some real seconds, or until `come_back`."""
        if seconds is None:
            self.faults.dark = True
        else:
            self._link.dark_until = self.clock.real() + seconds

    def come_back(self) -> None:
        """Answer again: after `go_dark`, and with the API switched on again."""
        self.faults.dark = False
        self._link.dark_until = float("-inf")
        self._link.mute = ""

    def wipe_settings(self) -> None:
        """Lose mode and slots and switch the API off until `come_back`."""
        self._link.advance()
        self._link.wipe()
        self._device.settle()

    def reset_counters(self) -> None:
        """Set the energy counters to zero, as a factory reset does."""
        self.set_battery(energy_charged_wh=0.0, energy_discharged_wh=0.0, energy_pv_wh=0.0)

    def update_firmware(self, firmware: int, device: str = "") -> None:
        """Run another firmware, which may also call the battery another model."""
        self._link.advance()
        self._device.update(
            replace(self.spec, firmware=firmware, device=device or self.spec.device)
        )

    async def change_address(self, address: str) -> None:
        """Move to another address, as after a new DHCP lease."""
        bound = self._socket.is_bound
        await self.stop()
        self._device.update(replace(self.spec, address=address))
        if bound:
            await self.start()

"""One battery: typed reads and proven writes."""

from collections import deque
from collections.abc import Callable
import logging
import random
from typing import Any, Final

from .clock import Clock
from .errors import (
    ClosedError,
    InvalidReplyError,
    NotMarstekError,
    RefusedError,
    UnsupportedError,
    WrongDeviceError,
)
from .gate import Priority
from .link import Link
from .models import DeviceStatus, FoundDevice, Method, Status
from .parsing import parse_device, parse_status
from .profiles import Profile, is_marstek_model, profile_for
from .requests import LateResult, Pacing
from .scales import Scales
from .transport import Endpoint, Hub

_LOGGER = logging.getLogger(__name__)

# As many as there are slots.
_REMEMBERED_WRITES: Final = 10

type LateListener = Callable[[Status], None]


class VenusClient:
    """A battery at an IPv4 address and port.

    All methods may raise NoAnswerError, InvalidReplyError, DeviceError, WrongDeviceError and
    ClosedError.
    """

    def __init__(
        self,
        hub: Hub,
        target: FoundDevice,
        *,
        clock: Clock | None = None,
        pacing: Pacing | None = None,
        rng: random.Random | None = None,
        on_late: LateListener | None = None,
        scales: Scales | None = None,
    ) -> None:
        """Prepare; nothing is sent or bound before `open`.

        `on_late` gets a status that came after its read had failed. `scales` are those that this
        firmware was proven to have before.
        """
        self.port = target.port
        self.device = target.device
        self.profile: Profile = profile_for(target.device.model, target.device.firmware)
        self.scales = scales or Scales()
        """Scales that the replies have proven to differ from those of the profile."""
        self._hub = hub
        self._address = target.address
        self._clock = clock
        self._pacing = pacing
        self._rng = rng
        self._on_late = on_late
        self._endpoint: Endpoint | None = None
        self._link: Link | None = None
        self._beyond: set[str] = set()
        self._late_writes: deque[LateResult] = deque(maxlen=_REMEMBERED_WRITES)

    @property
    def address(self) -> str:
        """IPv4 address that requests go to."""
        return self._address

    @property
    def is_open(self) -> bool:
        """Tell whether it can send, which ends with `close`."""
        return self._link is not None

    @property
    def link(self) -> Link:
        """The conversation; ClosedError before `open` and after `close`."""
        if self._link is None:
            raise ClosedError("The connection is not open")
        return self._link

    async def open(self) -> None:
        """Bind the socket; PortInUseError when this family needs a port that is taken."""
        self._endpoint = await self._hub.acquire(
            self.port, allow_ephemeral=self.profile.answers_to_source_port
        )
        if not self._endpoint.is_bound_to_port:
            _LOGGER.warning(
                "UDP port %d is in use by another program; answers are awaited on another one",
                self.port,
            )
        self._link = Link(
            self._endpoint,
            self._address,
            self.device.ble_mac,
            clock=self._clock,
            pacing=self._pacing,
            rng=self._rng,
            on_late=self._late,
        )

    def close(self) -> None:
        """Release the socket; waiting calls end with ClosedError."""
        if self._link is not None and self._endpoint is not None:
            self._link.close()
            self._hub.release(self._endpoint)
        self._link = self._endpoint = None

    def move(self, address: str) -> None:
        """Talk to the battery at another IPv4 address from now on."""
        self._address = address
        self.link.move(address)

    def reopen_socket(self) -> None:
        """Replace the local socket, which other batteries may share, in case it has gone deaf."""
        if self._endpoint is not None:
            self._endpoint.reopen()

    async def read(
        self, method: Method, *, priority: Priority = Priority.POLL, attempts: int | None = None
    ) -> Status:
        """Return the status that a method gives; UnsupportedError when the firmware lacks it.

        RestingError for a poll that should not be sent now; DeadlineError after a minute, also
        where other callers let it send only now and then. Another model or firmware than the
        known one is asked for a second time before it is followed: anybody on the network can
        forge one reply, and scales and limits depend on it.
        """
        if method not in self.profile.methods | self.profile.experimental:
            raise UnsupportedError(f"{method} is not in this firmware")
        latest = self._last_attempt
        status = await self._ask(method, priority, attempts, latest)
        if isinstance(status, DeviceStatus):
            if self._is_news(status):
                second = await self._ask(method, priority, attempts, latest)
                if not isinstance(second, DeviceStatus) or self._is_news(second, status):
                    raise InvalidReplyError("Two different identities")
            self._follow(status)
        return status

    @property
    def _last_attempt(self) -> float:
        """When the last attempt of a call that begins now may begin, by the link's clock."""
        pacing = self.link.pacing
        return self.link.clock.time() + pacing.longest_call - pacing.timeout

    async def _ask(
        self, method: Method, priority: Priority, attempts: int | None, latest: float
    ) -> Status:
        return await self.link.call(
            method,
            {"ble_mac": "0"} if method is Method.DEVICE else {"id": 0},
            lambda result: self._parse(method, result),
            priority=priority,
            attempts=attempts,
            latest=latest,
        )

    def _parse(self, method: Method, result: dict[str, Any]) -> Status:
        if method is Method.DEVICE:
            return parse_device(result, ble_mac=self.device.ble_mac)
        if self.scales.observe(method, result, self.profile, self.link.clock.time()):
            _LOGGER.info("Scales of %s by its replies: %s", self.address, self.scales.proven)
        return parse_status(method, result, self.scaled_profile, self._note_beyond)

    @property
    def scaled_profile(self) -> Profile:
        """The profile with the scales that the replies have proven."""
        return self.scales.applied(self.profile)

    def _note_beyond(self, name: str, value: float) -> None:
        """Log a value that this model can't have, once per kind of value."""
        if name not in self._beyond:
            self._beyond.add(name)
            _LOGGER.warning(
                "%s at %s reports %s %g, more than this model can have: ignored",
                self.device.model,
                self.address,
                name,
                value,
            )

    def _is_news(self, device: DeviceStatus, known: DeviceStatus | None = None) -> bool:
        """Tell whether model or firmware differ from what is known.

        Raises WrongDeviceError for another battery, NotMarstekError for another maker's model.
        """
        if device.ble_mac != self.device.ble_mac:
            raise WrongDeviceError(self.device.ble_mac, device.ble_mac)
        known = known or self.device
        is_same = (device.model, device.firmware) == (known.model, known.firmware)
        if not is_same and not is_marstek_model(device.model):
            raise NotMarstekError(device.model)
        return not is_same

    def _follow(self, device: DeviceStatus) -> None:
        """Take over an identity, and the profile of its firmware."""
        if device.firmware != self.device.firmware:
            self.scales = Scales()
        self.device = device
        self.profile = profile_for(device.model, device.firmware)

    def _late(self, late: LateResult) -> None:
        """Pass on an answer that came after its call had failed, save an identity: see `read`."""
        method, result = late.method, late.result
        if method is Method.SET_MODE and late.params.get("config"):
            self._late_writes.append(late)
        if self._on_late is not None and not method.is_write and method is not Method.DEVICE:
            try:
                status = self._parse(method, result)
            except InvalidReplyError:
                return
            self._on_late(status)

    def was_accepted_late(self, config: dict[str, Any], since: float) -> bool:
        """Tell whether a `write` sent since then was accepted after it had failed."""
        for late in self._late_writes:
            if late.sent_at >= since and late.params["config"] == config:
                try:
                    _accepted(late.result)
                except RefusedError, InvalidReplyError:
                    continue
                return True
        return False

    async def write(self, config: dict[str, Any], *, attempts: int | None = None) -> None:
        """Send ES.SetMode until it is accepted; RefusedError when it never is.

        Accepted is not done: the firmware accepts commands that it drops.
        """
        await self.set(Method.SET_MODE, {"id": 0, "config": config}, attempts=attempts)

    async def set(
        self, method: Method, params: dict[str, Any], *, attempts: int | None = None
    ) -> None:
        """Send a writing method until it is accepted; RefusedError when it never is.

        UnsupportedError when the firmware lacks it, DeadlineError after a minute. Nothing reads
        back what is set but a mode.
        """
        if not self.profile.supports(method):
            raise UnsupportedError(f"{method} is not in this firmware")
        await self.link.call(
            method,
            params,
            _accepted,
            priority=Priority.COMMAND,
            attempts=attempts or self.link.pacing.write_attempts,
            latest=self._last_attempt,
        )


def _accepted(result: dict[str, Any]) -> None:
    """Raise RefusedError for `set_result: false`; a number 0 was seen to mean success (2.9)."""
    answer = result.get("set_result")
    if answer is False:
        raise RefusedError("The battery refused the command")
    if type(answer) not in (bool, int):
        raise InvalidReplyError(f"set_result is {answer!r}")

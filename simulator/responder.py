"""From a datagram to an answer: parsing, dispatch, and the faults of the firmware."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .device import Device
from .exchanges import Outcome
from .faults import Dice, Faults
from .profiles import ES_SET_MODE, GET_DATA, GET_DEVICE
from .readings import LIES, READINGS, Query
from .state import BatteryState
from .wire import ERRORS, RefusalError, Request, RequestId, params_id, parse
from .writes import WRITES

_WITHOUT_PARAMS_ID = (WRITES.keys() | {GET_DEVICE}) - {ES_SET_MODE}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is put on the wire."""

    envelope: dict[str, object]
    outcome: Outcome


class Responder:
    """The firmware's handlers of one battery."""

    def __init__(self, device: Device, faults: Faults, dice: Dice) -> None:
        """Answer for a device, under faults that may change at any time."""
        self._device = device
        self.faults = faults
        self._dice = dice
        self._frozen: BatteryState | None = None
        self._stuck: BatteryState | None = None

    def answer(self, datagram: bytes) -> Answer | None:
        """Carry a request out and return the answer, None for silence."""
        if self._dice(self.faults.parse_errors):
            return Answer(self.error(403, 0), Outcome.PARSE_ERROR)
        try:
            request = parse(datagram, ethernet=self._device.spec.ethernet)
        except RefusalError as refusal:
            return Answer(self.error(refusal.data, refusal.request_id), Outcome.ERROR)
        silent = self._device.profile.silent.union(self.faults.silent.split(","))
        if request.method in silent:
            return None
        try:
            self._admit(request)
            return self._handled(request)
        except RefusalError as refusal:
            envelope = self.error(refusal.data, request.id, request.method)
            return Answer(envelope, Outcome.ERROR)

    def error(self, data: int, request_id: RequestId, method: str = "") -> dict[str, object]:
        """Return an error reply in the form that the firmware uses."""
        device = self._device
        if not device.profile.error_objects:
            return device.envelope(request_id, {"parse_state": data})
        code, message = device.profile.own_errors.get((method, data), ERRORS[data])
        error = {"code": code, "message": message, "data": data}
        return {"id": request_id, "src": device.src, "error": error}

    def _admit(self, request: Request) -> None:
        """Refuse what this firmware lacks, and a params.id that is not in order."""
        profile = self._device.profile
        if self.faults.error:
            raise RefusalError(self.faults.error)
        if request.method in profile.lacking:
            raise RefusalError(424)
        if request.method not in profile.methods:
            raise RefusalError(425)
        if request.method not in _WITHOUT_PARAMS_ID:
            self._device.last_params_id = params_id(request.params)

    def _handled(self, request: Request) -> Answer:
        """Return what the method's handler says."""
        if reading := READINGS.get(request.method):
            query = Query(self._device, self._shown(), request.params)
            result, outcome = reading(query), Outcome.ANSWERED
            if request.method == GET_DATA and (key := self.faults.lying_data):
                result[key] = LIES[key](int(str(result[key])))
        else:
            done, outcome = self._write(request.method, request.params)
            result = {"set_result": done}
        if request.method != GET_DEVICE:
            result = {"id": self._device.last_params_id, **result}
        return Answer(self._device.envelope(request.id, result), outcome)

    def _write(self, method: str, params: Mapping[str, object]) -> tuple[bool, Outcome]:
        """Carry a write out, unless a fault refuses it or lies about it."""
        if self._dice(self.faults.refused_writes):
            return False, Outcome.REFUSED
        if _disables_slot(params) and self._dice(self.faults.refused_disabling):
            return False, Outcome.REFUSED
        if self._dice(self.faults.lying_writes):
            return True, Outcome.LIED
        return WRITES[method](self._device, params), Outcome.ANSWERED

    def _shown(self) -> BatteryState:
        """Return the state that readings show: the truth, save for faults."""
        truth = self._device.state
        self._frozen = (self._frozen or truth.copy()) if self.faults.frozen else None
        self._stuck = (self._stuck or truth.copy()) if self.faults.counters_stuck else None
        shown = self._frozen or truth
        if self._stuck:
            shown = _with_counters_of(self._stuck, shown)
        if self._dice(self.faults.counter_glitch):
            return replace(shown, energy_charged_wh=0.0, energy_discharged_wh=0.0, energy_pv_wh=0.0)
        return shown


def _disables_slot(params: Mapping[str, object]) -> bool:
    match params.get("config"):
        case {"manual_cfg": {"enable": 0}}:
            return True
    return False


def _with_counters_of(old: BatteryState, state: BatteryState) -> BatteryState:
    """Return a state with the energy counters of an older one."""
    return replace(
        state,
        energy_charged_wh=old.energy_charged_wh,
        energy_discharged_wh=old.energy_discharged_wh,
        energy_pv_wh=old.energy_pv_wh,
    )

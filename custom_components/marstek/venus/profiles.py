"""Profiles: abilities, limits, dangers and scales of each model and firmware.

All facts are from docs/protocol.md: section 2 for methods and scales, section 3 for models, section
1.1 for reply ports. Scales turn the number on the wire into SI units; None means that the number
says nothing.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from .models import Method, Mode


class Family(StrEnum):
    """Hardware families that share firmware behaviour."""

    HMG = "Venus C/E"
    VNSE3 = "Venus E 3.0"
    VNSA = "Venus A"
    VNSD = "Venus D"
    VNSEM = "Venus E mini"
    UNKNOWN = "unknown"


class Danger(StrEnum):
    """Harm that polling can do to a battery."""

    WIPES_SETTINGS = "wipes_settings"
    """Loses its mode and slots, and switches its API off, when polled (firmware 144-148)."""
    LOSES_METER = "loses_meter"
    """The meter and the API share one radio channel: polling drops the meter (HMG-50)."""


_EVERYWHERE: Final = frozenset(
    {
        Method.DEVICE,
        Method.WIFI,
        Method.BLUETOOTH,
        Method.BATTERY,
        Method.ENERGY,
        Method.MODE,
        Method.SET_MODE,
    }
)
AC_POWER_MARGIN: Final = 1.2
"""Above the inverter's limit, as a factor: it overshoots for moments, and rounds."""
LARGEST_INVERTER: Final = 2500
"""W, of the largest model."""
_ALL_MODES: Final = frozenset({Mode.AUTO, Mode.AI, Mode.MANUAL, Mode.PASSIVE})


@dataclass(frozen=True, slots=True)
class Profile:
    """One model and firmware."""

    family: Family
    known: bool = True
    """False when the model or the firmware is not in the table."""
    methods: frozenset[Method] = _EVERYWHERE
    experimental: frozenset[Method] = frozenset()
    """What this firmware may answer, but what nobody has seen yet (2.11)."""
    modes: frozenset[Mode] = _ALL_MODES
    """What can be chosen without losing anything; UPS, which costs the schedule, is none of them."""
    has_backup: bool = False
    """True where ES.SetMode knows UPS, which overwrites the schedule (2.9)."""
    answers_to_source_port: bool = True
    """False when replies go to the battery's own port number, whatever port asked (1.1)."""
    dangers: frozenset[Danger] = frozenset()
    steady: bool = False
    """True when a poll every 30 s is known to be borne (1.5)."""
    max_power: int = 2500
    """Largest charge or discharge power in W."""
    inverter_limit: int = LARGEST_INVERTER
    """Limit of the hardware in W, either way; that of the largest model where it is not known."""
    rated_capacity: float = 5120.0
    """Of one pack in Wh, for firmware that does not tell."""
    temperature_scale: float | None = 1.0
    stored_energy_scale: float = 1.0
    voltage_scale: float | None = None
    current_scale: float | None = None
    charge_flag_is_real: bool = True
    """False where one bit stands for both permissions, so that it says nothing of either (2.4)."""
    discharge_flag_is_real: bool = True
    """False where the discharge permission is a constant or a copy of the charge permission."""
    energy_scale: float = 1.0
    counts_ac_side: bool = False
    """True where solar input makes the AC-side counters differ from the battery's energy."""
    has_pv: bool = False
    pv_total_is_real: bool = False
    """False where ES.GetStatus says 0 W of solar whatever the sun does."""
    pv_channel_scales: tuple[float, float, float, float] = (0.1, 1.0, 1.0, 1.0)
    pv_energy_scale: float | None = None
    mode_has_meter: bool = False
    """True where ES.GetMode fills the meter's state in Auto."""
    meter_counts: bool = False
    """True where EM.GetStatus has counters; most meters leave them at 0 (2.8)."""

    def supports(self, method: Method) -> bool:
        """Tell whether this firmware answers the method."""
        return method in self.methods

    @property
    def largest_ac_power(self) -> float:
        """AC power of the inverter, in W, either way, beyond which a reading can't be true."""
        return AC_POWER_MARGIN * self.inverter_limit


_METER = frozenset({Method.METER})
_DEPTH = frozenset({Method.SET_DEPTH})
_SETTINGS = _DEPTH | {Method.SET_BLUETOOTH, Method.SET_LED}

_VNSE3 = Profile(
    family=Family.VNSE3,
    methods=_EVERYWHERE | _METER,
    charge_flag_is_real=False,
    discharge_flag_is_real=False,
    meter_counts=True,
)
_VNSE3_EARLY = replace(_VNSE3, methods=_EVERYWHERE - {Method.ENERGY}, answers_to_source_port=False)
_VNSE3_TENTHS = replace(_VNSE3_EARLY, temperature_scale=0.1, stored_energy_scale=10.0)
_VNSE3_143 = replace(
    _VNSE3, dangers=frozenset({Danger.WIPES_SETTINGS}), answers_to_source_port=False
)
_VNSE3_RESETS = replace(
    _VNSE3_143, experimental=frozenset({Method.DATA}), answers_to_source_port=True
)
_VNSE3_147 = replace(_VNSE3_RESETS, methods=_VNSE3.methods | _DEPTH, has_backup=True)
_VNSE3_1476 = replace(_VNSE3_147, methods=_VNSE3.methods | _SETTINGS)
_VNSE3_STEADY = replace(_VNSE3_1476, dangers=frozenset(), steady=True)

_VNSA_BLIND = replace(
    _VNSE3_RESETS,
    family=Family.VNSA,
    methods=_EVERYWHERE | _METER | {Method.PV},
    answers_to_source_port=False,
    max_power=1500,
    inverter_limit=1500,
    rated_capacity=2080.0,
    counts_ac_side=True,
    has_pv=True,
)
_REAL_PV: Final[dict[str, Any]] = {"pv_total_is_real": True, "pv_energy_scale": 10.0}
_VNSA_RESETS = replace(
    _VNSA_BLIND,
    methods=_VNSA_BLIND.methods | _SETTINGS,
    has_backup=True,
    answers_to_source_port=True,
    **_REAL_PV,
)
_VNSA_STEADY = replace(_VNSA_RESETS, dangers=frozenset(), steady=True)

_VNSD_BLIND = replace(
    _VNSA_BLIND,
    family=Family.VNSD,
    methods=_VNSA_BLIND.methods | _DEPTH,
    has_backup=True,
    answers_to_source_port=True,
    max_power=2200,
    inverter_limit=LARGEST_INVERTER,
    rated_capacity=2560.0,
)
_VNSD_STEADY = replace(
    _VNSD_BLIND,
    methods=_VNSD_BLIND.methods | _SETTINGS,
    dangers=frozenset(),
    steady=True,
    max_power=2500,
    **_REAL_PV,
)

_HMG_153 = Profile(
    family=Family.HMG,
    answers_to_source_port=False,
    dangers=frozenset({Danger.LOSES_METER}),
    stored_energy_scale=10.0,
    voltage_scale=0.01,
    current_scale=0.01,
    discharge_flag_is_real=False,
    energy_scale=10.0,
)
_HMG_154 = replace(
    _HMG_153,
    temperature_scale=None,
    stored_energy_scale=1.0,
    voltage_scale=None,
    current_scale=None,
    discharge_flag_is_real=True,
    energy_scale=100.0,
)
_HMG_155 = replace(_HMG_154, methods=_EVERYWHERE | _METER, mode_has_meter=True)

# No Passive, and a Manual slot's power is ignored (docs/protocol.md 2.9, captured on firmware 300).
_VNSEM = replace(
    _VNSE3,
    family=Family.VNSEM,
    answers_to_source_port=False,
    modes=frozenset({Mode.AUTO, Mode.AI}),
    max_power=800,
)
_UNKNOWN = replace(
    _VNSE3,
    family=Family.UNKNOWN,
    known=False,
    methods=_EVERYWHERE,
    answers_to_source_port=False,
    max_power=800,
    meter_counts=False,
)

type Version = tuple[int, int]

# Per family: from which firmware on a profile holds; then the last firmware seen.
_TABLE: Final[dict[Family, tuple[tuple[tuple[Version, Profile], ...], Version]]] = {
    Family.HMG: ((((0, 0), _HMG_153), ((154, 0), _HMG_154), ((155, 0), _HMG_155)), (158, 1)),
    Family.VNSE3: (
        (
            ((0, 0), _VNSE3_EARLY),
            ((139, 0), _VNSE3_TENTHS),
            ((143, 0), _VNSE3_143),
            ((144, 0), _VNSE3_RESETS),
            ((147, 0), _VNSE3_147),
            ((147, 6), _VNSE3_1476),
            ((149, 0), _VNSE3_STEADY),
        ),
        (151, 9),
    ),
    Family.VNSA: (
        (
            ((0, 0), _VNSA_BLIND),
            ((148, 0), replace(_VNSA_BLIND, answers_to_source_port=True)),
            ((148, 7), _VNSA_RESETS),
            ((149, 0), _VNSA_STEADY),
        ),
        (150, 9),
    ),
    Family.VNSD: ((((0, 0), _VNSD_BLIND), ((149, 0), _VNSD_STEADY)), (150, 9)),
    Family.VNSEM: ((((0, 0), _VNSEM),), (300, 9)),
}

# Longest first: "vnsem" before "vnse", "venuse3" before "venuse" (docs/protocol.md section 3).
_PREFIXES: Final = (
    ("venusepro", Family.UNKNOWN),
    ("venuse3", Family.VNSE3),
    ("venusem", Family.VNSEM),
    ("vnsem", Family.VNSEM),
    ("vnse3", Family.VNSE3),
    ("venusa", Family.VNSA),
    ("venusd", Family.VNSD),
    ("venusc", Family.HMG),
    ("venuse", Family.HMG),
    ("vnsa", Family.VNSA),
    ("vnsd", Family.VNSD),
    ("hmg", Family.HMG),
)
_CAPACITIES: Final = {"venusc": 2560.0, "hmg25": 2560.0}


def version_of(firmware: int) -> Version:
    """Return (release, point release): 1476 is (147, 6), 150 is (150, 0) (docs/protocol.md 2.1)."""
    return divmod(firmware, 10) if firmware >= 1000 else (firmware, 0)


def firmware_name(firmware: int) -> str:
    """Return the number as people write it: 1476 is "147.6"."""
    release, point = version_of(firmware)
    return f"{release}.{point}" if point else str(release)


def _normalised(model: str) -> str:
    return "".join(character for character in model.lower() if character.isalnum())


def family_of(model: str) -> Family:
    """Return the family of a device name such as "VenusE 3.0" or "VNSE3-0"."""
    name = _normalised(model)
    if name == "venus":
        return Family.HMG
    return next((family for prefix, family in _PREFIXES if name.startswith(prefix)), Family.UNKNOWN)


def is_marstek_model(model: str) -> bool:
    """Tell whether a device name is of a maker's battery at all."""
    return _normalised(model).startswith(("venus", "vns", "hmg", "vepro"))


def profile_for(model: str, firmware: int) -> Profile:
    """Return the profile; a firmware newer than all known gets its family's newest one."""
    family = family_of(model)
    if family is Family.UNKNOWN:
        return _UNKNOWN
    rows, newest = _TABLE[family]
    version = version_of(firmware)
    profile = next(profile for start, profile in reversed(rows) if version >= start)
    if version > newest:
        profile = replace(profile, known=False, inverter_limit=LARGEST_INVERTER)
    capacity = next(
        (wh for prefix, wh in _CAPACITIES.items() if _normalised(model).startswith(prefix)), None
    )
    return replace(profile, rated_capacity=capacity) if capacity else profile

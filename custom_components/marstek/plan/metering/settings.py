"""Settings of the emulated meter: the subentry of the plan's config entry that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ...meter.frame import ANY_CT, CT_TYPES
from ...meter.server import CT_PORT, SHELLY_PORT
from ...meter.source import SourceKind
from ..rules import is_active

SUBENTRY_METER: Final = "meter"

CONF_WAY: Final = "way"
CONF_SOURCE_KIND: Final = "source_kind"
CONF_SOURCE: Final = "source"
CONF_EXPORT: Final = "export"
CONF_PHASE_B: Final = "phase_b"
CONF_PHASE_C: Final = "phase_c"
CONF_INVERTED: Final = "inverted"
CONF_CT_MAC: Final = "ct_mac"
CONF_CT_TYPE: Final = "ct_type"
CONF_AIM: Final = "aim"
CONF_EXPORT_CAP: Final = "export_cap"
CONF_LOW_LOAD: Final = "low_load"
CONF_SHELLY_PORT: Final = "shelly_port"

OTHER_SHELLY_PORT: Final = 2220
"""Port on which some models ask for a Shelly instead."""
USUAL_AIM: Final = 10
"""Grid power in W to aim at, + = import."""
MOST_AIM: Final = 800
MOST_EXPORT_CAP: Final = 30_000
"""W; more than the roof of a home with the largest usual connection feeds in."""
_MAC: Final = re.compile(r"[0-9a-f]{12}")


class Way(StrEnum):
    """How the meter is emulated."""

    LISTEN = "listen"
    """Answer nothing, and show who asks for what."""
    SHELLY = "shelly"
    """A Shelly Pro 3EM, for one battery."""
    CT = "ct"
    """A CT002 or CT003, for one or several batteries."""


@dataclass(frozen=True, slots=True)
class MeterSettings:
    """Settings of the emulated meter."""

    way: Way
    kind: SourceKind
    entities: tuple[str, ...]
    """The power, or import and export, or phases A, B and C."""
    is_inverted: bool = False
    ct_mac: str = ""
    ct_type: str = CT_TYPES[0]
    aim: float = USUAL_AIM
    export_cap: float = 0.0
    """Export in W, >= 0, of which batteries charge nothing; 0 lets them charge all of it."""
    low_load: float = 0.0
    """W per battery below which one battery carries all; 0 for never."""
    shelly_port: int = SHELLY_PORT

    @property
    def port(self) -> int:
        """The UDP port on which batteries ask."""
        return CT_PORT if self.way is Way.CT else self.shelly_port


def settings_of(data: Mapping[str, Any]) -> MeterSettings:
    """Return the settings that stored data stand for."""
    kind = SourceKind(data.get(CONF_SOURCE_KIND, SourceKind.SIGNED))
    keys = {
        SourceKind.SIGNED: (CONF_SOURCE,),
        SourceKind.PAIR: (CONF_SOURCE, CONF_EXPORT),
        SourceKind.PHASES: (CONF_SOURCE, CONF_PHASE_B, CONF_PHASE_C),
    }[kind]
    return MeterSettings(
        way=Way(data[CONF_WAY]),
        kind=kind,
        entities=tuple(str(data[key]) for key in keys if data.get(key)),
        is_inverted=bool(data.get(CONF_INVERTED)),
        ct_mac=str(data.get(CONF_CT_MAC) or "").lower(),
        ct_type=str(data.get(CONF_CT_TYPE) or CT_TYPES[0]),
        aim=float(data.get(CONF_AIM, USUAL_AIM)),
        export_cap=float(data.get(CONF_EXPORT_CAP) or 0),
        low_load=float(data.get(CONF_LOW_LOAD) or 0),
        shelly_port=int(data.get(CONF_SHELLY_PORT) or SHELLY_PORT),
    )


def meter_subentry(entry: ConfigEntry) -> ConfigSubentry | None:
    """Return the subentry of the emulated meter, of which a plan has one at most."""
    found = entry.subentries.values()
    return next((each for each in found if each.subentry_type == SUBENTRY_METER), None)


def meter_settings(entry: ConfigEntry) -> MeterSettings | None:
    """Return the settings of the emulated meter, None where there is none or it is switched off."""
    subentry = meter_subentry(entry)
    return None if subentry is None or not is_active(subentry) else settings_of(subentry.data)


def is_ct_mac(text: str) -> bool:
    """Return whether a text is a MAC of a CT: 12 hex digits, other than the one for any."""
    return _MAC.fullmatch(text.lower()) is not None and text != ANY_CT

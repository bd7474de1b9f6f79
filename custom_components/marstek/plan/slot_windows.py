"""Hours in which the slots of batteries may act: the rest of the off-peak window.

A battery ends a slot by itself, so an order that is confined to them needs nobody to end it.
"""

import datetime as dt
from typing import Final

from ..battery.mode_requests import SafetyNet, SlotWindow
from ..tempo import Colour
from .tariff.coordinator import TariffCoordinator

_LAST_MINUTE: Final = dt.time(23, 59)


def slot_window(
    tariff: TariffCoordinator, safety_power: int, now: dt.datetime
) -> SlotWindow | None:
    """Return when slots may act, None in peak hours and where no hours are off-peak for all days.

    `safety_power` in W, 0 for none, is that of the slot for a red day.
    """
    off_peak = tariff.settings.off_peak
    window, zone = off_peak.current(now), off_peak.zone
    if not (tariff.settings.has_off_peak and window.is_off_peak):
        return None
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    return SlotWindow(start, min(end, _end_of_slots(now, zone)), _safety_net(tariff, safety_power))


def _safety_net(tariff: TariffCoordinator, power: int) -> SafetyNet | None:
    """Return the slot that discharges through a red day, should Auto never arrive."""
    data = tariff.data
    tomorrow = data.tomorrow_date
    if not power or data.tomorrow is not Colour.RED or tomorrow is None:
        return None
    window = tariff.settings.off_peak.windows[0]
    return SafetyNet(tomorrow, window.end, window.start, power)


def _end_of_slots(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return the last moment that slots of two days, this one and the next, can tell."""
    tomorrow = now.astimezone(zone).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, _LAST_MINUTE, zone)

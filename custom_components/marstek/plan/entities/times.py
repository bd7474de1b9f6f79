"""Times of the plan: when the off-peak hours begin and end."""

from collections.abc import Callable
from dataclasses import dataclass
import datetime as dt
from typing import Final, override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.exceptions import ServiceValidationError

from ...const import CONF_END, CONF_OFF_PEAK, CONF_START, DOMAIN
from ...tempo import OffPeakWindow, WindowError, WindowProblem
from ..runtime import Plan
from ..tariff_settings import off_peak_of, options_of
from .entity import TariffEntity, TariffEntityDescription, has_windows, offered


@dataclass(frozen=True, kw_only=True)
class BoundDescription(TariffEntityDescription, TimeEntityDescription):
    """A bound of the first window of off-peak hours."""

    bound: str
    """Name of the bound in a stored window."""
    value_fn: Callable[[OffPeakWindow], dt.time]


TIMES: Final = (
    BoundDescription(
        key="night_start",
        translation_key="night_start",
        entity_category=EntityCategory.CONFIG,
        exists_fn=has_windows,
        bound=CONF_START,
        value_fn=lambda window: window.start,
    ),
    BoundDescription(
        key="day_start",
        translation_key="day_start",
        entity_category=EntityCategory.CONFIG,
        exists_fn=has_windows,
        bound=CONF_END,
        value_fn=lambda window: window.end,
    ),
)


def times(plan: Plan) -> list[WindowBound]:
    """Return the times of the plan."""
    tariff = plan.tariff
    return [WindowBound(tariff, each) for each in offered(tariff, Platform.TIME, TIMES)]


class WindowBound(TariffEntity, TimeEntity):
    """When the first window of off-peak hours begins or ends, by the clock on the wall."""

    entity_description: BoundDescription

    @property
    @override
    def _value(self) -> dt.time | None:
        windows = self.coordinator.settings.off_peak.windows
        return self.entity_description.value_fn(windows[0]) if windows else None

    @property
    @override
    def native_value(self) -> dt.time | None:
        """Return the bound, None for days without hours."""
        return self._value

    @override
    async def async_set_value(self, value: dt.time) -> None:
        """Change the bound; other windows stay as they are."""
        settings, entry = self.coordinator.settings, self.coordinator.config_entry
        if not settings.off_peak.windows:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=WindowProblem.NO_WINDOW.value
            )
        windows = [
            {CONF_START: window.start.isoformat(), CONF_END: window.end.isoformat()}
            for window in settings.off_peak.windows
        ]
        bound = value.replace(second=0, microsecond=0).isoformat()
        windows[0] |= {self.entity_description.bound: bound}
        changed = {**options_of(entry, settings.tariff), CONF_OFF_PEAK: windows}
        try:
            off_peak_of(changed, settings.tariff)
        except WindowError as err:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=err.problem.value
            ) from err
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, settings.tariff: changed}
        )

"""Select of the plan: use of nights that do not prepare a dear day."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory

from ...const import CONF_NIGHT
from ...planner import Night
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription


@dataclass(frozen=True, kw_only=True)
class NightSelectDescription(ControlEntityDescription, SelectEntityDescription):
    """The select of the night."""


_NIGHT: Final = NightSelectDescription(
    key=CONF_NIGHT,
    translation_key="night",
    entity_category=EntityCategory.CONFIG,
    options=[night.value for night in Night],
)


def selects(plan: Plan) -> list[NightSelect]:
    """Return the select of the plan."""
    return [NightSelect(plan.control, _NIGHT)]


class NightSelect(ControlEntity, SelectEntity):
    """What batteries do in ordinary nights."""

    entity_description: NightSelectDescription

    @property
    @override
    def _value(self) -> Night:
        return self.coordinator.options.strategy.night

    @property
    @override
    def current_option(self) -> str:
        """Return what is chosen."""
        return self._value.value

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose."""
        self._set_options(**{CONF_NIGHT: Night(option)})

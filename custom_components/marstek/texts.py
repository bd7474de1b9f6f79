"""Texts of the integration in Home Assistant's own language, for all that is no state."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN

_CATEGORIES = ("entity", "selector", "exceptions")


@dataclass(frozen=True, slots=True)
class Texts:
    """The translations, by their keys below the integration's own."""

    _texts: Mapping[str, str] = field(default_factory=dict)

    def get(self, key: str, placeholders: Mapping[str, str] | None = None) -> str:
        """Return the text of a key such as `entity.sensor.colour_today.state.red`."""
        text = self._texts.get(f"component.{DOMAIN}.{key}", key)
        for name, value in (placeholders or {}).items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def message(self, key: str, placeholders: Mapping[str, str] | None = None) -> str:
        """Return a message by its key, which errors and notifications share."""
        return self.get(f"exceptions.{key}.message", placeholders)

    def of_error(self, error: HomeAssistantError) -> str:
        """Return the translated message of an error."""
        if error.translation_key is None:
            return str(error)
        placeholders = error.translation_placeholders or {}
        return self.message(error.translation_key, placeholders)


async def async_load_texts(hass: HomeAssistant, language: str | None = None) -> Texts:
    """Load the translations of a language, by default of the configured one."""
    wanted, found = language or hass.config.language, dict[str, str]()
    for category in _CATEGORIES:
        found |= await async_get_translations(hass, wanted, category, {DOMAIN})
    return Texts(found)

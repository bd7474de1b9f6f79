"""Texts of the dashboard in the language of the person who looks at it.

Home Assistant loads texts of known kinds only, and entities are named in the language of the
server; so the dashboard has files of its own, beside `translations`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..plan.wording import Wording
from ..texts import Texts

FOLDER: Final = Path(__file__).parents[1] / "dashboard_texts"
FALLBACK: Final = "en"
_LOADED: Final[HassKey[dict[str, DashboardTexts]]] = HassKey("marstek_dashboard_texts")


@dataclass(frozen=True, slots=True)
class DashboardTexts:
    """The texts of one language: sections of keys and texts."""

    language: str
    sections: Mapping[str, Mapping[str, str]]

    def get(self, section: str, key: str, **values: str) -> str:
        """Return a text with its placeholders filled."""
        text = self.sections[section][key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def price(self, value: float) -> str:
        """Return a price of a kWh as it is written in the language."""
        return Wording(Texts(), self.language).price(value)


def known_language(language: str) -> str:
    """Return the language of the texts for a language as browsers name it, such as de-CH."""
    base = language.partition("-")[0].lower()
    return base if (base.isalpha() and (FOLDER / f"{base}.json").is_file()) else FALLBACK


def _read(language: str) -> DashboardTexts:
    found = known_language(language)
    sections: dict[str, Any] = json.loads((FOLDER / f"{found}.json").read_text("utf-8"))
    return DashboardTexts(found, sections)


async def async_dashboard_texts(hass: HomeAssistant, language: str) -> DashboardTexts:
    """Return the texts of a language, or the English ones."""
    loaded = hass.data.setdefault(_LOADED, {})
    base = language.partition("-")[0].lower()
    if base not in loaded:
        texts = await hass.async_add_executor_job(_read, language)
        # A made-up language takes the place of English only, so that the table stays small.
        loaded[texts.language] = texts
        return texts
    return loaded[base]

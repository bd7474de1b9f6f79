"""Field of rules by hour, day and month, which several forms share: one line a rule.

The lines are stored as data and written anew each time the form is shown, so that their owner sees how
they were understood, in the language of Home Assistant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig
import voluptuous as vol

from ..plan.tariff_settings import rules_of
from ..plan.wording import Wording
from ..tempo import NO_RULES, HourRules, LineError, read_rules, write_rules
from ..texts import Texts


@dataclass(frozen=True, slots=True)
class HoursReading:
    """What a field of rules stands for."""

    rules: HourRules = NO_RULES
    errors: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)
    """Of the texts of the errors."""


def hours_field(
    hass: HomeAssistant, key: str, stored: Sequence[Mapping[str, Any]] | None
) -> dict[vol.Marker, Any]:
    """Return the field of rules, with those that are stored as a suggestion."""
    wording = Wording(Texts(), hass.config.language)
    lines = write_rules(rules_of(stored), wording.language, wording.exact)
    marker = vol.Optional(key, description={"suggested_value": "\n".join(lines)})
    return {marker: TextSelector(TextSelectorConfig(multiline=True))}


def read_hours(
    hass: HomeAssistant, key: str, given: Mapping[str, Any], *, low: float, high: float
) -> HoursReading:
    """Return the rules of a field, whose values are between two, or its error."""
    zone = rules_of(None).zone
    try:
        rules = read_rules(
            given.get(key) or "",
            hass.config.language,
            zone,
            low=low,
            high=high,
            country=hass.config.country,
        )
    except LineError as err:
        placeholders = {"line": str(err.line), "term": err.term}
        return HoursReading(errors={key: err.problem}, placeholders=placeholders)
    return HoursReading(rules)

"""The own rules of a home: subentries of the plan's config entry."""

from collections.abc import Mapping
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_NAME

from ..planner import Action, Rule
from ..tempo import Colour

SUBENTRY_RULE: Final = "rule"

CONF_ACTION: Final = "action"
CONF_START: Final = "start"
CONF_END: Final = "end"
CONF_DAYS: Final = "days"
CONF_POWER: Final = "power"
CONF_TARGET: Final = "target"
CONF_FLOOR: Final = "floor"
CONF_RULE_BATTERIES: Final = "batteries"
CONF_ACTIVE: Final = "active"
CONF_COLOURS: Final = "colours"
CONF_COLOUR_DAY: Final = "colour_day"
THIS_DAY: Final = "this_day"
NEXT_DAY: Final = "next_day"

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def rule_of(subentry_id: str, name: str, data: Mapping[str, Any]) -> Rule:
    """Return the rule that stored data stand for."""
    action = Action(data[CONF_ACTION])
    named = data.get(CONF_RULE_BATTERIES)
    return Rule(
        id=subentry_id,
        name=name,
        action=action,
        start=_time(data[CONF_START]),
        end=_time(data[CONF_END]),
        days=frozenset(DAYS.index(day) for day in data[CONF_DAYS]),
        power=int(data.get(CONF_POWER) or 0),
        target=data.get(CONF_TARGET) if action is Action.CHARGE else None,
        floor=data.get(CONF_FLOOR) if action in (Action.AUTO, Action.DISCHARGE) else None,
        batteries=frozenset(named) if named else None,
        colours=frozenset(Colour(colour) for colour in data.get(CONF_COLOURS) or ()),
        looks_ahead=data.get(CONF_COLOUR_DAY) == NEXT_DAY,
    )


def subentries(entry: ConfigEntry) -> list[ConfigSubentry]:
    """Return the rules of the plan's entry in the order in which they were added."""
    found = entry.subentries.values()
    return [each for each in found if each.subentry_type == SUBENTRY_RULE]


def rule_name(subentry: ConfigSubentry) -> str:
    """Return the name that its owner gave a rule; the title tells more, save of older rules."""
    return str(subentry.data.get(CONF_NAME, subentry.title))


def is_active(subentry: ConfigSubentry) -> bool:
    """Tell whether a rule, or the meter for batteries, is switched on."""
    return bool(subentry.data.get(CONF_ACTIVE, True))


def active_rules(entry: ConfigEntry) -> tuple[Rule, ...]:
    """Return the rules that are switched on; of two that contradict each other the later counts."""
    return tuple(
        rule_of(each.subentry_id, rule_name(each), each.data)
        for each in subentries(entry)
        if is_active(each)
    )


def _time(text: str) -> dt.time:
    return dt.time.fromisoformat(text).replace(second=0, microsecond=0)

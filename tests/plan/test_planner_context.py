"""Input of the planner, made of the tariff's settings and its memory."""

from dataclasses import replace
from datetime import date

from custom_components.marstek.const import CONF_TARIFF, Tariff
from custom_components.marstek.plan.memory import PlanMemory
from custom_components.marstek.plan.planner_context import periods
from custom_components.marstek.plan.tariff_settings import settings_of
from custom_components.marstek.tempo import Announcement, Colour, Quotas, Source
from tests.support.moments import paris

_REDS = (date(2026, 1, 20), date(2026, 1, 21))


def _can_be_red(*, is_fallback: bool) -> bool:
    """Return whether an open Monday can be red after two red days of two, the last so."""
    settings = replace(settings_of({CONF_TARIFF: Tariff.TEMPO}, {}), quotas=Quotas(red=2))
    memory = PlanMemory()
    for day in _REDS:
        fallback = is_fallback and day == _REDS[-1]
        memory.book.learn([Announcement(day, Colour.RED, Source.RTE, paris(day), fallback)])
    monday = date(2026, 1, 26)
    found = periods(settings, memory, paris("2026-01-25", "22:30"))
    return any(period.can_be_red for period in found if period.day == monday)


def test_a_fallback_uses_no_red_day_up() -> None:
    """A night is prepared for a red day that only a fallback seemed to have used up."""
    assert _can_be_red(is_fallback=True)
    assert not _can_be_red(is_fallback=False)

"""Report of a period: its figures, a text in the language of the home, and a page to print."""

from collections.abc import Sequence
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..entries import async_batteries
from ..export import bars_png
from ..plan.runtime import Plan
from ..plan.wording import Wording
from ..texts import async_load_texts
from .downloads import HTML, PNG, async_downloads
from .figures import ReportFigures, report_figures
from .home_days import colours, money_lines, steps_between
from .periods import DaySpan
from .report_page import report_page
from .report_wording import ReportWording
from .statistics import async_energies

_FEWEST_BARS: Final = 14
_MOST_BARS: Final = 100
_FEWEST_KNOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report."""

    title: str
    sentences: Sequence[str]
    figures: ReportFigures
    before: ReportFigures
    page: str
    image: bytes | None
    """Bars of the money of each day, as PNG; None where fewer than two are known."""

    @property
    def text(self) -> str:
        """The sentences, one to a line."""
        return "\n".join(self.sentences)


async def async_make_report(
    hass: HomeAssistant, plan: Plan, span: DaySpan, before: DaySpan
) -> Report:
    """Return the report of a span, compared with another one."""
    batteries = [entry for entry in async_batteries(hass) if entry.disabled_by is None]
    now, earlier = [await _async_figures(hass, plan, batteries, each) for each in (span, before)]
    base = Wording(await async_load_texts(hass), hass.config.language)
    wording = ReportWording(base, plan.tariff.currency)
    sentences = wording.sentences(now, earlier)
    made = wording.text("report_made", moment=base.moment(dt_util.utcnow()))
    page = await hass.async_add_executor_job(report_page, now, sentences, wording, made)
    image = await hass.async_add_executor_job(_image, plan, span)
    return Report(wording.title(span), sentences, now, earlier, page, image)


def _image(plan: Plan, span: DaySpan) -> bytes | None:
    """Return the picture of a report: its days, and those before it where it has few."""
    first = min(span.first, span.last - dt.timedelta(days=_FEWEST_BARS - 1))
    lines = money_lines(plan, first, span.last)
    days = [first + dt.timedelta(days=number) for number in range((span.last - first).days + 1)]
    if len(lines) < _FEWEST_KNOWN:
        return None
    return bars_png([lines[day].saved if day in lines else None for day in days[-_MOST_BARS:]])


async def _async_figures(
    hass: HomeAssistant, plan: Plan, batteries: Sequence[ConfigEntry], span: DaySpan
) -> ReportFigures:
    start = dt_util.start_of_local_day(span.first)
    end = dt_util.start_of_local_day(span.last + dt.timedelta(days=1))
    energies = await async_energies(hass, batteries, start, end)
    elapsed = (min(end, dt_util.now()) - start).total_seconds()
    known = colours(plan, span.first, span.last)
    return report_figures(
        span,
        energies,
        money_lines(plan, span.first, span.last),
        {day: colour.value for day, colour in known.items()},
        [each for each in steps_between(plan, span.first, span.last) if each.start >= start],
        elapsed,
    )


async def async_report_answer(hass: HomeAssistant, report: Report) -> dict[str, Any]:
    """Return a report as the answer of an action, with the address of its page."""
    span, downloads = report.figures.span, async_downloads(hass)
    name = f"marstek-report-{span.first}-{span.last}"
    offered = await downloads.async_offer(report.page.encode(), name, HTML)
    image = None if report.image is None else await downloads.async_offer(report.image, name, PNG)
    return {
        "title": report.title,
        "text": report.text,
        "figures": report.figures.as_data(),
        "before": report.before.as_data(),
        "image": image,
        **offered,
    }

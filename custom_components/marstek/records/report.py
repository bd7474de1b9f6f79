"""Report of a period: its figures, a text in the language of the home, and a page to print."""

from collections.abc import Sequence
from dataclasses import dataclass
import datetime as dt
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..entries import async_batteries
from ..plan.runtime import Plan
from ..plan.wording import Wording
from ..texts import async_load_texts
from .downloads import HTML, async_downloads
from .figures import ReportFigures, report_figures
from .home_days import colours, money_lines, steps_between
from .periods import DaySpan
from .report_page import report_page
from .report_wording import ReportWording
from .statistics import async_energies


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report."""

    title: str
    sentences: Sequence[str]
    figures: ReportFigures
    before: ReportFigures
    page: str

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
    return Report(wording.title(span), sentences, now, earlier, page)


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
    span = report.figures.span
    name = f"marstek-report-{span.first}-{span.last}"
    offered = await async_downloads(hass).async_offer(report.page.encode(), name, HTML)
    return {
        "title": report.title,
        "text": report.text,
        "figures": report.figures.as_data(),
        "before": report.before.as_data(),
        **offered,
    }

"""Sends the report of the plan to people, as its options say: daily, weekly or monthly.

A report is due on the morning after its period, once quiet hours are over. The day of the last one
is stored, so that a restart neither repeats nor loses one.
"""

import datetime as dt
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..keeping import EntryStore
from ..plan.notify_options import NotifyOptions, ReportFrequency, notify_options
from ..plan.notify_sender import Message, async_send
from ..plan.runtime import Plan
from ..stored import day
from .downloads import PNG, async_downloads
from .periods import ReportPeriod, period_start, span_of
from .report import Report, async_make_report

_SUFFIX: Final = ".report"
_LOOK: Final = dt.timedelta(minutes=1)
_DAY: Final = dt.timedelta(days=1)
# In s. A report that could not be made is not tried again, and logged again, each minute.
_RETRY: Final = 3600.0
MORNING: Final = dt.time(8)
"""Local time from which on a report is sent: what the night brought is measured by then."""
_PERIODS: Final = {
    ReportFrequency.DAILY: ReportPeriod.DAY,
    ReportFrequency.WEEKLY: ReportPeriod.WEEK,
    ReportFrequency.MONTHLY: ReportPeriod.MONTH,
}


class ReportSender:
    """Sender of the reports of one plan."""

    def __init__(self, hass: HomeAssistant, plan: Plan) -> None:
        """Start with no report sent; nothing is read yet."""
        self._hass = hass
        self._plan = plan
        self._entry = plan.tariff.config_entry
        self._sent: dt.date | None = None
        self._store = report_store(hass, self._entry.entry_id, self)
        self._is_sending = False
        self._not_before = float("-inf")

    def contents(self) -> dict[str, Any]:
        """Return what is stored: the day of the last report."""
        return {} if self._sent is None else {"sent": self._sent.isoformat()}

    async def async_load(self) -> None:
        """Go on with what was sent before a restart."""
        stored = await self._store.async_load()
        self._sent = stored.optional("sent", day)
        await self._store.async_settle(())

    @callback
    def async_start(self) -> None:
        """Look each minute whether a report is due, once Home Assistant has started."""

        @callback
        def start(_: HomeAssistant) -> None:
            self._entry.async_on_unload(
                async_track_time_interval(self._hass, self._look, _LOOK, cancel_on_shutdown=True)
            )

        self._entry.async_on_unload(async_at_started(self._hass, start))

    @callback
    def _look(self, _: dt.datetime) -> None:
        options = notify_options(self._entry.options)
        if self._is_sending or options.report is None or not options.has_recipients:
            return
        now, period = dt_util.now(), _PERIODS[options.report]
        begun = period_start(period, now.date())
        if self._sent is None or self._sent > now.date():
            # The first report covers a whole period; a clock that was set back repeats none.
            self._note(begun)
        elif self._sent < begun and now.time() >= MORNING and not _is_quiet(options, now):
            if self._hass.loop.time() < self._not_before:
                return
            self._is_sending = True
            self._not_before = self._hass.loop.time() + _RETRY
            self._entry.async_create_background_task(
                self._hass, self._async_send(period, begun), f"{DOMAIN} report"
            )

    def _note(self, begun: dt.date) -> None:
        self._sent = begun
        self._store.save_within(0)

    async def _async_send(self, period: ReportPeriod, begun: dt.date) -> None:
        """Send the report of the period that ended when another one has `begun`."""
        try:
            span, before = span_of(period, begun - _DAY, begun)
            report = await async_make_report(self._hass, self._plan, span, before)
            self._note(begun)
            options = notify_options(self._entry.options)
            image = await self._async_image(report, len(options.phones))
            message = Message(report.title, report.text, f"{DOMAIN}_report", image=image)
            self._plan.notifications.async_note(await async_send(self._hass, options, message))
        finally:
            self._is_sending = False

    async def _async_image(self, report: Report, phones: int) -> str | None:
        """Return the path of the picture, which each phone fetches once, when the message comes."""
        if report.image is None or not phones:
            return None
        name = f"marstek-report-{report.figures.span.last}"
        offered = await async_downloads(self._hass).async_offer(report.image, name, PNG, phones)
        return offered["path"]


def _is_quiet(options: NotifyOptions, now: dt.datetime) -> bool:
    quiet = options.quiet
    return quiet is not None and quiet.is_quiet(now, dt_util.get_default_time_zone())


def report_store(
    hass: HomeAssistant, entry_id: str, sender: ReportSender | None = None
) -> EntryStore:
    """Return the file of the last report."""
    return EntryStore(hass, entry_id, dict if sender is None else sender.contents, suffix=_SUFFIX)


async def async_start_reports(hass: HomeAssistant, plan: Plan) -> None:
    """Send the reports of a plan until it is unloaded."""
    sender = ReportSender(hass, plan)
    await sender.async_load()
    sender.async_start()

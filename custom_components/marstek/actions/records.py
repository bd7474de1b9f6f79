"""Actions that give away what is kept of a home."""

import datetime as dt
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..checked import day, number
from ..const import DOMAIN
from ..export import Resolution
from ..plan.wording import Wording
from ..records.comparing import async_compare, comparison_data, days_to_compare
from ..records.comparison_wording import ComparisonWording
from ..records.downloads import SVG, async_downloads
from ..records.exporting import Content, ExportRequest, FileFormat, async_export
from ..records.periods import DaySpan, ReportPeriod, span_of
from ..records.report import async_make_report, async_report_answer
from ..replay import Offers
from ..runtime import async_loaded_plan
from ..texts import async_load_texts
from .description import ActionDescription
from .targets import batteries_or_all

_START_DATE: Final = "start_date"
_END_DATE: Final = "end_date"
_RESOLUTION: Final = "resolution"
_CONTENT: Final = "content"
_FORMAT: Final = "format"
_PERIOD: Final = "period"
_DATE: Final = "date"
_BASE_PRICE: Final = "base_price"
_OFF_PEAK_PRICE: Final = "off_peak_price"
_PEAK_PRICE: Final = "peak_price"
_CHART: Final = "chart"
# Per kWh in any currency.
_PRICE: Final = vol.All(number, vol.Range(min=0, max=1000))
_FIRST_DAY: Final = dt.date(2010, 1, 1)


def _range(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return a range of days, not beyond today; ServiceValidationError for one that is none."""
    last = min(last, dt_util.now().date())
    if not _FIRST_DAY <= first <= last:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="invalid_range")
    return first, last


async def _async_export(call: ServiceCall) -> ServiceResponse:
    """Return the address of a file with what was measured, planned or saved."""
    today = dt_util.now().date()
    first, last = _range(call.data[_START_DATE], call.data.get(_END_DATE, today))
    request = ExportRequest(
        first,
        last,
        Resolution(call.data[_RESOLUTION]),
        Content(call.data[_CONTENT]),
        FileFormat(call.data[_FORMAT]),
        batteries_or_all(call),
    )
    answer: dict[str, Any] = await async_export(call.hass, async_loaded_plan(call.hass), request)
    return answer


async def _async_report(call: ServiceCall) -> ServiceResponse:
    """Return figures, text and page of a period, or of a range of days."""
    if (plan := async_loaded_plan(call.hass)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_plan")
    today, given = dt_util.now().date(), call.data
    if _START_DATE in given or _END_DATE in given:
        if _DATE in given or _PERIOD in given:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="two_ranges")
        end: dt.date = given.get(_END_DATE, today)
        first, last = _range(given.get(_START_DATE, end), end)
        span = DaySpan(first, last)
        before = span.before()
    else:
        of, _ = _range(given.get(_DATE, today - dt.timedelta(days=1)), today)
        period = ReportPeriod(given.get(_PERIOD, ReportPeriod.DAY))
        span, before = span_of(period, of, today)
    report = await async_make_report(call.hass, plan, span, before)
    answer: dict[str, Any] = await async_report_answer(call.hass, report)
    return answer


async def _async_compare_contracts(call: ServiceCall) -> ServiceResponse:
    """Return what the home would have paid under other contracts, by strategy."""
    if (plan := async_loaded_plan(call.hass)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_plan")
    given = call.data
    first, last = _range(*days_to_compare(given.get(_START_DATE), given.get(_END_DATE)))
    off_peak, peak = given.get(_OFF_PEAK_PRICE), given.get(_PEAK_PRICE)
    if (off_peak is None) is not (peak is None):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_of_two_prices")
    hours = None if off_peak is None or peak is None else (off_peak, peak)
    offers = Offers(given.get(_BASE_PRICE), hours)
    comparison = await async_compare(call.hass, plan, first, last, offers)
    base = Wording(await async_load_texts(call.hass), call.hass.config.language)
    wording = ComparisonWording(base, plan.tariff.currency)
    answer: dict[str, Any] = {
        "title": wording.title(comparison),
        "text": "\n".join(wording.sentences(comparison)),
        **comparison_data(comparison, plan.tariff.currency),
    }
    if given[_CHART]:
        name = f"marstek-contracts-{answer['start_date']}-{answer['end_date']}"
        answer |= await async_downloads(call.hass).async_offer(wording.chart(comparison), name, SVG)
    return answer


RECORD_ACTIONS: Final = (
    ActionDescription(
        "compare_contracts",
        _async_compare_contracts,
        {
            vol.Optional(_START_DATE): day,
            vol.Optional(_END_DATE): day,
            vol.Optional(_BASE_PRICE): _PRICE,
            vol.Optional(_OFF_PEAK_PRICE): _PRICE,
            vol.Optional(_PEAK_PRICE): _PRICE,
            vol.Optional(_CHART, default=False): cv.boolean,
        },
        SupportsResponse.ONLY,
    ),
    ActionDescription(
        "report",
        _async_report,
        {
            vol.Optional(_PERIOD): vol.In([each.value for each in ReportPeriod]),
            vol.Optional(_DATE): day,
            vol.Optional(_START_DATE): day,
            vol.Optional(_END_DATE): day,
        },
        SupportsResponse.ONLY,
    ),
    ActionDescription(
        "export",
        _async_export,
        {
            vol.Required(_START_DATE): day,
            vol.Optional(_END_DATE): day,
            vol.Optional(_RESOLUTION, default=Resolution.HOUR.value): vol.In(
                [each.value for each in Resolution]
            ),
            vol.Optional(_CONTENT, default=Content.MEASUREMENTS.value): vol.In(
                [each.value for each in Content]
            ),
            vol.Optional(_FORMAT, default=FileFormat.CSV.value): vol.In(
                [each.value for each in FileFormat]
            ),
            vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
        },
        SupportsResponse.ONLY,
    ),
)

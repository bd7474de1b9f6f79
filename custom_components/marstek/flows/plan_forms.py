"""Forms of the tariff, shared by set-up and options."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..checked import is_whole
from ..const import (
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_END,
    CONF_OFF_PEAK,
    CONF_OFF_PEAK_DAYS,
    CONF_OPEN_DPE,
    CONF_PRICES,
    CONF_PRICES_SINCE,
    CONF_QUOTA_RED,
    CONF_QUOTA_WHITE,
    CONF_START,
    Tariff,
)
from ..plan.tariff_settings import DAYS, TariffSettings, off_peak_of, price_names
from ..tempo import WindowError, WindowProblem
from .minutes import MinuteSelector

_SECOND_START: Final = "second_start"
_SECOND_END: Final = "second_end"
_THIRD_START: Final = "third_start"
_THIRD_END: Final = "third_end"
_FIELDS: Final = (
    (CONF_START, CONF_END),
    (_SECOND_START, _SECOND_END),
    (_THIRD_START, _THIRD_END),
)
_USUAL: Final = {CONF_START: "22:00:00", CONF_END: "06:00:00"}
_MOST_DAYS: Final = 365
_HIGHEST_PRICE: Final = 10.0


def windows_schema(tariff: Tariff) -> vol.Schema:
    """Return the form of the off-peak hours; Tempo has one window a day, and no weekends."""
    if tariff is Tariff.TEMPO:
        return vol.Schema(
            {vol.Required(key, default=value): MinuteSelector() for key, value in _USUAL.items()}
        )
    days = SelectSelectorConfig(
        options=list(DAYS), multiple=True, mode=SelectSelectorMode.LIST, translation_key="days"
    )
    fields = [field for pair in _FIELDS for field in pair]
    return vol.Schema(
        {
            **{vol.Optional(field): MinuteSelector() for field in fields},
            vol.Optional(CONF_OFF_PEAK_DAYS, default=[]): SelectSelector(days),
        }
    )


def shown_windows(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored hours as the form shows them, those that are usual when none are stored."""
    if CONF_OFF_PEAK not in options:
        return dict(_USUAL)
    windows = {
        field: window[key]
        for fields, window in zip(_FIELDS, options[CONF_OFF_PEAK], strict=False)
        for field, key in zip(fields, (CONF_START, CONF_END), strict=True)
    }
    return {**windows, CONF_OFF_PEAK_DAYS: list(options.get(CONF_OFF_PEAK_DAYS, ()))}


def read_windows(
    user_input: Mapping[str, Any], tariff: Tariff
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options that a form's windows stand for, and the form's errors."""
    windows = [
        {CONF_START: user_input.get(start), CONF_END: user_input.get(end)}
        for start, end in _FIELDS
        if user_input.get(start) or user_input.get(end)
    ]
    if not all(window[CONF_START] and window[CONF_END] for window in windows):
        return {}, {"base": "half_window"}
    days = list(user_input.get(CONF_OFF_PEAK_DAYS, ()))
    if not windows and not days:
        return {}, {"base": WindowProblem.NO_WINDOW}
    options: dict[str, Any] = {CONF_OFF_PEAK: windows}
    if tariff is Tariff.FIXED:
        options[CONF_OFF_PEAK_DAYS] = days
    try:
        off_peak_of(options, tariff)
    except WindowError as err:
        return {}, {"base": err.problem}
    return options, {}


def _price() -> NumberSelector:
    # No bounds: the selector would tell them in English only.
    return NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any"))


def prices_schema(settings: TariffSettings) -> vol.Schema:
    """Return the form of the prices, with those in force as defaults.

    Only those of Tempo are known to change, and when.
    """
    fields: dict[vol.Marker, Any] = {
        vol.Required(name, default=value): _price() for name, value in price_names(settings).items()
    }
    if settings.tariff is Tariff.TEMPO:
        since = settings.prices_since.isoformat()
        fields[vol.Required(CONF_PRICES_SINCE, default=since)] = DateSelector()
    return vol.Schema(fields)


def read_prices(
    user_input: Mapping[str, Any], settings: TariffSettings
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options that a form's prices stand for, and the form's errors."""
    prices = {name: float(user_input[name]) for name in price_names(settings)}
    wrong = {
        name: "invalid_price"
        for name, price in prices.items()
        if not 0 <= price <= (_HIGHEST_PRICE if name != "subscription" else 1000)
    }
    since = {key: user_input[key] for key in (CONF_PRICES_SINCE,) if key in user_input}
    return {CONF_PRICES: prices, **since}, wrong


def quotas_schema(settings: TariffSettings) -> vol.Schema:
    """Return the form of how many red and white days a season has."""
    days = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX))
    return vol.Schema(
        {
            vol.Required(CONF_QUOTA_RED, default=settings.quotas.red): days,
            vol.Required(CONF_QUOTA_WHITE, default=settings.quotas.white): days,
        }
    )


def read_quotas(user_input: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options that a form's quotas stand for, and the form's errors."""
    quotas = {key: user_input[key] for key in (CONF_QUOTA_RED, CONF_QUOTA_WHITE)}
    wrong = {
        key: "invalid_days" for key, days in quotas.items() if not is_whole(days, 0, _MOST_DAYS)
    }
    if not wrong and sum(quotas.values()) > _MOST_DAYS:
        wrong = {"base": "too_many_days"}
    return ({} if wrong else {key: int(days) for key, days in quotas.items()}), wrong


def forecast_schema(settings: TariffSettings) -> vol.Schema:
    """Return the form of whether a forecast of colours is asked for."""
    asks = settings.asks_open_dpe
    return vol.Schema({vol.Required(CONF_OPEN_DPE, default=asks): BooleanSelector()})


def read_forecast(user_input: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the option that this form stands for, and no errors."""
    return {CONF_OPEN_DPE: user_input[CONF_OPEN_DPE]}, {}


CREDENTIALS_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_CLIENT_ID): TextSelector(),
        vol.Optional(CONF_CLIENT_SECRET): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD)
        ),
    }
)


def read_credentials(user_input: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the entry's data for credentials, None twice for none, and the form's errors."""
    keys = (CONF_CLIENT_ID, CONF_CLIENT_SECRET)
    given = {key: (user_input.get(key) or "").strip() or None for key in keys}
    if any(given.values()) and not all(given.values()):
        return {}, {"base": "half_credentials"}
    return given, {}

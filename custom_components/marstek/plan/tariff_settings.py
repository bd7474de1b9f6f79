"""The tariff as the owner has set it, read from the config entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_ASSUMED_UNIT,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_END,
    CONF_EXPORT_HOURS,
    CONF_EXPORT_KIND,
    CONF_EXPORT_SOURCE,
    CONF_EXPORT_UNTIL,
    CONF_FEED_IN,
    CONF_NET_METERING_UNTIL,
    CONF_OFF_PEAK,
    CONF_OFF_PEAK_DAYS,
    CONF_OPEN_DPE,
    CONF_PRICE_ACTION,
    CONF_PRICE_ENTITIES,
    CONF_PRICE_LEVELS,
    CONF_PRICE_SUBJECT,
    CONF_PRICE_UNIT,
    CONF_PRICES,
    CONF_PRICES_SINCE,
    CONF_QUOTA_RED,
    CONF_QUOTA_WHITE,
    CONF_START,
    CONF_SURCHARGE,
    CONF_SURCHARGE_HOURS,
    CONF_TARIFF,
    CONF_VAT,
    ExportKind,
    Tariff,
)
from ..tempo import (
    DEFAULT_WINDOW,
    NO_RULES,
    PARIS,
    Credentials,
    Decree,
    HourRules,
    LevelHours,
    OffPeak,
    OffPeakWindow,
    Prices,
    PriceUnit,
    Quotas,
    decree_of,
    decree_of_hours,
    decree_on,
)

_UNREAD: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_OF_EXPORT: Final = frozenset(
    {
        *(CONF_EXPORT_KIND, CONF_EXPORT_SOURCE, CONF_EXPORT_HOURS, CONF_EXPORT_UNTIL),
        *(CONF_FEED_IN, CONF_NET_METERING_UNTIL),
    }
)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of the week as options name them."""


@dataclass(frozen=True, slots=True)
class FixedPrices:
    """Prices in EUR/kWh, and the subscription in EUR a month, of peak and off-peak hours."""

    off_peak: float
    peak: float
    subscription: float


@dataclass(frozen=True, slots=True)
class DynamicSettings:
    """Source of day-ahead prices, and the surcharges on them."""

    entities: tuple[str, ...] = ()
    action: str | None = None
    """Asked instead of entities; see `price_source`."""
    unit: PriceUnit | None = None
    """What prices are told in, whatever the source says; None: as it says."""
    assumed_unit: PriceUnit | None = None
    """What they are told in where the source says nothing, found out when it was chosen."""
    subject: str | None = None
    """Whose prices, where the source tells those of several homes or areas."""
    surcharge: float = 0.0
    """Currency per kWh, taxes included."""
    vat: float = 0.0
    """% on top of what the source tells."""
    hourly: HourRules = NO_RULES
    """Currency per kWh on top of the surcharge in some hours, such as a grid fee that varies."""

    @property
    def is_chosen(self) -> bool:
        """Tell whether there is a source."""
        return bool(self.entities or self.action)

    def paid(self, price: float, moment: dt.datetime) -> float:
        """Return the price paid per kWh at a moment for a price of the source."""
        hourly = self.hourly.value_at(moment) or 0.0
        return round(price * (1 + self.vat / 100) + self.surcharge + hourly, 5)

    def is_same_source(self, other: DynamicSettings) -> bool:
        """Tell whether prices of both are those of one source, in one unit."""
        mine, others = (
            (each.entities, each.action, each.unit, each.assumed_unit, each.subject)
            for each in (self, other)
        )
        return mine == others


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What a kWh fed into the grid earns, in currency per kWh; negative where it costs."""

    constant: float = 0.0
    """Also for hours that have no price, and expected where the source never published one."""
    hours: HourRules = NO_RULES
    """Prices of hours instead of the constant."""
    source: DynamicSettings | None = None
    """Prices instead of the constant, with surcharges of their own."""
    until: dt.date | None = None
    """The last day of the contract, after which feeding in earns nothing; None: it goes on."""
    net_metered_until: dt.date | None = None
    """The last day on which feeding in earns what drawing costs."""

    @property
    def is_constant(self) -> bool:
        """Tell whether it never changes by itself."""
        ends = self.until is not None or self.net_metered_until is not None
        return self.source is None and not self.hours.rules and not ends


@dataclass(frozen=True, slots=True)
class TariffSettings:
    """Settings of the contract: tariff, off-peak hours and prices."""

    tariff: Tariff
    off_peak: OffPeak | LevelHours
    quotas: Quotas
    tempo_prices: Prices
    fixed_prices: FixedPrices
    prices_since: dt.date
    follows_decree: bool = True
    """Whether they are the regulated ones, and move with the decrees; else the owner's own."""
    credentials: Credentials | None = None
    asks_open_dpe: bool = False
    """Whether a forecast of colours is shown beside the own one."""
    dynamic: DynamicSettings = DynamicSettings()
    export: ExportSettings = ExportSettings()

    @property
    def has_off_peak(self) -> bool:
        """Tell whether the tariff has off-peak hours."""
        return self.tariff is not Tariff.DYNAMIC

    @property
    def levels(self) -> HourRules:
        """Prices of fixed hours where there may be more than two; none for any other contract."""
        return self.off_peak.prices if isinstance(self.off_peak, LevelHours) else NO_RULES

    def fixed_price_at(self, moment: dt.datetime) -> float:
        """Return what a kWh costs by fixed hours at a moment."""
        price = self.levels.value_at(moment)
        if price is not None:
            return price
        is_off_peak = self.off_peak.is_off_peak(moment)
        return self.fixed_prices.off_peak if is_off_peak else self.fixed_prices.peak

    def tempo_prices_on(self, day: dt.date) -> Prices:
        """Return the prices of a Tempo day, which may have been priced by an earlier decree."""
        return decree_on(day).tempo if self.follows_decree else self.tempo_prices


class UnreadContractError(Exception):
    """Stored options that are no contract, since the file was damaged or edited."""


def tariff_settings(entry: ConfigEntry) -> TariffSettings:
    """Return the settings of the plan's entry, with the default for each that was never set.

    Raises UnreadContractError for options that can't be read: a price that is guessed costs money.
    """
    try:
        return settings_of(entry.data, entry.options)
    except _UNREAD as err:
        raise UnreadContractError from err


def readable_options(entry: ConfigEntry) -> dict[str, Any]:
    """Return the options of the plan's entry without what is no contract, to be entered anew."""
    options = dict(entry.options)
    for tariff in Tariff:
        if tariff in options and not _can_be_read(tariff, {tariff: options[tariff]}):
            del options[tariff]
    of_export = {key: options[key] for key in _OF_EXPORT & options.keys()}
    if not _can_be_read(Tariff.TEMPO, of_export):
        options = {key: value for key, value in options.items() if key not in of_export}
    return options


def _can_be_read(tariff: Tariff, options: Mapping[str, Any]) -> bool:
    try:
        settings_of({CONF_TARIFF: tariff}, options)
    except _UNREAD:
        return False
    return True


def settings_of(data: Mapping[str, Any], all_options: Mapping[str, Any]) -> TariffSettings:
    """Return the settings that data and options of the plan's entry stand for."""
    tariff, today = Tariff(data[CONF_TARIFF]), dt_util.now(PARIS).date()
    options: Mapping[str, Any] = all_options.get(tariff, {})
    stored = options.get(CONF_PRICES, {})
    credentials = None
    if data.get(CONF_CLIENT_ID) and data.get(CONF_CLIENT_SECRET):
        credentials = Credentials(data[CONF_CLIENT_ID], data[CONF_CLIENT_SECRET])
    since, follows_decree = _age_of_prices(tariff, options, today)
    decree, levels = decree_on(today), levels_of(options, tariff)
    if follows_decree:
        # The subscription is that of the contract, whatever moves.
        stored = {key: stored[key] for key in ("subscription",) if key in stored}
    return TariffSettings(
        tariff=tariff,
        off_peak=levels or off_peak_of(options, tariff),
        quotas=Quotas(
            red=int(options.get(CONF_QUOTA_RED, Quotas().red)),
            white=int(options.get(CONF_QUOTA_WHITE, Quotas().white)),
        ),
        tempo_prices=_prices(decree.tempo, stored),
        fixed_prices=_fixed_prices(decree, stored, levels),
        prices_since=since,
        follows_decree=follows_decree and levels is None,
        credentials=credentials,
        asks_open_dpe=options.get(CONF_OPEN_DPE) is True,
        dynamic=dynamic_of(options),
        export=export_of(all_options),
    )


def export_of(options: Mapping[str, Any]) -> ExportSettings:
    """Return what feeding in earns, whatever the tariff."""
    source = dynamic_of(options.get(CONF_EXPORT_SOURCE, {}))
    kind = options.get(CONF_EXPORT_KIND)
    is_by_source = kind == ExportKind.SOURCE and source.is_chosen
    hours = options.get(CONF_EXPORT_HOURS) if kind == ExportKind.HOURS else None
    return ExportSettings(
        constant=float(options.get(CONF_FEED_IN, 0.0)),
        hours=rules_of(hours),
        source=source if is_by_source else None,
        until=_date(options.get(CONF_EXPORT_UNTIL)),
        net_metered_until=_date(options.get(CONF_NET_METERING_UNTIL)),
    )


def options_of(entry: ConfigEntry, tariff: Tariff) -> Mapping[str, Any]:
    """Return the options of a tariff that can be read: each keeps its own while another is in force."""
    options: Mapping[str, Any] = readable_options(entry).get(tariff, {})
    return options


def new_settings(tariff: Tariff) -> TariffSettings:
    """Return the settings of a tariff before anything was set."""
    return settings_of({CONF_TARIFF: tariff}, {})


def _fixed_of(decree: Decree) -> FixedPrices:
    return FixedPrices(off_peak=decree.off_peak, peak=decree.peak, subscription=0.0)


def _fixed_prices(
    decree: Decree, stored: Mapping[str, Any], levels: LevelHours | None
) -> FixedPrices:
    """Return the two prices of fixed hours; of several levels the lowest and the highest."""
    prices = _prices(_fixed_of(decree), stored)
    if levels is None:
        return prices
    return replace(prices, off_peak=levels.lowest, peak=levels.highest)


def _age_of_prices(
    tariff: Tariff, options: Mapping[str, Any], today: dt.date
) -> tuple[dt.date, bool]:
    """Return since when the prices hold, and whether they are those of the decrees.

    A form stores what it shows: prices of a decree that were left as they were are no owner's own,
    unless another day was entered for them.
    """
    stored, decree = options.get(CONF_PRICES, {}), decree_on(today)
    if tariff is Tariff.FIXED:
        own = _prices(_fixed_of(decree), stored)
        found = decree_of_hours(own.off_peak, own.peak)
    else:
        found = decree_of(_prices(decree.tempo, stored))
    since = _date(options.get(CONF_PRICES_SINCE))
    if found is not None and since in (None, found.since):
        return decree.since, True
    return since or decree.since, False


def price_names(settings: TariffSettings) -> dict[str, float]:
    """Return the prices that a tariff has, by the names of their options."""
    prices = settings.tempo_prices if settings.tariff is Tariff.TEMPO else settings.fixed_prices
    return {field.name: getattr(prices, field.name) for field in fields(prices)}


def dynamic_of(options: Mapping[str, Any]) -> DynamicSettings:
    """Return where day-ahead prices come from."""
    unit, assumed = options.get(CONF_PRICE_UNIT), options.get(CONF_ASSUMED_UNIT)
    return DynamicSettings(
        entities=tuple(options.get(CONF_PRICE_ENTITIES, ())),
        action=options.get(CONF_PRICE_ACTION),
        unit=PriceUnit(unit) if unit else None,
        assumed_unit=PriceUnit(assumed) if assumed else None,
        subject=options.get(CONF_PRICE_SUBJECT),
        surcharge=float(options.get(CONF_SURCHARGE, 0.0)),
        vat=float(options.get(CONF_VAT, 0.0)),
        hourly=rules_of(options.get(CONF_SURCHARGE_HOURS)),
    )


def rules_of(stored: Sequence[Mapping[str, Any]] | None) -> HourRules:
    """Return stored rules of hours, which are those of Home Assistant's own zone."""
    return HourRules.restore(stored, dt_util.get_default_time_zone())


def levels_of(options: Mapping[str, Any], tariff: Tariff) -> LevelHours | None:
    """Return the hours of several prices, None for two; LevelError for prices that are no tariff."""
    stored = options.get(CONF_PRICE_LEVELS)
    return LevelHours(rules_of(stored)) if stored and tariff is Tariff.FIXED else None


def off_peak_of(options: Mapping[str, Any], tariff: Tariff) -> OffPeak:
    """Return the off-peak hours; ValueError for windows that contradict each other.

    Tempo is told in French time, wherever Home Assistant thinks that it is; other hours are those
    of Home Assistant's own zone.
    """
    zone = PARIS if tariff is Tariff.TEMPO else dt_util.get_default_time_zone()
    stored = options.get(CONF_OFF_PEAK)
    all_day = frozenset(map(DAYS.index, options.get(CONF_OFF_PEAK_DAYS, ())))
    if not stored and not all_day:
        return OffPeak((DEFAULT_WINDOW,), zone)
    windows = (
        OffPeakWindow(_time(item[CONF_START]), _time(item[CONF_END])) for item in stored or ()
    )
    return OffPeak(tuple(windows), zone, all_day)


def _time(text: str) -> dt.time:
    return dt.time.fromisoformat(text).replace(second=0, microsecond=0)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _prices[PricesT: (Prices, FixedPrices)](default: PricesT, stored: Mapping[str, Any]) -> PricesT:
    """Return stored prices, with those of the default where there is none."""
    names = {field.name for field in fields(default)}
    return replace(default, **{name: float(stored[name]) for name in names & stored.keys()})

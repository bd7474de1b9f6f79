"""The forms about what the plan does with the batteries, which set-up and options share."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    PERCENTAGE,
    Platform,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    CONF_ALL_BATTERIES,
    CONF_AUTOMATIC,
    CONF_BATTERIES,
    CONF_BLE_MAC,
    CONF_DAILY_LOAD,
    CONF_END_GUARD,
    CONF_FEED_IN,
    CONF_GRID_SENSOR,
    CONF_HAS_PV,
    CONF_HIGH_TEMPERATURE,
    CONF_LEAST_SOC,
    CONF_LOAD_SENSOR,
    CONF_LOW_SOC,
    CONF_MOST_SOC,
    CONF_NIGHT,
    CONF_PV_SENSOR,
    CONF_RED_POWER,
    CONF_RED_TARGET,
    CONF_RESERVE,
    CONF_SAFETY_POWER,
    CONF_START_GUARD,
    CONF_STRATEGY,
    CONF_SUBSCRIBED_KVA,
    CONF_WHITE_EVE,
    Tariff,
)
from ..entries import async_batteries
from ..plan.options import BOUNDS, DEFAULTS, approaches, plan_options
from ..planner import Night
from .battery_options_flow import is_whole

# What French contracts have.
_SUBSCRIPTIONS: Final = ("3", "6", "9", "12", "15", "18", "24", "30", "36")
_TEMPO_ONLY: Final = (CONF_RED_TARGET, CONF_RED_POWER, CONF_WHITE_EVE, CONF_SAFETY_POWER)
# EUR per kWh.
_HIGHEST_FEED_IN: Final = 1.0

type FormFields = dict[vol.Marker, Any]
type Given = Mapping[str, Any]
type FormResult = tuple[dict[str, Any], dict[str, str]]


def _number(key: str, unit: str) -> NumberSelector:
    # No bounds: the selector would tell them in English only.
    config = NumberSelectorConfig(
        mode=NumberSelectorMode.BOX, step=BOUNDS[key].step, unit_of_measurement=unit
    )
    return NumberSelector(config)


def _form(selectors: Mapping[str, Any], options: Given, tariff: Tariff) -> vol.Schema:
    """Return a form of what the tariff has, with what is in force as defaults."""
    given = {**DEFAULTS, **options}
    return vol.Schema(
        {
            vol.Required(key, default=given[key]): selector
            for key, selector in selectors.items()
            if tariff is Tariff.TEMPO or key not in _TEMPO_ONLY
        }
    )


def _read_numbers(given: Given) -> FormResult:
    """Return the options that a form stands for, and the errors of its numbers."""
    numbers = {key: value for key, value in given.items() if key in BOUNDS}
    wrong = {
        key: "out_of_bounds"
        for key, value in numbers.items()
        if not is_whole(value, BOUNDS[key].low, BOUNDS[key].high)
    }
    if wrong:
        return {}, wrong
    return {**given, **{key: int(value) for key, value in numbers.items()}}, {}


def night_schema(options: Given, tariff: Tariff) -> vol.Schema:
    """Return the form of what nights are for."""
    nights = SelectSelectorConfig(
        options=list(Night), mode=SelectSelectorMode.LIST, translation_key=CONF_NIGHT
    )
    return _form(
        {
            CONF_NIGHT: SelectSelector(nights),
            CONF_HAS_PV: BooleanSelector(),
            CONF_RED_TARGET: _number(CONF_RED_TARGET, PERCENTAGE),
            CONF_RED_POWER: _number(CONF_RED_POWER, UnitOfPower.WATT),
            CONF_WHITE_EVE: BooleanSelector(),
            CONF_LEAST_SOC: _number(CONF_LEAST_SOC, PERCENTAGE),
            CONF_MOST_SOC: _number(CONF_MOST_SOC, PERCENTAGE),
            CONF_RESERVE: _number(CONF_RESERVE, PERCENTAGE),
            CONF_START_GUARD: _number(CONF_START_GUARD, UnitOfTime.MINUTES),
            CONF_END_GUARD: _number(CONF_END_GUARD, UnitOfTime.MINUTES),
        },
        options,
        tariff,
    )


def read_night(given: Given) -> FormResult:
    """Return the options of the night, and the form's errors."""
    options, errors = _read_numbers(given)
    if not errors and options[CONF_LEAST_SOC] > options[CONF_MOST_SOC]:
        return {}, {"base": "least_above_most"}
    return options, errors


def house_schema(options: Given, tariff: Tariff) -> vol.Schema:
    """Return the form of what the house may draw, and of the safety net."""
    schema = _form(
        {CONF_SAFETY_POWER: _number(CONF_SAFETY_POWER, UnitOfPower.WATT)}, options, tariff
    )
    classes = [SensorDeviceClass.POWER.value, SensorDeviceClass.APPARENT_POWER.value]
    sensors = EntitySelectorConfig(filter={"domain": Platform.SENSOR, "device_class": classes})
    grid: FormFields = {
        **_subscription(options),
        vol.Optional(
            CONF_GRID_SENSOR, description={"suggested_value": options.get(CONF_GRID_SENSOR)}
        ): EntitySelector(sensors),
    }
    return vol.Schema({**grid, **schema.schema})


def read_house(given: Given) -> FormResult:
    """Return the options of the house, and the form's errors."""
    sensor = given.get(CONF_GRID_SENSOR)
    kva = int(given[CONF_SUBSCRIBED_KVA])
    return _read_numbers({**given, CONF_GRID_SENSOR: sensor, CONF_SUBSCRIBED_KVA: kva})


def _subscription(options: Given) -> FormFields:
    kva = str(options.get(CONF_SUBSCRIBED_KVA, DEFAULTS[CONF_SUBSCRIBED_KVA]))
    choices = [SelectOptionDict(value=each, label=f"{each} kVA") for each in _SUBSCRIPTIONS]
    config = SelectSelectorConfig(options=choices, mode=SelectSelectorMode.DROPDOWN)
    return {vol.Required(CONF_SUBSCRIBED_KVA, default=kva): SelectSelector(config)}


def strategy_schema(options: Given, tariff: Tariff) -> vol.Schema:
    """Return the form of how nights are decided on, and what is learnt from."""
    given = {**DEFAULTS, **options}
    selector = SelectSelectorConfig(
        options=list(approaches(tariff)),
        mode=SelectSelectorMode.LIST,
        translation_key=CONF_STRATEGY,
    )
    approach = plan_options(options, tariff).approach
    energies = EntitySelectorConfig(
        filter={"domain": Platform.SENSOR, "device_class": SensorDeviceClass.ENERGY.value}
    )
    feed_in = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any"))
    sensors: FormFields = {
        vol.Optional(key, description={"suggested_value": options.get(key)}): EntitySelector(
            energies
        )
        for key in (CONF_LOAD_SENSOR, CONF_PV_SENSOR)
    }
    return vol.Schema(
        {
            vol.Required(CONF_STRATEGY, default=approach): SelectSelector(selector),
            vol.Required(CONF_DAILY_LOAD, default=given[CONF_DAILY_LOAD]): _number(
                CONF_DAILY_LOAD, UnitOfEnergy.KILO_WATT_HOUR
            ),
            vol.Required(CONF_FEED_IN, default=given[CONF_FEED_IN]): feed_in,
            **sensors,
        }
    )


def read_strategy(given: Given) -> FormResult:
    """Return the options of the strategy, and the form's errors."""
    if not 0 <= given[CONF_FEED_IN] <= _HIGHEST_FEED_IN:
        return {}, {CONF_FEED_IN: "invalid_price"}
    if given.get(CONF_PV_SENSOR) and not given.get(CONF_LOAD_SENSOR):
        return {}, {CONF_LOAD_SENSOR: "load_sensor_missing"}
    sensors = {key: given.get(key) for key in (CONF_LOAD_SENSOR, CONF_PV_SENSOR)}
    return _read_numbers({**given, **sensors})


def alerts_schema(options: Given, tariff: Tariff) -> vol.Schema:
    """Return the form of when the owner is called."""
    return _form(
        {
            CONF_LOW_SOC: _number(CONF_LOW_SOC, PERCENTAGE),
            CONF_HIGH_TEMPERATURE: _number(CONF_HIGH_TEMPERATURE, UnitOfTemperature.CELSIUS),
        },
        options,
        tariff,
    )


def read_alerts(given: Given) -> FormResult:
    """Return the options of alerts, and the form's errors."""
    return _read_numbers(given)


def batteries_schema(hass: HomeAssistant, options: Given) -> vol.Schema:
    """Return the form of which batteries take part, and whether later ones do."""
    wanted = plan_options(options)
    known = _known(hass)
    fields: FormFields = {}
    if known:
        choices = [SelectOptionDict(value=mac, label=name) for mac, name in known.items()]
        config = SelectSelectorConfig(options=choices, multiple=True, mode=SelectSelectorMode.LIST)
        ticked = [mac for mac in known if wanted.takes_part(mac)]
        fields[vol.Required(CONF_BATTERIES, default=ticked)] = SelectSelector(config)
    fields[vol.Required(CONF_ALL_BATTERIES, default=wanted.all_batteries)] = BooleanSelector()
    return vol.Schema(fields)


def read_batteries(hass: HomeAssistant, given: Given) -> FormResult:
    """Return the options of who takes part: those named do, or with later ones those do not."""
    ticked: Collection[str] = given.get(CONF_BATTERIES, ())
    later, known = bool(given[CONF_ALL_BATTERIES]), _known(hass)
    if known and not ticked and not later:
        return {}, {"base": "no_selection"}
    named = known.keys() - set(ticked) if later else set(ticked)
    return {CONF_ALL_BATTERIES: later, CONF_BATTERIES: sorted(named)}, {}


def _known(hass: HomeAssistant) -> dict[str, str]:
    """Return the names of the batteries that are set up, by BLE MAC, in order."""
    entries = sorted(async_batteries(hass), key=lambda entry: entry.title)
    return {entry.data[CONF_BLE_MAC]: entry.title for entry in entries}


def home_schema(hass: HomeAssistant) -> vol.Schema:
    """Return the form of what set-up asks about the home."""
    pv = vol.Required(CONF_HAS_PV, default=DEFAULTS[CONF_HAS_PV])
    batteries: FormFields = batteries_schema(hass, {}).schema
    return vol.Schema({**_subscription({}), pv: BooleanSelector(), **batteries})


def read_home(hass: HomeAssistant, given: Given) -> FormResult:
    """Return the options of the home, and the form's errors."""
    batteries, errors = read_batteries(hass, given)
    if errors:
        return {}, errors
    kva = int(given[CONF_SUBSCRIBED_KVA])
    return {CONF_SUBSCRIBED_KVA: kva, CONF_HAS_PV: given[CONF_HAS_PV], **batteries}, {}


START_SCHEMA: Final = vol.Schema({vol.Required(CONF_AUTOMATIC, default=True): BooleanSelector()})

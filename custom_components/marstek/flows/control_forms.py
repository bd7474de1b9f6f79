"""Forms of the control by the plan, shared by set-up and options."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    Selector,
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
    CONF_CUT_PEAKS,
    CONF_GRID_SENSOR,
    CONF_HAS_PV,
    CONF_LEAST_SOC,
    CONF_LOAD_SENSOR,
    CONF_MOST_SOC,
    CONF_NEVER_FEED_IN,
    CONF_PEAK_TARIFF,
    CONF_PHASE_BATTERIES,
    CONF_PV_SENSOR,
    CONF_SAFETY_POWER,
    CONF_SELL,
    CONF_STRATEGY,
    CONF_SUBSCRIBED_KVA,
    Tariff,
)
from ..entries import async_batteries
from ..plan.options import OPTIONS, Approach, Form, Option, OptionKind, approaches, options_of_form
from ..plan.plan_options import PlanOptions, plan_options
from ..planner import PeakTariff

NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
# What set-up asks beside the batteries; all else has a default that is right in most homes.
_HOME: Final = (CONF_SUBSCRIBED_KVA, CONF_HAS_PV, CONF_STRATEGY)

type FormFields = dict[vol.Marker, Any]
type Given = Mapping[str, Any]
type FormResult = tuple[dict[str, Any], dict[str, str]]


def schema_of(
    form: Form, options: Given, tariff: Tariff, batteries: Mapping[str, str] = NO_NAMES
) -> vol.Schema:
    """Return a form of the options that a tariff has, filled with what is in force.

    `batteries` are the names of those to choose from, by BLE MAC.
    """
    fields: FormFields = {}
    for option in options_of_form(form, tariff):
        if option.kind is OptionKind.BATTERIES:
            chosen = [mac for mac in options.get(option.key, []) if mac in batteries]
            marker = vol.Optional(option.key, default=chosen)
            fields[marker] = _battery_selector(batteries)
        else:
            fields |= _field(option, options, tariff)
    return vol.Schema(fields)


def read_form(form: Form, given: Given, tariff: Tariff, others: Given = NO_NAMES) -> FormResult:
    """Return the options that a form stands for, as they are stored, and the form's errors.

    `others` are the options in force, which those of the form must not contradict.
    """
    asked = options_of_form(form, tariff)
    values = {option.key: given.get(option.key, option.default) for option in asked}
    if wrong := {
        option.key: _error(option) for option in asked if not option.allows(values[option.key])
    }:
        return {}, wrong
    if error := _contradiction(form, values):
        return {}, error
    if error := _contradiction_of_sale(form, values, plan_options(others, tariff)):
        return {}, error
    return {option.key: option.stored(values[option.key]) for option in asked}, {}


def _error(option: Option) -> str:
    if option.kind is OptionKind.PRICE:
        return "invalid_price" if option.low == 0 else "invalid_export_price"
    return "invalid_day" if option.kind is OptionKind.DATE else "out_of_bounds"


def _contradiction(form: Form, values: Given) -> dict[str, str]:
    """Return the error of values that can't be together."""
    if form is Form.NIGHT and values[CONF_LEAST_SOC] > values[CONF_MOST_SOC]:
        return {"base": "least_above_most"}
    if form is Form.HOUSE and values[CONF_NEVER_FEED_IN] and values.get(CONF_SAFETY_POWER):
        return {CONF_SAFETY_POWER: "safety_net_feeds_in"}
    if form is Form.HOUSE and values[CONF_NEVER_FEED_IN] and values.get(CONF_CUT_PEAKS):
        return {CONF_CUT_PEAKS: "cut_may_feed_in"}
    if form is Form.HOUSE and _lacks_grid_sensor(values):
        return {CONF_GRID_SENSOR: "peaks_need_grid_sensor"}
    if form is Form.PHASES and _is_on_two(values):
        return {"base": "battery_on_two_phases"}
    if form is Form.STRATEGY and values[CONF_PV_SENSOR] and not values[CONF_LOAD_SENSOR]:
        return {CONF_LOAD_SENSOR: "load_sensor_missing"}
    return {}


def _contradiction_of_sale(form: Form, values: Given, others: PlanOptions) -> dict[str, str]:
    """Return the error of a sale that can't be together with what other forms have set."""
    if form is Form.HOUSE and values[CONF_NEVER_FEED_IN] and others.strategy.sale_power:
        return {CONF_NEVER_FEED_IN: "feed_in_sold"}
    if form is not Form.SELLING or not values.get(CONF_SELL):
        return {}
    if others.never_feed_in:
        return {CONF_SELL: "sale_never_fed_in"}
    return {CONF_SELL: "sale_needs_strategy"} if others.approach is Approach.SIMPLE else {}


def _lacks_grid_sensor(values: Given) -> bool:
    return values[CONF_PEAK_TARIFF] != PeakTariff.NONE and not values[CONF_GRID_SENSOR]


def _is_on_two(values: Given) -> bool:
    hanging = [mac for key in CONF_PHASE_BATTERIES.values() for mac in values[key]]
    return len(hanging) != len(set(hanging))


def _field(option: Option, options: Given, tariff: Tariff) -> FormFields:
    """Return the field of an option; its value is what is in force, or else the default."""
    value = options.get(option.key, option.default)
    if option.kind in (OptionKind.SENSOR, OptionKind.DATE):
        marker = vol.Optional(option.key, description={"suggested_value": value})
        return {marker: _selector(option, tariff)}
    if option.key == CONF_STRATEGY:
        # Not each tariff has the one that was chosen with another.
        value = plan_options(options, tariff).approach
    elif option.kind is OptionKind.CONTRACT:
        value = str(value)
    return {vol.Required(option.key, default=value): _selector(option, tariff)}


def _selector(option: Option, tariff: Tariff) -> Selector[Any]:
    match option.kind:
        case OptionKind.WHOLE:
            # No bounds: the selector would tell them in English only.
            number = NumberSelectorConfig(
                mode=NumberSelectorMode.BOX, step=option.step, unit_of_measurement=option.unit
            )
            return NumberSelector(number)
        case OptionKind.PRICE:
            return NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any"))
        case OptionKind.FLAG:
            return BooleanSelector()
        case OptionKind.DATE:
            return DateSelector()
        case OptionKind.THINGS | OptionKind.SENSOR:
            return _entity_selector(option)
        case _:
            return _select_selector(option, tariff)


def _entity_selector(option: Option) -> Selector[Any]:
    if option.kind is OptionKind.SENSOR:
        classes = [each.value for each in option.classes]
        return EntitySelector(
            EntitySelectorConfig(filter={"domain": Platform.SENSOR, "device_class": classes})
        )
    filters: list[EntityWithDeviceFilterSelectorConfig] = [
        {"domain": ["binary_sensor", "input_boolean", "input_select", "select", "switch"]},
        {
            "domain": [Platform.SENSOR],
            "device_class": [SensorDeviceClass.POWER, SensorDeviceClass.ENUM],
        },
    ]
    return EntitySelector(EntitySelectorConfig(multiple=True, filter=filters))


def _select_selector(option: Option, tariff: Tariff) -> Selector[Any]:
    if option.kind is OptionKind.STATES:
        return SelectSelector(
            SelectSelectorConfig(options=list(option.choices), multiple=True, custom_value=True)
        )
    if option.kind is OptionKind.CONTRACT:
        labels = [
            SelectOptionDict(value=each, label=f"{each} {option.unit}") for each in option.choices
        ]
        dropdown = SelectSelectorConfig(options=labels, mode=SelectSelectorMode.DROPDOWN)
        return SelectSelector(dropdown)
    allowed = approaches(tariff) if option.key == CONF_STRATEGY else option.choices
    return SelectSelector(
        SelectSelectorConfig(
            options=list(allowed),
            mode=SelectSelectorMode.LIST,
            translation_key=option.key,
        )
    )


def _battery_selector(known: Mapping[str, str]) -> Selector[Any]:
    choices = [SelectOptionDict(value=mac, label=name) for mac, name in known.items()]
    return SelectSelector(
        SelectSelectorConfig(options=choices, multiple=True, mode=SelectSelectorMode.LIST)
    )


def batteries_schema(hass: HomeAssistant, options: Given) -> vol.Schema:
    """Return the form of which batteries take part, and whether later ones do."""
    wanted = plan_options(options)
    known = names_of_batteries(hass)
    fields: FormFields = {}
    if known:
        ticked = [mac for mac in known if wanted.takes_part(mac)]
        fields[vol.Required(CONF_BATTERIES, default=ticked)] = _battery_selector(known)
    fields[vol.Required(CONF_ALL_BATTERIES, default=wanted.all_batteries)] = BooleanSelector()
    return vol.Schema(fields)


def read_batteries(hass: HomeAssistant, given: Given) -> FormResult:
    """Return the options of who takes part: those named do, or with later ones those do not."""
    ticked: Collection[str] = given.get(CONF_BATTERIES, ())
    later, known = bool(given[CONF_ALL_BATTERIES]), names_of_batteries(hass)
    if known and not ticked and not later:
        return {}, {"base": "no_selection"}
    named = known.keys() - set(ticked) if later else set(ticked)
    return {CONF_ALL_BATTERIES: later, CONF_BATTERIES: sorted(named)}, {}


def names_of_batteries(hass: HomeAssistant) -> dict[str, str]:
    """Return the names of the batteries that are set up, by BLE MAC, in order."""
    entries = sorted(async_batteries(hass), key=lambda entry: entry.title)
    return {entry.data[CONF_BLE_MAC]: entry.title for entry in entries}


def home_schema(hass: HomeAssistant, tariff: Tariff) -> vol.Schema:
    """Return the form of what set-up asks about the home."""
    fields: FormFields = {}
    for key in _HOME:
        fields |= _field(OPTIONS[key], {}, tariff)
    return vol.Schema({**fields, **batteries_schema(hass, {}).schema})


def read_home(hass: HomeAssistant, given: Given) -> FormResult:
    """Return the options of the home, and the form's errors."""
    batteries, errors = read_batteries(hass, given)
    if errors:
        return {}, errors
    return {**{key: OPTIONS[key].stored(given[key]) for key in _HOME}, **batteries}, {}


CONF_ENERGY_DASHBOARD: Final = "energy_dashboard"


def start_schema(hass: HomeAssistant, *, has_batteries: bool) -> vol.Schema:
    """Return the form of what is to be done at once when set-up ends."""
    fields: FormFields = {vol.Required(CONF_AUTOMATIC, default=True): BooleanSelector()}
    if has_batteries and "energy" in hass.config.components:
        fields[vol.Required(CONF_ENERGY_DASHBOARD, default=False)] = BooleanSelector()
    return vol.Schema(fields)

"""Table of the options of the plan: all that forms, entities, reading and docs need of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfPower, UnitOfTemperature, UnitOfTime

from ..checked import is_day, is_whole
from ..const import (
    CONF_ALL_BATTERIES,
    CONF_AUTOMATIC,
    CONF_BATTERIES,
    CONF_CUT_PEAKS,
    CONF_DAILY_LOAD,
    CONF_DO_NOT_FEED,
    CONF_DO_NOT_FEED_ABOVE,
    CONF_DO_NOT_FEED_HOURS,
    CONF_DO_NOT_FEED_STATES,
    CONF_END_GUARD,
    CONF_EXPORT_KIND,
    CONF_EXPORT_UNTIL,
    CONF_FEED_IN,
    CONF_FULL_EVERY,
    CONF_GENTLE_TOP,
    CONF_GRID_SENSOR,
    CONF_HAS_PV,
    CONF_HIGH_TEMPERATURE,
    CONF_LEAST_SOC,
    CONF_LOAD_SENSOR,
    CONF_LOW_SOC,
    CONF_MOST_SOC,
    CONF_NET_METERING_UNTIL,
    CONF_NEVER_FEED_IN,
    CONF_NIGHT,
    CONF_PEAK_FREE,
    CONF_PEAK_SENSOR,
    CONF_PEAK_TARIFF,
    CONF_PHASE_BATTERIES,
    CONF_PHASE_SENSORS,
    CONF_PV_SENSOR,
    CONF_RED_POWER,
    CONF_RED_TARGET,
    CONF_RESERVE,
    CONF_SAFETY_POWER,
    CONF_SALE_POWER,
    CONF_SELL,
    CONF_STANDBY,
    CONF_START_GUARD,
    CONF_STRATEGY,
    CONF_SUBSCRIBED_KVA,
    CONF_THREE_PHASES,
    CONF_WHITE_EVE,
    PHASES,
    ExportKind,
    Tariff,
)
from ..planner import Night, PeakTariff


class Approach(StrEnum):
    """How the owner wants nights to be decided on."""

    SIMPLE = "simple"
    """By the colour of tomorrow alone."""
    SAVINGS = "savings"
    """By what a stored kWh will save, learnt from the home."""
    FEWER_CYCLES = "fewer_cycles"
    """The same, but only where it pays well."""


_SIMPLE: Final = Approach.SIMPLE
_TEMPO: Final = frozenset({Tariff.TEMPO})
_WITHOUT_RED_DAYS: Final = frozenset(Tariff) - _TEMPO
_LONGEST_STATE: Final = 255
_MOST_KVA: Final = 1000
_POWERS: Final = (SensorDeviceClass.POWER, SensorDeviceClass.APPARENT_POWER)


class OptionKind(Enum):
    """Kind of an option, which decides its form field, check and storage."""

    WHOLE = auto()
    """A whole number between `low` and `high`."""
    PRICE = auto()
    """A price in EUR/kWh between `low` and `high`."""
    FLAG = auto()
    CHOICE = auto()
    """One of `choices`."""
    CONTRACT = auto()
    """One of `choices`, numbers of a unit that a contract has."""
    DATE = auto()
    """A day as ISO text, or None."""
    SENSOR = auto()
    """An entity of one of `classes`, or None."""
    THINGS = auto()
    """Entities that are on or off, or tell a power."""
    STATES = auto()
    """States of entities, those in `choices` or others."""
    BATTERIES = auto()
    """BLE MACs of batteries."""


class Form(StrEnum):
    """The form that asks for an option; its name is that of a step of the options flow."""

    NIGHT = "night"
    HOUSE = "house"
    PHASES = "phases"
    STRATEGY = "strategy"
    EXPORT = "export"
    SELLING = "selling"
    CONSUMERS = "consumers"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of the plan: all that forms, entities, reading and docs need to know of it."""

    key: str
    form: Form
    kind: OptionKind
    default: Any
    low: int = 0
    high: int = 0
    step: int = 1
    """What a click on an arrow changes; any whole number is allowed."""
    unit: str = ""
    """Of a whole number or a contract, each of which has one."""
    choices: tuple[str, ...] = ()
    classes: tuple[SensorDeviceClass, ...] = ()
    tariffs: frozenset[Tariff] = frozenset(Tariff)
    is_number: bool = False
    """Whether owners change it so often that a number entity shows it as well."""

    def allows(self, value: Any) -> bool:
        """Tell whether a value from outside is one that it may have."""
        match self.kind:
            case OptionKind.WHOLE:
                return is_whole(value, self.low, self.high)
            case OptionKind.PRICE:
                return isinstance(value, (int, float)) and self.low <= value <= self.high
            case OptionKind.DATE:
                return value is None or is_day(value)
            case OptionKind.STATES:
                return all(0 < len(str(state)) <= _LONGEST_STATE for state in value)
        return True

    def is_readable(self, value: Any) -> bool:
        """Tell whether a stored value is one that it may have: the file may have been edited."""
        match self.kind:
            case OptionKind.WHOLE | OptionKind.PRICE:
                return type(value) in (int, float) and self.allows(value)
            case OptionKind.CONTRACT:
                return type(value) in (int, float) and 0 < value <= _MOST_KVA
            case OptionKind.FLAG:
                return isinstance(value, bool)
            case OptionKind.CHOICE:
                return value in self.choices
            case OptionKind.SENSOR | OptionKind.DATE:
                return value is None or (isinstance(value, str) and self.allows(value))
        return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)

    def stored(self, value: Any) -> Any:
        """Return a value that was given in a form as it is stored."""
        is_number = self.kind in (OptionKind.WHOLE, OptionKind.CONTRACT)
        return int(value) if is_number else value


def _power(key: str, form: Form, **values: Any) -> Option:
    """Return a power in W of each battery; 0 for none, or as needed."""
    return Option(
        key=key,
        form=form,
        kind=OptionKind.WHOLE,
        default=0,
        high=2500,
        step=50,
        unit=UnitOfPower.WATT,
        **values,
    )


def _soc(
    key: str, default: int, low: int, high: int, form: Form = Form.NIGHT, **values: Any
) -> Option:
    """Return a state of charge in %."""
    return Option(
        key=key,
        form=form,
        kind=OptionKind.WHOLE,
        default=default,
        low=low,
        high=high,
        unit=PERCENTAGE,
        **values,
    )


def _guard(key: str, default: int) -> Option:
    """Return a distance in minutes from the bounds of off-peak hours."""
    return Option(
        key=key,
        form=Form.NIGHT,
        kind=OptionKind.WHOLE,
        default=default,
        high=120,
        unit=UnitOfTime.MINUTES,
    )


def _energy_sensor(key: str) -> Option:
    classes = (SensorDeviceClass.ENERGY,)
    return Option(
        key=key, form=Form.STRATEGY, kind=OptionKind.SENSOR, default=None, classes=classes
    )


def _of_phase(phase: str) -> tuple[Option, Option]:
    """Return the batteries on one of three phases, and what is drawn on it."""
    hanging = Option(
        key=CONF_PHASE_BATTERIES[phase], form=Form.PHASES, kind=OptionKind.BATTERIES, default=[]
    )
    drawn = Option(
        key=CONF_PHASE_SENSORS[phase],
        form=Form.PHASES,
        kind=OptionKind.SENSOR,
        default=None,
        classes=_POWERS,
    )
    return hanging, drawn


_ALL: Final = (
    Option(
        key=CONF_NIGHT,
        form=Form.NIGHT,
        kind=OptionKind.CHOICE,
        default=Night.HOLD,
        choices=tuple(Night),
    ),
    Option(key=CONF_HAS_PV, form=Form.NIGHT, kind=OptionKind.FLAG, default=False),
    _soc(CONF_RED_TARGET, 100, 10, 100, tariffs=_TEMPO, is_number=True),
    _power(CONF_RED_POWER, Form.NIGHT, tariffs=_TEMPO, is_number=True),
    Option(key=CONF_WHITE_EVE, form=Form.NIGHT, kind=OptionKind.FLAG, default=True, tariffs=_TEMPO),
    _soc(CONF_LEAST_SOC, 0, 0, 90),
    _soc(CONF_MOST_SOC, 100, 10, 100),
    _soc(CONF_RESERVE, 0, 0, 90),
    _guard(CONF_START_GUARD, 5),
    _guard(CONF_END_GUARD, 15),
    Option(
        key=CONF_FULL_EVERY,
        form=Form.NIGHT,
        kind=OptionKind.WHOLE,
        default=0,
        high=60,
        unit=UnitOfTime.DAYS,
    ),
    Option(key=CONF_GENTLE_TOP, form=Form.NIGHT, kind=OptionKind.FLAG, default=False),
    Option(
        key=CONF_SUBSCRIBED_KVA,
        form=Form.HOUSE,
        kind=OptionKind.CONTRACT,
        default=6,
        unit="kVA",
        choices=("3", "6", "9", "12", "15", "18", "24", "30", "36"),
    ),
    Option(
        key=CONF_GRID_SENSOR,
        form=Form.HOUSE,
        kind=OptionKind.SENSOR,
        default=None,
        classes=_POWERS,
    ),
    _power(CONF_SAFETY_POWER, Form.HOUSE, tariffs=_TEMPO),
    Option(key=CONF_NEVER_FEED_IN, form=Form.HOUSE, kind=OptionKind.FLAG, default=False),
    Option(
        key=CONF_STANDBY,
        form=Form.HOUSE,
        kind=OptionKind.WHOLE,
        default=8,
        high=100,
        unit=UnitOfPower.WATT,
    ),
    Option(
        key=CONF_PEAK_TARIFF,
        form=Form.HOUSE,
        kind=OptionKind.CHOICE,
        default=PeakTariff.NONE,
        choices=tuple(PeakTariff),
    ),
    Option(
        key=CONF_PEAK_SENSOR,
        form=Form.HOUSE,
        kind=OptionKind.SENSOR,
        default=None,
        classes=(SensorDeviceClass.POWER,),
    ),
    Option(
        key=CONF_PEAK_FREE,
        form=Form.HOUSE,
        kind=OptionKind.WHOLE,
        default=2500,
        high=50_000,
        step=100,
        unit=UnitOfPower.WATT,
    ),
    Option(
        key=CONF_CUT_PEAKS,
        form=Form.HOUSE,
        kind=OptionKind.FLAG,
        default=False,
        tariffs=_WITHOUT_RED_DAYS,
    ),
    Option(key=CONF_THREE_PHASES, form=Form.PHASES, kind=OptionKind.FLAG, default=False),
    *(option for phase in PHASES for option in _of_phase(phase)),
    Option(
        key=CONF_STRATEGY,
        form=Form.STRATEGY,
        kind=OptionKind.CHOICE,
        default=Approach.SIMPLE,
        choices=tuple(Approach),
    ),
    Option(
        key=CONF_DAILY_LOAD,
        form=Form.STRATEGY,
        kind=OptionKind.WHOLE,
        default=0,
        high=200,
        unit=UnitOfEnergy.KILO_WATT_HOUR,
    ),
    _energy_sensor(CONF_LOAD_SENSOR),
    _energy_sensor(CONF_PV_SENSOR),
    Option(
        key=CONF_EXPORT_KIND,
        form=Form.EXPORT,
        kind=OptionKind.CHOICE,
        default=ExportKind.CONSTANT,
        choices=tuple(ExportKind),
    ),
    Option(key=CONF_FEED_IN, form=Form.EXPORT, kind=OptionKind.PRICE, default=0.0, low=-1, high=1),
    Option(key=CONF_EXPORT_UNTIL, form=Form.EXPORT, kind=OptionKind.DATE, default=None),
    Option(key=CONF_NET_METERING_UNTIL, form=Form.EXPORT, kind=OptionKind.DATE, default=None),
    Option(
        key=CONF_SELL,
        form=Form.SELLING,
        kind=OptionKind.FLAG,
        default=False,
        tariffs=_WITHOUT_RED_DAYS,
    ),
    Option(
        key=CONF_SALE_POWER,
        form=Form.SELLING,
        kind=OptionKind.WHOLE,
        default=800,
        low=200,
        high=15_000,
        step=100,
        unit=UnitOfPower.WATT,
        tariffs=_WITHOUT_RED_DAYS,
    ),
    Option(key=CONF_DO_NOT_FEED, form=Form.CONSUMERS, kind=OptionKind.THINGS, default=[]),
    Option(
        key=CONF_DO_NOT_FEED_STATES,
        form=Form.CONSUMERS,
        kind=OptionKind.STATES,
        default=["charging"],
        choices=("charging", "now", "minpv", "hold", "holdcharge"),
    ),
    Option(
        key=CONF_DO_NOT_FEED_ABOVE,
        form=Form.CONSUMERS,
        kind=OptionKind.WHOLE,
        default=500,
        high=50_000,
        step=50,
        unit=UnitOfPower.WATT,
    ),
    Option(
        key=CONF_DO_NOT_FEED_HOURS,
        form=Form.CONSUMERS,
        kind=OptionKind.WHOLE,
        default=12,
        low=1,
        high=24,
        unit=UnitOfTime.HOURS,
    ),
    _soc(CONF_LOW_SOC, 20, 0, 90, Form.ALERTS),
    Option(
        key=CONF_HIGH_TEMPERATURE,
        form=Form.ALERTS,
        kind=OptionKind.WHOLE,
        default=45,
        low=20,
        high=80,
        unit=UnitOfTemperature.CELSIUS,
    ),
)
OPTIONS: Final[Mapping[str, Option]] = {option.key: option for option in _ALL}
"""The options that forms ask for, by key, in the order of the forms."""

# What switches and the form of batteries decide, which have no place in a table of values.
_PARTICIPATION: Final[Mapping[str, Any]] = {
    CONF_AUTOMATIC: False,
    CONF_ALL_BATTERIES: True,
    CONF_BATTERIES: [],
}
DEFAULTS: Final[Mapping[str, Any]] = {
    **_PARTICIPATION,
    **{option.key: option.default for option in _ALL},
}


def options_of_form(form: Form, tariff: Tariff) -> list[Option]:
    """Return the options of a form with a tariff, in order."""
    return [option for option in _ALL if option.form is form and tariff in option.tariffs]


def approaches(tariff: Tariff) -> list[Approach]:
    """Return the approaches that a tariff allows: day-ahead prices have no simple nights."""
    return [each for each in Approach if tariff is not Tariff.DYNAMIC or each is not _SIMPLE]

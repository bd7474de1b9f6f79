"""The table of the plan's options, and what follows from it: forms, texts, entities, docs."""

import json
from pathlib import Path
import re

import pytest

from custom_components.marstek.const import Tariff
from custom_components.marstek.flows.control_forms import read_form, schema_of
from custom_components.marstek.plan.entities.numbers import NUMBERS
from custom_components.marstek.plan.options import (
    OPTIONS,
    Form,
    Option,
    OptionKind,
    options_of_form,
)
from custom_components.marstek.plan.plan_options import plan_options

_ROOT = Path(__file__).parents[3]
_TEXTS = json.loads((_ROOT / "custom_components/marstek/translations/en.json").read_text())
_DOCS = (_ROOT / "docs/plan.md").read_text()
ALL = pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)


@ALL
def test_a_default_is_allowed(option: Option) -> None:
    """What holds without a choice is what the form would accept."""
    assert option.allows(option.default)
    if option.choices:
        chosen = option.default if isinstance(option.default, list) else [str(option.default)]
        assert set(chosen) <= set(option.choices)


@ALL
def test_a_form_asks_for_it(option: Option) -> None:
    """By its name and in words, with each tariff that has it and with no other."""
    texts = _TEXTS["options"]["step"][option.form]
    assert texts["data"][option.key]
    for tariff in Tariff:
        asked = {str(marker) for marker in schema_of(option.form, {}, tariff).schema}
        assert (option.key in asked) is (tariff in option.tariffs)


@pytest.mark.parametrize("tariff", Tariff)
@pytest.mark.parametrize("form", Form)
def test_defaults_can_be_saved(form: Form, tariff: Tariff) -> None:
    """A form that is sent as it is shown changes nothing of the plan."""
    given = {option.key: option.default for option in options_of_form(form, tariff)}
    saved, errors = read_form(form, given, tariff)
    assert not errors
    assert plan_options(saved, tariff) == plan_options({}, tariff)


def test_a_net_of_another_tariff_feeds_nothing_in() -> None:
    """Where nothing may be fed in, the safety net of an earlier time with Tempo is none."""
    saved, errors = read_form(
        Form.HOUSE, {"subscribed_kva": "6", "never_feed_in": True}, Tariff.FIXED
    )
    assert not errors
    assert plan_options({"safety_power": 150}).safety_power == 150
    assert plan_options({"safety_power": 150, **saved}, Tariff.TEMPO).safety_power == 0


@ALL
def test_one_that_is_damaged_is_its_default(option: Option) -> None:
    """No value of a file that was edited keeps the plan from starting."""
    numbers = (-5.5, 10**400, float("nan"), float("inf"))
    # Any text may be the name of an entity.
    texts = () if option.kind is OptionKind.SENSOR else ("abc",)
    for damaged in (None, *texts, b"", *numbers, [1, None], {"a": 1}, object()):
        assert plan_options({option.key: damaged}) == plan_options({})


@ALL
def test_docs_name_its_bounds(option: Option) -> None:
    """The table in docs has the label of each option, its default and its bounds."""
    label = _TEXTS["options"]["step"][option.form]["data"][option.key]
    rows = [line for line in _DOCS.splitlines() if line.startswith("| ")]
    row = next((line for line in rows if _is_of(line, label)), None)
    if option.kind is OptionKind.SENSOR and row is None:
        assert "Sensors of consumption and of solar energy" in _DOCS
        return
    assert row is not None, label
    if option.kind is OptionKind.WHOLE:
        numbers = [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", row)]
        assert numbers[:3] == [option.default, option.low, option.high]


def _is_of(row: str, label: str) -> bool:
    return row.split("|")[1].replace("▪", "").strip().lower() == label.lower()


def test_numbers_of_the_table_are_entities() -> None:
    """Those that owners change often, with the range of the form."""
    shown = {each.key: (each.native_min_value, each.native_max_value) for each in NUMBERS}
    assert shown == {
        option.key: (option.low, option.high) for option in OPTIONS.values() if option.is_number
    }
    assert set(shown) == {"red_target", "red_power"}

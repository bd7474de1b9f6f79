"""Notification options as they are stored, also where they are damaged."""

import datetime as dt
from typing import Any

from homeassistant.util.yaml import load_yaml
import pytest

from custom_components.marstek.const import Tariff
from custom_components.marstek.plan.events import Alert, Kind
from custom_components.marstek.plan.held_messages import (
    HeldMessage,
    HeldMessages,
    restored_messages,
)
from custom_components.marstek.plan.notify_options import (
    DEFAULT_KINDS,
    NotifyOptions,
    kinds_of,
    notify_options,
)
from custom_components.marstek.plan.quiet_hours import QuietHours
from custom_components.marstek.stored import StoredPart
from tests.blueprints.test_notifications import FOLDER, NAME

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


def test_a_new_plan_notifies_nobody() -> None:
    """Without options there are no recipients."""
    options = notify_options({})
    assert not options.has_recipients
    assert options == NotifyOptions()


def test_the_same_kinds_as_in_the_blueprint() -> None:
    """What is ticked at first is what the blueprint ticks; all kinds can be chosen."""
    blueprint: Any = load_yaml(str(FOLDER / NAME))
    kinds = blueprint["blueprint"]["input"]["topics"]["input"]["kinds"]
    assert sorted(DEFAULT_KINDS) == sorted(kinds["default"])
    assert sorted(kinds_of(Tariff.TEMPO)) == sorted([*Kind, *Alert])
    assert Alert.RED_TOMORROW not in kinds_of(Tariff.FIXED)


def test_what_is_stored_is_read() -> None:
    """Options are the same after a restart."""
    options = NotifyOptions(
        ("notify.mail",),
        {"abc": "Anna's phone"},
        frozenset({Kind.FAILED, Alert.LOW_SOC}),
        QuietHours(dt.time(22), dt.time(7, 30)),
    )
    assert notify_options({"notify": options.store()}) == options
    nothing = NotifyOptions(kinds=frozenset())
    assert notify_options({"notify": nothing.store()}) == nothing


@pytest.mark.parametrize("damaged", [None, 1, "x", [], {"kinds": 3}, {"phones": ["a"]}])
def test_damaged_options(damaged: object) -> None:
    """Options that are none count as those of a new plan."""
    assert notify_options({"notify": damaged}) == NotifyOptions()


def test_a_damaged_value_costs_no_other() -> None:
    """What can be read counts."""
    stored = {
        "notify_entities": ["notify.mail", 7, None, "\ud800"],
        "phones": {"a": "A\u200d\u00a0", "b": 5, "c": "\ud800", "\ud800": "x"},
        "kinds": ["failed", "unheard_of", None, {}],
        "quiet_start": "22:00:00+01:00",
        "quiet_end": "07:00:00",
    }
    assert notify_options({"notify": stored}) == NotifyOptions(
        ("notify.mail",), {"a": "A\u200d\u00a0", "b": "b", "c": "c"}, frozenset({Kind.FAILED})
    )


def message(kind: Kind | Alert = Kind.FAILED, battery: str | None = None, **values: Any) -> Any:
    """Return a message of now."""
    given = {"title": "T", "text": "Échec\u00a0:\nx", "until": "", "happened": NOW}
    return HeldMessage(kind, battery=battery, **{**given, "is_urgent": False, **values})


def test_only_the_newest_of_a_kind_and_battery_waits() -> None:
    """Messages about another battery, or of another kind, wait beside it."""
    held = HeldMessages(
        [message(title="1"), message(battery="A"), message(Alert.LOW_SOC), message(title="2")]
    )
    assert len(held) == 3
    titles = list[str]()
    while (due := held.due(NOW, is_quiet=False)) is not None:
        titles.append(due.title)
        held.discard(due)
    assert titles == ["T", "T", "2"]


def test_what_waits_is_bounded_and_grows_old() -> None:
    """The oldest is left out beyond 30, and after a day it is no news."""
    held = HeldMessages(message(battery=f"{number}") for number in range(100))
    assert len(held) == 30
    assert held.due(NOW, is_quiet=True) is None
    due = held.due(NOW + dt.timedelta(hours=24), is_quiet=False)
    assert due is not None
    assert due.battery == "70"
    assert held.due(NOW + dt.timedelta(hours=25), is_quiet=False) is None
    assert len(held) == 0


def test_a_newer_message_stays_when_an_older_one_was_sent() -> None:
    """What happens while a message is being sent is sent too."""
    held = HeldMessages([older := message(title="1")])
    held.add(newer := message(title="2"))
    held.discard(older)
    assert held.due(NOW, is_quiet=False) == newer


def test_stored_messages() -> None:
    """Each message is read by itself; one that can't be true is left out."""
    good = message(is_urgent=True, battery="Salon")
    stored = good.store()
    wrong = {
        "kind": "unheard_of",
        "title": 5,
        "text": "x" * 2000,
        "battery": "\ud800",
        "until": None,
        "happened": "2026-03-10T12:00:00",
        "is_urgent": "yes",
    }
    damaged = [{**stored, key: value} for key, value in wrong.items()]
    part = StoredPart({"held": [*damaged, stored, None, 7]})
    held = restored_messages(part)
    assert held.store() == [stored]
    assert held.due(NOW, is_quiet=True) == good
    assert len(part.damaged) == len(damaged) + 2

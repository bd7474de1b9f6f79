"""The plan in one sentence: what comes next is told with its reason where there is room."""

from dataclasses import replace
import datetime as dt

from custom_components.marstek.plan.plan_data import ControlState, PlanData
from custom_components.marstek.plan.summary import LONGEST, summary
from custom_components.marstek.plan.wording import Wording
from custom_components.marstek.planner import Action, Reason, Step, Timeline
from custom_components.marstek.texts import Texts

NOW = dt.datetime(2026, 3, 12, 20, tzinfo=dt.UTC)
NIGHT = NOW + dt.timedelta(hours=1)
WORDING = Wording(
    Texts(
        {
            f"component.marstek.{key}": text
            for key, text in {
                "exceptions.told_action_auto.message": "Auto",
                "exceptions.told_action_charge.message": "Charge at {power} W",
                "exceptions.summary_next.message": "From {time}: {action}.",
                "exceptions.summary_by_hand.message": "Left to you: {names}.",
                "exceptions.summary_off.message": "Off.",
                "entity.sensor.plan_reason.state.peak_hours": "Peak hours",
                "entity.sensor.plan_reason.state.red_tomorrow": "Tomorrow is red",
            }.items()
        }
    ),
    "en",
)


def test_what_comes_next_has_its_reason() -> None:
    """It is left out where the state of the sensor has no room for it, then the step as a whole."""
    day = Step(NOW, NIGHT, Action.AUTO, Reason.PEAK_HOURS)
    charge = Step(NIGHT, NIGHT + dt.timedelta(hours=7), Action.CHARGE, Reason.RED_TOMORROW)
    data = PlanData(
        state=ControlState.SELF_CONSUMPTION,
        step=day,
        plan=Timeline((day, charge)),
        next_action_at=NIGHT,
    )
    whole = summary(data, WORDING, NOW)
    assert whole.startswith("Auto: peak hours. From ")
    assert whole.endswith("Charge at 0 W (tomorrow is red).")
    for length in range(150, LONGEST):
        found = summary(replace(data, by_owner=("x" * length,)), WORDING, NOW)
        assert len(found) <= LONGEST
        assert found.endswith((" (tomorrow is red).", "Charge at 0 W.", "x."))
    assert summary(replace(data, state=ControlState.OFF), WORDING, NOW) == "Off."

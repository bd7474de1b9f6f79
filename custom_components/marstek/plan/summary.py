"""The plan in one sentence: what, why, and what comes next (pure)."""

import datetime as dt
from typing import Final

from ..planner import Step
from .control_memory import FOR_EVER
from .plan_data import ControlState, PlanData
from .wording import Wording

LONGEST: Final = 255
"""Characters that a state can have."""
_BY_THEMSELVES: Final = {
    ControlState.NO_BATTERIES: "summary_no_batteries",
    ControlState.OFF: "summary_off",
}


def summary(data: PlanData, wording: Wording, now: dt.datetime) -> str:
    """Return what the plan does, why, which batteries do not follow it, and what comes next.

    In Home Assistant's language, at most 255 characters; whole sentences are left out beyond.
    """
    return _joined(_sentences(data, wording, now))


def _sentences(data: PlanData, wording: Wording, now: dt.datetime) -> list[str]:
    texts = wording.texts
    if (key := _BY_THEMSELVES.get(data.state)) is not None:
        return [texts.message(key)]
    if data.state is ControlState.PAUSED:
        return [_paused(data, wording, now)]
    if data.step is None:
        return []
    found = [f"{wording.describe(data.step)}."]
    for key, names in (
        ("summary_by_hand", data.by_owner),
        ("summary_out_of_reach", data.out_of_reach),
        ("summary_failing", tuple(sorted(data.members[each] for each in data.failing))),
    ):
        if names:
            found.append(texts.message(key, {"names": ", ".join(names)}))
    if (following := _following(data)) is not None:
        values = {"time": wording.clock(following.start, now), "action": wording.action(following)}
        found.append(texts.message("summary_next", values))
    return found


def _paused(data: PlanData, wording: Wording, now: dt.datetime) -> str:
    until = data.paused_until
    if until is None or until >= FOR_EVER:
        return wording.texts.message("summary_paused")
    return wording.texts.message("summary_paused_until", {"until": wording.clock(until, now)})


def _following(data: PlanData) -> Step | None:
    if data.plan is None or data.next_action_at is None:
        return None
    return data.plan.at(data.next_action_at)


def _joined(sentences: list[str]) -> str:
    """Return the first and as many of the others as there is room for."""
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if len(longer) <= LONGEST:
            text = longer
    return text or "".join(sentences[:1])[:LONGEST]

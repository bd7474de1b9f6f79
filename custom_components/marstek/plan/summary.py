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
    """Return what the plan does, why, which batteries do not follow it, and what comes next and why.

    In Home Assistant's language, at most 255 characters; whole sentences are left out beyond, the
    reason of what comes next before all others.
    """
    text = _joined(_sentences(data, wording, now))
    longer = (f"{text} {following}".strip() for following in _next(data, wording, now))
    return next((each for each in longer if len(each) <= LONGEST), text)


def _sentences(data: PlanData, wording: Wording, now: dt.datetime) -> list[str]:
    texts = wording.texts
    if (key := _BY_THEMSELVES.get(data.state)) is not None:
        return [texts.message(key)]
    if data.state is ControlState.PAUSED:
        return [_paused(data, wording, now)]
    if data.step is None:
        return []
    found = [f"{wording.describe_with_gain(data.step)}."]
    for key, names in (
        ("summary_by_hand", data.by_owner),
        ("summary_out_of_reach", data.out_of_reach),
        ("summary_failing", tuple(sorted(data.members[each] for each in data.failing))),
    ):
        if names:
            found.append(texts.message(key, {"names": ", ".join(names)}))
    return found


def _next(data: PlanData, wording: Wording, now: dt.datetime) -> list[str]:
    """Return sentences of the coming step, the more complete one first; none without one."""
    following = _following(data)
    if following is None or data.step is None:
        return []
    action, reason = wording.action(following), wording.inside(wording.reason(following))
    time = wording.clock(following.start, now)
    return [
        wording.texts.message("summary_next", {"time": time, "action": each})
        for each in (f"{action} ({reason})", action)
    ]


def _paused(data: PlanData, wording: Wording, now: dt.datetime) -> str:
    until = data.paused_until
    if until is None or until >= FOR_EVER:
        return wording.texts.message("summary_paused")
    return wording.texts.message("summary_paused_until", {"until": wording.clock(until, now)})


def _following(data: PlanData) -> Step | None:
    is_idle = data.state in _BY_THEMSELVES or data.state is ControlState.PAUSED
    if is_idle or data.plan is None or data.next_action_at is None:
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

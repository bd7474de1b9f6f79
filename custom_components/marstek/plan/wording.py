"""Renderer of steps, reasons and figures in Home Assistant's own language."""

from dataclasses import dataclass
import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..planner import Action, Step, gain_per_kwh
from ..texts import Texts
from .journal import JournalEntry

# In Wh: less is the noise of counters.
_LEAST_ENERGY: Final = 10.0
# Of the currency: less would be shown as nothing.
_LEAST_GAIN: Final = 0.005
# A time alone is read as the next or the last one: nearly 24 hours ahead it looks past.
_NEAR: Final = dt.timedelta(hours=18)


@dataclass(frozen=True, slots=True)
class _Style:
    """Notation of a language: numbers, dates and colons."""

    separator: str = ","
    point: str = "."
    # In English, day and month change places from country to country: only ISO is read alike
    # everywhere.
    moment: str = "%Y-%m-%d %H:%M"
    colon: str = ": "
    has_lower_nouns: bool = True
    """Whether a name may begin small inside a sentence: nouns keep their capital in German."""


_ENGLISH: Final = _Style()
_STYLES: Final = {
    "de": _Style(".", ",", "%d.%m.%Y %H:%M", has_lower_nouns=False),
    "fr": _Style("\N{NARROW NO-BREAK SPACE}", ",", "%d/%m/%Y, %H:%M", colon="\N{NO-BREAK SPACE}: "),
    "nl": _Style(".", ",", "%d-%m-%Y %H:%M"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Renders steps and figures."""

    texts: Texts
    language: str
    currency: str = ""
    """Of the plan's prices; empty: no gain is given."""

    def describe(self, step: Step, power: int | None = None) -> str:
        """Return action and reason of a step as a sentence; `power` in W replaces its own."""
        return self._sentence(self.action(step, power), self.reason(step))

    def describe_with_gain(self, step: Step) -> str:
        """Return action and reason of a step as a sentence, with what it is expected to gain."""
        return self._sentence(self.action(step), self.explain(step))

    def _sentence(self, action: str, reason: str) -> str:
        return f"{action}{self._style.colon}{self.inside(reason)}"

    def inside(self, text: str) -> str:
        """Return a text as it begins after a colon or inside a sentence; HC and PV stay as they are."""
        is_kept = text[1:2].isupper() or not self._style.has_lower_nouns
        return text if is_kept else text[:1].lower() + text[1:]

    def action(self, step: Step, power: int | None = None) -> str:
        """Return the action of a step; `power` in W replaces its own."""
        watts = step.sent if power is None else power
        values = {
            "power": self.number(watts),
            "target": self.number(step.target or 100),
            "floor": self.number(step.floor or 0),
        }
        does = "auto_floor" if step.action is Action.AUTO and step.floor else step.action
        return self.texts.message(f"told_action_{does}", values)

    def reason(self, step: Step) -> str:
        """Return the reason of a step as a sentence."""
        if rule := step.figures.get("rule"):
            key = "told_rule_reserve" if "expected" in step.figures else "told_rule"
            return self.texts.get(f"exceptions.{key}.message", {"rule": str(rule)})
        return self.texts.get(f"entity.sensor.plan_reason.state.{step.reason}")

    def explain(self, step: Step) -> str:
        """Return the reason of a step with what it is expected to gain for each kWh, if it tells that."""
        reason, gain = self.reason(step), gain_per_kwh(step)
        if not self.currency or gain is None or gain < _LEAST_GAIN:
            return reason
        values = {"reason": reason, "gain": f"{self.money(gain)} {self.currency}"}
        return self.texts.message("told_gain", values)

    def outcome(self, entry: JournalEntry) -> str:
        """Return what came of a step: energies, the state of charge at its end, failures."""
        texts, found = self.texts, list[str]()
        for key, energy in (
            ("outcome_charged", entry.charged),
            ("outcome_discharged", entry.discharged),
        ):
            if energy is not None and energy >= _LEAST_ENERGY:
                found.append(texts.message(key, {"energy": self.decimal(energy / 1000)}))
        if entry.soc is not None:
            found.append(texts.message("outcome_soc", {"soc": str(entry.soc)}))
        if entry.failing:
            names = ", ".join(entry.failing)
            found.append(texts.message("summary_failing", {"names": names}))
        return " ".join(found)

    def decimal(self, value: float) -> str:
        """Return a number with two decimals as it is written in the language."""
        return f"{value:.2f}".replace(".", self._style.point)

    def number(self, value: float) -> str:
        """Return a whole number as it is written in the language."""
        return f"{value:,.0f}".replace(",", self._style.separator)

    def moment(self, moment: dt.datetime) -> str:
        """Return date and time by the clock of the home, as they are written in the language."""
        return dt_util.as_local(moment).strftime(self._style.moment)

    def day(self, day: dt.date) -> str:
        """Return a date as it is written in the language."""
        return day.strftime(self._style.moment.partition(" ")[0].rstrip(","))

    def clock(self, moment: dt.datetime, now: dt.datetime) -> str:
        """Return a time of day, with its date from a day on."""
        if abs(moment - now) >= _NEAR:
            return self.moment(moment)
        return f"{dt_util.as_local(moment):%H:%M}"

    def price(self, value: float) -> str:
        """Return a price of a kWh as it is written in the language."""
        return f"{value:.4f}".replace(".", self._style.point)

    def exact(self, value: float) -> str:
        """Return a price of a kWh with all decimals that it has, six at most."""
        shown = f"{value:.6f}".rstrip("0").rstrip(".")
        return shown.replace(".", self._style.point)

    def money(self, value: float) -> str:
        """Return an amount of money, to a hundredth."""
        return f"{value:.2f}".replace(".", self._style.point)

    @property
    def _style(self) -> _Style:
        return _STYLES.get(self.language, _ENGLISH)

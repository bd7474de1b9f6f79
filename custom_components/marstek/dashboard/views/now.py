"""Page of what happens now: the sentence of the plan, buttons, power flow, timeline and batteries."""

from collections.abc import Iterable

from ...battery.commanded_by import CommandedBy
from ...const import Tariff
from ...plan.plan_data import ControlState
from ...tempo import Colour
from ..cards import (
    FLOW,
    TIMELINE,
    Card,
    any_of,
    badge,
    button,
    full_width,
    heading,
    is_not_state,
    is_state,
    perform,
    section,
    tile,
    view,
)
from ..inventory import BatteryInventory, Inventory
from ..texts import DashboardTexts


def now_view(home: Inventory, texts: DashboardTexts) -> Card:
    """Return the page."""
    sections = [
        *section(_first(home, texts)),
        *section(_flow(home, texts)),
        *section(card for battery in home.batteries for card in _battery(battery, texts)),
    ]
    title = texts.get("views", "now")
    return view(title, "now", sections, badges=list(_badges(home, texts)))


def _first(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    """Yield what has to fit the first screen of a phone."""
    yield from _alerts(home, texts)
    yield from _sentence(home)
    yield from _buttons(home, texts)
    yield from _savings(home, texts)


def _badges(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    known = home.of_plan.get
    yield from badge(known("colour_today"), texts.get("labels", "today"), show_entity_picture=True)
    yield from badge(
        known("colour_tomorrow"), texts.get("labels", "tomorrow"), show_entity_picture=True
    )
    yield from badge(known("price"))
    yield from badge(known("plan_state"))
    for battery in home.batteries:
        by = battery.entities.get("commanded_by")
        if by is not None:
            silent = [is_state(by, CommandedBy.OUT_OF_REACH)]
            yield from badge(by, battery.name, color="red", visibility=silent)


def _alerts(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    """Yield the repairs of Home Assistant and the problem of the plan, which hide without one."""
    yield full_width({"type": "repairs", "hide_empty": True})
    problem = home.of_plan.get("plan_problem")
    if problem is not None:
        yield from tile(
            problem,
            texts.get("labels", "problem"),
            color="red",
            visibility=[is_state(problem, "on")],
            grid_options={"columns": "full"},
        )


def _sentence(home: Inventory) -> Iterable[Card]:
    """Yield the sentence of the plan; names in it come from people, so that markup is escaped."""
    sentence = home.of_plan.get("plan_summary")
    if sentence is not None:
        content = f"{{{{ states('{sentence}') | e }}}}"
        yield full_width({"type": "markdown", "content": content, "text_only": True})


def _buttons(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    known, label = home.of_plan.get, texts.sections["buttons"]
    automatic, back, state = known("automatic_control"), known("hand_back"), known("plan_state")
    if automatic is not None:
        toggle = {
            "action": "toggle",
            "confirmation": {"text": texts.get("confirmations", "automatic")},
        }
        yield button(
            automatic, label["automatic"], "mdi:robot", toggle, hide_state=False, color="green"
        )
    if back is not None:
        press = perform("button.press", entity_id=back)
        yield button(back, label["hand_back"], "mdi:account-arrow-left", press, color="primary")
    yield from _charge_buttons(home, texts)
    if state is not None:
        yield button(
            state,
            label["pause"],
            "mdi:pause",
            perform("marstek.pause", texts.get("confirmations", "pause")),
            visibility=[is_not_state(state, ControlState.PAUSED)],
        )
        yield button(
            state,
            label["resume"],
            "mdi:play",
            perform("marstek.resume"),
            color="amber",
            visibility=[is_state(state, ControlState.PAUSED)],
        )


def _charge_buttons(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    """Yield the button that charges all batteries; in red peak hours its question names the price."""
    known = home.of_plan.get
    entity_id = known("total_soc") or next(
        (each.entities["soc"] for each in home.batteries if "soc" in each.entities), None
    )
    if entity_id is None or not home.device_ids:
        return

    def charge(question: str, **more: object) -> Card:
        tap = perform("marstek.charge", question, device_id=home.device_ids, target=100)
        name = texts.get("buttons", "charge")
        return button(entity_id, name, "mdi:battery-charging-high", tap, **more)

    plain = texts.get("confirmations", "charge")
    colour, off_peak = known("colour_today"), known("off_peak")
    if home.plan is None or home.plan.tariff is not Tariff.TEMPO or not (colour and off_peak):
        yield charge(plain)
        return
    price = home.plan.settings.tempo_prices.of(Colour.RED, off_peak=False)
    red = texts.get(
        "confirmations", "charge_red", price=f"{texts.price(price)} {home.currency}/kWh"
    )
    yield charge(
        plain, visibility=[any_of(is_not_state(colour, Colour.RED), is_state(off_peak, "on"))]
    )
    yield charge(
        red, color="red", visibility=[is_state(colour, Colour.RED), is_state(off_peak, "off")]
    )


def _flow(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    if not home.batteries:
        return
    yield heading(texts.get("headings", "flow"), "mdi:transmission-tower")
    yield full_width(flow_card(home))
    if home.plan is not None:
        yield full_width({"type": TIMELINE})


def flow_card(home: Inventory) -> Card:
    """Return the card of the power flow, with the readings that there are."""
    card: Card = {
        "type": FLOW,
        "batteries": [
            {
                "name": each.name,
                **{
                    option: each.entities[key]
                    for option, key in (
                        ("soc", "soc"),
                        ("power", "battery_power"),
                        ("commanded_by", "commanded_by"),
                    )
                    if key in each.entities
                },
            }
            for each in home.batteries
        ],
    }
    meters = [
        each.entities["grid_power"] for each in home.batteries if "grid_power" in each.entities
    ]
    if home.plan is not None and home.plan.grid_sensor is not None:
        card["grid"] = home.plan.grid_sensor
    elif meters:
        # Batteries that have a meter share that of the home.
        card["grid"] = meters[0]
    if "meter_verdict" in home.of_plan:
        card["meter"] = home.of_plan["meter_verdict"]
    suns = [each.entities["pv_power"] for each in home.batteries if "pv_power" in each.entities]
    if suns:
        card["solar"] = suns
    return card


def _battery(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    known = battery.entities.get
    yield heading(battery.name, "mdi:battery", path=battery.path)
    yield from tile(
        known("soc"),
        texts.get("labels", "soc"),
        features=[{"type": "bar-gauge", "min": 0, "max": 100}],
        tap_action={"action": "navigate", "navigation_path": battery.path},
    )
    yield from tile(
        known("battery_power"),
        texts.get("labels", "power"),
        features=[{"type": "trend-graph", "hours_to_show": 24}],
    )
    yield from tile(known("commanded_by"), texts.get("labels", "commanded_by"))
    yield from tile(known("mode"), texts.get("labels", "mode"))


def _savings(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    known = home.of_plan.get
    for key in ("saved_today", "saved_season"):
        yield from tile(known(key), texts.get("labels", key), color="green")

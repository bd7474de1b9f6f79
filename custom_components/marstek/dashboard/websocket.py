"""Websocket commands of the dashboard: its layout and texts, and the data of its cards.

A person who may not read the plan's state is refused; nothing here asks a battery or a source.
"""

import datetime as dt
from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN, Tariff
from ..plan.preview import with_tomorrow
from ..plan.runtime import Plan
from ..plan.wording import Wording
from ..runtime import async_loaded_plan
from ..tempo import Colour, tempo_day
from ..texts import async_load_texts
from .feed import MakeFeedMessage, PlanFeed, async_check_may_read
from .history import LONGEST_HOURS, async_history
from .inventory import async_inventory
from .layout import layout
from .page_module import async_build
from .plan_message import plan_message, preview_message
from .schedule import async_subscribe_schedule, async_write_schedule
from .season_message import season_message
from .texts import async_dashboard_texts, known_language
from .views.now import flow_card

_LANGUAGE: Final = "language"
_MOST_NAMES: Final = 20
_SHORT: Final = vol.All(cv.string, vol.Length(max=64))
_NAMES: Final = vol.All(cv.ensure_list, vol.Length(max=_MOST_NAMES), [_SHORT])


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (
        _async_config,
        _async_texts,
        _async_flow,
        _async_subscribe_plan,
        _async_subscribe_season,
        _async_preview,
        _async_send_history,
        async_subscribe_schedule,
        async_write_schedule,
    ):
        async_register_command(hass, command)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/dashboard/config",
        vol.Optional(_LANGUAGE, default="en"): _SHORT,
        vol.Optional("build", default=""): _SHORT,
        vol.Optional("hidden_views", default=list): _NAMES,
        vol.Optional("entry", default=list): _NAMES,
    }
)
@async_response
async def _async_config(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the layout, and whether the module of the page is older than this version."""
    texts = await async_dashboard_texts(hass, message[_LANGUAGE])
    home = async_inventory(hass, message["entry"])
    config = layout(home, texts, message["hidden_views"])
    build = async_build(hass)
    outdated = bool(message["build"]) and build is not None and message["build"] != build
    reload = texts.get("messages", "reload") if outdated else None
    connection.send_result(message["id"], {"config": config, "reload": reload})


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/dashboard/texts",
        vol.Optional(_LANGUAGE, default="en"): _SHORT,
    }
)
@async_response
async def _async_texts(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the texts of the cards."""
    texts = await async_dashboard_texts(hass, message[_LANGUAGE])
    connection.send_result(message["id"], {"language": texts.language, **texts.sections["cards"]})


@websocket_command({vol.Required("type"): f"{DOMAIN}/dashboard/flow"})
@callback
def _async_flow(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send the entities of the power flow, for a card that names none."""
    connection.send_result(message["id"], flow_card(async_inventory(hass)))


def _follow_plan(
    hass: HomeAssistant,
    connection: ActiveConnection,
    message: dict[str, Any],
    make: MakeFeedMessage,
) -> None:
    """Subscribe a page to what is made of the plan."""
    connection.send_result(message["id"])
    PlanFeed(hass, connection, message["id"], make).async_start()


async def _async_wording(hass: HomeAssistant, language: str) -> Wording:
    known = known_language(language)
    return Wording(await async_load_texts(hass, known), known)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/plan/subscribe",
        vol.Optional(_LANGUAGE, default="en"): _SHORT,
    }
)
@async_response
async def _async_subscribe_plan(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the timeline of the plan now and whenever it changes."""
    async_check_may_read(hass, connection)
    wording = await _async_wording(hass, message[_LANGUAGE])

    def make(plan: Plan) -> dict[str, Any]:
        return plan_message(plan, wording)

    _follow_plan(hass, connection, message, make)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/tempo/season",
        vol.Optional("season"): vol.All(int, vol.Range(min=2014, max=2100)),
    }
)
@callback
def _async_subscribe_season(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the days of a season now and whenever a colour becomes known."""
    async_check_may_read(hass, connection)

    def make(plan: Plan) -> dict[str, Any]:
        return season_message(plan, message.get("season"))

    _follow_plan(hass, connection, message, make)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/plan/preview",
        vol.Required("tomorrow"): vol.In([colour.value for colour in Colour]),
        vol.Optional(_LANGUAGE, default="en"): _SHORT,
    }
)
@async_response
async def _async_preview(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send what the plan would be if tomorrow had another colour."""
    async_check_may_read(hass, connection)
    plan = async_loaded_plan(hass)
    if plan is None or plan.tariff.settings.tariff is not Tariff.TEMPO:
        connection.send_error(message["id"], "not_tempo", "There is no plan of Tempo")
        return
    colour, now = Colour(message["tomorrow"]), dt_util.utcnow()
    plan_maker = plan.control.plan_maker
    tariff = plan.tariff
    context = with_tomorrow(plan_maker.context(now), colour, tariff.settings, tariff.export)
    made = await plan_maker.async_preview(context)
    wording = await _async_wording(hass, message[_LANGUAGE])
    tomorrow = tempo_day(now) + dt.timedelta(days=1)
    preview = preview_message(plan, wording, made.steps, tomorrow, colour)
    connection.send_result(message["id"], preview)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/history",
        vol.Optional("hours", default=48): vol.All(
            vol.Coerce(float), vol.Range(min=1, max=LONGEST_HOURS)
        ),
    }
)
@async_response
async def _async_send_history(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send measured states of charge of at most three days."""
    series = await async_history(hass, async_inventory(hass), connection, message["hours"])
    connection.send_result(message["id"], {"series": series})

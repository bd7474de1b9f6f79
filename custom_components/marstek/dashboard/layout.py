"""Layout of the dashboard for one person: pages of what the home has, in a language (pure)."""

from collections.abc import Collection
from typing import Any

from .cards import Card, full_width, section, view
from .inventory import Inventory
from .texts import DashboardTexts
from .views.battery import battery_view
from .views.energy import energy_view
from .views.log import log_view
from .views.now import now_view
from .views.plan import plan_view
from .views.tariff import tariff_view


def layout(home: Inventory, texts: DashboardTexts, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return the configuration of the dashboard without the pages whose paths are `hidden`."""
    if not home.batteries and home.plan is None:
        return {"views": [_empty(texts)]}
    pages = [
        now_view(home, texts),
        plan_view(home, texts),
        tariff_view(home, texts),
        energy_view(home, texts),
        log_view(home, texts),
    ]
    shown = [page for page in pages if page is not None and page["path"] not in hidden]
    subviews = [battery_view(battery, texts) for battery in home.batteries]
    return {"title": texts.get("dashboard", "title"), "views": [*shown, *subviews]}


def _empty(texts: DashboardTexts) -> Card:
    content = texts.get("messages", "empty")
    card = full_width({"type": "markdown", "content": content})
    return view(texts.get("dashboard", "title"), "now", section([card]))

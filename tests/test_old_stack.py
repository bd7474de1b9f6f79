"""The table of docs/old-stack.md: what it names exists."""

from pathlib import Path
import re

from homeassistant import components
from homeassistant.util.yaml import load_yaml
import pytest

from custom_components.marstek.actions import ACTIONS
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import Alert, Kind
from tests.test_repository import INTEGRATION, ROOT, read_json

PAGE = (ROOT / "docs" / "old-stack.md").read_text(encoding="utf-8")
NOW = [line.split(" | ", 1)[1] for line in PAGE.splitlines() if line.startswith("| ")]
CORE = Path(components.__file__ or "").parent
# Written where a part of a name of Home Assistant's frontend is meant.
OF_HOME_ASSISTANT = {
    *("Add integration", "Reconfigure", "Configure", "History", "Logbook", "Calendar"),
    *("Connectivity", "Enable debug logging", "Download diagnostics", "… takes part"),
    "Configure → Notifications",
}
# Routes, containers, jobs, notices, settings and tables that the old stack had.
BEFORE = (
    *("postgres", "redis", "backend", "worker", "ui (", "discover_batteries.py", "GET /`"),
    *("/health`", "/health/startup", "/health/live", "/health/ready", "/metrics"),
    *("/batteries`", "/{id}/status", "`/status` of all", "/{id}/refresh", "/discover`", "PATCH"),
    *("/{id}/mode", "/history/power", "/connectivity/history", "/modes/current", "/modes/auto"),
    *("/modes/manual", "/modes/override", "GET /api/v1/schedules", "POST /api/v1/schedules"),
    *("PUT /{id}", "DELETE /api/v1/schedules", "/tempo/today", "/tomorrow", "/tempo/calendar"),
    *("/tempo/precharge", "/tempo/remaining", "/config/tempo", "/config/{key}", "06:00", "22:00"),
    *("12:30", "every five minutes", "backup", "mode switched", "red day tomorrow", "battery full"),
    *("low state of charge", "hot", "all batteries offline", "addresses and ports", "contract"),
    *("Telegram token", "Redis addresses", "log level", "time zone", "`batteries`", "indexes"),
    *("battery_status_logs", "schedule_configs", "app_config", "APScheduler", "connection pool"),
    *("rate limits", "CORS", "structured logs", "circuit breaker", "graceful shutdown"),
    *("Prometheus metrics", "bug reports", "prediction models", "firmware updates"),
)


def named_actions() -> set[str]:
    """Return the actions that the page names."""
    domains = (DOMAIN, "button", "select", "switch", "number", "time", "calendar", "logger")
    return set(re.findall(rf"`((?:{'|'.join(domains)})\.[a-z_]+)`", PAGE))


@pytest.mark.parametrize("name", sorted(named_actions()))
def test_each_action_exists(name: str) -> None:
    """An action of ours is registered; one of Home Assistant is described by it."""
    domain, action = name.split(".")
    if domain == DOMAIN:
        assert action in {each.name for each in ACTIONS}
    else:
        described = load_yaml(str(CORE / domain / "services.yaml"))
        assert isinstance(described, dict)
        assert action in described


def test_the_page_names_most_actions() -> None:
    """A page without actions would pass the test above."""
    assert len([name for name in named_actions() if name.startswith(f"{DOMAIN}.")]) >= 15


@pytest.mark.parametrize("part", BEFORE)
def test_each_part_of_before_has_a_row(part: str) -> None:
    """Nothing of the old stack is left out."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert any(part in line.split(" | ")[0] for line in rows)


def test_names_of_entities_and_forms_exist() -> None:
    """What stands in italics is a name of the integration, or of Home Assistant."""
    names = set[str]()

    def collect(tree: object) -> None:
        for value in tree.values() if isinstance(tree, dict) else ():
            if isinstance(value, str):
                names.add(value)
            collect(value)

    collect(read_json(INTEGRATION / "translations" / "en.json"))
    italics = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", "\n".join(NOW)))
    unknown = {each for each in italics if each not in names and "Settings →" not in each}
    assert unknown - OF_HOME_ASSISTANT == set()


def test_notices_are_those_that_are_sent() -> None:
    """A notice of before names the alerts and events of now."""
    section = PAGE.partition("## Notices")[2].partition("## Settings")[0]
    found = set(re.findall(r"`([a-z_]+)`", section))
    assert found
    assert found <= {*(each.value for each in Alert), *(each.value for each in Kind)}

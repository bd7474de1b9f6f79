"""Reports that are sent by themselves: when, to whom, and once."""

from collections.abc import Iterator
import datetime as dt
import json
from pathlib import Path
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.records.downloads import async_downloads
from custom_components.marstek.savings import Exchange
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(autouse=True)
def _seldom() -> Iterator[None]:
    """Spare what only looks: these tests wait for days."""
    with uneventful():
        yield


def mailbox(home: PlanHome) -> list[tuple[str, str, str]]:
    """Return the messages that a notify entity gets: when, title and text."""
    got: list[tuple[str, str, str]] = []

    async def take(call: ServiceCall) -> None:
        got.append((f"{home.now:%d %H:%M}", call.data["title"], call.data["message"]))

    home.hass.services.async_register("notify", "send_message", take)
    home.hass.states.async_set("notify.mail", "unknown", {"friendly_name": "Mail"})
    return got


def notify(report: str | None, **more: Any) -> dict[str, Any]:
    """Return options that send reports only."""
    stored = {"notify_entities": ["notify.mail"], "kinds": [], **more}
    return {"notify": stored if report is None else {**stored, "report": report}}


def reports(got: list[tuple[str, str, str]]) -> list[str]:
    """Return when reports came, and their titles."""
    return [f"{when} {title}" for when, title, _ in got if title.startswith("Batteries")]


@at(2026, 3, 9, 20)
async def test_each_morning_the_day_before() -> None:
    """The first one comes after the first whole day; a restart repeats and loses none."""
    async with plan_home(count=1, options=notify("daily")) as home:
        got = mailbox(home)
        home.plan.savings.store.ledger.add(
            dt.date(2026, 3, 9), Exchange(avoided=1000), 300, (0.2, 0.0)
        )
        await home.until(7, 30)
        assert reports(got) == []
        await home.until(9)
        assert reports(got) == ["10 08:00 Batteries on 2026-03-09"]
        assert "Saved: " in got[-1][2]
        await home.restart()
        got = mailbox(home)
        await home.until(7, 50)
        assert reports(got) == []
        await home.restart(pause=1800)
        got = mailbox(home)
        await home.until(9)
        (report,) = reports(got)
        assert report.endswith("Batteries on 2026-03-10")


@pytest.mark.long
@at(2026, 3, 15, 21, 50)
async def test_each_monday_the_week_before() -> None:
    """A week ends with Sunday; quiet hours go before, and nobody is sent two."""
    options = notify("weekly", quiet_start="22:00:00", quiet_end="09:30:00")
    async with plan_home(count=1, options=options) as home:
        got = mailbox(home)
        await home.until(9, 20)
        assert reports(got) == []
        await home.until(11)
        assert reports(got) == ["16 09:30 Batteries from 2026-03-09 to 2026-03-15"]
        await home.until(11)
        assert len(reports(got)) == 1


@at(2026, 3, 30, 20)
async def test_no_report_without_the_option() -> None:
    """Who wants none gets none; the choice of one later sends nothing of the past."""
    async with plan_home(count=1, options=notify(None)) as home:
        got = mailbox(home)
        await home.until(11)
        home.set_options(**notify("monthly"))
        await home.minutes(5)
        assert reports(got) == []
        await home.until(11)
        assert reports(got) == ["01 08:00 Batteries from 2026-03-01 to 2026-03-31"]


@at(2026, 3, 9, 20)
async def test_a_damaged_file_of_the_last_report() -> None:
    """What can't be read is left out; the next report is that of the next day."""
    async with plan_home(count=1, options=notify("daily")) as home:
        path = (
            Path(home.hass.config.config_dir)
            / ".storage"
            / f"{DOMAIN}.{home.entry.entry_id}.report"
        )
        await home.stop()
        frame = {"version": 1, "minor_version": 1, "key": path.name}
        path.write_text(json.dumps({**frame, "data": {"sent": "soon"}}))
        await home.start()
        got = mailbox(home)
        await home.until(9)
        assert reports(got) == ["10 08:00 Batteries on 2026-03-09"]


@at(2026, 3, 9, 20)
async def test_phones_get_a_picture() -> None:
    """It has an address that each of them can use once; a mailbox gets the text alone."""
    async with plan_home(count=1) as home:
        mails, calls = mailbox(home), list[dict[str, Any]]()

        async def take(call: ServiceCall) -> None:
            calls.append(dict(call.data))

        home.hass.services.async_register("notify", "mobile_app_pixel", take)
        other = MockConfigEntry(domain="mobile_app")
        other.add_to_hass(home.hass)
        phone = dr.async_get(home.hass).async_get_or_create(
            config_entry_id=other.entry_id, identifiers={("mobile_app", "x")}, name="Pixel"
        )
        ledger = home.plan.savings.store.ledger
        for day in (8, 9):
            ledger.add(dt.date(2026, 3, day), Exchange(avoided=1000), 300, (0.2, 0.0))
        home.set_options(**notify("daily", phones={phone.id: "Pixel"}))
        await home.until(8, 5)
        (call,) = calls
        assert call["title"] == "Batteries on 2026-03-09"
        assert call["data"]["tag"] == "marstek_report"
        assert len(reports(mails)) == 1
        downloads = async_downloads(home.hass)
        token = call["data"]["image"].partition("?")[0].rpartition("/")[2]
        found = await downloads.async_take(token)
        assert found is not None
        assert found[0].startswith(b"\x89PNG")
        assert await downloads.async_take(token) is None

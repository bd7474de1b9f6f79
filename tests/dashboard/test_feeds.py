"""Data of the cards: the timeline, the season and the history, as a page receives them."""

from collections.abc import Mapping
import datetime as dt
from typing import Any

from homeassistant.auth.permissions import OwnerPermissions, PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.const import Tariff
from custom_components.marstek.dashboard.feed import NO_PLAN, PlanFeed, async_check_may_read
from custom_components.marstek.dashboard.history import MOST_POINTS, points_of, thinned
from custom_components.marstek.dashboard.plan_message import plan_message, shown_span
from custom_components.marstek.dashboard.season_message import season_message
from custom_components.marstek.dashboard.websocket import _async_wording
from custom_components.marstek.plan.runtime import Plan
from custom_components.marstek.tempo import PARIS, Colour
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


class _User:
    """A person with permissions."""

    def __init__(self, permissions: Any) -> None:
        self.permissions = permissions


class Page:
    """The connection of a page that is open."""

    def __init__(self, permissions: Any = OwnerPermissions) -> None:
        """Belong to the owner of the home, who may read all."""
        self.user = _User(permissions)
        self.subscriptions: dict[int, Any] = {}
        self.received: list[Mapping[str, Any]] = []

    def send_message(self, message: Mapping[str, Any]) -> None:
        """Note what arrives."""
        assert message["type"] == "event"
        self.received.append(message["event"])


async def timeline(home: PlanHome, language: str = "en") -> dict[str, Any]:
    """Return what the timeline shows now."""
    return plan_message(home.plan, await _async_wording(home.hass, language))


async def follow(home: PlanHome) -> tuple[PlanFeed, Page]:
    """Return a feed of the timeline and the page that receives it."""
    wording, page = await _async_wording(home.hass, "en"), Page()

    def make(plan: Plan) -> dict[str, Any]:
        return plan_message(plan, wording)

    feed = PlanFeed(home.hass, page, 7, make)  # type: ignore[arg-type]
    feed.async_start()
    return feed, page


def moment(seconds: float) -> str:
    """Return a moment by the clock of Paris."""
    return dt.datetime.fromtimestamp(seconds, PARIS).strftime("%d %H:%M")


@at(2026, 3, 12, 21)
async def test_the_timeline_of_the_eve_of_a_red_day() -> None:
    """It reaches from yesterday 18:00 to tomorrow 22:00, with colours, prices, steps and reasons."""
    async with plan_home() as home:
        await home.minutes(90)
        found = await timeline(home)
        assert (moment(found["start"]), moment(found["end"])) == ("11 18:00", "13 22:00")
        first, last = found["periods"][0], found["periods"][-1]
        assert first["start"] <= found["start"] < first["end"]
        assert last["end"] >= found["end"] > last["start"]
        days = [dt.date(2026, 3, day) for day in (11, 12, 13)]
        assert {each["colour"] for each in found["periods"]} == {home.colours[day] for day in days}
        assert found["periods"][-1]["price"] == 0.7295
        charging = next(each for each in found["steps"] if each["action"] == "charge")
        assert charging["reason"] == "Tomorrow is red"
        assert charging["power"] < 0
        assert charging["soc"] == 100
        past = [each["action"] for each in found["past"]]
        assert past[0] == "auto"
        assert past[-1] == "charge"
        french = await timeline(home, "fr")
        assert "Demain est rouge" in {each["reason"] for each in french["steps"]}


@at(2026, 3, 12, 21)
async def test_a_page_is_sent_changes_only() -> None:
    """A page hears of each change once, of a plan that goes and comes back, and nothing when closed."""
    async with plan_home() as home:
        await home.minutes(10)
        feed, page = await follow(home)
        assert page.received[0]["state"] == "self_consumption"
        await home.minutes(90)
        states = [message["state"] for message in page.received]
        assert states[-1] == "charging"
        assert all(
            one != other for one, other in zip(page.received, page.received[1:], strict=False)
        )
        entry_id = home.entry.entry_id
        assert await home.hass.config_entries.async_unload(entry_id)
        assert page.received[-1] == NO_PLAN
        assert await home.hass.config_entries.async_setup(entry_id)
        await home.minutes(2)
        assert page.received[-1]["plan"] is True
        feed.async_stop()
        count = len(page.received)
        home.announce(dt.date(2026, 3, 14), Colour.BLUE)
        await home.minutes(5)
        assert len(page.received) == count


@at(2026, 3, 12, 12)
async def test_looking_asks_no_battery() -> None:
    """While a page is open, batteries are asked no more often than without one."""
    async with plan_home() as home:
        await home.minutes(30)
        counts = []
        for looks in (False, True):
            before = sum(len(battery.exchanges) for battery in home.batteries)
            feed, _ = await follow(home)
            if not looks:
                feed.async_stop()
            for _ in range(6):
                await home.minutes(10)
                await timeline(home)
            feed.async_stop()
            counts.append(sum(len(battery.exchanges) for battery in home.batteries) - before)
        assert counts[1] <= counts[0] + 3


@at(2026, 3, 12, 21)
async def test_a_battery_that_does_not_follow_is_marked() -> None:
    """A night that was not followed is visible as such, with the name of the battery."""
    async with plan_home() as home:
        await home.minutes(30)
        home.batteries[0].faults.refused_writes = 1.0
        home.excused.add(home.batteries[0].spec.ble_mac)
        await home.minutes(120)
        found = await timeline(home)
        marked = [each for each in found["past"] if each["failing"]]
        assert marked
        assert marked[-1]["failing"] == [home.shown.members[home.batteries[0].spec.ble_mac]]
        home.batteries[0].faults.refused_writes = 0.0
        await home.minutes(30)


@pytest.mark.parametrize("tariff", [Tariff.FIXED, Tariff.DYNAMIC])
def test_the_timeline_of_other_tariffs(tariff: Tariff) -> None:
    """Other tariffs have a timeline without colours, and no season."""

    @at(2026, 3, 12, 12)
    async def run() -> None:
        async with plan_home(tariff=tariff, count=1) as home:
            await home.minutes(10)
            found = await timeline(home)
            assert found["tariff"] == tariff
            assert {each["colour"] for each in found["periods"]} == {None}
            assert any(each["off_peak"] for each in found["periods"])
            assert {each["export_price"] for each in found["periods"]} == {None}
            assert season_message(home.plan, None) == {"season": None}
            noon = {"windows": [["11:00", "15:00"]], "days": [], "months": [], "value": -0.01}
            home.set_options(export_kind="hours", export_hours=[noon], feed_in=0.06)
            await home.minutes(1)
            found = await timeline(home)
            earned = {moment(each["start"]): each["export_price"] for each in found["periods"]}
            assert (earned["12 11:00"], earned["12 15:00"], earned["13 11:00"]) == (
                -0.01,
                0.06,
                -0.01,
            )

    run()


@at(2026, 3, 12, 12)
async def test_the_season() -> None:
    """The running season has its days with their source, counts left and prices."""
    async with plan_home(count=1) as home:
        await home.minutes(5)
        found = season_message(home.plan, None)
        assert found["season"] == 2025
        assert found["today"] == "2026-03-12"
        days = {day: colour for day, colour, *_ in found["days"]}
        assert days["2026-03-13"] == "red"
        assert {source for _, _, source, *_ in found["days"]} == {"rte"}
        reds = sum(colour == "red" for colour in days.values())
        assert found["left"]["red"] == max(0, found["total"]["red"] - reds)
        # The prices that are known hold from August 2026 on.
        assert {tuple(row[4:]) for row in found["days"]} == {(None, None)}
        # A season that nothing is known of is not one that can be asked for.
        assert season_message(home.plan, 2019)["season"] == 2025


@at(2026, 11, 10, 12)
async def test_prices_of_days() -> None:
    """Each day has the prices that held on it."""
    days = {dt.date(2026, 11, 10): Colour.RED, dt.date(2026, 11, 11): Colour.BLUE}
    async with plan_home(count=1, days=days) as home:
        await home.minutes(5)
        found = season_message(home.plan, None)
        prices = {row[0]: row[4:] for row in found["days"]}
        assert prices["2026-11-10"] == [0.1615, 0.7295]
        assert prices["2026-11-11"] == [0.1356, 0.1654]


@given(
    moments=st.lists(st.floats(0, 3600 * 72), max_size=3000),
    values=st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1, max_size=50),
)
def test_history_is_bounded(moments: list[float], values: list[float | None]) -> None:
    """However often a battery reports, a page is sent a bounded number of points, in order."""
    points = [(each, values[number % len(values)]) for number, each in enumerate(sorted(moments))]
    found = thinned(points, 0, 3600 * 72)
    assert len(found) <= 2 * (MOST_POINTS + 1)
    assert found == sorted(found, key=lambda point: point[0])
    assert set(found) <= set(points)
    if points:
        assert found[-1][0] == points[-1][0]


def test_what_is_no_number_is_a_gap() -> None:
    """Unavailable, unknown and endless values are gaps; the first point begins with the span."""
    start = dt_util.utcnow()
    states = [
        State("sensor.a", value, last_changed=start + dt.timedelta(seconds=number * 60 - 30))
        for number, value in enumerate(["50", "unavailable", "inf", "nan", "51.26"])
    ]
    found = points_of(states, start)
    assert [value for _, value in found] == [50.0, None, None, None, 51.3]
    assert found[0][0] == start.timestamp()


@given(st.integers(1_400_000_000, 1_900_000_000))
def test_the_span_holds_now(seconds: int) -> None:
    """Whatever the clock does, the span begins yesterday evening and ends tomorrow evening."""
    now = dt.datetime.fromtimestamp(seconds, dt.UTC)
    start, end = shown_span(now, PARIS)
    assert start < now < end
    assert dt.timedelta(hours=50) < end - start < dt.timedelta(hours=54)


async def test_a_person_without_permission_is_refused(hass: HomeAssistant) -> None:
    """Who may not read the state of the plan is sent nothing."""
    registry = er.async_get(hass)
    entry = registry.async_get_or_create("sensor", "marstek", "plan_plan_state")
    lookup = PermissionLookup(registry, dr.async_get(hass))
    for allowed in (True, False):
        policy: Any = {"entities": {"entity_ids": {entry.entity_id: {"read": True}}}}
        page = Page(PolicyPermissions(policy if allowed else {}, lookup))
        if allowed:
            async_check_may_read(hass, page)  # type: ignore[arg-type]
        else:
            with pytest.raises(Unauthorized):
                async_check_may_read(hass, page)  # type: ignore[arg-type]

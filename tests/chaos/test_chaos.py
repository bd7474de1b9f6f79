"""A day of chaos in two homes; months of it by `scripts/chaos`."""

import asyncio
from datetime import UTC, date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import Tariff
from scripts.chaos_lib.calls import Calls
from scripts.chaos_lib.checks import Checks
from scripts.chaos_lib.life import Days, live
from scripts.chaos_lib.world import World
from tests.support.plan_home import at, plan_home
from tests.support.variants import variants
from tests.support.virtual_time import run

pytestmark = pytest.mark.usefixtures("socket_enabled")

PARIS = ZoneInfo("Europe/Paris")


def lived(first: date, seed: int, tariff: Tariff) -> Days:
    """Live through a day."""

    async def life() -> Days:
        return [days async for days in live(first, 1, 2, seed, tariff=tariff)][-1]

    return run(datetime.combine(first, time(12), PARIS).astimezone(UTC), life())


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("first", "seed", "tariff"),
    variants(
        [(date(2026, 1, 5), 11, Tariff.TEMPO), (date(2026, 3, 9), 12, Tariff.DYNAMIC)],
        quick=[(date(2026, 1, 5), 11, Tariff.TEMPO)],
    ),
)
def test_a_day_of_chaos(first: date, seed: int, tariff: Tariff) -> None:
    """All invariants hold, whatever happens; the first day is the eve of a red one."""
    days = lived(first, seed, tariff)
    assert days.wrong == [], "\n".join(days.trail)
    assert sum(days.events.values()) > 40
    assert days.calls > 10


@at(2026, 3, 9, 12, 0)
async def test_the_checks_can_fail() -> None:
    """Each of them notes what it is there for."""
    async with plan_home(count=1) as home:
        world = World(home, Random(1))
        checks = Checks(world)
        battery = home.batteries[0]
        await home.minutes(5)
        checks.look()
        assert home.guard.broken == []
        world.decisions.paused(None)
        checks.look()
        assert "the pause until None is forgotten" in home.guard.broken.pop()
        world.decisions.resumed()
        world.heard_at[battery.spec.ble_mac] = world.time - 1000
        checks._look_at_entities(battery)
        assert "of silence" in home.guard.broken.pop()
        world.heard_at[battery.spec.ble_mac] = world.time
        battery.set_battery(soc=2.0)
        checks._look_at_entities(battery)
        assert "% shown" in home.guard.broken.pop()
        home.place.entry(battery).runtime_data.parts.memory.wear.day = home.now.date()
        home.place.entry(battery).runtime_data.parts.memory.wear.writes = 200
        checks._look_at_wear(battery)
        assert "200 writes" in home.guard.broken.pop()


@at(2026, 3, 9, 12, 0)
async def test_an_entity_that_was_removed_is_not_missed() -> None:
    """Nobody is shown a state of charge whose entity somebody has taken away."""
    async with plan_home(count=1) as home:
        checks, battery = Checks(World(home, Random(1))), home.batteries[0]
        await home.minutes(5)
        entity = home.place.entity_id(battery, "sensor", "soc")
        er.async_get(home.hass).async_remove(entity)
        await home.minutes(1)
        checks.look_when_calm()
        assert home.guard.broken == []
        home.hass.states.async_set(home.place.entity_id(battery, "select", "mode"), "unavailable")
        checks.look_when_calm()
        assert "calm, and unavailable shown" in home.guard.broken.pop()


@at(2026, 3, 9, 12, 0)
async def test_calls_have_four_ends() -> None:
    """Done, refused in words, cancelled: all in time; anything else is wrong."""
    wrong: list[str] = []
    done: list[str] = []
    calls = Calls(wrong.append)

    async def take(seconds: float, error: Exception | None = None) -> None:
        await asyncio.sleep(seconds)
        if error is not None:
            raise error

    calls.start("done", take(1), lambda: done.append("done"))
    refusal = ServiceValidationError(translation_domain="marstek", translation_key="no_plan")
    calls.start("refused", take(1, refusal))
    calls.start("cancelled", take(30)).cancel()
    await asyncio.sleep(2)
    calls.look()
    assert (wrong, done) == ([], ["done"])
    assert (calls.made, calls.failed, calls.cancelled) == (3, 1, 1)
    calls.start("slow", take(70))
    calls.start("raw", take(1, ValueError("nan")))
    calls.start("untranslated", take(1, HomeAssistantError("x")))
    await asyncio.sleep(65)
    calls.look()
    assert [text.split()[0] for text in wrong] == ["raw", "untranslated", "slow"]
    await calls.cancel_all()

"""Nights with cells that are full, empty or derated where their state of charge does not say so."""

from dataclasses import replace
import datetime as dt

from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest

from custom_components.marstek.battery.issues import CLOCK_WRONG
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import Kind
from simulator import SimulatedBattery
from tests.support.home import specs_of
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

RED = dt.date(2026, 3, 13)
LONG = {"hours": 23, "minutes": 30}


def writes(home: PlanHome, battery: SimulatedBattery) -> int:
    """Return how often mode or slots of a battery were written."""
    return sum(item.method == "ES.SetMode" for item in battery.exchanges)


def has_clock_repair(home: PlanHome, battery: SimulatedBattery) -> bool:
    """Tell whether the clock of a battery is blamed."""
    issue_id = f"{CLOCK_WRONG}_{battery.spec.ble_mac}"
    return ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id) is not None


def device_of(home: PlanHome, battery: SimulatedBattery) -> str:
    """Return the id of a battery's device."""
    entry_id = home.place.entry(battery).entry_id
    return dr.async_entries_for_config_entry(dr.async_get(home.hass), entry_id)[0].id


@at(2026, 3, 12, 21, 40)
@pytest.mark.parametrize("full_at", [60.0, pytest.param(92.0, marks=pytest.mark.long)])
async def test_full_before_its_state_of_charge_says_so(full_at: float) -> None:
    """It is held with one message and few writes, and its clock is not blamed."""
    async with plan_home(soc=50, count=1) as home:
        battery = home.batteries[0]
        battery.faults.full_at = full_at
        await home.until(5, 40)
        assert writes(home, battery) <= 45
        assert [told.message for told in home.kinds(Kind.TAKES_NO_MORE)] != []
        assert len(home.kinds(Kind.TAKES_NO_MORE)) == 1
        assert home.kinds(Kind.CLOCK_WRONG) == []
        assert not has_clock_repair(home, battery)
        assert home.kinds(Kind.FAILED) == []
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]
        assert home.guard.mornings[RED] == [round(full_at)]
        await home.until(6, 15)
        assert writes(home, battery) <= 47


@at(2026, 3, 12, 12, 0)
@pytest.mark.parametrize(
    ("action", "knob", "target", "kind"),
    [
        ("charge", "full_at", 90, Kind.TAKES_NO_MORE),
        ("discharge", "empty_at", 20, Kind.GIVES_NO_MORE),
    ],
)
async def test_a_manual_run_that_the_cells_end(
    action: str, knob: str, target: int, kind: Kind
) -> None:
    """The plan says once why the run ended before its target, and that it commands again."""
    async with plan_home(soc=60, count=1) as home:
        battery = home.batteries[0]
        setattr(battery.faults, knob, 60.0)
        device = device_of(home, battery)
        await home.place.act(action, device_id=[device], power=1000, target=target, duration=LONG)
        await home.minutes(40)
        assert home.modes() == ["Auto"]
        assert ["60 %" in said.message for said in home.kinds(kind)] == [True]
        assert len(home.kinds(Kind.OVERRIDE_ENDED)) == 1
        started = home.kinds(Kind.OVERRIDE_STARTED)
        assert ["2026-03-13" in said.message for said in started] == [True]


@at(2026, 3, 12, 21, 40)
async def test_cells_that_rest_and_go_on() -> None:
    """A battery that rests between its packs is charged to the end of the night."""
    async with plan_home(soc=50, count=1) as home:
        battery = home.batteries[0]
        battery.faults.full_at = 60.0
        await home.until(0, 30)
        assert len(home.kinds(Kind.TAKES_NO_MORE)) == 1
        battery.faults.full_at = 0.0
        await home.until(6, 0, 30)
        assert home.guard.mornings[RED] == [100]
        assert len(home.kinds(Kind.TAKES_NO_MORE)) == 1


@at(2026, 3, 12, 21, 40)
async def test_one_of_three_gives_its_turn_away() -> None:
    """While one takes no more, the others are charged."""
    async with plan_home(soc=50) as home:
        home.batteries[0].faults.full_at = 60.0
        await home.until(0, 30)
        with uneventful():
            await home.until(5, 40)
        await home.until(6, 0, 30)
        assert home.guard.mornings[RED] == [60, 100, 100]
        assert not any(has_clock_repair(home, battery) for battery in home.batteries)


@at(2026, 3, 12, 21, 40)
async def test_full_from_the_start() -> None:
    """A battery that takes nothing at all is not blamed for its clock for longer than it takes to see."""
    async with plan_home(soc=60, count=1) as home:
        battery = home.batteries[0]
        battery.faults.full_at = 60.0
        await home.until(23, 30)
        assert not has_clock_repair(home, battery)
        await home.until(5, 40)
        assert not has_clock_repair(home, battery)
        assert writes(home, battery) <= 45
        assert len(home.kinds(Kind.TAKES_NO_MORE)) == 1
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]


@at(2026, 3, 12, 21, 40)
async def test_derated_cells() -> None:
    """A battery that takes less than it is told is left alone: nothing else steers it."""
    async with plan_home(soc=60, count=1) as home:
        battery = home.batteries[0]
        battery.faults.derated_to = 350.0
        await home.until(5, 40)
        assert home.kinds(Kind.FOREIGN_SLOTS) == []
        assert home.kinds(Kind.FAILED) == []
        assert writes(home, battery) <= 20
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]


@at(2026, 3, 12, 21, 40)
async def test_a_clock_that_runs_ahead_is_found_by_a_countdown() -> None:
    """Slots that end hours too early are told from full cells where our own clock is proven."""
    async with plan_home(soc=14, count=1) as home:
        battery = home.batteries[0]
        clock = home.plan.tariff.own_clock
        clock.compare(home.now, home.now)
        battery.faults.clock_offset = 3600.0 * 4
        await home.until(4, 0)
        assert has_clock_repair(home, battery)
        assert battery.state.mode == "Passive"
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]
        assert home.guard.mornings[RED] == [100]


@at(2026, 3, 12, 21, 40)
async def test_our_own_clock_an_hour_slow() -> None:
    """Batteries that end their slots in time are not charged on into red peak hours."""
    async with plan_home(soc=14) as home:
        await home.until(22, 0)
        home.place.clock.offset = dt.timedelta(hours=-1)
        await home.until(23)
        with uneventful():
            await home.until(4, 30)
        await home.until(6, 0)
        for _ in range(120):
            await home.minutes(1)
            assert min(home.powers()) >= -50, home.now
        await home.until(8, 30)
        assert home.modes() == ["Auto"] * 3
        # An hour of hold in peak hours is what such a clock costs; no charge.
        home.guard.broken = [text for text in home.guard.broken if "hold" not in text]


@at(2026, 3, 12, 21, 40)
@pytest.mark.parametrize(
    ("device", "firmware"), [("Venus A", 149), pytest.param("Venus D", 147, marks=pytest.mark.long)]
)
async def test_full_cells_of_a_model_with_solar_inputs(device: str, firmware: int) -> None:
    """The power of the cells tells, which is known at night: one message, few writes, others go on."""
    specs = [
        replace(spec, soc=50.0, packs=2 if number else 1)
        for number, spec in enumerate(specs_of(device, firmware, 2))
    ]
    async with plan_home(specs=specs) as home:
        battery = home.batteries[0]
        battery.faults.full_at = 60.0
        await home.until(5, 40)
        assert len(home.kinds(Kind.TAKES_NO_MORE)) == 1
        assert home.kinds(Kind.FAILED) == []
        assert home.kinds(Kind.CLOCK_WRONG) == []
        assert writes(home, battery) <= 45
        await home.until(6, 0, 30)
        assert home.guard.mornings[RED] == [60, 100]
        assert home.modes() == ["Auto", "Auto"]

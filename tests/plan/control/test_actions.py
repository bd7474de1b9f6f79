"""The actions of the plan, and what batteries then do."""

from datetime import datetime, timedelta
from itertools import pairwise

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest

from tests.support.owner import PARIS, Owner, at, owner


def clock(state: str) -> str:
    """Return a moment of an answer as the clock of Paris shows it."""
    return datetime.fromisoformat(state).astimezone(PARIS).strftime("%d %H:%M")


def device(me: Owner, number: int) -> str:
    """Return the device of a battery."""
    entry = me.home.entry(me.home.batteries[number])
    (found,) = dr.async_entries_for_config_entry(dr.async_get(me.home.hass), entry.entry_id)
    return found.id


async def refused(me: Owner, action: str, **data: object) -> ServiceValidationError:
    """Return why an action is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await me.call(action, **data)
    return caught.value


@at("2026-03-12 22:30")
async def test_pause_and_resume() -> None:
    """A pause hands all batteries back, and lasts until it is ended."""
    async with owner() as me:
        await me.call("pause")
        assert me.modes == ["Auto", "Auto"]
        assert me.see("sensor", "plan_state") == "paused"
        await me.wait(3600)
        assert me.modes == ["Auto", "Auto"]
        await me.call("resume")
        assert me.modes == ["Manual", "Manual"]
        assert me.see("sensor", "plan_state") == "charging"


@pytest.mark.parametrize(
    "end", [{"duration": "00:20:00"}, {"until": "2026-03-12 22:55:00"}], ids=["for", "until"]
)
def test_pause_ends_by_itself(end: dict[str, str]) -> None:
    """A pause with an end is over then."""

    @at("2026-03-12 22:30")
    async def scene() -> None:
        async with owner() as me:
            await me.call("pause", **end)
            await me.until("22:49")
            assert me.modes == ["Auto", "Auto"]
            await me.until("22:58")
            assert me.modes == ["Manual", "Manual"]

    scene()


@at("2026-03-12 22:30")
async def test_wrong_pause() -> None:
    """An end in the past, or two ends, are refused, and nothing is paused."""
    async with owner() as me:
        for data, key in (
            ({"until": "2026-03-12 22:00:00"}, "end_is_past"),
            ({"until": "2026-03-13 22:00:00", "duration": "01:00:00"}, "two_ends"),
        ):
            assert (await refused(me, "pause", **data)).translation_key == key
        assert me.see("sensor", "plan_state") == "charging"


@at("2026-03-12 20:30")
async def test_override_all() -> None:
    """Charging by day, at a power and for a time; then the plan has the batteries again."""
    async with owner() as me:
        answer = await me.ask("override", mode="charge", power=800, duration="01:00:00", target=90)
        assert clock(answer["until"]) == "12 21:31"
        assert answer["batteries"] == ["Venus E 3.0 0000", "Venus E 3.0 0001"]
        assert me.see("sensor", "plan_state") == "override"
        assert me.see("sensor", "plan_reason") == "override"
        assert me.powers == pytest.approx([-800, -800], abs=30)
        await me.until("21:36")
        assert me.modes == ["Auto", "Auto"]
        assert me.see("sensor", "plan_state") == "self_consumption"


@at("2026-03-13 18:00")
async def test_charging_in_red_peak_hours() -> None:
    """A person may charge at the dearest price, and is told what it costs."""
    async with owner() as me:
        answer = await me.ask("override", mode="charge", duration="00:30:00")
        assert answer["price"] == 0.7295
        assert answer["colour"] == "red"
        assert answer["off_peak"] is False
        assert answer["message"] == (
            "Electricity from the grid now costs 0.7295 EUR/kWh (Red, Peak hours)."
        )
        assert me.powers == pytest.approx([-1000, -1000], abs=30)


@at("2026-03-12 20:30")
async def test_override_one() -> None:
    """One battery holds until the off-peak hours begin, the other goes on as planned."""
    async with owner() as me:
        answer = await me.ask("override", mode="hold", device_id=[device(me, 1)])
        assert answer["batteries"] == ["Venus E 3.0 0001"]
        assert clock(answer["until"]) == "12 22:00"
        assert me.modes[0] == "Auto"
        assert me.powers[1] == 0
        await me.until("22:04")
        assert me.modes == ["Auto", "Auto"]


@at("2026-03-12 20:30")
async def test_discharge_to_a_floor() -> None:
    """Discharging ends at the floor, and the battery then stands."""
    async with owner(soc=40) as me:
        await me.call("override", mode="discharge", power=2000, floor=30, duration="01:30:00")
        assert me.powers == pytest.approx([2000, 2000], abs=40)
        await me.wait(3600)
        assert me.powers == [0, 0]
        found = [battery.state.soc for battery in me.home.batteries]
        assert found == pytest.approx([30, 30], abs=1)


@at("2026-03-12 20:30")
async def test_all_problems_are_told() -> None:
    """Whatever is wrong with an override is said at once, of every battery."""
    async with owner() as me:
        for data, key in (
            ({"mode": "charge", "power": 100, "device_id": device(me, 0)}, "out_of_range"),
            ({"mode": "charge", "target": 101}, "percentage_out_of_range"),
            ({"mode": "hold", "duration": "00:00:00"}, "invalid_duration"),
            ({"mode": "hold", "duration": {"days": 8}}, "invalid_duration"),
            ({"mode": "hold", "device_id": "nobody"}, "not_taking_part"),
        ):
            assert (await refused(me, "override", **data)).translation_key == key
        error = await refused(
            me, "override", mode="discharge", power=3000, floor=-1, duration="00:00:00"
        )
        assert error.translation_key == "several_problems"
        assert error.translation_placeholders is not None
        told = error.translation_placeholders["problems"]
        for part in ("3000 W is out of range for Venus E 3.0 0000", "3.0 0001", "-1 %", "7 days"):
            assert part in told
        assert me.modes == ["Auto", "Auto"]
        assert me.see("sensor", "plan_state") == "self_consumption"


@at("2026-03-12 20:30")
async def test_override_without_control() -> None:
    """What the plan does not command can't be overridden, which is said."""
    async with owner(automatic=False) as me:
        assert (await refused(me, "override", mode="hold")).translation_key == "not_in_control"
    async with owner() as me:
        for number in (0, 1):
            await me.use("switch", "turn_off", f"takes_part_02aabbcc000{number}")
        assert (await refused(me, "override", mode="hold")).translation_key == "no_participants"
        named = await refused(me, "override", mode="hold", device_id=device(me, 0))
        assert named.translation_key == "not_taking_part"
        assert named.translation_placeholders == {"name": "Venus E 3.0 0000"}


@at("2026-03-12 20:30")
async def test_resume_ends_an_override() -> None:
    """The plan takes back what was overridden."""
    async with owner() as me:
        await me.call("override", mode="hold")
        assert me.powers == [0, 0]
        await me.call("resume")
        assert me.modes == ["Auto", "Auto"]


@at("2026-03-12 22:30")
async def test_apply_now() -> None:
    """What was changed behind the plan's back is put right at once."""
    async with owner() as me:
        me.home.batteries[1].set_battery(mode="Auto")
        await me.call("apply_now")
        assert me.modes == ["Manual", "Manual"]


@at("2026-03-11 20:30")
async def test_preview() -> None:
    """What would happen if tomorrow were red? The plan itself stays as it is."""
    async with owner() as me:
        now = (await me.ask("preview"))["steps"]
        assert [step["action"] for step in now][:3] == ["auto", "auto", "hold"]
        assert all(one["end"] == other["start"] for one, other in pairwise(now))
        for colour, reason, action in (
            ("red", "red_tomorrow", "charge"),
            ("white", "white_tomorrow", "charge"),
            ("blue", "cheap_night", "hold"),
            ("unknown", "red_possible", "charge"),
        ):
            steps = (await me.ask("preview", tomorrow=colour))["steps"]
            (night,) = [step for step in steps if clock(step["start"]) == "11 22:05"]
            assert (night["reason"], night["action"]) == (reason, action)
        red = (await me.ask("preview", tomorrow="red", soc=95))["steps"]
        (night,) = [step for step in red if step["reason"] == "red_tomorrow"]
        assert clock(night["end"]) == "12 05:45"
        assert night["target"] == 100
        assert night["expected_soc"] == 100
        power = f"{night['power']:,}"
        assert night["text"] == f"Charging at {power} W to 100 %: tomorrow is red"
        assert me.see("sensor", "next_action") == "hold"


@at("2026-03-11 23:00")
async def test_preview_from_a_state_of_charge() -> None:
    """Nothing is to be charged into batteries that are full."""
    async with owner() as me:
        steps = (await me.ask("preview", tomorrow="red", soc=100))["steps"]
        assert steps[0]["reason"] == "target_reached"
        error = await refused_preview(me, soc=101)
        assert error.translation_key == "percentage_out_of_range"


async def refused_preview(me: Owner, **data: object) -> ServiceValidationError:
    """Return why a preview is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await me.ask("preview", **data)
    return caught.value


@at("2026-03-11 20:30")
async def test_preview_of_fixed_hours() -> None:
    """A tariff without colours has a plan too, but no red day to make up."""
    async with owner(tariff="fixed") as me:
        steps = (await me.ask("preview"))["steps"]
        assert "hold" in {step["action"] for step in steps}
        assert (await refused_preview(me, tomorrow="red")).translation_key == "not_tempo"


@at("2026-03-12 20:30")
async def test_override_outlives_a_restart() -> None:
    """An override goes on after Home Assistant was started anew."""
    async with owner() as me:
        await me.call("override", mode="hold", duration=timedelta(hours=1))
        await me.home.restart()
        await me.wait()
        assert me.see("sensor", "plan_state") == "override"
        assert me.powers == [0, 0]

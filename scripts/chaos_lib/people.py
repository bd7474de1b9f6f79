"""What people and automations ask for."""

import asyncio
from collections.abc import Coroutine
import datetime as dt
from typing import Any, Final

from custom_components.marstek.const import CONF_AUTOMATIC, CONF_RED_TARGET
from custom_components.marstek.plan.participants import loaded_batteries
from simulator import SimulatedBattery

from .world import World

_LAST_CHARGE: Final = dt.timedelta(hours=1)
"""Before the end of the off-peak hours: a person's own charge is over by then."""


async def choose(world: World) -> str:
    """Choose a mode by hand."""
    battery = world.any_battery()
    mode = world.rng.choice(("auto", "manual", "passive", "ai"))
    work = _select(world, battery, mode)
    world.commanded(battery)
    world.trouble(battery)
    world.calls.start(f"select {mode}", work, lambda: _left_to_hand(world, battery))
    return f"{battery.spec.ble_mac}: a person chooses {mode}"


def _left_to_hand(world: World, battery: SimulatedBattery) -> None:
    """Note that a battery is left to a person's mode, where the plan says that it is."""
    home, key = world.home, battery.spec.ble_mac
    if not home.is_running or not world.is_clock_right:
        return
    loaded = loaded_batteries(home.hass).get(key)
    commanded = None if loaded is None else loaded.parts.memory.commanded
    if commanded is not None and commanded.is_run and not commanded.is_endless:
        # Passive was on for a while already: another choice of it leaves that end as it is.
        return
    if key in home.control.memory.standing_back:
        world.decisions.hands[key] = world.boundary()


async def choose_and_cancel(world: World) -> str:
    """Choose a mode by a script that is stopped."""
    battery = world.any_battery()
    mode = world.rng.choice(("auto", "manual", "passive"))
    world.commanded(battery)
    world.trouble(battery)
    task = world.calls.start(f"select {mode}", _select(world, battery, mode))
    await asyncio.sleep(world.rng.uniform(0.05, 8))
    task.cancel()
    _forget_hand(world, battery)
    return f"{battery.spec.ble_mac}: a script chooses {mode} and is stopped"


def _forget_hand(world: World, battery: SimulatedBattery) -> None:
    """Judge no earlier choice once another call may have ended it."""
    world.decisions.hands.pop(battery.spec.ble_mac, None)


async def _select(world: World, battery: SimulatedBattery, mode: str) -> None:
    _forget_hand(world, battery)
    try:
        world.home.place.entity_id(battery, "select", "mode")
    except LookupError:
        return
    await world.home.place.call(battery, "select", "mode", option=mode)


async def flap(world: World) -> str:
    """Let an automation choose modes again and again."""
    battery, count = world.any_battery(), world.rng.choice((3, 40))
    world.trouble(battery, 5 * count)
    _forget_hand(world, battery)
    world.calls.start("a flapping automation", _flap(world, battery, count), is_call=False)
    return f"{battery.spec.ble_mac}: an automation calls {count} times"


async def _flap(world: World, battery: SimulatedBattery, count: int) -> None:
    for number in range(count):
        mode = ("auto", "manual")[number % 2]
        work = _by_automation(world, battery, mode)
        world.calls.start(f"automation selects {mode}", work)
        await asyncio.sleep(5)


async def _by_automation(world: World, battery: SimulatedBattery, mode: str) -> None:
    _forget_hand(world, battery)
    try:
        world.home.place.entity_id(battery, "select", "mode")
    except LookupError:
        return
    await world.home.place.call(battery, "select", "mode", by_automation=True, option=mode)


async def setpoint(world: World) -> str:
    """Set the power for Manual and Passive: never one that charges, which is a person's own."""
    battery, watts = world.any_battery(), world.rng.choice((0, 200, 2500, 9999, float("nan")))
    world.commanded(battery)
    world.trouble(battery)
    world.calls.start(f"setpoint {watts}", _set_power(world, battery, watts))
    return f"{battery.spec.ble_mac}: setpoint {watts}"


async def _set_power(world: World, battery: SimulatedBattery, watts: float) -> None:
    _forget_hand(world, battery)
    try:
        world.home.place.entity_id(battery, "number", "setpoint")
    except LookupError:
        return
    await world.home.place.call(battery, "number", "setpoint", value=watts)


def _act(world: World, name: str, **data: object) -> Coroutine[Any, Any, None]:
    return world.home.place.act(name, by_automation=world.rng.random() < 0.3, **data)


async def power_action(world: World) -> str:
    """Charge, discharge or hold a power for a while, or stop."""
    battery = world.any_battery()
    minutes = world.rng.choice((1, 10, 45))
    name = world.rng.choice(("charge", "discharge", "set_passive", "stop"))
    if name == "charge" and not _may_charge(world, minutes):
        name = "discharge"
    data: dict[str, object] = {"device_id": world.device_id(battery)}
    if name != "stop":
        data["duration"] = {"minutes": minutes}
    if name != "stop":
        data["power"] = world.rng.choice((50, 300, 2500, 40000))
    world.commanded(battery)
    world.trouble(battery, 60 * minutes)
    _forget_hand(world, battery)
    world.calls.start(name, _act(world, name, **data))
    return f"{battery.spec.ble_mac}: {name} {data}"


def _may_charge(world: World, minutes: float) -> bool:
    """Tell whether a charge would be over well before the peak hours."""
    home = world.home
    window = home.plan.tariff.settings.off_peak.current(home.now.astimezone(dt.UTC))
    end = home.now + dt.timedelta(minutes=minutes) + _LAST_CHARGE
    return window.is_off_peak and end < window.end and world.is_clock_right


async def schedule(world: World) -> str:
    """Write, clear or read the schedule inside a battery."""
    battery = world.any_battery()
    name = world.rng.choice(("set_schedule", "clear_schedule"))
    data: dict[str, object] = {"device_id": world.device_id(battery)}
    if name == "set_schedule":
        start = world.rng.randrange(7, 20)
        data["slots"] = [
            {"start": f"{start:02d}:00", "end": f"{start + 1:02d}:00", "power": 200, "days": "mon"}
        ]
        data["replace"] = world.rng.random() < 0.8
    world.commanded(battery)
    world.trouble(battery)
    _forget_hand(world, battery)
    world.calls.start(name, _act(world, name, **data))
    return f"{battery.spec.ble_mac}: {name}"


async def pause(world: World) -> str:
    """Pause the plan, for a while or until somebody resumes it."""
    hours = world.rng.choice((None, 0.2, 2, 9))
    if not world.is_clock_right:
        return "no pause: the clock is wrong"
    until = None if hours is None else world.home.now + dt.timedelta(hours=hours)
    with world.deciding():
        await world.home.control.async_pause(until and until.astimezone(dt.UTC))
        world.decisions.paused(until)
    world.decisions.hands.clear()
    world.trouble_all()
    return f"pause of {hours} h"


async def resume(world: World) -> str:
    """Hand everything to the plan."""
    with world.deciding():
        await world.home.control.async_resume()
        world.decisions.resumed()
    world.trouble_all()
    return "resume"


async def override(world: World) -> str:
    """Ask for something else than planned, but for a charge: it could last into red peak hours."""
    home = world.home
    if not home.control.is_in_control or not world.is_clock_right:
        return "no override: the plan is not in control"
    minutes = world.rng.choice((5, 50, 300))
    mode = world.rng.choice(("hold", "auto", "discharge"))
    data = {"mode": mode, "duration": {"minutes": minutes}}
    end = home.now + dt.timedelta(minutes=minutes)
    world.decisions.hands.clear()
    world.trouble_all(60 * minutes)
    world.calls.start(
        f"override {mode}",
        _act(world, "override", **data),
        lambda: world.decisions.overrides.append(end),
    )
    return f"override {mode} for {minutes} min"


async def automatic(world: World) -> str:
    """Switch automatic control."""
    is_on = world.rng.random() < 0.5
    world.home.set_options(**{CONF_AUTOMATIC: is_on})
    world.decisions.is_automatic = is_on
    world.decisions.hands.clear()
    world.trouble_all()
    return f"automatic control {is_on}"


async def options(world: World) -> str:
    """Change what the owner wants of red nights."""
    percent = world.rng.choice((70, 100))
    world.home.set_options(**{CONF_RED_TARGET: percent})
    world.trouble_all()
    return f"target {percent} %"

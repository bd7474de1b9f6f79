"""What happens to batteries, the network and Home Assistant."""

import asyncio
from contextlib import suppress
import datetime as dt
from typing import Final

from homeassistant.helpers import entity_registry as er

from custom_components.marstek.const import CONF_GRID_SENSOR, DOMAIN
from simulator import SimulatedBattery
from simulator.forgery import Impostor, claim, send_from
from tests.support.home import PORT

from .world import World

_STRANGER: Final = "127.0.0.66"
_GRID_KEY: Final = "grid"
_FAULTS: Final[tuple[dict[str, object], ...]] = (
    {"loss": 0.15},
    {"loss": 0.4},
    {"parse_errors": 0.1},
    {"late": 0.2},
    {"duplicates": 0.5},
    {"refused_writes": 0.3},
    {"lying_writes": 0.2},
    {"garbage": "any", "garbage_rate": 0.3},
    {"ct_lost": True},
    {"counters_stuck": True},
    {"counter_glitch": 0.2},
    {"loss": 0.15, "late": 0.05, "duplicates": 0.03, "refused_writes": 0.1},
)
# In s: drift, an hour or two of summer time or of another time zone, a clock that was never set.
_OFFSETS: Final = (0.0, -90.0, 90.0, 900.0, -3600.0, 3600.0, 7200.0, -6 * 3600.0, 100 * 86400.0)
_CELLS: Final = (
    ("full_at", (55.0, 80.0, 95.0)),
    ("empty_at", (25.0, 60.0)),
    ("derated_to", (120.0, 350.0)),
)


async def fault(world: World) -> str:
    """Turn a knob of a battery for a while."""
    battery, knobs = world.any_battery(), world.rng.choice(_FAULTS)
    minutes = world.rng.choice((3, 20, 90))
    for name, value in knobs.items():
        battery.faults.set(name, value)
    world.trouble(battery, 60 * minutes)
    world.later(60 * minutes, lambda: _heal(battery, knobs))
    return f"{battery.spec.ble_mac}: {knobs} for {minutes} min"


def _heal(battery: SimulatedBattery, knobs: dict[str, object]) -> None:
    defaults = type(battery.faults)()
    for name in knobs:
        setattr(battery.faults, name, getattr(defaults, name))


async def cells(world: World) -> str:
    """Let the cells be full, empty or derated where the state of charge does not say so."""
    battery = world.any_battery()
    name, values = world.rng.choice(_CELLS)
    value = world.rng.choice((0.0, *values))
    battery.faults.set(name, value)
    world.trouble(battery)
    return f"{battery.spec.ble_mac}: {name} {value:g}"


async def battery_clock(world: World) -> str:
    """Set the clock of one battery wrong for hours, as without the vendor's cloud, or right."""
    battery = world.any_battery()
    seconds = world.rng.choice(_OFFSETS)
    battery.faults.set("clock_offset", seconds)
    world.trouble(battery)
    return f"{battery.spec.ble_mac}: clock {seconds / 60:+g} min"


async def darken(world: World) -> str:
    """Let a battery, or all, be silent for a while."""
    minutes = world.rng.choice((1, 6, 30, 150))
    chosen = world.home.batteries if world.rng.random() < 0.2 else [world.any_battery()]
    for battery in chosen:
        battery.go_dark(60.0 * minutes)
        world.trouble(battery, 60 * minutes)
    return f"{len(chosen)} dark for {minutes} min"


async def reboot(world: World) -> str:
    """Restart a battery."""
    battery = world.any_battery()
    battery.reboot()
    world.trouble(battery)
    return f"{battery.spec.ble_mac}: restarts"


async def use_the_app(world: World) -> str:
    """Change the mode past Home Assistant, as the vendor's app or an old countdown does."""
    battery = world.any_battery()
    mode = world.rng.choice(("Auto", "AI", "Manual", "Passive", ""))
    battery.set_mode(mode, 0 if mode == "Passive" else None, 1)
    world.trouble(battery)
    return f"{battery.spec.ble_mac}: the app chooses {mode!r}"


async def stranger(world: World) -> str:
    """Send what no battery sends, from elsewhere and from a battery's own address."""
    battery = world.any_battery()
    payloads = (b"", b"\xff" * 60, b'{"id":1}', b"[" * 900, b'{"id":0,"error":{"code":-32700}}')
    count, pause = world.rng.choice(((3, 0.1), (40, 2.0), (400, 0.5)))
    source = (world.rng.choice((_STRANGER, battery.spec.address)), 40000 + world.rng.randrange(999))
    payload = world.rng.choice(payloads)
    world.trouble(battery, count * pause)
    world.calls.start("a stranger", _send(count, pause, source, payload), is_call=False)
    return f"{count} datagrams of {source[0]}, {payload[:12]!r}"


async def _send(count: int, pause: float, source: tuple[str, int], payload: bytes) -> None:
    for _ in range(count):
        await send_from(source, payload, ("127.0.0.1", PORT))
        await asyncio.sleep(pause)


async def impostor(world: World) -> str:
    """Let a stranger claim to be many batteries, ours among them, for an hour."""
    macs = [battery.spec.ble_mac for battery in world.home.batteries]
    macs += [f"02ffee00{number:04x}" for number in range(world.rng.choice((1, 100)))]
    work = _impersonate(world, [claim(mac) for mac in macs])
    world.calls.start("an impostor", work, is_call=False)
    return f"somebody claims to be {len(macs)} batteries"


async def _impersonate(world: World, claims: list[dict[str, object]]) -> None:
    with suppress(OSError):
        async with Impostor(world.home.place.fleet, _STRANGER, PORT, claims):
            await asyncio.sleep(3600)


async def restart(world: World) -> str:
    """Stop Home Assistant and start it again."""
    pause = world.rng.choice((5, 60, 900))
    if world.home.place.clock.offset:
        # Nobody can know that a clock is wrong that was never seen right.
        _set_clock_right(world)
    await world.calls.cancel_all()
    world.trouble_all(pause)
    await world.home.restart(pause)
    world.started_at = world.time
    world.trouble_all()
    return f"restart of {pause} s"


async def reload(world: World) -> str:
    """Reload the plan or a battery."""
    entries = world.home.hass.config_entries
    battery = world.any_battery()
    entry = world.rng.choice((world.home.entry, world.home.place.entry(battery)))
    await entries.async_reload(entry.entry_id)
    world.started_at = world.time
    world.trouble_all()
    return f"reload of {entry.title}"


async def jump(world: World) -> str:
    """Set the clock of Home Assistant wrong, and right again some minutes later."""
    hours = world.rng.choice((-26, -3, -1, -0.1, 0.1, 1, 3, 9, 26))
    minutes = world.rng.choice((1, 5, 12))
    clock = world.home.place.clock

    clock.offset = dt.timedelta(hours=hours)
    world.clock_set()
    world.trouble_all(60 * minutes)
    world.later(60 * minutes, lambda: _set_clock_right(world))
    return f"clock {hours:+} h for {minutes} min"


def _set_clock_right(world: World) -> None:
    if world.home.place.clock.offset:
        world.home.place.clock.offset = dt.timedelta()
        world.clock_set()


async def rename(world: World) -> str:
    """Rename an entity of a battery."""
    registry = er.async_get(world.home.hass)
    entity = _any_entity(world)
    if entity is None:
        return "nothing to rename"
    name = f"{entity.partition('.')[0]}.renamed_{world.rng.randrange(10**6)}"
    registry.async_update_entity(entity, new_entity_id=name)
    return f"{entity} is {name}"


async def remove(world: World) -> str:
    """Remove an entity of a battery."""
    entity = _any_entity(world)
    if entity is not None:
        er.async_get(world.home.hass).async_remove(entity)
    return f"{entity} is removed"


def _any_entity(world: World) -> str | None:
    entities = er.async_get(world.home.hass).entities.values()
    found = [entity.entity_id for entity in entities if entity.platform == DOMAIN]
    return world.rng.choice(sorted(found)) if found else None


async def meter(world: World) -> str:
    """Set, rename or remove the meter that an option names."""
    home = world.home
    registry = er.async_get(home.hass)
    entity = registry.async_get_or_create("sensor", "meter", _GRID_KEY).entity_id
    home.hass.states.async_set(
        entity,
        str(world.rng.choice((300, 2500, -900, "unavailable"))),
        {"unit_of_measurement": "W"},
    )
    deed = world.rng.choice(("name", "rename", "remove", "forget"))
    if deed == "name":
        home.set_options(**{CONF_GRID_SENSOR: entity})
    elif deed == "rename":
        registry.async_update_entity(entity, new_entity_id=f"sensor.m{world.rng.randrange(10**6)}")
    elif deed == "remove":
        registry.async_remove(entity)
        home.hass.states.async_remove(entity)
    else:
        options = dict(home.entry.options)
        options.pop(CONF_GRID_SENSOR, None)
        home.hass.config_entries.async_update_entry(home.entry, options=options)
    return f"the meter: {deed}"


def heal_all(world: World) -> None:
    """Let every fault end."""
    for battery in world.home.batteries:
        battery.faults.clear()
        battery.come_back()
    _set_clock_right(world)

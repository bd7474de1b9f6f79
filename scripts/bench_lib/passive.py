"""How well Passive is kept up for six hours, and how soon it is over."""

import asyncio
from dataclasses import dataclass, field

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.venus import Method
from simulator import Faults, SimulatedBattery
from tests.support.home import Home, home, lossy

from .cost import Row

_POWER = 800
_HOURS = 6
_STEADY_FIRMWARE = 150
_DELICATE_FIRMWARE = 147
_LONGEST_WAY_BACK = 1800
_SOC = 60.0


@dataclass(slots=True)
class Upkeep:
    """What became of six hours of Passive."""

    gaps: list[int] = field(default_factory=list)
    """Seconds without the power, each time."""
    writes: int = 0
    mode_reads: int = 0
    requests: int = 0
    back_after: int | None = None
    """Seconds from the end that was asked for until the battery was in the mode of before."""
    stays: bool = False
    """Whether it was still in that mode two hours later."""


async def keep_up(faults: Faults, firmware: int, leaves_each: int = 0) -> Upkeep:
    """Hold a power for six hours; the battery leaves Passive silently each so many seconds."""
    figures = Upkeep()
    async with home(firmware=firmware, count=1) as place:
        battery = place.batteries[0]
        await place.add_all()
        await asyncio.sleep(30)
        for name in Faults.__dataclass_fields__:
            setattr(battery.faults, name, getattr(faults, name))
        end = await _begin(place, battery) + _HOURS * 3600
        first = len(battery.exchanges)
        gap = 0
        for second in range(1, int(end - place.now) - 60):
            if leaves_each and not second % leaves_each:
                battery.set_mode("Passive", 0)
            if not second % 60:
                battery.set_battery(soc=_SOC)
            await asyncio.sleep(1)
            if round(battery.state.ac_power) == _POWER:
                gap = 0
                continue
            if gap:
                figures.gaps.pop()
            gap += 1
            figures.gaps.append(gap)
        made = battery.exchanges[first:]
        figures.requests = len(made)
        figures.writes = sum(each.method == Method.SET_MODE for each in made)
        figures.mode_reads = sum(each.method == Method.MODE for each in made)
        await asyncio.sleep(end - place.now)
        await _watch_end(battery, figures)
    return figures


async def _begin(place: Home, battery: SimulatedBattery) -> float:
    """Begin, and again when that fails, as a person would; return when it was asked for."""
    registry = dr.async_get(place.hass)
    (device,) = dr.async_entries_for_config_entry(registry, place.entry(battery).entry_id)
    data = {"power": _POWER, "duration": {"hours": _HOURS}, "device_id": device.id}
    while True:
        asked = place.now
        try:
            await place.hass.services.async_call(DOMAIN, "set_passive", data, blocking=True)
        except HomeAssistantError:
            continue
        return asked


async def _watch_end(battery: SimulatedBattery, figures: Upkeep) -> None:
    for second in range(_LONGEST_WAY_BACK):
        if battery.state.mode == "Auto":
            figures.back_after = second
            break
        await asyncio.sleep(1)
    await asyncio.sleep(7200)
    figures.stays = battery.state.mode == "Auto"


async def passive(row: Row) -> None:
    """Print the table."""
    cases = (
        ("calm", Faults(), _STEADY_FIRMWARE, 0),
        ("15 % loss", Faults(loss=0.15), _STEADY_FIRMWARE, 0),
        ("15 % loss, firmware 147", Faults(loss=0.15), _DELICATE_FIRMWARE, 0),
        ("lossy", lossy(), _STEADY_FIRMWARE, 0),
        ("15 % loss, left each hour", Faults(loss=0.15), _STEADY_FIRMWARE, 3600),
    )
    for name, faults, firmware, leaves_each in cases:
        figures = await keep_up(faults, firmware, leaves_each)
        row(f"{name}: seconds without the power in six hours", sum(figures.gaps), "")
        limit = "< 75" if leaves_each else "< 5.5"
        row("  longest gap, s", max(figures.gaps, default=0), limit)
        row("  requests per hour", figures.requests / _HOURS, "")
        row("    writes", figures.writes / _HOURS, "")
        row("    reads of the mode", figures.mode_reads / _HOURS, "")
        row("  back in the mode before after its end, s", figures.back_after, "< 30")
        row("  still in it two hours later", figures.stays, "True")

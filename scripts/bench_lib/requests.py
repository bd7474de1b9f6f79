"""How many requests each model and firmware gets with every entity enabled."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from tests.support.all_entities import enable, spec_of
from tests.support.home import home

_SECONDS: Final = 7200
# What is asked only after a start has been asked by then.
_SETTLING: Final = 600
_KINDS: Final = (
    ("VenusC", (153, 155, 156)),
    ("VenusE", (153, 155, 156)),
    ("VenusE 3.0", (139, 144, 147, 148, 149, 150)),
    ("Venus A", (147, 149)),
    ("Venus D", (147, 150)),
    ("VNSEM-0", (300,)),
)


async def requests(row: Callable[[str, object, str], None]) -> None:
    """Leave one battery of each kind alone for two hours, calm and lossy, and count by method."""
    for device, firmwares in _KINDS:
        for firmware in firmwares:
            calm = await _per_hour(device, firmware, faulty=False)
            lossy = await _per_hour(device, firmware, faulty=True)
            parts = ", ".join(f"{method} {count:g}" for method, count in calm.items())
            name = f"{device} {firmware}: requests per hour, calm and lossy"
            row(name, f"{sum(calm.values()):.0f} {sum(lossy.values()):.0f}", parts)


async def _per_hour(device: str, firmware: int, *, faulty: bool) -> dict[str, float]:
    """Return how often an hour each method reached the battery, the most frequent first."""
    async with home(specs=[spec_of(device, firmware)], faulty=faulty) as place:
        await place.add_all()
        (battery,) = place.batteries
        await enable(place, battery)
        await asyncio.sleep(_SETTLING)
        since = place.now
        await asyncio.sleep(_SECONDS)
        counted = Counter(
            exchange.method for exchange in battery.exchanges if exchange.received >= since
        )
        return {method: 3600 * count / _SECONDS for method, count in counted.most_common()}

"""Bad luck on the firmware that is asked rarely, or answers in its own way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.home import home
from tests.support.truth import NOTHING, Watch, virtual
from tests.support.variants import variants

pytestmark = pytest.mark.usefixtures("socket_enabled")

# Until a method that failed is tried again, in s, and the time for trying on gentle firmware.
LONGEST_REST = 330
PROFILES = [
    ("VenusE", 153),
    ("VenusE", 156),
    ("VenusE 3.0", 139),
    ("VenusE 3.0", 147),
    ("Venus A", 148),
    ("Venus D", 149),
]
COUNTED = [("VenusE", 153), ("VenusE", 156), ("VenusE 3.0", 147)]
QUICK = [("VenusE", 153), ("VenusE 3.0", 147)]
profiles = pytest.mark.parametrize(("device", "firmware"), variants(PROFILES, quick=QUICK))


@asynccontextmanager
async def watched(device: str, firmware: int) -> AsyncIterator[Watch]:
    """Set a battery up; its totals begin at zero, as those that are integrated do."""
    async with home(device=device, firmware=firmware, count=1) as place:
        place.batteries[0].reset_counters()
        # Without a counter nobody knows what flowed in a silence; with one, not before it is read.
        profile = place.batteries[0].spec
        counted = (profile.device, profile.firmware) in COUNTED
        watch = Watch(place, energy_tolerance=400.0 if counted else 2000.0)
        await place.add_all()
        await watch.seconds(30)
        yield watch
        watch.assert_right()
        watch.assert_present()
        assert not [line for line in place.log.lines if "TRACEBACK" in line]


def is_shown(watch: Watch) -> bool:
    """Tell whether the battery's values are shown."""
    return watch.home.state(watch.home.batteries[0], "sensor", "soc") not in NOTHING


@virtual
@profiles
async def test_a_third_is_lost(device: str, firmware: int) -> None:
    """Losses are no silence."""
    async with watched(device, firmware) as watch:
        watch.home.batteries[0].faults.loss = 0.3
        await watch.seconds(3600)
        assert watch.dark_seconds == 0


@virtual
@profiles
async def test_late_answers(device: str, firmware: int) -> None:
    """Nothing is sent into an answer that is still to come."""
    async with watched(device, firmware) as watch:
        watch.home.batteries[0].faults.late = 0.5
        await watch.seconds(1800)
        assert watch.dark_seconds == 0
        assert watch.home.batteries[0].statistics().overlaps == 0


@virtual
@profiles
async def test_dark(device: str, firmware: int) -> None:
    """Shown after two minutes at the earliest, and back within a probe."""
    async with watched(device, firmware) as watch:
        battery = watch.home.batteries[0]
        battery.go_dark()
        assert 100 <= await watch.until(lambda: not is_shown(watch), 900) < 600
        await watch.seconds(1800)
        battery.come_back()
        assert await watch.until(lambda: is_shown(watch), 600) < 100
        await watch.seconds(LONGEST_REST)


@virtual
@profiles
@pytest.mark.parametrize("error", [403, 424])
async def test_errors_only(device: str, firmware: int, error: int) -> None:
    """Errors of either form are survived."""
    async with watched(device, firmware) as watch:
        battery = watch.home.batteries[0]
        battery.faults.error = error
        assert await watch.until(lambda: not is_shown(watch), 900) < 420
        # Until then the last values were shown, which were true once.
        watch.wrong.clear()
        await watch.seconds(900)
        assert not is_shown(watch)
        battery.faults.clear()
        assert await watch.until(lambda: is_shown(watch), 3600) <= LONGEST_REST
        # The mode is asked for rarely on some firmware.
        await watch.seconds(2400)


@virtual
@profiles
async def test_garbage_now_and_then(device: str, firmware: int) -> None:
    """What can't be believed is asked for again."""
    async with watched(device, firmware) as watch:
        faults = watch.home.batteries[0].faults
        faults.garbage, faults.garbage_rate = "any", 0.1
        await watch.seconds(3600)
        assert watch.dark_seconds == 0

"""Prices that change all the time cost neither flash nor disk, and the plan still follows them."""

from typing import cast

from homeassistant.helpers.storage import Store
import pytest

from custom_components.marstek.plan.plan_maker import PlanMaker
from tests.plan.control.test_dynamic import _SENSOR, _home, _rows
from tests.support.plan_home import PARIS, at

pytestmark = pytest.mark.usefixtures("socket_enabled")


@at(2026, 11, 17, 22, 0)
async def test_prices_that_change_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour of them: few plans, few writes, and the plan's slots within their budget."""
    counted = {"plans": 0, "files": 0}
    compute, write = PlanMaker.async_compute, Store._async_write_data

    async def count_plan(self: PlanMaker, *args: object) -> object:
        counted["plans"] += 1
        return await compute(self, *args)  # type: ignore[arg-type]

    async def count_file(self: Store[dict[str, object]], *args: object) -> None:
        counted["files"] += "marstek" in self.key
        await write(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(PlanMaker, "async_compute", count_plan)
    monkeypatch.setattr(Store, "_async_write_data", count_file)
    async with _home() as home:
        (battery,) = home.batteries
        await home.minutes(5)
        counted.update(plans=0, files=0)
        began = home.now
        rows = list(_rows(began.date()))
        for second in range(3600):
            for row in rows:
                start = cast("str", row["start"])
                cheap = (int(start[11:13]) + second) % 2
                row["value"] = 0.05 if cheap else 0.4 + second / 1e5
            attributes = {"unit_of_measurement": "EUR/kWh", "raw_today": [dict(r) for r in rows]}
            home.hass.states.async_set(_SENSOR, str(second), attributes)
            await home.minutes(1 / 60)
        slots = len(home.slot_writes(battery, began.astimezone(PARIS)))
        assert slots <= 6, (counted, slots)
        assert counted["plans"] <= 12, (counted, slots)
        assert counted["files"] <= 40, (counted, slots)

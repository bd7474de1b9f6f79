"""A home whose recorder has kept hours of two batteries and of a plan."""

from collections.abc import AsyncIterator, Mapping, Sequence
import datetime as dt
from typing import Any, Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
import pytest_socket
import sqlalchemy

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.entries import async_entry_of
from custom_components.marstek.plan.runtime import Plan
from custom_components.marstek.tempo import Announcement, Colour, Source
from simulator import Fleet
from tests.support import loopback
from tests.support.loopback import VENUS_A, VENUS_E3, configured, spec

PARIS: Final = ZoneInfo("Europe/Paris")
HOUR: Final = dt.timedelta(hours=1)
E3_MAC: Final = "02aabbcc0101"
KINDS: Final = {"127.0.0.11": VENUS_E3, "127.0.0.13": VENUS_A}
_METER: Final = ("energy", "kWh")
UNITS: Final = {
    "energy_charged": _METER,
    "energy_discharged": _METER,
    "soc": (None, "%"),
    "battery_power": ("power", "W"),
    "price": (None, "EUR/kWh"),
    "saved_today": (None, "EUR"),
}


class RecordedHome:
    """Home Assistant with a recorder, two batteries and a plan."""

    def __init__(self, hass: HomeAssistant, plan: MockConfigEntry) -> None:
        """Belong to a Home Assistant."""
        self.hass = hass
        self._plan = plan

    @property
    def plan(self) -> Plan:
        """The running plan."""
        running: Plan = self._plan.runtime_data
        return running

    @property
    def today(self) -> dt.date:
        """The day by the clock of the home."""
        return dt_util.now().date()

    def entity_id(self, unique_id: str, platform: str = "sensor") -> str:
        """Return an entity by its unique id."""
        found = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert found, unique_id
        return found

    def device(self, mac: str) -> str:
        """Return the device of a battery."""
        entry = async_entry_of(self.hass, mac)
        assert entry is not None
        (found,) = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id)
        return found.id

    def record(
        self,
        prefix: str,
        key: str,
        first: dt.date,
        values: Sequence[float],
        spread: float = 1,
    ) -> None:
        """Record hours of a sensor: the mean of each, or of a meter what it counted.

        The smallest and the largest value of an hour are `spread` beside the mean.
        """
        unit_class, unit = UNITS[key]
        is_mean = key in ("soc", "battery_power", "price")
        start = dt_util.start_of_local_day(first).astimezone(dt.UTC)
        rows: list[Any] = []
        total = 0.0
        for number, given in enumerate(values):
            total += given
            row: dict[str, Any] = {"start": start + number * HOUR}
            row |= (
                {"mean": given, "min": given - spread, "max": given + spread}
                if is_mean
                else {"sum": total, "state": total}
            )
            rows.append(row)
        metadata: Any = {
            "source": "recorder",
            "statistic_id": self.entity_id(f"{prefix}_{key}"),
            "name": None,
            "unit_of_measurement": unit,
            "unit_class": unit_class,
            "mean_type": StatisticMeanType.ARITHMETIC if is_mean else StatisticMeanType.NONE,
            "has_sum": not is_mean,
        }
        async_import_statistics(self.hass, metadata, rows)

    async def recorded(self) -> None:
        """Wait until all is written."""
        await async_wait_recording_done(self.hass)

    def learn(self, days: Mapping[dt.date, Colour]) -> None:
        """Let colours be known."""
        now = dt_util.utcnow()
        self.plan.tariff.store.memory.book.learn(
            [Announcement(day, colour, Source.RTE, now) for day, colour in days.items()]
        )

    async def call(self, action: str, user: str | None = None, **data: Any) -> dict[str, Any]:
        """Return the answer of an action."""
        answer = await self.hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=user),
        )
        assert answer is not None
        return dict(answer)


@pytest.fixture(name="recorder_db_url")
def recorder_db_url_fixture(request: pytest.FixtureRequest, recorder_db_url: str) -> str:
    """Return the database of the recorder, emptied where it is a server's and not of one test."""
    if not recorder_db_url.startswith("sqlite"):
        # It is reached by a socket in a folder, which the harness keeps from connecting.
        request.getfixturevalue("socket_enabled")
        pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
        engine = sqlalchemy.create_engine(recorder_db_url)
        tables = sqlalchemy.MetaData()
        tables.reflect(engine)
        tables.drop_all(engine)
        engine.dispose()
    return recorder_db_url


@pytest.fixture(name="home")
async def home_fixture(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RecordedHome]:
    """Return a home in Paris with two batteries and a plan that leaves them alone."""
    monkeypatch.setenv("MARSTEK_TEMPO_BASE", "http://127.0.0.1:9")
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.currency = "EUR"
    port = loopback.free_port()
    specs = [spec(kind, address, port) for address, kind in KINDS.items()]
    with (
        loopback.loopback_only(port),
        patch("custom_components.marstek.async_start_discovery"),
    ):
        async with Fleet(specs, latency=loopback.LATENCY) as fleet:
            assert fleet is not None
            for address, kind in KINDS.items():
                entry = configured(hass, kind, address, port)
                assert await hass.config_entries.async_setup(entry.entry_id)
            plan = MockConfigEntry(
                domain=DOMAIN,
                unique_id="plan",
                title="Plan",
                data={"kind": "plan", "tariff": "tempo"},
                options={"automatic": False},
            )
            plan.add_to_hass(hass)
            assert await hass.config_entries.async_setup(plan.entry_id)
            yield RecordedHome(hass, plan)
            await loopback.unload_all(hass)

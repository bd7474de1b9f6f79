"""A home with a running plan, in virtual time: Home Assistant, batteries, and a known calendar."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
import csv
from dataclasses import dataclass
import datetime as dt
from functools import cache
import json
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.const import UnitOfEnergy
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.plan.controller import PlanController
from custom_components.marstek.plan.events import EVENT
from custom_components.marstek.plan.plan_data import PlanData
from custom_components.marstek.plan.runtime import Plan
from custom_components.marstek.tempo import Announcement, Colour, Source
from custom_components.marstek.venus import Method
from simulator import BatterySpec, Exchange, Faults, Outcome, SimulatedBattery
from tests.support.home import Home, WallClock, home, specs_of
from tests.support.invariants import Invariants
from tests.support.virtual_time import from_moment

PARIS: Final = ZoneInfo("Europe/Paris")
HISTORY: Final = Path(__file__).parents[1] / "data" / "tempo_history.csv"
_ENTRY: Final = "plan0000000000000000000000"
_NOBODY: Final = "http://127.0.0.1:9"


@cache
def history() -> Mapping[dt.date, Colour]:
    """Return the colours of all days that are known."""
    with HISTORY.open() as file:
        return {
            dt.date.fromisoformat(row["date"]): Colour(row["colour"].lower())
            for row in csv.DictReader(file)
        }


def paris(*moment: int) -> dt.datetime:
    """Return a moment by the clock on the wall."""
    return dt.datetime(*moment).replace(tzinfo=PARIS)  # type: ignore[arg-type]  # noqa: DTZ001


def at[**P](
    *moment: int,
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Run a test in virtual time from a moment in Paris on."""
    return from_moment(paris(*moment))


@dataclass(frozen=True, slots=True)
class Said:
    """What the plan told, and when, by the clock on the wall."""

    when: dt.datetime
    kind: str
    message: str
    battery: str | None
    device_id: str | None
    """The device on whose page the logbook shows it."""


class _CoreTime:
    """Gives the states of Home Assistant the virtual time of day."""

    def __init__(self, clock: WallClock, loop: asyncio.AbstractEventLoop) -> None:
        self.time = clock.time
        self.monotonic = loop.time


class PlanHome:
    """A home whose batteries a plan commands."""

    def __init__(self, place: Home, colours: Mapping[dt.date, Colour]) -> None:
        """Take the batteries and the true colours."""
        self.place = place
        self.colours = dict(colours)
        self.said: list[Said] = []
        self.guard = Invariants(self)
        self._is_stopped = False
        self.excused: set[str] = set()
        """BLE MACs of batteries that a person has commanded."""

    @property
    def hass(self) -> HomeAssistant:
        """Home Assistant, another one after each restart."""
        return self.place.hass

    @property
    def batteries(self) -> list[SimulatedBattery]:
        """The batteries as they really are."""
        return self.place.batteries

    @property
    def entry(self) -> MockConfigEntry:
        """The plan's entry."""
        return cast("MockConfigEntry", self.hass.config_entries.async_get_entry(_ENTRY))

    @property
    def plan(self) -> Plan:
        """The running plan."""
        plan: Plan = self.entry.runtime_data
        return plan

    @property
    def is_running(self) -> bool:
        """Whether the plan is loaded."""
        entry = self.hass.config_entries.async_get_entry(_ENTRY)
        return not self._is_stopped and entry is not None and entry.state is ConfigEntryState.LOADED

    @property
    def control(self) -> PlanController:
        """The controller."""
        return self.plan.control

    @property
    def shown(self) -> PlanData:
        """What the plan's entities show."""
        return self.control.data

    @property
    def now(self) -> dt.datetime:
        """The true moment, in Paris."""
        return self.place.clock.now(PARIS) - self.place.clock.offset

    def modes(self) -> list[str]:
        """Return the true mode of each battery."""
        return [battery.state.mode for battery in self.batteries]

    def powers(self) -> list[int]:
        """Return the true power of each battery in W, + discharges."""
        return [round(battery.state.ac_power) for battery in self.batteries]

    def socs(self) -> list[int]:
        """Return the true state of charge of each battery in %."""
        return [round(battery.state.soc) for battery in self.batteries]

    def kinds(self, kind: str) -> list[Said]:
        """Return all that was told of a kind."""
        return [said for said in self.said if said.kind == kind]

    async def until(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """Live on until the clock on the wall shows a time."""
        now = self.now
        then = now.replace(hour=hour, minute=minute, second=second, microsecond=0, fold=0)
        if then <= now:
            then = (then.replace(tzinfo=None) + dt.timedelta(days=1)).replace(tzinfo=PARIS)
        await asyncio.sleep((then.astimezone(dt.UTC) - now.astimezone(dt.UTC)).total_seconds())

    async def minutes(self, minutes: float) -> None:
        """Live on for a while."""
        await asyncio.sleep(60 * minutes)

    async def add_plan(self, data: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Add the plan as its flow does."""
        self.listen()
        MockConfigEntry(
            domain=DOMAIN,
            entry_id=_ENTRY,
            unique_id="plan",
            title="Plan",
            data={"kind": "plan", **data},
            options=dict(options),
        ).add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(_ENTRY)

    def listen(self) -> None:
        """Write down what is told."""

        def note(event: Event) -> None:
            data = event.data
            said = Said(self.now, data["type"], data["message"], data["battery"], data["device_id"])
            self.said.append(said)

        self.hass.bus.async_listen(EVENT, note)

    def remember(self, days: Mapping[dt.date, Colour]) -> None:
        """Have a calendar on disk before the plan starts."""
        folder = Path(self.hass.config.config_dir) / ".storage"
        folder.mkdir(exist_ok=True)
        key = f"{DOMAIN}.{_ENTRY}"
        book = {
            day.isoformat(): f"{colour.value} rte {(day - dt.timedelta(1)).isoformat()}T10:00:00Z"
            for day, colour in days.items()
        }
        content = {"version": 1, "minor_version": 1, "key": key, "data": {"book": {"days": book}}}
        (folder / key).write_text(json.dumps(content))

    def announce(self, day: dt.date, colour: Colour) -> None:
        """Let a colour become known."""
        self.plan.tariff.store.memory.book.learn(
            [Announcement(day, colour, Source.RTE, self.now.astimezone(dt.UTC))]
        )
        self.plan.tariff.async_publish()

    def set_options(self, **options: object) -> None:
        """Change options as their dialog does."""
        entry = self.entry
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, **options})

    async def stop(self) -> None:
        """Stop Home Assistant as for a restart."""
        self._is_stopped = True
        self._entries = self.hass.config_entries.async_entries(DOMAIN)
        plan = self.plan
        await self.place.stop()
        # The end of the process does this.
        plan.control.participants.async_stop()
        await plan.control.async_shutdown()
        await plan.tariff.async_shutdown()

    async def start(self) -> None:
        """Start Home Assistant again with the same entries and files."""
        await self.place.start()
        self.listen()
        copies = [
            MockConfigEntry(
                domain=DOMAIN,
                entry_id=entry.entry_id,
                unique_id=entry.unique_id,
                title=entry.title,
                data=dict(entry.data),
                options=dict(entry.options),
                subentries_data=[
                    ConfigSubentryDataWithId(
                        data=dict(each.data),
                        subentry_id=each.subentry_id,
                        subentry_type=each.subentry_type,
                        title=each.title,
                        unique_id=each.unique_id,
                    )
                    for each in entry.subentries.values()
                ],
            )
            for entry in self._entries
        ]
        for copy in copies:
            copy.add_to_hass(self.hass)
        await asyncio.gather(
            *(self.hass.config_entries.async_setup(copy.entry_id) for copy in copies)
        )
        self._is_stopped = False

    async def restart(self, pause: float = 20.0) -> None:
        """Restart Home Assistant, which is away for so many seconds."""
        await self.stop()
        await asyncio.sleep(pause)
        await self.start()

    def writes(self, battery: SimulatedBattery, since: dt.datetime | None = None) -> list[Exchange]:
        """Return the writes that a battery has carried out."""
        seconds = 0.0 if since is None else self.loop_time(since)
        return [
            exchange
            for exchange in battery.exchanges
            if exchange.method == Method.SET_MODE and exchange.received >= seconds
            if exchange.outcome in (Outcome.ANSWERED, Outcome.LATE)
        ]

    def slot_writes(
        self, battery: SimulatedBattery, since: dt.datetime | None = None
    ) -> list[Exchange]:
        """Return the writes of slots, which wear a battery's flash."""
        return [
            exchange for exchange in self.writes(battery, since) if "manual_cfg" in exchange.config
        ]

    def loop_time(self, moment: dt.datetime) -> float:
        """Return a moment as the simulator writes it down."""
        elapsed = self.now.astimezone(dt.UTC) - moment.astimezone(dt.UTC)
        return self.hass.loop.time() - elapsed.total_seconds()


@asynccontextmanager
async def plan_home(
    *,
    count: int = 3,
    soc: float = 60.0,
    specs: Sequence[BatterySpec] = (),
    options: Mapping[str, Any] | None = None,
    tariff: Tariff = Tariff.TEMPO,
    days: Mapping[dt.date, Colour] | None = None,
    unknown: Sequence[dt.date] = (),
    faults: Faults | None = None,
    registered: Sequence[Sequence[Any]] = (),
) -> AsyncIterator[PlanHome]:
    """Start a home with a plan whose automatic control is on.

    `days` are added to the colours of history; what is `unknown` is not in the plan's calendar.
    Entities that are `registered` before anything is set up are given as domain, unique id, entity
    id, unit, device class, and whether they are off.
    """
    loop = asyncio.get_running_loop()
    specs = specs or [_with_soc(spec, soc) for spec in specs_of("VenusE 3.0", 150, count)]
    async with AsyncExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", {"MARSTEK_TEMPO_BASE": _NOBODY}))
        place = await stack.enter_async_context(home(specs=specs))
        stack.enter_context(patch("homeassistant.core.time", _CoreTime(place.clock, loop)))
        for battery in place.batteries:
            _give(battery, faults)
        colours = {**history(), **(days or {})}
        mine = PlanHome(place, colours)
        today = mine.now.date()
        mine.remember(
            {
                day: colour
                for day, colour in colours.items()
                if today - dt.timedelta(days=200) <= day <= today + dt.timedelta(days=40)
                and day not in unknown
            }
        )
        for row in registered:
            _register(place.hass, *row)
        await place.add_all()
        await mine.add_plan({"tariff": tariff}, {"automatic": True, **(options or {})})
        mine.guard.start()
        yield mine
        await mine.guard.finish()


def _register(
    hass: HomeAssistant,
    domain: str,
    unique_id: str,
    entity_id: str,
    unit: str | None,
    device_class: str | None,
    off: bool,
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create(
        domain,
        DOMAIN,
        unique_id,
        suggested_object_id=entity_id.partition(".")[2],
        unit_of_measurement=unit,
        original_device_class=device_class,
        disabled_by=er.RegistryEntryDisabler.INTEGRATION if off else None,
    )
    if unit == UnitOfEnergy.KILO_WATT_HOUR:
        # The unit that was suggested when it was new.
        suggested = {"suggested_unit_of_measurement": unit}
        registry.async_update_entity_options(entity_id, "sensor.private", suggested)


def _with_soc(spec: BatterySpec, soc: float) -> BatterySpec:
    return BatterySpec(
        device=spec.device,
        firmware=spec.firmware,
        ble_mac=spec.ble_mac,
        address=spec.address,
        port=spec.port,
        soc=soc,
    )


def _give(battery: SimulatedBattery, faults: Faults | None) -> None:
    if faults is None:
        return
    for name in Faults.__dataclass_fields__:
        setattr(battery.faults, name, getattr(faults, name))

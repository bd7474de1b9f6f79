"""InfluxDB and Prometheus beside a home that lives half a day in two minutes.

Home Assistant's own integrations send to them what the sensors say; the queries of docs/storage.md
have to give the same. The servers are Debian's and listen on this machine only.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import datetime as dt
import json
import os
from pathlib import Path
import re
import socket
import sys
import tempfile
import time
from typing import Any, Final

import aiohttp

from custom_components.marstek.tempo import PARIS
from scripts.demo_lib import flow, home
from scripts.demo_lib.__main__ import Demo, say
from scripts.demo_lib.home_assistant import HomeAssistant, wait_until
from scripts.demo_lib.process import Child, DemoError
from scripts.demo_lib.shifted_clock import ShiftedClock, run_shifted, to_red_eve

KINDS: Final = ("influxdb", "prometheus")
_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = (_ROOT / "docs" / "storage.md").read_text("utf-8")
_MAC: Final = home.BATTERIES[0].ble_mac
_BATTERY_OF_DOCS: Final = "venus_e_3_0_0101"
_SEASON_OF_DOCS: Final = "plan_saved_this_season"
_LIVED: Final = dt.timedelta(hours=12)
_SPEED: Final = 400.0
# Counters are sent when they change; what is asked a moment later may be one step further.
_OFF: Final = 0.02


def queries(kind: str) -> list[str]:
    """Return the queries of the page in a language, "influxql" or "promql"."""
    return re.findall(rf"```{kind}\n(.*?)```", _PAGE, re.DOTALL)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _program(kind: str, name: str) -> str:
    unpacked = Path(os.environ.get("HA_MARSTEK_SERVERS", "/")) / kind / "usr" / "bin" / name
    return str(unpacked) if unpacked.exists() else name


class _Servers:
    """The servers that run, and what they are asked."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path) -> None:
        """Keep their data in `folder`; none is started yet."""
        self._session = session
        self._folder = folder
        self.influxdb = f"http://127.0.0.1:{_free_port()}"
        self.prometheus = f"http://127.0.0.1:{_free_port()}"

    @asynccontextmanager
    async def run_influxdb(self) -> AsyncIterator[None]:
        """Run InfluxDB with an empty database."""
        data, config = self._folder / "influxdb", self._folder / "influxdb.conf"
        address = self.influxdb.removeprefix("http://")
        config.write_text(
            "reporting-disabled = true\n"
            f'bind-address = "127.0.0.1:{_free_port()}"\n'
            f'[meta]\ndir = "{data}/meta"\n[data]\ndir = "{data}/data"\nwal-dir = "{data}/wal"\n'
            f'[http]\nbind-address = "{address}"\n',
            "utf-8",
        )
        command = [_program("influxdb", "influxd"), "-config", str(config)]
        async with self._running("InfluxDB", command, f"{self.influxdb}/ping"):
            await self._get(f"{self.influxdb}/query", q="CREATE DATABASE home_assistant")
            yield

    @asynccontextmanager
    async def run_prometheus(self, hass: HomeAssistant) -> AsyncIterator[None]:
        """Run Prometheus, which reads the sensors of a Home Assistant each second."""
        config = self._folder / "prometheus.yml"
        token = await hass.command(
            "auth/long_lived_access_token", client_name="Prometheus", lifespan=1
        )
        job = {
            "job_name": "home_assistant",
            "scrape_interval": "1s",
            "metrics_path": "/api/prometheus",
            "authorization": {"credentials": token},
            "static_configs": [{"targets": [hass.url.removeprefix("http://")]}],
        }
        # JSON is YAML too.
        config.write_text(json.dumps({"scrape_configs": [job]}), "utf-8")
        command = [
            *(_program("prometheus", "prometheus"), f"--config.file={config}"),
            f"--storage.tsdb.path={self._folder / 'prometheus'}",
            f"--web.listen-address={self.prometheus.removeprefix('http://')}",
        ]
        async with self._running("Prometheus", command, f"{self.prometheus}/-/ready"):
            yield

    @asynccontextmanager
    async def _running(self, name: str, command: list[str], url: str) -> AsyncIterator[None]:
        # The clocks of the home are not the machine's; these programs keep to the latter.
        child = await Child.start(
            name, command, self._folder / f"{name}.log", environment={"LD_PRELOAD": ""}
        )

        async def answers() -> bool:
            child.require()
            try:
                async with self._session.get(url) as response:
                    return response.status < 300
            except aiohttp.ClientError:
                return False

        try:
            await wait_until(f"{name} answers", answers, seconds=60, interval=0.5)
            yield
        finally:
            await child.stop()

    async def _get(self, url: str, **parameters: str) -> Any:
        async with self._session.get(url, params=parameters) as response:
            text = await response.text()
            if response.status >= 300:
                raise DemoError(f"{parameters}: {response.status} {text}")
            return json.loads(text)

    async def influxql(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        found = await self._get(f"{self.influxdb}/query", db="home_assistant", q=query)
        series = found["results"][0].get("series")
        if not series:
            raise DemoError(f"InfluxDB finds nothing: {query} {found}")
        columns, values = series[0]["columns"], series[0]["values"]
        return [dict(zip(columns, row, strict=True)) for row in values]

    async def promql(self, query: str) -> float:
        """Return the number of a query that gives one."""
        found = await self._get(f"{self.prometheus}/api/v1/query", query=query)
        result = found["data"]["result"]
        if len(result) != 1:
            raise DemoError(f"Prometheus finds {len(result)} series: {query}")
        return float(result[0]["value"][1])


class _Sensors:
    """What the sensors say of a battery and of the season."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Ask a Home Assistant."""
        self._hass = hass
        self.charged = self.season = ""
        """Entity ids."""

    async def find(self) -> None:
        """Find the entities by their unique ids."""
        ids = await self._hass.entity_ids("marstek")
        self.charged, self.season = ids[f"{_MAC}_energy_charged"], ids["plan_saved_season"]

    async def state(self, entity_id: str) -> Mapping[str, Any]:
        """Return a state with its attributes."""
        state: Mapping[str, Any] = (await self._hass.states())[entity_id]
        return state

    async def number(self, entity_id: str) -> float:
        """Return a state as a number."""
        return float((await self.state(entity_id))["state"])

    def named(self, query: str) -> str:
        """Return a query of the docs with the entities of this home."""
        query = query.replace(f"{_BATTERY_OF_DOCS}_energy_charged", self.charged.partition(".")[2])
        return query.replace(_SEASON_OF_DOCS, self.season.partition(".")[2])


def _same(what: str, found: float, shown: float) -> None:
    if abs(found - shown) > _OFF:
        raise DemoError(f"{what}: {found:.3f}, where the sensor says {shown:.3f}")
    say(f"{what}: {found:.3f}, as the sensor says")


async def _check_influxdb(servers: _Servers, sensors: _Sensors, at_midnight: float) -> None:
    day, season = (sensors.named(query) for query in queries("influxql"))
    today = dt.datetime.now(PARIS).date()
    for old, new in (("2026-11-21", 1), ("2026-11-20", 0), ("2026-11-19", -1)):
        day = day.replace(old, str(today + dt.timedelta(days=new)))
    rows = await servers.influxql(day)
    shown = await sensors.number(sensors.charged) - at_midnight
    _same("InfluxDB: kWh charged today", float(rows[-1]["energy"]), shown)
    (row,) = await servers.influxql(season)
    colours = (await sensors.state(sensors.season))["attributes"]
    for colour in ("blue", "white", "red"):
        if colour in colours:
            _same(f"InfluxDB: saved on {colour} days", row[colour], colours[colour])


async def _check_prometheus(servers: _Servers, sensors: _Sensors, at_start: float) -> None:
    day, season = (sensors.named(query) for query in queries("promql"))
    shown = await sensors.number(sensors.charged) - at_start
    _same("Prometheus: kWh charged", await servers.promql(day), shown)
    found = await servers.promql(season)
    _same("Prometheus: saved this season", found, await sensors.number(sensors.season))


async def _add_influxdb(hass: HomeAssistant, url: str) -> None:
    """Set up Home Assistant's integration by its dialog."""
    path = "config/config_entries/flow"
    menu = await hass.rest("POST", path, {"handler": "influxdb"})
    path = f"{path}/{menu['flow_id']}"
    await hass.rest("POST", path, {"next_step_id": "configure_v1"})
    given = {"url": url, "verify_ssl": False, "database": "home_assistant"}
    done = await hass.rest("POST", path, given)
    if done["type"] != "create_entry":
        raise DemoError(f"Home Assistant did not take InfluxDB: {done}")


async def _live(sensors: _Sensors) -> float:
    """Live on beyond midnight; return what the counter was there."""
    clock, until = ShiftedClock.of_this_program(), time.time() + _LIVED.total_seconds()
    today, at_midnight = dt.datetime.now(PARIS).date(), 0.0
    clock.set_pace(speed=_SPEED)
    try:
        while time.time() < until:
            await asyncio.sleep(0.5)
            if dt.datetime.now(PARIS).date() == today:
                at_midnight = await sensors.number(sensors.charged)
    finally:
        clock.set_pace(speed=1)
    # What was queued is sent, and read once more.
    await asyncio.sleep(20)
    return at_midnight


async def _check(folder: Path) -> None:
    arguments = argparse.Namespace(language="en", debug=False, port=None, headless_check=True)
    demo = Demo(folder, arguments)
    demo.more = "prometheus:\n"
    try:
        async with aiohttp.ClientSession() as session, await demo.start(session) as hass:
            servers, sensors = _Servers(session, folder), _Sensors(hass)
            # The night charges for it.
            await home.ask("tempo declare", day="tomorrow", colour="red")
            await flow.add_all(hass, len(home.BATTERIES), say)
            await sensors.find()
            async with servers.run_influxdb(), servers.run_prometheus(hass):
                await _add_influxdb(hass, servers.influxdb)
                await asyncio.sleep(5)
                at_start = await sensors.number(sensors.charged)
                at_midnight = await _live(sensors)
                await _check_influxdb(servers, sensors, at_midnight)
                await _check_prometheus(servers, sensors, at_start)
    finally:
        await demo.stop()


def main() -> int:
    """Check both; return the exit code."""
    run_shifted(to_red_eve(dt.datetime.now(PARIS)))
    with tempfile.TemporaryDirectory(prefix="storage-") as name:
        try:
            asyncio.run(_check(Path(name)))
        except (DemoError, aiohttp.ClientError) as err:
            say(f"error: {err}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The home's own year from the recorder's database, by the script that an owner calls."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sqlite3
import sys
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from scripts.backtest_lib.__main__ import main

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 16
GRID, EXPORT, SUN, PRICE = "sensor.grid", "sensor.export", "sensor.sun", "sensor.price"


@pytest.fixture(name="database")
def database_fixture(tmp_path: Path) -> Path:
    """Return a database with 0.4 kWh from the grid and 0.2 of the sun in each hour, a quarter fed in."""
    path = tmp_path / "home-assistant_v2.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE statistics_meta (id INTEGER PRIMARY KEY, statistic_id TEXT, "
            "unit_of_measurement TEXT)"
        )
        database.execute(
            "CREATE TABLE statistics (metadata_id INTEGER, start_ts FLOAT, sum FLOAT, mean FLOAT)"
        )
        meters = {GRID: ("kWh", 0.4), EXPORT: ("Wh", 50.0), SUN: ("MWh", 0.0002)}
        for number, (name, (unit, energy)) in enumerate(meters.items()):
            database.execute("INSERT INTO statistics_meta VALUES (?, ?, ?)", (number, name, unit))
            database.executemany(
                "INSERT INTO statistics VALUES (?, ?, ?, NULL)",
                [
                    (number, (FIRST + timedelta(hours=hour)).timestamp(), energy * hour)
                    for hour in range(24 * DAYS)
                ],
            )
        database.execute("INSERT INTO statistics_meta VALUES (9, ?, 'EUR/kWh')", (PRICE,))
        database.executemany(
            "INSERT INTO statistics VALUES (9, ?, NULL, ?)",
            [
                ((FIRST + timedelta(hours=hour)).timestamp(), 0.1 + 0.2 * (hour % 24 > 12))
                for hour in range(24 * DAYS)
            ],
        )
    database.close()
    return path


def dashboard(database: Path, grid: dict[str, Any]) -> None:
    """Put the settings of the Energy dashboard beside a database."""
    folder = database.parent / ".storage"
    folder.mkdir()
    sources = [{"type": "grid", **grid}, {"type": "solar", "stat_energy_from": SUN}]
    (folder / "energy").write_text(json.dumps({"data": {"energy_sources": sources}}))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Call the script."""
    monkeypatch.setattr(sys, "argv", ["scripts/backtest", *arguments])
    return main()


@pytest.mark.parametrize(
    "grid",
    [
        {"stat_energy_from": GRID, "stat_energy_to": EXPORT},
        {"flow_from": [{"stat_energy_from": GRID}], "flow_to": [{"stat_energy_to": EXPORT}]},
    ],
    ids=["now", "before"],
)
def test_the_own_year(
    grid: dict[str, Any],
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the Energy dashboard, as a table and as a chart; the database is only read."""
    dashboard(database, grid)
    before, chart = database.read_bytes(), database.with_name("own.svg")
    own = ("--own", str(database), "--base-price", "0.25", "--price-sensor", PRICE)
    assert run(monkeypatch, *own, "--picture", str(chart)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2026-09-01 to 2026-09-16: 16 days, 0 left out, 3 hours filled")
    rows = {tuple(line.split()[:2]): line.split()[2:] for line in lines[3:19]}
    assert {contract for contract, _ in rows} == {"tempo", "fixed", "base", "day-ahead"}
    # 0.55 kWh are drawn and 0.2 given by the sun in each hour.
    assert float(rows["base", "no_battery"][0]) == pytest.approx(0.35 * 24 * 16 * 0.25, abs=0.01)
    assert float(rows["base", "auto"][1]) <= 0
    assert float(rows["day-ahead", "optimised"][1]) > 0
    root = ET.fromstring(chart.read_text())  # noqa: S314 - our own text
    assert len([each for each in root.iter() if each.tag.endswith("rect")]) == 1 + 4 + 16
    assert database.read_bytes() == before


def test_a_sensor_of_the_load(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the Energy dashboard a sensor has to be named."""
    assert run(monkeypatch, "--own", str(database)) == 1
    assert "--load-sensor" in capsys.readouterr().err
    assert run(monkeypatch, "--own", str(database), "--load-sensor", PRICE) == 1
    assert "not recorded as an energy" in capsys.readouterr().err
    assert run(monkeypatch, "--own", str(database), "--load-sensor", GRID) == 0
    assert "154 kWh" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"no database at all", b""])
def test_a_file_that_is_no_recorder(
    content: bytes | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The message says what is wrong, and no file is made."""
    path = tmp_path / "home-assistant_v2.db"
    if content is not None:
        path.write_bytes(content)
    assert run(monkeypatch, "--own", str(path), "--load-sensor", GRID) == 1
    assert "no database of the recorder" in capsys.readouterr().err
    assert path.exists() is (content is not None)

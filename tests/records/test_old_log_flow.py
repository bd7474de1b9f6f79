"""The old log that is uploaded in the options of a battery."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.recorder import get_instance
import pytest

from custom_components.marstek.entries import async_entry_of
from custom_components.marstek.records.importing import LONGEST_LOG
from tests.plan.flow import check_texts
from tests.records.conftest import E3_MAC, RecordedHome
from tests.records.test_import import hours, measure, measured_from, old_log

GIVEN: dict[str, Any] = {"log_power_unit": "w", "log_time_zone": "Europe/Paris", "log_battery": "1"}

FILE, GONE = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))


@pytest.fixture(name="uploads", autouse=True)
def uploads_fixture(
    home: RecordedHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, bytes]:
    """Return the uploaded files by id; each can be read once."""
    files: dict[str, bytes] = {}

    @contextmanager
    def process(_: HomeAssistant, file_id: str) -> Iterator[Path]:
        if file_id not in files:
            raise ValueError("File does not exist")
        path = tmp_path / "log.csv"
        path.write_bytes(files.pop(file_id))
        try:
            yield path
        finally:
            path.unlink()

    monkeypatch.setattr("homeassistant.components.file_upload.process_uploaded_file", process)
    home.hass.config.components.add("file_upload")
    return files


async def answered(home: RecordedHome, flow: ConfigFlowResult, **given: Any) -> ConfigFlowResult:
    """Answer a step."""
    options = home.hass.config_entries.options
    return check_texts(await options.async_configure(flow["flow_id"], given), "options")


async def opened(home: RecordedHome) -> ConfigFlowResult:
    """Open the form of the log."""
    entry = async_entry_of(home.hass, E3_MAC)
    assert entry is not None
    menu = await home.hass.config_entries.options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["limits", "schedule", "old_log"]
    return await answered(home, menu, next_step_id="old_log")


async def test_a_file_is_tried_and_then_imported(
    home: RecordedHome, uploads: dict[str, bytes]
) -> None:
    """What it holds is shown first; a mistake is corrected without another upload."""
    await measure(home)
    before = await hours(home, "energy_charged")
    uploads[FILE] = b"\xef\xbb\xbf" + old_log(home).encode() + b"\n1,yesterday,,,,,,"
    form = await opened(home)
    form = await answered(home, form, log_file=FILE, **{**GIVEN, "log_battery": ""})
    assert form["errors"] == {"base": "log_not_read"}
    assert "several batteries" in (form["description_placeholders"] or {})["reason"]
    shown = await answered(home, form, log_file=FILE, **GIVEN)
    assert shown["type"] is FlowResultType.MENU
    placeholders = shown["description_placeholders"] or {}
    assert placeholders["hours"] == "72"
    assert "be read: 1 (" in placeholders["unreadable"]
    assert await hours(home, "energy_charged") == before
    done = await answered(home, shown, next_step_id="old_log_write")
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "log_imported")
    after = await hours(home, "energy_charged")
    assert len(after) == len(before) + 72
    assert min(after) < measured_from(home)


async def test_files_that_are_no_log_are_refused_in_words(
    home: RecordedHome, uploads: dict[str, bytes]
) -> None:
    """Neither bytes that are no text, nor a file that is gone, nor an unknown zone is an error page."""
    await measure(home)
    form = await opened(home)
    uploads[FILE] = b"\x89PNG\xff\xfe"
    for more in (
        {"log_file": FILE},
        {"log_file": GONE},
        {"log_file": GONE, "log_time_zone": "Nowhere/Land"},
    ):
        form = await answered(home, form, **{**GIVEN, **more})
        assert form["errors"] == {"base": "log_not_read"}
        reason = (form["description_placeholders"] or {})["reason"]
        assert reason
        assert "{" not in reason


@pytest.mark.parametrize("length", [4 * LONGEST_LOG + 1, LONGEST_LOG + 1])
async def test_a_file_that_is_too_long_is_refused(
    home: RecordedHome, uploads: dict[str, bytes], length: int
) -> None:
    """It is said how to import it, whether its size tells or the number of its characters."""
    await measure(home)
    uploads[FILE] = b"," * length
    form = await answered(home, await opened(home), log_file=FILE, **GIVEN)
    assert form["errors"] == {"base": "log_not_read"}
    reason = (form["description_placeholders"] or {})["reason"]
    assert reason == "The log is too long. Import it in parts, the latest part first."


async def test_an_import_that_fails_says_why(home: RecordedHome, uploads: dict[str, bytes]) -> None:
    """What was measured may be removed between the look at a log and its import."""
    await measure(home)
    uploads[FILE] = old_log(home).encode()
    shown = await answered(home, await opened(home), log_file=FILE, **GIVEN)
    assert shown["type"] is FlowResultType.MENU
    keys = ("soc", "battery_power", "energy_charged", "energy_discharged")
    measured = [home.entity_id(f"{E3_MAC}_{key}") for key in keys]
    get_instance(home.hass).async_clear_statistics(measured)
    await home.recorded()
    done = await answered(home, shown, next_step_id="old_log_write")
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "log_not_imported")
    assert "Venus E 3.0 0101" in (done["description_placeholders"] or {})["reason"]


async def test_without_uploads_it_is_not_offered(home: RecordedHome) -> None:
    """A home without a frontend has none."""
    home.hass.config.components.remove("file_upload")
    entry = async_entry_of(home.hass, E3_MAC)
    assert entry is not None
    menu = await home.hass.config_entries.options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["limits", "schedule"]

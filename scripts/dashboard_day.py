"""A night and a day of a home in minutes, and what its owner then finds: money, file, report, history.

The night charges for a red day. Its savings are read from entities and from a downloaded workbook,
its report arrives at a notify entity, and an old log is uploaded in the browser.
"""

import asyncio
import datetime as dt
import importlib
import itertools
from pathlib import Path
import time
from typing import Any, Final

from custom_components.marstek.const import CONF_NOTIFY_ENTITIES, CONF_PHONES
from custom_components.marstek.tempo import PARIS

from .dashboard_walk import DashboardWalk, Report, check
from .demo_lib import home
from .demo_lib.browser import Walk
from .demo_lib.home_assistant import HomeAssistant, wait_until
from .demo_lib.phone import Phone
from .demo_lib.shifted_clock import ShiftedClock

RECIPIENTS: Final = "kitchen_sink:\nmobile_app:\n"
"""Configuration of integrations of Home Assistant's: notify entities for trials, and phones."""
_RECIPIENT: Final = "notify.mybox_personal_notifier_with_title"
_SPEED: Final = 600.0
_SLOWLY: Final = 60.0
# A report of a day is sent at 08:00 on the next one, or some minutes later.
_REPORTS_ARE_SENT: Final = (dt.time(7, 45), dt.time(8, 10))
_LIVED: Final = dt.timedelta(hours=26)
_MAC: Final = home.BATTERIES[0].ble_mac
_FIVE_MINUTES: Final = dt.timedelta(minutes=5)
_LOGGED_W: Final = 600
_LOGGED_DAYS: Final = 3


class LivedDay:
    """A home that has lived a night and a day."""

    def __init__(self, hass: HomeAssistant, walk: DashboardWalk, folder: Path) -> None:
        """Keep files in `folder`."""
        self._hass = hass
        self._walk = walk
        self._folder = folder

    async def look(self) -> None:
        """Compare the workbook with the sensors, and upload an old log."""
        await self._no_repairs()
        await self._workbook()
        await self._old_log()

    async def _no_repairs(self) -> None:
        """See that nothing of this integration is told to need repair."""
        found = (await self._hass.command("repairs/list_issues"))["issues"]
        ours = [each["translation_key"] for each in found if each["domain"] == "marstek"]
        check(not ours, f"after a good day these repairs are shown: {ours}")

    async def _values(self) -> dict[str, float]:
        """Return the numbers that entities show, by the ends of their unique ids."""
        ids, states = await self._hass.entity_ids("marstek"), await self._hass.states()
        found = {}
        for key, entity_id in ids.items():
            try:
                found[key] = float(states[entity_id]["state"])
            except KeyError, ValueError:
                continue
        return found

    async def _workbook(self) -> None:
        """Download the export of this month, and compare its sums with the sensors."""
        path = await self._walk.download_export()
        # A library of spreadsheets is asked for here only, so that nothing else needs one.
        book = importlib.import_module("openpyxl").load_workbook(path)
        rows = list(book["money"].iter_rows(values_only=True))
        saved = sum(row[rows[0].index("saved")] for row in rows[1:])
        shown = (await self._values())["plan_saved_season"]
        check(abs(saved - shown) < 0.05, f"the workbook says {saved:.2f}, the sensor {shown:.2f}")
        check(shown > 1, f"a red day has saved {shown:.2f} only")
        steps = list(book["plan steps"].iter_rows(values_only=True))
        check(any("red_tomorrow" in row for row in steps), "no night before a red day in the file")
        self._walk.report(
            f"workbook: {saved:.2f} saved in {len(rows) - 1} days, as the sensor says"
        )

    async def _old_log(self) -> None:
        """Upload a log in the options of a battery, and see its hours join without a jump."""
        page = self._walk.page
        flow = Walk(page, self._hass, self._walk.language)
        words = flow.words
        entity_id = (await self._hass.entity_ids("marstek"))[f"{_MAC}_energy_charged"]
        before = await self._sums(entity_id)
        log = self._folder / "old-log.csv"
        log.write_text(_old_log(dt.datetime.fromtimestamp(before[0][0], dt.UTC)), "utf-8")
        await flow.open_options(await self._title())
        dialog = page.locator("dialog-data-entry-flow")
        await dialog.get_by_text(words.own("options.step.init.menu_options.old_log")).click()
        async with page.expect_file_chooser() as choosing:
            await dialog.locator("ha-file-upload").click()
        await (await choosing.value).set_files(log)
        await dialog.get_by_text(log.name).first.wait_for()
        await dialog.get_by_role("radio").first.check()
        await self._walk.keep("old-log-form")
        submit = words.frontend("ui.panel.config.integrations.config_flow.submit")
        await dialog.get_by_role("button", name=submit).click()
        write = words.own("options.step.old_log_check.menu_options.old_log_write")
        await dialog.get_by_text(write, exact=True).wait_for()
        await self._walk.keep("old-log-check")
        await dialog.get_by_text(write, exact=True).click()
        done = words.own("options.abort.log_imported").partition("}")[2].partition("{")[0].strip()
        await dialog.get_by_text(done).wait_for()
        await self._no_jump(entity_id, before)
        await page.goto(f"{self._hass.url}/history?entity_id={entity_id}")
        await self._walk.keep("old-log-history")
        await self._energy_page()

    async def _energy_page(self) -> None:
        """Show this battery on Home Assistant's Energy page; keep pictures of days around the join."""
        ids, page = await self._hass.entity_ids("marstek"), self._walk.page
        source = {
            "type": "battery",
            "stat_energy_from": ids[f"{_MAC}_energy_discharged"],
            "stat_energy_to": ids[f"{_MAC}_energy_charged"],
        }
        await self._hass.command("energy/save_prefs", energy_sources=[source])
        await page.goto(f"{self._hass.url}/energy/electricity")
        previous = self._walk.words.frontend(
            "ui.panel.lovelace.components.energy_period_selector.previous"
        )
        await page.get_by_role("button", name=previous).first.wait_for()
        for days in range(3):
            await self._walk.keep(f"old-log-energy-{days}")
            await page.get_by_role("button", name=previous).first.click()

    async def _title(self) -> str:
        """Return the title of the battery's entry."""
        entries = await self._hass.command("config_entries/get", domain="marstek")
        titles: list[str] = [each["title"] for each in entries]
        return next(title for title in titles if title.lower().endswith(_MAC[-4:]))

    async def _sums(self, entity_id: str) -> list[tuple[float, float]]:
        """Return the hours of a meter: seconds since the epoch, and sum in kWh."""
        start = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
        found = await self._hass.command(
            "recorder/statistics_during_period",
            start_time=start.isoformat(),
            statistic_ids=[entity_id],
            period="hour",
            types=["sum"],
            units={"energy": "kWh"},
        )
        return [(row["start"] / 1000, row["sum"]) for row in found[entity_id]]

    async def _no_jump(self, entity_id: str, before: list[tuple[float, float]]) -> None:
        async def is_longer() -> list[tuple[float, float]] | None:
            found = await self._sums(entity_id)
            return found if len(found) > len(before) else None

        after: list[tuple[float, float]] = await wait_until(
            "the log is in the statistics", is_longer, seconds=60
        )
        # Sums may be shifted as a whole: what counts, and is shown, is what each hour added.
        kept = dict(after)
        shifts = [kept.get(at, float("nan")) - total for at, total in before]
        check(max(shifts) - min(shifts) < 1e-6, f"measured hours have changed: {shifts}")
        steps = [later[1] - earlier[1] for earlier, later in itertools.pairwise(after)]
        most = max(steps[: len(after) - len(before) + 1])
        check(min(steps) >= 0, "a sum falls")
        check(most <= _LOGGED_W / 1000 + 3, f"a bar of {most:.1f} kWh in one hour")
        self._walk.report(
            f"old log: {len(after) - len(before)} hours before what is measured, no more than"
            f" {most:.2f} kWh in one"
        )


def _old_log(until: dt.datetime) -> str:
    """Return a log of a battery that charged for days, as CSV."""
    count = _LOGGED_DAYS * 24 * 12
    rows = ["battery_id,timestamp,soc,bat_power,pv_power,ongrid_power,offgrid_power,mode,bat_temp"]
    for number in range(count):
        moment = until - (count - number) * _FIVE_MINUTES
        rows.append(f"1,{moment.isoformat()},40,,0,{-_LOGGED_W},0,Manual,20")
    return "\n".join(rows)


async def _send_reports(hass: HomeAssistant, entity_id: str, phone: str) -> None:
    """Let the plan send a report each day to a notify entity and a phone, by its options."""
    entries = await hass.command("config_entries/get", domain="marstek")
    entry = next(each for each in entries if each["title"] == "Plan")
    flows = "config/config_entries/options/flow"
    flow = await hass.rest("POST", flows, {"handler": entry["entry_id"]})
    path = f"{flows}/{flow['flow_id']}"
    form = await hass.rest("POST", path, {"next_step_id": "notify"})
    values: dict[str, Any] = {}
    for field in form["data_schema"]:
        suggested = (field.get("description") or {}).get("suggested_value", field.get("default"))
        if suggested is not None:
            values[field["name"]] = suggested
    values |= {CONF_NOTIFY_ENTITIES: [entity_id], CONF_PHONES: [phone], "report": "daily"}
    done = await hass.rest("POST", path, values)
    check(done["type"] == "create_entry", f"notifications could not be chosen: {done}")


async def live(hass: HomeAssistant, report: Report) -> None:
    """Live until the evening of the red day; a notify entity and a phone get the report of the eve."""
    async with Phone(hass) as phone:
        await _send_reports(hass, _RECIPIENT, await phone.register())
        await _live_on(_LIVED)
        await hass.renew()
        state = (await hass.states())[_RECIPIENT]["state"]
        check(state not in ("unknown", "unavailable"), "the notify entity was sent nothing")
        # The recipient shows what it is sent as a notification of Home Assistant.
        shown = await hass.command("persistent_notification/get")
        received = [each for each in shown if "kWh" in each["message"]]
        check(bool(received), f"no report was received: {shown}")
        first = received[0]
        report(f"report at {state}: {first['title']}: {' '.join(first['message'].split())[:300]}")
        pushed = phone.check_report()
        check(pushed["message"] == first["message"], f"the phone was told otherwise: {pushed}")
        report("the phone got it too")


async def _live_on(lived: dt.timedelta) -> None:
    """Live so long at high speed, but slowly while reports are sent, which have 10 s to arrive."""
    clock, until = ShiftedClock.of_this_program(), time.time() + lived.total_seconds()
    try:
        while time.time() < until:
            begins, ends = _REPORTS_ARE_SENT
            is_sent = begins <= dt.datetime.now(PARIS).time() < ends
            clock.set_pace(speed=_SLOWLY if is_sent else _SPEED)
            # By the clock of the machine.
            await asyncio.sleep(1)
    finally:
        clock.set_pace(speed=1)

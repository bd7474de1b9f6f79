"""The unattended check: adds the batteries, commands them, and asks them what they did."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import re
import time

from . import flow, home
from .home_assistant import HomeAssistant, Json, wait_until
from .process import DemoError

type Report = Callable[[str], None]

BLUEPRINT = "marstek/notifications.yaml"
BROKEN = {"setup_error", "migration_error", "failed_unload"}
# Ends of the unique ids of what every battery must show before it is commanded.
ESSENTIAL = ("_soc", "_battery_power", "_mode", "_setpoint")
UNKNOWN = {"unknown", "unavailable"}
# What each battery is told, in W: charge, discharge, and something in between.
SETPOINTS = (-600, 400, -250)
# How far from a setpoint a battery may be: it ramps, and rounds.
TOLERANCE_W = 30
# A mode that takes the setpoint, by preference: Passive writes nothing into flash.
STEERED_MODES = ("passive", "manual")
VALUES_WITHIN_S = 15.0
OBEYED_WITHIN_S = 45.0
_TROUBLE = re.compile(
    r" (ERROR|CRITICAL) .*(marstek|frontend\.js)|marstek.*Traceback", re.IGNORECASE
)


class Check:
    """One run against a Home Assistant that has just started."""

    def __init__(self, hass: HomeAssistant, log: Path, report: Report) -> None:
        """Prepare; nothing is sent yet."""
        self._hass = hass
        self._log = log
        self._report = report
        self._entities: dict[str, str] = {}

    async def _state(self, entity_id: str) -> Json:
        return (await self._hass.states()).get(entity_id, {"state": "unavailable"})

    def _entity(self, mac: str, key: str) -> str:
        unique_id = f"{mac}_{key}"
        for known, entity_id in self._entities.items():
            if known.replace(":", "") == unique_id:
                return entity_id
        raise DemoError(f"there is no entity {unique_id}; there are: {sorted(self._entities)}")

    async def add(self) -> None:
        """Add all batteries and wait for their first values."""
        await flow.add_all(self._hass, len(home.BATTERIES), self._report)
        begun = time.monotonic()
        await wait_until("every entry is loaded", self._all_loaded, seconds=60)
        await wait_until("every battery shows its values", self._all_known, seconds=60)
        self._report(f"first values {time.monotonic() - begun:.1f} s after the end of the flow")

    async def _all_loaded(self) -> bool:
        entries = await self._hass.command("config_entries/get", domain=flow.DOMAIN)
        for entry in entries:
            if entry["state"] in BROKEN:
                raise DemoError(f"{entry['title']}: {entry['state']} ({entry['reason']})")
        return len(entries) > len(home.BATTERIES) and all(
            entry["state"] == "loaded" for entry in entries
        )

    async def _all_known(self) -> bool:
        self._entities = await self._hass.entity_ids(flow.DOMAIN)
        wanted = [
            entity_id
            for unique_id, entity_id in self._entities.items()
            if unique_id.endswith(ESSENTIAL)
        ]
        states = await self._hass.states()
        return len(wanted) >= len(ESSENTIAL) * len(home.BATTERIES) and all(
            entity_id in states and states[entity_id]["state"] not in UNKNOWN
            for entity_id in wanted
        )

    async def colours(self) -> None:
        """Compare the colours on screen with those of the simulated sources."""
        days = (await home.ask("tempo state"))["days"]
        shown = [
            (await self._state(self._entities[f"plan_colour_{day}"]))["state"]
            for day in ("today", "tomorrow")
        ]
        # Until 06:00 the running day is still that of yesterday.
        told = [day["shown"] or "unknown" for day in days.values()]
        self._report(f"colours: {shown[0]} today, {shown[1]} tomorrow")
        if shown not in (told[:2], told[1:]):
            raise DemoError(f"the sources say {days}")

    async def show(self) -> None:
        """Print every entity of the integration."""
        states = await self._hass.states()
        for unique_id, entity_id in sorted(self._entities.items()):
            if state := states.get(entity_id):
                unit = state["attributes"].get("unit_of_measurement", "")
                self._report(f"  {unique_id:40} {state['state']} {unit}")

    async def compare(self, mac: str) -> None:
        """Compare the state of charge on screen with the battery's own."""
        shown = float((await self._state(self._entity(mac, "soc")))["state"])
        real = (await home.truth(mac))["soc"]
        if abs(shown - real) > 2:
            raise DemoError(f"{mac}: {shown} % is shown, {real:.1f} % is true")

    async def steer(self, mac: str, setpoint: int) -> None:
        """Let a battery charge or discharge, and give it back to its own logic."""
        mode, number = self._entity(mac, "mode"), self._entity(mac, "setpoint")
        select = await self._state(mode)
        options = select["attributes"]["options"]
        steered = next((option for option in STEERED_MODES if option in options), None)
        if steered is None:
            raise DemoError(f"{mac} offers none of {STEERED_MODES}: {options}")
        await self._select(mac, mode, steered)
        begun = time.monotonic()
        await self._hass.act("number.set_value", number, value=setpoint)
        real = await self._obeyed(mac, steered, setpoint)
        self._report(
            f"{mac}: {select['state']} -> {steered}, {setpoint} W;"
            f" the battery is in {real['mode']} at {real['ac_power']:.0f} W"
            f" ({time.monotonic() - begun:.1f} s)"
        )
        await self._select(mac, mode, select["state"])

    async def _select(self, mac: str, entity_id: str, option: str) -> None:
        begun = time.monotonic()
        await self._hass.act("select.select_option", entity_id, option=option)
        took = time.monotonic() - begun

        async def shown() -> bool:
            return bool((await self._state(entity_id))["state"] == option)

        async def real() -> bool:
            return bool((await home.truth(mac))["mode"].lower() == option)

        await wait_until(f"{mac} is really in {option}", real, seconds=OBEYED_WITHIN_S)
        await wait_until(f"{mac} shows {option}", shown, seconds=OBEYED_WITHIN_S)
        self._report(f"{mac}: {option} confirmed in {took:.1f} s")

    async def _obeyed(self, mac: str, mode: str, setpoint: int) -> Json:
        async def obeyed() -> Json | None:
            real = await home.truth(mac)
            close = abs(real["ac_power"] - setpoint) <= TOLERANCE_W
            return real if close and real["mode"].lower() == mode else None

        try:
            real: Json = await wait_until(f"{mac} at {setpoint} W", obeyed, seconds=OBEYED_WITHIN_S)
        except DemoError as err:
            raise DemoError(f"{err}; the battery says {await home.truth(mac)}") from None
        return real

    async def batteries_are_content(self) -> None:
        """Ask the batteries what they were sent: nothing dangerous, never two at once."""
        forbidden = {mac: sent for mac, sent in (await home.ask("forbidden")).items() if sent}
        if forbidden:
            raise DemoError(f"dangerous requests were sent: {forbidden}")
        for mac, figures in (await home.ask("statistics")).items():
            self._report(
                f"{mac}: {figures['requests']} requests in {figures['seconds']:.0f} s,"
                f" {figures['outcomes']}, smallest gap {figures['smallest_gap']:.2f} s"
            )
            if figures["overlaps"]:
                raise DemoError(f"{mac} got two requests at once, {figures['overlaps']} times")

    async def automate(self) -> None:
        """Make an automation from the blueprint, as its dialog does."""
        blueprints = await self._hass.command("blueprint/list", domain="automation")
        if "metadata" not in blueprints.get(BLUEPRINT, {}):
            raise DemoError(f"the blueprint is not usable: {blueprints.get(BLUEPRINT)}")
        await self._hass.rest(
            "POST",
            "config/automation/config/marstek_check",
            {
                "alias": "Notifications",
                "description": "",
                "use_blueprint": {"path": BLUEPRINT, "input": {"kinds": ["override_started"]}},
            },
        )

    async def automation_ran(self) -> None:
        """Raise unless a command by hand has been told to the automation."""

        async def has_run() -> bool:
            states = (await self._hass.states()).items()
            return any(
                key.startswith("automation.") and state["attributes"].get("last_triggered")
                for key, state in states
            )

        await wait_until("the blueprint's automation has run", has_run, seconds=20)
        self._report(
            "the blueprint's automation has heard that the plan leaves a battery to a person"
        )

    def log_is_clean(self) -> None:
        """Raise when Home Assistant's log has an error of the integration or the frontend."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        trouble = [
            line
            for number, line in enumerate(lines)
            if _TROUBLE.search(line) or _in_our_traceback(lines, number)
        ]
        if trouble:
            raise DemoError("\n  ".join(["errors in the log:", *trouble]))
        warnings = [line for line in lines if " WARNING " in line and "marstek" in line.lower()]
        # Each custom integration is announced with a warning.
        told = [line for line in warnings if "not been tested by Home Assistant" not in line]
        self._report("\n  ".join(["no error in the log", *(f"but: {line}" for line in told)]))


def _in_our_traceback(lines: list[str], number: int) -> bool:
    return "/custom_components/marstek/" in lines[number] and 'File "' in lines[number]


async def run(hass: HomeAssistant, log: Path, report: Report) -> None:
    """Check everything; raise DemoError with what is wrong."""
    check = Check(hass, log, report)
    await check.add()
    await check.automate()
    await check.show()
    await check.colours()
    macs = [battery.ble_mac for battery in home.BATTERIES]
    for mac in macs:
        await check.compare(mac)
    steered = await asyncio.gather(
        *(check.steer(mac, setpoint) for mac, setpoint in zip(macs, SETPOINTS, strict=True)),
        return_exceptions=True,
    )
    if failed := [str(problem) for problem in steered if problem is not None]:
        raise DemoError("; ".join(failed))
    await check.automation_ran()
    await check.batteries_are_content()
    check.log_is_clean()
    report("The check has passed")

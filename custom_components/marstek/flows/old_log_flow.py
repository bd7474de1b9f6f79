"""Steps of a battery's options flow that import the log of another program from an uploaded file.

The file is read on trial first: what it holds is shown before anything is written.
"""

from collections.abc import Mapping
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import (
    FileSelector,
    FileSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..plan.wording import Wording
from ..records.importing import LONGEST_LOG, async_import
from ..records.old_log import POWER_UNITS, LogFormat
from ..texts import Texts, async_load_texts

CONF_LOG_FILE: Final = "log_file"
CONF_LOG_POWER_UNIT: Final = "log_power_unit"
CONF_LOG_BATTERY: Final = "log_battery"
CONF_LOG_TIME_ZONE: Final = "log_time_zone"
_NEEDED: Final = frozenset({"recorder", "file_upload"})
# Of a character in UTF-8, in bytes.
_WIDEST: Final = 4
_MOST_LINES: Final = 10


class OldLogFlow(OptionsFlowWithReload):
    """Imports an old log for the battery, once its owner has seen what that would do."""

    _log = ""
    _log_format = LogFormat(None, None, 1.0)
    _found: Mapping[str, Any] = {}

    @property
    def _can_import(self) -> bool:
        """Whether there are statistics to write into, and uploads to read from."""
        return self.hass.config.components >= _NEEDED

    async def async_step_old_log(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the file, and for what it does not say itself."""
        errors, reason = dict[str, str](), ""
        if user_input is not None:
            try:
                await self._async_read(user_input)
                return await self.async_step_old_log_check()
            except HomeAssistantError as err:
                errors = {"base": "log_not_read"}
                reason = (await async_load_texts(self.hass)).of_error(err)
        suggested = {CONF_LOG_TIME_ZONE: self.hass.config.time_zone, **(user_input or {})}
        return self.async_show_form(
            step_id="old_log",
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, suggested),
            errors=errors,
            description_placeholders={"name": self.config_entry.title, "reason": reason},
        )

    async def async_step_old_log_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what would be imported, and ask whether to do so."""
        return self.async_show_menu(
            step_id="old_log_check",
            menu_options=["old_log_write", "old_log"],
            description_placeholders=await self._async_summary(),
        )

    async def async_step_old_log_write(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Import the log; the options of the battery are as they were."""
        try:
            self._found = await self._async_import(is_dry=False)
        except HomeAssistantError as err:
            texts = await async_load_texts(self.hass)
            return self.async_abort(
                reason="log_not_imported", description_placeholders={"reason": texts.of_error(err)}
            )
        return self.async_abort(
            reason="log_imported", description_placeholders=await self._async_summary()
        )

    async def _async_read(self, given: Mapping[str, Any]) -> None:
        """Read the file on trial; a translated error where it can't be imported."""
        name = given.get(CONF_LOG_TIME_ZONE, "").strip()
        zone = await dt_util.async_get_time_zone(name) if name else None
        if name and zone is None:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="no_such_zone",
                translation_placeholders={"zone": name[:50]},
            )
        # An upload can be read once: it stays for another try with other answers.
        self._log = await self.hass.async_add_executor_job(self._uploaded, given[CONF_LOG_FILE])
        self._log_format = LogFormat(
            given.get(CONF_LOG_BATTERY, "").strip() or None,
            zone,
            POWER_UNITS[given[CONF_LOG_POWER_UNIT]],
        )
        self._found = await self._async_import(is_dry=True)

    def _uploaded(self, file_id: str) -> str:
        """Return the text of an uploaded file, in the executor; a translated error for no text."""
        # It belongs to an integration that a home may run without.
        from homeassistant.components.file_upload import process_uploaded_file  # noqa: PLC0415

        try:
            with process_uploaded_file(self.hass, file_id) as path:
                if path.stat().st_size > LONGEST_LOG * _WIDEST:
                    raise HomeAssistantError(
                        translation_domain=DOMAIN, translation_key="log_too_long"
                    )
                return path.read_text("utf-8-sig")
        except ValueError as err:
            if self._log:
                return self._log
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="log_no_text"
            ) from err

    async def _async_import(self, *, is_dry: bool) -> Mapping[str, Any]:
        return await async_import(
            self.hass, self.config_entry, self._log, self._log_format, is_dry=is_dry
        )

    async def _async_summary(self) -> dict[str, str]:
        """Return the figures of what was read, for the texts of the steps."""
        found, texts = self._found, await async_load_texts(self.hass)
        wording = Wording(texts, self.hass.config.language)
        hours = max((each["hours"] for each in found["sensors"].values()), default=0)
        return {
            "rows": wording.number(found["rows"]),
            "first": wording.day(dt.date.fromisoformat(found["first"][:10])),
            "last": wording.day(dt.date.fromisoformat(found["last"][:10])),
            "charged": wording.decimal(found["charged_kwh"]),
            "discharged": wording.decimal(found["discharged_kwh"]),
            "hours": wording.number(hours),
            "unreadable": _unreadable(found, texts),
        }


def _unreadable(found: Mapping[str, Any], texts: Texts) -> str:
    """Return a sentence with the lines that can't be read, if there are any."""
    if not found["unreadable"]:
        return ""
    lines = ", ".join(map(str, found["unreadable_lines"][:_MOST_LINES]))
    values = {"count": str(found["unreadable"]), "lines": lines}
    return texts.message("log_lines_unreadable", values)


_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_LOG_FILE): FileSelector(FileSelectorConfig(accept=".csv,text/csv")),
        vol.Required(CONF_LOG_POWER_UNIT): SelectSelector(
            SelectSelectorConfig(
                options=list(POWER_UNITS),
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_LOG_POWER_UNIT,
            )
        ),
        vol.Optional(CONF_LOG_TIME_ZONE): TextSelector(),
        vol.Optional(CONF_LOG_BATTERY): TextSelector(),
    }
)

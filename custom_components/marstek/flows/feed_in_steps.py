"""Steps of set-up about what feeding in earns, asked in homes with solar panels only."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult

from ..const import CONF_EXPORT_KIND, CONF_EXPORT_SOURCE, ExportKind, Tariff
from ..plan.options import Form
from .control_forms import read_form, schema_of
from .export_hours_steps import ExportHoursSteps
from .price_forms import SourceReading
from .price_steps import PriceSteps


class FeedInSteps(PriceSteps, ExportHoursSteps):
    """A flow of set-up that can ask what feeding in earns."""

    _tariff: Tariff

    async def async_step_export(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what feeding in earns; hours or a source of its prices are asked for next."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._export, errors = read_form(Form.EXPORT, user_input, self._tariff)
            if not errors:
                return await self._async_after_export(ExportKind(self._export[CONF_EXPORT_KIND]))
        return self.async_show_form(
            step_id="export",
            data_schema=self.add_suggested_values_to_schema(
                schema_of(Form.EXPORT, self._export, self._tariff), user_input
            ),
            errors=errors,
        )

    async def _async_after_export(self, kind: ExportKind) -> ConfigFlowResult:
        if kind is ExportKind.HOURS:
            return await self.async_step_export_hours()
        if kind is ExportKind.SOURCE:
            # The form is shared with the source of the price of drawing.
            self._source, self._source_input = SourceReading(), None
            return await self.async_step_export_source()
        return await self._async_use_export(self._export)

    async def async_step_export_source(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the source of what feeding in earns, and what is taken off it."""
        if user_input is not None:
            await self._async_read_source(user_input)
            if not self._source.errors:
                return await self.async_step_export_check()
        return self._show_source("export_source")

    async def async_step_export_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the prices that were read, and ask whether they are right."""
        choices = ["export_use", "export_source"]
        return await self._async_show_check("export_check", choices, is_export=True)

    async def async_step_export_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with the prices that were read."""
        own = {**self._export, CONF_EXPORT_SOURCE: self._source.options}
        return await self._async_use_export(own)

    @property
    @override
    def _export_hours_before(self) -> list[Mapping[str, Any]]:
        return []

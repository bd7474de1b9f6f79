"""Shared parts of flows about the source of prices: reading it, and showing what was read."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from .price_forms import SourceReading, async_read_source, source_schema
from .price_summary import async_price_summary


class PriceSteps(ConfigFlow):
    """A flow that can read a source of prices."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._source = SourceReading()
        self._source_input: dict[str, Any] | None = None

    async def _async_read_source(self, user_input: dict[str, Any]) -> None:
        """Read the source that was filled in, which the form shows again after a mistake."""
        self._source_input = user_input
        self._source = await async_read_source(self.hass, user_input)

    def _show_source(
        self, step_id: str, options: Mapping[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form of the source, with what is stored of it or was filled in before."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                source_schema(self.hass, options or {}, self._source.subjects), self._source_input
            ),
            errors=self._source.errors,
            description_placeholders=self._source.placeholders,
        )

    async def _async_show_check(
        self, step_id: str, choices: list[str], *, is_export: bool = False
    ) -> ConfigFlowResult:
        """Show the summary of what was read, with a way on and one back."""
        return self.async_show_menu(
            step_id=step_id,
            menu_options=choices,
            description_placeholders=await async_price_summary(
                self.hass, self._source, is_export=is_export
            ),
        )

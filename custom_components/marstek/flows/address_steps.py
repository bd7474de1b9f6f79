"""Steps that ask who is at an address, which adding a battery and moving one share."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.core import callback

from .address_form import ADDRESS_SCHEMA, Asked
from .progress import Inquiry


class AddressSteps(ConfigFlow):
    """A flow with the form of an address."""

    def __init__(self) -> None:
        """Start with nobody asked."""
        super().__init__()
        self._asked: dict[str, str] = {}
        self._inquiries: list[Inquiry] = []

    async def _async_answered(self, given: Mapping[str, Any], asked: Asked) -> ConfigFlowResult:
        """Go on with who has answered, or with what is wrong."""
        raise NotImplementedError

    def _show_address_form(
        self, step_id: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(ADDRESS_SCHEMA, values),
            errors=errors,
            description_placeholders=self._asked,
        )

    async def _async_inquire(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Begin to ask who is at an address, and show that it takes a while if it does."""
        inquiry = Inquiry(self.hass, user_input)
        self._inquiries.append(inquiry)
        if await inquiry.async_at_once():
            return await self.async_step_asked()
        return await self.async_step_asking()

    async def async_step_asking(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show that an address is asked, how often, and that no answer came yet."""
        inquiry = self._inquiries[-1]
        if inquiry.is_done:
            return self.async_show_progress_done(next_step_id="asked")
        return self.async_show_progress(
            step_id="asking",
            progress_action=inquiry.action,
            description_placeholders=inquiry.placeholders,
            progress_task=inquiry.async_news(),
        )

    async def async_step_asked(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on: it is known who is there, or that nobody is."""
        inquiry = self._inquiries[-1]
        self._asked |= inquiry.result.placeholders
        return await self._async_answered(inquiry.given, inquiry.result)

    @callback
    @override
    def async_remove(self) -> None:
        """Ask nobody any more once the dialog is closed."""
        for inquiry in self._inquiries:
            inquiry.stop()

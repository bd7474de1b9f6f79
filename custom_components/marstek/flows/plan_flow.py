"""Config flow of the plan: tariff, off-peak hours, prices and batteries."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowResult
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import (
    CONF_CLIENT_ID,
    CONF_KIND,
    CONF_OFF_PEAK,
    CONF_TARIFF,
    PLAN_UNIQUE_ID,
    EntryKind,
    Tariff,
)
from ..plan.memory import PlanMemory
from ..plan.preview import first_context, tonight
from ..plan.tariff.client import async_check_credentials, async_first_colours
from ..plan.tariff_settings import dynamic_of, new_settings, options_of
from ..plan.wording import Wording
from ..tempo import ColourBook
from ..texts import async_load_texts
from .control_forms import START_SCHEMA, home_schema, read_home
from .plan_forms import (
    CREDENTIALS_SCHEMA,
    prices_schema,
    read_credentials,
    read_prices,
    read_windows,
    shown_windows,
    windows_schema,
)
from .price_steps import PriceSteps

SHOWN_FOR: Final = 2.0
TITLE: Final = "Plan"
"""Of the config entry and its device, in every language."""


class PlanSteps(PriceSteps):
    """The steps of a flow that are about the plan."""

    def __init__(self) -> None:
        """Start with nothing chosen."""
        super().__init__()
        self._tariff = Tariff.TEMPO
        self._options: dict[str, Any] = {}
        self._control: dict[str, Any] = {}
        self._memory = PlanMemory()
        self._asking: asyncio.Task[ColourBook | None] | None = None

    async def async_step_plan(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the tariff."""
        await self.async_set_unique_id(PLAN_UNIQUE_ID, raise_on_progress=False)
        self._abort_if_unique_id_configured(error="plan_exists")
        return self.async_show_menu(step_id="plan", menu_options=["tempo", "fixed", "dynamic"])

    async def async_step_tempo(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the off-peak hours of Tempo."""
        errors: dict[str, str] = {}
        self._tariff = Tariff.TEMPO
        if user_input is not None:
            self._options, errors = read_windows(user_input, Tariff.TEMPO)
            if not errors:
                return await self.async_step_sources()
        return self.async_show_form(
            step_id="tempo",
            data_schema=self.add_suggested_values_to_schema(
                windows_schema(Tariff.TEMPO), user_input
            ),
            errors=errors,
        )

    async def async_step_sources(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask the sources of the colours, and show that it takes a while."""
        if self._asking is None:
            self._asking = self.hass.async_create_task(self._async_ask_sources(), eager_start=False)
        if not self._asking.done():
            return self.async_show_progress(
                step_id="sources", progress_action="asking_sources", progress_task=self._asking
            )
        book, self._asking = self._asking.result(), None
        self._memory.book = book or ColourBook()
        return self.async_show_progress_done(
            next_step_id="sources_down" if book is None else "tempo_ready"
        )

    async def _async_ask_sources(self) -> ColourBook | None:
        """Ask for long enough to be seen: a frontend that is informed too early waits for ever."""
        book, _ = await asyncio.gather(async_first_colours(self.hass), asyncio.sleep(SHOWN_FOR))
        return book

    async def async_step_tempo_ready(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on: a source answers."""
        return await self.async_step_home()

    async def async_step_sources_down(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that no source answers, and that the plan goes on asking."""
        if user_input is None:
            return self.async_show_form(step_id="sources_down")
        return await self.async_step_home()

    async def async_step_fixed(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the off-peak hours of a contract without colours."""
        errors: dict[str, str] = {}
        self._tariff = Tariff.FIXED
        if user_input is not None:
            self._options, errors = read_windows(user_input, Tariff.FIXED)
            if not errors:
                return await self.async_step_fixed_prices()
        return self.async_show_form(
            step_id="fixed",
            data_schema=self.add_suggested_values_to_schema(
                windows_schema(Tariff.FIXED), user_input or shown_windows({})
            ),
            errors=errors,
        )

    async def async_step_fixed_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the two prices."""
        settings, errors = new_settings(Tariff.FIXED), dict[str, str]()
        if user_input is not None:
            prices, errors = read_prices(user_input, settings)
            if not errors:
                self._options |= prices
                if self.source == SOURCE_RECONFIGURE:
                    options = self._get_reconfigure_entry().options
                    return self._change_tariff(
                        Tariff.FIXED, {**options, Tariff.FIXED: self._options}
                    )
                return await self.async_step_home()
        return self.async_show_form(
            step_id="fixed_prices",
            data_schema=self.add_suggested_values_to_schema(prices_schema(settings), user_input),
            errors=errors,
        )

    async def async_step_dynamic(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where day-ahead prices come from, and read them."""
        self._tariff = Tariff.DYNAMIC
        if user_input is not None:
            await self._async_read_source(user_input)
            if not self._source.errors:
                return await self.async_step_dynamic_check()
        return self._show_source("dynamic")

    async def async_step_dynamic_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the prices that were read, and ask whether they are right."""
        return await self._async_show_check("dynamic_check", ["dynamic_use", "dynamic"])

    async def async_step_dynamic_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with the prices that were read."""
        self._options, self._memory.prices = self._source.options, self._source.book
        return await self.async_step_home()

    async def async_step_home(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the house may draw, whether the sun helps, and which batteries take part."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._control, errors = read_home(self.hass, user_input)
            if not errors:
                return await self.async_step_preview()
        return self.async_show_form(
            step_id="home",
            data_schema=self.add_suggested_values_to_schema(home_schema(self.hass), user_input),
            errors=errors,
        )

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what tonight brings, and ask whether the plan is to begin at once."""
        options = {self._tariff: self._options, **self._control}
        if user_input is not None:
            return self.async_create_entry(
                title=TITLE,
                data={CONF_KIND: EntryKind.PLAN, CONF_TARIFF: self._tariff},
                options={**options, **user_input},
            )
        context = first_context(
            self.hass, {CONF_TARIFF: self._tariff}, options, self._memory, dt_util.utcnow()
        )
        wording = Wording(await async_load_texts(self.hass), self.hass.config.language)
        return self.async_show_form(
            step_id="preview" if context.batteries else "preview_no_battery",
            data_schema=START_SCHEMA,
            description_placeholders={"plan": tonight(context, wording)},
            last_step=True,
        )

    async def async_step_preview_no_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on as from a preview that had something to show."""
        return await self.async_step_preview(user_input)

    async def async_step_reconfigure_plan(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the tariff; what belongs to the other one is kept for when it comes back."""
        entry = self._get_reconfigure_entry()
        current = Tariff(entry.data[CONF_TARIFF])
        if user_input is not None:
            tariff = Tariff(user_input[CONF_TARIFF])
            if tariff is Tariff.DYNAMIC and not dynamic_of(options_of(entry, tariff)).is_chosen:
                return await self.async_step_reconfigure_dynamic()
            if tariff is Tariff.FIXED and not options_of(entry, tariff).get(CONF_OFF_PEAK):
                # Nothing is commanded by hours and prices that were only assumed.
                return await self.async_step_fixed()
            return self._change_tariff(tariff, entry.options)
        selector = SelectSelector(
            SelectSelectorConfig(
                options=list(Tariff), mode=SelectSelectorMode.LIST, translation_key=CONF_TARIFF
            )
        )
        return self.async_show_form(
            step_id="reconfigure_plan",
            data_schema=vol.Schema({vol.Required(CONF_TARIFF, default=current): selector}),
        )

    async def async_step_reconfigure_dynamic(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where day-ahead prices come from before they become the tariff."""
        if user_input is not None:
            await self._async_read_source(user_input)
            if not self._source.errors:
                return await self.async_step_reconfigure_check()
        return self._show_source("reconfigure_dynamic")

    async def async_step_reconfigure_check(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the prices that were read, and ask whether they are right."""
        choices = ["reconfigure_use", "reconfigure_dynamic"]
        return await self._async_show_check("reconfigure_check", choices)

    async def async_step_reconfigure_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the tariff to the prices that were read."""
        options = self._get_reconfigure_entry().options
        return self._change_tariff(
            Tariff.DYNAMIC, {**options, Tariff.DYNAMIC: self._source.options}
        )

    def _change_tariff(self, tariff: Tariff, options: Mapping[str, Any]) -> ConfigFlowResult:
        """End with another tariff; the entry keeps its title."""
        return self.async_update_and_abort(
            self._get_reconfigure_entry(),
            data_updates={CONF_TARIFF: tariff},
            options=options,
            reason="tariff_changed",
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for the credentials of RTE's own interface anew."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for credentials that work; without any, the public sources go on alone."""
        entry, errors = self._get_reauth_entry(), dict[str, str]()
        if user_input is not None:
            given, errors = read_credentials(user_input)
            if not errors:
                errors = await async_check_credentials(self.hass, given)
            if not errors:
                return self.async_update_and_abort(entry, data_updates=given)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(
                CREDENTIALS_SCHEMA, user_input or {CONF_CLIENT_ID: entry.data.get(CONF_CLIENT_ID)}
            ),
            errors=errors,
        )

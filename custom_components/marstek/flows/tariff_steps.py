"""Steps about the tariff, which set-up of the plan and a change of its tariff share."""

import asyncio
from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowResult

from ..const import CONF_PRICE_LEVELS, CONF_TARIFF, Tariff
from ..plan.memory import PlanMemory
from ..plan.tariff.client import async_first_colours
from ..plan.tariff_settings import (
    TariffSettings,
    new_settings,
    options_of,
    readable_options,
    settings_of,
)
from ..runtime import async_loaded_plan
from ..tempo import ColourBook
from . import progress
from .level_steps import LevelSteps
from .plan_forms import prices_schema, read_prices, read_windows, shown_windows, windows_schema
from .price_steps import PriceSteps


class TariffSteps(PriceSteps, LevelSteps):
    """The steps that ask what a tariff needs: hours, prices, and the source of either."""

    def __init__(self) -> None:
        """Start with nothing chosen."""
        super().__init__()
        self._tariff = Tariff.TEMPO
        self._options: dict[str, Any] = {}
        self._memory = PlanMemory()
        self._asking: asyncio.Task[ColourBook | None] | None = None

    @property
    def _is_change(self) -> bool:
        """Whether a running plan gets another tariff."""
        return self.source == SOURCE_RECONFIGURE

    def _stored(self, tariff: Tariff) -> Mapping[str, Any]:
        """Return the options that a plan has of a tariff; set-up has none."""
        return options_of(self._get_reconfigure_entry(), tariff) if self._is_change else {}

    def _settings_before(self, tariff: Tariff) -> TariffSettings:
        """Return the prices that a form suggests: those stored, else the official ones."""
        if not self._is_change:
            return new_settings(tariff)
        return settings_of({CONF_TARIFF: tariff}, readable_options(self._get_reconfigure_entry()))

    async def _async_after_tariff(self) -> ConfigFlowResult:
        """Go on once the tariff is known."""
        raise NotImplementedError

    async def async_step_tempo(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the off-peak hours of Tempo."""
        errors: dict[str, str] = {}
        self._tariff = Tariff.TEMPO
        if user_input is not None:
            self._options, errors = read_windows(user_input, Tariff.TEMPO)
            if not errors:
                return await self._async_after_hours_of_tempo()
        return self.async_show_form(
            step_id="tempo",
            data_schema=self.add_suggested_values_to_schema(
                windows_schema(Tariff.TEMPO),
                user_input or shown_windows(self._stored(Tariff.TEMPO)),
            ),
            errors=errors,
        )

    async def _async_after_hours_of_tempo(self) -> ConfigFlowResult:
        """Ask the sources, save where a running plan of Tempo has asked them."""
        plan = async_loaded_plan(self.hass)
        if plan is None or plan.tariff.settings.tariff is not Tariff.TEMPO:
            return await self.async_step_sources()
        self._memory.book = plan.tariff.store.memory.book
        return await self.async_step_tempo_ready()

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
        book, _ = await asyncio.gather(
            async_first_colours(self.hass), asyncio.sleep(progress.SHOWN_FOR)
        )
        return book

    async def async_step_tempo_ready(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on: a source answers, or it was said that none does."""
        if self._is_change:
            return await self.async_step_tempo_prices()
        return await self._async_after_tariff()

    async def async_step_sources_down(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that no source answers, and that the plan goes on asking."""
        if user_input is None:
            return self.async_show_form(step_id="sources_down")
        return await self.async_step_tempo_ready()

    async def async_step_tempo_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the prices of Tempo, which a new plan takes as they are built in."""
        return await self._async_ask_prices("tempo_prices", user_input)

    async def async_step_fixed(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the off-peak hours of a contract without colours."""
        errors: dict[str, str] = {}
        self._tariff = Tariff.FIXED
        if user_input is not None:
            self._options, errors = read_windows(user_input, Tariff.FIXED)
            if not errors:
                if self._is_change:
                    # Two prices take the place of several.
                    self._options[CONF_PRICE_LEVELS] = []
                return await self.async_step_fixed_prices()
        return self.async_show_form(
            step_id="fixed",
            data_schema=self.add_suggested_values_to_schema(
                windows_schema(Tariff.FIXED),
                user_input or shown_windows(self._stored(Tariff.FIXED)),
            ),
            errors=errors,
        )

    async def async_step_fixed_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the two prices."""
        return await self._async_ask_prices("fixed_prices", user_input)

    @property
    @override
    def _levels_before(self) -> Mapping[str, Any]:
        return self._stored(Tariff.FIXED)

    @override
    async def _async_use_levels(self, options: dict[str, Any]) -> ConfigFlowResult:
        self._tariff, self._options = Tariff.FIXED, options
        return await self._async_after_tariff()

    async def _async_ask_prices(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        settings, errors = self._settings_before(self._tariff), dict[str, str]()
        if user_input is not None:
            prices, errors = read_prices(user_input, settings)
            if not errors:
                self._options |= prices
                return await self._async_after_tariff()
        return self.async_show_form(
            step_id=step_id,
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
        return await self._async_after_tariff()

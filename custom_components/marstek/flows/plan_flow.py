"""Config flow of the plan: tariff, home and preview, and what may change afterwards."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import (
    CONF_AUTOMATIC,
    CONF_CLIENT_ID,
    CONF_EXPORT_SOURCE,
    CONF_HAS_PV,
    CONF_KIND,
    CONF_TARIFF,
    PLAN_UNIQUE_ID,
    EntryKind,
    Tariff,
)
from ..first_steps import async_first_steps
from ..plan.preview import async_coming_day, changed_context, first_context
from ..plan.tariff.client import async_check_credentials
from ..plan.tariff_settings import options_of, readable_options, settings_of
from ..plan.wording import Wording
from ..planner import Context
from ..runtime import async_loaded_plan
from ..texts import async_load_texts
from .control_forms import CONF_ENERGY_DASHBOARD, home_schema, read_home, start_schema
from .feed_in_steps import FeedInSteps
from .plan_forms import CREDENTIALS_SCHEMA, read_credentials
from .tariff_steps import TariffSteps

TITLE: Final = "Plan"
"""Of the config entry and its device, in every language."""


_LEVELS: Final = "levels"
# Several prices of fixed hours are a contract of their own to choose, though no other tariff.
_TARIFFS: Final[list[str]] = [Tariff.TEMPO, Tariff.FIXED, _LEVELS, Tariff.DYNAMIC]


class PlanSteps(TariffSteps, FeedInSteps):
    """The steps of a flow that are about the plan."""

    def __init__(self) -> None:
        """Start with nothing chosen."""
        super().__init__()
        self._control: dict[str, Any] = {}

    async def async_step_plan(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the tariff."""
        await self.async_set_unique_id(PLAN_UNIQUE_ID, raise_on_progress=False)
        self._abort_if_unique_id_configured(error="plan_exists")
        return self.async_show_menu(
            step_id="plan", menu_options=["tempo", "fixed", "levels", "dynamic", "other_contract"]
        )

    async def async_step_other_contract(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that batteries work without a plan, and what it could go by later."""
        return self.async_abort(reason="no_plan_needed")

    @override
    async def _async_after_tariff(self) -> ConfigFlowResult:
        if self._is_change:
            return await self.async_step_reconfigure_preview()
        return await self.async_step_home()

    async def async_step_home(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the house may draw, whether the sun helps, and which batteries take part."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._control, errors = read_home(self.hass, user_input)
            if not errors and self._control[CONF_HAS_PV]:
                return await self.async_step_export()
            if not errors:
                return await self.async_step_preview()
        return self.async_show_form(
            step_id="home",
            data_schema=self.add_suggested_values_to_schema(
                home_schema(self.hass, self._tariff), user_input
            ),
            errors=errors,
        )

    @override
    async def _async_use_export(self, options: Mapping[str, Any]) -> ConfigFlowResult:
        if CONF_EXPORT_SOURCE in options:
            self._memory.export.prices = self._source.book
        self._control |= options
        return await self.async_step_preview()

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what the coming day brings, and ask whether the plan is to begin at once."""
        options = {self._tariff: self._options, **self._control}
        if user_input is not None:
            wanted = user_input.get(CONF_ENERGY_DASHBOARD, False)
            async_first_steps(self.hass).energy_dashboard = wanted
            return self.async_create_entry(
                title=TITLE,
                data={CONF_KIND: EntryKind.PLAN, CONF_TARIFF: self._tariff},
                options={**options, CONF_AUTOMATIC: user_input[CONF_AUTOMATIC]},
            )
        data = {CONF_TARIFF: self._tariff}
        context = first_context(self.hass, data, options, self._memory, dt_util.utcnow())
        return self.async_show_form(
            step_id="preview" if context.batteries else "preview_no_battery",
            data_schema=start_schema(self.hass, has_batteries=bool(context.batteries)),
            description_placeholders={
                "plan": await self._async_preview(options, context),
                "count": str(len(context.batteries)),
                "tariff": (await async_load_texts(self.hass)).get(
                    f"selector.tariff.options.{self._tariff}"
                ),
            },
            last_step=True,
        )

    async def async_step_preview_no_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on as from a preview that had something to show."""
        return await self.async_step_preview(user_input)

    async def _async_preview(self, options: Mapping[str, Any], context: Context) -> str:
        """Return what a plan of the tariff that is being asked for would do, in Markdown."""
        wording = Wording(await async_load_texts(self.hass), self.hass.config.language)
        data = {CONF_TARIFF: self._tariff}
        return await async_coming_day(self.hass, data, options, context, wording)

    async def async_step_reconfigure_plan(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another tariff, or for the same to look through what it goes by."""
        if user_input is not None:
            steps: dict[str, Callable[[], Awaitable[ConfigFlowResult]]] = {
                Tariff.TEMPO: self.async_step_tempo,
                Tariff.FIXED: self.async_step_fixed,
                _LEVELS: self.async_step_levels,
                Tariff.DYNAMIC: self.async_step_reconfigure_dynamic,
            }
            return await steps[user_input[CONF_TARIFF]]()
        entry = self._get_reconfigure_entry()
        settings = settings_of(entry.data, readable_options(entry))
        current = _LEVELS if settings.levels.rules else settings.tariff
        selector = SelectSelector(
            SelectSelectorConfig(
                options=_TARIFFS, mode=SelectSelectorMode.LIST, translation_key=CONF_TARIFF
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
        self._tariff = Tariff.DYNAMIC
        if user_input is not None:
            await self._async_read_source(user_input)
            if not self._source.errors:
                return await self.async_step_reconfigure_check()
        return self._show_source("reconfigure_dynamic", self._stored(Tariff.DYNAMIC))

    async def async_step_reconfigure_check(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the prices that were read, and ask whether they are right."""
        choices = ["reconfigure_use", "reconfigure_dynamic"]
        return await self._async_show_check("reconfigure_check", choices)

    async def async_step_reconfigure_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with the prices that were read."""
        return await self.async_step_dynamic_use()

    async def async_step_reconfigure_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what the plan would do by the other tariff, and change it once that is confirmed.

        The options of each tariff are kept for when it comes back, and the entry keeps its title.
        """
        entry = self._get_reconfigure_entry()
        mine = {**options_of(entry, self._tariff), **self._options}
        options = {**readable_options(entry), self._tariff: mine}
        data = {CONF_TARIFF: self._tariff}
        context = first_context(self.hass, data, options, self._memory, dt_util.utcnow())
        if (plan := async_loaded_plan(self.hass)) is not None:
            context = changed_context(context, plan.control.plan_maker)
        if user_input is None and context.batteries:
            return self.async_show_form(
                step_id="reconfigure_preview",
                description_placeholders={"plan": await self._async_preview(options, context)},
                last_step=True,
            )
        finish = self.async_update_and_abort
        if entry.state is ConfigEntryState.SETUP_ERROR:
            # Nothing of it runs that would hear of the change: its contract could not be read.
            finish = self.async_update_reload_and_abort
        return finish(entry, data_updates=data, options=options, reason="tariff_changed")

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

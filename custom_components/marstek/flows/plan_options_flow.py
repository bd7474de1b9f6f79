"""Options flow of the plan. Changes take effect immediately, without a reload."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
import voluptuous as vol

from ..const import (
    CONF_CLIENT_ID,
    CONF_EXPORT_HOURS,
    CONF_EXPORT_KIND,
    CONF_EXPORT_SOURCE,
    CONF_NOTIFY,
    ExportKind,
    Tariff,
)
from ..plan.options import Form, options_of_form
from ..plan.tariff.client import async_check_credentials
from ..plan.tariff_settings import TariffSettings, UnreadContractError, options_of, tariff_settings
from .control_forms import (
    batteries_schema,
    names_of_batteries,
    read_batteries,
    read_form,
    schema_of,
)
from .export_hours_steps import ExportHoursSteps
from .level_steps import LevelSteps
from .notify_form import NotifyStep
from .plan_forms import (
    CREDENTIALS_SCHEMA,
    forecast_schema,
    prices_schema,
    quotas_schema,
    read_credentials,
    read_forecast,
    read_prices,
    read_quotas,
    read_windows,
    shown_windows,
    windows_schema,
)
from .price_forms import SourceReading, async_read_source, source_schema
from .price_summary import async_price_summary
from .tidy_up import CONF_KEPT, async_superfluous, async_switch_off, tidy_up_list, tidy_up_schema

_OF_TARIFF: Final = {
    Tariff.TEMPO: ("off_peak", "prices", "quotas", "forecast", "credentials"),
    Tariff.FIXED: ("off_peak", "prices", "levels"),
    Tariff.DYNAMIC: ("source",),
}


class PlanOptionsFlow(NotifyStep, LevelSteps, ExportHoursSteps):
    """Changes one group of options at a time."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._source = SourceReading()
        self._source_input: dict[str, Any] | None = None

    @property
    def _settings(self) -> TariffSettings:
        return tariff_settings(self.config_entry)

    async def async_step_init(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin; without a contract that can be read, nothing else can be shown."""
        try:
            tariff_settings(self.config_entry)
        except UnreadContractError:
            return self.async_abort(reason="contract_unread")
        return await self.async_step_groups()

    async def async_step_groups(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what is to be changed."""
        tariff = self._settings.tariff
        groups: list[str] = [Form.STRATEGY, Form.EXPORT]
        groups += [Form.SELLING] if options_of_form(Form.SELLING, tariff) else []
        groups += [Form.NIGHT, "batteries", Form.HOUSE]
        groups += [Form.PHASES, Form.CONSUMERS, Form.ALERTS, CONF_NOTIFY]
        groups += ["levels"] if self._settings.levels.rules else _OF_TARIFF[tariff]
        groups.append("tidy_up")
        return self.async_show_menu(step_id="groups", menu_options=groups)

    async def async_step_off_peak(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the off-peak hours."""
        tariff = self._settings.tariff
        return self._show_or_save(
            "off_peak",
            windows_schema(tariff),
            shown_windows(options_of(self.config_entry, tariff)),
            user_input,
            lambda given: read_windows(given, tariff),
        )

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the prices, and since when they hold."""
        settings = self._settings
        return self._show_or_save(
            "prices",
            prices_schema(settings),
            {},
            user_input,
            lambda given: read_prices(given, settings),
        )

    @property
    @override
    def _levels_before(self) -> Mapping[str, Any]:
        return options_of(self.config_entry, Tariff.FIXED)

    @property
    @override
    def _may_leave_levels(self) -> bool:
        return True

    @override
    async def _async_use_levels(self, options: dict[str, Any]) -> ConfigFlowResult:
        fixed = {**self._levels_before, **options}
        return self.async_create_entry(data={**self.config_entry.options, Tariff.FIXED: fixed})

    async def async_step_quotas(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change how many red and white days a season has."""
        return self._show_or_save(
            "quotas", quotas_schema(self._settings), {}, user_input, read_quotas
        )

    async def async_step_forecast(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change whether open-dpe.fr is asked for its forecast."""
        return self._show_or_save(
            "forecast", forecast_schema(self._settings), {}, user_input, read_forecast
        )

    async def async_step_source(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change where day-ahead prices come from, and what is paid on top of them."""
        options = options_of(self.config_entry, Tariff.DYNAMIC)
        return await self._async_ask_source(
            "source", options, user_input, self.async_step_source_check
        )

    async def _async_ask_source(
        self,
        step_id: str,
        options: Mapping[str, Any],
        user_input: dict[str, Any] | None,
        check: Callable[[], Awaitable[ConfigFlowResult]],
    ) -> ConfigFlowResult:
        """Show the form of a source, with `options` at first, until it can be read, then go on."""
        if user_input is not None:
            self._source_input = user_input
            self._source = await async_read_source(self.hass, user_input)
            if not self._source.errors:
                return await check()
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                source_schema(self.hass, options, self._source.subjects), self._source_input
            ),
            errors=self._source.errors,
            description_placeholders=self._source.placeholders,
        )

    async def async_step_source_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the prices that were read, and ask whether they are right."""
        return self.async_show_menu(
            step_id="source_check",
            menu_options=["source_use", "source"],
            description_placeholders=await async_price_summary(self.hass, self._source),
        )

    async def async_step_source_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Save the source with the other options."""
        options = {**self.config_entry.options, Tariff.DYNAMIC: self._source.options}
        return self.async_create_entry(data=options)

    async def async_step_export(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change what feeding in earns; hours or a source of its prices are asked for next."""
        further = {
            ExportKind.HOURS: self.async_step_export_hours,
            ExportKind.SOURCE: self.async_step_export_source,
        }
        kind = None if user_input is None else user_input.get(CONF_EXPORT_KIND)
        if user_input is not None and kind in further:
            self._export, errors = read_form(Form.EXPORT, user_input, self._settings.tariff)
            if not errors:
                return await further[ExportKind(kind)]()
        return self._show_or_save_form(Form.EXPORT, user_input)

    async def async_step_export_source(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the source of what feeding in earns, and what is taken off it."""
        options = self.config_entry.options.get(CONF_EXPORT_SOURCE, {})
        return await self._async_ask_source(
            "export_source", options, user_input, self.async_step_export_check
        )

    async def async_step_export_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the prices that were read, and ask whether they are right."""
        return self.async_show_menu(
            step_id="export_check",
            menu_options=["export_use", "export_source"],
            description_placeholders=await async_price_summary(
                self.hass, self._source, is_export=True
            ),
        )

    async def async_step_export_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Save the source with the other options."""
        own = {**self._export, CONF_EXPORT_SOURCE: self._source.options}
        return await self._async_use_export(own)

    @property
    @override
    def _export_hours_before(self) -> Sequence[Mapping[str, Any]]:
        hours: Sequence[Mapping[str, Any]] = self.config_entry.options.get(CONF_EXPORT_HOURS, ())
        return hours

    @override
    async def _async_use_export(self, options: Mapping[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(data={**self.config_entry.options, **options})

    async def async_step_strategy(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how nights are decided on."""
        return self._show_or_save_form(Form.STRATEGY, user_input)

    async def async_step_night(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change what nights are for, and how far batteries are charged and discharged."""
        return self._show_or_save_form(Form.NIGHT, user_input)

    async def async_step_batteries(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change which batteries take part."""
        return self._show_or_save(
            "batteries",
            batteries_schema(self.hass, self.config_entry.options),
            {},
            user_input,
            lambda given: read_batteries(self.hass, given),
            of_tariff=False,
        )

    async def async_step_house(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change what the house may draw, how that is measured, and the safety net."""
        return self._show_or_save_form(Form.HOUSE, user_input)

    async def async_step_phases(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change which phase of the house each battery hangs on."""
        return self._show_or_save_form(Form.PHASES, user_input)

    async def async_step_selling(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change whether batteries may discharge into the grid."""
        return self._show_or_save_form(Form.SELLING, user_input)

    async def async_step_consumers(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what batteries must not serve."""
        return self._show_or_save_form(Form.CONSUMERS, user_input)

    async def async_step_alerts(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change when the owner is called."""
        return self._show_or_save_form(Form.ALERTS, user_input)

    def _show_or_save_form(self, form: Form, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        """Show one of the forms that the table of options fills, or save it."""
        tariff = self._settings.tariff
        return self._show_or_save(
            form.value,
            schema_of(form, self.config_entry.options, tariff, names_of_batteries(self.hass)),
            {},
            user_input,
            lambda given: read_form(form, given, tariff, self.config_entry.options),
            of_tariff=False,
        )

    def _show_or_save(
        self,
        step_id: str,
        schema: vol.Schema,
        shown: Mapping[str, Any],
        user_input: dict[str, Any] | None,
        read: Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, str]]],
        *,
        of_tariff: bool = True,
    ) -> ConfigFlowResult:
        """Show a form until what is filled in can be read, then save it with the other options.

        Options `of_tariff` wait for its return when another one is chosen.
        """
        entry, errors = self.config_entry, dict[str, str]()
        if user_input is not None:
            changed, errors = read(user_input)
            if not errors:
                if of_tariff:
                    tariff = self._settings.tariff
                    changed = {tariff: {**options_of(entry, tariff), **changed}}
                return self.async_create_entry(data={**entry.options, **changed})
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, user_input or shown),
            errors=errors,
        )

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the credentials of RTE's own interface, which nobody needs."""
        entry, errors = self.config_entry, dict[str, str]()
        if user_input is not None:
            given, errors = read_credentials(user_input)
            if not errors:
                errors = await async_check_credentials(self.hass, given)
            if not errors:
                self.hass.config_entries.async_update_entry(entry, data={**entry.data, **given})
                return self.async_create_entry(data=dict(entry.options))
        return self.async_show_form(
            step_id="credentials",
            data_schema=self.add_suggested_values_to_schema(
                CREDENTIALS_SCHEMA, user_input or {CONF_CLIENT_ID: entry.data.get(CONF_CLIENT_ID)}
            ),
            errors=errors,
        )

    async def async_step_tidy_up(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what a new home would not have on, and switch it off when that is confirmed."""
        if user_input is not None:
            count = async_switch_off(self.hass, user_input[CONF_KEPT])
            return self.async_abort(
                reason="tidied_up", description_placeholders={"count": str(count)}
            )
        if not (found := async_superfluous(self.hass)):
            return self.async_abort(reason="nothing_to_tidy_up")
        return self.async_show_form(
            step_id="tidy_up",
            data_schema=tidy_up_schema(found),
            description_placeholders={
                "count": str(sum(map(len, found.values()))),
                "list": tidy_up_list(found),
            },
            last_step=True,
        )

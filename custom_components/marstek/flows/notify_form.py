"""Options step of notifications, with a test message before anything is saved."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    CONF_KINDS,
    CONF_NOTIFY,
    CONF_NOTIFY_ENTITIES,
    CONF_PHONES,
    CONF_QUIET_END,
    CONF_QUIET_START,
    CONF_REPORT,
    DOMAIN,
    Tariff,
)
from ..plan.notify_options import (
    NotifyOptions,
    ReportFrequency,
    event_kind,
    kinds_of,
    notify_options,
)
from ..plan.notify_sender import (
    NOTIFY_DOMAIN,
    PHONE_INTEGRATION,
    Delivery,
    Message,
    async_send,
    phone_name,
)
from ..plan.quiet_hours import QuietHours
from ..plan.tariff_settings import tariff_settings
from ..texts import async_load_texts
from .control_forms import Given
from .minutes import MinuteSelector

_TEST: Final = "test"
_NONE: Final = "–"  # noqa: RUF001 - a dash, as tables show it


class NotifyStep(OptionsFlow):
    """Step of the options flow that asks for recipients, kinds of events and quiet hours."""

    _notify_input: dict[str, Any] | None = None
    _notify_options = NotifyOptions()

    async def async_step_notify(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options; send a test message, or save them."""
        tariff, errors = tariff_settings(self.config_entry).tariff, dict[str, str]()
        before = notify_options(self.config_entry.options)
        if user_input is not None:
            self._notify_input = user_input
            self._notify_options, errors = read_notify(self.hass, user_input, before, tariff)
            if not errors:
                is_test = user_input.get(_TEST, False)
                return await (self.async_step_notify_test() if is_test else self._async_save())
        shown = shown_notify(before) if self._notify_input is None else self._notify_input
        return self.async_show_form(
            step_id="notify",
            data_schema=self.add_suggested_values_to_schema(
                notify_schema(before, tariff), {**shown, _TEST: False}
            ),
            errors=errors,
        )

    async def async_step_notify_test(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Send a test message to the recipients that were given, and show what came of it."""
        texts = await async_load_texts(self.hass)
        message = Message(
            texts.message("notify_test_title"), texts.message("notify_test"), f"{DOMAIN}_test"
        )
        deliveries = await async_send(self.hass, self._notify_options, message)
        self._note(deliveries)
        sent = [each.recipient.name for each in deliveries if each.failure is None]
        failed = [each.describe(texts) for each in deliveries if each.failure is not None]
        return self.async_show_menu(
            step_id="notify_test",
            menu_options=["notify_save", "notify"],
            description_placeholders={
                "sent": ", ".join(sent) or _NONE,
                "failed": "; ".join(failed) or _NONE,
            },
        )

    def _note(self, deliveries: list[Delivery]) -> None:
        """Clear or raise the repair of recipients that were chosen before."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return
        options = notify_options(self.config_entry.options)
        chosen = {*options.entities, *options.phones}
        self.config_entry.runtime_data.notifications.async_note(
            [each for each in deliveries if each.recipient.key in chosen]
        )

    async def async_step_notify_save(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Save what was tested."""
        return await self._async_save()

    async def _async_save(self) -> ConfigFlowResult:
        options = {**self.config_entry.options, CONF_NOTIFY: self._notify_options.store()}
        return self.async_create_entry(data=options)


def notify_schema(options: NotifyOptions, tariff: Tariff) -> vol.Schema:
    """Return the form of notifications, with the kinds of events that a tariff has."""
    kinds = [kind.value for kind in kinds_of(tariff)]
    ticked = [kind.value for kind in kinds_of(tariff) if kind in options.kinds]
    return vol.Schema(
        {
            vol.Optional(CONF_PHONES): DeviceSelector(
                DeviceSelectorConfig(filter={"integration": PHONE_INTEGRATION}, multiple=True)
            ),
            vol.Optional(CONF_NOTIFY_ENTITIES): EntitySelector(
                EntitySelectorConfig(filter={"domain": NOTIFY_DOMAIN}, multiple=True)
            ),
            vol.Required(CONF_KINDS, default=ticked): SelectSelector(
                SelectSelectorConfig(
                    options=kinds,
                    multiple=True,
                    mode=SelectSelectorMode.LIST,
                    translation_key="notice",
                )
            ),
            vol.Optional(CONF_REPORT): SelectSelector(
                SelectSelectorConfig(
                    options=[each.value for each in ReportFrequency],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key="report_frequency",
                )
            ),
            vol.Optional(CONF_QUIET_START): MinuteSelector(),
            vol.Optional(CONF_QUIET_END): MinuteSelector(),
            vol.Optional(_TEST, default=False): BooleanSelector(),
        }
    )


def shown_notify(options: NotifyOptions) -> dict[str, Any]:
    """Return stored options as the form shows them."""
    shown: dict[str, Any] = {
        CONF_PHONES: list(options.phones),
        CONF_NOTIFY_ENTITIES: list(options.entities),
    }
    if options.report is not None:
        shown[CONF_REPORT] = options.report.value
    if options.quiet is not None:
        shown[CONF_QUIET_START] = options.quiet.start.isoformat()
        shown[CONF_QUIET_END] = options.quiet.end.isoformat()
    return shown


def read_notify(
    hass: HomeAssistant, given: Given, before: NotifyOptions, tariff: Tariff
) -> tuple[NotifyOptions, dict[str, str]]:
    """Return the options that a form stands for, and the form's errors."""
    start, end = given.get(CONF_QUIET_START), given.get(CONF_QUIET_END)
    entities, phones = given.get(CONF_NOTIFY_ENTITIES, ()), given.get(CONF_PHONES, ())
    if bool(start) != bool(end):
        return before, {CONF_QUIET_START if end else CONF_QUIET_END: "half_quiet"}
    quiet = None
    if start and end:
        quiet = QuietHours(cv.time(start), cv.time(end))
    if given.get(_TEST) and not entities and not phones:
        return before, {"base": "no_recipient"}
    # Kinds of another tariff wait for its return.
    kept = before.kinds - set(kinds_of(tariff))
    return NotifyOptions(
        tuple(entities),
        {each: _name(hass, each, before) for each in phones},
        kept | {event_kind(each) for each in given[CONF_KINDS]},
        quiet,
        ReportFrequency(given[CONF_REPORT]) if given.get(CONF_REPORT) else None,
    ), {}


def _name(hass: HomeAssistant, device_id: str, before: NotifyOptions) -> str:
    """Return the name of a phone, which a repair still gives once the phone is gone."""
    device = dr.async_get(hass).async_get(device_id)
    return before.phones.get(device_id, device_id) if device is None else phone_name(device)

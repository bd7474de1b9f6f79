"""Config flow: adds batteries, and changes their addresses and power limits."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_IGNORE,
    SOURCE_IMPORT,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.typing import DiscoveryInfoType

from .const import CONF_BLE_MAC, CONF_DHCP_MAC, CONF_FIRMWARE, DOMAIN, ENTRY_VERSION
from .discovery import async_has_room_for_offers, async_identify, async_is_at, async_place_of
from .entries import (
    async_entry_of,
    async_plan_entry,
    battery_name,
    entry_data,
    is_battery,
    is_foreign,
    is_literal,
    is_plan,
)
from .first_steps import async_first_steps
from .flows.address_form import Asked
from .flows.address_steps import AddressSteps
from .flows.battery_options_flow import BatteryOptionsFlow
from .flows.meter_flow import MeterFlow
from .flows.plan_flow import PlanSteps
from .flows.plan_options_flow import PlanOptionsFlow
from .flows.rule_flow import RuleFlow
from .flows.search_steps import SearchSteps
from .plan.metering.settings import SUBENTRY_METER
from .plan.rules import SUBENTRY_RULE
from .venus import DeviceStatus, FoundDevice


def _title(data: Mapping[str, Any]) -> str:
    return battery_name(data[CONF_MODEL], data[CONF_BLE_MAC])


class MarstekConfigFlow(SearchSteps, AddressSteps, PlanSteps, domain=DOMAIN):
    """Adds batteries that were searched for, typed in or discovered, and the plan."""

    VERSION = ENTRY_VERSION

    def __init__(self) -> None:
        """Start with nothing found."""
        super().__init__()
        self._offered: dict[str, Any] = {}

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Offer options for entries of ours only."""
        return is_battery(config_entry) or is_plan(config_entry)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of a battery or of the plan."""
        return PlanOptionsFlow() if is_plan(config_entry) else BatteryOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to an entry: own rules and a meter to the plan."""
        if not is_plan(config_entry):
            return {}
        return {SUBENTRY_RULE: RuleFlow, SUBENTRY_METER: MeterFlow}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to add: batteries, or the plan while there is none."""
        choices = ["search", "manual"]
        if async_plan_entry(self.hass) is None:
            choices.append("plan")
        return self.async_show_menu(step_id="user", menu_options=choices)

    @override
    async def _async_add(self, chosen: list[FoundDevice]) -> ConfigFlowResult:
        """Make the first one this flow's entry, and the others entries of their own meanwhile."""
        first, *others = (entry_data(found) for found in chosen)
        for data in others:
            self.hass.async_create_task(
                self.hass.config_entries.flow.async_init(
                    DOMAIN, context={"source": SOURCE_IMPORT}, data=data
                )
            )
        return await self.async_step_import(first)

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Add one of several batteries that were chosen together."""
        await self._async_identify(import_data)
        self._abort_if_known()
        return await self._async_create_battery(import_data)

    async def async_step_manual(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Add the battery at an address."""
        if user_input is not None:
            return await self._async_inquire(user_input)
        return self._show_address_form("manual", {}, {})

    @override
    async def _async_answered(self, given: Mapping[str, Any], asked: Asked) -> ConfigFlowResult:
        """Go on with who has answered, or back to the form."""
        if self.source == SOURCE_RECONFIGURE:
            return await self._async_reconfigure(given, asked)
        if asked.found is None:
            return self._show_address_form("manual", given, asked.errors)
        data = entry_data(asked.found) | {CONF_HOST: given[CONF_HOST].strip()}
        await self._async_identify(data)
        self._abort_if_known({key: data[key] for key in (CONF_HOST, CONF_PORT)})
        return await self._async_create_battery(data)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change where a battery is reached, as long as it is the same one."""
        entry = self._get_reconfigure_entry()
        self._asked["name"] = entry.title
        if is_plan(entry):
            return await self.async_step_reconfigure_plan()
        if is_foreign(entry):
            raise _foreign_abort(entry)
        if user_input is not None:
            return await self._async_inquire(user_input)
        return self._show_address_form("reconfigure", entry.data, {})

    async def _async_reconfigure(self, given: Mapping[str, Any], asked: Asked) -> ConfigFlowResult:
        entry, errors = self._get_reconfigure_entry(), asked.errors
        if asked.found is not None:
            data = entry_data(asked.found) | {CONF_HOST: given[CONF_HOST].strip()}
            other = async_entry_of(self.hass, asked.found.device.ble_mac)
            if other is None or other.source == SOURCE_IGNORE or other is entry:
                return await self._async_reconfigured(entry, data)
            self._asked["found"] = other.title
            errors = {"base": "other_battery"}
        return self._show_address_form("reconfigure", given, errors)

    async def _async_reconfigured(
        self, entry: ConfigEntry, data: dict[str, Any]
    ) -> ConfigFlowResult:
        await self._async_identify(data)
        self._abort_if_unique_id_mismatch(
            reason="wrong_device",
            description_placeholders=self._asked | {"found": _title(data)},
        )
        return self.async_update_reload_and_abort(entry, data_updates=data)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Ask who has got an address; only the battery itself can tell that it is one."""
        mac = format_mac(discovery_info.macaddress)
        for entry in self._async_current_entries():
            if entry.data.get(CONF_DHCP_MAC) == mac and await async_is_at(
                self.hass, entry, discovery_info.ip, entry.data[CONF_PORT]
            ):
                await self.async_set_unique_id(entry.unique_id)
                self._abort_if_unique_id_configured()
        found = await async_identify(self.hass, discovery_info.ip)
        if found is None:
            return self.async_abort(
                reason="no_answer", description_placeholders={"host": discovery_info.ip}
            )
        return await self._async_offer(entry_data(found) | {CONF_DHCP_MAC: mac})

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Take up a battery that the background search found."""
        return await self._async_offer(dict(discovery_info))

    async def _async_offer(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Let a configured battery follow its address, or show a new one to the user."""
        await self._async_identify(data, is_request=False)
        self._abort_if_known(await self._async_updates(data))
        if not async_has_room_for_offers(self.hass):
            return self.async_abort(reason="too_many_offers")
        self._offered = data
        self.context["title_placeholders"] = {"name": _title(data)}
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether a discovered battery is wanted."""
        if user_input is not None:
            return await self._async_create_battery(self._offered)
        return self.async_show_form(
            step_id="discovery_confirm",
            description_placeholders={
                "name": _title(self._offered),
                "host": self._offered[CONF_HOST],
            },
        )

    async def _async_create_battery(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Add a battery; who adds the first one is led on to the plan."""
        has_plan = async_plan_entry(self.hass) is not None
        options = async_first_steps(self.hass).take_options(data)
        if has_plan or self.source == SOURCE_IMPORT:
            return self.async_create_entry(title=_title(data), data=data, options=options)
        flows = self.hass.config_entries.flow
        started = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        following = await flows.async_configure(started["flow_id"], {"next_step_id": "plan"})
        return self.async_create_entry(
            title=_title(data),
            data=data,
            options=options,
            next_flow=(FlowType.CONFIG_FLOW, following["flow_id"]),
        )

    async def _async_identify(self, data: Mapping[str, Any], *, is_request: bool = True) -> None:
        """Set the unique id; a choice of the user ends a discovery that is in progress."""
        await self.async_set_unique_id(
            format_mac(data[CONF_BLE_MAC]), raise_on_progress=not is_request
        )

    async def _async_updates(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what a discovery changes.

        A host name stays as typed as long as it is of use: what it leads to is looked up again
        when the battery falls silent.
        """
        entry = async_entry_of(self.hass, data[CONF_BLE_MAC])
        if entry is None or not is_battery(entry):
            return {}
        if self.source == SOURCE_DHCP and not await self._async_may_move(entry, data):
            return {}
        runs = entry.state is ConfigEntryState.LOADED and data[CONF_PORT] == entry.data[CONF_PORT]
        is_kept = runs and not is_literal(entry.data[CONF_HOST])
        if is_kept or await async_is_at(self.hass, entry, data[CONF_HOST], data[CONF_PORT]):
            keys = {CONF_DHCP_MAC}
        else:
            keys = {CONF_DHCP_MAC, CONF_HOST, CONF_PORT}
        return {key: data[key] for key in keys & data.keys()}

    async def _async_may_move(self, entry: ConfigEntry, data: Mapping[str, Any]) -> bool:
        """Tell whether a configured battery is at the address that DHCP named.

        The background search has asked for that itself before it starts a flow.
        """
        device = DeviceStatus(data[CONF_MODEL], data[CONF_FIRMWARE], data[CONF_BLE_MAC])
        claim = FoundDevice(device, data[CONF_HOST], data[CONF_PORT])
        # Also where it was heard just now: a lease begins with the move.
        return await async_place_of(self.hass, entry, [claim], is_heard=False) is not None

    def _abort_if_known(self, updates: dict[str, Any] | None = None) -> None:
        """Abort for a battery that has an entry, save for one that was ignored and is now chosen."""
        entry = async_entry_of(self.hass, self.unique_id or "")
        if entry is not None and is_foreign(entry):
            raise _foreign_abort(entry)
        is_chosen = self.source in (SOURCE_USER, SOURCE_IMPORT)
        if entry is None or (entry.source == SOURCE_IGNORE and is_chosen):
            return
        self._abort_if_unique_id_configured(updates=updates)


def _foreign_abort(entry: ConfigEntry) -> AbortFlow:
    return AbortFlow("foreign_entry", {"name": entry.title})

"""Inventory of a home for its dashboard: the entities that exist and are shown, by unique id."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import CONF_BLE_MAC, DOMAIN, PLAN_UNIQUE_ID, Tariff
from ..entries import async_batteries, async_plan_entry
from ..plan.plan_options import plan_options
from ..plan.tariff.price_currency import currency_of_prices
from ..plan.tariff_settings import TariffSettings, UnreadContractError, tariff_settings

type Entities = Mapping[str, str]
"""Entity ids by key: the unique id without the MAC or the name of the plan."""


@dataclass(frozen=True, slots=True)
class BatteryInventory:
    """A battery and its entities."""

    ble_mac: str
    name: str
    entities: Entities
    device_id: str | None = None
    has_schedule: bool = False
    """Whether it has slots: its calendar of them is off by default, and neither hidden nor disabled by a person."""

    @property
    def path(self) -> str:
        """Path of the page of the battery."""
        return f"battery-{self.ble_mac}"


@dataclass(frozen=True, slots=True)
class PlanInventory:
    """The plan, its tariff and their entities."""

    entities: Entities
    settings: TariffSettings
    device_id: str | None = None
    grid_sensor: str | None = None

    @property
    def tariff(self) -> Tariff:
        """The tariff that the plan goes by."""
        return self.settings.tariff


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a dashboard can show."""

    batteries: tuple[BatteryInventory, ...] = ()
    plan: PlanInventory | None = None
    components: Collection[str] = field(default_factory=frozenset)
    """Integrations of Home Assistant that are loaded."""
    currency: str = "EUR"
    """ISO code of the currency of prices that owners or decrees have fixed."""

    @property
    def of_plan(self) -> Entities:
        """Entities of the plan and its tariff; none without a plan."""
        return {} if self.plan is None else self.plan.entities

    @property
    def device_ids(self) -> list[str]:
        """Devices of the batteries, for actions that are for all of them."""
        return [each.device_id for each in self.batteries if each.device_id is not None]


def _settings(entry: ConfigEntry) -> TariffSettings | None:
    """Return the contract of a plan; None for one that can't be read, with which no plan runs."""
    try:
        return tariff_settings(entry)
    except UnreadContractError:
        return None


class _Registries:
    """Registries of Home Assistant, asked for what a dashboard shows."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._entities, self._devices = er.async_get(hass), dr.async_get(hass)

    def shown(self, entry_id: str, prefix: str) -> Entities:
        """Return the entities of a config entry that are neither hidden nor disabled."""
        return {
            item.unique_id.removeprefix(f"{prefix}_"): item.entity_id
            for item in er.async_entries_for_config_entry(self._entities, entry_id)
            if item.disabled_by is None and item.hidden_by is None
        }

    def has_schedule(self, mac: str) -> bool:
        """Tell whether a battery has a calendar of slots that nobody has hidden or disabled."""
        found = self._entities.async_get_entity_id(Platform.CALENDAR, DOMAIN, f"{mac}_schedule")
        item = None if found is None else self._entities.async_get(found)
        return (
            item is not None
            and item.hidden_by is None
            and item.disabled_by is not er.RegistryEntryDisabler.USER
        )

    def device(self, entry_id: str, identifier: str) -> dr.DeviceEntry | None:
        """Return the device of a config entry, None where it is not there."""
        return self._devices.async_get_device_by_identifier((DOMAIN, identifier), entry_id)

    def battery(self, entry: ConfigEntry) -> BatteryInventory:
        """Return a battery, by the name that its owner has given it."""
        mac = entry.data[CONF_BLE_MAC]
        found = self.device(entry.entry_id, mac)
        name = entry.title if found is None else found.name_by_user or found.name or entry.title
        its = self.shown(entry.entry_id, mac)
        device_id = None if found is None else found.id
        return BatteryInventory(mac, name, its, device_id, self.has_schedule(mac))

    def plan(self, entry: ConfigEntry, settings: TariffSettings) -> PlanInventory:
        """Return the plan with its contract."""
        own = self.device(entry.entry_id, PLAN_UNIQUE_ID)
        return PlanInventory(
            self.shown(entry.entry_id, PLAN_UNIQUE_ID),
            settings,
            None if own is None else own.id,
            plan_options(entry.options, settings.tariff).grid_sensor,
        )


@callback
def async_inventory(hass: HomeAssistant, entries: Collection[str] = ()) -> Inventory:
    """Return what is there; with `entries`, only the batteries of these config entries."""
    registries = _Registries(hass)
    batteries = [
        registries.battery(entry)
        for entry in async_batteries(hass)
        if entry.disabled_by is None and (not entries or entry.entry_id in entries)
    ]
    batteries.sort(key=lambda each: (each.name.casefold(), each.ble_mac))
    plan, currency = None, hass.config.currency
    of_plan = async_plan_entry(hass)
    settings = None if of_plan is None or of_plan.disabled_by else _settings(of_plan)
    if of_plan is not None and settings is not None:
        currency = currency_of_prices(settings, None, currency)
        plan = registries.plan(of_plan, settings)
    return Inventory(tuple(batteries), plan, hass.config.components, currency)

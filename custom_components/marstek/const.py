"""Constants shared by batteries, plan and flows: keys of entries and options."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "marstek"
LOGGER: Final = logging.getLogger(__package__)
MANUFACTURER: Final = "Marstek"
ENTRY_VERSION: Final = 1
"""Version of config entries: what an older one lacks, a step of `migration` adds."""


class EntryKind(StrEnum):
    """Kind of a config entry."""

    BATTERY = "battery"
    PLAN = "plan"


class ExportKind(StrEnum):
    """How it is known what a kWh fed into the grid earns."""

    CONSTANT = "constant"
    HOURS = "hours"
    """By hour, day of the week and month, as a contract says."""
    SOURCE = "source"
    """From entities or an action, like day-ahead prices."""


class Tariff(StrEnum):
    """How the price of electricity changes."""

    TEMPO = "tempo"
    FIXED = "fixed"
    """Peak and off-peak hours, the same every week."""
    DYNAMIC = "dynamic"
    """Prices of each hour or quarter of an hour, known a day ahead."""


# Data of a battery's config entry, beside CONF_HOST (as typed or found), CONF_PORT and CONF_MODEL.
CONF_KIND: Final = "kind"
CONF_BLE_MAC: Final = "ble_mac"
CONF_FIRMWARE: Final = "firmware"
CONF_DHCP_MAC: Final = "dhcp_mac"

# Options of a battery's config entry.
CONF_POWER_PRESET: Final = "power_preset"
CONF_CHARGE_LIMIT: Final = "charge_limit"
CONF_DISCHARGE_LIMIT: Final = "discharge_limit"
CONF_AFTER_RESTART: Final = "after_restart"
CONF_EXPERIMENTAL: Final = "experimental"

# Data of the plan's config entry. Credentials are of the grid operator's own interface.
CONF_TARIFF: Final = "tariff"
CONF_CLIENT_ID: Final = "client_id"
CONF_CLIENT_SECRET: Final = "client_secret"  # noqa: S105 - a name, not a secret

# Options of the plan's config entry.
CONF_OFF_PEAK: Final = "off_peak"
CONF_OFF_PEAK_DAYS: Final = "off_peak_days"
CONF_START: Final = "start"
CONF_END: Final = "end"
CONF_QUOTA_RED: Final = "quota_red"
CONF_QUOTA_WHITE: Final = "quota_white"
CONF_OPEN_DPE: Final = "open_dpe"
CONF_PRICES: Final = "prices"
CONF_SUBSCRIPTION: Final = "subscription"
CONF_PRICE_LEVELS: Final = "price_levels"
CONF_PRICE_ENTITIES: Final = "price_entities"
CONF_PRICE_ACTION: Final = "price_action"
CONF_PRICE_UNIT: Final = "price_unit"
CONF_ASSUMED_UNIT: Final = "assumed_unit"
CONF_PRICE_SUBJECT: Final = "price_subject"
CONF_SURCHARGE: Final = "surcharge"
CONF_SURCHARGE_HOURS: Final = "surcharge_hours"
CONF_VAT: Final = "vat"
CONF_PRICES_SINCE: Final = "prices_since"

CONF_AUTOMATIC: Final = "automatic"
CONF_ALL_BATTERIES: Final = "all_batteries"
CONF_BATTERIES: Final = "batteries"
CONF_START_GUARD: Final = "start_guard"
CONF_END_GUARD: Final = "end_guard"
CONF_FULL_EVERY: Final = "full_every"
CONF_GENTLE_TOP: Final = "gentle_top"
CONF_NIGHT: Final = "night"
CONF_RED_POWER: Final = "red_power"
CONF_RED_TARGET: Final = "red_target"
CONF_WHITE_EVE: Final = "white_eve"
CONF_LEAST_SOC: Final = "least_soc"
CONF_MOST_SOC: Final = "most_soc"
CONF_RESERVE: Final = "reserve"
CONF_HAS_PV: Final = "has_pv"
CONF_SUBSCRIBED_KVA: Final = "subscribed_kva"
CONF_GRID_SENSOR: Final = "grid_sensor"
CONF_SAFETY_POWER: Final = "safety_power"
CONF_LOW_SOC: Final = "low_soc"
CONF_HIGH_TEMPERATURE: Final = "high_temperature"
CONF_STRATEGY: Final = "strategy"
CONF_LOAD_SENSOR: Final = "load_sensor"
CONF_PV_SENSOR: Final = "pv_sensor"
CONF_DAILY_LOAD: Final = "daily_load"
CONF_FEED_IN: Final = "feed_in"
CONF_DO_NOT_FEED: Final = "do_not_feed"
CONF_DO_NOT_FEED_ABOVE: Final = "do_not_feed_above"
CONF_DO_NOT_FEED_HOURS: Final = "do_not_feed_hours"
CONF_DO_NOT_FEED_STATES: Final = "do_not_feed_states"
CONF_EXPORT_KIND: Final = "export_kind"
CONF_EXPORT_HOURS: Final = "export_hours"
CONF_EXPORT_SOURCE: Final = "export_source"
CONF_EXPORT_UNTIL: Final = "export_until"
CONF_NET_METERING_UNTIL: Final = "net_metering_until"
CONF_STANDBY: Final = "standby"
CONF_NEVER_FEED_IN: Final = "never_feed_in"
CONF_SALE_POWER: Final = "sale_power"
CONF_SELL: Final = "sell"
CONF_CUT_PEAKS: Final = "cut_peaks"
CONF_PEAK_TARIFF: Final = "peak_tariff"
CONF_PEAK_SENSOR: Final = "peak_sensor"
CONF_PEAK_FREE: Final = "peak_free"
CONF_THREE_PHASES: Final = "three_phases"
PHASES: Final = ("l1", "l2", "l3")
CONF_PHASE_BATTERIES: Final = {phase: f"{phase}_batteries" for phase in PHASES}
CONF_PHASE_SENSORS: Final = {phase: f"{phase}_sensor" for phase in PHASES}

CONF_NOTIFY: Final = "notify"
CONF_NOTIFY_ENTITIES: Final = "notify_entities"
CONF_PHONES: Final = "phones"
CONF_KINDS: Final = "kinds"
CONF_REPORT: Final = "report"
CONF_QUIET_START: Final = "quiet_start"
CONF_QUIET_END: Final = "quiet_end"

PLAN_UNIQUE_ID: Final = "plan"
TARIFF_DEVICE: Final = "tariff"
"""Identifier of the device of the tariff, beside that of the plan."""

# What a battery on a household socket may carry, in W.
SOCKET_LIMIT: Final = 800


class AfterRestart(StrEnum):
    """Fate of a run in Passive after a restart of Home Assistant."""

    RESUME = "resume"
    HAND_BACK = "hand_back"


class PowerPreset(StrEnum):
    """How far the setpoint may go."""

    MODEL = "model"
    SOCKET = "socket"
    CUSTOM = "custom"

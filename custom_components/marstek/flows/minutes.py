"""Selector of a time of day without seconds, which no form here needs."""

from typing import override

from homeassistant.helpers.selector import (
    TimeSelector,
    TimeSelectorConfig,
    make_selector_config_schema,
)
import voluptuous as vol


class _MinuteConfig(TimeSelectorConfig):
    no_second: bool


class MinuteSelector(TimeSelector):
    """Time of day in hours and minutes.

    The frontend has the switch; Home Assistant's own selector has not learnt of it.
    """

    CONFIG_SCHEMA = make_selector_config_schema({vol.Required("no_second"): True})

    @override
    def __init__(self) -> None:
        """Show hours and minutes."""
        super().__init__(_MinuteConfig(no_second=True))

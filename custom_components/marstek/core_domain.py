"""Repair for an integration of the domain `marstek` that comes with Home Assistant itself.

A custom integration replaces one of Home Assistant's of the same domain. Nobody would notice that
there are two, until this one is removed and the other one finds entries that it did not make.
"""

from typing import Final

from homeassistant import components
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.loader import Integration

from .const import DOMAIN

CORE_HAS_DOMAIN: Final = "core_has_domain"


async def async_look_for_core(hass: HomeAssistant) -> None:
    """Raise a repair while Home Assistant has an integration of this domain, else take it back."""
    found = await hass.async_add_executor_job(
        Integration.resolve_from_root, hass, components, DOMAIN
    )
    if found is None:
        ir.async_delete_issue(hass, DOMAIN, CORE_HAS_DOMAIN)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        CORE_HAS_DOMAIN,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=CORE_HAS_DOMAIN,
        translation_placeholders={"name": found.name},
    )

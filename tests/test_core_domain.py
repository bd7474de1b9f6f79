"""An integration of the same domain that comes with Home Assistant itself."""

import json
from pathlib import Path

from homeassistant import components
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.marstek import async_setup
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.core_domain import CORE_HAS_DOMAIN


async def test_home_assistant_brings_one(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repair says so, by its name, and is gone with it."""
    assert await async_setup_component(hass, "http", {})
    folder = tmp_path / DOMAIN
    folder.mkdir()
    manifest = {"domain": DOMAIN, "name": "Marstek of core", "version": "1", "codeowners": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    registry = ir.async_get(hass)
    with monkeypatch.context() as patched:
        patched.setattr(components, "__path__", [str(tmp_path)])
        assert await async_setup(hass, {})
    issue = registry.async_get_issue(DOMAIN, CORE_HAS_DOMAIN)
    assert issue
    assert issue.translation_placeholders == {"name": "Marstek of core"}
    assert await async_setup(hass, {})
    assert registry.async_get_issue(DOMAIN, CORE_HAS_DOMAIN) is None

"""Modules of the frontend's page: served by an address with their hash, and loaded on each page.

Nothing is written into the dashboards or resources of the owner, and nothing is served where
Home Assistant runs without its frontend.
"""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

FOLDER: Final = Path(__file__).parent / "built"
URL: Final = f"/{DOMAIN}_dashboard"
_PREFIX: Final = "strategy-"
_BUILD: Final[HassKey[str]] = HassKey("marstek_dashboard_build")


def build_of(folder: Path) -> str | None:
    """Return the hash in the name of the built module; None where it was not built."""
    names = sorted(path.stem for path in folder.glob(f"{_PREFIX}*.js"))
    return names[0].removeprefix(_PREFIX) if names else None


@callback
def async_build(hass: HomeAssistant) -> str | None:
    """Return the hash of the module that is served; None while none is."""
    return hass.data.get(_BUILD)


async def async_serve_module(hass: HomeAssistant) -> None:
    """Serve the modules, and have each page load the first one."""
    if not {"frontend", "http"} <= hass.config.components:
        return
    build = await hass.async_add_executor_job(build_of, FOLDER)
    if build is None:
        return
    # Both belong to integrations that a home may run without.
    from homeassistant.components.frontend import add_extra_js_url  # noqa: PLC0415
    from homeassistant.components.http.server import StaticPathConfig  # noqa: PLC0415

    # Names carry the hash of their content, so that browsers may keep them.
    path = StaticPathConfig(URL, str(FOLDER), cache_headers=True)
    await hass.http.async_register_static_paths([path])
    add_extra_js_url(hass, f"{URL}/{_PREFIX}{build}.js")
    hass.data[_BUILD] = build

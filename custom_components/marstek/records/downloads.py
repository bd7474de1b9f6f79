"""Files to download by an address that works once, and for ten minutes.

A browser, a phone or a script gets the file without logging in; whoever finds the address later
gets nothing. Files lie in the integration's own folder of Home Assistant's storage, and are deleted
once they were fetched, when their time is over, and at the next start.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
import datetime as dt
from http import HTTPStatus
from pathlib import Path
import secrets
import shutil
from typing import Final

from aiohttp import web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

LIFETIME: Final = dt.timedelta(minutes=10)
# More than anybody waits for; the oldest makes room.
_MOST_FILES: Final = 20
_LOOK: Final = dt.timedelta(minutes=1)
_ADDRESS: Final = f"/api/{DOMAIN}/file"
_FOLDER: Final = f"{DOMAIN}.files"
# Nothing in a page may act or load anything from elsewhere.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'"


@dataclass(frozen=True, slots=True)
class FileKind:
    """Kind of a file: extension, media type, and whether a browser shows it."""

    extension: str
    media_type: str
    is_shown: bool = False


CSV: Final = FileKind("csv", "text/csv; charset=utf-8")
XLSX: Final = FileKind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
PNG: Final = FileKind("png", "image/png", is_shown=True)
SVG: Final = FileKind("svg", "image/svg+xml", is_shown=True)
HTML: Final = FileKind("html", "text/html; charset=utf-8", is_shown=True)


@dataclass(frozen=True, slots=True)
class _Offered:
    """A file that waits to be fetched; `expires` is by the monotonic clock, in s."""

    path: Path
    name: str
    kind: FileKind
    expires: float
    uses: int
    """How often it may still be fetched."""


class Downloads:
    """The files that wait to be fetched."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with none."""
        self._hass = hass
        self.folder = Path(hass.config.path(STORAGE_DIR, _FOLDER))
        self._offered: dict[str, _Offered] = {}
        self._stop_looking: Callable[[], None] | None = None

    async def async_offer(
        self, content: bytes, name: str, kind: FileKind, uses: int = 1
    ) -> dict[str, str]:
        """Write a file; return its name, the path to fetch it by, and the address if one is known.

        `name` is without extension, of letters, digits and hyphens only. `uses` is above 1 for
        what several phones fetch by one address.
        """
        token = secrets.token_urlsafe(32)
        path = self.folder / f"{secrets.token_hex(8)}.{kind.extension}"
        await self._hass.async_add_executor_job(_write, path, content)
        while len(self._offered) >= _MOST_FILES:
            await self._async_delete(self._offered.pop(next(iter(self._offered))))
        full = f"{name}.{kind.extension}"
        expires = self._hass.loop.time() + LIFETIME.total_seconds()
        self._offered[token] = _Offered(path, full, kind, expires, uses)
        if self._stop_looking is None:
            self._stop_looking = async_track_time_interval(
                self._hass, self._async_expire, _LOOK, cancel_on_shutdown=True
            )
        signed = async_sign_path(self._hass, f"{_ADDRESS}/{token}", LIFETIME)
        return {"file": full, "path": signed, "url": f"{_base(self._hass)}{signed}"}

    async def async_take(self, token: str) -> tuple[bytes, str, FileKind] | None:
        """Return content, name and kind of a file, deleted after its last use; None without one."""
        offered = self._offered.pop(token, None)
        if offered is None:
            return None
        read = _take
        if offered.uses > 1:
            self._offered[token] = replace(offered, uses=offered.uses - 1)
            read = _read
        content = await self._hass.async_add_executor_job(read, offered.path)
        is_late = offered.expires <= self._hass.loop.time()
        return None if content is None or is_late else (content, offered.name, offered.kind)

    async def _async_expire(self, _: dt.datetime) -> None:
        now = self._hass.loop.time()
        for token in [key for key, each in self._offered.items() if each.expires <= now]:
            await self._async_delete(self._offered.pop(token))
        if not self._offered and self._stop_looking is not None:
            self._stop_looking()
            self._stop_looking = None

    async def _async_delete(self, offered: _Offered) -> None:
        await self._hass.async_add_executor_job(_take, offered.path)


_KEY: Final[HassKey[Downloads]] = HassKey(f"{DOMAIN}_downloads")


@callback
def async_downloads(hass: HomeAssistant) -> Downloads:
    """Return the files of this Home Assistant."""
    return hass.data[_KEY]


async def async_setup_downloads(hass: HomeAssistant) -> None:
    """Delete what an earlier run has left, and answer at the address."""
    hass.data[_KEY] = downloads = Downloads(hass)
    await hass.async_add_executor_job(_clear, downloads.folder)
    hass.http.register_view(DownloadView(downloads))


class DownloadView(HomeAssistantView):
    """Address of a file; Home Assistant itself refuses what is not signed, or too late."""

    url = f"{_ADDRESS}/{{token}}"
    name = f"api:{DOMAIN}:file"

    def __init__(self, downloads: Downloads) -> None:
        """Serve these files."""
        self._downloads = downloads

    async def get(self, request: web.Request, token: str) -> web.Response:
        """Return the file, once."""
        if (found := await self._downloads.async_take(token)) is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        content, name, kind = found
        disposition = "inline" if kind.is_shown else "attachment"
        return web.Response(
            body=content,
            headers={
                "Content-Type": kind.media_type,
                "Content-Disposition": f'{disposition}; filename="{name}"',
                "Content-Security-Policy": _POLICY,
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )


def _base(hass: HomeAssistant) -> str:
    """Return how this Home Assistant is reached, empty where that is not known."""
    try:
        return get_url(hass)
    except NoURLAvailableError:
        return ""


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _take(path: Path) -> bytes | None:
    content = _read(path)
    path.unlink(missing_ok=True)
    return content


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)

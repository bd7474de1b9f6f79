"""Phone with Home Assistant's app, as far as notifications go: it registers, is sent messages, and fetches pictures."""

import asyncio
from contextlib import suppress
from typing import Any, Final, Self

import aiohttp
from aiohttp import web

from .home_assistant import HomeAssistant, Json, wait_until
from .process import DemoError

_NAME: Final = "Demo phone"
_PNG: Final = b"\x89PNG\r\n"


class Phone:
    """A phone on this machine, whose service of push messages is itself."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; it is not known to Home Assistant yet."""
        self._hass = hass
        self.messages: list[Json] = []
        """What it was sent, oldest first."""
        self.pictures: list[bytes] = []
        """What it fetched for these messages; empty for what could not be fetched."""
        self._fetching: set[asyncio.Task[None]] = set()
        app = web.Application()
        app.router.add_post("/push", self._pushed)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> Self:
        """Listen for messages."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch it off."""
        await self._runner.cleanup()

    async def register(self) -> str:
        """Make it known to Home Assistant; return its device id there."""
        port = self._runner.addresses[0][1]
        app_data = {"push_token": "demo", "push_url": f"http://127.0.0.1:{port}/push"}
        await self._hass.rest(
            "POST",
            "mobile_app/registrations",
            {
                "device_id": "demo-phone",
                "app_id": "demo",
                "app_name": "Demo",
                "app_version": "1",
                "device_name": _NAME,
                "manufacturer": "Demo",
                "model": "Demo",
                "os_name": "Demo",
                "os_version": "1",
                "supports_encryption": False,
                "app_data": app_data,
            },
        )

        async def device_id() -> str | None:
            devices = await self._hass.command("config/device_registry/list")
            return next((each["id"] for each in devices if each["name"] == _NAME), None)

        found: str = await wait_until("the phone is known", device_id, seconds=30, interval=0.5)
        return found

    async def _pushed(self, request: web.Request) -> web.Response:
        message: dict[str, Any] = await request.json()
        self.messages.append(message)
        if path := (message.get("data") or {}).get("image"):
            task = asyncio.create_task(self._fetch(path))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)
        return web.json_response({}, status=201)

    async def _fetch(self, path: str) -> None:
        """Fetch a picture as the app does, which knows the address of its Home Assistant."""
        found = b""
        with suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{self._hass.url}{path}") as response,
            ):
                found = await response.read() if response.status == 200 else b""
        self.pictures.append(found)

    def check_report(self) -> Json:
        """Return the message with a report; DemoError without one, or without a picture it names."""
        found = next((each for each in self.messages if "kWh" in each["message"]), None)
        if found is None:
            raise DemoError(f"the phone was sent no report: {self.messages}")
        if not all(picture.startswith(_PNG) for picture in self.pictures):
            raise DemoError(f"the phone could not fetch the picture of {found}")
        return found

"""Talk to a running Home Assistant over its REST and websocket interfaces."""

import asyncio
from contextlib import suppress
from typing import Any, Self

import aiohttp

from .process import DemoError

type Json = dict[str, Any]


class HomeAssistant:
    """A logged-in user of a Home Assistant."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        """Prepare for the Home Assistant at `url`; nothing is sent yet."""
        self.url = url
        self.tokens: Json = {}
        self._session = session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._last_id = 0

    async def __aenter__(self) -> Self:
        """Do nothing yet: `log_in` connects."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the websocket."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def answers(self) -> bool:
        """Tell whether the web server is up; asks for a page that needs no login."""
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.get(f"{self.url}/manifest.json") as response:
                return response.status == 200
        return False

    async def log_in(self, user: str, password: str) -> None:
        """Log in as the login form does, and open the websocket."""
        client = {"client_id": f"{self.url}/"}
        flow = await self._post_json(
            "/auth/login_flow",
            {**client, "handler": ["homeassistant", None], "redirect_uri": f"{self.url}/"},
        )
        flow = await self._post_json(
            f"/auth/login_flow/{flow['flow_id']}",
            {**client, "username": user, "password": password},
        )
        if flow.get("type") != "create_entry":
            raise DemoError(f"Home Assistant refused the login: {flow.get('errors')}")
        data = {**client, "grant_type": "authorization_code", "code": flow["result"]}
        async with self._session.post(f"{self.url}/auth/token", data=data) as response:
            self.tokens = await response.json()
        self._socket = await self._session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0, heartbeat=30
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
        if (await self._socket.receive_json())["type"] != "auth_ok":
            raise DemoError("Home Assistant refused the token that it has just given")
        self._reader = asyncio.create_task(self._read(self._socket))

    async def renew(self) -> None:
        """Get a new access token: one is valid for half an hour, also where clocks run fast."""
        data = {
            "client_id": f"{self.url}/",
            "grant_type": "refresh_token",
            "refresh_token": self.tokens["refresh_token"],
        }
        async with self._session.post(f"{self.url}/auth/token", data=data) as response:
            self.tokens |= await response.json()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Hand each answer to who asked; tell all who wait when the connection is lost."""
        async for message in socket:
            answer = message.json()
            if answer["type"] == "result" and (waiting := self._waiting.pop(answer["id"], None)):
                waiting.set_result(answer)
        for waiting in self._waiting.values():
            waiting.set_exception(DemoError("Home Assistant closed the connection"))
        self._waiting.clear()

    async def _post_json(self, path: str, data: Json) -> Json:
        async with self._session.post(f"{self.url}{path}", json=data) as response:
            if response.status >= 400:
                raise DemoError(f"POST {path}: {response.status} {await response.text()}")
            answer: Json = await response.json()
            return answer

    async def rest(self, method: str, path: str, data: Json | None = None) -> Any:
        """Call the REST interface; raise when it answers with an error."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        async with self._session.request(
            method, f"{self.url}/api/{path}", json=data, headers=headers
        ) as response:
            if response.status >= 400:
                raise DemoError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json()

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a websocket command and return its result; raise when it fails."""
        if self._socket is None or self._socket.closed:
            raise DemoError(f"{kind}: not connected to Home Assistant")
        self._last_id += 1
        number = self._last_id
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "type": kind, **fields})
        answer = await waiting
        if not answer["success"]:
            raise DemoError(f"{kind}: {answer['error'].get('message')}")
        return answer["result"]

    async def act(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action on one entity, as its control on a dashboard does."""
        domain, service = action.split(".")
        await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
        )

    async def is_running(self) -> bool:
        """Tell whether everything has been set up."""
        return bool((await self.command("get_config"))["state"] == "RUNNING")

    async def states(self) -> dict[str, Json]:
        """Return the states of all entities by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}

    async def entity_ids(self, platform: str) -> dict[str, str]:
        """Return the entity ids of one integration by unique id."""
        return {
            entry["unique_id"]: entry["entity_id"]
            for entry in await self.command("config/entity_registry/list")
            if entry["platform"] == platform
        }

    async def set_language(self, language: str) -> None:
        """Set the language of the user's interface, and the habits that go with it."""
        habits = ("number_format", "time_format", "date_format", "first_weekday")
        await self.command(
            "frontend/set_user_data",
            key="language",
            value={
                "language": language,
                "time_zone": "local",
                **dict.fromkeys(habits, "language"),
            },
        )


async def wait_until(what: str, condition: Any, *, seconds: float, interval: float = 0.5) -> Any:
    """Wait until an async `condition` returns something true, and return that."""
    try:
        async with asyncio.timeout(seconds):
            while not (result := await condition()):
                await asyncio.sleep(interval)
    except TimeoutError:
        raise DemoError(f"{what}: not within {seconds:.0f} s") from None
    return result

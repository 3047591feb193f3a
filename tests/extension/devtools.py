"""What Playwright has no words for: the offscreen document of an extension, and a click on its button."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

_PATIENCE_S = 20.0


class DevToolsError(Exception):
    """The browser refused a command, or a script threw."""


class DevTools:
    """The browser's own protocol over a WebSocket, each target a session of one connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._sessions: dict[str, str] = {}

    async def call(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """Raises DevToolsError, TimeoutError."""
        self._last += 1
        answer = asyncio.get_running_loop().create_future()
        self._waiting[self._last] = answer
        message = {"id": self._last, "method": method, "params": parameters}
        await self._socket.send_json(message | ({"sessionId": session} if session else {}))
        async with asyncio.timeout(_PATIENCE_S):
            said: dict[str, Any] = await answer
        if "error" in said:
            raise DevToolsError(f"{method}: {said['error']['message']}")
        result: dict[str, Any] = said["result"]
        return result

    async def targets(self) -> list[dict[str, Any]]:
        """All that the browser runs."""
        everything: list[dict[str, Any]] = (
            await self.call("Target.getTargets", filter=[{"type": "browser", "exclude": True}, {}])
        )["targetInfos"]
        return everything

    async def target(self, address: str) -> str:
        """The identifier of what runs at an address that ends so.

        Raises:
            TimeoutError: nothing did within 20 s.
        """
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                for each in await self.targets():
                    if each["url"].partition("?")[0].endswith(address):
                        return str(each["targetId"])
                await asyncio.sleep(0.1)

    async def session(self, address: str) -> str:
        """The session of what runs at an address that ends so."""
        target = await self.target(address)
        if target not in self._sessions:
            attached = await self.call("Target.attachToTarget", targetId=target, flatten=True)
            self._sessions[target] = attached["sessionId"]
        return self._sessions[target]

    async def evaluate(self, address: str, expression: str) -> Any:
        """What a script says in what runs at an address that ends so; promises are waited for.

        Raises:
            DevToolsError: it threw.
        """
        said = await self.call(
            "Runtime.evaluate",
            await self.session(address),
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in said:
            raise DevToolsError(json.dumps(said["exceptionDetails"])[:2000])
        return said["result"].get("value")

    async def listen(self) -> None:
        """Takes answers until the connection ends."""
        async for message in self._socket:
            said = json.loads(message.data)
            waiting = self._waiting.pop(said.get("id", 0), None)
            if waiting and not waiting.done():
                waiting.set_result(said)


@asynccontextmanager
async def devtools(profile: Path) -> AsyncIterator[DevTools]:
    """Connects to the browser that has `profile` open, with `--remote-debugging-port=0`."""
    async with asyncio.timeout(_PATIENCE_S):
        while not (profile / "DevToolsActivePort").exists():
            await asyncio.sleep(0.05)
    port, path = (profile / "DevToolsActivePort").read_text().split()
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
    ):
        tools = DevTools(socket)
        listening = asyncio.create_task(tools.listen())
        try:
            yield tools
        finally:
            listening.cancel()
            await asyncio.wait([listening])

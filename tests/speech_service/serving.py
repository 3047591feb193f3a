"""Services on real sockets, on a port that is free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from fastapi import FastAPI
from pydantic import SecretStr

from config.settings import Services, Settings
from speech_service.limits import serving


def settings(*, token: str = "", **services: Any) -> Settings:
    """Settings with other bounds for the services than the usual ones."""
    return replace(Settings(), services=Services(token=SecretStr(token), **services))


@asynccontextmanager
async def listening(app: FastAPI, services: Services, port: int) -> AsyncIterator[str]:
    """The URL of the application while it is served."""
    async with serving(app, services, port) as server:
        yield server.url


@asynccontextmanager
async def served(
    app: FastAPI, chosen: Settings | None = None, *, token: str = ""
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the application."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        listening(app, (chosen or settings()).services, 0) as url,
        asyncio.timeout(20),
        aiohttp.ClientSession(url, headers=headers) as client,
    ):
        yield client


async def message(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The next text message."""
    tree: dict[str, Any] = await socket.receive_json(timeout=5)
    return tree


async def ending(socket: aiohttp.ClientWebSocketResponse) -> tuple[int | None, str]:
    """The code and the reason with which the service closed the connection."""
    received = await socket.receive(timeout=5)
    assert received.type is aiohttp.WSMsgType.CLOSE, received.type
    return received.data, received.extra or ""

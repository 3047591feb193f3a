"""The service on a real socket, on a port that is free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from auth_service.serve import serve_services
from auth_service.wiring import Container
from tests.auth_service.conftest import Api, with_auth


@asynccontextmanager
async def served(services: Container) -> AsyncIterator[tuple[Api, int]]:
    """A client of the service, and the port on 127.0.0.1 that it listens on."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_services(with_auth(services, port=0), started.set_result))
    serving.add_done_callback(lambda task: started.done() or started.cancel())
    try:
        port = await started
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield Api(client), port
    finally:
        serving.cancel()
        await asyncio.wait([serving])

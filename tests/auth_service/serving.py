"""The service on a real socket, on a port that is free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from auth_service.access.revocations import DatabaseOnly
from auth_service.serve import serve_services
from auth_service.storage.assignments import Assignments
from auth_service.storage.database import database_url, migrate
from auth_service.storage.rooms import Storage
from auth_service.wiring import Container, assemble
from config.settings import Settings
from foundation.database import connect
from foundation.http.rate_limits import MemoryLimiter
from tests.auth_service.conftest import Api, WallClock, with_auth
from tests.fakes.media_server import FakeMediaServer


@asynccontextmanager
async def served(services: Container, port: int = 0) -> AsyncIterator[tuple[Api, int]]:
    """A client of the service, and the port on 127.0.0.1 that it listens on; 0 for any that is free."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_services(with_auth(services, port=port), started.set_result))
    serving.add_done_callback(lambda task: started.done() or started.cancel())
    try:
        found = await started
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{found}", timeout=20) as client:
            yield Api(client), found
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def on_database_in(directory: Path) -> Container:
    """A service on a database of its own, with a media server in memory."""
    engine = connect(database_url(f"sqlite:///{directory}/rooms.sqlite3"))
    await migrate(engine)
    clock = WallClock()
    return assemble(
        replace(Settings(), development=True),
        Storage(engine),
        Assignments(engine),
        FakeMediaServer(clock),
        MemoryLimiter(),
        DatabaseOnly(),
    )

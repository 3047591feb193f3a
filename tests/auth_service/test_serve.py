"""The service outlives whatever goes wrong in what it does by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text

from auth_service.serve import serve_services
from auth_service.wiring import Container
from foundation.database import transaction
from tests.auth_service.conftest import Api
from tests.auth_service.test_reconcile import put, until
from tests.fakes.media_server import FakeMediaServer


@pytest.mark.parametrize("table", ["interpreters", "sessions", "invitations"])
async def test_a_watcher_that_fails_is_begun_again_and_the_service_answers(
    api: Api, media: FakeMediaServer, services: Container, table: str
) -> None:
    """Interpreters, removals and old records: with a table that is not as it should be the service answers, and goes on
    with all else."""
    room = await api.room()
    await put(api, room, languages=["es"])
    media.person(room.name, "speaker-1")
    async with transaction(services.storage._engine) as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    local = replace(services.settings, auth=replace(services.settings.auth, host="127.0.0.1", port=0))
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_services(replace(services, settings=local), port.set_result))
    try:
        async with (
            asyncio.timeout(20),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{await port}") as client,
        ):
            assert (await client.get("/health")).status_code == 200
            async with transaction(services.storage._engine) as connection:
                await connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
            await until(lambda: media.identities(room.name) == ["agent-1"])
            assert (await client.get("/health")).status_code == 200
        assert not serving.done()
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def test_a_fault_in_the_round_itself_is_survived(
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """What is wrong with the list of rooms, and not with one of them, is counted and tried again."""
    room = await api.room()
    await put(api, room, languages=["es"])
    media.person(room.name, "speaker-1")
    media.listing_fails = KeyError("x")
    local = replace(services.settings, auth=replace(services.settings.auth, host="127.0.0.1", port=0))
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_services(replace(services, settings=local), port.set_result))

    def failed() -> bool:
        value = services.metrics.registry.get_sample_value("hive_auth_failures_total", {"what": "rooms"})
        return (value or 0.0) >= 2.0

    try:
        await port
        await until(failed)
        assert not serving.done()
        media.listing_fails = None
        await until(lambda: media.identities(room.name) == ["agent-1"])
    finally:
        serving.cancel()
        await asyncio.wait([serving])

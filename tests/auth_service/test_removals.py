"""Who was removed is kept out of every room, whatever is wrong with one of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from auth_service.errors import MediaServerError
from auth_service.wiring import Container
from tests.auth_service.conftest import Api
from tests.auth_service.test_reconcile import until
from tests.fakes.media_server import FakeMediaServer


@contextlib.asynccontextmanager
async def watching(services: Container) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(services.removals.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize(
    ("error", "faults"), [(KeyError("x"), 1.0), (TypeError("x"), 1.0), (MediaServerError("away"), None)]
)
async def test_one_bad_room_lets_nobody_into_the_others(
    api: Api, media: FakeMediaServer, services: Container, error: Exception, faults: float | None
) -> None:
    """A fault of ours is counted; that the media server is away is none."""
    rooms = [await api.room(name=name) for name in ("a-bad", "good")]
    for room in rooms:
        identity = (await api.join(room.guest)).json()["identity"]
        url = f"/api/v1/rooms/{room.name}/participants/{identity}"
        await api.client.delete(url, headers=room.headers)
        media.person(room.name, identity)
    media.removed.clear()
    media.broken["a-bad"] = error

    async with watching(services) as task:
        await until(lambda: bool(media.removed))
        assert not task.done()

    assert media.rooms["good"].people == frozenset()
    assert len(media.rooms["a-bad"].people) == 1
    assert (
        services.metrics.registry.get_sample_value("hive_auth_failures_total", {"what": "removals"}) == faults
    )

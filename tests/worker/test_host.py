"""How a worker ends."""

from __future__ import annotations

import asyncio
import signal
from typing import cast

import pytest

from config.settings import Services, Settings
from stack.ports import free_port
from tests.fakes.agent_server import FakeServer
from worker.health import WatchedServer
from worker.host import serve


@pytest.mark.parametrize("pause_s", [0.0, 0.05])
async def test_a_second_signal_ends_it_however_soon_it_comes(pause_s: float) -> None:
    """Also both at once, as an impatient supervisor sends them: the drain has begun, and the server is closed."""
    server = FakeServer()
    settings = Settings(services=Services(worker_health_port=free_port()))
    serving = asyncio.create_task(serve(cast(WatchedServer, server), settings), name="serving")
    await asyncio.sleep(0.1)
    signal.raise_signal(signal.SIGTERM)
    if pause_s:
        await asyncio.sleep(pause_s)
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(serving, 10)
    assert (server.closed.is_set(), server.drained) == (True, 1)


@pytest.mark.parametrize("more", [1, 3])
async def test_closing_is_not_broken_off(more: int) -> None:
    """Signals that come when the last room has ended and the server is being closed change nothing: nobody could end
    one that is half closed."""
    server = FakeServer(has_room=False, closing_s=0.2)
    settings = Settings(services=Services(worker_health_port=free_port()))
    serving = asyncio.create_task(serve(cast(WatchedServer, server), settings), name="serving")
    await asyncio.sleep(0.1)
    signal.raise_signal(signal.SIGTERM)
    while not server.closings:
        await asyncio.sleep(0)
    for _ in range(more):
        signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(serving, 10)
    assert (server.closed.is_set(), server.drained) == (True, 1)

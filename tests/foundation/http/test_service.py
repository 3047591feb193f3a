from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import httpx
import pytest
from fastapi import FastAPI

from config.settings import SettingsError
from foundation.http import service
from foundation.http.server import ServerLimits
from foundation.http.service import Service
from foundation.tasks import Tasks


def made(
    watchers: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
    failed: Callable[[str, Exception], None] = lambda name, error: None,
    port: int = 0,
) -> Service:
    app = FastAPI()

    @app.get("/health")
    async def health() -> str:
        return "ok"

    return Service(
        name="a test",
        app=app,
        host="127.0.0.1",
        port=port,
        limits=ServerLimits(connections=10, connections_per_address=10),
        trusted_proxies=[],
        watchers=watchers or {},
        failed=failed,
    )


async def test_it_answers_until_it_is_cancelled_with_nothing_to_watch_too() -> None:
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    tasks = Tasks()
    serving = tasks.start(service.serve(made(), started.set_result), name="serve")
    port = await asyncio.wait_for(started, 10)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/health")).json() == "ok"
    assert not serving.done()
    await tasks.close()
    assert serving.cancelled()


async def test_background_work_that_fails_is_told_and_begun_again() -> None:
    """The service goes on meanwhile."""
    runs, told = 0, list[tuple[str, str]]()
    twice = asyncio.Event()

    async def watch() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("a fault")
        twice.set()
        await asyncio.Event().wait()

    tasks = Tasks()
    described = made({"rooms": watch}, lambda name, error: told.append((name, type(error).__name__)))
    serving = tasks.start(service.serve(described), name="serve")
    await asyncio.wait_for(twice.wait(), 10)
    assert told == [("rooms", "ValueError")]
    assert not serving.done()
    await tasks.close()


async def test_a_port_that_is_taken_is_said() -> None:
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    tasks = Tasks()
    tasks.start(service.serve(made(), started.set_result), name="serve")
    port = await asyncio.wait_for(started, 10)
    with pytest.raises(OSError):  # noqa: PT011  the system words it
        await service.serve(made(port=port))
    await tasks.close()


def test_proxies_that_cannot_be_read_are_named() -> None:
    assert service.proxies(("10.0.0.0/8",), "auth.trusted_proxies")
    with pytest.raises(SettingsError, match=r"auth\.trusted_proxies"):
        service.proxies(("not an address",), "auth.trusted_proxies")

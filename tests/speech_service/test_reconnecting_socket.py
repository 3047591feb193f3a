"""The one connection that a room shares for its small requests: whatever breaks it, it is made anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
from fastapi import FastAPI, WebSocket

from pipeline.engines.protocols import EngineError
from speech_service.client import Copies
from speech_service.client.reconnecting import ReconnectingSocket
from speech_service.limits import serving
from tests.speech_service.serving import listening, settings


def echo() -> FastAPI:
    """Sends back what comes."""
    app = FastAPI()

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)

    return app


class Ends:
    """What a reconnecting socket calls: each fails with what is scripted for it, in order, and then works."""

    def __init__(
        self, *, prepare: list[Exception] | None = None, take: list[Exception] | None = None
    ) -> None:
        self._prepare, self._take = prepare or [], take or []
        self.taken: list[str | bytes] = []
        self.lost = 0
        self.answered = asyncio.Event()

    async def prepare(self, session: aiohttp.ClientSession) -> None:
        if self._prepare:
            raise self._prepare.pop(0)

    def take(self, message: str | bytes) -> None:
        if self._take:
            raise self._take.pop(0)
        self.taken.append(message)
        self.answered.set()

    def count(self) -> None:
        self.lost += 1


@asynccontextmanager
async def reconnecting(ends: Ends) -> AsyncIterator[ReconnectingSocket]:
    services = settings().services
    async with listening(echo(), services, 0) as url, AsyncExitStack() as stack:
        copies = await stack.enter_async_context(Copies("the echo", url, services).held())
        (copy,) = copies
        socket = ReconnectingSocket(
            copies,
            copy,
            "/ws",
            services,
            prepare=ends.prepare,
            take=ends.take,
            lost=ends.count,
            alive="alive",
        )
        socket.start()
        try:
            yield socket
        finally:
            await socket.close()


@pytest.mark.parametrize(
    "error",
    [
        KeyError("languages"),
        RecursionError("deep"),
        ZeroDivisionError(),
        ConnectionResetError(),
        ExceptionGroup("two", [KeyError("a"), TimeoutError()]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_no_error_of_the_preparation_ends_it_for_good(error: Exception) -> None:
    """An answer that surprises us once costs one attempt, not the room its translations."""
    async with reconnecting(Ends(prepare=[error, error])) as socket:
        await socket.ready(10)

        assert socket.connected


async def test_no_error_over_a_message_ends_it_for_good() -> None:
    """A message that we fail on costs the connection; who waits for answers is told, and the next one is made."""
    ends = Ends(take=[KeyError("id")])
    async with reconnecting(ends) as socket:
        await socket.ready(10)
        socket.post("first")
        async with asyncio.timeout(20):
            while not ends.lost:
                await asyncio.sleep(0.01)
            await socket.ready(10)
            socket.post("second")
            await ends.answered.wait()

    assert (ends.taken, ends.lost) == (["second"], 2)


async def test_what_is_wrong_is_said_while_it_is_wrong() -> None:
    """Whoever waits in vain reads what kind of failure keeps them waiting."""
    async with reconnecting(Ends(prepare=[KeyError("languages")] * 50)) as socket:
        with pytest.raises(EngineError, match=r"the echo cannot be reached: .*KeyError"):
            await socket.ready(0.3)


async def test_a_server_that_ends_by_itself_is_found_out() -> None:
    """Whoever serves waits for it: a service that serves no more must not look as if it lived."""
    async with serving(echo(), settings().services, 0) as server, asyncio.timeout(20):
        (http,) = [task for task in asyncio.all_tasks() if task.get_name() == "http"]
        http.cancel()
        await server.ended()


async def test_what_is_cancelled_beside_a_server_stays_cancelled() -> None:
    """The context does not turn somebody else's cancellation into an error of its own."""
    up = asyncio.Event()

    async def serve() -> None:
        async with listening(echo(), settings().services, 0):
            up.set()
            await asyncio.Event().wait()

    serving = asyncio.create_task(serve())
    await up.wait()
    serving.cancel()
    await asyncio.wait([serving])

    assert serving.cancelled()

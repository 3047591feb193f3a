"""The server on a real socket, with clients that do what no library would."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest

from foundation.http.bodies import BodyLimits
from foundation.http.protocols import Deadlines
from tests.foundation.http.serving import LARGE, Client, application, limits, served

HALF_A_HEAD = "POST /echo HTTP/1.1\r\nHost: localhost\r\n"
HALF_A_BODY = HALF_A_HEAD + "Content-Length: 100\r\n\r\nsome"


@pytest.mark.parametrize("said", ["", "G", HALF_A_HEAD], ids=["nothing", "a letter", "half a head"])
async def test_a_head_that_does_not_come_is_not_waited_for(said: str) -> None:
    """However little of the head has come, the connection is closed at the deadline."""
    async with served(application()) as server, await Client.connect(server.port) as client:
        await client.say(said)
        assert await client.closed()


async def test_a_head_that_trickles_is_not_waited_for() -> None:
    """A byte now and then does not move the deadline."""
    async with served(application()) as server, await Client.connect(server.port) as client:

        async def trickle() -> None:
            for letter in "GET /health HTTP/1.1\r\n" + "X-More: x\r\n" * 1000:
                await client.say(letter)
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        assert await client.closed()
        trickling.cancel()
        await asyncio.wait([trickling])


async def test_the_next_head_of_a_connection_has_the_same_deadline() -> None:
    """A client that was served once is not waited for longer in the middle of its second request."""
    deadlines = Deadlines(head_s=0.3, keep_alive_s=60, send_s=5)
    async with (
        served(application(), limits(deadlines=deadlines)) as server,
        await Client.connect(server.port) as client,
    ):
        await client.get("/health")
        assert await client.status() == 200
        await client.say(HALF_A_HEAD)
        assert await client.closed()


async def test_a_connection_is_kept_for_the_next_request_and_not_for_ever() -> None:
    """Two requests on one connection are answered; then it is closed as nothing more comes."""
    async with served(application()) as server, await Client.connect(server.port) as client:
        for _ in range(2):
            await client.get("/health")
            assert await client.status() == 200
        assert await client.closed()


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """A client that falls silent in the middle of its body is told so, and the connection is closed."""
    app = application(body_limits=BodyLimits(1000, silence_s=0.2))
    async with served(app) as server, await Client.connect(server.port) as client:
        await client.say(HALF_A_BODY)
        assert await client.status() == 408
        assert b'"code": "too_slow"' in client.body
        assert await client.closed()


async def test_a_body_that_trickles_is_not_waited_for() -> None:
    """A byte now and then is no body either: it has to come at some rate."""
    app = application(body_limits=BodyLimits(1000, silence_s=0.2))
    async with served(app) as server, await Client.connect(server.port) as client:
        await client.say(HALF_A_BODY)

        async def trickle() -> None:
            while True:
                await client.say("x")
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        assert await client.status() == 408
        trickling.cancel()
        await asyncio.wait([trickling])


async def test_a_body_may_take_its_time_as_long_as_it_comes() -> None:
    """What arrives at a fair rate is read to its end, however long that takes."""
    app = application(body_limits=BodyLimits(1 << 20, silence_s=0.3))
    piece = b"x" * 8192
    async with served(app) as server, await Client.connect(server.port) as client:
        await client.say(HALF_A_HEAD + f"Content-Length: {8 * len(piece)}\r\n\r\n")
        for _ in range(8):
            await client.say(piece)
            await asyncio.sleep(0.1)
        assert (await client.status(), client.body) == (200, 8 * piece)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
async def test_a_body_that_is_too_large_is_refused(announced: bool) -> None:
    """By what is announced, and by what comes."""
    app = application(body_limits=BodyLimits(1000, silence_s=5))
    async with served(app) as server, await Client.connect(server.port) as client:
        if announced:
            await client.say(HALF_A_HEAD + "Content-Length: 1001\r\n\r\n")
        else:
            await client.say(HALF_A_HEAD + f"Transfer-Encoding: chunked\r\n\r\n7d0\r\n{'x' * 2000}\r\n")
        assert await client.status() == 413
        assert b'"limit": 1000' in client.body
        assert await client.closed()


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    """An answer that nobody takes does not hold its connection."""
    async with (
        served(application()) as server,
        await Client.connect(server.port, buffer_bytes=1024) as client,
    ):
        await client.get("/large")
        await asyncio.sleep(1)  # what is tested is that nothing is read meanwhile
        came = 0
        while piece := await client.reader.read(1 << 20):
            came += len(piece)
        assert came < len(LARGE)


async def test_others_are_served_while_one_address_holds_what_it_can() -> None:
    """Connections that hang, however far they came, cost their own address alone."""
    app = application(body_limits=BodyLimits(1000, silence_s=10))
    deadlines = Deadlines(head_s=10, keep_alive_s=10, send_s=10)
    async with (
        served(app, limits(10, 5, spare_connections=2, deadlines=deadlines)) as server,
        AsyncExitStack() as stack,
    ):
        for said in ("", HALF_A_HEAD, HALF_A_BODY) * 5:
            hanging = await stack.enter_async_context(await Client.connect(server.port, source="127.0.0.2"))
            try:
                await hanging.say(said)
            except ConnectionError:
                continue  # it was refused already
        for _ in range(3):
            async with await Client.connect(server.port) as client:
                await client.get("/client")
                assert (await client.status(), client.body) == (200, b'"127.0.0.1"')


async def test_a_house_full_of_work_still_tells_its_health() -> None:
    """When every connection is at work, newcomers are refused with a time to come back, and /health is answered."""
    app = application()
    async with (
        served(app, limits(2, 2, spare_connections=2)) as server,
        AsyncExitStack() as stack,
    ):
        working = []
        for source in ("127.0.0.2", "127.0.0.3"):
            client = await stack.enter_async_context(await Client.connect(server.port, source=source))
            await client.get("/waiting")
            working.append(client)
        for path, status in (("/health", 200), ("/client", 503), ("/health", 200)):
            async with await Client.connect(server.port, source="127.0.0.4") as newcomer:
                await newcomer.get(path)
                assert await newcomer.status() == status
        app.state.open.set()
        assert [await client.status() for client in working] == [200, 200]
        async with await Client.connect(server.port, source="127.0.0.4") as newcomer:
            await newcomer.get("/client")
            assert await newcomer.status() == 200


async def test_a_websocket_keeps_its_place_until_it_ends() -> None:
    """A connection that became a WebSocket is at work, and its place is free again afterwards."""
    app = application()
    async with (
        served(app, limits(1, 1, spare_connections=1)) as server,
        aiohttp.ClientSession(server.url) as session,
    ):
        async with session.ws_connect("/talk") as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "hello"
            async with await Client.connect(server.port, source="127.0.0.2") as newcomer:
                await newcomer.get("/client")
                assert await newcomer.status() == 503
            app.state.open.set()
            await socket.receive()
        async with await Client.connect(server.port, source="127.0.0.2") as newcomer:
            await newcomer.get("/client")
            assert await newcomer.status() == 200


@pytest.mark.parametrize(
    "said", ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]
)
async def test_what_is_no_request_gets_a_problem(said: str) -> None:
    """Also what never reaches an application is refused in the one form."""
    async with served(application()) as server, await Client.connect(server.port) as client:
        await client.say(said)
        assert await client.status() == 400
        assert "application/problem+json" in client.head
        assert b'"code": "bad_request"' in client.body


async def test_the_server_ends_although_clients_stay() -> None:
    """Those who hang, read nothing or work are not waited for beyond the goodbye."""
    app = application()
    async with AsyncExitStack() as stack:
        async with served(app) as server:
            for said in ("", HALF_A_HEAD, HALF_A_BODY, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"):
                hanging = await stack.enter_async_context(await Client.connect(server.port))
                await hanging.say(said)
            working = await stack.enter_async_context(await Client.connect(server.port))
            await working.get("/waiting")
        with pytest.raises(ConnectionRefusedError):
            await Client.connect(server.port)

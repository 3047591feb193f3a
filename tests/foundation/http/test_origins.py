from __future__ import annotations

import aiohttp
import pytest
from fastapi import FastAPI

from foundation.http.origins import Origins, name_of, origin_of
from foundation.http.protocols import Deadlines
from tests.foundation.http.serving import Client, application, limits, served

OURS = "https://meet.example.org"
UNHURRIED = limits(deadlines=Deadlines())
"""Nobody is cut off here for being slow."""


def guarded() -> FastAPI:
    app = application()
    app.add_middleware(
        Origins,
        hosts={"meet.example.org", "speech"},
        origins=[OURS],
        open_paths={"/health"},
    )
    return app


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 200),
        ("[::1]:8001", 200),
        ("192.0.2.7", 200),
        ("localhost", 200),
        ("localhost.:80", 200),
        ("app.localhost", 200),
        ("meet.example.org", 200),
        ("MEET.example.org:443", 200),
        ("speech:8001", 200),
        ("evil.example", 421),
        ("evil.example:8001", 421),
        ("meet.example.org.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("notlocalhost", 421),
        ("localhost@evil.example", 421),
        ("127.0.0.1:8001:80", 421),
        ("2130706433", 421),
        ("", 421),
    ],
)
async def test_a_name_that_is_not_ours_is_refused(host: str, status: int) -> None:
    """A page can point a name of its own at our address; addresses and names of ours it cannot."""
    async with served(guarded(), UNHURRIED) as server, await Client.connect(server.port) as client:
        await client.say(f"GET /client HTTP/1.1\r\nHost: {host}\r\n\r\n")
        assert await client.status() == status
        if status == 421:
            assert b'"code": "wrong_host"' in client.body


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (OURS, 200),
        ("http://127.0.0.1:8001", 200),
        ("https://127.0.0.1:8001", 200),
        ("http://127.0.0.1:9000", 403),
        ("https://evil.example", 403),
        ("http://meet.example.org", 403),
        ("https://meet.example.org.evil.example", 403),
        ("https://meet.example.org:8443", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_a_page_of_another_site_is_refused(origin: str, status: int) -> None:
    """Only pages of the sites that are allowed, and those that come from where they ask, may speak to a service."""
    async with served(guarded(), UNHURRIED) as server, await Client.connect(server.port) as client:
        await client.say(
            f"POST /echo HTTP/1.1\r\nHost: 127.0.0.1:8001\r\nOrigin: {origin}\r\nContent-Length: 0\r\n\r\n"
        )
        assert await client.status() == status
        if status == 403:
            assert b'"code": "wrong_origin"' in client.body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ],
)
async def test_a_websocket_of_another_site_is_refused(headers: dict[str, str], status: int) -> None:
    """Browsers ask nobody's leave for WebSockets, so the service has to look itself."""
    async with served(guarded(), UNHURRIED) as server, aiohttp.ClientSession(server.url) as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect("/talk", headers=headers)
        assert refused.value.status == status


@pytest.mark.parametrize("headers", [{}, {"Origin": OURS}])
async def test_a_websocket_of_ours_is_accepted(headers: dict[str, str]) -> None:
    """Programs, which send no origin, and pages that are allowed are let in."""
    app = guarded()
    app.state.open.set()
    async with (
        served(app, UNHURRIED) as server,
        aiohttp.ClientSession(server.url) as session,
        session.ws_connect("/talk", headers=headers) as socket,
    ):
        await socket.send_str("hello")
        assert await socket.receive_str() == "hello"


async def test_two_origins_must_both_be_ours() -> None:
    """A second header does not hide the first."""
    async with served(guarded(), UNHURRIED) as server, await Client.connect(server.port) as client:
        await client.get("/client", f"Origin: {OURS}", "Origin: https://evil.example")
        assert await client.status() == 403


async def test_what_is_open_is_answered_whatever_the_name() -> None:
    """A balancer asks for the health by a name of its own."""
    async with served(guarded(), UNHURRIED) as server, await Client.connect(server.port) as client:
        await client.say("GET /health HTTP/1.1\r\nHost: balancer.example\r\n\r\n")
        assert await client.status() == 200


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://meet.example.org", OURS),
        ("https://meet.example.org:443/rooms/", OURS),
        ("wss://Meet.example.org", OURS),
        ("http://meet.example.org:8004", "http://meet.example.org:8004"),
        ("http://[::1]:8004/x", "http://[::1]:8004"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
        ("", ""),
        ("null", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    """As browsers write it: without the scheme's usual port, without a path."""
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Meet.Example.org.:80", "meet.example.org"),
        ("[::1]", "::1"),
        ("a b", None),
        ("a@b", None),
        ("a:b", None),
        ("a/b", None),
        ("", None),
    ],
)
def test_a_host_is_read_strictly(host: str, name: str | None) -> None:
    """What is not a name or an address with a port is nobody's."""
    assert name_of(host) == name

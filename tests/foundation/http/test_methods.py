"""A path that is asked by a method it does not know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message

from foundation.http.methods import refusal_headers
from foundation.http.page import Page, add_page
from foundation.http.problems import of_http_error, response


def app(directory: Path) -> FastAPI:
    """A path that two routes of two files share, one with a name in it, and a page."""
    made, first, second = FastAPI(docs_url=None, redoc_url=None), APIRouter(), APIRouter()

    @first.get("/api/rooms")
    async def read() -> str:
        return "rooms"

    @second.post("/api/rooms")
    async def make() -> str:
        return "made"

    @second.delete("/api/rooms/{room}")
    async def remove(room: str) -> str:
        return room

    async def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return response(of_http_error(error), refusal_headers(request, error))

    made.include_router(first)
    made.include_router(second)
    made.add_exception_handler(HTTPException, told)
    add_page(made, Page(directory, {"": "index.html", "docs": "docs.html"}))
    return made


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    for name in ("index.html", "docs.html", "icon.svg"):
        (tmp_path / name).write_text(name)
    transport = httpx.ASGITransport(app(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/api/rooms", 200, None),
        ("POST", "/api/rooms", 200, None),
        ("DELETE", "/api/rooms", 405, "GET, POST"),
        ("HEAD", "/api/rooms", 405, "GET, POST"),
        ("OPTIONS", "/api/rooms", 405, "GET, POST"),
        ("PURGE", "/api/rooms", 405, "GET, POST"),
        ("GET", "/api/rooms/a", 405, "DELETE"),
        ("GET", "/docs", 200, None),
        ("POST", "/docs", 405, "GET, HEAD"),
        ("DELETE", "/", 405, "GET, HEAD"),
        ("PUT", "/icon.svg", 405, "GET, HEAD"),
        ("GET", "/nothing", 404, None),
        ("POST", "/nothing", 404, None),
        ("POST", "/api/nothing", 404, None),
        ("POST", "/api/rooms/", 404, None),
    ],
)
async def test_the_methods_of_a_path_are_told(
    client: httpx.AsyncClient, method: str, path: str, status: int, allow: str | None
) -> None:
    """All of them, whichever route has them, pages too; where there is nothing, there is nothing by any method."""
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)


async def test_no_socket_is_behind_a_page(tmp_path: Path) -> None:
    """Its handshake is refused, and nothing fails."""
    (tmp_path / "index.html").write_text("start")
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/ws", "headers": [], "query_string": b"", "subprotocols": []}
    await app(tmp_path)(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]

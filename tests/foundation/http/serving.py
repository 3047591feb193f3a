"""A small application on a real socket, and clients that say exactly what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response, WebSocket
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from foundation.http import problems
from foundation.http.bodies import Bodies, BodyLimits
from foundation.http.protocols import Deadlines
from foundation.http.server import Listening, ServerLimits, listening

QUICK = Deadlines(head_s=0.3, keep_alive_s=1, send_s=0.3)
LARGE = b"x" * (8 << 20)
LIMIT_S = 20.0


def application(*, body_limits: BodyLimits | None = None) -> FastAPI:
    """Has something to read, to write, to wait for and to talk to; `app.state.open` lets the waiting go on."""
    app = FastAPI()
    app.state.open = asyncio.Event()
    app.add_middleware(Bodies, limits=body_limits or BodyLimits(1 << 20, 5.0))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problems.response(problems.of_http_error(error))

    app.add_exception_handler(HTTPException, on_http)

    @app.get("/health")
    async def health() -> str:
        return "ok"

    @app.get("/client")
    async def client(request: Request) -> str:
        return request.client.host if request.client else ""

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    @app.get("/large")
    async def large() -> Response:
        return Response(LARGE)

    @app.get("/waiting")
    async def waiting() -> str:
        await app.state.open.wait()
        return "done"

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await app.state.open.wait()
        await socket.close()

    return app


def limits(connections: int = 50, per_address: int = 50, **more: Any) -> ServerLimits:
    return ServerLimits(
        connections=connections, connections_per_address=per_address, **{"deadlines": QUICK, **more}
    )


@asynccontextmanager
async def served(app: ASGIApp, chosen: ServerLimits | None = None, **more: Any) -> AsyncIterator[Listening]:
    async with (
        asyncio.timeout(LIMIT_S),
        listening(app, host="127.0.0.1", port=0, limits=chosen or limits(), goodbye_s=1, **more) as server,
    ):
        yield server


class Client:
    """A connection of one's own making."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int, *, source: str = "127.0.0.1", buffer_bytes: int = 65536) -> Client:
        """`source`: any address of 127.0.0.0/8, so that clients come from several."""
        return cls(
            *await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), limit=buffer_bytes)
        )

    async def say(self, text: str | bytes) -> Client:
        self._writer.write(text.encode() if isinstance(text, str) else text)
        await self._writer.drain()
        return self

    async def get(self, path: str, *headers: str) -> Client:
        lines = (f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", "")
        return await self.say("\r\n".join(lines))

    async def status(self) -> int:
        """Of the next answer, whose body is read too."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        for line in head.split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                self.body = await self.reader.readexactly(int(value))
        self.head = head
        return int(head.split()[1])

    async def closed(self) -> bool:
        """True once the other side has closed the connection; what comes before is thrown away."""
        try:
            while await self.reader.read(65536):
                continue
        except ConnectionError:
            return True
        return True

    def leave(self) -> None:
        self._writer.transport.abort()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

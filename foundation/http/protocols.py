"""uvicorn's protocols, with what they leave to others: deadlines for clients that do not write, or do not read.

They are uvicorn's own, not promised to stay; `pyproject.toml` therefore pins its minor version.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import h11
import structlog
import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from foundation.http.addresses import network
from foundation.http.places import Place, Places
from foundation.http.problems import Problem

log = structlog.get_logger(__name__)

PLACE: Final = "place"
"""Where an application finds a connection's place in the scope's `state`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a client is waited for."""

    head_s: float = 10.0
    """From the first moment of a connection, or the first byte of a further request, to the end of the head."""
    keep_alive_s: int = 20
    """Between two requests."""
    send_s: float = 10.0
    """For room in the client's buffer, and after the end for the last bytes to be taken."""


class ProtocolConfig(uvicorn.Config):
    """uvicorn's configuration, and ours on its way to the protocols below."""

    deadlines: Deadlines
    places: Places


class _Patience:
    """Cuts a client off that does not take what it is sent."""

    def __init__(self, config: uvicorn.Config) -> None:
        assert isinstance(config, ProtocolConfig)
        self._seconds = config.deadlines.send_s
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport) -> None:
        """The client's buffer is full."""
        self.end()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._cut_off, transport)

    def end(self) -> None:
        """The client has made room, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut_off(self, transport: asyncio.Transport) -> None:
        log.warning("slow client cut off", waited_s=self._seconds)
        transport.abort()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket whose client has to read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert isinstance(self.config, ProtocolConfig)
        self._places = self.config.places
        self._patience = _Patience(self.config)

    async def send(self, message: ASGISendEvent) -> None:
        """Refusing by an answer is as good as a handshake; uvicorn logs each as an error of the application."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._patience.begin(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._patience.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives back the place that the HTTP connection before it took."""
        self._patience.end()
        self._places.leave(self.app_state[PLACE])
        super().connection_lost(exc)


class HttpProtocol(H11Protocol):
    """HTTP/1.1 that takes a place, and ends connections on which no request arrives or no answer is taken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert isinstance(self.config, ProtocolConfig)
        self._deadlines, self._places = self.config.deadlines, self.config.places
        self._patience = _Patience(self.config)
        self._head: asyncio.TimerHandle | None = None
        self._place: Place | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes a place, or ends the connection where there is none; then waits for a request's head."""
        super().connection_made(transport)
        remote = get_remote_addr(transport)
        self._place = self._places.enter(network(remote[0] if remote else ""), transport)
        if self._place is None:
            transport.abort()
            return
        self.app_state = {**self.app_state, PLACE: self._place}
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """What comes after the end was decided is not read."""
        if self._place is None or self.transport.is_closing():
            return
        super().data_received(data)
        if self._look() and self._head is None:
            self._await_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def send_400_response(self, msg: str) -> None:
        """In the form of all other problems; uvicorn's own is plain text. Closes the connection."""
        problem = Problem(400, "bad_request", "This is not a request of HTTP/1.1.")
        body = problem.encoded()
        headers = {**problem.headers(), "content-length": str(len(body)), "connection": "close"}
        for event in (
            h11.Response(status_code=400, headers=list(headers.items()), reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._patience.begin(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._patience.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives the place back; where a WebSocket took the connection over, that one does."""
        self._patience.end()
        self._stop_awaiting_head()
        if self._place is not None:
            self._places.leave(self._place)
        super().connection_lost(exc)

    def _look(self) -> bool:
        """Notes whether a request is awaited: none is from the end of a head until its answer is complete."""
        assert self._place is not None
        upgraded = self.transport.get_protocol() is not self
        if upgraded or (self.cycle is not None and not self.cycle.response_complete):
            self._stop_awaiting_head()
            self._places.works(self._place)
            return False
        self._places.waits(self._place)
        return True

    def _await_head(self) -> None:
        self._head = self.loop.call_later(self._deadlines.head_s, self.transport.abort)

    def _stop_awaiting_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

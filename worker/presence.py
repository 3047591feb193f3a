"""Keeps a connection to the token service over which this worker names the interpreters that it runs.

When this process is killed, its machine closes the connection, and the service knows it at once; when one of the rooms'
processes ends, this process tells it. Nothing is answered.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import structlog

from config.settings import Settings
from foundation.supervision import Backoff, keep_running
from foundation.tasks import Tasks
from protocol.presence import PRESENCE_PATH, TELL_EVERY_S, RunningInterpreter, signed_by, written
from worker.announcing import signature

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 0.25
CONNECT_LIMIT_S: Final = 5.0
SEND_LIMIT_S: Final = 3.0
CLOSE_LIMIT_S: Final = 1.0
PING_EVERY_S: Final = 10.0
"""A service that does not answer within half of it is away."""


@asynccontextmanager
async def naming(
    running: Callable[[], frozenset[RunningInterpreter]], settings: Settings
) -> AsyncIterator[None]:
    """Names them meanwhile, where the settings say to whom."""
    tasks = Tasks()
    if settings.services.auth_url:
        tasks.start(keep_running(Presence(running, settings).run, name="presence"), name="presence")
    try:
        yield
    finally:
        await tasks.close()


class Presence:
    """One worker's connection, made anew whenever it breaks.

    Args:
        running: the interpreters whose processes run now.
    """

    def __init__(self, running: Callable[[], frozenset[RunningInterpreter]], settings: Settings) -> None:
        self._running, self._livekit = running, settings.livekit
        self._worker = secrets.token_hex(8)
        self._url = f"{settings.services.auth_url.rstrip('/')}{PRESENCE_PATH}?worker={self._worker}"
        self._failing = False

    async def run(self) -> None:
        """Runs until it is cancelled, and then takes its leave of the service."""
        backoff = Backoff()
        async with aiohttp.ClientSession() as session:
            while True:
                began_s = time.monotonic()
                try:
                    self._failed(f"closed with {await self._converse(session)}")
                except aiohttp.WSServerHandshakeError as error:
                    self._failed(f"status {error.status}")
                except (aiohttp.ClientError, TimeoutError, OSError) as error:
                    self._failed(type(error).__name__)
                await asyncio.sleep(backoff.after(time.monotonic() - began_s))

    async def _converse(self, session: aiohttp.ClientSession) -> int | None:
        """Until the service closes the connection; returns its code.

        Raises aiohttp.ClientError, TimeoutError, OSError.
        """
        async with asyncio.timeout(CONNECT_LIMIT_S):
            socket = await session.ws_connect(
                self._url,
                headers={"Authorization": f"Bearer {signature(self._livekit, signed_by(self._worker))}"},
                heartbeat=PING_EVERY_S,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_LIMIT_S),
            )
        try:
            told: frozenset[RunningInterpreter] | None = None
            told_s = 0.0
            while not socket.closed:
                now, now_s = self._running(), time.monotonic()
                if now != told or now_s - told_s >= TELL_EVERY_S:
                    async with asyncio.timeout(SEND_LIMIT_S):
                        await socket.send_str(written(now))
                    told, told_s = now, now_s
                    self._succeeded()
                await _until_closed(socket, LOOK_EVERY_S)
        finally:
            await socket.close()
        return socket.close_code

    def _succeeded(self) -> None:
        if self._failing:
            self._failing = False
            log.info("interpreters named again")

    def _failed(self, reason: str) -> None:
        """Says it once: were this worker killed now, it would take longer until its rooms have another."""
        if not self._failing:
            self._failing = True
            log.warning("interpreters not named", url=self._url.partition("?")[0], reason=reason)


async def _until_closed(socket: aiohttp.ClientWebSocketResponse, limit_s: float) -> None:
    """For a moment, or until the service has closed the connection; it sends nothing else."""
    try:
        await socket.receive(timeout=limit_s)
    except TimeoutError:
        return

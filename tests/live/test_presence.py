"""Who is known to be dead is replaced at once, and who only seems so keeps the room: real workers, the real media
server and the real token service."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest
from livekit import api
from pydantic import SecretStr
from structlog.testing import capture_logs

from auth_service.serve import serve
from config.settings import Auth, LiveKit, Services, Settings
from stack.environment import child_environment
from stack.ports import free_port
from tests.auth_service.conftest import Api
from tests.live.conftest import SETTINGS
from tests.live.guests import LIMIT_S, Guest, until
from tests.live.hosting import ROOT
from tests.live.hosting import service as media_server

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

SHOWN_AFTER_S = 4.5
"""Longer than the silence that makes a worker suspected, and all that follows from it at once."""
TAKEN_OVER_S = 30.0
MISSED = "interpreter named no more"
"""In the token service's log."""


class TokenService:
    """May be ended and started again, on one port."""

    def __init__(self, livekit: LiveKit, directory: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        auth = Auth(port=port, database_url=SecretStr(f"sqlite:///{directory}/rooms.sqlite3"))
        self._settings = Settings(development=True, livekit=livekit, auth=auth)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        started = asyncio.Event()
        self._serving = asyncio.create_task(serve(self._settings, started=lambda _: started.set()))
        async with asyncio.timeout(LIMIT_S):
            await started.wait()

    async def stop(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait([self._serving])


@dataclass
class WorkerGroup:
    """A worker that leads a process group of its own."""

    main: subprocess.Popen[bytes]
    port: int
    log: Path

    def says(self, words: bytes) -> bool:
        return words in self.log.read_bytes()

    def has_a_room(self) -> bool:
        if self.main.poll() is not None:
            return False
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/worker", timeout=5) as answer:
            return bool(json.load(answer)["active_jobs"])

    def room_process(self, media_port: int) -> psutil.Process:
        """The one of its children that is connected to the media server."""
        for child in psutil.Process(self.main.pid).children(recursive=True):
            if any(each.raddr and each.raddr.port == media_port for each in child.net_connections("tcp")):
                return child
        raise LookupError("no process has a room")

    def end(self) -> None:
        """All of it, without warning."""
        if self.main.poll() is None:
            os.killpg(self.main.pid, signal.SIGKILL)
            self.main.wait(10)


@dataclass
class Meeting:
    """A room in which somebody speaks without a pause."""

    server: api.LiveKitAPI
    media_port: int
    room: str
    tokens: TokenService
    workers: list[WorkerGroup]

    async def at_work(self) -> list[str]:
        """Who interprets, as the media server lists them."""
        listed = await self.server.room.list_participants(api.ListParticipantsRequest(room=self.room))
        return [
            each.identity
            for each in listed.participants
            if each.kind == api.ParticipantInfo.Kind.AGENT
            and each.attributes.get("translator.role") == "interpreter"
        ]

    async def agents(self) -> int:
        """How many are there, at work or standing by."""
        listed = await self.server.room.list_participants(api.ListParticipantsRequest(room=self.room))
        return sum(each.kind == api.ParticipantInfo.Kind.AGENT for each in listed.participants)

    async def busy(self) -> WorkerGroup:
        """Whose room it is."""
        for worker in self.workers:
            if await asyncio.to_thread(worker.has_a_room):
                return worker
        raise LookupError("no worker has a room")

    async def taken_over(self) -> float:
        """Waits until another one interprets; never are there two. Returns how long it took, s."""
        (before,) = await self.at_work()
        began_s = time.monotonic()
        async with asyncio.timeout(TAKEN_OVER_S):
            while (now := await self.at_work()) in ([], [before]):
                await asyncio.sleep(0.05)
        assert len(now) == 1
        return time.monotonic() - began_s

    async def stays(self, seconds: float = SHOWN_AFTER_S) -> None:
        """Nobody else interprets, and one who was fetched meanwhile goes again."""
        (before,) = await self.at_work()
        ends_s = time.monotonic() + seconds
        async with asyncio.timeout(TAKEN_OVER_S):
            while time.monotonic() < ends_s or await self.agents() > 1:
                assert await self.at_work() == [before]
                await asyncio.sleep(0.1)


@asynccontextmanager
async def held(livekit: LiveKit, directory: Path) -> AsyncIterator[Meeting]:
    async with AsyncExitStack() as stack:
        tokens = TokenService(livekit, directory)
        await tokens.start()
        stack.push_async_callback(tokens.stop)
        workers = []
        for number in range(2):
            worker = _start(livekit, tokens.url, directory / f"worker{number}.log")
            stack.callback(worker.end)
            workers.append(worker)
        for worker in workers:
            await until(partial(worker.says, b"registered worker"), "the workers register", 120)
        server = await stack.enter_async_context(media_server(livekit))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=tokens.url, timeout=20))
        room = await Api(client).room()
        anna = await stack.enter_async_context(Guest("anna", room.name, livekit, language="en"))
        bea = await stack.enter_async_context(Guest("bea", room.name, livekit, language="es"))
        await anna.open_microphone((2.0, 0.5))
        await client.put(f"/api/v1/rooms/{room.name}/interpreter", json={}, headers=room.headers)
        await until(lambda: bool(bea.finals("es")), "the first caption", 60)
        yield Meeting(server, int(livekit.url.rpartition(":")[2]), room.name, tokens, workers)


def _start(livekit: LiveKit, auth_url: str, log: Path) -> WorkerGroup:
    settings = replace(
        SETTINGS, livekit=livekit, services=Services(auth_url=auth_url, stt_url="", mt_url="", tts_url="")
    )
    port = free_port()
    with log.open("wb") as out:
        main = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.worker_host", str(port)],
            cwd=ROOT, env=child_environment(settings, os.environ), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    return WorkerGroup(main, port, log)


async def test_who_only_seems_dead_stays_and_who_is_dead_is_followed(
    livekit: LiveKit, tmp_path: Path
) -> None:
    """A worker that is silent for a while and a token service that is started again change nothing, as the interpreter
    answers. When the room's process is killed, another one interprets."""
    async with held(livekit, tmp_path) as meeting:
        worker = await meeting.busy()
        worker.main.send_signal(signal.SIGSTOP)
        try:
            with capture_logs() as logs:
                await meeting.stays()
        finally:
            worker.main.send_signal(signal.SIGCONT)
        assert [line["ended"] for line in logs if line["event"] == MISSED] == [False]

        await meeting.tokens.stop()
        with capture_logs() as logs:
            await meeting.tokens.start()
            await meeting.stays(2.0)
        assert [line for line in logs if line["event"] == MISSED] == []

        process = await asyncio.to_thread(worker.room_process, meeting.media_port)
        process.kill()
        print(f"another one after {await meeting.taken_over():.1f} s")
        assert await meeting.agents() == 1

"""Two of everything: one of each dies while somebody talks, and the meeting is interpreted on, by one interpreter."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import psutil
import pytest
from livekit import api
from pydantic import SecretStr
from redis.asyncio import Redis

from config.settings import Auth, LiveKit, Services, Settings
from stack.environment import child_environment
from stack.ports import free_port
from tests.browser.real import agents
from tests.browser.servers import API_KEY, API_SECRET
from tests.live.guests import Guest, until
from tests.live.server import ROOT, Server
from tests.postgresql import postgresql
from tests.redis_server import redis_server

pytestmark = [pytest.mark.live, pytest.mark.engines, pytest.mark.timeout(300)]

START_S = 90.0
BACK_S = 5.0
"""Until the next words are read after one of two is gone."""
TAKEN_OVER_S = 30.0
"""Until another worker has a room: 3 to 5 s where a machine has time (docs/decisions/0029)."""
LOUD_S = 2.0
"""A tone of this length, ten words, and a pause, again and again."""


class Node(Server):
    """A media server that shares its rooms with others."""

    redis = ""
    hooks: tuple[str, ...] = ()

    def _config(self) -> dict[str, object]:
        webhook = {"api_key": API_KEY, "urls": list(self.hooks)}
        shared = {"keys": {API_KEY: API_SECRET}, "redis": {"address": self.redis}, "webhook": webhook}
        return super()._config() | shared

    @property
    def settings(self) -> LiveKit:
        """How to reach it."""
        return replace(super().settings, api_key=API_KEY, api_secret=SecretStr(API_SECRET))

    @property
    def node(self) -> str:
        """How it calls itself."""
        found = re.search(r'"nodeID": "(\w+)"', (self._directory / "livekit.log").read_text())
        assert found is not None
        return found[1]


@dataclass
class Program:
    """A part that leads a process group of its own."""

    running: subprocess.Popen[bytes]
    log: Path
    ready: str

    def kill(self) -> None:
        """Ends it and all that it has started, without warning. Ending it twice is fine."""
        if self.running.poll() is not None:
            return
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait(10)


@dataclass
class House:
    nodes: list[Node]
    redis: Redis
    speech: dict[str, Program] = field(default_factory=dict)
    """By the URL of its recognition."""
    tokens: list[Program] = field(default_factory=list)
    workers: list[Program] = field(default_factory=list)

    async def holder(self, room: str) -> Node:
        """Which media server has the room."""
        name = (await self.redis.hget("room_node_map", room)) or b""
        return next(
            node for node in self.nodes if node.node == (name.decode() if isinstance(name, bytes) else name)
        )

    def busy_speech(self) -> Program:
        """That which recognises somebody."""
        return next(program for url, program in self.speech.items() if _health(url)["under_way"])

    def busy_worker(self) -> Program:
        """That which has the room: its children ask the speech services."""
        ports = {int(url.rpartition(":")[2]) for url in self.speech}
        for worker in self.workers:
            for child in psutil.Process(worker.running.pid).children(recursive=True):
                to = {each.raddr.port for each in child.net_connections(kind="tcp") if each.raddr}
                if to & ports:
                    return worker
        raise LookupError("no worker has the room")


async def _ready(program: Program) -> None:
    """Waits until it can be used."""
    async with asyncio.timeout(START_S), aiohttp.ClientSession() as client:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with client.get(program.ready) as answer:
                    if answer.status == 200:
                        return
            assert program.running.poll() is None, program.log.read_text()[-2000:]
            await asyncio.sleep(0.2)


def _health(url: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
        return found


@asynccontextmanager
async def house(directory: Path) -> AsyncIterator[House]:
    """Everything twice, on free ports, with PostgreSQL and Redis."""
    async with AsyncExitStack() as stack:
        (directory / "redis").mkdir()
        redis, _ = await stack.enter_async_context(redis_server(directory / "redis"))
        database = await stack.enter_async_context(postgresql())
        where = redis.connection_pool.connection_kwargs
        address = f"{where['host']}:{where['port']}"
        doors = [free_port(), free_port()]
        nodes = []
        for number in range(2):
            (directory / f"node{number}").mkdir()
            node = Node(directory / f"node{number}")
            node.redis = address
            node.hooks = tuple(f"http://127.0.0.1:{port}/api/v1/webhook" for port in doors)
            await asyncio.to_thread(node.start)
            stack.callback(node.stop)
            nodes.append(node)
        built = House(nodes, redis)
        ports = [[free_port() for _ in range(3)] for _ in range(2)]
        urls = [", ".join(f"http://127.0.0.1:{copy[role]}" for copy in ports) for role in range(3)]
        (directory / "dist").mkdir()
        settings = Settings(
            profile="embedded",
            development=True,
            services=Services(
                stt_url=urls[0],
                mt_url=urls[1],
                tts_url=urls[2],
                auth_url="",
            ),
            auth=Auth(
                secret=SecretStr("signs-the-invitations-of-these-tests"),
                database_url=SecretStr(
                    database.set(drivername="postgresql").render_as_string(hide_password=False)
                ),
                redis_url=SecretStr(f"redis://{address}"),
                web_directory=directory / "dist",
            ),
        )

        def begin(name: str, chosen: Settings, ready: str, *command: str) -> Program:
            log = directory / f"{name}.log"
            with log.open("wb") as out:
                running = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT, env=child_environment(chosen), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    start_new_session=True,
                )  # fmt: skip
            program = Program(running, log, ready)
            stack.callback(program.kill)
            return program

        for number, (stt, mt, tts) in enumerate(ports):
            named = (str(stt), str(mt), str(tts))
            ready = f"http://127.0.0.1:{tts}/health"
            built.speech[f"http://127.0.0.1:{stt}"] = begin(
                f"speech{number}", settings, ready, "tests.fakes.speech_program", *named
            )
        for number, (node, door) in enumerate(zip(nodes, doors, strict=True)):
            beside = replace(settings, livekit=node.settings)
            health = free_port()
            auth_url = f"http://127.0.0.1:{doors[1]}"  # the other one dies
            services = replace(beside.services, worker_health_port=health, auth_url=auth_url)
            tokens = replace(beside, auth=replace(beside.auth, port=door))
            built.tokens.append(
                begin(f"auth{number}", tokens, f"http://127.0.0.1:{door}/health", "auth_service")
            )
            worker = replace(beside, services=services)
            built.workers.append(begin(f"worker{number}", worker, f"http://127.0.0.1:{health}/", "worker"))
        for program in (*built.speech.values(), *built.tokens, *built.workers):
            await _ready(program)
        yield built


async def test_a_meeting_goes_on_when_one_of_each_dies(tmp_path: Path) -> None:
    """A speech service, a token service and a media server without anybody noticing; then a worker, with a pause."""
    took: dict[str, float] = {}
    async with house(tmp_path) as built, AsyncExitStack() as stack:
        door = built.tokens[0].ready.removesuffix("/health")
        client = await stack.enter_async_context(aiohttp.ClientSession())
        async with client.post(f"{door}/api/v1/rooms", json={"interpreter": True}) as made:
            assert made.status == 201, await made.text()
            room = (await made.json())["room"]
        async with Guest("first", room, built.nodes[0].settings):
            holder = await built.holder(room)
        # nobody's signals pass through the media server that dies
        reader = await stack.enter_async_context(Guest("bea", room, holder.settings, language="es"))
        speaker = await stack.enter_async_context(Guest("anna", room, holder.settings, language="en"))
        await speaker.open_microphone((LOUD_S, 0.5))
        service = api.LiveKitAPI(holder.settings.url.replace("ws", "http", 1), API_KEY, API_SECRET)
        stack.push_async_callback(service.aclose)
        await until(lambda: len(reader.finals("es")) >= 2, "the first captions", START_S)
        (first,) = await agents(service, room)

        async def taken_over(worker: Program) -> None:
            """Kills it; in the meantime the media server never lists two that interpret."""
            (before,) = await agents(service, room)
            await asyncio.to_thread(worker.kill)
            began_s = time.monotonic()
            async with asyncio.timeout(TAKEN_OVER_S):
                while (now := await agents(service, room)) in ([], [before]):
                    await asyncio.sleep(0.05)
            took["another interpreter"] = time.monotonic() - began_s
            assert len(now) == 1
            await until(lambda: bool(reader.finals("es", began_s + 0.2)), "a caption of it", START_S)
            took["its first caption"] = time.monotonic() - began_s

        async def goes_on(what: str, kill: Callable[[], None]) -> None:
            await asyncio.to_thread(kill)
            began_s = time.monotonic()
            await until(lambda: bool(reader.finals("es", began_s + 0.2)), f"{what} was killed", START_S)
            took[what] = time.monotonic() - began_s

        begun, heard = time.monotonic(), len(reader.finals("es"))
        await goes_on("a speech service", (await asyncio.to_thread(built.busy_speech)).kill)
        await goes_on("a token service", built.tokens[0].kill)
        assert await agents(service, room) == [first]
        words = sum(len(seen.text.split()) - 1 for seen in reader.finals("es")[heard:])
        expected = (time.monotonic() - begun) / (LOUD_S + 0.5) * LOUD_S / 0.2
        print(took, words, expected)
        assert abs(words - expected) <= 2 * LOUD_S / 0.2  # what is under way at both ends

        other = next(node for node in built.nodes if node is not holder)
        worker = await asyncio.to_thread(built.busy_worker)
        beside = built.workers[built.nodes.index(other)]
        if worker is beside:  # then its successor speaks to the media server that has the room
            await taken_over(worker)
            await goes_on("the other media server", other.kill)
        else:
            await goes_on("the other media server", other.kill)
            assert await agents(service, room) == [first]
            await asyncio.to_thread(other.start)
            await _ready(beside)
            await taken_over(worker)
        print(took)
        assert len(await agents(service, room)) == 1

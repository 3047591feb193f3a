"""Every part is told to go in turn, as an update does, while somebody talks: one interpreter all the time, no clause
missing between the first and the last, and none untranslated."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from livekit import api, rtc

from stack.environment import child_environment
from stack.local import Stack
from stack.parts import ROOT
from stack.ports import free_port
from tests.browser.real import real_stack
from tests.browser.servers import API_KEY, API_SECRET
from tests.live.guests import until
from tests.live.plain import Plain, plain_client, talking
from tests.live.server import binary

pytestmark = [pytest.mark.live, pytest.mark.engines, pytest.mark.timeout(600)]

LIMIT_S = 150.0
NAMES = re.compile(r".+/\w+\.(?P<take>\d+)\.(?P<utterance>\d+)-(?P<clause>\d+)")


class Reader:
    """All final captions of a client, with what is said of them."""

    def __init__(self) -> None:
        self.read: list[dict[str, str]] = []

    def attend(self, plain: Plain) -> None:
        """Takes the place of the client's own reader."""
        plain.room.unregister_text_stream_handler("lk.transcription")
        plain.room.register_text_stream_handler("lk.transcription", self._caption)
        self._plain = plain

    def _caption(self, reader: rtc.TextStreamReader, _: str) -> None:
        async def take() -> None:
            await reader.read_all()
            attributes = dict(reader.info.attributes or {})
            if attributes["lk.transcription_final"] == "true" and attributes["language"] == "fr":
                self.read.append(attributes)

        self._plain._own(take())

    def has(self, captions: int) -> bool:
        return len(self.read) >= captions

    def clauses(self) -> list[int]:
        """Their numbers in the order in which they came; a speaker's interpreter counts on from one to the next."""
        found = [NAMES.fullmatch(each["translator.segment"]) for each in self.read]
        assert all(found), self.read
        assert {match["take"] for match in found if match} == {"1"}, (
            "the same interpreter of the speaker all the time"
        )
        return [int(match["clause"]) for match in found if match]


async def test_each_part_is_updated_while_somebody_talks(tmp_path: Path) -> None:
    """The speech services, the token service and the worker are each told to end (SIGTERM), and another takes over."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<html></html>")
    reader = Reader()
    async with (
        real_stack(binary(), tmp_path, web=page) as stack,
        talking(stack),
        plain_client(stack, "fr") as plain,
    ):
        reader.attend(plain)
        await until(partial(reader.has, 2), "captions", LIMIT_S)
        (agent,) = agents(plain.room)

        for part in ("speech", "auth"):
            os.kill(stack.pids[part], signal.SIGTERM)
            await until(partial(is_back, stack, part), f"{part} is back", LIMIT_S)
            await until(partial(reader.has, len(reader.read) + 2), f"captions after {part}", LIMIT_S)
            assert agents(plain.room) == [agent]

        async with second_worker(stack, tmp_path) as port:
            await until(lambda: status(f"http://127.0.0.1:{port}/") == 200, "the new worker", LIMIT_S)
            os.kill(stack.pids["worker"], signal.SIGTERM)
            await until(lambda: "takes no more rooms" in stack.tail("worker", 400), "it drains", LIMIT_S)
            captions = len(reader.read)
            async with another_room(stack) as other:
                await until(lambda: len(agents(other)) == 1, "the new worker takes a new room", LIMIT_S)
            await until(partial(reader.has, captions + 2), "captions while it drains", LIMIT_S)
            assert (agents(plain.room), stack.restarts.get("worker", 0)) == ([agent], 0)

        numbers = sorted(reader.clauses())
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), (
            "no clause is missing, and none comes twice"
        )
        assert {each.get("translator.note", "") for each in reader.read} <= {"", "late"}, (
            "a slow machine may be late"
        )


def agents(room: rtc.Room) -> list[str]:
    """Interpreters in the room."""
    return [
        person.identity
        for person in room.remote_participants.values()
        if person.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    ]


def is_back(stack: Stack, part: str) -> bool:
    """Whether a part was started again and answers."""
    url = stack.auth_url if part == "auth" else stack.settings.services.mt_url
    return stack.restarts.get(part, 0) == 1 and status(f"{url}/health") == 200


def status(url: str) -> int:
    """0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code
    except (URLError, OSError):
        return 0


@asynccontextmanager
async def second_worker(stack: Stack, directory: Path) -> AsyncIterator[int]:
    """Of the new version, beside the old one; its health port."""
    port = free_port()
    environment = child_environment(stack.settings) | {"HIVE_SERVICES__WORKER_HEALTH_PORT": str(port)}
    with (directory / "second.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", cwd=ROOT, env=environment, stdout=log, stderr=log,
            stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)  # its room is over
        await asyncio.wait_for(process.wait(), LIMIT_S)


@asynccontextmanager
async def another_room(stack: Stack) -> AsyncIterator[rtc.Room]:
    """Somebody is in it, and an interpreter is called."""
    name = "another"
    async with api.LiveKitAPI(stack.livekit_url.replace("ws", "http", 1), API_KEY, API_SECRET) as service:
        await service.room.create_room(api.CreateRoomRequest(name=name))
        call = api.CreateAgentDispatchRequest(room=name, agent_name=stack.settings.livekit.agent_name)
        await service.agent_dispatch.create_dispatch(call)
        token = (
            api.AccessToken(API_KEY, API_SECRET)
            .with_identity("otto")
            .with_grants(api.VideoGrants(room_join=True, room=name))
        )
        room = rtc.Room()
        await room.connect(stack.livekit_url, token.to_jwt())
        try:
            yield room
        finally:
            await room.disconnect()
            await service.room.delete_room(api.DeleteRoomRequest(room=name))

"""What the live tests share: one media server for most of them, and rooms with an interpreter on fake engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from livekit import rtc

from config.settings import Clauses, LiveKit, Recognition, Rooms, Services, Settings
from pipeline.capacity import Capacity
from protocol.control import Configure
from tests import native
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.likeness import ScriptedLikeness
from tests.fakes.meeting import EchoTranslator, LoudnessHearing
from tests.live.guests import TONES_HZ, Guest
from tests.live.server import Server
from worker.join import join
from worker.room import LeaveReason
from worker.room_engines import RoomEngines

SETTINGS = Settings(
    profile="embedded",
    development=True,
    recognition=Recognition(min_silence_s=0.3),
    clauses=Clauses(max_age_s=1.0),
    rooms=Rooms(source_language="en", linger_s=1.5, speaker_grace_s=2.0, leave_after_s=8.0),
    services=Services(auth_url=""),
)


@dataclass(slots=True)
class Meeting:
    """A room with an interpreter in it."""

    room: str
    livekit: LiveKit
    hear: LoudnessHearing
    translator: EchoTranslator
    synthesizer: ToneSynthesizer
    work: asyncio.Task[LeaveReason]

    def guest(self, identity: str, **wishes: object) -> Guest:
        """A client that is not connected yet."""
        return Guest(identity, self.room, self.livekit, **wishes)  # type: ignore[arg-type]  # wishes, and what they may do


class OpenMeeting(Protocol):
    """Opens a room with an interpreter."""

    def __call__(
        self,
        room: str = "",
        *,
        server: LiveKit | None = None,
        settings: Settings | None = None,
        configure: Configure | None = None,
        broken: frozenset[str] = frozenset(),
        guests_stay: bool = False,
        rooms: list[rtc.Room] | None = None,
        capacity: Capacity | None = None,
        recognised: tuple[str, ...] = (),
        likeness: ScriptedLikeness | None = None,
    ) -> AbstractAsyncContextManager[Meeting]: ...


@pytest.fixture(scope="session", autouse=True)
def native_library() -> None:
    """Guests and interpreters are real clients."""
    native.begin()


@pytest.fixture(scope="session")
def livekit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKit]:
    """A media server that all tests share, each in rooms of its own."""
    server = Server(tmp_path_factory.mktemp("livekit"))
    server.start()
    yield server.settings
    server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A media server for a test that kills it."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def room() -> str:
    """A room name that nobody else uses."""
    return f"room-{uuid4().hex[:8]}"


@pytest.fixture
def meeting(livekit: LiveKit, room: str) -> OpenMeeting:
    """Opens a room with an interpreter on fake engines; at the end the interpreter has to end cleanly."""
    default_room = room

    @asynccontextmanager
    async def opened(
        room: str = "",
        *,
        server: LiveKit | None = None,
        settings: Settings | None = None,
        configure: Configure | None = None,
        broken: frozenset[str] = frozenset(),
        guests_stay: bool = False,
        rooms: list[rtc.Room] | None = None,
        capacity: Capacity | None = None,
        recognised: tuple[str, ...] = (),
        likeness: ScriptedLikeness | None = None,
    ) -> AsyncIterator[Meeting]:
        name = room or default_room
        reach = server or livekit
        before = asyncio.all_tasks()
        hear, translator = LoudnessHearing(), EchoTranslator(*TONES_HZ, broken=broken)
        synthesizer = ToneSynthesizer(TONES_HZ, seconds_per_character=0.05)
        engines = RoomEngines(
            hear,
            translator,
            synthesizer,
            source_language="en",
            profile="embedded",
            capacity=lambda: capacity,
            recognised=lambda: recognised,
            likeness=likeness,
            likened=lambda: ("es", "fr"),
        )
        full = replace(settings or SETTINGS, livekit=reach)
        client = rtc.Room()
        if rooms is not None:
            rooms.append(client)
        work = asyncio.create_task(join(name, full, engines=engines, configure=configure, room=client))
        try:
            yield Meeting(name, reach, hear, translator, synthesizer, work)
        finally:
            work.cancel()
            await asyncio.wait({work}, timeout=20)
        assert work.done()
        await _all_gone(before, guests_stay)

    return opened


async def _all_gone(before: set[asyncio.Task[object]], guests_stay: bool) -> None:
    """Nothing that ran for the room runs on after it; tasks of guests that stay have no names."""
    for _ in range(100):
        left = {task for task in asyncio.all_tasks() - before if not task.done()}
        if guests_stay:
            left = {task for task in left if not task.get_name().startswith("Task-")}
        if not left:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"tasks were left behind: {sorted(task.get_name() for task in left)}")

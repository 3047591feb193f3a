"""Commands by chat: answered for everybody, whatever one of them sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import cast

import pytest
from livekit import rtc
from structlog.testing import capture_logs

from foundation.tasks import Tasks
from protocol.attributes import CHAT_TOPIC
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakePost
from tests.fakes.room_events import FakeRoom
from worker.chat import AT_ONCE_EACH, COMMAND_EVERY_S, COMMANDS_AT_ONCE, Chat

pytestmark = pytest.mark.virtual_time


class Message:
    """A text stream; one without an end never ends."""

    def __init__(self, text: str, *, ends: bool = True) -> None:
        self._text, self._ends = text, ends
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[str]:
        yield self._text
        if not self._ends:
            await asyncio.Event().wait()

    def close(self) -> None:
        self.closed = True


class Bench:
    def __init__(self, tasks: Tasks) -> None:
        self.room, self.post, self.clock, self.tasks = FakeRoom(), FakePost(), HandClock(), tasks
        self.wishes: list[str] = []
        self.chat = Chat(
            cast(rtc.Room, self.room),
            self.post,
            tasks,
            offered=lambda: ("es", "fr"),
            wish=self._wish,
            now=self.clock,
        )
        self.chat.listen()

    def _wish(self, identity: str, attributes: Mapping[str, str]) -> None:
        self.wishes.append(f"{identity} {attributes['translator.listen']}")

    async def say(self, identity: str, text: str, *, ends: bool = True) -> Message:
        message = Message(text, ends=ends)
        self.room.text(message, CHAT_TOPIC, identity)
        for _ in range(10):
            await asyncio.sleep(0)
        return message


async def test_a_command_is_carried_out_and_answered(tasks: Tasks) -> None:
    """To its writer; what is no command is let be."""
    bench = Bench(tasks)
    await bench.say("bea", "/translate es")
    await bench.say("bea", "good morning")
    assert bench.wishes == ["bea es"]
    assert bench.post.texts == [("You hear and read es.", frozenset({"bea"}))]


async def test_who_begins_messages_without_end_takes_nobody_elses_place(tasks: Tasks) -> None:
    """Of one sender so many are read at once; the others are answered."""
    bench = Bench(tasks)
    begun = [await bench.say("eve", "x", ends=False) for _ in range(COMMANDS_AT_ONCE)]
    assert [message.closed for message in begun] == [False] * AT_ONCE_EACH + [True] * (
        len(begun) - AT_ONCE_EACH
    )
    await bench.say("bea", "/translate es")
    assert bench.wishes == ["bea es"]


async def test_who_writes_without_pause_is_read_at_a_slow_rate(tasks: Tasks) -> None:
    """The others are answered, and the log has one line."""
    bench = Bench(tasks)
    with capture_logs() as logs:
        for _ in range(50):
            await bench.say("eve", "/translate fr")
        await bench.say("bea", "/translate es")
    assert bench.wishes == ["eve fr"] * COMMANDS_AT_ONCE + ["bea es"]
    assert [(line["event"], line["identity"]) for line in logs] == [("chat was not read", "eve")]
    bench.clock.move(COMMAND_EVERY_S)
    for _ in range(5):
        await bench.say("eve", "/translate fr")
    assert bench.wishes[COMMANDS_AT_ONCE + 1 :] == ["eve fr"]

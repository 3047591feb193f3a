"""The chat: commands are answered and messages handed on for everybody, whatever one of them sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import cast

import pytest
from livekit import rtc
from structlog.testing import capture_logs

from foundation.tasks import Tasks
from protocol.attributes import CHAT_TOPIC, OLDER_CHAT_TOPIC
from protocol.chat import MAX_CHARACTERS
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakePost
from tests.fakes.room_events import FakeRoom
from worker.chat import AT_ONCE_EACH, MAX_ID_CHARACTERS, MESSAGE_EVERY_S, MESSAGES_AT_ONCE, Chat
from worker.chat_translation import ChatMessage

pytestmark = pytest.mark.virtual_time


class Message:
    """A text stream; one without an end never ends."""

    def __init__(self, text: str, *, ends: bool = True, identifier: str = "m1") -> None:
        self._text, self._ends = text, ends
        self.info = SimpleNamespace(stream_id=identifier)
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
        self.written: list[ChatMessage] = []
        self.chat = Chat(
            cast(rtc.Room, self.room),
            self.post,
            tasks,
            offered=lambda: ("es", "fr"),
            wish=self._wish,
            written=self.written.append,
            now=self.clock,
        )
        self.chat.listen()

    def _wish(self, identity: str, attributes: Mapping[str, str]) -> None:
        self.wishes.append(f"{identity} {attributes['translator.listen']}")

    async def say(self, identity: str, text: str, *, ends: bool = True, identifier: str = "m1") -> Message:
        message = Message(text, ends=ends, identifier=identifier)
        self.room.text(message, CHAT_TOPIC, identity)
        await settled()
        return message

    async def send_packet(self, told: object, *, sender: str = "bea", topic: str = OLDER_CHAT_TOPIC) -> None:
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.room.packet(data, topic, sender)
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_command_is_carried_out_and_answered(tasks: Tasks) -> None:
    """To its writer; what is no command is handed on, with the id by which the others know it."""
    bench = Bench(tasks)
    await bench.say("bea", "/translate es")
    await bench.say("bea", "good morning", identifier="m2")
    assert bench.wishes == ["bea es"]
    assert bench.post.texts == [("You hear and read es.", frozenset({"bea"}))]
    assert bench.written == [ChatMessage("m2", "bea", "good morning")]


async def test_of_a_message_that_is_longer_than_any_nothing_is_handed_on(tasks: Tasks) -> None:
    """But the longest one is; of one with an endless id the id is not believed."""
    bench = Bench(tasks)
    await bench.say("bea", "x" * MAX_CHARACTERS)
    await bench.say("bea", "x" * (MAX_CHARACTERS + 1))
    await bench.say("bea", "hello", identifier="m" * (MAX_ID_CHARACTERS + 1))
    assert [(message.id, len(message.text)) for message in bench.written] == [
        ("m1", MAX_CHARACTERS),
        ("m1", 0),
        ("", len("hello")),
    ]


async def test_messages_of_older_clients_are_read_as_well(tasks: Tasks) -> None:
    """Those that come as a text stream too say so, and are read once."""
    bench = Bench(tasks)
    await bench.send_packet({"id": "p1", "timestamp": 1, "message": "good morning"})
    await bench.send_packet({"id": "p2", "timestamp": 1, "message": "again", "ignoreLegacy": True})
    await bench.send_packet({"id": "p3", "timestamp": 1, "message": "/translate fr"})
    assert bench.written == [ChatMessage("p1", "bea", "good morning")]
    assert bench.wishes == ["bea fr"]


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"\xff\xfe",
        b"[" * 7000,
        b"x" * 100_000,
        [],
        "text",
        {"id": 1, "message": "x"},
        {"id": "p1", "message": None},
        {"id": "p1", "message": "x" * (MAX_CHARACTERS + 1)},
        {"id": "p" * (MAX_ID_CHARACTERS + 1), "message": "x"},
    ],
)
async def test_packets_that_are_no_messages_are_let_be(tasks: Tasks, told: object) -> None:
    """Whatever somebody sends on that topic, and all that comes on others or from nobody."""
    bench = Bench(tasks)
    await bench.send_packet(told)
    await bench.send_packet({"id": "p1", "message": "x"}, topic="other")
    await bench.send_packet({"id": "p1", "message": "x"}, sender="")
    assert bench.written == []


async def test_packets_count_like_messages(tasks: Tasks) -> None:
    """Who sends them without pause is read at a slow rate."""
    bench = Bench(tasks)
    for number in range(50):
        await bench.send_packet({"id": str(number), "message": "x"}, sender="eve")
    await bench.send_packet({"id": "b", "message": "x"})
    assert [message.writer for message in bench.written] == ["eve"] * MESSAGES_AT_ONCE + ["bea"]


async def test_who_begins_messages_without_end_takes_nobody_elses_place(tasks: Tasks) -> None:
    """Of one sender so many are read at once; the others are answered."""
    bench = Bench(tasks)
    begun = [await bench.say("eve", "x", ends=False) for _ in range(MESSAGES_AT_ONCE)]
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
    assert bench.wishes == ["eve fr"] * MESSAGES_AT_ONCE + ["bea es"]
    assert [(line["event"], line["identity"]) for line in logs] == [("chat was not read", "eve")]
    bench.clock.move(MESSAGE_EVERY_S)
    for _ in range(5):
        await bench.say("eve", "/translate fr")
    assert bench.wishes[MESSAGES_AT_ONCE + 1 :] == ["eve fr"]

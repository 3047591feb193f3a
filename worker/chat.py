"""The chat of a room as the interpreter reads it: commands are answered to their writer, all else is translated."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import structlog
from livekit import rtc

from foundation.budget import Budget
from foundation.tally import Tally
from foundation.tasks import Tasks
from protocol.attributes import CHAT_TOPIC, OLDER_CHAT_TOPIC
from protocol.chat import MAX_CHARACTERS
from worker.captions import SendFailed
from worker.chat_translation import ChatMessage
from worker.commands import answer
from worker.telemetry import TextPost

log = structlog.get_logger(__name__)

READ_LIMIT_S = 5.0
AT_ONCE = 50
"""More messages that arrive at the same moment are not looked at."""

AT_ONCE_EACH = 2
"""From one sender: who begins messages and never ends them takes nobody's place but their own."""

MESSAGES_AT_ONCE = 10
MESSAGE_EVERY_S = 1.0
"""How many messages of one sender are looked at."""

MAX_ID_CHARACTERS = 100

MAX_PACKET_BYTES = 4 * MAX_CHARACTERS + 500


class Chat:
    """Reads the chat, carries out its commands and hands on the rest.

    Args:
        offered: the languages that may be asked for now.
        wish: told whose attributes a command stands for.
        written: told each message that is no command; must not block.
    """

    def __init__(
        self,
        room: rtc.Room,
        post: TextPost,
        tasks: Tasks,
        *,
        offered: Callable[[], Sequence[str]],
        wish: Callable[[str, Mapping[str, str]], None],
        written: Callable[[ChatMessage], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._room, self._post, self._tasks = room, post, tasks
        self._offered, self._wish, self._written = offered, wish, written
        self._reading: Counter[str] = Counter()
        self._budget = Budget(burst=MESSAGES_AT_ONCE, interval_s=MESSAGE_EVERY_S, now=now)
        self._refused = Tally(now=now)

    def listen(self) -> None:
        """Begins to read."""
        self._room.register_text_stream_handler(CHAT_TOPIC, self._message)
        self._room.on("data_received", self._packet)

    def stop(self) -> None:
        """Reads no more."""
        self._room.unregister_text_stream_handler(CHAT_TOPIC)
        self._room.off("data_received", self._packet)

    def _message(self, reader: rtc.TextStreamReader, identity: str) -> None:
        full = self._reading.total() >= AT_ONCE or self._reading[identity] >= AT_ONCE_EACH
        if full or not self._budget.take(identity):
            reader.close()
            self._refuse(identity)
            return
        self._reading[identity] += 1  # before the task runs: many may come in between
        self._tasks.start(self._read(reader, identity), name=f"chat of {identity}")

    def _packet(self, packet: rtc.DataPacket) -> None:
        """A message of a client that knows no text streams; newer ones send one beside and say so in it."""
        if packet.topic != OLDER_CHAT_TOPIC or packet.participant is None:
            return
        identity = packet.participant.identity
        message = _older_message(packet.data, identity)
        if message is None:
            return
        if not self._budget.take(identity):
            self._refuse(identity)
            return
        self._tasks.start(self._take(message), name=f"chat of {identity}")

    def _refuse(self, identity: str) -> None:
        if times := self._refused.count(identity):
            log.warning("chat was not read", identity=identity, times=times)

    async def _read(self, reader: rtc.TextStreamReader, identity: str) -> None:
        try:
            text = await _text_of(reader)
        finally:
            self._reading[identity] -= 1
            self._reading += Counter()  # forgets those at zero
            reader.close()
        identifier = reader.info.stream_id
        await self._take(
            ChatMessage(identifier if len(identifier) <= MAX_ID_CHARACTERS else "", identity, text)
        )

    async def _take(self, message: ChatMessage) -> None:
        reply = answer(message.text, self._offered())
        if reply is None:
            self._written(message)
            return
        if reply.attributes:
            self._wish(message.writer, reply.attributes)
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                await self._post.text(reply.text, topic=CHAT_TOPIC, to=frozenset({message.writer}))
        except (SendFailed, TimeoutError) as error:
            log.info("chat was not answered", identity=message.writer, error=type(error).__name__)


async def _text_of(reader: rtc.TextStreamReader) -> str:
    """The message; empty if it did not come, or is longer than any."""
    text = ""
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            async for piece in reader:
                text += piece
                if len(text) > MAX_CHARACTERS:
                    return ""
    except (TimeoutError, rtc.StreamError):
        return ""
    return text


def _older_message(data: bytes, writer: str) -> ChatMessage | None:
    """What a packet says; None for one that says nothing, or that a text stream says as well."""
    if len(data) > MAX_PACKET_BYTES:
        return None
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"ignoreLegacy": True}:
            return None
        case {"id": str(identifier), "message": str(text)}:
            fits = len(identifier) <= MAX_ID_CHARACTERS and len(text) <= MAX_CHARACTERS
            return ChatMessage(identifier, writer, text) if fits else None
    return None

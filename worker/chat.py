"""The chat of a room, as far as it concerns the interpreter: it answers commands to whoever wrote them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import structlog
from livekit import rtc

from foundation.budget import Budget
from foundation.tally import Tally
from foundation.tasks import Tasks
from protocol.attributes import CHAT_TOPIC
from worker.captions import SendFailed
from worker.commands import MAX_CHARACTERS, answer
from worker.telemetry import TextPost

log = structlog.get_logger(__name__)

READ_LIMIT_S = 5.0
AT_ONCE = 50
"""More messages that arrive at the same moment are not looked at."""

AT_ONCE_EACH = 2
"""From one sender: who begins messages and never ends them takes nobody's place but their own."""

COMMANDS_AT_ONCE = 10
COMMAND_EVERY_S = 1.0
"""How many messages of one sender are looked at."""


class Chat:
    """Reads the chat and carries out its commands.

    Args:
        offered: the languages that may be asked for now.
        wish: told whose attributes a command stands for.
    """

    def __init__(
        self,
        room: rtc.Room,
        post: TextPost,
        tasks: Tasks,
        *,
        offered: Callable[[], Sequence[str]],
        wish: Callable[[str, Mapping[str, str]], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._room, self._post, self._tasks = room, post, tasks
        self._offered, self._wish = offered, wish
        self._reading: Counter[str] = Counter()
        self._budget = Budget(burst=COMMANDS_AT_ONCE, interval_s=COMMAND_EVERY_S, now=now)
        self._refused = Tally(now=now)

    def listen(self) -> None:
        """Begins to read."""
        self._room.register_text_stream_handler(CHAT_TOPIC, self._message)

    def stop(self) -> None:
        """Reads no more."""
        self._room.unregister_text_stream_handler(CHAT_TOPIC)

    def _message(self, reader: rtc.TextStreamReader, identity: str) -> None:
        full = self._reading.total() >= AT_ONCE or self._reading[identity] >= AT_ONCE_EACH
        if full or not self._budget.take(identity):
            reader.close()
            if times := self._refused.count(identity):
                log.warning("chat was not read", identity=identity, times=times)
            return
        self._reading[identity] += 1  # before the task runs: many may come in between
        self._tasks.start(self._answer(reader, identity), name=f"chat of {identity}")

    async def _answer(self, reader: rtc.TextStreamReader, identity: str) -> None:
        try:
            message = await _read(reader)
        finally:
            self._reading[identity] -= 1
            self._reading += Counter()  # forgets those at zero
            reader.close()
        reply = answer(message, self._offered())
        if reply is None:
            return
        if reply.attributes:
            self._wish(identity, reply.attributes)
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                await self._post.text(reply.text, topic=CHAT_TOPIC, to=frozenset({identity}))
        except (SendFailed, TimeoutError) as error:
            log.info("chat was not answered", identity=identity, error=type(error).__name__)


async def _read(reader: rtc.TextStreamReader) -> str:
    """The message, as much of it as a command can have; empty if it did not come."""
    text = ""
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            async for piece in reader:
                text += piece
                if len(text) > MAX_CHARACTERS:
                    break
    except (TimeoutError, rtc.StreamError):
        return ""
    return text

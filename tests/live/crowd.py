"""People who speak into a room, in a process of their own.

One process serves few clients: each event of the client library goes to the queues of all its rooms. As a program:
`python -m tests.live.crowd ROOM COUNT`, the server's settings as JSON on standard input; it ends when that closes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from config.settings import LiveKit
from tests.live.guests import LIMIT_S, Guest

LOUD_S, QUIET_S = 0.6, 2.5


def names(count: int) -> set[str]:
    """Who they are."""
    return {f"speaker-{number}" for number in range(count)}


@asynccontextmanager
async def crowd(room: str, count: int, server: LiveKit) -> AsyncIterator[set[str]]:
    """So many people who speak English at the same time, until the block ends; their identities."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.live.crowd", room, str(count), stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    secret = server.api_secret.get_secret_value()
    process.stdin.write(json.dumps([server.url, server.api_key, secret]).encode() + b"\n")
    try:
        yield names(count)
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), LIMIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _speak(room: str, count: int) -> None:
    url, key, secret = json.loads(await asyncio.to_thread(sys.stdin.readline))
    server = LiveKit(url=url, api_key=key, api_secret=SecretStr(secret))
    async with AsyncExitStack() as held:
        for name in sorted(names(count)):
            person = Guest(name, room, server, auto_subscribe=False, language="en")
            await held.enter_async_context(person)
            await person.open_microphone((LOUD_S, QUIET_S))
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_speak(sys.argv[1], int(sys.argv[2])))

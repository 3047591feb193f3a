"""LiveKit's native library, begun before a test can be blamed for it."""

from __future__ import annotations

import asyncio

from livekit import rtc

from pipeline.audio import SPEAKING_RATE_HZ


def begin() -> None:
    """Uses the library once: it then opens two sockets, which the process keeps for its whole life."""

    async def use() -> None:
        await rtc.AudioSource(SPEAKING_RATE_HZ, 1).aclose()

    asyncio.run(use())

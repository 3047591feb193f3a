"""A plain participant who says the words of a file in a private room, and another one who is given them translated."""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import numpy as np
from livekit import rtc

from config.settings import LiveKit
from pipeline.audio import Pcm
from tests.extension.browsing import new_code
from tests.extension.reached import LOUD, Reached, Spell
from tests.live.guests import RATE_HZ, Admitted, Guest, until

PIECE: Final = RATE_HZ // 100
WAITING_MS: Final = 40
"""So much sound may wait for its turn: so much later than said here something may leave."""
INTERPRETER_LIMIT_S: Final = 60.0


class Plain:
    """Silent until it is to speak."""

    def __init__(self, speaker: Guest, ear: Guest, words: Pcm) -> None:
        self._ear, self._words = ear, words
        self._speaker = speaker
        self._source = rtc.AudioSource(RATE_HZ, 1, queue_size_ms=WAITING_MS)
        self._left = words[:0]
        self._began_s = 0.0

    async def run(self) -> None:
        """Speaks into the room until cancelled."""
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._speaker.room.local_participant.publish_track(track, options)
        while True:
            piece, self._left = self._left[:PIECE], self._left[PIECE:]
            piece = np.pad(piece, (0, PIECE - len(piece)))
            await self._source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE_HZ, 1, PIECE))

    async def interpreted(self) -> None:
        """Returns once the interpreter is there."""
        await until(self._ear.channel_names, "an interpreter that speaks", INTERPRETER_LIMIT_S)

    async def round(self) -> Reached:
        """Says the words once."""
        began_s = time.monotonic()
        self._left = self._words
        return await Spell(began_s, time.monotonic, self._captions, self._voice).reached()

    async def _captions(self) -> list[float]:
        return [seen.at_s for seen in self._ear.captions if seen.attributes["language"] == "es" and seen.text]

    async def _voice(self) -> list[float]:
        heard = [each for sound in self._ear.sounds.values() for each in sound.frames]
        return sorted(at_s for at_s, level, _ in heard if level > LOUD * 32768)


@asynccontextmanager
async def plain_participant(address: str, livekit: LiveKit, words: Path) -> AsyncIterator[Plain]:
    """In a room as the extension gets one, of English and Spanish; with its interpreter, until the block ends."""
    made = await _room(address)
    with wave.open(str(words)) as file:
        said = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        assert file.getframerate() == RATE_HZ
    async with (
        Admitted(livekit, made["speakers"]["tab"]) as speaker,
        Admitted(livekit, made["listener"]) as ear,
        asyncio.TaskGroup() as group,
    ):
        plain = Plain(speaker, ear, said)
        running = group.create_task(plain.run())
        await plain.interpreted()
        yield plain
        running.cancel()


async def _room(address: str) -> dict[str, Any]:
    async with aiohttp.ClientSession(address, raise_for_status=True) as http:
        wish = {"code": await new_code(address), "name": "plain"}
        async with http.post("/api/v1/pairing/redeem", json=wish) as answer:
            token = (await answer.json())["token"]
        languages = {"hear": "es", "speak": "en", "languages": None}
        bearer = {"authorization": f"Bearer {token}"}
        async with http.post("/api/v1/pairing/rooms", json=languages, headers=bearer) as answer:
            made: dict[str, Any] = await answer.json()
            return made

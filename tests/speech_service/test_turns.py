"""Rooms before files at the voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from foundation.tasks import Tasks
from pipeline.audio import Pcm
from pipeline.engines.protocols import SynthesisRequest
from speech_service.tts import tts_app
from speech_service.turns import SpeakingTurns
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.virtual_time import in_virtual_time
from tests.speech_service.serving import served, settings


class Speakers:
    """Whoever has a turn is noted, and keeps it until told to end."""

    def __init__(self, turns: SpeakingTurns) -> None:
        self.turns, self.began = turns, list[str]()
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks = Tasks()

    async def ask(self, name: str) -> None:
        """Names in capitals are live."""
        self._ends[name] = asyncio.Event()
        self._tasks.start(self._speak(name), name=name)
        await settled()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settled()

    async def _speak(self, name: str) -> None:
        async with self.turns.piece(unhurried=name.islower()):
            self.began.append(name)
            await self._ends[name].wait()

    async def close(self) -> None:
        await self._tasks.close()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@asynccontextmanager
async def speakers(longest_wait_s: float = 60.0) -> AsyncIterator[Speakers]:
    found = Speakers(SpeakingTurns(longest_wait_s=longest_wait_s))
    try:
        yield found
    finally:
        await found.close()


async def test_what_is_live_never_waits_and_the_rest_waits_for_it() -> None:
    """However many files wait, a room is held up by the piece that had begun, and by no other."""
    async with speakers() as told:
        for name in ("a", "b", "c", "ROOM"):
            await told.ask(name)
        assert told.began == ["a", "ROOM"]
        await told.end("a")
        assert told.began == ["a", "ROOM"]
        await told.ask("SECOND")
        await told.end("ROOM")
        assert told.began == ["a", "ROOM", "SECOND"]
        await told.end("SECOND")
        assert told.began == ["a", "ROOM", "SECOND", "b"]
        await told.end("b")
        assert told.began[-1] == "c"


async def test_who_goes_leaves_the_turn_to_the_next() -> None:
    turns = SpeakingTurns()
    order: list[str] = []

    async def file(name: str) -> None:
        async with turns.piece(unhurried=True):
            order.append(name)

    async with turns.piece(unhurried=False):
        first, second = asyncio.ensure_future(file("first")), asyncio.ensure_future(file("second"))
        await settled()
        first.cancel()
        await asyncio.wait([first])
        assert order == []
    await second
    assert order == ["second"]
    async with turns.piece(unhurried=True):  # nothing is held by those who went
        pass


def test_nothing_waits_for_ever() -> None:
    """A room that never falls silent does not keep files from being spoken at all."""
    in_virtual_time(wait_for_a_room_that_never_falls_silent())


async def wait_for_a_room_that_never_falls_silent() -> None:
    async with speakers(longest_wait_s=30.0) as told:
        await told.ask("ROOM")
        await told.ask("a")
        await asyncio.sleep(29.0)
        assert told.began == ["ROOM"]
        await asyncio.sleep(2.0)
        assert told.began == ["ROOM", "a"]
        await told.end("a")
        await told.ask("b")
        assert told.began == ["ROOM", "a"]


class OneVoice(ToneSynthesizer):
    """Speaks one piece at a time, as a model with one thread does, each when it is allowed to."""

    def __init__(self) -> None:
        super().__init__({"es": 440.0})
        self.pieces: list[str] = []
        self.allowed = asyncio.Semaphore(0)
        self._thread = asyncio.Lock()

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        async for piece in super().synthesize(request):
            async with self._thread:
                self.pieces.append(request.text)
                await self.allowed.acquire()
            yield piece


async def test_of_one_long_sentence_a_room_waits_for_a_piece_alone() -> None:
    """What nobody waits for is spoken piece by piece, with one voice, whatever signs it has."""
    voice = OneVoice()
    text = "una frase larga que no tiene ni comas ni puntos y que no se acaba nunca " * 3
    async with served(tts_app(voice, settings())) as client:

        async def spoken(text: str, *, unhurried: bool) -> int:
            body = {"text": text, "language": "es", "unhurried": unhurried}
            async with client.post("/synthesize", json=body) as answer:
                await answer.read()
                return answer.status

        async with asyncio.timeout(10):
            file = asyncio.ensure_future(spoken(text, unhurried=True))
            while not voice.pieces:
                await asyncio.sleep(0.005)
            room = asyncio.ensure_future(spoken("sala", unhurried=False))
            while len(voice.asked) < 2:
                await asyncio.sleep(0.005)
            for _ in range(1000):
                voice.allowed.release()
            assert [await file, await room] == [200, 200]

    asked = [request for request in voice.asked if request.unhurried]
    first = voice.pieces.count(asked[0].text)
    assert len(asked[0].text) <= 60, "the others are as long as the voice has shown itself to be quick"
    assert " ".join(request.text for request in asked) == text.strip()
    assert {request.voice for request in asked} == {"es-1"}
    assert voice.pieces.index("sala") <= first
    assert voice.pieces.index("sala") < voice.pieces.index(asked[1].text)


async def test_a_rooms_sentence_is_the_next_that_the_voice_speaks() -> None:
    """Three long texts are being spoken for nobody who listens live when a room says something."""
    voice = OneVoice()
    async with served(tts_app(voice, settings())) as client:

        async def spoken(text: str, *, unhurried: bool) -> int:
            body = {"text": text, "language": "es", "unhurried": unhurried}
            async with client.post("/synthesize", json=body) as answer:
                await answer.read()
                return answer.status

        async def until(pieces: int, asked: int) -> None:
            async with asyncio.timeout(10):
                while len(voice.pieces) < pieces or len(voice.asked) < asked:
                    await asyncio.sleep(0.005)

        files = [asyncio.ensure_future(spoken(f"file {name}" * 3, unhurried=True)) for name in "abc"]
        await until(1, asked=1)
        room = asyncio.ensure_future(spoken("room", unhurried=False))
        await until(1, asked=2)  # its piece waits for the thread
        voice.allowed.release()
        await until(2, asked=2)
        assert voice.pieces[1] == "room"
        for _ in range(200):
            voice.allowed.release()
        assert await asyncio.gather(room, *files) == [200] * 4

"""Files through recognition services that are busy, broken, gone or slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from aiohttp import web
from fastapi import FastAPI

from config.settings import Services
from pipeline.audio import HEARING_RATE_HZ, AudioError
from pipeline.engines.protocols import EngineError, EngineOverloaded, UnknownLanguage
from pipeline.engines.recognition.files import FileOptions, FilePiece, PieceHeard, PieceResult, Progress
from pipeline.engines.recognition.quality import Quality
from speech_service.client import ServiceAway, TranscriptionClient
from speech_service.stt import stt_app
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.fakes.speech import sentence, sound
from tests.near import near
from tests.speech_service.serving import listening, settings

WORDS = sentence(8000, "the", "quick", "brown", "fox") + sentence(48_000, "jumped")
SPEECH = sound(WORDS, 4.5)
NOWHERE = "http://127.0.0.1:9"


def files_at(urls: Sequence[str], services: Services, *, wait_s: float = 30.0) -> TranscriptionClient:
    """A client of several copies, asked in this order."""
    return TranscriptionClient(replace(services, stt_url=",".join(urls)), wait_s=wait_s)


class SlowReader:
    """Notes what it is asked, and waits until the test lets it go on."""

    packs = True

    def __init__(self) -> None:
        self.asked: list[FileOptions] = []
        self.cancelled = asyncio.Event()
        self.gate = asyncio.Event()

    async def read(
        self, pieces: Sequence[FilePiece], options: FileOptions, progress: Progress
    ) -> list[PieceResult]:
        self.asked.append(options)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return [PieceHeard(tuple(WORDS), "en") for _ in pieces]


def _app(reader: SlowReader | None = None) -> FastAPI:
    return stt_app(ScriptedRecognizer(WORDS), LoudnessDetector, settings(), files=reader)


@asynccontextmanager
async def _answering(status: int, body: str, **headers: str) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that says the same to everybody, and what it was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        asked.append(request.path_qs)
        return web.Response(status=status, text=body, content_type="application/json", headers=headers)

    app = web.Application(client_max_size=10**8)
    app.router.add_post("/transcribe", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def test_a_file_goes_there_and_its_transcript_comes_back() -> None:
    services = settings().services
    async with listening(_app(), services, 0) as url, files_at([url], services) as client:
        transcript = await client.transcribe(SPEECH, language="en")

    assert transcript.text == "the quick brown fox jumped"
    assert (transcript.language, transcript.confidence) == ("en", None)
    assert transcript.duration_s == 4.5
    places = [(utterance.start_s, utterance.end_s) for utterance in transcript.utterances]
    assert places == [(0.5, near(1.65)), (3.0, 3.25)]


async def test_what_is_asked_for_reaches_the_engine() -> None:
    services, reader = settings().services, SlowReader()
    reader.gate.set()
    async with listening(_app(reader), services, 0) as url, files_at([url], services) as client:
        await client.transcribe(
            SPEECH, language=None, allowed_languages=("en", "de-AT"), hints=("Anna & Söhne",), quality="high"
        )

    assert reader.asked == [FileOptions(None, ("en", "de-AT"), ("Anna & Söhne",), Quality.HIGH)]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "{}"),
        (502, '{"code": "engine_failed", "detail": "broken"}'),
        (503, '{"code": "overloaded", "detail": "full", "retry_after_s": 60}'),
        (503, "<html>busy</html>"),
        (504, "[]"),
        (401, '{"code": "not_authorised", "detail": "no token"}'),
        (200, "{}"),
        (200, "no JSON"),
    ],
)
async def test_where_one_service_fails_the_next_one_is_asked(status: int, body: str) -> None:
    services = settings().services
    async with (
        listening(_app(), services, 0) as url,
        _answering(status, body) as (bad, asked),
        files_at([NOWHERE, bad, url], services) as client,
    ):
        first = await client.transcribe(SPEECH, language="en")
        await client.transcribe(SPEECH, language="en")

    assert first.text == "the quick brown fox jumped"
    assert len(asked) == 1, "what failed is asked last for a while"


async def test_what_lies_in_the_request_is_not_asked_twice() -> None:
    services = settings().services
    async with (
        listening(_app(), services, 0) as url,
        _answering(500, "{}") as (other, asked),
        files_at([url, other], services) as client,
    ):
        with pytest.raises(UnknownLanguage) as unknown:
            await client.transcribe(SPEECH, language="xx")

    assert unknown.value.known == ("en",)
    assert asked == []


async def test_files_go_to_the_service_that_has_less_to_do() -> None:
    services, one, other = settings().services, SlowReader(), SlowReader()
    async with (
        listening(_app(one), services, 0) as first,
        listening(_app(other), services, 0) as second,
        files_at([first, second], services) as client,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(client.transcribe(SPEECH, language="en")) for _ in range(4)]
        while len(one.asked) + len(other.asked) < 4:
            await asyncio.sleep(0.01)
        assert (len(one.asked), len(other.asked)) == (2, 2)
        one.gate.set()
        other.gate.set()
        texts = {(await task).text for task in tasks}

    assert texts == {"the quick brown fox jumped"}


async def test_where_none_has_room_a_file_waits_for_one() -> None:
    """The service takes two at once; the third comes in when one of them is done."""
    services, reader = settings().services, SlowReader()
    async with (
        listening(_app(reader), services, 0) as url,
        files_at([url], services) as client,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(client.transcribe(SPEECH, language="en")) for _ in range(3)]
        while len(reader.asked) < 2:
            await asyncio.sleep(0.01)
        reader.gate.set()
        texts = {(await task).text for task in tasks}

    assert texts == {"the quick brown fox jumped"}
    assert len(reader.asked) == 3


async def test_waiting_for_room_has_an_end() -> None:
    services = settings().services
    full = '{"code": "overloaded", "detail": "full", "retry_after_s": 0.1}'
    async with (
        _answering(503, full) as (url, asked),
        files_at([url], services, wait_s=0.25) as client,
    ):
        with pytest.raises(EngineOverloaded):
            await client.transcribe(SPEECH, language="en")

    assert 2 <= len(asked) <= 3


async def test_a_client_that_leaves_ends_the_work_of_the_service() -> None:
    services, reader = settings().services, SlowReader()
    async with listening(_app(reader), services, 0) as url, files_at([url], services) as client:
        asking = asyncio.create_task(client.transcribe(SPEECH, language="en"))
        while not reader.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        async with asyncio.timeout(5):
            await reader.cancelled.wait()


async def test_without_any_service_the_reason_is_told() -> None:
    async with files_at([NOWHERE], settings().services) as client:
        with pytest.raises(EngineError, match="nothing listens there"):
            await client.transcribe(SPEECH, language="en")


async def test_a_client_that_is_not_connected_and_sound_that_is_none_are_refused() -> None:
    async with files_at([], settings().services) as nobody:
        with pytest.raises(ServiceAway, match="not configured"):
            await nobody.transcribe(SPEECH, language="en")
    client = files_at([NOWHERE], settings().services)
    with pytest.raises(EngineError, match="not connected"):
        await client.transcribe(SPEECH, language="en")
    with pytest.raises(AudioError, match="16-bit mono"):
        await client.transcribe(np.zeros((HEARING_RATE_HZ, 2), np.int16), language="en")

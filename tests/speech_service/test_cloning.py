"""Texts in voices of people's own over HTTP, and through the client."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.cloning.cloner import CloningRequest, ConsentedVoice
from pipeline.engines.cloning.loading import OFF, CloningEngines
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    UnknownLanguage,
)
from pipeline.engines.speakers.loading import LikenessEngines
from pipeline.recordings.finishing import AudioFormat, encode
from speech_service.client import RemoteSpeakers
from speech_service.tts import tts_app
from tests.fakes.cloner import ScriptedCloner
from tests.fakes.engines import ToneSynthesizer
from tests.speech_service.serving import listening, served, settings

REFERENCE = np.full(5 * HEARING_RATE_HZ, 4096, np.int16)
WISH = CloningRequest("Hola.", "es", ConsentedVoice("consent-1", REFERENCE))


def app(cloning: CloningEngines) -> Any:
    return tts_app(ToneSynthesizer({"es": 440.0}), settings(), LikenessEngines(), cloning)


@asynccontextmanager
async def asking(cloning: CloningEngines) -> AsyncIterator[RemoteSpeakers]:
    chosen = settings()
    async with (
        listening(app(cloning), chosen.services, 0) as url,
        asyncio.timeout(20),
        RemoteSpeakers(replace(chosen.services, tts_url=url)) as client,
    ):
        yield client


def body(**changes: Any) -> dict[str, Any]:
    file = encode(REFERENCE, HEARING_RATE_HZ, AudioFormat.WAV, level=False)
    told = {"text": "Hola.", "language": "es", "consent": "c", "reference": base64.b64encode(file).decode()}
    return {**told, **changes}


async def test_a_text_comes_back_in_the_voice_that_was_sent() -> None:
    """Sample by sample what the engine said, with what it is and what marks it; the consent goes along."""
    cloner = ScriptedCloner()
    async with asking(CloningEngines(cloner, "")) as client:
        made = await client.cloned(WISH)
        offer = await client.offer()

    assert (made.pcm.tolist(), made.engine, made.watermark) == ([4096] * 5, "parrot", "loud 1")
    (asked,) = cloner.asked
    assert (asked.text, asked.language, asked.voice.consent) == ("Hola.", "es", "consent-1")
    assert asked.voice.reference.tolist() == REFERENCE.tolist()
    assert offer.cloning is not None
    assert (offer.cloning.name, offer.cloning.languages) == ("parrot", ("es",))


async def test_where_nothing_clones_the_answer_says_what_to_do() -> None:
    async with asking(CloningEngines()) as client:
        assert (await client.offer()).cloning is None
        with pytest.raises(EngineMissing, match=OFF):
            await client.cloned(WISH)


@pytest.mark.parametrize(
    ("error", "known"),
    [
        (UnknownLanguage("fr", ("es",)), UnknownLanguage),
        (EngineOverloaded("parrot", 3.0), EngineOverloaded),
        (EngineMissing("fetch it"), EngineMissing),
        (EngineError("it is ill"), EngineError),
    ],
)
async def test_a_failure_is_told_as_what_it_is(error: EngineError, known: type[EngineError]) -> None:
    async with asking(CloningEngines(ScriptedCloner(error), "")) as client:
        with pytest.raises(known):
            await client.cloned(WISH)


async def test_half_a_text_is_a_failure() -> None:
    async with asking(CloningEngines(ScriptedCloner(EngineError("ill"), late=True), "")) as client:
        with pytest.raises(EngineError):
            await client.cloned(WISH)


async def test_whoever_goes_ends_the_work() -> None:
    cloner = ScriptedCloner(hangs=True)
    async with asking(CloningEngines(cloner, "")) as client:
        asked = asyncio.create_task(client.cloned(WISH))
        async with asyncio.timeout(10):
            while not cloner.asked:
                await asyncio.sleep(0.01)
        asked.cancel()
        await asyncio.wait([asked])
        async with asyncio.timeout(10):
            await cloner.left.wait()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"consent": ""}, 422, "invalid_request"),
        ({"text": ""}, 422, "invalid_request"),
        ({"text": "   "}, 422, "empty_text"),
        ({"reference": "?"}, 422, "invalid_request"),
        ({"reference": "AAAA"}, 422, "bad_audio"),
        ({"speaker": "x"}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_cloned_is_refused(changes: dict[str, Any], status: int, code: str) -> None:
    cloner = ScriptedCloner()
    async with (
        served(app(CloningEngines(cloner, ""))) as client,
        client.post("/clone", json=body(**changes)) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (status, code)
    assert cloner.asked == []


@pytest.mark.parametrize(("seconds", "status"), [(1.0, 422), (40.0, 413)])
async def test_a_reference_has_its_bounds(seconds: float, status: int) -> None:
    file = encode(np.full(int(seconds * HEARING_RATE_HZ), 99, np.int16), HEARING_RATE_HZ, AudioFormat.FLAC)
    sent = body(reference=base64.b64encode(file).decode())
    async with (
        served(app(CloningEngines(ScriptedCloner(), ""))) as client,
        client.post("/clone", json=sent) as answer,
    ):
        assert answer.status == status

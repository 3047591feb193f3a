"""Several speech services as one, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from config.settings import Settings
from config.voice import VoiceSettings
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    SynthesisRequest,
    Synthesizer,
    TranslationRequest,
    Translator,
    UnknownLanguage,
)
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from tests.fakes.cable import Cable, cable
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.service_engines import FailingSynthesizer, FailingTranslator
from tests.speech_service.serving import listening, settings
from voice_service.engines import Engines, engine_problem, opened_engines
from voice_service.failover import EnginesAway
from voice_service.wiring import VoiceServices

HELLO = TranslationRequest("hello", "en", "es")
HOLA = SynthesisRequest("hola", "es", "es-1")


@dataclass(frozen=True, slots=True)
class Wired:
    engines: Engines
    cables: list[Cable]


@asynccontextmanager
async def wired(kind: str, *apps: FastAPI) -> AsyncIterator[Wired]:
    """One service for each application, each behind a cable."""
    async with AsyncExitStack() as stack:
        cables = []
        for app in apps:
            url = await stack.enter_async_context(listening(app, settings().services, 0))
            cables.append(await stack.enter_async_context(cable(url)))
        urls = tuple(laid.url for laid in cables)
        voice = VoiceSettings(mt_urls=urls) if kind == "mt" else VoiceSettings(tts_urls=urls)
        engines = await stack.enter_async_context(opened_engines(Settings(development=True, voice=voice)))
        await stack.enter_async_context(asyncio.timeout(30))
        replicas = engines.translation if kind == "mt" else engines.speech
        for service in replicas.services:
            await service.connect()
        yield Wired(engines, cables)


def speaking(*engines: Synthesizer) -> tuple[FastAPI, ...]:
    return tuple(tts_app(engine, settings()) for engine in engines)


def translating(*engines: Translator) -> tuple[FastAPI, ...]:
    return tuple(mt_app(engine, settings()) for engine in engines)


async def spoken(synthesizer: Synthesizer, request: SynthesisRequest = HOLA) -> int:
    """How many samples."""
    pieces = [piece async for piece in synthesizer.synthesize(request)]
    return len(np.concatenate(pieces))


async def test_the_next_service_speaks_where_one_is_cut_off() -> None:
    """And the first again once it is back; where all are away that is said."""
    tones = ToneSynthesizer({"es": 440.0}), ToneSynthesizer({"es": 440.0})
    async with wired("tts", *speaking(*tones)) as lines:
        whole = await spoken(lines.engines.synthesizer)
        await lines.cables[0].cut()
        assert await spoken(lines.engines.synthesizer) == whole
        assert tones[1].asked
        await lines.cables[1].cut()
        with pytest.raises(EnginesAway) as away:
            await spoken(lines.engines.synthesizer)
        assert engine_problem(away.value).code == "engines_away"
        assert lines.engines.parts()["speech"] == "unreachable"
        await lines.cables[0].mend()
        await lines.engines.speech.ready(10)
        assert await spoken(lines.engines.synthesizer) == whole
        assert lines.engines.parts()["speech"] == "some unreachable"


@pytest.mark.parametrize("error", [EngineError("it broke"), EngineOverloaded("speech", 30)])
async def test_the_next_service_speaks_where_one_fails_before_its_first_sound(error: EngineError) -> None:
    """It then rests: the second request does not try it again."""
    failing, tones = FailingSynthesizer(error), ToneSynthesizer({"es": 440.0})
    async with wired("tts", *speaking(failing, tones)) as lines:
        assert await spoken(lines.engines.synthesizer) > 0
        assert await spoken(lines.engines.synthesizer) > 0
        assert len(tones.asked) == 2


async def test_speech_that_has_begun_is_not_begun_again_elsewhere() -> None:
    """Nobody hears a sentence twice."""
    broken, tones = ToneSynthesizer({"es": 440.0}, broken={"hola": 1}), ToneSynthesizer({"es": 440.0})
    async with wired("tts", *speaking(broken, tones)) as lines:
        with pytest.raises(EngineError):
            await spoken(lines.engines.synthesizer)
        assert tones.asked == []


async def test_all_that_fail_are_told_as_one() -> None:
    """An overload where all are, else the first fault."""
    busy = FailingSynthesizer(EngineOverloaded("speech", 2))
    broken = FailingSynthesizer(EngineError("it broke"))
    async with wired("tts", *speaking(busy, busy)) as lines:
        with pytest.raises(EngineOverloaded):
            await spoken(lines.engines.synthesizer)
    async with wired("tts", *speaking(busy, broken)) as lines:
        with pytest.raises(EngineError, match="it broke"):
            await spoken(lines.engines.synthesizer)


async def test_a_voice_is_spoken_where_it_is() -> None:
    """Services need not have the same voices."""
    spanish, french = ToneSynthesizer({"es": 440.0}), ToneSynthesizer({"fr": 660.0})
    async with wired("tts", *speaking(spanish, french)) as lines:
        synthesizer = lines.engines.synthesizer
        assert [voice.name for voice in synthesizer.voices("fr")] == ["fr-1", "fr-2", "fr-3"]
        assert synthesizer.info.languages == ("es", "fr")
        assert await spoken(synthesizer, SynthesisRequest("salut", "fr", "fr-2")) > 0
        with pytest.raises(UnknownLanguage):
            await spoken(synthesizer, SynthesisRequest("hallo", "de", ""))


async def test_the_next_service_translates_where_one_is_cut_off_or_fails() -> None:
    """Routes are known as long as one service knows them."""
    words = [ScriptedTranslator({("es", "hello"): "hola"}) for _ in range(2)]
    failing = FailingTranslator(EngineError("it broke"))
    async with wired("mt", *translating(failing, *words)) as lines:
        translator = lines.engines.translator
        assert (await translator.translate(HELLO)).text == "hola"
        await lines.cables[1].cut()
        assert translator.route("en", "es") is not None
        assert (await translator.translate(HELLO)).text == "hola"
        await lines.cables[2].cut()
        with pytest.raises(EngineError, match="it broke"):
            await translator.translate(HELLO)


async def test_requests_are_told_that_the_services_are_away(
    services: VoiceServices, client: httpx.AsyncClient
) -> None:
    """The service itself goes on."""
    for work in (services.engines.translator.translate(HELLO), spoken(services.engines.synthesizer)):
        with pytest.raises(EnginesAway) as away:
            await work
        assert (engine_problem(away.value).status, engine_problem(away.value).code) == (503, "engines_away")
    assert (await client.get("/health")).status_code == 200

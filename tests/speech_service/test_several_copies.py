"""Several copies of a translation or synthesis service as one, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import numpy as np
import pytest
from fastapi import FastAPI

from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    SynthesisRequest,
    Synthesizer,
    TranslationRequest,
    Translator,
    UnknownLanguage,
)
from speech_service.client import RemoteSynthesizer, RemoteTranslator, ServiceAway
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from tests.fakes.cable import Cable, cable
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.service_engines import FailingSynthesizer, FailingTranslator
from tests.speech_service.serving import listening, settings

HELLO = TranslationRequest("hello", "en", "es")
HOLA = SynthesisRequest("hola", "es", "es-1")


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


@asynccontextmanager
async def _laid(*apps: FastAPI) -> AsyncIterator[list[Cable]]:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(30))
        urls = [await stack.enter_async_context(listening(app, settings().services, 0)) for app in apps]
        yield [await stack.enter_async_context(cable(url)) for url in urls]


@asynccontextmanager
async def speaking(*engines: Synthesizer) -> AsyncIterator[tuple[RemoteSynthesizer, list[Cable]]]:
    """One service for each engine, each behind a cable, asked in this order."""
    async with _laid(*(tts_app(engine, settings()) for engine in engines)) as cables:
        urls = ", ".join(laid.url for laid in cables)
        async with RemoteSynthesizer(settings(tts_url=urls).services, reconnect_s=0.5) as remote:
            await until(lambda: remote.state == "ok")
            yield remote, cables


@asynccontextmanager
async def translating(*engines: Translator) -> AsyncIterator[tuple[RemoteTranslator, list[Cable]]]:
    """Likewise."""
    async with _laid(*(mt_app(engine, settings()) for engine in engines)) as cables:
        urls = ", ".join(laid.url for laid in cables)
        async with RemoteTranslator(settings(mt_url=urls).services, reconnect_s=0.5) as remote:
            await until(lambda: remote.state == "ok")
            yield remote, cables


async def spoken(synthesizer: Synthesizer, request: SynthesisRequest = HOLA) -> int:
    """How many samples."""
    pieces = [piece async for piece in synthesizer.synthesize(request)]
    return len(np.concatenate(pieces))


async def test_the_next_copy_speaks_where_one_is_cut_off() -> None:
    """And the first again once it is back; where all are away that is said."""
    tones = ToneSynthesizer({"es": 440.0}), ToneSynthesizer({"es": 440.0})
    async with speaking(*tones) as (remote, cables):
        whole = await spoken(remote)
        await cables[0].cut()
        assert await spoken(remote) == whole
        assert tones[1].asked
        await cables[1].cut()
        with pytest.raises(ServiceAway):
            await spoken(remote)
        assert remote.state == "unreachable"
        await cables[0].mend()
        await remote.connect(10)
        assert await spoken(remote) == whole
        assert remote.state == "some unreachable"


@pytest.mark.parametrize("error", [EngineError("it broke"), EngineOverloaded("speech", 30)])
async def test_the_next_copy_speaks_where_one_fails_before_its_first_sound(error: EngineError) -> None:
    """It then rests: the second request does not try it again."""
    failing, tones = FailingSynthesizer(error), ToneSynthesizer({"es": 440.0})
    async with speaking(failing, tones) as (remote, _):
        assert await spoken(remote) > 0
        assert await spoken(remote) > 0
        assert len(tones.asked) == 2


async def test_speech_that_has_begun_is_not_begun_again_elsewhere() -> None:
    """Nobody hears a sentence twice."""
    broken, tones = ToneSynthesizer({"es": 440.0}, broken={"hola": 1}), ToneSynthesizer({"es": 440.0})
    async with speaking(broken, tones) as (remote, _):
        with pytest.raises(EngineError):
            await spoken(remote)
        assert tones.asked == []


async def test_all_that_fail_are_told_as_one() -> None:
    """An overload where all are, else the first fault."""
    busy = FailingSynthesizer(EngineOverloaded("speech", 2))
    broken = FailingSynthesizer(EngineError("it broke"))
    async with speaking(busy, busy) as (remote, _):
        with pytest.raises(EngineOverloaded):
            await spoken(remote)
    async with speaking(busy, broken) as (remote, _):
        with pytest.raises(EngineError, match="it broke"):
            await spoken(remote)


async def test_a_voice_is_spoken_where_it_is() -> None:
    """Copies need not have the same voices."""
    spanish, french = ToneSynthesizer({"es": 440.0}), ToneSynthesizer({"fr": 660.0})
    async with speaking(spanish, french) as (remote, _):
        assert [voice.name for voice in remote.voices("fr")] == ["fr-1", "fr-2", "fr-3"]
        assert remote.info.languages == ("es", "fr")
        assert await spoken(remote, SynthesisRequest("salut", "fr", "fr-2")) > 0
        with pytest.raises(UnknownLanguage):
            await spoken(remote, SynthesisRequest("hallo", "de", ""))


async def test_the_next_copy_translates_where_one_is_cut_off_or_fails() -> None:
    """Routes are known as long as one copy has said them."""
    words = [ScriptedTranslator({("es", "hello"): "hola"}) for _ in range(2)]
    failing = FailingTranslator(EngineError("it broke"))
    async with translating(failing, *words) as (remote, cables):
        assert (await remote.translate(HELLO)).text == "hola"
        await cables[1].cut()
        assert remote.route("en", "es") is not None
        assert (await remote.translate(HELLO)).text == "hola"
        await cables[2].cut()
        with pytest.raises(EngineError, match="it broke"):
            await remote.translate(HELLO)


async def test_a_request_under_way_is_asked_elsewhere_when_its_copy_is_cut_off() -> None:
    """Without waiting for the first to come back."""
    stuck = ScriptedTranslator({("es", "hello"): "never"}, {"hello": asyncio.Event()})
    async with translating(stuck, ScriptedTranslator({("es", "hello"): "hola"})) as (remote, cables):
        asking = asyncio.create_task(remote.translate(HELLO))
        await until(lambda: bool(stuck.asked))
        await cables[0].cut()
        assert (await asking).text == "hola"


async def test_requests_are_spread_over_the_copies() -> None:
    """Whoever has less to do is asked."""
    gate = asyncio.Event()
    words = [ScriptedTranslator({("es", "hello"): "hola"}, {"hello": gate}) for _ in range(2)]
    async with translating(*words) as (remote, _), asyncio.TaskGroup() as group:
        asking = [group.create_task(remote.translate(HELLO)) for _ in range(6)]
        await until(lambda: sum(len(one.asked) for one in words) == 6)
        assert [len(one.asked) for one in words] == [3, 3]
        gate.set()
        assert {(await task).text for task in asking} == {"hola"}

"""The services behind the pipeline's protocols: what the worker uses as translator and synthesiser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI

from pipeline.audio import SPEAKING_RATE_HZ
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    SynthesisRequest,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
    Voice,
)
from pipeline.text.glossary import Entry, Glossary
from speech_service.client import RemoteSynthesizer, RemoteTranslator
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from tests.fakes.cable import Cable, cable
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.service_engines import EndlessSynthesizer, FailingSynthesizer, FailingTranslator
from tests.speech_service.serving import listening, settings

HELLO = TranslationRequest("hello", "en", "es", (("a", "b"),), True)
HOLA = SynthesisRequest("hola", "es", "es-2", 1.25, {"HIVE": "jaiv"})


@asynccontextmanager
async def wired(app: FastAPI) -> AsyncIterator[Cable]:
    """The application behind a cable."""
    async with listening(app, settings().services, 0) as url, cable(url) as laid, asyncio.timeout(20):
        yield laid


@asynccontextmanager
async def remote_translator(app: FastAPI, **options: Any) -> AsyncIterator[tuple[RemoteTranslator, Cable]]:
    async with wired(app) as laid, RemoteTranslator(settings(mt_url=laid.url).services, **options) as remote:
        await remote.connect()
        yield remote, laid


class DoubtingTranslator(ScriptedTranslator):
    """Says of each answer how sure it is."""

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        return replace(await super().translate(request), doubt="numbers_changed", score=-0.25)


@asynccontextmanager
async def remote_synthesizer(app: FastAPI, **options: Any) -> AsyncIterator[tuple[RemoteSynthesizer, Cable]]:
    async with (
        wired(app) as laid,
        RemoteSynthesizer(settings(tts_url=laid.url).services, **options) as remote,
    ):
        await remote.connect()
        yield remote, laid


def translator(**gates: asyncio.Event) -> ScriptedTranslator:
    return ScriptedTranslator({("es", "hello"): "hola", ("es", "bye"): "adiós"}, gates)


# --- translation -----------------------------------------------------------------------------------------


async def test_doubt_and_score_come_along() -> None:
    """What may be wrong with a translation, and how likely the engine took it to be."""
    async with remote_translator(mt_app(DoubtingTranslator({("es", "hello"): "hola"}), settings())) as (
        remote,
        _,
    ):
        assert await remote.translate(HELLO) == TranslationResult(
            "hola", "scripted", ("en", "es"), doubt="numbers_changed", score=-0.25
        )


@pytest.mark.parametrize("uses_sound", [True, False])
async def test_sound_is_sent_to_engines_that_listen(uses_sound: bool) -> None:
    """Others are not sent what they cannot use."""
    engine = translator()
    engine.info = replace(engine.info, uses_sound=uses_sound)
    async with remote_translator(mt_app(engine, settings())) as (remote, _):
        await remote.translate(replace(HELLO, draft=False, sound=np.arange(5, dtype=np.int16)))

    (asked,) = engine.asked
    assert (None if asked.sound is None else asked.sound.tolist()) == (
        [0, 1, 2, 3, 4] if uses_sound else None
    )


async def test_terms_and_the_wish_for_a_second_opinion_go_along() -> None:
    """With all that the glossary says of a term; and it comes back whether the sound was translated."""

    class Listening(ScriptedTranslator):
        async def translate(self, request: TranslationRequest) -> TranslationResult:
            return replace(await super().translate(request), from_sound=request.second_opinion)

    engine = Listening({("es", "hello"): "hola"})
    glossary = Glossary((Entry("HIVE", "en", {"es": "Colmena"}, {"es": "colmena"}, match_case=True),))
    async with remote_translator(mt_app(engine, settings())) as (remote, _):
        plain = await remote.translate(HELLO)
        request = replace(HELLO, draft=False, glossary=glossary, second_opinion=True, unhurried=True)
        listened = await remote.translate(request)

    assert engine.asked == [HELLO, request]
    assert (plain.from_sound, listened.from_sound) == (False, True)


async def test_a_translation_goes_there_and_back() -> None:
    """Request and result are those that a local engine would see and give, the routes and its own words too."""
    engine = translator()
    async with remote_translator(mt_app(engine, settings())) as (remote, _):
        assert await remote.translate(HELLO) == TranslationResult("hola", "scripted", ("en", "es"))
        assert remote.info == engine.info
        assert [remote.route("en", "es"), remote.route("en-GB", "es"), remote.route("es", "xx")] == [
            ("en", "es"),
            ("en", "es"),
            None,
        ]

    assert engine.asked == [HELLO]


@pytest.mark.parametrize(
    "error",
    [
        UnknownLanguage("xx", ["en", "es"]),
        EngineOverloaded("the translation service", 2.5),
        EngineMissing("install it"),
        EngineError("it broke"),
    ],
)
async def test_failures_keep_their_kind(error: EngineError) -> None:
    """What the engine raised there is raised here, of the same kind and with the same words."""
    async with remote_translator(mt_app(FailingTranslator(error), settings())) as (remote, _):
        with pytest.raises(EngineError) as raised:
            await remote.translate(HELLO)

    assert (type(raised.value), str(raised.value)) == (type(error), str(error))


async def test_cancelling_a_translation_reaches_the_engine() -> None:
    """Nobody translates what nobody waits for, and the next request is answered."""
    engine = translator(hello=asyncio.Event())
    async with remote_translator(mt_app(engine, settings())) as (remote, _):
        task = asyncio.create_task(remote.translate(HELLO))
        while not engine.asked:
            await asyncio.sleep(0.005)
        task.cancel()
        while not engine.cancelled:
            await asyncio.sleep(0.005)
        assert (await remote.translate(TranslationRequest("bye", "en", "es"))).text == "adiós"

    assert engine.cancelled == ["hello"]


async def test_a_request_that_a_break_interrupts_is_asked_again() -> None:
    """A restart of the service costs time, not the translation."""
    gate = asyncio.Event()
    engine = translator(hello=gate)
    async with remote_translator(mt_app(engine, settings())) as (remote, laid):
        task = asyncio.create_task(remote.translate(HELLO))
        while not engine.asked:
            await asyncio.sleep(0.005)
        await laid.cut()
        await asyncio.sleep(0.05)
        gate.set()
        await laid.mend()
        assert (await task).text == "hola"

    assert engine.asked == [HELLO, HELLO]


async def test_without_the_service_a_request_fails_in_time() -> None:
    """A request waits for a connection only so long; the reason says what is wrong. Afterwards all is well again."""
    async with remote_translator(mt_app(translator(), settings()), reconnect_s=0.2) as (remote, laid):
        await laid.cut()
        with pytest.raises(EngineError, match="cannot be reached"):
            await remote.translate(HELLO)
        await laid.mend()
        await remote.connect()
        assert (await remote.translate(HELLO)).text == "hola"


async def test_a_service_that_was_never_there() -> None:
    """Before the first connection there are no routes, and connecting says that it failed."""
    async with RemoteTranslator(settings(mt_url="http://127.0.0.1:1").services) as remote:
        with pytest.raises(EngineError, match="nothing listens there"):
            await remote.connect(within_s=0.3)
        assert remote.route("en", "es") is None


async def test_a_wrong_token_is_named() -> None:
    """Refused is not the same as absent."""
    chosen = settings(token="the right token of the tests")
    async with listening(mt_app(translator(), chosen), chosen.services, 0) as url:
        async with RemoteTranslator(
            settings(mt_url=url, token="a wrong token of the tests").services
        ) as remote:
            with pytest.raises(EngineError, match="401"):
                await remote.connect(within_s=0.3)
        async with RemoteTranslator(
            settings(mt_url=url, token="the right token of the tests").services
        ) as remote:
            await remote.connect()


async def test_an_answer_that_does_not_come_is_given_up() -> None:
    """No request waits without limit."""
    app = mt_app(translator(hello=asyncio.Event()), settings())
    async with remote_translator(app, answer_s=0.1) as (remote, _):
        with pytest.raises(EngineError, match=r"within 0\.1 s"):
            await remote.translate(HELLO)


# --- synthesis -------------------------------------------------------------------------------------------


async def test_speech_goes_there_and_back() -> None:
    """Request and sound are those that a local engine would see and make, the voices too."""
    engine = ToneSynthesizer({"es": 440.0})
    async with remote_synthesizer(tts_app(engine, settings())) as (remote, _):
        pieces = [piece async for piece in remote.synthesize(HOLA)]
        assert remote.info == engine.info
        assert remote.voices("es-MX") == (
            Voice("es-1", "es", "low"),
            Voice("es-2", "es", "high"),
            Voice("es-3", "es", "high"),
        )
        assert remote.voices("xx") == ()

    local = [piece async for piece in ToneSynthesizer({"es": 440.0}).synthesize(HOLA)]
    assert np.array_equal(np.concatenate(pieces), np.concatenate(local))
    assert engine.asked == [HOLA]


async def test_many_speeches_at_once() -> None:
    """Listeners of several languages do not wait for each other, nor for one who takes nothing."""
    engine = ToneSynthesizer({"es": 440.0, "fr": 660.0}, seconds_per_character=0.05)
    async with remote_synthesizer(tts_app(engine, settings())) as (remote, _):
        idle = remote.synthesize(SynthesisRequest("x" * 1000, "fr", ""))
        await anext(idle)

        async def length(text: str) -> int:
            return sum([len(piece) async for piece in remote.synthesize(SynthesisRequest(text, "es", ""))])

        lengths = await asyncio.gather(*(length("x" * number) for number in range(1, 20)))
        await idle.aclose()

    assert lengths == [1200 * number for number in range(1, 20)]


async def test_a_slow_listener_holds_the_engine_back() -> None:
    """No more than the window waits here, however fast the engine is."""
    engine = EndlessSynthesizer()
    async with remote_synthesizer(tts_app(engine, settings())) as (remote, _):
        async with aclosing(remote.synthesize(SynthesisRequest("hola", "es", ""))) as speech:
            await anext(speech)
            await asyncio.sleep(0.3)
            made = engine.samples
        await asyncio.wait_for(engine.stopped.wait(), 5)

    assert made <= 12 * SPEAKING_RATE_HZ


@pytest.mark.parametrize("error", [UnknownLanguage("xx", ["es"]), EngineError("it broke")])
async def test_a_speech_that_fails_says_so(error: EngineError) -> None:
    """What the engine raised there is raised here."""
    async with remote_synthesizer(tts_app(FailingSynthesizer(error), settings())) as (remote, _):
        with pytest.raises(EngineError, match=str(error)):
            await anext(remote.synthesize(SynthesisRequest("hola", "es", "")))


async def test_a_speech_that_a_break_interrupts_ends_with_an_error() -> None:
    """Half a sentence is not said twice; what is asked for next is spoken."""
    app = tts_app(EndlessSynthesizer(), settings())
    async with remote_synthesizer(app) as (remote, laid):
        async with aclosing(remote.synthesize(SynthesisRequest("hola", "es", ""))) as speech:
            await anext(speech)
            await laid.cut()
            with pytest.raises(EngineError, match="broke"):
                async for _ in speech:
                    pass
        await laid.mend()
        async with aclosing(remote.synthesize(SynthesisRequest("hola", "es", ""))) as speech:
            assert len(await anext(speech)) == SPEAKING_RATE_HZ

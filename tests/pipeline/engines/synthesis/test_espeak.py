"""The real espeak-ng in its helper process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest
import pytest_asyncio

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, SynthesisRequest, UnknownLanguage, Voice
from pipeline.engines.synthesis.espeak import EspeakSynthesizer

pytestmark = pytest.mark.engines

HOLA = "Hola, buenos días a todos."


@pytest_asyncio.fixture
async def espeak() -> AsyncIterator[EspeakSynthesizer]:
    engine = await EspeakSynthesizer.load(patience_s=1.0)
    yield engine
    await engine.close()


async def say(
    espeak: EspeakSynthesizer, text: str, language: str = "es", voice: str = "", speed: float = 1.0
) -> Pcm:
    async with aclosing(espeak.synthesize(SynthesisRequest(text, language, voice, speed))) as sound:
        pieces = [piece async for piece in sound]
    assert all(piece.dtype == np.int16 and piece.ndim == 1 and piece.size for piece in pieces)
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def loudness(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(pcm.astype(np.float64)))))


async def test_every_language_speaks(espeak: EspeakSynthesizer) -> None:
    """Each language that is offered says a number audibly; Hebrew, which reads none, a word."""
    languages = espeak.info.languages

    assert {"ar", "ca", "de", "en", "es", "fr", "hi", "it", "pt", "ru", "uk", "zh"} <= set(languages)
    for language in languages:
        pcm = await say(espeak, "שלום" if language == "he" else "2024", language)
        assert len(pcm) > 0.3 * SPEAKING_RATE_HZ, language
        assert loudness(pcm) > 500, language


@pytest.mark.parametrize("language", ["es", "fr", "en-GB", "pt-BR", "zh"])
async def test_every_voice_sounds_different(espeak: EspeakSynthesizer, language: str) -> None:
    """Voices have unique names, both registers, and none sounds like another."""
    voices = espeak.voices(language)
    spoken = [await say(espeak, "1 2 3 4", language, voice.name) for voice in voices]

    assert len(voices) == len({voice.name for voice in voices}) == 10
    assert {voice.register for voice in voices} == {"low", "high"}
    assert {voice.language for voice in voices} == {language}
    assert len({pcm.tobytes() for pcm in spoken}) == 10
    assert all(loudness(pcm) > 500 for pcm in spoken)


async def test_languages_go_by_several_names(espeak: EspeakSynthesizer) -> None:
    """Regions find the nearest voice; names that the library rejects are mapped; unknown languages are refused."""
    assert espeak.voices("fr-FR")[:2] == (Voice("fr", "fr-FR", "low"), Voice("fr+f2", "fr-FR", "high"))
    assert espeak.voices("en")[0].name == "en-us"
    assert espeak.voices("es_MX")[0].name == "es-419"
    assert espeak.voices("xx") == ()
    with pytest.raises(UnknownLanguage, match="xx is not available"):
        await say(espeak, "hello", "xx")


async def test_speed_changes_the_length(espeak: EspeakSynthesizer) -> None:
    """Twice the speed takes about half the time."""
    slow, normal, fast = [len(await say(espeak, HOLA * 3, speed=speed)) for speed in (0.5, 1.0, 2.0)]

    assert 1.6 < slow / normal < 2.4
    assert 1.6 < normal / fast < 2.4


async def test_clauses_join_tightly(espeak: EspeakSynthesizer) -> None:
    """There is next to no silence before the first and after the last sound."""
    pcm = await say(espeak, HOLA)
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > 150)

    assert loud[0] < 0.02 * SPEAKING_RATE_HZ
    assert len(pcm) - loud[-1] < 0.03 * SPEAKING_RATE_HZ


async def test_concurrent_texts_do_not_mix(espeak: EspeakSynthesizer) -> None:
    """Many at once, in several languages and voices, sound exactly as one after the other."""
    jobs = [
        ("uno dos tres", "es", "es+f3"),
        ("un deux trois", "fr", "fr"),
        ("one two three", "en", "en-us+m3"),
    ]
    alone = [len(await say(espeak, *job)) for job in jobs]

    together = await asyncio.gather(*(say(espeak, *job) for job in jobs * 10))

    for index, pcm in enumerate(together):
        assert abs(len(pcm) - alone[index % 3]) < 0.05 * alone[index % 3]


@pytest.mark.parametrize("text", ["", "😀", "...", "\x00\x01\x02", "<speak/>", "\u202e"])
async def test_nothing_to_say_is_silence(espeak: EspeakSynthesizer, text: str) -> None:
    """Text without anything that can be said yields no sound, and no error."""
    assert (await say(espeak, text)).size == 0


async def test_markup_is_not_obeyed(espeak: EspeakSynthesizer) -> None:
    """A pause of a minute, written as markup or as a phoneme command, is not made."""
    for text in (
        'hola <break time="60s"/> adiós',
        "hola [[_:_:_:_:_:_:]] adiós",
        "hola &lt;break/&gt; adiós",
    ):
        assert 0.2 * SPEAKING_RATE_HZ < len(await say(espeak, text)) < 6 * SPEAKING_RATE_HZ


async def test_a_long_text_streams_and_can_be_stopped(espeak: EspeakSynthesizer) -> None:
    """100 kB begin to sound as soon as a short text does; others are served in between; stopping is at once."""
    long = espeak.synthesize(SynthesisRequest("Una frase más, y otra. " * 4500, "es", ""))
    heard = sum([len(await anext(long)) for _ in range(50)])
    other = await say(espeak, HOLA)
    await long.aclose()

    assert heard > SPEAKING_RATE_HZ
    assert len(other) > SPEAKING_RATE_HZ
    assert len(await say(espeak, HOLA)) > SPEAKING_RATE_HZ


async def test_a_killed_helper_is_replaced(espeak: EspeakSynthesizer) -> None:
    """A clause that was sounding fails when the process is killed; the next one speaks, in a new process."""
    first = espeak.pid
    assert first is not None
    sound = espeak.synthesize(SynthesisRequest("Una frase más, y otra. " * 400, "es", ""))
    await anext(sound)
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(20):
        # the piece of text under way may have been finished; those after it are spoken by the next process
        try:
            async for _ in sound:
                pass
        except EngineError:
            pass

    assert len(await say(espeak, HOLA)) > SPEAKING_RATE_HZ
    assert espeak.pid not in (first, None)


async def test_a_stopped_helper_is_replaced(espeak: EspeakSynthesizer) -> None:
    """A process that says nothing any more is killed, and the clause spoken by the next one."""
    first = espeak.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)

    assert len(await say(espeak, HOLA)) > SPEAKING_RATE_HZ
    assert espeak.pid != first


async def test_cancelled_calls_leave_the_engine_usable(espeak: EspeakSynthesizer) -> None:
    """Calls given up at any moment do not disturb those after them."""
    for number in range(20):
        task = asyncio.create_task(say(espeak, HOLA))
        await asyncio.sleep(0.001 * (number % 5))
        task.cancel()
        await asyncio.wait([task])

    assert len(await say(espeak, HOLA)) > SPEAKING_RATE_HZ

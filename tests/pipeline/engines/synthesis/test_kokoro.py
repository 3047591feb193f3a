"""Kokoro's real loading, phonemizing and batching code, on a model of a few kilobytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    SynthesisRequest,
    UnknownLanguage,
    UnknownVoice,
    Voice,
)
from pipeline.engines.synthesis import kokoro_blends
from pipeline.engines.synthesis.blends import Blend
from pipeline.engines.synthesis.kokoro import KokoroSynthesizer
from tests.pipeline.engines.synthesis.tiny_voices import SAMPLES_PER_SIGN, write_kokoro

pytestmark = pytest.mark.engines

NAMES = [
    "af_bella",
    "af_heart",
    "am_adam",
    "bm_george",
    "ef_dora",
    "em_alex",
    "ff_siwis",
    "jf_alpha",
    "zf_xiaobei",
]


@pytest_asyncio.fixture
async def kokoro(tmp_path: Path) -> AsyncIterator[KokoroSynthesizer]:
    write_kokoro(tmp_path, NAMES)
    engine = await KokoroSynthesizer.load(tmp_path)
    yield engine
    await engine.close()


async def say(
    kokoro: KokoroSynthesizer, text: str, language: str = "es", voice: str = "", speed: float = 1.0
) -> Pcm:
    async with aclosing(kokoro.synthesize(SynthesisRequest(text, language, voice, speed))) as sound:
        pieces = [piece async for piece in sound]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


async def test_voices_are_what_the_file_holds(kokoro: KokoroSynthesizer) -> None:
    """Names tell language and register; the best known voice is the default."""
    assert kokoro.info.languages == ("en", "es", "fr", "ja", "zh")
    assert kokoro.voices("es") == (
        Voice("ef_dora", "es", "high", blends=True), Voice("em_alex", "es", "low", blends=True),
    )  # fmt: skip
    assert [voice.name for voice in kokoro.voices("en")] == ["af_heart", "af_bella", "am_adam", "bm_george"]
    assert kokoro.voices("en-GB")[0].name == "bm_george"
    assert kokoro.voices("ja") == (Voice("jf_alpha", "ja", "high", blends=True),)
    assert kokoro.voices("zh-TW") == (Voice("zf_xiaobei", "zh-TW", "high", blends=True),)
    assert kokoro.voices("yue") == kokoro.voices("xx") == ()


async def test_text_is_spoken(kokoro: KokoroSynthesizer) -> None:
    """Voices differ, speed shortens, a voice of another language is replaced by the default."""
    normal = await say(kokoro, "Hola, buenos días.")

    assert normal.dtype == np.int16
    assert len(normal) > 0.3 * SPEAKING_RATE_HZ
    assert abs(len(normal) / len(await say(kokoro, "Hola, buenos días.", speed=2.0)) - 2) < 0.2
    assert (await say(kokoro, "Hola, buenos días.", voice="em_alex")).tobytes() != normal.tobytes()
    assert (await say(kokoro, "Hola, buenos días.", voice="af_heart")).tobytes() == normal.tobytes()


async def test_a_named_blend_is_there_where_its_parts_are(kokoro: KokoroSynthesizer, tmp_path: Path) -> None:
    """It stands behind the voices of the file, which a language speaks with by default."""
    assert "af" not in [voice.name for voice in kokoro.voices("en")]

    (tmp_path / "more").mkdir()
    write_kokoro(tmp_path / "more", [*NAMES, "af_sarah"])
    mixing = await KokoroSynthesizer.load(tmp_path / "more")
    try:
        assert mixing.voices("en-us")[-1] == Voice("af", "en-us", "high")
        mixed = await say(mixing, "Hello there.", "en", "af")
        parts = [await say(mixing, "Hello there.", "en", name) for name in ("af_bella", "af_sarah")]
    finally:
        await mixing.close()
    assert mixed.size
    assert mixed.tobytes() not in [part.tobytes() for part in parts]


def test_a_blend_is_the_mean_of_its_parts() -> None:
    """Of the shape that the model takes for a voice, whether it has a name of its own or holds its recipe in it."""
    voices = {
        "af_bella": np.full((510, 1, 256), 1, np.float32),
        "af_sarah": np.full((510, 1, 256), 4, np.float32),
    }
    assert kokoro_blends.possible(voices) == ["af"]
    assert kokoro_blends.possible({"af_bella": voices["af_bella"]}) == []
    assert kokoro_blends.possible({**voices, "af": voices["af_bella"]}) == []
    for name, mean in (("af", 2.5), ("blend~af_bella.20~af_sarah.80", 3.4), ("af_sarah", 4.0)):
        mixed = kokoro_blends.style(voices, kokoro_blends.blend_of(voices, name))
        assert (mixed.dtype.name, mixed.shape) == ("float32", (510, 1, 256))
        assert np.allclose(mixed, mean)
    assert kokoro_blends.blend_of(voices, "blend~af_bella.100~up2.5") == Blend((("af_bella", 100),), 2.5)
    for name in ("blend~af_bella.50~af_nobody.50", "af_nobody", "blend~"):
        with pytest.raises(UnknownVoice):
            kokoro_blends.blend_of(voices, name)


def spectrum_peak(pcm: Pcm) -> int:
    return int(np.argmax(np.abs(np.fft.rfft(pcm.astype(np.float64), SPEAKING_RATE_HZ))))


async def test_a_blend_speaks_every_language(kokoro: KokoroSynthesizer) -> None:
    """Its parts may be voices of other languages; one that cannot be made is refused with the reason."""
    blend = "blend~af_bella.50~bm_george.50"  # the tone of each of these voices tells its place in the file
    assert (await say(kokoro, "Hola.", "es", blend)).size > 0
    between = await say(kokoro, "Hello there.", "en", "blend~af_bella.50~am_adam.50")
    assert between.tobytes() == (await say(kokoro, "Hello there.", "en", "af_heart")).tobytes()

    for bad in ("blend~af_bella.50", "blend~nobody.100", "blend~af_bella.100~up9"):
        with pytest.raises(UnknownVoice):
            await say(kokoro, "Hola.", "es", bad)


async def test_a_blend_is_higher_or_lower_and_as_fast(kokoro: KokoroSynthesizer) -> None:
    """Three semitones are a quarter of an octave; how long it takes does not change by it."""
    plain = await say(kokoro, "Hola, buenos días a todos.", "es", "blend~ef_dora.100")
    higher = await say(kokoro, "Hola, buenos días a todos.", "es", "blend~ef_dora.100~up3")
    lower = await say(kokoro, "Hola, buenos días a todos.", "es", "blend~ef_dora.100~down3")

    assert plain.tobytes() == (await say(kokoro, "Hola, buenos días a todos.", "es", "ef_dora")).tobytes()
    assert spectrum_peak(higher) / spectrum_peak(plain) == pytest.approx(2 ** (3 / 12), rel=0.02)
    assert spectrum_peak(lower) / spectrum_peak(plain) == pytest.approx(2 ** (-3 / 12), rel=0.02)
    assert len(higher) == pytest.approx(len(plain), rel=0.05)
    assert len(lower) == pytest.approx(len(plain), rel=0.05)


async def test_sentences_come_one_by_one(kokoro: KokoroSynthesizer) -> None:
    """The first sentence is there before the last is begun; who stops listening stops the work."""
    sound = kokoro.synthesize(SynthesisRequest("Una frase más. " * 1000, "es", ""))
    first = await anext(sound)
    await sound.aclose()

    assert first.size < 5 * SPEAKING_RATE_HZ
    assert (await say(kokoro, "Hola.")).size > 0


async def test_strange_text_is_survived(kokoro: KokoroSynthesizer) -> None:
    """Nothing to say is silence, a word beyond all limits is cut, other scripts do not disturb what follows."""
    for text in ("", "😀", "...", "\x00"):
        assert (await say(kokoro, text)).size == 0
    assert (await say(kokoro, "a" * 2000)).size > 0
    with pytest.raises(UnknownLanguage, match="de is not available; available: en, es, fr, ja, zh"):
        await say(kokoro, "hello", "de")


async def test_japanese_and_chinese_have_phonemes_of_their_own(kokoro: KokoroSynthesizer) -> None:
    """A sign is several phonemes; words in Latin letters among them are spoken, too."""
    for language, text in (("ja", "予算会議は九時です。"), ("zh", "预算会议九点开始。")):
        pure = await say(kokoro, text, language)
        mixed = await say(kokoro, f"{text}LiveKit", language)

        assert len(pure) > 1.5 * len(text) * SAMPLES_PER_SIGN
        assert len(mixed) > len(pure)


async def test_many_at_once_do_not_mix(kokoro: KokoroSynthesizer) -> None:
    """The phonemizer has one global state: texts spoken at once sound as they do alone."""
    texts = [("Hola a todos.", "es"), ("Bonjour à tous.", "fr"), ("Hello everybody.", "en")]
    alone = [(await say(kokoro, *text)).tobytes() for text in texts]

    together = await asyncio.gather(*(say(kokoro, *text) for text in texts * 5))

    assert [pcm.tobytes() for pcm in together] == alone * 5


async def test_missing_and_broken_models(tmp_path: Path) -> None:
    """Without model or voices the error says what to fetch; a file that is no model is named."""
    with pytest.raises(EngineMissing, match="hive models fetch kokoro"):
        await KokoroSynthesizer.load(tmp_path)
    write_kokoro(tmp_path, NAMES)
    (tmp_path / "kokoro-v1.0.onnx").write_bytes(b"not a model")
    with pytest.raises(EngineError, match=r"cannot load the Kokoro model kokoro-v1\.0\.onnx"):
        await KokoroSynthesizer.load(tmp_path)


async def test_a_closed_engine_says_so(kokoro: KokoroSynthesizer) -> None:
    """After closing, a request fails in words."""
    await kokoro.close()

    with pytest.raises(EngineError, match="Kokoro was closed"):
        await say(kokoro, "Hola.")

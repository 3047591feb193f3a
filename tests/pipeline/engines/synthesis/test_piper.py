"""Piper's real loading and phonemizing code, on voices of a few kilobytes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    SynthesisRequest,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.synthesis.piper import PiperSynthesizer, find
from tests.pipeline.engines.synthesis.tiny_voices import write_piper

pytestmark = pytest.mark.engines


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    """Two Spanish voices and a French one with three speakers."""
    write_piper(tmp_path, "es_ES-davefx-medium", code="es_ES")
    write_piper(tmp_path, "es_MX-ald-low", code="es_MX", rate_hz=16_000)
    write_piper(tmp_path, "fr_FR-mls-medium", code="fr_FR", speakers=3)
    return tmp_path


@pytest_asyncio.fixture
async def piper(voices: Path) -> AsyncIterator[PiperSynthesizer]:
    engine = await PiperSynthesizer.load(voices)
    yield engine
    await engine.close()


async def say(
    piper: PiperSynthesizer, text: str, language: str = "es", voice: str = "", speed: float = 1.0
) -> Pcm:
    async with aclosing(piper.synthesize(SynthesisRequest(text, language, voice, speed))) as sound:
        pieces = [piece async for piece in sound]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


async def test_voices_are_what_the_directory_holds(piper: PiperSynthesizer) -> None:
    """A voice a file, several for a file with several speakers; the asked region comes first."""
    assert piper.voices("es") == (
        Voice("es_ES-davefx-medium", "es"),
        Voice("es_MX-ald-low", "es"),
    )
    assert piper.voices("es-MX")[0] == Voice("es_MX-ald-low", "es-MX")
    assert [voice.name for voice in piper.voices("fr")] == [f"fr_FR-mls-medium#{n}" for n in range(3)]
    assert piper.voices("de") == ()
    assert piper.info.languages == ("es", "fr")


async def test_text_is_spoken_at_one_rate(piper: PiperSynthesizer) -> None:
    """Models of different rates come out at the speaking rate; speed shortens; speakers differ."""
    medium = await say(piper, "Hola, buenos días.")
    low = await say(piper, "Hola, buenos días.", voice="es_MX-ald-low")
    fast = await say(piper, "Hola, buenos días.", speed=2.0)

    assert medium.dtype == np.int16
    assert abs(len(low) / len(medium) - 22_050 / 16_000) < 0.02
    assert abs(len(medium) / len(fast) - 2) < 0.1
    spoken = [await say(piper, "Bonjour.", "fr", voice.name) for voice in piper.voices("fr")]
    assert len({pcm.tobytes() for pcm in spoken}) == 3


async def test_loudness_does_not_jump(piper: PiperSynthesizer) -> None:
    """Sentences of one voice are equally loud, and not at full scale."""
    pcm = await say(piper, "Hola. Buenos días a todos. Gracias.")

    assert 2_000 < np.abs(pcm.astype(int)).max() < 16_000


async def test_strange_text_is_survived(piper: PiperSynthesizer) -> None:
    """Nothing to say is silence; phoneme brackets are not interpreted; the voice speaks on."""
    for text in ("", "😀", "...", "\x00"):
        assert (await say(piper, text)).size == 0
    assert (await say(piper, "hola [[ˈaˈaˈa]] 你好")).size > 0
    with pytest.raises(UnknownLanguage, match="de is not available; available: es, fr"):
        await say(piper, "Hallo", "de")


async def test_many_at_once_and_a_killed_process(piper: PiperSynthesizer) -> None:
    """Concurrent texts all sound; after the process was killed the next one does as well."""
    alone = len(await say(piper, "Hola."))
    together = await asyncio.gather(*(say(piper, "Hola.") for _ in range(20)))
    assert {len(pcm) for pcm in together} == {alone}

    assert piper.pid is not None
    os.kill(piper.pid, signal.SIGKILL)
    assert len(await say(piper, "Hola.")) == alone


async def test_a_broken_voice_is_an_error_in_words(voices: Path) -> None:
    """A file that is no model fails its own texts only; one without a readable description is named at once."""
    (voices / "es_ES-davefx-medium.onnx").write_bytes(b"not a model")
    piper = await PiperSynthesizer.load(voices)
    with pytest.raises(EngineError, match="cannot load the voice es_ES-davefx-medium"):
        await say(piper, "Hola.")
    assert (await say(piper, "Hola.", voice="es_MX-ald-low")).size
    await piper.close()

    (voices / "es_ES-davefx-medium.onnx.json").write_text("{}")
    with pytest.raises(EngineError, match=r"davefx-medium\.onnx\.json does not describe a Piper voice"):
        await PiperSynthesizer.load(voices)


def test_no_voices_and_forbidden_voices(voices: Path, tmp_path: Path) -> None:
    """An empty directory says what to put there; a voice whose card forbids commercial use needs a setting."""
    (voices / "fr_FR-mls-medium.card.txt").write_text("* License: CC BY-NC-SA 4.0")

    assert [model.language for model in find(voices)] == ["es", "es"]
    assert [model.language for model in find(voices, allow_non_commercial=True)] == ["es", "es", "fr"]
    with pytest.raises(EngineMissing, match="there is no Piper voice"):
        find(tmp_path / "nowhere")

"""The voice encoder: its real loading code on weights by chance, and the real weights on real speech."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from config.settings import Models
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    SpeakerEncoder,
    TooLittleSpeech,
)
from pipeline.engines.speakers import resemblyzer
from pipeline.engines.speakers.resemblyzer import MOST_WAITING, Resemblyzer, load_encoder
from pipeline.recordings.decoding import decode
from tests.models import real_model
from tests.pipeline.engines.speakers.tiny_encoder import write_encoder

pytestmark = pytest.mark.engines

BENCH = Path("bench/data")


def reading(name: str) -> Pcm:
    return decode((BENCH / name).read_bytes(), rate_hz=HEARING_RATE_HZ, max_s=60).pcm


@pytest_asyncio.fixture
async def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SpeakerEncoder]:
    write_encoder(tmp_path / "voice-encoder" / "pretrained.pt", monkeypatch)
    engine = await load_encoder(Models(directory=tmp_path))
    yield engine
    await engine.close()


async def test_a_voice_is_measured(encoder: SpeakerEncoder) -> None:
    """Only its speech counts, and not how loud it is."""
    pcm = reading("austen-0870.flac")
    traits = await encoder.describe(pcm)
    quieter = await encoder.describe((pcm // 8).astype(np.int16))
    later = await encoder.describe(np.concatenate([np.zeros(48_000, np.int16), pcm]))

    assert float(np.linalg.norm(traits.embedding)) == pytest.approx(1.0, abs=1e-5)
    assert 5 < traits.speech_s < len(pcm) / HEARING_RATE_HZ
    assert traits.pitch_hz == pytest.approx(103, abs=10)  # a man reads
    assert 300 < traits.brightness_hz < 2000
    assert later.speech_s == pytest.approx(traits.speech_s, abs=0.2)
    assert later.embedding == pytest.approx(traits.embedding, abs=0.05)
    assert quieter.embedding == pytest.approx(traits.embedding, abs=0.05)


async def test_too_little_speech_is_refused(encoder: SpeakerEncoder) -> None:
    """With how much there is; nothing at all, silence and noise are too little as well."""
    with pytest.raises(TooLittleSpeech, match=r"there are 0\.\d s of speech in the sound; at least 1 s are"):
        await encoder.describe(reading("austen-0870.flac")[: HEARING_RATE_HZ // 2])
    for sound in (np.zeros(0, np.int16), np.zeros(1, np.int16), np.zeros(64_000, np.int16)):
        with pytest.raises(TooLittleSpeech, match=r"there are 0\.0 s"):
            await encoder.describe(sound)


async def test_more_than_waits_is_refused(encoder: SpeakerEncoder) -> None:
    """Nothing queues without a bound; after closing nothing is measured."""
    pcm = reading("cards-005.flac")
    asked = [asyncio.ensure_future(encoder.describe(pcm)) for _ in range(MOST_WAITING + 1)]
    results = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(result) for result in results if isinstance(result, Exception)] == [EngineOverloaded]
    await encoder.close()
    with pytest.raises(EngineError, match="was closed"):
        await encoder.describe(pcm)


async def test_missing_and_broken_weights(tmp_path: Path) -> None:
    """What is missing says how to get it; a file that is none is named."""
    models = Models(directory=tmp_path)
    with pytest.raises(EngineMissing, match="`hive models fetch voice-encoder`"):
        resemblyzer.look(models)
    (tmp_path / "voice-encoder").mkdir()
    (tmp_path / "voice-encoder" / "pretrained.pt").write_bytes(b"no weights")
    assert resemblyzer.look(models) == "weights pretrained.pt"
    with pytest.raises(EngineError, match=r"cannot load the voice encoder pretrained\.pt"):
        await load_encoder(models)


async def test_real_weights_know_who_speaks() -> None:
    """What one person reads lies nearer together than what two people say."""
    encoder = await Resemblyzer.load(real_model("voice-encoder") / "pretrained.pt")
    try:
        austen = [await encoder.describe(reading(f"austen-{at}.flac")) for at in ("0870", "0890", "0920")]
        other = await encoder.describe(reading("cards-005.flac"))
    finally:
        await encoder.close()
    same = [float(austen[0].embedding @ one.embedding) for one in austen[1:]]
    different = [float(other.embedding @ one.embedding) for one in austen]

    assert min(same) > 0.8
    assert max(different) < min(same) - 0.1

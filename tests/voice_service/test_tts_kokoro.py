"""`POST /tts` by the real Kokoro, through the real speech service; what is said is recognised again by Whisper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
import soxr
from faster_whisper import WhisperModel

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest
from pipeline.engines.synthesis import kokoro_blends
from pipeline.engines.synthesis.kokoro import KokoroSynthesizer
from tests.models import real_model
from tests.voice_service.speech import key_of, read_wav, served, settings_in, speaking

pytestmark = pytest.mark.engines

ELEVEN = (
    "af", "af_sky", "af_bella", "af_sarah", "af_nicole", "bf_emma", "bf_isabella",
    "am_adam", "am_michael", "bm_george", "bm_lewis",
)  # fmt: skip
TEXT = "The meeting begins on Monday."


@pytest_asyncio.fixture
async def kokoro() -> AsyncIterator[KokoroSynthesizer]:
    engine = await KokoroSynthesizer.load(real_model("kokoro-int8"), threads=2)
    yield engine
    await engine.close()


@pytest_asyncio.fixture
async def client(kokoro: KokoroSynthesizer, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Over a socket, so that sound can come in pieces."""
    async with speaking(settings_in(tmp_path), kokoro) as services, served(services) as url:
        headers = {"authorization": f"Bearer {await key_of(services)}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=180) as client:
            yield client


async def said(client: httpx.AsyncClient, voice: str, text: str = TEXT, speed: float = 1.0) -> Pcm:
    answer = await client.post("/tts", json={"text": text, "voice": voice, "speed": speed})
    assert answer.status_code == 200, answer.text
    rate_hz, pcm = read_wav(answer.content)
    assert rate_hz == SPEAKING_RATE_HZ == 24_000
    return pcm


@pytest.mark.timeout(600)  # eleven texts are spoken and recognised
async def test_all_eleven_voices_speak_and_are_understood(client: httpx.AsyncClient) -> None:
    """Each sounds different, and Whisper writes down what each said."""
    sounds = {voice: await said(client, voice) for voice in ELEVEN}

    assert len({sound.tobytes() for sound in sounds.values()}) == len(ELEVEN)
    whisper = WhisperModel(str(real_model("whisper-base")), device="cpu", compute_type="int8")
    for voice, sound in sounds.items():
        assert 1.2 < len(sound) / SPEAKING_RATE_HZ < 8, voice
        heard = soxr.resample(sound.astype(np.float32) / 32768, SPEAKING_RATE_HZ, 16_000)
        segments, _ = whisper.transcribe(heard, language="en", beam_size=1)
        words = re.findall(r"\w+", " ".join(segment.text for segment in segments).lower())
        assert {"meeting", "begins", "monday"} <= set(words), (voice, words)


async def test_speed_changes_the_length(client: httpx.AsyncClient) -> None:
    """Half the speed takes longer, double the speed is shorter."""
    lengths = [len(await said(client, "af_bella", speed=speed)) for speed in (0.5, 1.0, 2.0)]

    assert lengths[0] > 1.4 * lengths[1] > 1.4 * 1.4 * lengths[2]


async def test_af_is_the_mix_of_bella_and_sarah(kokoro: KokoroSynthesizer) -> None:
    """The library, given half of each, makes the same sound; neither part alone does."""

    async def spoken(voice: str) -> bytes:
        pieces = [piece async for piece in kokoro.synthesize(SynthesisRequest("Good morning.", "en", voice))]
        return np.concatenate(pieces).tobytes()

    mixed = await spoken("af")
    assert mixed not in (await spoken("af_bella"), await spoken("af_sarah"))

    with np.load(real_model("kokoro-int8") / "voices-v1.0.bin") as voices:
        half = ((voices["af_bella"].astype(np.float64) + voices["af_sarah"]) / 2).astype(np.float32)
        np.testing.assert_array_equal(kokoro_blends.style(voices, kokoro_blends.NAMED["af"]), half)


async def test_the_default_is_af(client: httpx.AsyncClient) -> None:
    """Who names no voice hears it, and it is listed with what is known of it."""
    answer = await client.post("/tts", json={"text": "Good morning."})
    assert answer.headers["x-voice"] == "af"

    listed = (await client.get("/voices", params={"language": "en"})).json()
    assert listed["default"] == "af"
    assert {voice["name"] for voice in listed["voices"]} >= set(ELEVEN)
    emma = next(voice for voice in listed["voices"] if voice["name"] == "bf_emma")
    assert (emma["display_name"], emma["accent"], emma["register"]) == ("Emma", "British", "high")
    sample = await client.get(emma["sample_url"])
    assert (sample.status_code, sample.headers["content-type"]) == (200, "audio/mpeg")

    for body in ({"voice": "ef_dora"}, {"language": "es"}):
        answer = await client.post("/tts", json={"text": "Buenos días.", **body})
        assert (answer.status_code, answer.headers["x-voice"]) == (200, "ef_dora")


async def test_a_long_text_is_spoken_by_the_voice_that_was_asked_for(client: httpx.AsyncClient) -> None:
    """Streamed: in pieces, and all of them come."""
    text = "This is a sentence of some length, which is said once more. " * 3
    body = {"text": text.strip(), "voice": "am_michael", "stream": True}
    pieces = []
    async with client.stream("POST", "/tts", json=body) as answer:
        assert answer.status_code == 200
        async for piece in answer.aiter_bytes():
            pieces.append(len(piece))
    assert len(pieces) > 1
    assert sum(pieces) > 2 * 6 * SPEAKING_RATE_HZ

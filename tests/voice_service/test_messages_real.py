"""A whole message through real engines: Whisper, Apertium and espeak-ng; the spoken answer is recognised again."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from config.settings import Settings
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.engines.synthesis.chain import SynthesizerChain
from pipeline.engines.synthesis.espeak import EspeakSynthesizer
from pipeline.engines.translation.apertium.translator import ApertiumTranslator
from pipeline.engines.translation.chain import TranslatorChain
from speech_service.stt import stt_app
from tests.models import real_model
from tests.voice_service.messaging import TRANSCRIBE, Api, messaging

pytestmark = pytest.mark.engines

SAID = "Good morning. The meeting begins on Monday. We need three hundred euros."


@pytest_asyncio.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    whisper = await WhisperRecognizer.load(
        "base", device="cpu", compute_type="int8", threads=2, models_dir=real_model("whisper-base").parent
    )
    detector = await asyncio.to_thread(SileroModel.load)
    translator = TranslatorChain([await ApertiumTranslator.load()])
    synthesizer = SynthesizerChain([await EspeakSynthesizer.load()])
    try:
        async with messaging(
            settings,
            stt_app(whisper, detector.detector, settings, files=whisper.files),
            translator,
            synthesizer,
        ) as api:
            yield api
    finally:
        await synthesizer.close()
        await translator.close()
        await whisper.close()


def flite(text: str, voice: str = "rms") -> bytes:
    """A man's voice."""
    command = ["flite", "-voice", voice, "-t", text, "/dev/stdout"]
    return subprocess.run(command, check=True, capture_output=True, timeout=20).stdout


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


async def test_what_is_said_in_english_is_heard_in_spanish(api: Api) -> None:
    """The language is detected, the words are right, a low voice answers, and its Spanish is understood."""
    headers = await api.tenant("acme", remembers_messages=True)
    answer = await api.sent(headers, flite(SAID), preserve_emotion="false")

    assert answer["source_language"] == "en"
    assert {"good", "morning", "meeting", "monday", "euros"} <= words(answer["original_text"])
    assert {"buenos", "lunes", "reunión", "euros"} & words(answer["translated_text"])
    assert answer["translated_by"] == ["apertium"]
    assert all(took_ms > 0 for took_ms in answer["timestamps"].values())
    scores = answer["scores"]
    assert 0.3 < scores["transcript_confidence"] <= 1
    assert scores["signal_to_noise_db"] > 8
    assert scores["clipped_share"] < 0.005
    assert scores["translation_score"] is None  # Apertium has none
    sound = base64.b64decode(answer["audio_base64"])

    heard = await transcribed(api, headers, sound)
    assert heard["language"] == "es"
    assert {"lunes", "euros"} <= words(heard["text"]), heard["text"]
    assert heard["duration_seconds"] == pytest.approx(answer["duration_seconds"], abs=0.05)
    assert 0.3 < heard["confidence"] <= 1
    times = [time for part in heard["segments"] for time in (part["start"], part["end"])]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= heard["duration_seconds"] + 0.1

    again = await api.sent(headers, flite(SAID), preserve_emotion="false")
    assert (again["cached"], again["audio_base64"]) == (True, answer["audio_base64"])
    assert again["scores"] == scores


async def transcribed(api: Api, headers: dict[str, str], sound: bytes) -> dict[str, Any]:
    answer = await api.client.post(
        TRANSCRIBE, content=sound, headers={**headers, "content-type": "audio/wav"}
    )
    assert answer.status_code == 200, answer.text
    tree: dict[str, Any] = answer.json()
    return tree

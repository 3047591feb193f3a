"""Real speech in every kind of file through the running service, with real weights."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import numpy as np
import pytest

from bench import readings
from demo.wer import errors, words_of
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.recognition.sphinx.recognizer import SphinxRecognizer
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.recordings.finishing import MEDIA_TYPES, AudioFormat, encode
from pipeline.recordings.preparing import prepare
from speech_service.client import TranscriptionClient
from speech_service.stt import stt_app
from tests.models import real_model
from tests.near import near
from tests.speech_service.serving import listening, settings

pytestmark = pytest.mark.engines

SAID = words_of(" ".join((readings.AUSTEN["austen-0880"], readings.AUSTEN["austen-0930"])), "en")
_PAUSE = np.zeros(2 * HEARING_RATE_HZ, np.int16)
SPEECH = np.concatenate(
    [_PAUSE, readings.sound("austen-0880"), _PAUSE, readings.sound("austen-0930"), _PAUSE]
)


@pytest.fixture
async def whisper() -> AsyncIterator[str]:
    """The URL of a service with Whisper base."""
    recognizer = await WhisperRecognizer.load(
        real_model("whisper-base"), models_dir=real_model("whisper-base")
    )
    try:
        app = stt_app(recognizer, SileroModel.load().detector, settings(), files=recognizer.files)
        async with listening(app, settings().services, 0) as url:
            yield url
    finally:
        await recognizer.close()


def _wrong(text: str) -> int:
    return errors(SAID, words_of(text, "en")).wrong


async def _transcript(url: str, data: bytes, kind: str, query: str = "") -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(url) as client,
        client.post(f"/transcribe{query}", data=io.BytesIO(data), headers={"Content-Type": kind}) as answer,
    ):
        assert answer.status == 200
        tree: dict[str, Any] = await answer.json()
        return tree


async def test_every_kind_of_file_is_written_down_with_times_and_confidence(whisper: str) -> None:
    for kind in AudioFormat:
        data = encode(SPEECH, HEARING_RATE_HZ, kind)
        found = await _transcript(whisper, data, MEDIA_TYPES[kind], "?quality=fast")

        assert _wrong(found["text"]) <= 1, kind
        assert (found["language"], found["not_heard"], found["warnings"]) == ("en", [], [])
        assert 0.6 < found["confidence"] <= 1.0
        assert found["duration_s"] == near(len(SPEECH) / HEARING_RATE_HZ, within=0.2)
        first, second = found["utterances"]
        assert 1.5 < first["start_s"] < 3.0
        assert first["end_s"] < second["start_s"] < second["end_s"] < found["duration_s"] - 1


async def test_words_of_prepared_sound_are_found_again_in_the_file(whisper: str) -> None:
    """Silence is taken away before; times with the offset are those of the file."""
    data = encode((SPEECH // 6).astype(np.int16), HEARING_RATE_HZ, AudioFormat.MP3, level=False)
    whole = await _transcript(whisper, data, "audio/mpeg", "?language=en")
    prepared = prepare(data, max_s=300, max_bytes=50_000_000)
    async with TranscriptionClient(settings(stt_url=whisper).services) as client:
        found = await client.transcribe(prepared.pcm, language="en")

    assert prepared.offset_s > 1
    assert _wrong(found.text) <= 1
    words = [word for utterance in found.utterances for word in utterance.words]
    expected = [word for utterance in whole["utterances"] for word in utterance["words"]]
    assert words[0].start_s + prepared.offset_s == near(expected[0]["start_s"], within=0.5)
    assert words[-1].end_s + prepared.offset_s == near(expected[-1]["end_s"], within=0.5)


async def test_without_whisper_pocketsphinx_writes_a_file_down_in_one_pass() -> None:
    recognizer = await SphinxRecognizer.load(patience_s=60.0)
    try:
        app = stt_app(recognizer, SileroModel.load().detector, settings())
        async with listening(app, settings().services, 0) as url:
            found = await _transcript(url, encode(SPEECH, HEARING_RATE_HZ, AudioFormat.WAV), "audio/wav")
    finally:
        await recognizer.close()

    assert _wrong(found["text"]) <= len(SAID) // 2, "it knows little of a reading in old words"
    assert found["confidence"] is None
    assert len(found["utterances"]) == 2

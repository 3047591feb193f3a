"""Whole sounds carry the watermark where its weights are there, and say so; streams carry none."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Models, Settings
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest
from pipeline.recordings.decoding import decode
from pipeline.recordings.watermark import SURE, Watermark
from tests.auth_service.conftest import WallClock
from tests.models import real_model
from tests.voice_service.messaging import wav
from tests.voice_service.profiling import VoiceTones, profiling

SPEECH = decode(Path("demo/data/jfk.flac").read_bytes(), rate_hz=SPEAKING_RATE_HZ, max_s=20).pcm


async def speaks(_: VoiceTones, _request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
    """A person instead of a tone: only in speech the mark can be found."""
    yield SPEECH[: 5 * SPEAKING_RATE_HZ]


async def test_texts_and_messages_are_marked(
    settings: Settings, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = real_model("watermark").parent
    monkeypatch.setattr(VoiceTones, "synthesize", speaks)
    chosen = replace(settings, models=Models(directory=models, download=False))
    async with profiling(chosen, clock) as voices:
        headers = await voices.api.tenant("acme")
        body = {"text": "Buenos días.", "voice": "es-1"}
        whole = await voices.client.post("/tts", json={**body, "format": "mp3"}, headers=headers)
        stream = await voices.client.post("/tts", json={**body, "stream": True}, headers=headers)
        message = await voices.api.sent(headers, wav(2.0), return_base64=False)
        link = message["audio_url"].removeprefix("http://127.0.0.1:8000")
        linked = await voices.client.get(link)

    assert (whole.headers["x-watermark"], "x-watermark" in stream.headers) == ("perth 1.0.1", False)
    watermark = Watermark.load(models)
    sure = [
        watermark.confidence(decode(answer.content, rate_hz=SPEAKING_RATE_HZ, max_s=20).pcm, SPEAKING_RATE_HZ)
        for answer in (whole, stream, linked)
    ]
    assert [confidence > SURE for confidence in sure] == [True, False, True]

"""A voice of one's own with real engines: Whisper hears the consent, Resemblyzer measures, Kokoro is blended."""

from __future__ import annotations

import asyncio
import base64
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from config.settings import Settings
from pipeline.audio import Pcm
from pipeline.engines.protocols import SynthesisRequest, Voice
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.engines.speakers.loading import LikenessEngines
from pipeline.engines.speakers.matcher import BlendMatcher
from pipeline.engines.speakers.named_voices import NamedVoices
from pipeline.engines.speakers.resemblyzer import Resemblyzer
from pipeline.engines.synthesis.kokoro import KokoroSynthesizer
from pipeline.engines.translation.apertium.translator import ApertiumTranslator
from pipeline.engines.translation.chain import TranslatorChain
from speech_service.mt import mt_app
from speech_service.stt import stt_app
from speech_service.tts import tts_app
from tests.auth_service.conftest import WallClock
from tests.models import real_model
from tests.speech_service.serving import listening
from tests.voice_service.messaging import Api, refusal
from tests.voice_service.profiling import CLONE, CONSENT, PROFILE, SAMPLE
from voice_service.http.app import create_app
from voice_service.wiring import opened

pytestmark = pytest.mark.engines

MORE = (
    "Good morning everybody, the meeting begins on Monday at nine. We need three hundred euros for the table, "
    "and somebody has to bring the keys of the garden house, since nobody found them last summer."
)


class SpanishVoices:
    """Kokoro with its three voices of Spanish alone: to speak with all of its voices takes a search many minutes."""

    def __init__(self, kokoro: KokoroSynthesizer) -> None:
        self._kokoro = kokoro
        self.info = replace(kokoro.info, languages=("es",))
        self.asked: list[str] = []
        """The voices that were asked for, in order."""

    def voices(self, language: str) -> tuple[Voice, ...]:
        return self._kokoro.voices(language) if language == "es" else ()

    def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        self.asked.append(request.voice)
        return self._kokoro.synthesize(request)

    async def close(self) -> None:
        """Whoever loaded it does."""


@pytest_asyncio.fixture
async def spanish() -> AsyncIterator[SpanishVoices]:
    kokoro = await KokoroSynthesizer.load(real_model("kokoro-int8"), threads=2)
    yield SpanishVoices(kokoro)
    await kokoro.close()


@pytest_asyncio.fixture
async def api(settings: Settings, tmp_path: Path, spanish: SpanishVoices) -> AsyncIterator[Api]:
    clock = WallClock()
    whisper_at = real_model("whisper-base")
    weights = real_model("voice-encoder") / "pretrained.pt"
    async with AsyncExitStack() as stack:
        whisper = await WhisperRecognizer.load(
            "base", device="cpu", compute_type="int8", threads=2, models_dir=whisper_at.parent
        )
        stack.push_async_callback(whisper.close)
        detector = await asyncio.to_thread(SileroModel.load)
        translator = TranslatorChain([await ApertiumTranslator.load()])
        stack.push_async_callback(translator.close)
        encoder = await Resemblyzer.load(weights)
        kept = NamedVoices(tmp_path / "voices", "test")
        likeness = LikenessEngines(encoder, BlendMatcher(spanish, encoder, kept, evaluations=2), "")
        stack.push_async_callback(likeness.close)
        apps = (
            stt_app(whisper, detector.detector, settings, files=whisper.files),
            mt_app(translator, settings),
            tts_app(spanish, settings, likeness),
        )
        stt, mt, tts = [await stack.enter_async_context(listening(app, settings.services, 0)) for app in apps]
        where = replace(settings.services, stt_url=stt, mt_url=mt, tts_url=tts)
        services = await stack.enter_async_context(opened(replace(settings, services=where), clock))
        await services.engines.ready(20)
        transport = httpx.ASGITransport(create_app(services))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=900)
        yield Api(services, await stack.enter_async_context(client), clock)


def flite(text: str, voice: str = "rms") -> bytes:
    """A man's voice, made of the recordings of one person; not one of Kokoro's."""
    command = ["flite", "-voice", voice, "-t", text, "/dev/stdout"]
    return subprocess.run(command, check=True, capture_output=True, timeout=20).stdout


async def sample(api: Api, headers: dict[str, str], sound: bytes, **query: str) -> httpx.Response:
    return await api.client.post(
        SAMPLE, params=query, content=sound, headers={**headers, "content-type": "audio/wav"}
    )


async def searched(api: Api, headers: dict[str, str], job: str) -> dict[str, Any]:
    """A search once it is over."""
    runner = asyncio.create_task(api.services.profiles.profiles.search.runner.run())
    try:
        while True:
            tree: dict[str, Any] = (await api.client.get(f"/api/v1/voice/job/{job}", headers=headers)).json()
            if tree["status"] in ("completed", "failed"):
                return tree
            await asyncio.sleep(0.5)
    finally:
        runner.cancel()
        await asyncio.wait([runner])


@pytest.mark.timeout(1500)  # Kokoro speaks a sentence with each voice, and some blends
async def test_who_agrees_is_answered_in_a_voice_that_is_nearer_to_theirs(
    api: Api, spanish: SpanishVoices
) -> None:
    """Words heard, other speakers refused, a blend found, and what is spoken measured."""
    headers = await api.tenant("acme")
    assert (await api.client.post(PROFILE, json={"name": "Mine"}, headers=headers)).status_code == 201
    asked = (await api.client.post(CONSENT, json={}, headers=headers)).json()
    wrong = await sample(api, headers, flite(MORE), consent=asked["consent_id"])
    assert refusal(wrong) == (422, "consent_not_spoken")

    taken = await sample(api, headers, flite(asked["text"]), consent=asked["consent_id"])

    assert taken.status_code == 200, taken.text
    assert taken.json()["profile"]["voice_type"] == "low"
    other = await sample(api, headers, flite(MORE, "slt"))
    assert refusal(other) == (409, "other_speaker")
    more = await sample(api, headers, flite(MORE))
    assert more.status_code == 200, more.text
    assert more.json()["similarity"] > 0.85
    assert more.json()["profile"]["level"] == "basic"

    begun = await api.client.post(CLONE, json={"text": "Hola.", "language": "es"}, headers=headers)
    assert begun.status_code == 202, begun.text
    done = await searched(api, headers, begun.json()["job_id"])
    assert done["status"] == "completed", done
    (profile,) = (await api.client.get(PROFILE, headers=headers)).json()["profiles"]
    (found,) = profile["voices"]
    assert found["similarity_after"] >= found["similarity_before"]

    house = await api.sent(headers, flite(MORE), preserve_emotion="false")
    spanish.asked.clear()
    own = await api.sent(headers, flite(MORE), preserve_emotion="false", voice_profile_id="default")
    assert (house["voice_similarity"], own["warnings"]) == (None, [])
    assert own["voice_similarity"] > 0.5  # 0.61 at the time of writing, where the blend came to 0.59
    assert own["translated_text"] == house["translated_text"]
    # which voice it is, and not how it sounds: with two tries the nearest may be the one that always speaks
    assert set(spanish.asked) == {found["voice"]}
    assert base64.b64decode(own["audio_base64"])[:4] == b"RIFF"

"""The services against requests made up from their own descriptions."""

from __future__ import annotations

from typing import Any

import hypothesis
import schemathesis

from pipeline.engines.cloning.loading import CloningEngines
from pipeline.engines.protocols import Resemblance
from pipeline.engines.speakers.loading import LikenessEngines
from speech_service.mt import mt_app
from speech_service.stt import stt_app
from speech_service.tts import tts_app
from tests.fakes.cloner import ScriptedCloner
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer, ToneSynthesizer
from tests.fakes.service_engines import EchoTranslator
from tests.fakes.speakers import LoudnessEncoder, ScriptedMatcher
from tests.speech_service.serving import settings

STT = schemathesis.openapi.from_asgi(
    "/openapi.json",
    stt_app(ScriptedRecognizer(()), LoudnessDetector, settings(allowed_hosts=("testserver",))),
)
MT = schemathesis.openapi.from_asgi(
    "/openapi.json", mt_app(EchoTranslator(), settings(allowed_hosts=("testserver",)))
)
LIKENESS = LikenessEngines(
    LoudnessEncoder(), ScriptedMatcher(Resemblance("es-1", "es", 0.6, 0.6, "es-1"), steps=(0.5,)), ""
)
CLONING = CloningEngines(ScriptedCloner(), "")
TTS = schemathesis.openapi.from_asgi(
    "/openapi.json",
    tts_app(ToneSynthesizer({"es": 440.0}), settings(allowed_hosts=("testserver",)), LIKENESS, CLONING),
)

few = hypothesis.settings(max_examples=15, deadline=None, derandomize=True, database=None)


@schemathesis.serializer("audio/flac", "audio/ogg", "audio/pcm", "audio/wav")
def sound(_: Any, value: Any) -> bytes:
    """What is made up for a sound file is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def check(case: schemathesis.Case[Any]) -> None:
    """No request whatsoever makes a service fail, and every refusal has the same form."""
    answer = case.call()
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert "application/problem+json" in answer.headers["content-type"]
        assert set(answer.json()) >= {"type", "title", "status", "detail", "code"}


@STT.parametrize()
@few
def test_recognition_survives_any_request(case: schemathesis.Case[Any]) -> None:
    """See `check`."""
    check(case)


@MT.parametrize()
@few
def test_translation_survives_any_request(case: schemathesis.Case[Any]) -> None:
    """See `check`."""
    check(case)


@TTS.parametrize()
@few
def test_synthesis_survives_any_request(case: schemathesis.Case[Any]) -> None:
    """See `check`."""
    check(case)

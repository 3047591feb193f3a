"""Every path of the three services, asked by the methods that it does not know."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from speech_service.mt import mt_app
from speech_service.stt import stt_app
from speech_service.tts import tts_app
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer, ToneSynthesizer
from tests.fakes.service_engines import EchoTranslator
from tests.foundation.http.wrong_methods import asked_wrongly, refused
from tests.speech_service.serving import settings

ANY = settings(allowed_hosts=("localhost",))


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(stt_app(ScriptedRecognizer(()), LoudnessDetector, ANY), id="recognition"),
        pytest.param(mt_app(EchoTranslator(), ANY), id="translation"),
        pytest.param(tts_app(ToneSynthesizer({"es": 440.0}), ANY), id="synthesis"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        assert await asked_wrongly(app, client) == refused(app)

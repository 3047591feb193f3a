"""The speech services behind the API, while they are away."""

from __future__ import annotations

import httpx
import pytest

from pipeline.engines.protocols import SynthesisRequest, TranslationRequest
from speech_service.client import ServiceAway
from voice_service.engines import engine_problem
from voice_service.wiring import VoiceServices


async def test_requests_are_told_that_the_services_are_away(
    services: VoiceServices, client: httpx.AsyncClient
) -> None:
    """The service itself goes on."""
    with pytest.raises(ServiceAway) as away:
        await services.engines.translator.translate(TranslationRequest("hello", "en", "es"))
    assert (engine_problem(away.value).status, engine_problem(away.value).code) == (503, "engines_away")
    with pytest.raises(ServiceAway):
        await anext(services.engines.synthesizer.synthesize(SynthesisRequest("hola", "es", "")))
    assert services.engines.parts() == {"speech": "unreachable", "translation": "unreachable"}
    assert (await client.get("/health")).status_code == 200

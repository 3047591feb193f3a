"""Translation services outside the house: asked only by leave, named in every answer, replaced where they fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import SecretStr

from config.settings import Settings
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.speech_service.serving import listening
from tests.voice_service.messaging import Api, messaging, wav

SAID = "Good morning. We meet at noon."
HOUSE = {("es", "Good morning."): "Buenos días (casa).", ("es", "We meet at noon."): "A mediodía (casa)."}


class Deepl:
    """DeepL's documented API, on a socket."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.fault: Response | None = None
        self.text = "Buenos días (deepl)."

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v2/languages")
        async def languages(type: str) -> Any:  # noqa: A002  DeepL's name for it
            codes = ["EN", "ES"] if type == "source" else ["EN-GB", "EN-US", "ES", "PT-BR"]
            return [{"language": code, "name": code} for code in codes]

        @app.post("/v2/translate")
        async def translate(request: Request) -> Any:
            self.keys.append(request.headers["authorization"])
            body = await request.json()
            self.asked.append(body)
            if self.fault is not None:
                return self.fault
            return {
                "translations": [{"detected_source_language": "EN", "text": self.text} for _ in body["text"]]
            }

        return app


class Cloud:
    """Google's documented API, on a socket."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.fault: Response | None = None

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/language/translate/v2/languages")
        async def languages() -> Any:
            return {"data": {"languages": [{"language": code} for code in ("en", "es", "zh-CN", "iw")]}}

        @app.post("/language/translate/v2")
        async def translate(request: Request) -> Any:
            assert request.headers["x-goog-api-key"] == "google-secret"
            assert "key" not in request.query_params
            body = await request.json()
            self.asked.append(body)
            if self.fault is not None:
                return self.fault
            return {
                "data": {"translations": [{"translatedText": "Buenos días (google)."} for _ in body["q"]]}
            }

        return app


@asynccontextmanager
async def asking(settings: Settings, deepl: Deepl, cloud: Cloud, said: str = SAID) -> AsyncIterator[Api]:
    services = settings.services
    async with (
        listening(deepl.app(), services, 0) as first,
        listening(cloud.app(), services, 0) as second,
        messaging(
            settings,
            ScriptedRecognition(said).app(),
            ScriptedTranslator(HOUSE),
            ToneSynthesizer({"es": 440.0}),
            deepl_key=SecretStr("deepl-secret"),
            deepl_url=first,
            google_key=SecretStr("google-secret"),
            google_url=second,
        ) as api,
    ):
        yield api


async def test_nothing_leaves_the_house_unless_the_tenant_agreed(settings: Settings) -> None:
    """A key of the operator is not enough, and the list of languages says so."""
    deepl, cloud = Deepl(), Cloud()
    async with asking(settings, deepl, cloud) as api:
        headers = await api.tenant("acme")
        answer = await api.sent(headers, wav(2.0))
        listed = (await api.client.get("/api/v1/languages", headers=headers)).json()
    assert (answer["translated_by"], deepl.asked, cloud.asked) == (["scripted"], [], [])
    assert listed["outside"] == [{"name": "deepl", "agreed": False}, {"name": "google", "agreed": False}]
    assert {tuple(language["translated_outside_into"]) for language in listed["languages"]} == {()}


async def test_who_agreed_is_translated_by_deepl_and_told_so(settings: Settings) -> None:
    deepl, cloud = Deepl(), Cloud()
    async with asking(settings, deepl, cloud) as api:
        headers = await api.tenant("acme", translates_outside=True)
        answer = await api.sent(headers, wav(2.0))
        listed = (await api.client.get("/api/v1/languages", headers=headers)).json()
        past = (await api.client.get("/api/v1/voice/history", headers=headers)).json()["messages"][0]
    assert answer["translated_by"] == ["deepl"]
    assert answer["translated_text"] == "Buenos días (deepl). Buenos días (deepl)."
    assert past["translated_by"] == "deepl"
    assert deepl.keys == ["DeepL-Auth-Key deepl-secret"]
    assert [(body["text"], body["source_lang"], body["target_lang"]) for body in deepl.asked] == [
        (["Good morning.", "We meet at noon."], "EN", "ES")
    ]
    assert cloud.asked == []
    assert listed["outside"] == [{"name": "deepl", "agreed": True}, {"name": "google", "agreed": True}]
    english = next(language for language in listed["languages"] if language["code"] == "en")
    assert english["translated_outside_into"] == ["es", "he", "pt", "zh"]


FAULTS = {
    "used up": Response(status_code=456),
    "too often": Response(status_code=429),
    "wrong key": Response(status_code=403),
    "down": Response(status_code=500),
    "no JSON": Response(b"<html>", media_type="text/html"),
    "another form": JSONResponse({"translations": "x"}),
    "too few": JSONResponse({"translations": []}),
    "no texts": JSONResponse({"translations": [{"text": 1}, {"text": None}]}),
    "endless": Response(json.dumps({"translations": ["x" * 3_000_000]}), media_type="application/json"),
    "elsewhere": RedirectResponse("http://127.0.0.1:9/"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_next_translates_where_one_fails(settings: Settings, fault: str) -> None:
    deepl, cloud = Deepl(), Cloud()
    deepl.fault = FAULTS[fault]
    async with asking(settings, deepl, cloud) as api:
        headers = await api.tenant("acme", translates_outside=True)
        answer = await api.sent(headers, wav(2.0))
        assert answer["translated_by"] == ["google"]
        assert answer["translated_text"] == "Buenos días (google). Buenos días (google)."
        cloud.fault = Response(status_code=503)
        answer = await api.sent(headers, wav(2.0))
        assert answer["translated_by"] == ["scripted"]
        assert answer["translated_text"] == "Buenos días (casa). A mediodía (casa)."


async def test_a_translation_that_nobody_should_hear_is_not_taken(settings: Settings) -> None:
    """Each is looked at as the engines of the house are."""
    deepl, cloud = Deepl(), Cloud()
    deepl.text = "sí " * 40
    async with asking(settings, deepl, cloud) as api:
        answer = await api.sent(await api.tenant("acme", translates_outside=True), wav(2.0))
    assert answer["translated_by"] == ["google"]


async def test_a_number_that_changed_is_told(settings: Settings) -> None:
    deepl, cloud = Deepl(), Cloud()
    deepl.text = "Somos 700 personas."
    async with asking(settings, deepl, cloud, "We are 480 people.") as api:
        answer = await api.sent(await api.tenant("acme", translates_outside=True), wav(2.0))
    assert answer["translated_by"] == ["deepl"]
    assert "translation_doubtful" in [warning["code"] for warning in answer["warnings"]]


async def test_a_service_that_cannot_be_reached_costs_no_message(settings: Settings) -> None:
    async with messaging(
        settings,
        ScriptedRecognition(SAID).app(),
        ScriptedTranslator(HOUSE),
        ToneSynthesizer({"es": 440.0}),
        deepl_key=SecretStr("k"),
        deepl_url="http://127.0.0.1:9",
    ) as api:
        answer = await api.sent(await api.tenant("acme", translates_outside=True), wav(2.0))
    assert answer["translated_by"] == ["scripted"]

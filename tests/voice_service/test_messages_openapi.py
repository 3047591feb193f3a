"""The calls about messages against requests made up from their own description."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.settings import Settings
from config.voice import VoiceSettings
from speech_service.limits import serving
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.fakes.service_engines import EchoTranslator
from tests.fakes.speaker_service import ScriptedSpeakers
from tests.voice_service.messaging import TRANSLATE, messaging, wav
from voice_service.http.app import create_app

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
EXAMPLES = 20
OURS = ("/api/v1/voice/", "/api/v1/languages", "/api/v1/objects/")


@schemathesis.serializer(
    "audio/wav",
    "audio/mpeg",
    "audio/mp4",
    "audio/flac",
    "audio/ogg",
    "audio/webm",
    "application/octet-stream",
)
def sound(_: Any, value: Any) -> bytes:
    """What is made up for a sound file is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


class Background:
    """The service on a port of its own in a thread of its own: the fuzzer is not asynchronous."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        voice = VoiceSettings(
            database_url=SecretStr(f"sqlite:///{self._directory}/voice.sqlite3"),
            directory=self._directory / "voice",
        )
        wanted = Settings(development=True, voice=voice)
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with (
            messaging(
                wanted,
                ScriptedRecognition("Good morning.").app(),
                EchoTranslator(),
                ToneSynthesizer({"es": 440.0}),
                speakers=ScriptedSpeakers({"es": "es-2"}),
            ) as api,
            serving(create_app(api.services), wanted.services, 0) as server,
        ):
            self.headers = await api.tenant("fuzzed", keeps_messages=True, remembers_messages=True)
            self.url = server.url
            self._up.set()
            await self._end.wait()

    def __enter__(self) -> Background:
        self._thread.start()
        assert self._up.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Background]:
    with Background(tmp_path) as running:
        yield running


# The service's own thread masks what it sends on WebSockets with random numbers while cases are made up here.
@pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)
@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"]
)
def test_nothing_that_is_sent_breaks_the_service(service: Background, mode: GenerationMode) -> None:
    """By strangers and with a key; every answer is one that the description names, and none is a fault."""
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    query = {"target_language": "es"}
    headers = {**service.headers, "content-type": "audio/wav"}
    good = httpx.post(
        f"{service.url}{TRANSLATE}", params=query, content=wav(1.5), headers=headers, timeout=30
    )
    assert good.status_code == 200, good.text
    tried: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # an Err would fail right here
        if not operation.path.startswith(OURS):
            continue
        with contextlib.suppress(Unsatisfiable):  # a call without parameters cannot be asked wrongly
            _fuzz(operation.as_strategy(generation_mode=mode), service.headers, good.json()["job_id"], tried)

    assert len(tried) > 4 * EXAMPLES
    assert httpx.get(f"{service.url}/health").status_code == 200


def _fuzz(cases: st.SearchStrategy[Case[Any]], key: dict[str, str], job: str, tried: list[str]) -> None:
    """Half of the cases are sent as a stranger would; some of the others with a real recording."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, trusted=st.booleans(), real=st.booleans())
    def send(case: Case[Any], trusted: bool, real: bool) -> None:
        tried.append(case.method)
        if trusted and case.path_parameters and "job_id" in case.path_parameters:
            case.path_parameters["job_id"] = job
        if real and isinstance(case.body, bytes):
            case.body = wav(1.5)
        case.call_and_validate(headers=key if trusted else None, checks=CHECKS)

    send()

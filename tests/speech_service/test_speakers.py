"""Voices measured and found over HTTP, and through the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ, AudioError
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    Resemblance,
    SpeakerTraits,
    TooLittleSpeech,
    UnknownLanguage,
)
from pipeline.engines.speakers.loading import LikenessEngines
from pipeline.recordings.finishing import AudioFormat, encode
from speech_service.client import RemoteSpeakers
from speech_service.tts import tts_app
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.speakers import LoudnessEncoder, ScriptedMatcher, embedding
from tests.speech_service.serving import listening, served, settings

SECOND = np.full(HEARING_RATE_HZ, 8192, np.int16)
WANTED = SpeakerTraits(embedding(3.0, 4.0), 5.0, 110.0, 800.0)
FOUND = Resemblance("kokoro:blend~ef_dora.60~em_alex.40", "es", 0.61, 0.72, "kokoro:ef_dora")


def body(**changes: Any) -> dict[str, Any]:
    traits = {
        "embedding": WANTED.embedding.tolist(), "speech_s": 5.0, "pitch_hz": 110.0, "brightness_hz": 800.0,
        "language": "es",
    }  # fmt: skip
    return {**traits, **changes}


def app(likeness: LikenessEngines, chosen: Settings | None = None) -> Any:
    return tts_app(ToneSynthesizer({"es": 440.0}), chosen or settings(), likeness)


def all_there(matcher: ScriptedMatcher) -> LikenessEngines:
    return LikenessEngines(LoudnessEncoder(), matcher, "")


@asynccontextmanager
async def asking(likeness: LikenessEngines) -> AsyncIterator[RemoteSpeakers]:
    """A client of a service."""
    chosen = settings()
    async with (
        listening(app(likeness, chosen), chosen.services, 0) as url,
        asyncio.timeout(20),
        RemoteSpeakers(replace(chosen.services, tts_url=url)) as client,
    ):
        yield client


def same(one: SpeakerTraits, other: SpeakerTraits) -> bool:
    return bool(np.allclose(one.embedding, other.embedding, atol=1e-6)) and (
        (one.speech_s, one.pitch_hz, one.brightness_hz)
        == (other.speech_s, other.pitch_hz, other.brightness_hz)
    )


async def test_a_sound_file_is_measured() -> None:
    """Of any kind that the service reads, or bare sound; the embedding is of length 1."""
    encoder = LoudnessEncoder()
    async with served(app(LikenessEngines(encoder, None, "no blends"))) as client:
        answers = []
        for data, kind in (
            (encode(SECOND, HEARING_RATE_HZ, AudioFormat.WAV), "audio/wav"),
            (encode(SECOND, HEARING_RATE_HZ, AudioFormat.FLAC), "application/octet-stream"),
            (SECOND.tobytes(), "audio/pcm;rate=16000"),
        ):
            async with client.post(
                "/speakers/embedding", data=data, headers={"Content-Type": kind}
            ) as answer:
                answers.append((answer.status, await answer.json()))

    assert [status for status, _ in answers] == [200, 200, 200]
    assert [len(tree["embedding"]) for _, tree in answers] == [256] * 3
    assert encoder.heard == [len(SECOND)] * 3
    assert answers[2][1]["embedding"][:2] == pytest.approx(embedding(1.0, 0.25)[:2].tolist(), abs=1e-3)
    assert {name: answers[2][1][name] for name in ("speech_s", "pitch_hz", "brightness_hz")} == {
        "speech_s": 1.0, "pitch_hz": 120.0, "brightness_hz": 900.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"", 422, "bad_audio"),
        (b"no sound at all", 422, "bad_audio"),
        (encode(SECOND[:1], HEARING_RATE_HZ, AudioFormat.WAV), 422, "too_little_speech"),
        (encode(np.tile(SECOND, 3), HEARING_RATE_HZ, AudioFormat.WAV), 413, "too_long"),
    ],
)
async def test_a_sound_of_no_use_is_refused(sent: bytes, status: int, code: str) -> None:
    """Each has its answer."""
    chosen = settings(max_audio_s=2.0)
    async with (
        served(app(LikenessEngines(LoudnessEncoder()), chosen), chosen) as client,
        client.post("/speakers/embedding", data=sent) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_search_tells_how_far_it_is() -> None:
    """Lines of JSON, the result last; the engine gets what was measured."""
    matcher = ScriptedMatcher(FOUND, steps=(0.0, 0.5, 1.0))
    async with (
        served(app(all_there(matcher))) as client,
        client.post("/voices/resembling", json=body()) as answer,
    ):
        kind = answer.headers["Content-Type"]
        lines = [json.loads(line) for line in (await answer.read()).splitlines()]

    assert (answer.status, kind) == (200, "application/x-ndjson")
    assert {line["type"] for line in lines[:-1]} == {"progress"}
    assert [line["done"] for line in lines[:-1]] == sorted(line["done"] for line in lines[:-1])
    assert lines[-1] == {
        "type": "result", "voice": FOUND.voice, "language": "es", "before": 0.61, "after": 0.72,
        "nearest": "kokoro:ef_dora",
    }  # fmt: skip
    assert [language for _, language in matcher.asked] == ["es"]
    assert same(matcher.asked[0][0], WANTED)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"embedding": [0.1] * 255}, "invalid_request"),
        ({"embedding": [0.0] * 256}, "invalid_request"),
        ({"embedding": [2.0] * 256}, "invalid_request"),
        ({"pitch_hz": -1}, "invalid_request"),
        ({"language": "xx-yy-zz-00!"}, "invalid_request"),
        ({"language": "fr"}, "unknown_language"),
    ],
)
async def test_a_search_that_does_not_fit_is_refused(changes: dict[str, Any], code: str) -> None:
    """Before anything is searched."""
    matcher = ScriptedMatcher(FOUND)
    async with (
        served(app(all_there(matcher))) as client,
        client.post("/voices/resembling", json=body(**changes)) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (422, code)
    assert matcher.asked == []


async def test_whoever_leaves_ends_the_search() -> None:
    """The engine's work stops with the connection."""
    matcher = ScriptedMatcher(steps=(0.1,), hangs=True)
    async with served(app(all_there(matcher))) as client:
        async with client.post("/voices/resembling", json=body()) as answer:
            assert json.loads(await answer.content.readline())["type"] == "progress"
            answer.close()
        async with asyncio.timeout(10):
            await matcher.stopped.wait()


async def test_without_the_weights_the_answer_says_how_to_get_them() -> None:
    """All else works; /speakers and /performance tell of it."""
    missing = "there is no voice encoder; `hive models fetch voice-encoder`"
    async with served(app(LikenessEngines(missing=missing))) as client:
        async with client.get("/speakers") as answer:
            offer = await answer.json()
        async with client.get("/performance") as answer:
            told = (await answer.json())["likeness"]
        async with client.post("/speakers/embedding", data=b"x") as answer:
            measured = (answer.status, (await answer.json())["code"], (await answer.json())["detail"])
        async with client.post("/voices/resembling", json=body()) as answer:
            found = (answer.status, (await answer.json())["detail"])
        async with client.post("/synthesize", json={"text": "hola", "language": "es"}) as answer:
            assert answer.status == 200

    assert offer == {"engine": None, "languages": [], "missing": missing, "cloning": None}
    assert told == {"languages": [], "missing": missing}
    assert measured == (502, "engine_missing", missing)
    assert found == (502, missing)


async def test_the_client_has_a_voice_measured_and_found() -> None:
    """What the service says comes out as the pipeline has it."""
    matcher = ScriptedMatcher(FOUND, steps=(0.0, 0.5, 1.0))
    told: list[float] = []
    async with asking(all_there(matcher)) as client:
        offer = await client.offer()
        traits = await client.describe(SECOND)
        found = await client.resembling(WANTED, "es", told.append)

    assert (offer.missing, client.languages, client.info.name) == ("", ("es",), "loudness")
    assert same(traits, SpeakerTraits(embedding(1.0, 0.25), 1.0, 120.0, 900.0))
    assert found == FOUND
    assert told == sorted(told)


@pytest.mark.parametrize(
    "error",
    [
        EngineOverloaded("the search", 7.0),
        UnknownLanguage("es", ("en",)),
        EngineMissing("gone"),
        EngineError("no"),
    ],
)
@pytest.mark.parametrize("steps", [(), (0.1, 0.2, 0.3)])
async def test_the_client_raises_what_the_engine_did(error: EngineError, steps: tuple[float, ...]) -> None:
    """Whether it failed at once or in the middle."""
    async with asking(all_there(ScriptedMatcher(steps=steps, error=error))) as client:
        with pytest.raises(type(error)) as raised:
            await client.resembling(WANTED, "es")
    if isinstance(raised.value, EngineOverloaded):
        assert raised.value.retry_after_s == 7.0


async def test_the_client_says_what_is_missing_or_wrong() -> None:
    """Too little speech, no weights, sound of another kind, nobody there."""
    async with asking(LikenessEngines(LoudnessEncoder(), None, "no voice can be blended")) as client:
        with pytest.raises(TooLittleSpeech, match=r"0\.5 s of speech"):
            await client.describe(SECOND[: HEARING_RATE_HZ // 2])
        with pytest.raises(EngineMissing, match="no voice can be blended"):
            await client.resembling(WANTED, "es")
        with pytest.raises(AudioError):
            await client.describe(np.zeros(100, np.float32))
    with pytest.raises(EngineError, match="is not connected"):
        await client.describe(SECOND)
    nobody = settings(tts_url="http://127.0.0.1:9")
    async with RemoteSpeakers(nobody.services) as client:
        with pytest.raises(EngineError, match="nothing listens there"):
            await client.describe(SECOND)


async def test_the_next_service_is_asked_where_one_cannot() -> None:
    """One that has no weights does not keep another one from answering."""
    chosen = settings()
    bare, full = (
        app(LikenessEngines(missing="no weights"), chosen),
        app(all_there(ScriptedMatcher(FOUND)), chosen),
    )
    async with (
        listening(bare, chosen.services, 0) as first,
        listening(full, chosen.services, 0) as second,
        RemoteSpeakers(replace(chosen.services, tts_url=f"http://127.0.0.1:9, {first}, {second}")) as client,
    ):
        assert (await client.describe(SECOND)).speech_s == 1.0
        assert await client.resembling(WANTED, "es") == FOUND


async def test_a_service_that_breaks_off_is_told() -> None:
    """An end without a result is an error, and so is a line that is none."""

    async def broken(request: web.Request) -> web.Response:
        return web.Response(body=b'{"type":"progress","done":0.1}\n', content_type="application/x-ndjson")

    async def odd(request: web.Request) -> web.Response:
        return web.Response(body=b"<html>\n", content_type="application/x-ndjson")

    for answer, why in ((broken, "the connection broke"), (odd, "cannot be read")):
        server = web.Application()
        server.router.add_post("/voices/resembling", answer)
        runner = web.AppRunner(server)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with RemoteSpeakers(settings(tts_url=url).services) as client:
                with pytest.raises(EngineError, match=why):
                    await client.resembling(WANTED, "es")
        finally:
            await runner.cleanup()

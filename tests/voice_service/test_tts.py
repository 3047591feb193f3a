"""`POST /tts`: what it takes, what it answers, and how it fails."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import av
import httpx
import numpy as np
import pytest
import pytest_asyncio

from config.settings import Settings
from pipeline.engines.protocols import EngineError, EngineOverloaded
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.service_engines import FailingSynthesizer
from tests.voice_service.speech import asking, read_wav, speaking

HOLA: dict[str, Any] = {"text": "hola", "voice": "es-2"}


@pytest_asyncio.fixture
async def tones() -> ToneSynthesizer:
    return ToneSynthesizer({"en": 330.0, "es": 440.0}, broken={"later": 1})


@pytest_asyncio.fixture
async def speaker(settings: Settings, tones: ToneSynthesizer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose voices are tones."""
    async with speaking(settings, tones) as services, asking(services) as client:
        yield client


async def test_a_text_becomes_a_wav_file(speaker: httpx.AsyncClient, tones: ToneSynthesizer) -> None:
    """The voice that is asked for speaks, at the speed that is asked for."""
    answer = await speaker.post("/tts", json={**HOLA, "speed": 1.5})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    rate_hz, pcm = read_wav(answer.content)
    assert rate_hz == 24_000
    assert len(pcm) == 24_000 // 20
    assert answer.headers["x-voice"] == "es-2"
    assert [(one.voice, one.speed, one.unhurried) for one in tones.asked] == [("es-2", 1.5, True)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"hola"',
        b'{"text": "hola", "voice": "es-2", "speed": NaN}',
        b'{"text": "hola", "voice": "es-2", "speed": Infinity}',
        b'{"text": "\\ud800", "voice": "es-2"}',
        b"\xff\xfe",
        b"{}",
        b'{"text": null}',
        b'{"text": ""}',
        b'{"text": " \\n\\t\\u00a0"}',
        b'{"text": 5}',
        b'{"text": ["hola"]}',
        b'{"text": "' + b"x" * 501 + b'"}',
        b'{"text": "hola", "speed": 0.49}',
        b'{"text": "hola", "speed": 2.01}',
        b'{"text": "hola", "speed": -1}',
        b'{"text": "hola", "speed": "fast"}',
        b'{"text": "hola", "speed": null}',
        b'{"text": "hola", "voice": 7}',
        b'{"text": "hola", "language": "spanish!"}',
        b'{"text": "hola", "voice": "es-2", "language": "en"}',
        b'{"text": "hola", "stream": "perhaps"}',
    ],
)
async def test_what_is_wrong_with_a_request_is_said_in_detail(
    speaker: httpx.AsyncClient, tones: ToneSynthesizer, body: bytes
) -> None:
    """400, in the form that users of this path expect, and no engine is asked."""
    answer = await speaker.post("/tts", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() == {"detail"}
    assert isinstance(answer.json()["detail"], str)
    assert tones.asked == []


@pytest.mark.parametrize("text", ["x", "x" * 500, "é" * 500, "🙂" * 499 + "a"])
async def test_texts_of_one_to_five_hundred_characters_are_spoken(
    speaker: httpx.AsyncClient, text: str
) -> None:
    """Characters are counted, not bytes."""
    assert (await speaker.post("/tts", json={**HOLA, "text": text})).status_code == 200


@pytest.mark.parametrize("speed", [0.5, 1, 2.0, "1.5"])
async def test_the_ends_of_the_speeds_are_taken(speaker: httpx.AsyncClient, speed: Any) -> None:
    """Whole numbers are numbers, too."""
    assert (await speaker.post("/tts", json={**HOLA, "speed": speed})).status_code == 200


@pytest.mark.parametrize("voice", ["nobody", "", "af", "ES-2", "../es-2", "es-2\u0000"])
async def test_an_unknown_voice_is_not_found(speaker: httpx.AsyncClient, voice: str) -> None:
    """The answer tells which voices there are."""
    answer = await speaker.post("/tts", json={**HOLA, "voice": voice})

    assert answer.status_code == 404
    assert "es-2" in answer.json()["detail"]
    assert answer.json()["known"] == ["en-1", "en-2", "en-3", "es-1", "es-2", "es-3"]


async def test_a_language_without_voices_is_not_found(speaker: httpx.AsyncClient) -> None:
    """As a voice is not."""
    assert (await speaker.post("/tts", json={"text": "hallo", "language": "de"})).status_code == 404


@pytest.mark.parametrize(
    ("wish", "speaks"),
    [
        ({}, "en-1"),
        ({"language": "es"}, "es-1"),
        ({"language": "es-MX"}, "es-1"),
        ({"voice": "es-3", "language": "ES"}, "es-3"),
        ({"voice": "tones:es-3"}, "es-3"),
        ({"voice": None}, "en-1"),
    ],
)
async def test_who_names_no_voice_gets_the_first_of_the_language(
    speaker: httpx.AsyncClient, wish: dict[str, Any], speaks: str
) -> None:
    """English where no language is named and the voice "af" is not there."""
    answer = await speaker.post("/tts", json={"text": "hola", **wish})

    assert (answer.status_code, answer.headers["x-voice"]) == (200, speaks)


@pytest.mark.parametrize(
    ("error", "status"),
    [(EngineError("hola broke it"), 500), (EngineOverloaded("speech", 2.5), 503)],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_speech_that_cannot_be_made_is_told(
    settings: Settings, error: EngineError, status: int, stream: bool
) -> None:
    """500, and 503 with the time to come back where there is only too much to do; the text is not repeated."""
    async with speaking(settings, FailingSynthesizer(error)) as services, asking(services) as client:
        answer = await client.post("/tts", json={"text": "hola", "voice": "es-1", "stream": stream})

    assert answer.status_code == status
    assert answer.json()["detail"]
    assert "hola" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_away_engines_are_told(client: httpx.AsyncClient, key: str) -> None:
    """503 with the time to come back, here and where voices are listed."""
    headers = {"authorization": f"Bearer {key}"}
    answer = await client.post("/tts", json=HOLA, headers=headers)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["detail"] == "The speech services cannot be reached at the moment."
    for path in ("/voices", "/voices/af/sample"):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "engines_away")


@pytest.mark.parametrize("method", ["POST /tts", "GET /voices", "GET /voices/es-1/sample"])
async def test_nobody_speaks_without_a_key(client: httpx.AsyncClient, method: str) -> None:
    """401, with `detail` on /tts as everywhere."""
    verb, path = method.split()
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic eDp5"}):
        answer = await client.request(verb, path, json=HOLA if verb == "POST" else None, headers=headers)
        assert (answer.status_code, bool(answer.json()["detail"])) == (401, True)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("wish", "accept", "media_type", "codec"),
    [
        ({}, "*/*", "audio/wav", "pcm_s16le"),
        ({}, "audio/*;q=0.5, application/json", "audio/wav", "pcm_s16le"),
        ({}, "audio/mpeg", "audio/mpeg", "mp3float"),
        ({}, "audio/wav;q=0.5, audio/ogg;q=0.9", "audio/ogg", "opus"),
        ({}, "*/*;q=0.1, audio/flac", "audio/flac", "flac"),
        ({}, "audio/wav;q=0, */*", "audio/mpeg", "mp3float"),
        ({"format": "FLAC"}, "audio/wav", "audio/flac", "flac"),
        ({"format": "mp3", "stream": True}, "*/*", "audio/mpeg", "mp3float"),
        ({"format": "ogg", "stream": True}, "*/*", "audio/ogg", "opus"),
        ({"format": "flac", "stream": True}, "*/*", "audio/flac", "flac"),
        ({"stream": True}, "audio/x-wav", "audio/wav", "pcm_s16le"),
    ],
)
async def test_sound_comes_in_the_format_that_is_asked_for(
    speaker: httpx.AsyncClient, wish: dict[str, Any], accept: str, media_type: str, codec: str
) -> None:
    """By `format`, else by Accept; the file is what it says it is, and holds the speech."""
    answer = await speaker.post("/tts", json={**HOLA, **wish}, headers={"accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    with av.open(io.BytesIO(answer.content), "r") as file:
        stream = file.streams.audio[0]
        samples = sum(frame.samples for frame in file.decode(stream))
        assert stream.codec_context.name == codec
        assert 0.08 < samples / stream.codec_context.sample_rate < 0.25


@pytest.mark.parametrize(
    ("wish", "accept"),
    [
        ({"format": "aiff"}, "*/*"),
        ({"format": ""}, "*/*"),
        ({"format": "m4a"}, "*/*"),
        ({}, "video/mp4"),
        ({}, "audio/wav;q=0"),
        ({}, "audio/*;q=0, */*;q=0"),
        ({}, "application/json"),
    ],
)
async def test_a_format_that_is_not_offered_is_refused(
    speaker: httpx.AsyncClient, wish: dict[str, Any], accept: str
) -> None:
    """406, which says what is."""
    answer = await speaker.post("/tts", json={**HOLA, **wish}, headers={"accept": accept})

    assert answer.status_code == 406
    assert "audio/flac" in answer.json()["detail"]


async def test_sound_is_sent_as_it_is_made(speaker: httpx.AsyncClient) -> None:
    """In several pieces, whose joint is the speech; the file is without a length, and every reader takes it."""
    async with speaker.stream("POST", "/tts", json={**HOLA, "text": "hola " * 100, "stream": True}) as answer:
        assert "content-length" not in answer.headers
        data = b"".join([piece async for piece in answer.aiter_bytes()])
    with av.open(io.BytesIO(data), "r") as file:
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    assert len(pcm) > 24_000


async def test_speech_that_breaks_off_is_not_passed_off_as_whole(speaker: httpx.AsyncClient) -> None:
    """Where nothing was sent yet the answer is a failure."""
    assert (await speaker.post("/tts", json={**HOLA, "text": "later"})).status_code == 500


async def test_other_methods_are_refused(speaker: httpx.AsyncClient) -> None:
    """A browser that is pointed there does not see a fault."""
    assert (await speaker.get("/tts")).status_code in (404, 405)

"""Synthesis over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import io
import struct
import wave
from typing import Any

import aiohttp
import numpy as np
import pytest

from pipeline.audio import SPEAKING_RATE_HZ
from pipeline.engines.protocols import EngineError, EngineOverloaded, SynthesisRequest
from speech_service.tts import tts_app
from speech_service.wire import decode_sound
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.service_engines import EndlessSynthesizer, FailingSynthesizer
from tests.speech_service.serving import ending, message, served, settings

HOLA = {"text": "hola", "language": "es"}
PIECES = 2
"""ToneSynthesizer speaks "hola" in two pieces of 50 ms."""


def tones(**options: Any) -> ToneSynthesizer:
    return ToneSynthesizer({"es": 440.0, "fr": 660.0}, **options)


async def test_a_text_is_spoken_as_wav() -> None:
    """The answer is a WAV file that common readers take, with what the engine said; the engine gets every wish."""
    engine = tones()
    async with served(tts_app(engine, settings())) as client:
        body = {**HOLA, "voice": "es-2", "speed": 1.25, "pronunciations": {"HIVE": "jaiv"}, "unhurried": True}
        async with client.post("/synthesize", json=body) as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/wav")
            data = await answer.read()

    head, pcm = data[:44], np.frombuffer(data[44:], "<i2")
    with wave.open(io.BytesIO(head[:40] + struct.pack("<I", 2 * len(pcm)) + data[44:])) as file:
        assert file.getparams()[:3] == (1, 2, SPEAKING_RATE_HZ)
    assert len(pcm) == SPEAKING_RATE_HZ * 5 // 100
    assert engine.asked == [SynthesisRequest("hola", "es", "es-2", 1.25, {"HIVE": "jaiv"}, unhurried=True)]


async def test_the_voices_are_listed() -> None:
    """/voices tells all voices or those of a language, the default first."""
    async with served(tts_app(tones(), settings())) as client:
        async with client.get("/voices") as answer:
            everything = await answer.json()
        async with client.get("/voices", params={"language": "fr"}) as answer:
            french = await answer.json()
        async with client.get("/voices", params={"language": "xx"}) as answer:
            unknown = (answer.status, (await answer.json())["known"])

    assert everything["engine"]["name"] == "tones"
    assert [voice["name"] for voice in everything["voices"]] == [
        "es-1", "es-2", "es-3", "fr-1", "fr-2", "fr-3",
    ]  # fmt: skip
    assert french["voices"][0] == {
        "name": "fr-1",
        "language": "fr",
        "register": "low",
        "standby": False,
        "blends": False,
    }
    assert unknown == (422, ["es", "fr"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**HOLA, "language": "xx"}, 422, "unknown_language"),
        ({**HOLA, "voice": "fr-1"}, 422, "unknown_voice"),
        ({**HOLA, "text": ""}, 422, "empty_text"),
        ({**HOLA, "text": "x" * 101}, 413, "too_long"),
        ({**HOLA, "speed": 3}, 422, "invalid_request"),
        ({**HOLA, "speed": float("nan")}, 422, "invalid_request"),
        ({**HOLA, "pronunciations": {"a": "x" * 201}}, 422, "invalid_request"),
    ],
)
async def test_a_request_that_does_not_fit_is_refused(body: Any, status: int, code: str) -> None:
    """Each has its answer, over HTTP and on the WebSocket, and the engine never sees it."""
    engine = tones()
    chosen = settings(max_text_characters=100)
    async with served(tts_app(engine, chosen), chosen) as client:
        async with client.post("/synthesize", json=body) as answer:
            assert (answer.status, (await answer.json())["code"]) == (status, code)
        async with client.ws_connect("/ws/synthesize") as socket:
            await socket.send_json({"type": "speak", "id": 1, **body})
            failed = await message(socket)

    assert (failed["id"], failed["code"]) == (1, code)
    assert engine.asked == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (EngineOverloaded("synthesis", 1.5), 503, "overloaded"),
        (EngineError("it broke"), 502, "engine_failed"),
        (RuntimeError("hola"), 500, "internal"),
    ],
)
async def test_a_failure_before_the_first_sound_is_an_answer(
    error: Exception, status: int, code: str
) -> None:
    """As long as nothing was sent the client gets a proper problem."""
    async with (
        served(tts_app(FailingSynthesizer(error), settings())) as client,
        client.post("/synthesize", json=HOLA) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (status, code)
        assert answer.headers.get("Retry-After") == ("2" if status == 503 else None)


async def test_a_failure_in_the_middle_breaks_the_file_off() -> None:
    """The client can tell a broken file from a finished one: its transfer does not end properly."""
    async with (
        served(tts_app(tones(broken={"hola": 1}), settings())) as client,
        client.post("/synthesize", json=HOLA) as answer,
    ):
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def sound_of(socket: aiohttp.ClientWebSocketResponse) -> dict[int, list[Any]]:
    """Everything up to the end of the last request, by request: types of messages and numbers of samples."""
    got: dict[int, list[Any]] = {}
    open_requests: set[int] = set()
    while True:
        received = await socket.receive(timeout=5)
        if received.type is aiohttp.WSMsgType.BINARY:
            number, pcm = decode_sound(received.data)
            got[number].append(len(pcm))
            continue
        tree = received.json()
        got.setdefault(tree["id"], []).append(tree["type"])
        open_requests.add(tree["id"])
        if tree["type"] in ("end", "error", "cancelled"):
            open_requests.discard(tree["id"])
            if not open_requests:
                return got


async def test_many_texts_share_a_connection() -> None:
    """Each request gets its start, its sound and its end, whatever else goes on; one that fails says so."""
    engine = tones(broken={"mal": 1}, seconds_per_character=0.05)
    async with (
        served(tts_app(engine, settings())) as client,
        client.ws_connect("/ws/synthesize") as socket,
    ):
        for number, text in ((1, "hola"), (2, "mal"), (3, "sí")):
            await socket.send_json({"type": "speak", "id": number, **HOLA, "text": text})
        got = await sound_of(socket)

    assert got == {
        1: ["started", 1200, 1200, 1200, 1200, "end"],
        2: ["started", 1200, "error"],
        3: ["started", 1200, 1200, "end"],
    }


async def test_cancelling_stops_the_engine() -> None:
    """A cancelled request ends at once, in the middle of its sound, and others go on."""
    engine = EndlessSynthesizer()
    async with (
        served(tts_app(engine, settings())) as client,
        client.ws_connect("/ws/synthesize") as socket,
    ):
        await socket.send_json({"type": "speak", "id": 1, **HOLA})
        assert await message(socket) == {"type": "started", "id": 1, "rate_hz": SPEAKING_RATE_HZ}
        await socket.send_json({"type": "cancel", "id": 1})
        while (received := await socket.receive(timeout=5)).type is aiohttp.WSMsgType.BINARY:
            assert len(received.data) == 4 + 2 * SPEAKING_RATE_HZ
        assert received.json() == {"type": "cancelled", "id": 1}
        await asyncio.wait_for(engine.stopped.wait(), 5)


async def test_a_window_holds_the_engine_back() -> None:
    """With a window no more is made than the client is ready to take; a client that asks for no more is given up."""
    engine = EndlessSynthesizer()
    chosen = settings(idle_timeout_s=0.3)
    async with (
        served(tts_app(engine, chosen), chosen) as client,
        client.ws_connect("/ws/synthesize") as socket,
    ):
        await socket.send_json({"type": "speak", "id": 1, **HOLA, "window": 36_000})
        await message(socket)
        sizes = [len(await socket.receive_bytes(timeout=5)) // 2 - 2 for _ in range(2)]
        await socket.send_json({"type": "more", "id": 1, "samples": 20_000})
        sizes += [len(await socket.receive_bytes(timeout=5)) // 2 - 2 for _ in range(2)]
        assert sizes == [24_000, 12_000, 12_000, 8_000]
        await socket.send_json({"type": "alive"})
        assert (await message(socket))["code"] in ("too_slow", "silent")

    assert engine.samples == 72_000


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    """When nothing leaves for the send time the connection is dropped and the engine stopped: HTTP and WebSocket."""
    chosen = settings(send_timeout_s=0.2)
    for kind in ("http", "ws"):
        engine = EndlessSynthesizer()
        async with served(tts_app(engine, chosen), chosen) as client:
            if kind == "http":
                async with client.post("/synthesize", json=HOLA) as answer:
                    assert answer.status == 200
                    await asyncio.wait_for(engine.stopped.wait(), 10)
            else:
                async with client.ws_connect("/ws/synthesize", max_msg_size=0) as socket:
                    await socket.send_json({"type": "speak", "id": 1, **HOLA})
                    await asyncio.wait_for(engine.stopped.wait(), 10)


async def test_the_engine_stops_when_its_client_leaves() -> None:
    """Nothing is made for a client that is gone."""
    engine = EndlessSynthesizer()
    async with served(tts_app(engine, settings())) as client:
        async with client.post("/synthesize", json=HOLA) as answer:
            await answer.content.readexactly(1000)
        await asyncio.wait_for(engine.stopped.wait(), 5)
        engine.stopped.clear()
        async with client.ws_connect("/ws/synthesize") as socket:
            await socket.send_json({"type": "speak", "id": 1, **HOLA})
            await message(socket)
        await asyncio.wait_for(engine.stopped.wait(), 5)


async def test_sound_is_not_expected_from_clients() -> None:
    """Bytes on /ws/synthesize end the connection."""
    async with (
        served(tts_app(tones(), settings())) as client,
        client.ws_connect("/ws/synthesize") as socket,
    ):
        await socket.send_bytes(b"1234")
        assert (await message(socket))["code"] == "invalid_request"
        assert (await ending(socket))[0] == 1007

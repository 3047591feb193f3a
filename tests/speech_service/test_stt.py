"""Recognition over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import io
import math
import wave
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import aiohttp
import av
import numpy as np
import pytest
from fastapi import FastAPI

from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.engines.protocols import EngineError, EngineOverloaded, HearingOptions, RecognitionStream
from pipeline.events import Word
from speech_service.stt import stt_app
from speech_service.wire import encode_frame
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.fakes.speech import frames, sentence, sound
from tests.speech_service.serving import ending, message, served, settings

WORDS = sentence(8000, "the", "quick", "brown", "fox") + sentence(48_000, "jumped")
SPEECH = sound(WORDS, 4.5)
START = {"type": "start", "speaker": "anna", "language": "en"}


class RefusingRecognizer(ScriptedRecognizer):
    """Opens no stream, always for the same reason."""

    def __init__(self, error: EngineError) -> None:
        super().__init__(())
        self._error = error

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        raise self._error


def app(recognizer: ScriptedRecognizer, chosen: Settings | None = None) -> FastAPI:
    return stt_app(recognizer, LoudnessDetector, chosen or settings())


def wav(pcm: Pcm, rate_hz: int = HEARING_RATE_HZ, channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.repeat(pcm, channels).tobytes())
    return buffer.getvalue()


def encoded(pcm: Pcm, container: str, codec: str, rate_hz: int) -> bytes:
    """The sound in another container, stereo, at another rate."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate_hz, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(
            format=stream.format.name, layout="stereo", rate=rate_hz, frame_size=960
        )
        whole = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        whole.rate = HEARING_RATE_HZ
        whole.time_base = Fraction(1, HEARING_RATE_HZ)
        for piece in (*resampler.resample(whole), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return buffer.getvalue()


def float_wav(samples: Sequence[float]) -> bytes:
    data = np.array(samples, "<f4").tobytes()
    head = wav(np.zeros(0, np.int16))
    form = b"fmt \x10\x00\x00\x00\x03\x00\x01\x00\x80\x3e\x00\x00\x00\xfa\x00\x00\x04\x00\x20\x00"
    body = b"WAVE" + form + b"data" + len(data).to_bytes(4, "little") + data
    return head[:4] + len(body).to_bytes(4, "little") + body


# --- live ------------------------------------------------------------------------------------------------


async def conversation(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    """All messages up to the end."""
    messages = []
    while True:
        messages.append(await message(socket))
        if messages[-1]["type"] in ("done", "error"):
            return messages


async def test_live_speech_becomes_words() -> None:
    """Sound goes in piece by piece; utterances, tentative and committed words come out, then the end."""
    recognizer = ScriptedRecognizer(WORDS)
    async with (
        served(app(recognizer)) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        await socket.send_json(START)
        assert await message(socket) == {"type": "ready"}
        for frame in frames(SPEECH):
            await socket.send_bytes(encode_frame(frame))
        await socket.send_json({"type": "end"})
        events = await conversation(socket)
        assert await ending(socket) == (1000, "")

    kinds = [event["type"] for event in events]
    assert kinds.count("utterance_started") == kinds.count("utterance_ended") == 2
    assert kinds[-1] == "done"
    committed = [Word(**word) for event in events for word in event.get("committed", ())]
    assert committed == WORDS
    assert any(event.get("tentative") for event in events)
    assert recognizer.open_streams == 0


async def test_silence_is_told_of_so_that_nobody_keeps_it() -> None:
    """While nobody speaks the client hears now and then how far the service has listened."""
    async with (
        served(app(ScriptedRecognizer(()))) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        await socket.send_json({**START, "first_sample": 1_000_000})
        for frame in frames(np.zeros(32_000, np.int16), first_sample=1_000_000):
            await socket.send_bytes(encode_frame(frame))
            await asyncio.sleep(0.005)  # as live sound comes: nothing waits
        await socket.send_json({"type": "end"})
        events = await conversation(socket)

    told = [event["to"] for event in events if event["type"] == "listened"]
    assert told == sorted(told)
    assert told[-1] > 1_016_000
    assert {event["type"] for event in events} == {"ready", "listened", "done"}


async def test_what_was_not_heard_is_said() -> None:
    """An engine that fails leaves an event with the reason; the connection goes on."""
    recognizer = RefusingRecognizer(EngineOverloaded("recognition", 1.0))
    async with (
        served(app(recognizer)) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        await socket.send_json(START)
        for frame in frames(SPEECH):
            await socket.send_bytes(encode_frame(frame))
        await socket.send_json({"type": "end"})
        events = await conversation(socket)

    reasons = {event["reason"] for event in events if event["type"] == "not_heard"}
    assert reasons == {"recognition is overloaded, try again in 1 s"}
    assert events[-1] == {"type": "done"}


GOOD = encode_frame(AudioFrame(0, np.zeros(160, np.int16)))


@pytest.mark.parametrize(
    ("sent", "code", "close"),
    [
        ([{"type": "end"}], "invalid_request", 1007),
        ([GOOD], "invalid_request", 1007),
        ([{**START, "speaker": ""}], "invalid_request", 1007),
        ([{**START, "language": "xx-YY"}], "unknown_language", 4422),
        ([START, START], "invalid_request", 1007),
        ([START, "{"], "invalid_request", 1007),
        ([START, GOOD + b"1"], "bad_audio", 1007),
        ([START, b"1234567"], "bad_audio", 1007),
        ([START, b"\xff" * 10], "bad_audio", 1007),
        ([START, GOOD, GOOD], "bad_audio", 1007),
        ([START, encode_frame(AudioFrame(0, np.zeros(16_001, np.int16)))], "bad_audio", 1007),
    ],
)
async def test_a_client_that_breaks_the_rules_is_told_and_cut_off(
    sent: list[Any], code: str, close: int
) -> None:
    """Malformed sound and messages end the connection with a reason and leave nothing behind."""
    recognizer = ScriptedRecognizer(WORDS)
    async with (
        served(app(recognizer)) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        for item in sent:
            if isinstance(item, bytes):
                await socket.send_bytes(item)
            elif isinstance(item, str):
                await socket.send_str(item)
            else:
                await socket.send_json(item)
        failed = (await conversation(socket))[-1]
        assert (failed["type"], failed["code"]) == ("error", code)
        assert await ending(socket) == (close, failed["message"])
        if code == "unknown_language":
            assert failed["more"] == {"asked": "xx-YY", "known": ["en"]}


async def test_empty_pieces_and_jumps_are_no_trouble() -> None:
    """A piece without sound is ignored; a jump in the positions is sound that was lost on the way."""
    recognizer = ScriptedRecognizer(sentence(1_008_000, "far"))
    pcm = sound(sentence(8000, "far"), 1.5)
    async with (
        served(app(recognizer)) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        await socket.send_json(START)
        await socket.send_bytes(GOOD)
        await socket.send_bytes(encode_frame(AudioFrame(160, np.zeros(0, np.int16))))
        for frame in frames(pcm, first_sample=1_000_000):
            await socket.send_bytes(encode_frame(frame))
        await socket.send_json({"type": "end"})
        events = await conversation(socket)

    assert [word["text"] for event in events for word in event.get("committed", ())] == ["far"]


async def test_a_silent_speaker_is_cut_off_but_one_who_is_there_is_not() -> None:
    """Without a message for the idle time the connection ends; "alive" is a message."""
    chosen = settings(idle_timeout_s=0.3)
    async with (
        served(app(ScriptedRecognizer(()), chosen), chosen) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        await socket.send_json(START)
        assert (await message(socket))["type"] == "ready"
        for _ in range(4):
            await asyncio.sleep(0.1)
            await socket.send_json({"type": "alive"})
        assert (await message(socket))["code"] == "silent"
        assert (await ending(socket))[0] == 4408


async def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind() -> None:
    """Its stream is closed and the next client is served."""
    recognizer = ScriptedRecognizer(WORDS)
    async with served(app(recognizer)) as client:
        async with client.ws_connect("/ws/stt") as socket:
            await socket.send_json(START)
            for frame in frames(SPEECH[:16_000]):
                await socket.send_bytes(encode_frame(frame))
            while not recognizer.open_streams:
                await asyncio.sleep(0.005)
        while recognizer.open_streams:
            await asyncio.sleep(0.005)


# --- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("audio/wav", wav(SPEECH)),
        ("audio/wav", wav(SPEECH, channels=2)),
        ("audio/flac", encoded(SPEECH, "flac", "flac", 48_000)),
        ("application/octet-stream", encoded(SPEECH, "ogg", "libopus", 48_000)),
        ("audio/mpeg", encoded(SPEECH, "mp3", "mp3", 44_100)),
        ("video/webm", encoded(SPEECH, "webm", "libopus", 48_000)),
        ("audio/pcm;rate=16000;channels=1", SPEECH.tobytes()),
    ],
)
async def test_a_file_of_any_common_kind_is_transcribed(kind: str, data: bytes) -> None:
    """Whatever the container, rate and number of channels, the words come with their times."""
    recognizer = ScriptedRecognizer(WORDS)
    async with (
        served(app(recognizer)) as client,
        client.post("/transcribe?language=en", data=data, headers={"Content-Type": kind}) as answer,
    ):
        assert answer.status == 200
        transcript = await answer.json()

    assert transcript["text"] == "the quick brown fox jumped"
    assert transcript["language"] == "en"
    assert transcript["not_heard"] == []
    assert [len(utterance["words"]) for utterance in transcript["utterances"]] == [4, 1]
    assert transcript["utterances"][1]["words"] == [{"text": "jumped", "start_s": 3.0, "end_s": 3.25}]
    assert math.isclose(transcript["duration_s"], 4.5, abs_tol=0.1)


@pytest.mark.parametrize(
    ("query", "kind", "data", "status", "code"),
    [
        ("", "audio/wav", b"", 422, "bad_audio"),
        ("", "audio/wav", b"no sound at all", 422, "bad_audio"),
        ("", "audio/wav", wav(np.zeros(0, np.int16)), 422, "bad_audio"),
        ("", "audio/wav", wav(SPEECH)[:30], 422, "bad_audio"),
        ("", "audio/wav", float_wav([0.0, math.nan, 0.5]), 422, "bad_audio"),
        ("", "audio/wav", float_wav([0.0, math.inf, 0.5]), 422, "bad_audio"),
        ("", "audio/pcm", b"", 422, "bad_audio"),
        ("", "audio/pcm", b"123", 422, "bad_audio"),
        ("", "audio/pcm;rate=8000", b"1234", 422, "bad_audio"),
        ("", "audio/pcm;channels=2", b"1234", 422, "bad_audio"),
        ("", "audio/wav", b"#EXTM3U\n#EXTINF:1\nfile:///etc/hostname\n", 422, "bad_audio"),
        ("?language=xx", "audio/wav", wav(SPEECH), 422, "unknown_language"),
        ("?language=@", "audio/wav", wav(SPEECH), 422, "invalid_request"),
        ("", "audio/wav", wav(np.zeros(6 * HEARING_RATE_HZ, np.int16)), 413, "too_long"),
        ("", "audio/pcm", b"0" * 6 * 2 * HEARING_RATE_HZ, 413, "too_long"),
        ("", "audio/wav", b"0" * 6 * 192_000, 413, "too_long"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused(
    query: str, kind: str, data: bytes, status: int, code: str
) -> None:
    """Broken, empty, malicious and over-long sound gets an answer that says what is wrong."""
    chosen = settings(max_audio_s=5.0)
    async with (
        served(app(ScriptedRecognizer(WORDS), chosen), chosen) as client,
        client.post("/transcribe" + query, data=io.BytesIO(data), headers={"Content-Type": kind}) as answer,
    ):
        assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (EngineOverloaded("recognition", 2.0), 503, "overloaded"),
        (EngineError("it broke"), 502, "engine_failed"),
    ],
)
async def test_a_file_that_the_engine_does_not_take_is_answered_with_the_reason(
    error: EngineError, status: int, code: str
) -> None:
    """An overloaded engine means 503 with Retry-After, a broken one 502."""
    async with (
        served(app(RefusingRecognizer(error))) as client,
        client.post("/transcribe", data=wav(SPEECH)) as answer,
    ):
        assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
        assert answer.headers.get("Retry-After") == ("2" if status == 503 else None)


async def test_silence_has_an_empty_transcript() -> None:
    """Nothing is invented where nothing was said."""
    async with (
        served(app(ScriptedRecognizer(()))) as client,
        client.post("/transcribe", data=wav(np.zeros(16_000, np.int16))) as answer,
    ):
        assert await answer.json() == {
            "text": "",
            "language": "",
            "duration_s": 1.0,
            "utterances": [],
            "not_heard": [],
        }


async def test_what_recognition_did_is_measured() -> None:
    """/performance tells of passes, of words and of files; /languages what can be recognised."""
    async with served(app(ScriptedRecognizer(WORDS))) as client:
        async with client.post("/transcribe", data=wav(SPEECH)) as answer:
            assert answer.status == 200
        async with client.get("/performance") as answer:
            operations = (await answer.json())["operations"]
        async with client.get("/languages") as answer:
            assert (await answer.json())["languages"] == ["en"]

    assert {"open", "pass", "final_pass", "transcribe"} <= set(operations)

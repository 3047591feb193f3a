"""Recognition over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import io
import math
from dataclasses import replace
from typing import Any

import aiohttp
import numpy as np
import pytest
from fastapi import FastAPI

from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import EngineError, EngineOverloaded, HearingOptions, RecognitionStream
from pipeline.events import Heard, UtteranceStarted, Word
from speech_service.measures import Measures
from speech_service.recognition import RecognitionHandler
from speech_service.sockets import Gone
from speech_service.stt import _RecognitionSession, stt_app
from speech_service.wire import TO_RECOGNITION, Ready, Start, encode_frame
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.fakes.sound_files import encoded, float_wav, rubbish, wav, wav_of
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
    usual = settings()
    lively = replace(usual, recognition=replace(usual.recognition, show_passes=1))
    async with (
        served(app(recognizer, lively)) as client,
        client.ws_connect("/ws/stt") as socket,
    ):
        await socket.send_json(START)
        assert await message(socket) == {"type": "ready", "takes_sparing": True, "takes_trace": True}
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


class LeavingPeer:
    """A client that begins, and is gone when it is told something."""

    def __init__(self) -> None:
        self._messages = [TO_RECOGNITION.encode(Start(speaker="anna", language="en"))]

    async def receive(self) -> str:
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop()

    async def send(self, message: object) -> None:
        if not isinstance(message, Ready):
            raise Gone


async def test_a_fault_of_ours_is_not_hidden_by_a_client_that_leaves() -> None:
    """A stage that fails while its client goes away is reported as a fault, for the log."""

    async def stage(frames: Channel[AudioFrame], heard: Channel[Heard], *_: object, **__: object) -> None:
        await heard.put(UtteranceStarted(1, 0))
        try:
            await asyncio.Event().wait()
        finally:
            raise KeyError("a fault of ours")

    measures = Measures("stt")
    handler = RecognitionHandler(
        ScriptedRecognizer(()), LoudnessDetector, settings().recognition, measures, stage
    )

    with pytest.raises(KeyError):
        await _RecognitionSession(LeavingPeer(), handler, measures).run()  # type: ignore[arg-type]  # all of a Peer that is used


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
    assert transcript["not_heard"] == transcript["warnings"] == []
    assert [len(utterance["words"]) for utterance in transcript["utterances"]] == [4, 1]
    assert transcript["utterances"][1]["words"] == [
        {"text": "jumped", "start_s": 3.0, "end_s": 3.25, "probability": None}
    ]
    assert transcript["utterances"][1]["confidence"] is None
    assert math.isclose(transcript["duration_s"], 4.5, abs_tol=0.1)


async def transcript_of(data: bytes, recognizer: ScriptedRecognizer) -> dict[str, Any]:
    """The answer to a file that can be used."""
    async with (
        served(app(recognizer)) as client,
        client.post("/transcribe", data=io.BytesIO(data)) as answer,
    ):
        assert answer.status == 200
        transcript: dict[str, Any] = await answer.json()
        return transcript


MP3 = encoded(SPEECH, "mp3", "mp3", 44_100)
FLAC = encoded(SPEECH, "flac", "flac", 48_000)


@pytest.mark.parametrize(
    ("data", "text", "codes"),
    [
        (MP3 + rubbish(3000), "the quick brown fox jumped", ["damaged"]),
        (FLAC[: len(FLAC) // 2], "the quick", ["damaged", "incomplete"]),
        (wav(SPEECH)[: 2 * 40_000], "the quick brown fox", ["incomplete"]),
        (wav_of([SPEECH, -SPEECH]), "the quick brown fox jumped", ["opposite_phase"]),
    ],
    ids=["mp3 with rubbish", "half a flac", "half a wav", "opposite phase"],
)
async def test_what_can_be_read_of_a_damaged_file_is_transcribed(
    data: bytes, text: str, codes: list[str]
) -> None:
    """The answer has the words that are there, and says that something is missing."""
    transcript = await transcript_of(data, ScriptedRecognizer(WORDS))
    assert transcript["text"] == text
    assert [warning["code"] for warning in transcript["warnings"]] == codes
    assert all(warning["message"] for warning in transcript["warnings"])


async def test_the_answer_says_which_seconds_were_not_recognised() -> None:
    """A recogniser that fails in the middle of a file costs that stretch, not the file."""
    words = sentence(8000, "the", "quick", "brown", "fox") + sentence(80_000, "jumped")
    recognizer = ScriptedRecognizer(words, failing=[12_000])
    transcript = await transcript_of(wav(sound(words, 6.5)), recognizer)
    assert transcript["text"] == "jumped"
    [missed] = transcript["not_heard"]
    assert 0.0 <= missed["start_s"] < 0.5  # the first word begins at 0.5 s
    assert 1.65 <= missed["end_s"] < 5.0  # the fourth ends at 1.65 s
    assert missed["reason"] == "the model stumbled"


async def test_words_are_put_together_as_the_language_does() -> None:
    """Chinese has no blanks, but the English words within it keep theirs."""
    words = sentence(8000, "我们", "用", "Zoom", "Meeting", "开会")
    recognizer = ScriptedRecognizer(words, language="zh")
    transcript = await transcript_of(wav(sound(words, 3.0)), recognizer)
    assert transcript["text"] == "我们用Zoom Meeting开会"


async def test_the_answer_says_how_sure_it_is_and_writes_words_as_the_engine_saw_them() -> None:
    """Each word has its probability, the utterance their mean; a piece without a blank before it gets none."""
    thirty, five, percent = sentence(8000, "thirty", "-five", "percent")
    words = [
        replace(thirty, probability=0.5),
        replace(five, glued=True, probability=1.0),
        percent,
    ]
    transcript = await transcript_of(wav(sound(words, 2.5)), ScriptedRecognizer(words))
    [utterance] = transcript["utterances"]
    assert [word["probability"] for word in utterance["words"]] == [0.5, 1.0, None]
    assert (utterance["text"], utterance["confidence"]) == ("thirty-five percent", 0.75)


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
        ("", "audio/wav", b"0" * 6 * 192_000, 413, "too_large"),
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
        assert (answer.status, (await answer.json())["code"]) == (status, code)


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
        assert (answer.status, (await answer.json())["code"]) == (status, code)
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
            "confidence": None,
            "duration_s": 1.0,
            "utterances": [],
            "not_heard": [],
            "warnings": [],
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

    assert {"open", "final_pass", "transcribe"} <= set(operations)

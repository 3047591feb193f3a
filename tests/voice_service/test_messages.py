"""Voice messages: what is asked, what is answered, what goes on when something fails."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from config.settings import Settings
from pipeline.engines.protocols import EngineError
from pipeline.recordings.decoding import decode
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.fakes.service_engines import EndlessSynthesizer, FailingSynthesizer
from tests.voice_service.messaging import TRANSCRIBE, TRANSLATE, Api, messaging, over_http, refusal, wav
from tests.voice_service.speech import asking
from voice_service.wiring import opened

SAID = "Good morning. We meet at noon."
ANSWERS = {
    ("es", "Good morning."): "Buenos días.",
    ("es", "We meet at noon."): "Nos vemos a mediodía.",
    ("fr", "Good morning."): "Bonjour.",
    ("fr", "We meet at noon."): "Rendez-vous à midi.",
}


@pytest.fixture
def recognition() -> ScriptedRecognition:
    return ScriptedRecognition(SAID)


@pytest_asyncio.fixture
async def translator() -> ScriptedTranslator:
    return ScriptedTranslator(ANSWERS)


@pytest_asyncio.fixture
async def tones() -> ToneSynthesizer:
    return ToneSynthesizer({"es": 440.0})


@pytest_asyncio.fixture
async def api(
    settings: Settings,
    recognition: ScriptedRecognition,
    translator: ScriptedTranslator,
    tones: ToneSynthesizer,
    clock: WallClock,
) -> AsyncIterator[Api]:
    async with messaging(settings, recognition.app(), translator, tones, clock) as api:
        yield api


def seconds_of(sound: bytes) -> float:
    return len(decode(sound, rate_hz=16_000, max_s=600).pcm) / 16_000


async def test_a_message_is_answered_in_the_form_that_is_promised(
    api: Api, recognition: ScriptedRecognition, tones: ToneSynthesizer
) -> None:
    """JSON in, every member out; translated and spoken sentence by sentence, and the link leads to the same sound."""
    headers = await api.tenant("acme")
    body = {
        "audio": base64.b64encode(wav(3.0)).decode(),
        "audio_format": "wav",
        "source_language": None,
        "target_language": "es",
        "voice_profile_id": None,
        "options": {"quality": "balanced", "preserve_emotion": False},
    }
    response = await api.client.post(TRANSLATE, json=body, headers=headers)

    assert response.status_code == 200, response.text
    answer = response.json()
    sound = base64.b64decode(answer["audio_base64"])
    link = answer["audio_url"]
    assert {name: answer[name] for name in answer if name not in ("job_id", "audio_base64", "audio_url")} == {
        "status": "completed",
        "original_text": SAID,
        "translated_text": "Buenos días. Nos vemos a mediodía.",
        "source_language": "en",
        "target_language": "es",
        "duration_seconds": pytest.approx(seconds_of(sound), abs=0.01),
        "voice_similarity": None,
        "processing_time_ms": answer["processing_time_ms"],
        "cached": False,
        "timestamps": answer["timestamps"],
        "translated_by": ["scripted"],
        "warnings": [],
        "scores": {
            "transcript_confidence": 0.9, "translation_score": None, "signal_to_noise_db": 85.6,
            "clipped_share": 0.0,
        },
    }  # fmt: skip
    assert set(answer["timestamps"]) == {
        "preprocessing_ms", "transcription_ms", "translation_ms", "voice_cloning_ms", "postprocessing_ms",
    }  # fmt: skip
    assert 0 < sum(answer["timestamps"].values()) <= answer["processing_time_ms"]
    assert [request.text for request in tones.asked] == ["Buenos días.", "Nos vemos a mediodía."]
    assert recognition.asked == [{"quality": "balanced"}]
    assert link.startswith("http://127.0.0.1:8000/api/v1/objects/")
    linked = await api.client.get(link.removeprefix("http://127.0.0.1:8000"))
    assert (linked.status_code, linked.headers["content-type"], linked.content) == (200, "audio/wav", sound)


async def test_context_goes_with_each_sentence(api: Api, translator: ScriptedTranslator) -> None:
    await api.sent(await api.tenant("acme"), wav(2.0))
    assert [request.context for request in translator.asked] == [(), (("Good morning.", "Buenos días."),)]
    assert all(request.unhurried for request in translator.asked)  # rooms go first


async def test_the_same_comes_as_json_as_a_form_and_bare(api: Api) -> None:
    headers, sound = await api.tenant("acme"), wav(2.0)
    said = {"target_language": "es", "source_language": "en"}
    flat = {"quality": "fast", "return_base64": "false", "format": "flac", "preserve_emotion": "true"}
    options = {"quality": "fast", "return_base64": False, "format": "flac"}
    answers = [
        await api.client.post(
            TRANSLATE,
            json={**said, "audio": base64.b64encode(sound).decode(), "options": options},
            headers=headers,
        ),
        await api.client.post(
            TRANSLATE, data={**said, **flat}, files={"audio": ("a.wav", sound)}, headers=headers
        ),
        await api.send(headers, sound, source_language="en", **flat),
    ]

    for answer in answers:
        assert answer.status_code == 200, answer.text
        tree = answer.json()
        assert (tree["translated_text"], tree["audio_base64"]) == ("Buenos días. Nos vemos a mediodía.", None)
        assert ".flac?" in tree["audio_url"]
        assert [warning["code"] for warning in tree["warnings"]] == ["emotion_not_preserved"]


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg", "flac", "m4a", "webm"])
async def test_the_answer_sounds_in_every_format(api: Api, kind: str) -> None:
    answer = await api.sent(await api.tenant("acme"), wav(2.0), format=kind, return_audio_url="false")
    assert answer["audio_url"] is None
    assert seconds_of(base64.b64decode(answer["audio_base64"])) == pytest.approx(
        answer["duration_seconds"], abs=0.1
    )


async def test_a_language_without_a_voice_gets_its_text_and_the_reason(api: Api) -> None:
    answer = await api.sent(await api.tenant("acme"), wav(2.0), "fr", preserve_emotion="false")
    assert answer["translated_text"] == "Bonjour. Rendez-vous à midi."
    assert (answer["audio_base64"], answer["audio_url"], answer["duration_seconds"]) == (None, None, 0)
    assert [warning["code"] for warning in answer["warnings"]] == ["not_spoken"]


async def test_a_voice_that_fails_leaves_the_text(
    settings: Settings, recognition: ScriptedRecognition
) -> None:
    failing = FailingSynthesizer(EngineError("broken"))
    async with messaging(settings, recognition.app(), ScriptedTranslator(ANSWERS), failing) as api:
        answer = await api.sent(await api.tenant("acme"), wav(2.0), preserve_emotion="false")
    assert answer["translated_text"] == "Buenos días. Nos vemos a mediodía."
    assert [warning["code"] for warning in answer["warnings"]] == ["not_spoken"]


async def test_speech_without_an_end_is_ended(settings: Settings, recognition: ScriptedRecognition) -> None:
    endless = EndlessSynthesizer()
    async with messaging(settings, recognition.app(), ScriptedTranslator(ANSWERS), endless) as api:
        answer = await api.sent(await api.tenant("acme"), wav(2.0), quality="fast")
    assert answer["audio_base64"] is None


async def test_what_is_in_the_language_already_is_spoken_as_it_is(
    api: Api, recognition: ScriptedRecognition, translator: ScriptedTranslator
) -> None:
    recognition.text, recognition.language = "Buenos días.", "es-MX"
    answer = await api.sent(await api.tenant("acme"), wav(2.0))
    assert (answer["translated_text"], answer["translated_by"], translator.asked) == ("Buenos días.", [], [])
    assert answer["audio_base64"]


async def test_silence_is_answered_with_a_warning(api: Api, recognition: ScriptedRecognition) -> None:
    recognition.text = ""
    answer = await api.sent(await api.tenant("acme"), wav(2.0), preserve_emotion="false")
    assert (answer["original_text"], answer["translated_text"], answer["audio_url"]) == ("", "", None)
    assert [warning["code"] for warning in answer["warnings"]] == ["no_speech"]


async def test_a_recording_is_written_down_with_segments_and_how_sure_it_is(
    api: Api, recognition: ScriptedRecognition
) -> None:
    """And what the recogniser is not sure of says so."""
    headers = {**await api.tenant("acme"), "content-type": "audio/wav"}
    recognition.confidence = 0.3
    answer = await api.client.post(TRANSCRIBE, params={"quality": "high"}, content=wav(2.0), headers=headers)
    tree = answer.json()
    assert (tree["text"], tree["language"], tree["confidence"]) == (SAID, "en", 0.3)
    assert tree["segments"] == [{"start": 0.0, "end": 2.0, "text": SAID, "confidence": 0.3}]
    assert tree["duration_seconds"] == pytest.approx(2.0)
    assert [warning["code"] for warning in tree["warnings"]] == ["unsure"]
    assert recognition.asked == [{"quality": "high"}]


async def test_an_unknown_way_is_refused(api: Api, recognition: ScriptedRecognition) -> None:
    """At once where it is known what is spoken."""
    headers = await api.tenant("acme")
    answer = await api.send(headers, wav(2.0), "ja")
    assert refusal(answer) == (422, "unknown_language")
    assert SAID not in answer.text
    assert len(recognition.asked) == 1
    answer = await api.send(headers, wav(2.0), "ja", source_language="en")
    assert refusal(answer) == (422, "unknown_language")
    assert len(recognition.asked) == 1, "nothing is recognised in vain"


async def test_without_speech_services_the_answer_is_come_again(settings: Settings, clock: WallClock) -> None:
    async with opened(settings, clock) as services, asking(services) as client:
        answer = await client.post(
            TRANSLATE,
            params={"target_language": "es"},
            content=wav(2.0),
            headers={"content-type": "audio/wav"},
        )
    assert refusal(answer) == (503, "engines_away")
    assert answer.headers["retry-after"]


async def test_only_so_many_are_worked_on_at_once(settings: Settings) -> None:
    """One tenant cannot take all places, and who finds none is told when to come again."""
    recognition = ScriptedRecognition(SAID, gate=asyncio.Event())
    tones = ToneSynthesizer({"es": 440.0})
    async with messaging(
        settings, recognition.app(), ScriptedTranslator(ANSWERS), tones, messages_at_once=2
    ) as api:
        first, second = await api.tenant("first"), await api.tenant("second")
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            one = group.create_task(api.send(first, wav(2.0)))
            await recognition.waiting.wait()
            again = await api.send(first, wav(2.0))
            assert refusal(again) == (503, "overloaded")
            assert again.headers["retry-after"]
            recognition.waiting.clear()
            two = group.create_task(api.send(second, wav(2.0)))
            await recognition.waiting.wait()
            assert recognition.gate is not None
            recognition.gate.set()
        assert [one.result().status_code, two.result().status_code] == [200, 200]


async def test_all_work_ends_when_the_client_goes(settings: Settings, clock: WallClock) -> None:
    """Over a real connection: the recognition service is left as well, and the place is free again."""
    recognition = ScriptedRecognition(SAID, gate=asyncio.Event())
    async with (
        asyncio.timeout(60),
        messaging(
            settings, recognition.app(), ScriptedTranslator(ANSWERS), ToneSynthesizer({"es": 440.0}),
            messages_at_once=1,
        ) as api,
        over_http(api) as client,
    ):  # fmt: skip
        headers = {**await api.tenant("acme"), "content-type": "audio/wav"}
        asking = asyncio.create_task(
            client.post(TRANSLATE, params={"target_language": "es"}, content=wav(2.0), headers=headers)
        )
        await recognition.waiting.wait()
        asking.cancel()
        await asyncio.wait([asking])
        await recognition.left.wait()
        assert recognition.gate is not None
        recognition.gate.set()
        while (answer := await api.send(headers, wav(2.0))).status_code == 503:
            await asyncio.sleep(0.05)
        assert answer.status_code == 200


BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "no body": ({"content": b""}, 422, "empty_audio"),
    "one sample": ({"content": wav(1 / 16_000)}, 422, "audio_too_short"),
    "301 s": ({"content": wav(301.0, 8000)}, 413, "audio_too_long"),
    "no sound at all": ({"content": b"once upon a time " * 100}, 422, "bad_audio"),
    "only a head": ({"content": wav(3.0)[:30]}, 422, "bad_audio"),
    "an empty file": ({"content": wav(0.0)}, 422, "bad_audio"),
    "another kind of body": (
        {"content": b"x", "headers": {"content-type": "text/plain"}},
        415,
        "unsupported_media_type",
    ),
    "no target": ({"content": wav(2.0), "params": {}}, 422, "invalid"),
    "a language that is none": ({"content": wav(2.0), "params": {"target_language": "x!"}}, 422, "invalid"),
    "a format that is none": (
        {"content": wav(2.0), "params": {"target_language": "es", "audio_format": "exe"}},
        422,
        "invalid",
    ),
    "an unknown voice": (
        {"content": wav(2.0), "params": {"target_language": "es", "voice_profile_id": "v1"}},
        404,
        "unknown_profile",
    ),
    "no JSON": ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "bad_request"),
    "no base64": ({"json": {"audio": "äöü", "target_language": "es"}}, 422, "bad_base64"),
    "empty base64": ({"json": {"audio": "", "target_language": "es"}}, 422, "empty_audio"),
    "JSON without sound": ({"json": {"target_language": "es"}}, 422, "invalid"),
    "a quality that is none": (
        {"json": {"audio": "AAAA", "target_language": "es", "options": {"quality": "best"}}},
        422,
        "invalid",
    ),
    "a form without a file": ({"data": {"target_language": "es"}, "files": {"other": b"x"}}, 422, "invalid"),
    "a form without a boundary": (
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        400,
        "bad_request",
    ),
    "a form that is cut": (
        {"content": b"--b\r\nContent-Disp", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        422,
        "invalid",
    ),
    "half a surrogate": (
        {
            "content": b'{"audio": "\\ud800", "target_language": "es"}',
            "headers": {"content-type": "application/json"},
        },
        400,
        "bad_request",
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_input_is_refused_with_a_reason(
    api: Api, case: str, recognition: ScriptedRecognition
) -> None:
    """None of it reaches an engine."""
    sending, status, code = BAD[case]
    headers = {**await api.tenant("acme")}
    if "json" not in sending and "data" not in sending:
        headers["content-type"] = "audio/wav"
    sending = {"params": {"target_language": "es"}, **sending}
    headers |= sending.pop("headers", {})
    if "json" in sending or "data" in sending:
        sending.pop("params")
    answer = await api.client.post(TRANSLATE, headers=headers, **sending)

    assert refusal(answer) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert recognition.asked == []


async def test_a_damaged_file_is_taken_with_a_warning(api: Api) -> None:
    answer = await api.sent(await api.tenant("acme"), wav(4.0)[:-20_000])
    assert "incomplete" in [warning["code"] for warning in answer["warnings"]]


async def test_nobody_gets_in_without_a_key(api: Api) -> None:
    for path in (TRANSLATE, TRANSCRIBE):
        answer = await api.client.post(path, content=wav(1.0), headers={"content-type": "audio/wav"})
        assert refusal(answer) == (401, "not_authorised")
    for path in ("/api/v1/languages", "/api/v1/voice/history", "/api/v1/voice/stats"):
        assert refusal(await api.client.get(path)) == (401, "not_authorised")


async def test_a_body_beyond_the_bound_is_not_read(api: Api) -> None:
    headers = {**await api.tenant("acme"), "content-type": "audio/wav", "content-length": "70000000"}
    answer = await api.client.post(TRANSLATE, content=b"", headers=headers)
    assert refusal(answer) == (413, "too_large")


async def test_the_languages_are_those_of_all_services(api: Api) -> None:
    answer = await api.client.get("/api/v1/languages", headers=await api.tenant("acme"))
    tree = answer.json()
    assert tree["outside"] == []
    found = {language["code"]: language for language in tree["languages"]}
    assert sorted(found) == ["de", "en", "es", "fr"]
    assert found["es"]["heard"]
    assert found["es"]["spoken"]
    assert found["en"]["translated_into"] == ["es", "fr"]
    assert (found["fr"]["heard"], found["fr"]["spoken"]) == (False, False)

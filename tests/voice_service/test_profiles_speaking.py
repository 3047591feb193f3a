"""Messages and texts in a voice of one's own: found by a job, measured on what is heard, forgotten with the profile."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import av
import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from config.settings import Settings
from foundation.database import reading, transaction
from pipeline.recordings.finishing import AudioFormat
from tests.auth_service.conftest import WallClock
from tests.fakes.speaker_service import voice_of
from tests.voice_service.messaging import refusal, wav
from tests.voice_service.profiling import CLONE, FOUND, FOUND_HZ, OWN_HZ, PROFILE, Voices, profiling
from voice_service.profiles.growing import similarity
from voice_service.storage.message_tables import objects, remembered
from voice_service.storage.tables import plans

NEAR = similarity(voice_of(OWN_HZ), voice_of(FOUND_HZ))
LATER = "/api/v1/voice/translate/async"


@pytest_asyncio.fixture
async def voices(settings: Settings, clock: WallClock) -> AsyncIterator[Voices]:
    async with profiling(settings, clock) as voices:
        yield voices


async def ready(voices: Voices, headers: dict[str, str], **fields: Any) -> str:
    """A profile with a voice for Spanish; somebody is going to say good morning."""
    profile: str = (await voices.consented(headers, **fields))["id"]
    await voices.found(headers, profile)
    voices.recognition.text = "Good morning."
    return profile


def codes(answer: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in answer["warnings"] if warning["code"] != "emotion_not_preserved"]


async def count(voices: Voices, table: Any) -> int:
    async with reading(voices.api.services.engine) as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_the_voice_is_found_by_a_job_and_told_with_its_measures(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    profile = (await voices.consented(headers))["id"]

    found = await voices.found(headers, profile)

    assert found == {
        "language": "es",
        "method": "resembling",
        "voice": FOUND,
        "similarity_before": 0.61,
        "similarity_after": 0.74,
        "found_at": "2027-01-15T08:00:00.000Z",
    }
    assert voices.speakers.searched == ["es"]


async def test_a_message_is_spoken_with_it_and_its_very_sound_is_measured(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    for named in (profile, "default"):
        answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=named)
        assert voices.tones.asked[-1].voice == FOUND
        assert answer["voice_similarity"] == pytest.approx(NEAR, abs=0.01)
        assert codes(answer) == []
    house = await voices.api.sent(headers, wav(2.0))
    assert (house["voice_similarity"], voices.tones.asked[-1].voice) == (None, "es-1")
    history = (await voices.client.get("/api/v1/voice/history", headers=headers)).json()["messages"]
    near = pytest.approx(NEAR, abs=0.01)
    assert [entry["voice_similarity"] for entry in history].count(None) == 1
    assert [entry["voice_similarity"] for entry in history if entry["voice_similarity"]] == [near, near]


async def test_until_it_is_found_the_house_speaks_and_says_so(voices: Voices) -> None:
    """The search begins with the first message, once for all of them."""
    headers = await voices.api.tenant("acme")
    profile = (await voices.consented(headers))["id"]
    voices.recognition.text = "Good morning."
    for _ in range(2):
        answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile)
        assert (answer["voice_similarity"], codes(answer)) == (None, ["own_voice_sought"])
    assert voices.tones.asked[-1].voice == "es-1"

    await voices.found(headers, profile)

    answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile)
    assert (answer["voice_similarity"], codes(answer)) == (pytest.approx(NEAR, abs=0.01), [])
    assert voices.speakers.searched == ["es"]


async def test_a_voice_that_is_known_better_is_sought_anew(voices: Voices) -> None:
    """While the old one goes on speaking."""
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    await voices.send(headers, 45.0)
    answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile)
    assert codes(answer) == []
    waiting = (await voices.client.get("/api/v1/voice/waiting", headers=headers)).json()
    assert sum(queue["jobs"] for queue in waiting) == 1


async def test_what_hinders_a_voice_hinders_no_message(voices: Voices) -> None:
    """A language without such voices, a service that has lost what it needs, sound that cannot be measured."""
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    voices.speakers.found = {"fr": FOUND}
    other = (await voices.consented(headers))["id"]
    voices.recognition.text = "Good morning."
    answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=other)
    assert codes(answer) == ["own_voice_not_in_language"]
    voices.speakers.missing = True
    answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile)
    assert (answer["voice_similarity"], codes(answer)) == (None, ["similarity_unknown"])
    assert voices.tones.asked[-1].voice == FOUND


async def test_a_voice_that_fails_leaves_the_word_to_the_house(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    del voices.tones.hertz[FOUND]
    answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile)
    assert (answer["voice_similarity"], codes(answer)) == (None, ["own_voice_failed"])
    assert answer["duration_seconds"] == pytest.approx(2.0)


async def test_a_repeated_message_is_answered_in_the_same_voice_until_the_profile_goes(
    voices: Voices,
) -> None:
    """What is remembered is kept apart by voice, and is gone with it: rows, objects, and all levels."""
    headers = await voices.api.tenant("acme", remembers_messages=True, keeps_messages=True)
    profile = await ready(voices, headers)
    house = [await voices.api.sent(headers, wav(2.0)) for _ in range(2)]
    voices.api.clock.pass_s(1)
    own = [await voices.api.sent(headers, wav(2.0), voice_profile_id=profile) for _ in range(2)]

    assert [answer["cached"] for answer in (*house, *own)] == [False, True, False, True]
    assert own[0]["audio_base64"] == own[1]["audio_base64"] != house[0]["audio_base64"]
    assert own[1]["voice_similarity"] == pytest.approx(NEAR, abs=0.01)
    before = await count(voices, remembered)
    link = own[0]["audio_url"].removeprefix("http://127.0.0.1:8000")
    assert (await voices.client.get(link)).status_code == 200

    assert (await voices.client.delete(PROFILE, headers=headers)).status_code == 204

    assert (await voices.client.get(link)).status_code == 404
    assert await count(voices, remembered) == before - 1, "of the house's answers nothing goes"
    async with reading(voices.api.services.engine) as connection:
        left = await connection.execute(select(objects.c.name).where(objects.c.profile == profile))
        assert left.all() == []
    history = (await voices.client.get("/api/v1/voice/history", headers=headers)).json()["messages"]
    assert [entry["audio_url"] is None for entry in history] == [True, True, False, False]
    answer = await voices.api.sent(headers, wav(2.0))
    assert (answer["cached"], answer["voice_similarity"]) == (True, None)


async def test_a_message_that_nobody_waits_for_takes_the_voice_that_is_there_then(voices: Voices) -> None:
    """And fails where the profile was deleted meanwhile: it is not spoken by somebody else without a word."""
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    query = {"target_language": "es", "voice_profile_id": profile}
    sent = {**headers, "content-type": "audio/wav"}
    jobs = voices.api.services.jobs
    running = asyncio.create_task(jobs.runner.run())
    try:
        first = (await voices.client.post(LATER, params=query, content=wav(2.0), headers=sent)).json()
        done = await voices.done(headers, first["job_id"])
        assert done["result"]["voice_similarity"] == pytest.approx(NEAR, abs=0.01)
    finally:
        running.cancel()
        await asyncio.wait([running])

    second = (await voices.client.post(LATER, params=query, content=wav(2.5), headers=sent)).json()
    await voices.client.delete(PROFILE, headers=headers)
    running = asyncio.create_task(jobs.runner.run())
    try:
        failed = await voices.done(headers, second["job_id"])
        assert (failed["status"], failed["error"]["code"]) == ("failed", "unknown_profile")
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_search_for_a_profile_that_goes_comes_to_nothing(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    profile = (await voices.consented(headers))["id"]
    voices.speakers.gate = asyncio.Event()
    body = {"text": "Hola.", "language": "es"}
    job = (await voices.client.post(CLONE, json=body, headers=headers)).json()["job_id"]
    over = asyncio.create_task(voices.done(headers, job))
    await voices.speakers.searching.wait()
    await voices.client.delete(PROFILE, params={"id": profile}, headers=headers)
    voices.speakers.gate.set()
    failed = await over
    assert (failed["status"], failed["error"]["code"], failed["result"]) == (
        "failed",
        "unknown_profile",
        None,
    )


async def test_a_search_is_cancelled_for_real(voices: Voices) -> None:
    """The speech service stops as well."""
    headers = await voices.api.tenant("acme")
    await voices.consented(headers)
    voices.speakers.gate = asyncio.Event()
    body = {"text": "Hola.", "language": "es"}
    job = (await voices.client.post(CLONE, json=body, headers=headers)).json()["job_id"]
    over = asyncio.create_task(voices.done(headers, job))
    await voices.speakers.searching.wait()
    await voices.client.delete(f"/api/v1/voice/job/{job}", headers=headers)
    assert (await over)["status"] == "cancelled"
    async with asyncio.timeout(10):
        await voices.speakers.left.wait()


# --- texts ------------------------------------------------------------------------------------------------


async def test_cloning_says_that_it_does_not_clone(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    body = {"text": "Buenos días.", "language": "es", "format": "flac"}
    answer = await voices.client.post(CLONE, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    tree = answer.json()
    assert (tree["method"], tree["voice_profile_id"]) == ("resembling", profile)
    assert tree["voice_similarity"] == pytest.approx(NEAR, abs=0.01)
    assert (tree["voice"]["similarity_before"], tree["voice"]["similarity_after"]) == (0.61, 0.74)
    assert tree["duration_seconds"] == pytest.approx(2.0)
    assert base64.b64decode(tree["audio_base64"])[:4] == b"fLaC"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"text": "", "language": "es"}, (422, "invalid")),
        ({"text": "x" * 501, "language": "es"}, (422, "invalid")),
        ({"text": "...", "language": "es", "audio": "AAAA"}, (422, "invalid")),
        ({"text": "Hola.", "language": "fr"}, (422, "unknown_language")),
        ({"text": "Hola.", "language": "es", "voice_profile_id": "0" * 24}, (404, "unknown_profile")),
    ],
)
async def test_what_cannot_be_said_with_it_is_refused(
    voices: Voices, body: dict[str, str], wanted: tuple[int, str]
) -> None:
    """A bare recording is no reference: without consent nobody's voice is imitated."""
    headers = await voices.api.tenant("acme")
    await voices.consented(headers)
    assert refusal(await voices.client.post(CLONE, json=body, headers=headers)) == wanted


async def test_texts_are_spoken_with_it_too(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    mine = (await voices.consented(headers))["id"]
    body = {"text": "Buenos días.", "language": "es", "voice_profile_id": "default"}
    soon = await voices.client.post("/tts", json=body, headers=headers)
    assert (soon.status_code, soon.headers["retry-after"]) == (409, "30")
    await voices.found(headers, mine)

    answer = await voices.client.post("/tts", json=body, headers=headers)

    assert answer.status_code == 200, answer.text
    assert float(answer.headers["x-voice-similarity"]) == pytest.approx(NEAR, abs=0.01)
    assert (answer.headers["x-voice"], answer.headers["x-synthetic-speech"]) == ("own", "true")
    both = await voices.client.post("/tts", json={**body, "voice": "es-1"}, headers=headers)
    assert both.status_code == 400
    unknown = await voices.client.post("/tts", json={**body, "voice_profile_id": "x"}, headers=headers)
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "There is no such voice profile.")


async def used(voices: Voices, headers: dict[str, str]) -> int:
    return int((await voices.client.get("/api/v1/account", headers=headers)).json()["used"])


async def test_what_is_spoken_with_it_counts_as_a_message(voices: Voices) -> None:
    """At both doors, streamed or not; what fails by our fault does not, nor does a search or a voice of the house."""
    headers = await voices.api.tenant("acme")
    await ready(voices, headers)
    assert await used(voices, headers) == 0
    mine = {"text": "Hola.", "language": "es", "voice_profile_id": "default"}
    doors = [(CLONE, mine), ("/tts", mine), ("/tts", {**mine, "stream": True})]
    for door, body in [*doors, ("/tts", {"text": "Hola.", "voice": "es-1"})]:
        answer = await voices.client.post(door, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
    assert await used(voices, headers) == 3

    del voices.tones.hertz[FOUND]
    for door, body in doors:
        answer = await voices.client.post(door, json=body, headers=headers)
        assert not answer.is_success, "it is not there any more"
    assert await used(voices, headers) == 3


async def test_nothing_is_spoken_with_it_beyond_the_month(voices: Voices) -> None:
    """Each door says it in its own words."""
    headers = await voices.api.tenant("acme")
    await ready(voices, headers)
    async with transaction(voices.api.services.engine) as connection:
        await connection.execute(update(plans).where(plans.c.name == "pro").values(messages_per_month=1))
    mine = {"text": "Hola.", "language": "es", "voice_profile_id": "default"}
    assert (await voices.client.post(CLONE, json=mine, headers=headers)).status_code == 200
    spoken = len(voices.tones.asked)

    assert refusal(await voices.client.post(CLONE, json=mine, headers=headers)) == (429, "quota_used_up")
    answer = await voices.client.post("/tts", json=mine, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (429, "The messages of this month are used up.")
    assert len(voices.tones.asked) == spoken


async def test_the_name_of_a_voice_like_somebodys_opens_nothing(settings: Settings, clock: WallClock) -> None:
    """Not for others, not for its owner, who asks by the profile, and not for a mix that nobody has: a recipe that
    differs by a hundredth sounds the same."""
    recipe = "kokoro:blend~ef_dora.60~em_alex.40"
    async with profiling(settings, clock) as voices:
        voices.speakers.found = {"es": recipe}
        owner, other = await voices.api.tenant("acme"), await voices.api.tenant("zeta")
        profile = (await voices.consented(owner))["id"]
        assert (await voices.found(owner, profile))["voice"] == recipe
        before = len(voices.tones.asked)
        for headers in (owner, other):
            for name in (recipe, recipe.removeprefix("kokoro:"), "kokoro:blend~ef_dora.61~em_alex.39"):
                answer = await voices.client.post(
                    "/tts", json={"text": "Hola.", "voice": name, "language": "es"}, headers=headers
                )
                sample = await voices.client.get(f"/voices/{name}/sample", headers=headers)
                assert (answer.status_code, sample.status_code) == (404, 404)
        assert len(voices.tones.asked) == before


# --- marks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(AudioFormat))
async def test_every_file_of_a_message_says_that_no_person_spoke(voices: Voices, kind: AudioFormat) -> None:
    """In base64 and behind the link alike, with a voice of one's own and with one of the house."""
    headers = await voices.api.tenant("acme")
    profile = await ready(voices, headers)
    for own in ({"voice_profile_id": profile}, {}):
        answer = await voices.api.sent(headers, wav(2.0), format=kind.value, **own)
        link = answer["audio_url"].removeprefix("http://127.0.0.1:8000")
        linked = (await voices.client.get(link)).content
        assert linked == base64.b64decode(answer["audio_base64"])
        with av.open(io.BytesIO(linked)) as container:
            said = {**container.metadata, **container.streams.audio[0].metadata}
        assert {name.lower(): value for name, value in said.items()}["comment"] == "Synthetic speech"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg", "flac"])
async def test_texts_say_it_in_the_file_and_in_the_head_of_the_answer(
    voices: Voices, kind: str, stream: bool
) -> None:
    """But a stream of WAV, which has no end to say it at, says it in the head of the answer alone."""
    headers = await voices.api.tenant("acme")
    body = {"text": "Hola.", "voice": "es-1", "format": kind, "stream": stream}
    answer = await voices.client.post("/tts", json=body, headers=headers)
    assert (answer.status_code, answer.headers["x-synthetic-speech"]) == (200, "true")
    assert (b"Synthetic speech" in answer.content) == (not (stream and kind == "wav"))

"""Voices cloned: where an engine is there and owners have agreed to just that; told as such, gone with the profile."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import av
import pytest
import pytest_asyncio
from sqlalchemy import select

from config.settings import Settings
from foundation.database import reading
from foundation.http.problems import ProblemError
from pipeline.audio import HEARING_RATE_HZ
from pipeline.recordings.decoding import decode
from pipeline.text.languages import base
from tests.auth_service.conftest import WallClock
from tests.fakes.speaker_service import tone_of
from tests.voice_service.messaging import refusal, wav
from tests.voice_service.profiling import CLONE, CONSENT, OWN_HZ, PROFILE, Voices, profiling
from voice_service.profiles.wordings import WORDINGS, agrees_to_cloning, new_code, sentence_with
from voice_service.storage.profile_tables import consents

BODY = {"text": "Buenos días.", "language": "es"}


@pytest_asyncio.fixture
async def voices(settings: Settings, clock: WallClock) -> AsyncIterator[Voices]:
    async with profiling(settings, clock) as voices:
        voices.speakers.clones = ("es", "fr")
        yield voices


async def cloned(voices: Voices, headers: dict[str, str], **fields: Any) -> dict[str, Any]:
    answer = await voices.client.post(CLONE, json={**BODY, **fields}, headers=headers)
    assert answer.status_code == 200, answer.text
    tree: dict[str, Any] = answer.json()
    return tree


def codes(answer: dict[str, Any]) -> list[str]:
    told = [warning["code"] for warning in answer["warnings"]]
    return [code for code in told if code != "emotion_not_preserved"]


async def test_a_text_is_cloned_and_says_so(voices: Voices) -> None:
    """With what cloned it, what marks it, and how near it came; the reference is what was heard of its owner."""
    headers = await voices.api.tenant("acme")
    profile = await voices.consented(headers, cloning=True)

    answer = await cloned(voices, headers)

    sound = base64.b64decode(answer.pop("audio_base64"))
    assert answer == {
        "voice_profile_id": profile["id"],
        "method": "cloned",
        "not_cloned": None,
        "engine": "parrot",
        "watermark": "loud 1",
        "duration_seconds": 1.0,
        "voice_similarity": pytest.approx(1.0, abs=0.01),
        "voice": None,
    }
    with av.open(io.BytesIO(sound)) as container:
        assert container.metadata["comment"] == "Synthetic speech"
    (asked,) = voices.speakers.cloned
    assert (asked.text, asked.language, asked.consent) == ("Buenos días.", "es", await consent_of(voices))
    heard = decode(base64.b64decode(asked.reference), rate_hz=HEARING_RATE_HZ, max_s=31).pcm
    assert tone_of(heard)[0] == pytest.approx(OWN_HZ, abs=1)
    assert 10 <= len(heard) / HEARING_RATE_HZ <= 30


async def consent_of(voices: Voices) -> str:
    """The id of the only consent that was given."""
    async with reading(voices.api.services.engine) as connection:
        given = select(consents.c.id).where(consents.c.given_at.is_not(None))
        (only,) = (await connection.execute(given)).scalars()
    return str(only)


@pytest.mark.parametrize(
    ("clones", "agrees", "fails", "why"),
    [
        ((), True, False, "no_engine"),
        (("fr",), True, False, "language"),
        (("es",), False, False, "consent"),
        (("es",), True, True, "failed"),
    ],
)
async def test_what_is_no_clone_says_so_and_why(
    voices: Voices, clones: tuple[str, ...], agrees: bool, fails: bool, why: str
) -> None:
    """The voice that resembles speaks instead, once it is found; before and after are told as ever."""
    headers = await voices.api.tenant("acme")
    profile = await voices.consented(headers, cloning=agrees)
    voices.speakers.clones, voices.speakers.cloning_fails = clones, fails
    soon = await voices.client.post(CLONE, json=BODY, headers=headers)
    assert (soon.status_code, soon.json()["not_cloned"]) == (202, why)
    await voices.found(headers, profile["id"])

    answer = await cloned(voices, headers)

    assert (answer["method"], answer["not_cloned"], answer["engine"], answer["watermark"]) == (
        "resembling", why, None, None,
    )  # fmt: skip
    assert (answer["voice"]["similarity_before"], answer["voice"]["similarity_after"]) == (0.61, 0.74)
    assert bool(voices.speakers.cloned) == fails


async def test_nobody_is_cloned_who_has_not_agreed(voices: Voices) -> None:
    """Neither a profile without consent, nor one that is somebody else's, nor a bare recording."""
    acme, other = await voices.api.tenant("acme"), await voices.api.tenant("other")
    empty = await voices.made(acme)
    mine = await voices.consented(acme, cloning=True)
    for headers, body in (
        (acme, {**BODY, "voice_profile_id": empty["id"]}),
        (other, {**BODY, "voice_profile_id": mine["id"]}),
        (acme, {**BODY, "audio": "UklGRg=="}),
    ):
        answer = await voices.client.post(CLONE, json=body, headers=headers)
        assert refusal(answer) in {(403, "consent_needed"), (404, "unknown_profile"), (422, "invalid")}
    assert voices.speakers.cloned == []


async def test_whoever_agrees_later_is_cloned_from_then_on(voices: Voices) -> None:
    """What was read is told with the profile."""
    headers = await voices.api.tenant("acme")
    profile = await voices.consented(headers)
    assert profile["consent"]["cloning"] is False
    asked = await voices.asked(headers, cloning=True)
    answer = await voices.send(headers, 12.0, consent=asked["consent_id"])
    assert answer.json()["profile"]["consent"]["cloning"] is True
    assert (await cloned(voices, headers))["method"] == "cloned"


async def test_a_deleted_profile_leaves_nothing_to_clone_from(voices: Voices) -> None:
    """Its samples are the reference, and go with it."""
    headers = await voices.api.tenant("acme")
    profile = await voices.consented(headers, cloning=True)
    objects = voices.api.services.messages.messages.objects
    names = await voices.api.services.profiles.profiles.store.sample_objects(profile["id"])
    assert len([await objects.read(name) for name in names]) == 1

    assert (await voices.client.delete(PROFILE, headers=headers)).status_code == 204

    for name in names:
        with pytest.raises(ProblemError, match="404"):
            await objects.read(name)
    assert refusal(await voices.client.post(CLONE, json=BODY, headers=headers)) == (404, "unknown_profile")
    assert voices.speakers.cloned == []


async def test_messages_are_spoken_by_the_clone(voices: Voices) -> None:
    """And by another voice, with a warning, where that fails."""
    headers = await voices.api.tenant("acme", remembers_messages=True)
    profile = await voices.consented(headers, cloning=True)
    voices.recognition.text = "Good morning."
    answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile["id"])
    assert (answer["voice_similarity"], codes(answer)) == (pytest.approx(1.0, abs=0.01), [])
    assert [wish.text for wish in voices.speakers.cloned] == ["Buenos días."]

    voices.speakers.cloning_fails = True
    again = await voices.api.sent(headers, wav(2.0), voice_profile_id=profile["id"])
    assert (again["cached"], len(voices.speakers.cloned)) == (True, 1)
    other = await voices.api.sent(headers, wav(2.5), voice_profile_id=profile["id"])
    assert codes(other) == ["clone_failed", "own_voice_sought"]
    assert other["voice_similarity"] is None


async def test_texts_are_spoken_by_the_clone_at_its_own_pace(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.consented(headers, cloning=True)
    body = {**BODY, "voice_profile_id": "default"}
    answer = await voices.client.post("/tts", json=body, headers=headers)
    told = ("x-voice", "x-voice-method", "x-watermark", "x-synthetic-speech", "x-voice-similarity")
    assert answer.status_code == 200, answer.text
    assert [answer.headers[name] for name in told[:4]] == ["own", "cloned", "loud 1", "true"]
    assert float(answer.headers[told[4]]) == pytest.approx(1.0, abs=0.01)
    faster = await voices.client.post("/tts", json={**body, "speed": 1.5}, headers=headers)
    assert faster.status_code == 409, "the voice that resembles has a pace, and is being sought"


async def test_consent_for_a_clone_is_read_in_words_that_say_so(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    for cloning in (False, True):
        body = {"language": "en", "cloning": cloning}
        asked = (await voices.client.post(CONSENT, json=body, headers=headers)).json()
        assert ("cloned" in asked["text"]) == cloning


@pytest.mark.parametrize("language", WORDINGS)
def test_every_language_asks_for_both(language: str) -> None:
    """What was read without it never counts as consent to a clone."""
    code = new_code(language)
    assert base(language) == language
    assert agrees_to_cloning(language, sentence_with(language, code, cloning=True))
    assert not agrees_to_cloning(language, sentence_with(language, code))
    assert not agrees_to_cloning("xx", sentence_with(language, code, cloning=True))

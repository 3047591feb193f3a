"""Voices of one's own: whose they are, consent, samples, how they grow, and how they go."""

from __future__ import annotations

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import delete, func, select

from config.settings import Settings
from foundation.database import reading, transaction
from pipeline.engines.protocols import SpeakerTraits
from tests.auth_service.conftest import WallClock
from tests.fakes.speaker_service import voice_of
from tests.postgresql import postgresql
from tests.voice_service.messaging import TRANSLATE, refusal, wav
from tests.voice_service.profiling import (
    CONSENT,
    OTHER_HZ,
    OWN_HZ,
    PROFILE,
    SAMPLE,
    Voices,
    profiling,
)
from voice_service.profiles.growing import SAME_SPEAKER, first_print, grown, similarity
from voice_service.profiles.records import ProfileLevel, level_of
from voice_service.storage.message_tables import objects, remembered
from voice_service.storage.profile_tables import consents, profiles, resembling, samples
from voice_service.storage.tables import audit, people, tenants

DAY_S = 86_400.0


@pytest_asyncio.fixture
async def voices(settings: Settings, clock: WallClock) -> AsyncIterator[Voices]:
    async with profiling(settings, clock) as voices:
        yield voices


async def rows(voices: Voices, table: Any) -> int:
    async with reading(voices.api.services.engine) as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


def files(voices: Voices) -> list[Path]:
    place = voices.api.services.settings.voice.directory / "objects"
    return [path for path in place.rglob("*") if path.is_file()]


async def deeds(voices: Voices) -> list[tuple[str, str]]:
    async with reading(voices.api.services.engine) as connection:
        found = await connection.execute(select(audit.c.who, audit.c.what).order_by(audit.c.id))
        return [(row.who, row.what) for row in found]


def joined(*sounds: bytes) -> bytes:
    """WAV files one after the other as one."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((1, 2, 16_000, 0, "NONE", ""))
        for sound in sounds:
            with wave.open(io.BytesIO(sound)) as part:
                made.writeframes(part.readframes(part.getnframes()))
    return file.getvalue()


# --- growing: pure ----------------------------------------------------------------------------------------


def traits(hertz: float, speech_s: float) -> SpeakerTraits:
    return SpeakerTraits(voice_of(hertz), speech_s, hertz, 10 * hertz)


def test_a_new_sample_of_the_same_length_counts_a_fifth() -> None:
    """And the mean has length 1 again."""
    old = first_print(traits(200.0, 10.0), "tones")

    new = grown(old, traits(220.0, 10.0))

    wanted = 0.8 * voice_of(200.0) + 0.2 * voice_of(220.0)
    assert np.allclose(new.embedding, wanted / np.linalg.norm(wanted), atol=1e-6)
    assert (new.speech_s, new.encoder) == (20.0, "tones")
    assert new.pitch_hz == pytest.approx(204.0)
    assert new.brightness_hz == pytest.approx(2040.0)


@pytest.mark.parametrize(
    ("old_s", "new_s", "share"), [(3.0, 60.0, 0.833), (180.0, 3.0, 0.0041), (10, 10, 0.2)]
)
def test_each_counts_by_its_seconds(old_s: float, new_s: float, share: float) -> None:
    new = grown(first_print(traits(200.0, old_s), "tones"), traits(300.0, new_s))

    assert (new.pitch_hz - 200.0) / 100.0 == pytest.approx(share, abs=0.001)


def test_what_could_not_be_measured_takes_nothing_away() -> None:
    new = grown(first_print(traits(200.0, 5.0), "tones"), SpeakerTraits(voice_of(210.0), 5.0, 0.0, 0.0))

    assert (new.pitch_hz, new.brightness_hz) == (200.0, 2000.0)


def test_similarity_is_within_its_bounds() -> None:
    assert similarity(voice_of(220.0), voice_of(220.0)) == pytest.approx(1.0)
    assert similarity(voice_of(200.0), voice_of(400.0)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("speech_s", "level"),
    [
        (0, "none"),
        (0.1, "short"),
        (9.9, "short"),
        (10, "basic"),
        (49.9, "basic"),
        (50, "refined"),
        (180, "expert"),
    ],
)
def test_levels_follow_the_seconds_of_speech(speech_s: float, level: str) -> None:
    assert level_of(speech_s) is ProfileLevel(level)


# --- profiles ---------------------------------------------------------------------------------------------


async def test_a_new_profile_knows_nothing_and_the_first_is_the_default(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")

    made = await voices.made(headers, expires_in_days=30)

    assert made == {
        "id": made["id"],
        "user_id": None,
        "name": "Mine",
        "default": True,
        "level": "none",
        "speech_seconds": 0.0,
        "samples": 0,
        "pitch_hz": None,
        "voice_type": None,
        "brightness": None,
        "embedding_engine": None,
        "consent": None,
        "voices": [],
        "created_at": "2027-01-15T08:00:00.000Z",
        "updated_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-02-14T08:00:00.000Z",
    }
    assert await voices.profiles(headers) == [made]
    assert await deeds(voices) == [("key k-acme", "profile made")]


async def test_one_of_several_is_the_default(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    first = await voices.made(headers)
    voices.api.clock.pass_s(1)
    second = await voices.made(headers, name="Evening")
    assert [one["default"] for one in await voices.profiles(headers)] == [True, False]

    change = {"id": second["id"], "default": True, "name": "Night", "expires_in_days": 7}
    answer = await voices.client.post(PROFILE, json=change, headers=headers)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["expires_at"]) == ("Night", "2027-01-22T08:00:01.000Z")
    found = {one["id"]: one["default"] for one in await voices.profiles(headers)}
    assert found == {first["id"]: False, second["id"]: True}
    only = await voices.client.get(PROFILE, params={"id": first["id"]}, headers=headers)
    assert [one["id"] for one in only.json()["profiles"]] == [first["id"]]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, (422, "invalid")),
        ({"name": ""}, (422, "invalid")),
        ({"name": "a\u202eb"}, (422, "invalid")),
        ({"name": "Mine", "expires_in_days": 366}, (422, "invalid")),
        ({"name": "Mine", "embedding": [1.0]}, (422, "invalid")),
        ({"id": "0" * 24, "name": "Mine"}, (404, "unknown_profile")),
        ({"id": "ä", "name": "Mine"}, (404, "unknown_profile")),
    ],
)
async def test_what_is_no_profile_is_refused(
    voices: Voices, body: dict[str, Any], wanted: tuple[int, str]
) -> None:
    headers = await voices.api.tenant("acme")
    assert refusal(await voices.client.post(PROFILE, json=body, headers=headers)) == wanted


async def test_there_are_so_many_and_no_more(settings: Settings, clock: WallClock) -> None:
    """Also when they are asked for at the same time; each person has their own."""
    async with profiling(settings, clock, profiles_per_person=2) as voices:
        headers = await voices.api.tenant("acme")
        other = await voices.person("acme", "ada")
        asked = [voices.client.post(PROFILE, json={"name": "Mine"}, headers=headers) for _ in range(4)]
        answers = sorted(answer.status_code for answer in await asyncio.gather(*asked))
        assert answers == [201, 201, 409, 409]
        refused = await voices.client.post(PROFILE, json={"name": "Mine"}, headers=headers)
        assert refusal(refused) == (409, "profiles_full")
        assert sum(one["default"] for one in await voices.profiles(headers)) == 1
        assert (await voices.made(other))["user_id"] == "ada"


async def test_nobody_sees_anybody_elses(voices: Voices) -> None:
    """Of the same tenant or of another one: each way in is 404, as for one that is not there."""
    owner = await voices.api.tenant("acme")
    mine = (await voices.consented(owner))["id"]
    asked = await voices.asked(owner, voice_profile_id=mine)
    for other in (await voices.person("acme", "ada"), await voices.api.tenant("other")):
        await voices.made(other)
        headers = {**other, "content-type": "audio/wav"}
        answers = [
            await voices.client.get(PROFILE, params={"id": mine}, headers=other),
            await voices.client.post(PROFILE, json={"id": mine, "name": "Yours"}, headers=other),
            await voices.client.delete(PROFILE, params={"id": mine}, headers=other),
            await voices.client.post(CONSENT, json={"voice_profile_id": mine}, headers=other),
            await voices.send(other, 5.0, voice_profile_id=mine),
            await voices.api.send(other, wav(2.0), voice_profile_id=mine),
        ]
        assert [refusal(answer) for answer in answers] == [(404, "unknown_profile")] * 6
        theirs = await voices.client.post(
            SAMPLE, params={"consent": asked["consent_id"]}, content=wav(5.0), headers=headers
        )
        assert refusal(theirs) == (404, "unknown_consent"), "somebody else's consent is none"
    assert len(await voices.profiles(owner)) == 1


async def test_a_plan_without_voices_gives_none(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    mine = (await voices.consented(headers))["id"]
    async with transaction(voices.api.services.engine) as connection:
        await connection.execute(tenants.update().values(plan="free"))

    refused = [
        await voices.client.post(PROFILE, json={"name": "Mine"}, headers=headers),
        await voices.client.post(CONSENT, json={}, headers=headers),
        await voices.send(headers, 5.0),
        await voices.api.send(headers, wav(2.0), voice_profile_id=mine),
    ]

    assert [refusal(answer) for answer in refused] == [(403, "not_in_plan")] * 4
    assert len(await voices.profiles(headers)) == 1
    assert (await voices.client.delete(PROFILE, headers=headers)).status_code == 204, (
        "to delete needs no plan"
    )


# --- consent ----------------------------------------------------------------------------------------------


async def test_who_reads_the_sentence_has_agreed(voices: Voices) -> None:
    """Who, when, in which language and in which words is known; the sound counts as the first sample."""
    await voices.api.tenant("acme")
    headers = await voices.person("acme", "ada")
    made = await voices.made(headers)
    asked = await voices.asked(headers, language="en-GB")
    assert (asked["language"], asked["valid_until"]) == ("en", "2027-01-15T08:10:00.000Z")
    assert len(asked["code"].split()) == 4
    assert all(word in asked["text"] for word in asked["code"].split())
    voices.api.clock.pass_s(DAY_S / 1440)

    answer = await voices.send(headers, 12.0, consent=asked["consent_id"])

    assert answer.status_code == 200, answer.text
    tree = answer.json()
    assert voices.recognition.asked[-1]["language"] == "en"
    assert tree["profile"]["consent"] == {
        "given_at": "2027-01-15T08:01:00.000Z",
        "by_key": "k-ada",
        "language": "en",
        "wording": asked["text"],
        "cloning": False,
    }
    assert (tree["similarity"], tree["warnings"]) == (None, [])
    profile = tree["profile"]
    assert (profile["id"], profile["level"], profile["samples"]) == (made["id"], "basic", 1)
    assert profile["speech_seconds"] == tree["speech_seconds"] == pytest.approx(12, abs=0.5)
    assert profile["pitch_hz"] == pytest.approx(OWN_HZ, abs=2)
    assert (profile["voice_type"], profile["embedding_engine"]) == ("high", "tones")
    assert profile["expires_at"] == "2028-01-15T08:01:00.000Z"
    who = "person ada, key k-ada"
    assert await deeds(voices) == [
        (who, "profile made"), (who, "consent spoken"), (who, "sample taken"),
    ]  # fmt: skip


async def test_without_consent_nothing_is_taken_and_nothing_is_kept(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)

    assert refusal(await voices.send(headers, 12.0)) == (403, "consent_needed")
    spoken = await voices.api.send(headers, wav(2.0), voice_profile_id="default")
    assert refusal(spoken) == (403, "consent_needed")

    assert files(voices) == []
    assert await rows(voices, samples) == 0


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("", "code"),
        ("Good morning.", "code"),
        ("This is my own voice. I agree that it is measured and imitated here.", "code"),
    ],
)
async def test_other_words_are_no_consent(voices: Voices, said: str, missing: str) -> None:
    """After three times the sentence cannot be read any more, and what was said is in no answer."""
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    consent = (await voices.asked(headers))["consent_id"]
    voices.recognition.text = said
    for left in (2, 1, 0):
        answer = await voices.send(headers, 12.0, consent=consent)
        assert refusal(answer) == (422, "consent_not_spoken")
        assert (answer.json()["missing"], answer.json()["tries_left"]) == (missing, left)
        assert not said or said not in answer.text
    assert refusal(await voices.send(headers, 12.0, consent=consent)) == (410, "consent_expired")
    assert (await voices.profiles(headers))[0]["consent"] is None
    assert files(voices) == []


async def test_the_code_alone_is_no_consent(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    asked = await voices.asked(headers)
    voices.recognition.text = asked["code"]
    answer = await voices.send(headers, 12.0, consent=asked["consent_id"])
    assert (refusal(answer), answer.json()["missing"]) == ((422, "consent_not_spoken"), "sentence")


async def test_a_sentence_can_be_read_once_and_for_ten_minutes(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    late = (await voices.asked(headers))["consent_id"]
    voices.api.clock.pass_s(601)
    assert refusal(await voices.send(headers, 12.0, consent=late)) == (410, "consent_expired")

    asked = (await voices.asked(headers))["consent_id"]
    assert (await voices.send(headers, 12.0, consent=asked)).status_code == 200
    assert refusal(await voices.send(headers, 12.0, consent=asked)) == (410, "consent_expired")
    assert refusal(await voices.send(headers, 12.0, consent="nobody")) == (404, "unknown_consent")
    await voices.api.services.profiles.profiles.sweep()
    assert await rows(voices, consents) == 1, "what nobody read is forgotten"


async def test_few_sentences_wait_to_be_read(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    asked: list[str] = []
    for _ in range(7):
        asked.append((await voices.asked(headers))["consent_id"])
        voices.api.clock.pass_s(1)
    assert await rows(voices, consents) == 5
    assert refusal(await voices.send(headers, 12.0, consent=asked[0])) == (404, "unknown_consent")
    assert (await voices.send(headers, 12.0, consent=asked[-1])).status_code == 200


async def test_consent_is_read_in_languages_that_can_be_compared(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    answer = await voices.client.post(CONSENT, json={"language": "ja"}, headers=headers)
    assert refusal(answer) == (422, "unknown_language")
    assert answer.json()["known"] == ["de", "en", "es", "fr", "it", "nl", "pl", "pt"]


async def test_another_voice_cannot_agree_again(voices: Voices) -> None:
    """Who agrees again is who agreed before; then the time begins anew, for the samples too."""
    headers = await voices.api.tenant("acme")
    await voices.consented(headers)
    voices.api.clock.pass_s(300 * DAY_S)
    asked = await voices.asked(headers)

    refused = await voices.send(headers, 12.0, OTHER_HZ, consent=asked["consent_id"])
    assert refusal(refused) == (409, "other_speaker")
    taken = await voices.send(headers, 12.0, consent=asked["consent_id"])
    assert taken.status_code == 200, taken.text

    voices.api.clock.pass_s(300 * DAY_S)
    await voices.api.services.profiles.profiles.sweep()
    await voices.api.services.messages.messages.objects.sweep()
    assert len(await voices.profiles(headers)) == 1
    assert len(files(voices)) == 2


# --- samples ----------------------------------------------------------------------------------------------


async def test_a_sample_comes_in_each_of_the_three_forms(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    mine = (await voices.consented(headers))["id"]
    sound = wav(4.0, hertz=OWN_HZ)

    body = {"audio": base64.b64encode(sound).decode(), "voice_profile_id": mine}
    form = {"voice_profile_id": mine}
    answers = [
        await voices.client.post(SAMPLE, json=body, headers=headers),
        await voices.client.post(
            SAMPLE, data=form, files={"audio": ("s.wav", sound, "audio/wav")}, headers=headers
        ),
        await voices.send(headers, 4.0, voice_profile_id=mine),
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    for answer in answers:
        tree = answer.json()
        assert tree["similarity"] == pytest.approx(1.0, abs=0.01)
        assert [warning["code"] for warning in tree["warnings"]] == ["little_speech"]
    assert answers[-1].json()["profile"]["samples"] == 4
    assert answers[-1].json()["profile"]["speech_seconds"] == pytest.approx(24, abs=1)


async def test_minutes_of_speech_make_an_expert(voices: Voices) -> None:
    """Sound of a minute and more goes to the services in pieces."""
    headers = await voices.api.tenant("acme")
    assert (await voices.consented(headers, 60.0))["level"] == "refined"
    answer = await voices.send(headers, 150.0)
    assert answer.status_code == 200, answer.text
    assert answer.json()["profile"]["level"] == "expert"


@pytest.mark.parametrize(
    ("sound", "wanted"),
    [
        (b"", (422, "empty_audio")),
        (wav(1 / 16_000), (422, "audio_too_short")),
        (wav(2.0), (422, "too_little_speech")),
        (wav(20.0, hertz=0.0), (422, "too_little_speech")),
        (b"no sound at all", (422, "bad_audio")),
    ],
    ids=["empty", "one sample", "two seconds", "silence", "no sound"],
)
async def test_sound_that_tells_nothing_is_refused(
    voices: Voices, sound: bytes, wanted: tuple[int, str]
) -> None:
    headers = await voices.api.tenant("acme")
    await voices.consented(headers)
    answer = await voices.client.post(SAMPLE, content=sound, headers={**headers, "content-type": "audio/wav"})
    assert refusal(answer) == wanted
    assert len(files(voices)) == 1


async def test_another_voice_is_refused_with_its_similarity(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    before = await voices.consented(headers)

    answer = await voices.send(headers, 12.0, OTHER_HZ)

    assert refusal(answer) == (409, "other_speaker")
    assert answer.json()["similarity"] == pytest.approx(
        similarity(voice_of(OWN_HZ), voice_of(OTHER_HZ)), abs=0.02
    )
    assert answer.json()["needed"] == SAME_SPEAKER
    assert await voices.profiles(headers) == [before]
    assert len(files(voices)) == 1


async def test_two_voices_in_one_recording_are_refused(voices: Voices) -> None:
    """Their mean would be nobody's."""
    headers = await voices.api.tenant("acme")
    before = await voices.consented(headers)
    both = joined(wav(6.0, hertz=OWN_HZ), wav(6.0, hertz=OTHER_HZ))
    answer = await voices.client.post(SAMPLE, content=both, headers={**headers, "content-type": "audio/wav"})
    assert refusal(answer) == (422, "several_voices")
    assert await voices.profiles(headers) == [before]


async def test_samples_that_come_at_once_are_all_taken(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.consented(headers)
    answers = await asyncio.gather(*(voices.send(headers, 4.0) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    (profile,) = await voices.profiles(headers)
    assert profile["samples"] == 4
    assert profile["speech_seconds"] == pytest.approx(24, abs=1)


async def test_another_engine_measures_what_was_kept_anew(voices: Voices) -> None:
    """Embeddings of two engines cannot be compared."""
    headers = await voices.api.tenant("acme")
    await voices.consented(headers)
    voices.speakers.encoder = "newer"
    answer = await voices.send(headers, 4.0)
    assert answer.status_code == 200, answer.text
    assert answer.json()["profile"]["embedding_engine"] == "newer"
    assert answer.json()["similarity"] == pytest.approx(1.0, abs=0.01)


async def test_without_what_measures_it_is_said_why(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    await voices.made(headers)
    consent = (await voices.asked(headers))["consent_id"]
    voices.speakers.missing = True
    answer = await voices.send(headers, 12.0, consent=consent)
    assert refusal(answer) == (502, "engine_missing")
    assert "fetch the encoder" in answer.json()["detail"]


# --- going ------------------------------------------------------------------------------------------------


async def test_what_is_deleted_is_gone_at_once(voices: Voices) -> None:
    """Rows, sound and all; the audit table knows that there was one, by its id alone."""
    headers = await voices.api.tenant("acme")
    mine = (await voices.consented(headers))["id"]
    await voices.send(headers, 4.0)
    await voices.found(headers, mine)
    assert len(files(voices)) == 2

    assert (await voices.client.delete(PROFILE, headers=headers)).status_code == 204

    assert files(voices) == []
    for table in (profiles, samples, consents, resembling, objects):
        assert await rows(voices, table) == 0
    assert await voices.profiles(headers) == []
    gone = [
        await voices.client.delete(PROFILE, params={"id": mine}, headers=headers),
        await voices.client.delete(PROFILE, headers=headers),
        await voices.send(headers, 4.0, voice_profile_id=mine),
        await voices.api.send(headers, wav(2.0), voice_profile_id=mine),
    ]
    assert [refusal(answer) for answer in gone] == [(404, "unknown_profile")] * 4
    assert (await deeds(voices))[-1] == ("key k-acme", "profile deleted")


async def test_after_its_time_a_voice_is_gone(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    mine = (await voices.consented(headers, expires_in_days=7))["id"]
    voices.api.clock.pass_s(7 * DAY_S)
    assert await voices.profiles(headers) == []
    refused = await voices.api.send(headers, wav(2.0), voice_profile_id=mine)
    assert refusal(refused) == (404, "unknown_profile")

    await voices.api.services.profiles.profiles.sweep()

    assert files(voices) == []
    assert await rows(voices, profiles) == 0
    assert (await deeds(voices))[-1] == ("its time was over", "profile deleted")


async def test_no_voice_is_deleted_by_a_time_that_is_over(voices: Voices) -> None:
    headers = await voices.api.tenant("acme")
    mine = await voices.consented(headers)
    voices.api.clock.pass_s(10 * DAY_S)
    body = {"id": mine["id"], "expires_in_days": 7}
    assert refusal(await voices.client.post(PROFILE, json=body, headers=headers)) == (422, "invalid")
    assert await voices.profiles(headers) == [mine]


async def test_a_voice_goes_with_its_person(voices: Voices) -> None:
    await voices.api.tenant("acme")
    await voices.consented(await voices.person("acme", "ada"))
    async with transaction(voices.api.services.engine) as connection:
        await connection.execute(delete(people).where(people.c.id == "ada"))
    await voices.api.services.messages.messages.objects.sweep()
    assert files(voices) == []
    assert await rows(voices, profiles) == 0


async def test_postgresql_keeps_voices_as_well(settings: Settings, clock: WallClock) -> None:
    """Made, grown by samples that come at once, bounded, found, used, remembered, deleted."""
    async with postgresql() as url:
        shown = SecretStr(url.render_as_string(hide_password=False))
        chosen = replace(settings, voice=replace(settings.voice, database_url=shown))
        async with profiling(chosen, clock, profiles_per_person=2) as voices:
            headers = await voices.api.tenant("acme", remembers_messages=True)
            mine = (await voices.consented(headers))["id"]
            made = [voices.client.post(PROFILE, json={"name": "Two"}, headers=headers) for _ in range(3)]
            assert sorted(one.status_code for one in await asyncio.gather(*made)) == [201, 409, 409]
            sent = await asyncio.gather(*(voices.send(headers, 4.0) for _ in range(3)))
            assert [one.status_code for one in sent] == [200] * 3
            await voices.found(headers, mine)
            voices.recognition.text = "Good morning."
            for cached in (False, True):
                answer = await voices.api.sent(headers, wav(2.0), voice_profile_id=mine)
                assert answer["cached"] is cached
                assert answer["voice_similarity"] == pytest.approx(0.98, abs=0.01)
            assert (await voices.client.delete(PROFILE, headers=headers)).status_code == 204
            for table in (samples, consents, resembling, objects, remembered):
                nobodys = 1 if table in (objects, remembered) else 0  # the translation
                assert await rows(voices, table) == nobodys
            assert [one["id"] != mine for one in await voices.profiles(headers)] == [True]


async def test_strangers_have_no_voices(voices: Voices) -> None:
    answers = [
        await voices.client.get(PROFILE),
        await voices.client.post(PROFILE, json={"name": "Mine"}),
        await voices.client.delete(PROFILE),
        await voices.client.post(CONSENT, json={}),
        await voices.client.post(SAMPLE, content=wav(5.0), headers={"content-type": "audio/wav"}),
        await voices.client.post(TRANSLATE, json={}),
    ]
    assert [answer.status_code for answer in answers] == [401] * 6

"""What people say of messages, and what is measured of each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select

from config.settings import Settings
from foundation.database import reading, transaction
from pipeline.engines.protocols import TranslationRequest, TranslationResult
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.postgresql import postgresql
from tests.voice_service.accounts import accounts, bearer, code, opened_on
from tests.voice_service.messaging import Api, messaging, wav
from voice_service.accounts.records import AccountRole
from voice_service.http.app import create_app
from voice_service.messages.history import DAY_S, HistoryEntry
from voice_service.storage.quality_tables import feedback
from voice_service.storage.tables import people
from voice_service.wiring import VoiceServices

FEEDBACK = "/api/v1/voice/feedback"


class SureTranslator(ScriptedTranslator):
    """Says how sure it is: log probabilities by text."""

    def __init__(self, answers: dict[tuple[str, str], str], scores: dict[str, tuple[float, str]]) -> None:
        super().__init__(answers)
        self._scores = scores

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        result = await super().translate(request)
        score, doubt = self._scores[request.text]
        return TranslationResult(result.text, result.engine, result.route, doubt=doubt, score=score)


@pytest_asyncio.fixture
async def api(settings: Settings, clock: WallClock) -> AsyncIterator[Api]:
    translator = SureTranslator(
        {("es", "Good morning."): "Buenos días.", ("es", "It is cold here."): "Hace frío aquí."},
        {"Good morning.": (0.0, ""), "It is cold here.": (-0.2231435513142097, "numbers")},  # 1 and 0.8
    )
    recognition = ScriptedRecognition("Good morning. It is cold here.")
    async with messaging(
        settings, recognition.app(), translator, ToneSynthesizer({"es": 440.0}), clock
    ) as api:
        yield api


async def _said(api: Api, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await api.client.post(FEEDBACK, headers=headers, json=body)


async def _count(services: VoiceServices) -> int:
    async with reading(services.engine) as connection:
        return int((await connection.execute(select(func.count()).select_from(feedback))).scalar_one())


async def test_a_message_has_scores_which_the_history_keeps(api: Api) -> None:
    """The translation's is weighted by length, and half where a check has doubts; the same when it is remembered."""
    headers = await api.tenant("acme", remembers_messages=True)
    answers = [await api.sent(headers, wav(2.0), quality="high") for _ in range(2)]

    assert [answer["cached"] for answer in answers] == [False, True]
    scores = answers[0]["scores"]
    assert scores == answers[1]["scores"]
    assert scores["translation_score"] == pytest.approx((13 * 1 + 16 * 0.8 * 0.5) / 29, abs=1e-4)
    assert 0 < scores["transcript_confidence"] <= 1
    assert scores["clipped_share"] == 0
    assert scores["signal_to_noise_db"] > 20
    history = await api.client.get("/api/v1/voice/history", headers=headers)
    assert [entry["scores"] for entry in history.json()["messages"]] == [scores, scores]


async def test_somebody_says_how_good_a_message_was_once(api: Api, clock: WallClock) -> None:
    """Saying it again changes it; it can be read and taken back; each person has an opinion of their own."""
    headers = await api.tenant("acme")
    job = (await api.sent(headers, wav(2.0)))["job_id"]
    first = await _said(api, headers, job_id=job, rating=2, issue="wrong_words", comment=" not\0 at all\n")
    assert first.json() == {
        "job_id": job, "rating": 2, "sounds_like_me": None, "translation_correct": None,
        "issue": "wrong_words", "comment": "not at all",
        "created_at": "2027-01-15T08:00:00Z", "changed_at": "2027-01-15T08:00:00Z",
    }  # fmt: skip
    clock.pass_s(60)
    again = await _said(api, headers, job_id=job, rating=5, sounds_like_me=False, translation_correct=True)
    assert again.json() == first.json() | {
        "rating": 5, "sounds_like_me": False, "translation_correct": True, "issue": None, "comment": None,
        "changed_at": "2027-01-15T08:01:00Z",
    }  # fmt: skip
    assert (await api.client.get(f"{FEEDBACK}/{job}", headers=headers)).json() == again.json()

    ana = await accounts(api.services).add_person("acme", "Ana", AccountRole.MEMBER)
    hers = bearer(await accounts(api.services).new_key("acme", "hers", ana))
    assert code(await api.client.get(f"{FEEDBACK}/{job}", headers=hers)) == (404, "no_feedback")
    assert (await _said(api, hers, job_id=job, rating=1)).status_code == 200
    assert await _count(api.services) == 2
    assert (await api.client.delete(f"{FEEDBACK}/{job}", headers=headers)).status_code == 204
    assert code(await api.client.get(f"{FEEDBACK}/{job}", headers=headers)) == (404, "no_feedback")
    assert await _count(api.services) == 1


async def test_nobody_says_anything_of_what_is_not_theirs(api: Api) -> None:
    """Another tenant's message looks as one that is not there."""
    job = (await api.sent(await api.tenant("acme"), wav(2.0)))["job_id"]
    other = await api.tenant("other")
    for unknown in (job, "0" * 24, "x"):
        assert code(await _said(api, other, job_id=unknown, rating=1)) == (404, "unknown_job")
    assert code(await api.client.post(FEEDBACK, json={"job_id": job, "rating": 1})) == (401, "not_authorised")
    assert await _count(api.services) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"rating": 0},
        {"rating": 6},
        {"rating": True},
        {"rating": 2.5},
        {"rating": None},
        {"rating": 3, "issue": "ugly"},
        {"rating": 3, "comment": "x" * 501},
        {"rating": 3, "sounds_like_me": "perhaps"},
        {"rating": 3, "mood": "good"},
        {"rating": 3, "job_id": ""},
        {"rating": 3, "job_id": "a/b"},
    ],
)
async def test_what_cannot_be_meant_is_refused(client: httpx.AsyncClient, key: str, wrong: Any) -> None:
    """Before any message is looked for."""
    answer = await client.post(FEEDBACK, headers=bearer(key), json={"job_id": "0" * 24, **wrong})
    assert code(answer) == (422, "invalid")


async def test_half_a_sign_is_no_comment(client: httpx.AsyncClient, key: str) -> None:
    """No database takes it."""
    body = json.dumps({"job_id": "0" * 24, "rating": 1, "comment": "?"}).replace("?", "\\ud800")
    headers = bearer(key) | {"content-type": "application/json"}
    assert (await client.post(FEEDBACK, headers=headers, content=body)).status_code == 422


async def test_it_goes_when_the_message_or_the_person_goes_and_is_not_logged(
    api: Api, capfd: pytest.CaptureFixture[str], clock: WallClock
) -> None:
    """By deletion, and in time."""
    headers = await api.tenant("acme")
    jobs = [(await api.sent(headers, wav(1.0 + n)))["job_id"] for n in range(3)]
    ana = await accounts(api.services).add_person("acme", "Ana", AccountRole.MEMBER)
    hers = bearer(await accounts(api.services).new_key("acme", "hers", ana))
    for job in jobs:
        assert (await _said(api, headers, job_id=job, rating=1, comment="quite personal")).status_code == 200
    assert (await _said(api, hers, job_id=jobs[0], rating=1)).status_code == 200
    assert await _count(api.services) == 4
    async with transaction(api.services.engine) as connection:
        await connection.execute(delete(people).where(people.c.id == ana))
    assert await _count(api.services) == 3
    await api.client.delete(f"/api/v1/voice/history/{jobs[0]}", headers=headers)
    assert await _count(api.services) == 2
    clock.pass_s(31 * DAY_S)
    await api.services.messages.messages.history.sweep()
    assert await _count(api.services) == 0
    said = capfd.readouterr()
    assert "quite personal" not in said.out + said.err


async def test_in_postgresql_too(clock: WallClock) -> None:
    """The same table, the same rules."""
    async with postgresql() as url, opened_on(url, clock) as services:
        await accounts(services).add_tenant("acme", "pro")
        tenant = (await accounts(services).tenants())[0].id
        headers = bearer(await accounts(services).new_key("acme", "first"))
        entry = HistoryEntry(
            id="a" * 24, tenant=tenant, person=None, key="k", status="completed", source_language="en",
            target_language="es", original_text=None, translated_text=None, input_object=None,
            output_object=None, duration_s=1.0, voice_similarity=None, processing_time_ms=9.0, cached=False,
            translated_by="", error=None, cache_keys=[], created_at=clock(), completed_at=clock(),
        )  # fmt: skip
        await services.messages.messages.history.add(entry)
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for rating in (1, 4):
                body = {"job_id": entry.id, "rating": rating, "comment": "né\0e"}
                answer = await client.post(FEEDBACK, headers=headers, json=body)
                assert (answer.status_code, answer.json()["comment"]) == (200, "née")
            assert (await client.get(f"{FEEDBACK}/{entry.id}", headers=headers)).json()["rating"] == 4
        assert await _count(services) == 1

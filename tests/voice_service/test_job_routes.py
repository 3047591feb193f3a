"""Voice messages that nobody waits for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import update

from config.settings import Settings
from foundation.database import transaction
from foundation.http.problems import ProblemError, overloaded
from foundation.tasks import Tasks
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.voice_service.messaging import Api, messaging, refusal, wav
from voice_service.http import job_events
from voice_service.jobs import runner as runner_module
from voice_service.jobs import webhooks as webhooks_module
from voice_service.jobs.records import Job
from voice_service.jobs.shapes import JobAnswer
from voice_service.messages.objects import ObjectError
from voice_service.messages.records import Heard
from voice_service.storage.tables import keys, plans

LATER = "/api/v1/voice/translate/async"
ANSWERS = {("es", "Good morning."): "Buenos días."}


@pytest.fixture
def recognition() -> ScriptedRecognition:
    return ScriptedRecognition("Good morning.")


@pytest_asyncio.fixture
async def api(
    settings: Settings, recognition: ScriptedRecognition, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Api]:
    for module, name in ((runner_module, "RENEW_S"), (runner_module, "LOOK_S"), (webhooks_module, "LOOK_S")):
        monkeypatch.setattr(module, name, 0.05)
    settings = replace(settings, voice=replace(settings.voice, webhook_hosts=("127.0.0.1",)))
    translator, tones = ScriptedTranslator(ANSWERS), ToneSynthesizer({"es": 440.0})
    async with messaging(settings, recognition.app(), translator, tones, clock) as api:
        yield api


@contextlib.asynccontextmanager
async def working(api: Api) -> AsyncIterator[None]:
    """As the service does beside answering."""
    tasks = Tasks()
    for name, work in api.services.jobs.watchers.items():
        tasks.start(work(), name=name)  # type: ignore[arg-type]  # a coroutine in fact
    try:
        yield
    finally:
        await tasks.close()


async def ask(api: Api, headers: dict[str, str], **more: Any) -> httpx.Response:
    body = {"audio": base64.b64encode(wav(2.0)).decode(), "target_language": "es", **more}
    return await api.client.post(LATER, json=body, headers=headers)


async def job_of(api: Api, headers: dict[str, str], name: str) -> dict[str, Any]:
    answer = await api.client.get(f"/api/v1/voice/job/{name}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def until_over(api: Api, headers: dict[str, str], name: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (found := await job_of(api, headers, name))["status"] in {"pending", "processing"}:
            await asyncio.sleep(0.05)
    return found


async def until_waiting(api: Api, headers: dict[str, str], name: str) -> dict[str, Any]:
    """A job that has found no room."""
    async with asyncio.timeout(30):
        while (found := await job_of(api, headers, name))["stage"] != "waiting":
            await asyncio.sleep(0.05)
    return found


async def test_a_message_is_taken_now_and_done_later(api: Api) -> None:
    """The answer is the one of a message that is waited for; the sound comes in base64 and behind a link."""
    headers = await api.tenant("acme")
    taken = await ask(api, headers)
    assert taken.status_code == 202, taken.text
    name = taken.json()["job_id"]
    assert taken.json() == {"job_id": name, "status": "pending"}
    assert taken.headers["location"] == f"/api/v1/voice/job/{name}"
    assert (await job_of(api, headers, name))["status"] == "pending"

    async with working(api):
        found = await until_over(api, headers, name)
    result = found["result"]
    assert (found["status"], found["progress"], found["error"]) == ("completed", 1.0, None)
    assert (result["original_text"], result["translated_text"]) == ("Good morning.", "Buenos días.")
    assert result["job_id"] == name
    link = await api.client.get(result["audio_url"].removeprefix("http://127.0.0.1:8000"))
    assert link.content == base64.b64decode(result["audio_base64"])
    history = (await api.client.get("/api/v1/voice/history", headers=headers)).json()["messages"]
    assert [each["job_id"] for each in history] == [name]

    deleted = await api.client.delete(f"/api/v1/voice/history/{name}", headers=headers)
    assert deleted.status_code == 204
    assert (await api.client.get(f"/api/v1/voice/job/{name}", headers=headers)).status_code == 404


async def test_how_a_job_goes_on_is_told_as_it_happens(
    api: Api, recognition: ScriptedRecognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its waiting to its end, without sound, each time that something has changed."""
    monkeypatch.setattr(job_events, "LOOK_S", 0.01)
    headers = await api.tenant("acme")
    name = (await ask(api, headers)).json()["job_id"]

    async def listen() -> httpx.Response:
        return await api.client.get(f"/api/v1/voice/job/{name}/events", headers=headers)

    listening = asyncio.ensure_future(listen())
    async with working(api):
        found = await until_over(api, headers, name)
        answer = await listening

    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (
        200,
        "text/event-stream",
    )
    lines = [event.split("\n") for event in answer.text.strip().split("\n\n") if not event.startswith(":")]
    assert {head for head, _ in lines} == {"event: job"}
    told = [json.loads(data.removeprefix("data: ")) for _, data in lines]
    assert told[0]["status"] in {"pending", "processing"}
    last = {**found, "result": {**found["result"], "audio_base64": None}}
    for answered in (told[-1], last):
        answered["result"].pop("audio_url")
    assert told[-1] == last


async def test_nobody_is_told_of_anothers_job_or_beyond_their_key(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told ends when the key is withdrawn."""
    monkeypatch.setattr(job_events, "LOOK_S", 0.01)
    mine, other = await api.tenant("acme"), await api.tenant("zeta")
    name = (await ask(api, mine)).json()["job_id"]
    events = f"/api/v1/voice/job/{name}/events"
    assert refusal(await api.client.get(events, headers=other)) == (404, "unknown_job")

    told, answers = asyncio.Event(), api.services.jobs.answers
    as_it_stands = answers.of

    async def noted(job: Job, *, with_sound: bool) -> JobAnswer:
        told.set()
        return await as_it_stands(job, with_sound=with_sound)

    monkeypatch.setattr(answers, "of", noted)
    listening = asyncio.ensure_future(api.client.get(events, headers=mine))
    await told.wait()
    async with transaction(api.services.engine) as connection:
        await connection.execute(update(keys).where(keys.c.tenant == "acme").values(withdrawn_at=1.0))
    async with asyncio.timeout(10):
        answer = await listening
    assert answer.text.count("event: job") == 1


async def test_the_same_idempotency_key_is_the_same_job(api: Api) -> None:
    headers = await api.tenant("acme")
    named = {**headers, "idempotency-key": "order 7"}
    first, second = await ask(api, named), await ask(api, named)
    other = await ask(api, named, source_language="en")

    assert first.json()["job_id"] == second.json()["job_id"]
    assert refusal(other) == (409, "idempotency_conflict")
    assert (await ask(api, headers)).json()["job_id"] != first.json()["job_id"]


async def test_a_job_that_waits_is_cancelled_and_its_recording_goes(api: Api) -> None:
    headers = await api.tenant("acme")
    name = (await ask(api, headers)).json()["job_id"]
    kept = await api.services.jobs.queue.get("acme", name)
    assert kept is not None

    cancelled = await api.client.delete(f"/api/v1/voice/job/{name}", headers=headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    with pytest.raises(ProblemError) as gone:
        await api.services.messages.messages.objects.read(kept.sound)
    assert gone.value.problem.status == 404
    async with working(api):
        await asyncio.sleep(0.3)
    assert (await job_of(api, headers, name))["status"] == "cancelled"


async def test_jobs_are_their_tenants_own(api: Api) -> None:
    mine, theirs = await api.tenant("acme"), await api.tenant("other")
    name = (await ask(api, mine)).json()["job_id"]

    for method in ("GET", "DELETE"):
        answer = await api.client.request(method, f"/api/v1/voice/job/{name}", headers=theirs)
        assert refusal(answer) == (404, "unknown_job")
    assert refusal(await api.client.get(f"/api/v1/voice/job/{name}")) == (401, "not_authorised")
    assert (await job_of(api, mine, name))["status"] == "pending"


async def test_what_cannot_be_used_fails_with_the_reason(api: Api) -> None:
    """It was taken before anybody looked into the file."""
    headers = await api.tenant("acme")
    text = base64.b64encode(b"this is a letter and no sound at all").decode()
    name = (await ask(api, headers, audio=text)).json()["job_id"]
    async with working(api):
        found = await until_over(api, headers, name)
    assert (found["status"], found["result"]) == ("failed", None)
    assert found["error"]["code"] == "bad_audio"


async def test_what_hinders_a_message_for_a_while_costs_nothing(
    api: Api, recognition: ScriptedRecognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits, says so, is done at the second try, stands in the history once, and counts once."""
    interpreter = api.services.messages.messages._interpreter
    hear, failures = interpreter.hearing.hear, [ProblemError(overloaded("the engines are away"))]

    async def away_once(*arguments: Any, **named: Any) -> Heard:
        if failures:
            raise failures.pop()
        return await hear(*arguments, **named)

    monkeypatch.setattr(interpreter.hearing, "hear", away_once)
    headers = await api.tenant("acme")
    name = (await ask(api, headers)).json()["job_id"]
    async with working(api):
        assert (await until_waiting(api, headers, name))["status"] == "pending"
        api.clock.pass_s(5.0)
        found = await until_over(api, headers, name)
    history = (await api.client.get("/api/v1/voice/history", headers=headers)).json()["messages"]
    account = (await api.client.get("/api/v1/account", headers=headers)).json()

    assert found["status"] == "completed"
    assert [(each["job_id"], each["status"]) for each in history] == [(name, "completed")]
    assert account["used"] == 1


async def test_a_store_that_deletes_nothing_costs_no_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the job that is done nor the one that is cancelled; recordings go when they expire."""

    async def away(*names: str | None) -> None:
        raise ObjectError("the store is away")

    monkeypatch.setattr(api.services.messages.messages.objects, "delete", away)
    headers = await api.tenant("acme")
    done, waits = [(await ask(api, headers)).json()["job_id"] for _ in range(2)]
    cancelled = await api.client.delete(f"/api/v1/voice/job/{waits}", headers=headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    async with working(api):
        found = await until_over(api, headers, done)
    assert found["status"] == "completed"


async def test_a_store_that_cannot_be_read_is_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = api.services.messages.messages.objects
    read, failures = objects.read, [ObjectError("the store is away")]

    async def away_once(name: str) -> bytes:
        if failures:
            raise failures.pop()
        return await read(name)

    monkeypatch.setattr(objects, "read", away_once)
    headers = await api.tenant("acme")
    name = (await ask(api, headers)).json()["job_id"]
    async with working(api):
        await until_waiting(api, headers, name)
        api.clock.pass_s(5.0)
        found = await until_over(api, headers, name)
    assert found["status"] == "completed"


async def test_a_key_that_was_withdrawn_has_nothing_done_any_more(api: Api) -> None:
    headers = await api.tenant("acme")
    name = (await ask(api, headers)).json()["job_id"]
    async with transaction(api.services.engine) as connection:
        await connection.execute(update(keys).where(keys.c.id == "k-acme").values(withdrawn_at=1.0))
    async with working(api), asyncio.timeout(20):
        while (found := await api.services.jobs.queue.get("acme", name)) and not found.status.over:
            await asyncio.sleep(0.05)
    assert found is not None
    assert found.error is not None
    assert found.error["code"] == "not_authorised"


async def test_a_webhook_is_told_what_became_of_it(api: Api) -> None:
    """What it says is what whoever asks is answered, but for the sound, which is a link."""
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        told.put_nowait(json.loads(await request.read()))
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/hook", take)
    headers = await api.tenant("acme")
    async with TestServer(receiver, host="127.0.0.1") as server:
        name = (await ask(api, headers, webhook_url=str(server.make_url("/hook")))).json()["job_id"]
        async with working(api), asyncio.timeout(30):
            found = await told.get()
    assert (found["job_id"], found["status"]) == (name, "completed")
    assert found["result"]["translated_text"] == "Buenos días."
    assert found["result"]["audio_base64"] is None
    assert found["result"]["audio_url"]
    secret = (await api.client.get("/api/v1/voice/webhook-secret", headers=headers)).json()["secret"]
    assert secret.startswith("whsec_")


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "a webhook within": ({"webhook_url": "https://10.0.0.1/hook"}, 422, "webhook_refused"),
    "a webhook in the clear": ({"webhook_url": "http://example.org/hook"}, 422, "webhook_refused"),
    "a webhook that is none": ({"webhook_url": "hook"}, 422, "webhook_refused"),
    "a long webhook": ({"webhook_url": "https://example.org/" + "a" * 2000}, 422, "invalid"),
    "no target": ({"target_language": None}, 422, "invalid"),
    "a profile that is not there": ({"voice_profile_id": "v1"}, 404, "unknown_profile"),
    "no base64": ({"audio": "?"}, 422, "bad_base64"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_wrong_is_said_at_once(api: Api, case: str) -> None:
    more, status, code = REFUSED[case]
    headers = await api.tenant("acme")
    assert refusal(await ask(api, headers, **more)) == (status, code)
    assert (await api.client.get("/api/v1/voice/waiting", headers=headers)).json()[1]["jobs"] == 0


async def test_who_has_nothing_left_is_told_before_anything_is_done(
    api: Api, recognition: ScriptedRecognition
) -> None:
    """Both for messages that are waited for and for jobs; the plan's languages and qualities likewise."""
    headers = await api.tenant("acme")
    async with transaction(api.services.engine) as connection:
        await connection.execute(
            update(plans)
            .where(plans.c.name == "pro")
            .values(messages_per_month=1, languages=["en", "es"], rights=[])
        )
    assert (await api.send(headers, wav(2.0))).status_code == 200
    assert refusal(await api.send(headers, wav(2.0))) == (429, "quota_used_up")
    assert refusal(await ask(api, headers)) == (429, "quota_used_up")
    assert refusal(await api.send(headers, wav(2.0), target="fr")) == (403, "not_in_plan")
    assert refusal(await ask(api, headers, options={"quality": "high"})) == (403, "not_in_plan")


async def test_waits_are_published_beside_what_plans_promise(api: Api) -> None:
    headers = await api.tenant("acme")
    name = (await ask(api, headers)).json()["job_id"]
    before = (await api.client.get("/api/v1/voice/waiting", headers=headers)).json()
    async with working(api):
        await until_over(api, headers, name)
    after = (await api.client.get("/api/v1/voice/waiting", headers=headers)).json()

    assert [each["queue"] for each in before] == ["P0", "P1", "P2"]
    assert (before[1]["jobs"], before[1]["promised_s"]) == (1, 10.0)
    assert (after[1]["jobs"], after[1]["begun_within_the_hour"]) == (0, 1)

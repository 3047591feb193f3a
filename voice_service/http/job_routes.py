"""Voice messages that nobody waits for: asked for now, done later."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from foundation.http.problems import Problem, ProblemError, described
from voice_service.accounts.plans import all_plans
from voice_service.accounts.records import Caller
from voice_service.http import sound_bodies
from voice_service.http.admission import check_left
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.message_routes import CLIENT_GONE, wish_of
from voice_service.http.sound_bodies import Sent, TranslateFields, TranslateMessageBody, read_sent
from voice_service.jobs.records import Job, JobStatus, Priority
from voice_service.jobs.shapes import JobAnswer
from voice_service.jobs.translating import new_job
from voice_service.jobs.webhooks import LONGEST_URL, check_url, secret_of
from voice_service.messages.objects import ObjectError
from voice_service.wiring import VoiceServices

TRANSLATE_LATER = "/api/v1/voice/translate/async"
SOUND_KEPT_S = 86_400.0
"""How long a recording waits for its turn at most."""

router = APIRouter(
    tags=["jobs"],
    responses=described({status: HTTPStatus(status).phrase for status in (404, 409, 413, 415)}),
)


class Queued(TranslateFields):
    """What is said about a recording that is to be translated later."""

    webhook_url: Annotated[str | None, Field(max_length=LONGEST_URL)] = None
    """WebhookSettings by POST when the job is over, signed; https, and not within our own networks."""


class QueuedBody(Queued, TranslateMessageBody):
    """The same in JSON."""


class Accepted(BaseModel):
    """The job was taken."""

    job_id: str
    status: JobStatus


class QueueAnswer(BaseModel):
    """How long jobs of one queue wait."""

    queue: str
    jobs: int
    """That wait at the moment."""
    begun_within_the_hour: int
    median_s: float
    """That those waited."""
    longest_s: float
    promised_s: float | None
    """What the shortest promise of a plan with this queue is, from asking to the answer; null: no plan has it."""


class WebhookSecret(BaseModel):
    """What signatures of webhooks are checked with."""

    secret: str


@router.post(
    TRANSLATE_LATER,
    status_code=202,
    response_model=Accepted,
    openapi_extra=sound_bodies.described(QueuedBody, Queued),
)
async def translate_later(
    request: Request,
    response: Response,
    caller: Calling,
    services: Wired,
    idempotency_key: Annotated[str | None, Header(max_length=200, min_length=1)] = None,
) -> Response | Accepted:
    """Takes a recording and answers at once; the same `Idempotency-Key` again is the same job, not another one."""
    try:
        with services.messages.bodies.taken(caller.tenant):
            sent = await read_sent(request, Queued)
    except ClientDisconnect:
        return Response(status_code=CLIENT_GONE)
    job = await _added(services, caller, sent, idempotency_key or "")
    response.headers["location"] = f"/api/v1/voice/job/{job.id}"
    return Accepted(job_id=job.id, status=job.status)


@router.get("/api/v1/voice/job/{job_id}")
async def job(job_id: Annotated[str, Path(max_length=64)], caller: Calling, services: Wired) -> JobAnswer:
    """How far it is, or what became of it; known for a day."""
    found = await services.jobs.queue.get(caller.tenant, job_id)
    if found is None:
        raise unknown_job()
    return await services.jobs.answers.of(found, with_sound=True)


@router.delete("/api/v1/voice/job/{job_id}")
async def cancel(job_id: Annotated[str, Path(max_length=64)], caller: Calling, services: Wired) -> JobAnswer:
    """Cancels it: what waits is over at once, what is under way stops within seconds, what is over stays as it is."""
    found = await services.jobs.queue.cancel(caller.tenant, job_id)
    if found is None:
        raise unknown_job()
    if found.status is JobStatus.CANCELLED:
        await services.messages.messages.objects.discard(found.sound)
    return await services.jobs.answers.of(found, with_sound=True)


@router.get("/api/v1/voice/waiting")
async def waiting(services: Wired, caller: Calling) -> list[QueueAnswer]:
    """How long jobs wait, as measured within the last hour, beside what plans promise."""
    depth, promised = await services.jobs.queue.depth(), await _promised(services)
    return [
        QueueAnswer(
            queue=each.priority.name,
            jobs=depth[each.priority],
            begun_within_the_hour=each.count,
            median_s=round(each.median_s, 3),
            longest_s=round(each.longest_s, 3),
            promised_s=promised.get(each.priority.name),
        )
        for each in await services.jobs.queue.waited()
    ]


@router.get("/api/v1/voice/webhook-secret")
async def webhook_secret(caller: Calling, services: Wired) -> WebhookSecret:
    """The tenant's own; docs/api.md says how a signature is checked."""
    return WebhookSecret(secret=secret_of(services.settings.voice.secret.get_secret_value(), caller.tenant))


async def _added(services: VoiceServices, caller: Caller, sent: Sent[Queued], idempotency: str) -> Job:
    fields, voice = sent.fields, services.settings.voice
    url = fields.webhook_url or ""
    if url:
        check_url(url, voice.webhook_hosts)
    wish = await wish_of(services, caller, sent.sound, fields)
    await check_left(services, caller)
    objects = services.messages.messages.objects
    try:
        name = await objects.put(
            caller.tenant,
            sent.sound,
            suffix="",
            media_type="application/octet-stream",
            expires_at=services.clock() + SOUND_KEPT_S,
        )
    except ObjectError as error:
        problem = Problem(503, "storage", "The recording could not be stored.", {"retry_after_s": 5.0})
        raise ProblemError(problem) from error
    try:
        added, is_new = await services.jobs.queue.add(
            new_job(
                caller.tenant,
                caller.key,
                Priority[caller.plan.queue.value],
                wish,
                sound=name,
                sound_hash=hashlib.sha256(sent.sound).hexdigest(),
                webhook_url=url,
                idempotency=idempotency,
            )
        )
    except BaseException:
        await objects.discard(name)
        raise
    if is_new:
        services.jobs.runner.wake()
    else:
        await objects.discard(name)
    return added


async def _promised(services: VoiceServices) -> dict[str, float]:
    """The shortest promise of each queue."""
    shortest: dict[str, float] = {}
    for plan in await all_plans(services.engine):
        name = plan.queue.value
        shortest[name] = min(shortest.get(name, plan.promised_s), plan.promised_s)
    return shortest


def unknown_job() -> ProblemError:
    """Or another tenant's."""
    return ProblemError(Problem(404, "unknown_job", "There is no such job."))

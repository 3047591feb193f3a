"""For operators: how the service does, its queue, what people say of messages, what was done to accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from foundation.http.problems import Problem, ProblemError
from voice_service.accounts import audit
from voice_service.http.admin_shapes import (
    FeedbackPage,
    MetricsAnswer,
    QueueViewAnswer,
    given_feedback,
    metrics_answer,
    queue_answer,
)
from voice_service.http.dependencies import CallingOperator, Wired
from voice_service.quality.feedback import LONGEST_PAGE, GivenOpinion

LONGEST_HOURS = 31 * 24

router = APIRouter(prefix="/api/v1/admin", tags=["operators"])


class DeedAnswer(BaseModel):
    """One thing that was done. Ids, no names."""

    at: AwareDatetime
    who: str
    what: str
    about: str
    tenant: str | None


class AuditAnswer(BaseModel):
    """What was done, the latest first."""

    deeds: list[DeedAnswer]
    next: int | None
    """Give it as `before` for the next page; `null` where nothing is older."""


@router.get("/metrics")
async def metrics(
    caller: CallingOperator, services: Wired, hours: Annotated[int, Query(ge=1, le=LONGEST_HOURS)] = 24
) -> MetricsAnswer:
    """Figures of the last hours, of all tenants and processes, each with what it was in the hours before."""
    await services.looks.note(f"key {caller.key}", "figures read", caller.tenant)
    return metrics_answer(await services.figures.of(hours))


@router.get("/queue")
async def queue(caller: CallingOperator, services: Wired) -> QueueViewAnswer:
    """What waits by priority, who works on what, and what plans promised and kept."""
    await services.looks.note(f"key {caller.key}", "queue read", caller.tenant)
    return queue_answer(await services.queue_watch.look())


@router.get("/feedback")
async def feedback(
    caller: CallingOperator,
    services: Wired,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    before: Annotated[str | None, Query(max_length=80)] = None,
    comments: bool = False,
) -> FeedbackPage:
    """What people say of messages, of all tenants; with `comments` only what has words of its own."""
    await services.looks.note(f"key {caller.key}", "feedback read", caller.tenant)
    found = await services.feedback.page(
        limit=limit + 1, before=None if before is None else _place(before), comments=comments
    )
    shown = found[:limit]
    return FeedbackPage(
        feedback=[given_feedback(said) for said in shown],
        next=_cursor(shown[-1]) if len(found) > limit else None,
    )


@router.get("/audit")
async def audited(
    caller: CallingOperator,
    services: Wired,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=audit.LONGEST_PAGE)] = 50,
) -> AuditAnswer:
    """What was done to accounts, and who looked at what is for operators."""
    page = await audit.page(services.engine, before=before, most=limit)
    return AuditAnswer(
        deeds=[
            DeedAnswer(
                at=datetime.fromtimestamp(deed.at, UTC),
                who=deed.who,
                what=deed.what,
                about=deed.about,
                tenant=deed.tenant,
            )
            for deed in page.deeds
        ],
        next=page.next,
    )


def _cursor(said: GivenOpinion) -> str:
    return f"{said.changed_at!r}-{said.message}"


def _place(cursor: str) -> tuple[float, str]:
    at, _, message = cursor.partition("-")
    try:
        changed_at = float(at)
    except ValueError:
        changed_at = -1.0
    if not 0 <= changed_at < 1e12 or not message.isalnum() or not message.isascii():
        raise ProblemError(Problem(422, "wrong_cursor", "This cursor was not given by a page before."))
    return changed_at, message

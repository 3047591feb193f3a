"""Jobs as they are answered and told, in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from voice_service.jobs.deliveries import WebhookDelivery
from voice_service.jobs.records import Job, JobStatus
from voice_service.messages.shapes import TranslationAnswer


class Failure(BaseModel):
    """Why a job has no result."""

    code: str
    detail: str


class JobAnswer(BaseModel):
    """A job as it stands."""

    job_id: str
    status: JobStatus
    progress: float
    """0…1."""
    stage: str
    """What is being done: transcription, translation, speaking; empty between them."""
    created_at: str
    started_at: str | None
    completed_at: str | None
    result: TranslationAnswer | None
    error: Failure | None


def described_job(job: Job) -> JobAnswer:
    """As it is kept; without sound."""
    return JobAnswer(
        job_id=job.id,
        status=job.status,
        progress=round(job.progress, 3),
        stage=job.stage if job.status is JobStatus.PROCESSING else "",
        created_at=_iso(job.created_at),
        started_at=None if job.started_at is None else _iso(job.started_at),
        completed_at=None if job.ended_at is None else _iso(job.ended_at),
        result=None if job.result is None else TranslationAnswer.model_validate(job.result["answer"]),
        error=None if job.error is None else Failure.model_validate(job.error),
    )


def told_of(delivery: WebhookDelivery) -> Mapping[str, Any]:
    """What a webhook is told: the job as whoever asks for it is answered, the sound as a link."""
    return described_job(delivery.job).model_dump(mode="json")


def _iso(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

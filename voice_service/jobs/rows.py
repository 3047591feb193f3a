"""Jobs as rows of the database, and back."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from sqlalchemy import Row

from voice_service.jobs.records import Job, JobStatus, NewJob, Priority


def idempotency_name(idempotency: str) -> str:
    """What the caller calls a job, as it is kept."""
    return hashlib.sha256(idempotency.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(job: NewJob) -> str:
    """The same for the same request."""
    said = json.dumps([job.kind, job.request, job.sound_hash, job.webhook_url], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def new_row(job: NewJob, now: float) -> dict[str, Any]:
    """All columns that are not NULL. `now`: Unix time, s."""
    return {
        "id": secrets.token_hex(12),
        "tenant": job.tenant,
        "key": job.key,
        "kind": job.kind,
        "priority": int(job.priority),
        "rank": job.priority.rank(now),
        "status": JobStatus.PENDING,
        "request": dict(job.request),
        "request_fingerprint": fingerprint(job),
        "idempotency": idempotency_name(job.idempotency) if job.idempotency else None,
        "sound": job.sound,
        "webhook_url": job.webhook_url,
        "progress": 0.0,
        "stage": "",
        "attempts": 0,
        "cancelled": False,
        "created_at": now,
    }


def job_of(row: Row[Any]) -> Job:
    """From all columns of `voice_jobs`."""
    return Job(
        id=row.id,
        tenant=row.tenant,
        key=row.key,
        kind=row.kind,
        priority=Priority(row.priority),
        status=JobStatus(row.status),
        request=row.request,
        sound=row.sound,
        webhook_url=row.webhook_url,
        result=row.result,
        error=row.error,
        progress=row.progress,
        stage=row.stage,
        attempts=row.attempts,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )

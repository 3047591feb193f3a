"""Voice messages that are done later."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Unpack
from urllib.parse import quote

from hive_client.errors import JobFailed, JobNotOver
from hive_client.messages import BARE, TranslateOptions, Translation
from hive_client.transport import Transport

JobStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]
_FIRST_LOOK_S: Final = 0.25
_LATER_LOOKS_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job has no result."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands."""

    job_id: str
    status: str
    """A `JobStatus`."""
    progress: float
    """0…1."""
    stage: str
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    result: Translation | None
    error: Failure | None

    @property
    def over(self) -> bool:
        """Whether it stays as it is."""
        return self.status not in {"pending", "processing"}


@dataclass(frozen=True, slots=True)
class AcceptedJob:
    """It was taken."""

    job_id: str
    status: str


@dataclass(frozen=True, slots=True)
class WaitingInQueue:
    """How long jobs of one queue wait."""

    queue: str
    jobs: int
    begun_within_the_hour: int
    median_s: float
    longest_s: float
    promised_s: float | None


@dataclass(frozen=True, slots=True)
class _Secret:
    secret: str


class Jobs:
    """Jobs of the tenant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def translate(
        self,
        sound: bytes,
        target_language: str,
        *,
        webhook_url: str | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[TranslateOptions],
    ) -> str:
        """Has a recording translated later; the job's id. Raises HiveError.

        Args:
            webhook_url: who is told when it is over.
            idempotency_key: what the caller calls it: the same again is the same job. None: a name of its own, so
                that a request whose answer was lost is not done twice.
        """
        accepted = await self._transport.ask(
            AcceptedJob,
            "POST",
            "/api/v1/voice/translate/async",
            params={"target_language": target_language, "webhook_url": webhook_url, **options},
            body=lambda: sound,
            headers={**BARE, "idempotency-key": idempotency_key or secrets.token_hex(16)},
        )
        return accepted.job_id

    async def get(self, job_id: str) -> Job:
        """Raises HiveError."""
        return await self._transport.get(Job, _path(job_id))

    async def cancel(self, job_id: str) -> Job:
        """What waits is over at once, what is under way stops within seconds. Raises HiveError."""
        return await self._transport.ask(Job, "DELETE", _path(job_id))

    async def wait(self, job_id: str, *, within_s: float = 600.0) -> Translation:
        """Waits until a job is over.

        Raises:
            JobFailed: it has no result. JobNotOver: it takes longer; it goes on. HiveError: as always.
        """
        pause_s, until_s = _FIRST_LOOK_S, time.monotonic() + within_s
        while not (job := await self.get(job_id)).over:
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                raise JobNotOver(job_id, within_s)
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(pause_s * 1.5, _LATER_LOOKS_S)
        return result_of(job)

    async def waiting(self) -> tuple[WaitingInQueue, ...]:
        """How long jobs wait in each queue. Raises HiveError."""
        return await self._transport.get(tuple[WaitingInQueue, ...], "/api/v1/voice/waiting")

    async def webhook_secret(self) -> str:
        """What `webhooks.verify` needs; the same for as long as the service keeps its own. Raises HiveError."""
        return (await self._transport.get(_Secret, "/api/v1/voice/webhook-secret")).secret


def result_of(job: Job) -> Translation:
    """Of a job that is over. Raises JobFailed."""
    if job.result is not None:
        return job.result
    error = job.error or Failure(job.status, f"The job was {job.status}.")
    raise JobFailed(job.job_id, error.code, error.detail)


def _path(job_id: str) -> str:
    return f"/api/v1/voice/job/{quote(job_id, safe='')}"

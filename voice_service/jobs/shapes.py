"""Jobs as they are answered and told, in JSON."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from foundation.http.problems import ProblemError
from voice_service.jobs.records import Job, JobStatus
from voice_service.messages.messages import Messages
from voice_service.messages.objects import ObjectError
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
    """What is being done: transcription, translation, speaking, resembling; empty between them. Of one that is pending
    waiting: services have too much to do, and it is tried again by itself."""
    created_at: str
    started_at: str | None
    completed_at: str | None
    result: TranslationAnswer | None
    """Null where it is no message: the search for a voice has its result in the profile."""
    error: Failure | None


class JobAnswers:
    """Jobs as whoever asks is answered, and as webhooks tell them."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def of(self, job: Job, *, with_sound: bool) -> JobAnswer:
        """With a new link: that of the moment when it was done may have expired. Raises StorageError.

        Args:
            with_sound: in base64 too, where that was asked for.
        """
        answer = _described(job)
        name = None if job.result is None else job.result.get("object")
        if answer.result is None or name is None:
            return answer
        url = await self._messages.link_again(name) if job.request["return_audio_url"] else None
        sound = await self._sound(name) if with_sound and job.request["return_base64"] else None
        made = answer.result.model_copy(update={"audio_url": url, "audio_base64": sound})
        return answer.model_copy(update={"result": made})

    async def told(self, job: Job) -> Mapping[str, Any]:
        """The same for a webhook, which gets the sound as a link."""
        return (await self.of(job, with_sound=False)).model_dump(mode="json")

    async def _sound(self, name: str) -> str | None:
        """None where it has gone since."""
        try:
            return base64.b64encode(await self._messages.objects.read(name)).decode("ascii")
        except (ObjectError, ProblemError):
            return None


def _described(job: Job) -> JobAnswer:
    answer = None if job.result is None else job.result.get("answer")
    return JobAnswer(
        job_id=job.id,
        status=job.status,
        progress=round(job.progress, 3),
        stage="" if job.status.over else job.stage,
        created_at=_iso(job.created_at),
        started_at=None if job.started_at is None else _iso(job.started_at),
        completed_at=None if job.ended_at is None else _iso(job.ended_at),
        result=None if answer is None else TranslationAnswer.model_validate(answer),
        error=None if job.error is None else Failure.model_validate(job.error),
    )


def _iso(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

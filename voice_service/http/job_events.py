"""How a job goes on, told as it happens: server-sent events, which every browser reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from foundation.database import StorageError
from foundation.http.problems import ProblemError
from voice_service.accounts.records import Caller
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.job_routes import unknown_job
from voice_service.jobs.records import Job
from voice_service.jobs.runner import LONGEST_S
from voice_service.wiring import VoiceServices

log = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
"""So often it is seen how a job stands."""
ALIVE_LOOKS: Final = 15
"""After so many looks without news a line is sent that means nothing: what stands between would else end the
connection."""
MOST_LOOKS: Final = int(LONGEST_S / LOOK_S)
"""Whoever wants to know for longer asks again."""

_EVENTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "`event: job`, `data:` as `GET /api/v1/voice/job/{job_id}`, without sound in base64",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(tags=["jobs"])


@router.get("/api/v1/voice/job/{job_id}/events", response_class=StreamingResponse, responses=_EVENTS)
async def events(
    job_id: Annotated[str, Path(max_length=64)], caller: Calling, services: Wired
) -> StreamingResponse:
    """The job as it stands, again whenever that changes, and for the last time when it is over."""
    found = await services.jobs.queue.get(caller.tenant, job_id)
    if found is None:
        raise unknown_job()
    headers = {"cache-control": "no-store", "content-encoding": "identity", "x-accel-buffering": "no"}
    return StreamingResponse(_told(services, caller, found), 200, headers, "text/event-stream")


async def _told(services: VoiceServices, caller: Caller, job: Job) -> AsyncIterator[str]:
    """Ends early where the key is withdrawn, the job erased or the database away: whoever listens asks again."""
    told: tuple[object, ...] = ()
    quiet = 0
    try:
        for _ in range(MOST_LOOKS):
            stands = (job.status, job.stage, round(job.progress, 3))
            if stands != told:
                answer = await services.jobs.answers.of(job, with_sound=False)
                yield f"event: job\ndata: {answer.model_dump_json()}\n\n"
                told, quiet = stands, 0
            if job.status.over:
                return
            quiet += 1
            if quiet % ALIVE_LOOKS == 0:
                yield ": still there\n\n"
            await asyncio.sleep(LOOK_S)
            await services.callers.by_id(caller.key)
            found = await services.jobs.queue.get(caller.tenant, job.id)
            if found is None:
                return
            job = found
    except (ProblemError, StorageError) as error:
        log.info("a job is not told of any more", job=job.id, reason=type(error).__name__)

"""What a tenant's messages were: pages, figures, deletion."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from foundation.http.problems import Problem, ProblemError
from voice_service.http.dependencies import Calling, Wired
from voice_service.messages.history import HistoryEntry
from voice_service.messages.messages import Messages
from voice_service.messages.objects import ObjectError
from voice_service.messages.shapes import ScoresAnswer, scores_of

router = APIRouter(tags=["voice messages"])


class PastMessage(BaseModel):
    """A message that was asked for."""

    job_id: str
    status: str
    source_language: str | None
    target_language: str
    original_text: str | None
    """Null unless the tenant has its messages kept."""
    translated_text: str | None
    input_audio_url: str | None
    """A new link, where the sound is still there."""
    audio_url: str | None
    duration_seconds: float
    """Of the recording."""
    voice_similarity: float | None
    processing_time_ms: float
    cached: bool
    translated_by: str
    error: str | None
    """The code of the problem that it failed with."""
    created_at: str
    completed_at: str | None
    scores: ScoresAnswer


class PastMessages(BaseModel):
    """Some messages, the newest first."""

    messages: list[PastMessage]
    next_cursor: str | None
    """To be given as `cursor` for the next page; null where there is none."""


class LanguagePair(BaseModel):
    """How often was translated from one language into another."""

    source_language: str
    target_language: str
    messages: int


class MessageFigures(BaseModel):
    """All messages that the history holds, as figures."""

    messages: int
    completed: int
    failed: int
    cached: int
    seconds: float
    """Of recordings that were sent."""
    mean_processing_ms: float | None
    """Of those that were not answered from an earlier one."""
    languages: list[LanguagePair]
    """The most used first, at most 100."""


@router.get("/api/v1/voice/history")
async def history(
    caller: Calling,
    services: Wired,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> PastMessages:
    """The tenant's own messages."""
    room = services.messages.messages
    page = await room.history.page(caller.tenant, limit=limit, cursor=cursor)
    return PastMessages(messages=[_past(room, entry) for entry in page.entries], next_cursor=page.next_cursor)


@router.get("/api/v1/voice/stats")
async def stats(caller: Calling, services: Wired) -> MessageFigures:
    """The tenant's own messages as figures."""
    found = await services.messages.messages.history.stats(caller.tenant)
    return MessageFigures(
        messages=found.messages,
        completed=found.completed,
        failed=found.failed,
        cached=found.cached,
        seconds=round(found.seconds, 3),
        mean_processing_ms=None if found.mean_processing_ms is None else round(found.mean_processing_ms, 1),
        languages=[
            LanguagePair(source_language=pair.source, target_language=pair.target, messages=pair.messages)
            for pair in found.pairs
        ],
    )


@router.delete("/api/v1/voice/history/{job_id}", status_code=204)
async def forget(job_id: Annotated[str, Path(max_length=64)], caller: Calling, services: Wired) -> None:
    """Deletes a message: its texts, its sound, its links, and what would answer it when it came again."""
    try:
        await services.messages.messages.history.delete(caller.tenant, job_id)
        await services.messages.messages.objects.delete(
            *await services.jobs.queue.erase(caller.tenant, job_id)
        )
    except ObjectError as error:
        problem = Problem(503, "storage", "The sound could not be deleted.", {"retry_after_s": 5.0})
        raise ProblemError(problem) from error


def _past(room: Messages, entry: HistoryEntry) -> PastMessage:
    return PastMessage(
        job_id=entry.id,
        status=entry.status,
        source_language=entry.source_language,
        target_language=entry.target_language,
        original_text=entry.original_text,
        translated_text=entry.translated_text,
        input_audio_url=room.link_to(entry, entry.input_object),
        audio_url=room.link_to(entry, entry.output_object),
        duration_seconds=round(entry.duration_s, 3),
        voice_similarity=entry.voice_similarity,
        processing_time_ms=entry.processing_time_ms,
        cached=entry.cached,
        translated_by=entry.translated_by,
        error=entry.error,
        created_at=_iso(entry.created_at),
        completed_at=None if entry.completed_at is None else _iso(entry.completed_at),
        scores=scores_of(entry),
    )


def _iso(unix_s: float) -> str:
    """As "2026-11-21T09:30:02.123Z"."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

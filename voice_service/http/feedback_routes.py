"""What somebody says of a message: given, changed, taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from voice_service.http.dependencies import Calling, Wired
from voice_service.quality.feedback import LONGEST_COMMENT, GivenOpinion, Issue, Opinion

router = APIRouter(tags=["voice messages"])

JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
JobInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class OpinionFields(BaseModel):
    """What is said of a message."""

    rating: Annotated[int, Field(ge=1, le=5, strict=True)]
    """1 is bad, 5 is good."""
    sounds_like_me: bool | None = None
    translation_correct: bool | None = None
    issue: Issue | None = None
    comment: Annotated[str | None, Field(max_length=LONGEST_COMMENT)] = None
    """In one's own words; the operator reads it, and it goes when the message goes."""

    @field_validator("comment")
    @classmethod
    def _readable(cls, comment: str | None) -> str | None:
        """Without signs that no database takes; None where nothing is left."""
        kept = "".join(sign for sign in comment or "" if sign.isprintable() or sign in "\n\t").strip()
        return kept or None


class FeedbackBody(OpinionFields):
    """What somebody says of a message of their tenant."""

    model_config = ConfigDict(extra="forbid")

    job_id: JobId
    """Of the message, as its answer or its job names it."""


class FeedbackAnswer(OpinionFields):
    """What is kept of it."""

    job_id: str
    created_at: AwareDatetime
    changed_at: AwareDatetime


@router.post("/api/v1/voice/feedback")
async def give_feedback(body: FeedbackBody, caller: Calling, services: Wired) -> FeedbackAnswer:
    """Says how good a message was: once by each person (or key of the tenant itself); again changes it."""
    opinion = Opinion(**body.model_dump(exclude={"job_id"}))
    return feedback_answer(await services.feedback.give(caller, body.job_id, opinion))


@router.get("/api/v1/voice/feedback/{job_id}")
async def read_feedback(job_id: JobInPath, caller: Calling, services: Wired) -> FeedbackAnswer:
    """What one has said of a message oneself."""
    return feedback_answer(await services.feedback.find(caller, job_id))


@router.delete("/api/v1/voice/feedback/{job_id}", status_code=204)
async def take_feedback_back(job_id: JobInPath, caller: Calling, services: Wired) -> None:
    """Takes back what one has said of a message."""
    await services.feedback.take_back(caller, job_id)


def feedback_answer(said: GivenOpinion) -> FeedbackAnswer:
    """As it is sent to whoever said it."""
    opinion = said.opinion
    return FeedbackAnswer(
        job_id=said.message,
        rating=opinion.rating,
        sounds_like_me=opinion.sounds_like_me,
        translation_correct=opinion.translation_correct,
        issue=opinion.issue,
        comment=opinion.comment,
        created_at=datetime.fromtimestamp(said.created_at, UTC),
        changed_at=datetime.fromtimestamp(said.changed_at, UTC),
    )

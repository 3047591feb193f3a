"""Messages as they are answered, in JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from voice_service.messages.messages import MessageAnswer
from voice_service.messages.records import Interpreted, MessageWarning, Stage


class WarningAnswer(BaseModel):
    """Something to know about an answer."""

    code: str
    """Fixed, and meant for programs."""
    message: str


class Timestamps(BaseModel):
    """How long each step took, ms."""

    preprocessing_ms: float
    transcription_ms: float
    translation_ms: float
    voice_cloning_ms: float
    """Speaking; the name is that of whoever speaks with a voice of their own."""
    postprocessing_ms: float


class TranslationAnswer(BaseModel):
    """A voice message in another language."""

    job_id: str
    status: str
    original_text: str
    translated_text: str
    source_language: str
    """As it was said, or detected; empty where nobody speaks."""
    target_language: str
    audio_base64: str | None
    audio_url: str | None
    """A link that whoever has it can open, for an hour unless the operator says otherwise."""
    duration_seconds: float
    """Of the spoken translation; 0 where there is none."""
    voice_similarity: float | None
    """Null: a voice of the house speaks."""
    processing_time_ms: float
    cached: bool
    timestamps: Timestamps
    translated_by: list[str]
    """Engines of the house, or "deepl" and "google", which are outside; empty where nothing was to translate."""
    warnings: list[WarningAnswer]


def translation(answer: MessageAnswer, audio_base64: str | None = None) -> TranslationAnswer:
    """An answer as it is sent."""
    result = answer.result
    return TranslationAnswer(
        job_id=answer.job_id,
        status="completed",
        original_text=result.original_text,
        translated_text=result.translated_text,
        source_language=result.source_language,
        target_language=result.target_language,
        audio_base64=audio_base64,
        audio_url=answer.audio_url,
        duration_seconds=round(result.audio_s, 3),
        voice_similarity=answer.voice_similarity,
        processing_time_ms=answer.processing_time_ms,
        cached=answer.cached,
        timestamps=Timestamps(**_timings(result)),
        translated_by=list(result.translated_by),
        warnings=warnings_of(answer.warnings),
    )


def warnings_of(warnings: tuple[MessageWarning, ...]) -> list[WarningAnswer]:
    """As they are sent."""
    return [WarningAnswer(code=warning.code, message=warning.message) for warning in warnings]


def _timings(result: Interpreted) -> dict[str, Any]:
    return {stage.value: round(result.timings.get(stage, 0.0), 1) for stage in Stage}

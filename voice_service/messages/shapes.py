"""Messages as they are answered, in JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from voice_service.messages.history import HistoryEntry
from voice_service.messages.messages import MessageAnswer
from voice_service.messages.records import Interpreted, MessageScores, MessageWarning, Stage


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


class ScoresAnswer(BaseModel):
    """How good an answer is likely to be; null for what was not measured."""

    transcript_confidence: float | None
    """0…1, as the recogniser is sure of its words."""
    translation_score: float | None
    """0…1: how probable the model finds its own words; half of that where a check has doubts."""
    signal_to_noise_db: float | None
    clipped_share: float | None
    """0…1, of the recording's samples that are cut off at full scale."""


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
    scores: ScoresAnswer | None = None
    """Null in results of jobs that an older version made."""


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
        scores=scores_of(result.scores),
    )


def scores_of(scores: MessageScores | HistoryEntry) -> ScoresAnswer:
    """As they are sent."""
    return ScoresAnswer(
        transcript_confidence=_rounded(scores.transcript_confidence, 4),
        translation_score=_rounded(scores.translation_score, 4),
        signal_to_noise_db=_rounded(scores.signal_to_noise_db, 1),
        clipped_share=_rounded(scores.clipped_share, 5),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def warnings_of(warnings: tuple[MessageWarning, ...]) -> list[WarningAnswer]:
    """As they are sent."""
    return [WarningAnswer(code=warning.code, message=warning.message) for warning in warnings]


def _timings(result: Interpreted) -> dict[str, Any]:
    return {stage.value: round(result.timings.get(stage, 0.0), 1) for stage in Stage}

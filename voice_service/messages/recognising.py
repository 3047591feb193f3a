"""The recognition services as what hears messages."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.http.problems import ProblemError
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError
from pipeline.recordings.preparing import Prepared
from speech_service.client import ServiceAway
from speech_service.client.files import TranscriptionClient
from speech_service.client.lines import NOT_CONFIGURED, state_of
from speech_service.transcripts import Transcript
from voice_service.engines import engine_problem
from voice_service.messages.records import Heard, MessageQuality, MessageWarning, Segment

_LEAST_SURE = 0.5


class FileRecogniser:
    """Asks whichever service has room."""

    def __init__(self, client: TranscriptionClient | None) -> None:
        """`client`: None where no service is configured."""
        self._client = client

    async def state(self) -> str:
        """ "ok", "unreachable", or "not configured"; "some unreachable" where others stand in; for /health."""
        if self._client is None:
            return NOT_CONFIGURED
        return state_of(*await self._client.answering())

    async def recognise(self, prepared: Prepared, *, language: str | None, quality: MessageQuality) -> Heard:
        """Times are those in the file. Raises ProblemError."""
        if self._client is None:
            raise ProblemError(engine_problem(ServiceAway("no recognition service is configured")))
        try:
            found = await self._client.transcribe(prepared.pcm, language=language, quality=quality.value)
        except (EngineError, AudioError, TimeoutError) as error:
            raise ProblemError(engine_problem(error)) from error
        offset_s = prepared.offset_s
        return Heard(
            text=found.text,
            language=found.language,
            confidence=found.confidence,
            segments=tuple(
                Segment(
                    round(part.start_s + offset_s, 3),
                    round(part.end_s + offset_s, 3),
                    part.text,
                    part.confidence,
                )
                for part in found.utterances
            ),
            duration_s=prepared.duration_s,
            warnings=tuple(_warnings(found, offset_s)),
        )


def _warnings(found: Transcript, offset_s: float) -> Iterator[MessageWarning]:
    for gap in found.not_heard:
        begin_s, end_s = gap.start_s + offset_s, gap.end_s + offset_s
        yield MessageWarning(
            "not_heard", f"From {begin_s:.1f} to {end_s:.1f} s nothing was recognised: {gap.reason}."
        )
    if found.text and found.confidence is not None and found.confidence < _LEAST_SURE:
        yield MessageWarning("unsure", "The recogniser is not sure of what it heard.")
    others = {part.language for part in found.utterances if part.language} - {found.language}
    if others:
        languages = ", ".join(sorted(others))
        yield MessageWarning(
            "several_languages", f"Parts seem to be in {languages}; all was taken as {found.language}."
        )

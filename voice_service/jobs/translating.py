"""Voice messages as jobs: the same way as those that are waited for, later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from foundation.http.problems import Problem, ProblemError
from pipeline.recordings.finishing import AudioFormat
from voice_service.accounts.callers import Callers
from voice_service.accounts.records import Caller
from voice_service.jobs.counting import JobQuota
from voice_service.jobs.records import Job, NewJob, Priority
from voice_service.jobs.runner import JobProgress
from voice_service.messages.messages import MessageAnswer, Messages
from voice_service.messages.objects import ObjectError
from voice_service.messages.records import MessageQuality, MessageWish, OwnVoice, Stage
from voice_service.profiles.profiles import Profiles

TRANSLATE: Final = "translate"
"""The kind of these jobs."""
_SHARES: Final = {Stage.TRANSCRIPTION: 0.05, Stage.TRANSLATION: 0.5, Stage.SPEAKING: 0.65}
"""How far a message is when a stage begins, about."""
_NAMES: Final = {
    Stage.TRANSCRIPTION: "transcription",
    Stage.TRANSLATION: "translation",
    Stage.SPEAKING: "speaking",
}


@dataclass(frozen=True, slots=True)
class MessageJobs:
    """Does them.

    Args:
        answered: an answer as whoever asks is told it.
    """

    messages: Messages
    profiles: Profiles
    callers: Callers
    quota: JobQuota
    answered: Callable[[MessageAnswer], dict[str, Any]]

    async def work(self, job: Job, progress: JobProgress) -> Mapping[str, Any]:
        """Raises ProblemError, StorageError."""

        def told(stage: Stage) -> None:
            progress.told(_SHARES.get(stage, 0.0), _NAMES.get(stage, ""))

        caller = await self.callers.by_id(job.key)
        own_voice = await self._own_voice(caller, job)
        async with self.quota.counted(caller, job):
            try:
                sound = await self.messages.objects.read(job.sound)
            except ObjectError as error:
                problem = Problem(503, "storage", "The recording cannot be read.", {"retry_after_s": 5.0})
                raise ProblemError(problem) from error
            wish = replace(_wish(job, sound), own_voice=own_voice)
            answer = await self.messages.translate(caller, wish, job_id=job.id, told=told)
        return {"answer": self.answered(answer), "object": answer.audio_object}

    async def over(self, job: Job) -> None:
        """Nobody needs the recording any more. Not before that is certain: another worker may have to begin again."""
        await self.messages.objects.discard(job.sound)

    async def _own_voice(self, caller: Caller, job: Job) -> OwnVoice | None:
        """As it is when the job is done: a profile may have gone since it was asked for."""
        profile = job.request.get("voice_profile_id")
        if profile is None:
            return None
        return await self.profiles.own_voice(caller, profile, job.request["target_language"])


def new_job(
    tenant: str,
    key: str,
    priority: Priority,
    wish: MessageWish,
    *,
    sound: str,
    sound_hash: str,
    webhook_url: str,
    idempotency: str,
) -> NewJob:
    """A wish as a job; `sound` names the object with the recording."""
    return NewJob(
        tenant=tenant,
        key=key,
        kind=TRANSLATE,
        priority=priority,
        request={
            "source_language": wish.source_language,
            "target_language": wish.target_language,
            "quality": wish.quality.value,
            "preserve_emotion": wish.preserve_emotion,
            "return_audio_url": wish.return_audio_url,
            "return_base64": wish.return_base64,
            "format": wish.format.value,
            "voice_profile_id": None if wish.own_voice is None else wish.own_voice.profile,
        },
        sound=sound,
        sound_hash=sound_hash,
        webhook_url=webhook_url,
        idempotency=idempotency,
    )


def _wish(job: Job, sound: bytes) -> MessageWish:
    request = job.request
    # The answer's sound is an object in any case: whoever asks for the job gets it from there, as link or in base64.
    wants_sound = bool(request["return_audio_url"] or request["return_base64"])
    return MessageWish(
        sound=sound,
        source_language=request["source_language"],
        target_language=request["target_language"],
        quality=MessageQuality(request["quality"]),
        preserve_emotion=request["preserve_emotion"],
        return_audio_url=wants_sound,
        return_base64=False,
        format=AudioFormat(request["format"]),
    )

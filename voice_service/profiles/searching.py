"""Voices that resemble are found by jobs: a search takes some tens of seconds and shall survive a restart, be done once
by one of several services, be watched and be cancelled, all of which jobs are.

A runner of its own does them, one at a time, so that no message waits behind a search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from foundation.http.problems import Problem, ProblemError
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, SpeakerTraits, VoiceMatcher
from voice_service.accounts.callers import Callers
from voice_service.accounts.records import Caller
from voice_service.jobs.queue import JobQueue
from voice_service.jobs.records import Job, NewJob, Priority
from voice_service.jobs.runner import JobProgress, JobRunner, Kind
from voice_service.profiles.measuring import speaker_problem
from voice_service.profiles.records import FoundVoice, Owner, VoiceProfile
from voice_service.profiles.remeasuring import Remeasuring
from voice_service.profiles.storing import ProfileStore, unknown_profile

RESEMBLE: Final = "resemble"
"""The kind of these jobs."""
_STAGE: Final = "resembling"
_AGAIN_S: Final = 600.0
"""A search that came to nothing is not begun again for so long."""


class VoiceSearch:
    """Begins searches and does them.

    Args:
        clock: Unix time, s.
    """

    def __init__(
        self,
        store: ProfileStore,
        remeasuring: Remeasuring,
        matcher: VoiceMatcher,
        queue: JobQueue,
        callers: Callers,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._store, self._remeasuring, self._matcher = store, remeasuring, matcher
        self._queue, self._callers, self._clock = queue, callers, clock
        self.runner = JobRunner(queue, {RESEMBLE: Kind(self.work)})

    async def begin(self, caller: Caller, profile: VoiceProfile, language: str) -> Job:
        """The search for a language's voice, or the one that is under way. Raises ProblemError(503), StorageError."""
        about = f"{profile.id} {language} {profile.level} {int(self._clock() // _AGAIN_S)}"
        job, is_new = await self._queue.add(
            NewJob(
                tenant=caller.tenant,
                key=caller.key,
                kind=RESEMBLE,
                priority=Priority[caller.plan.queue.value],
                request={"profile": profile.id, "person": caller.person, "language": language},
                idempotency=f"\0resembling {about}",  # no caller can name a job so
            )
        )
        if is_new:
            self.runner.wake()
        return job

    async def work(self, job: Job, progress: JobProgress) -> Mapping[str, Any]:
        """Raises ProblemError: 404 where the profile went meanwhile, and what became of the services."""
        await self._callers.by_id(job.key)
        language = job.request["language"]
        profile = await self._store.find(Owner(job.tenant, job.request["person"]), job.request["profile"])
        known = profile.voice_in(language)
        if known is None or known.level != profile.level:
            known = await self._found(profile, language, progress)
            if not await self._store.keep_voice(profile.id, known):
                raise unknown_profile()
        return {"profile": profile.id, "language": language}

    async def _found(self, profile: VoiceProfile, language: str, progress: JobProgress) -> FoundVoice:
        print_ = await self._remeasuring.now(profile)
        if profile.consent is None or print_ is None:
            raise ProblemError(no_consent())
        wanted = SpeakerTraits(print_.embedding, print_.speech_s, print_.pitch_hz, print_.brightness_hz)
        try:
            found = await self._matcher.resembling(wanted, language, lambda done: progress.told(done, _STAGE))
        except (EngineError, AudioError, TimeoutError) as error:
            raise ProblemError(speaker_problem(error)) from error
        return FoundVoice(
            language=language,
            voice=found.voice,
            similarity_before=found.before,
            similarity_after=found.after,
            level=profile.level,
            found_at=self._clock(),
        )


def no_consent() -> Problem:
    """Nothing is done with a voice whose owner has not agreed."""
    detail = "Nobody has agreed yet: ask for a sentence to read, and send how it is read."
    return Problem(403, "consent_needed", detail)

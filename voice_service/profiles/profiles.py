"""Voices of one's own as people ask for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from foundation import erasing
from foundation.http.problems import Problem, ProblemError
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.recordings.finishing import MEDIA_TYPES, AudioFormat, encode
from pipeline.text.languages import base
from voice_service.accounts.records import Caller, Right
from voice_service.jobs.records import Job
from voice_service.messages.hearing import MessageHearing
from voice_service.messages.objects import ObjectError, Objects
from voice_service.messages.records import MessageWarning, OwnVoice
from voice_service.messages.remembering import Remembered
from voice_service.profiles.cloning import VoiceCloning
from voice_service.profiles.consenting import Consents
from voice_service.profiles.growing import (
    BETTER_S,
    SAME_SPEAKER,
    first_print,
    grown,
    similarity,
)
from voice_service.profiles.measuring import VoiceMeasuring, VoiceReading
from voice_service.profiles.records import (
    ConsentAsked,
    NewSample,
    Owner,
    Voiceprint,
    VoiceProfile,
)
from voice_service.profiles.remeasuring import Remeasuring
from voice_service.profiles.searching import VoiceSearch, no_consent
from voice_service.profiles.storing import DAY_S, ProfileStore

DEFAULT: Final = "default"
"""What the default profile is called where one may be named."""
MOST_SAMPLES: Final = 100
_FORMAT: Final = AudioFormat.FLAC
_AT_ONCE: Final = 5
"""So many samples of one profile may come at the same time; each is taken in after the other."""
LITTLE_SPEECH: Final = MessageWarning(
    "little_speech", f"So little speech tells little of a voice; better are {BETTER_S:g} s or more."
)
SOUGHT: Final = MessageWarning(
    "own_voice_sought",
    "The voice that resembles yours is being sought; until it is found, one of the house speaks.",
)
NOT_IN_LANGUAGE: Final = MessageWarning(
    "own_voice_not_in_language",
    "No voice of this language can be made to resemble yours; one of the house speaks.",
)


@dataclass(frozen=True, slots=True)
class SampleTaken:
    """A sample that is part of a profile now."""

    profile: VoiceProfile
    speech_s: float
    similarity: float | None
    """To what was known before; None: nothing was."""
    warnings: tuple[MessageWarning, ...]


class Profiles:
    """Each call is about the caller's own profiles.

    Args:
        ears: what makes recordings fit and writes down what is read.
        clock: Unix time, s.
    """

    def __init__(
        self,
        store: ProfileStore,
        consents: Consents,
        measuring: VoiceMeasuring,
        remeasuring: Remeasuring,
        search: VoiceSearch,
        cloning: VoiceCloning,
        *,
        ears: MessageHearing,
        objects: Objects,
        remembered: Remembered,
        clock: Callable[[], float],
    ) -> None:
        self.store, self.consents, self.measuring, self.search = store, consents, measuring, search
        self._ears, self._objects, self._remembered, self._clock = ears, objects, remembered, clock
        self._remeasuring, self.cloning = remeasuring, cloning

    async def find(self, caller: Caller, profile: str | None) -> VoiceProfile:
        """By id; None or "default": the default. Raises ProblemError(404)."""
        return await self.store.find(owner_of(caller), None if profile == DEFAULT else profile)

    async def add(self, caller: Caller, name: str, *, is_default: bool, keep_days: int) -> VoiceProfile:
        """Raises ProblemError: 403 where the plan has none, 409 where there are too many."""
        check_right(caller)
        owner = owner_of(caller)
        made = await self.store.add(
            owner, name, is_default=is_default, keep_days=keep_days, who=who_is(caller)
        )
        return await self.store.find(owner, made)

    async def change(self, caller: Caller, profile: str, values: Mapping[str, Any]) -> VoiceProfile:
        """`values`: of `name`, `is_default`, `keep_days`. Raises ProblemError: 403, 404."""
        check_right(caller)
        await self.store.change(await self.find(caller, profile), values, who_is(caller))
        return await self.find(caller, profile)

    async def delete(self, caller: Caller, profile: str | None) -> None:
        """With samples, what was made with it, and what is remembered; nobody needs a plan for that.

        Raises ProblemError(404), ObjectError: the rows are gone, sound goes with the next sweep.
        """
        found = await self.find(caller, profile)
        names = await self.store.delete(found, who_is(caller))
        erasing.tell("profile", found.id)
        await self._clear(names)

    async def ask_consent(
        self, caller: Caller, profile: str | None, language: str, *, cloning: bool = False
    ) -> ConsentAsked:
        """A sentence to be read aloud. Raises ProblemError: 403, 404, 422."""
        check_right(caller)
        known = await self.find(caller, profile)
        return await self.consents.ask(known, language, caller.key, cloning=cloning)

    async def sample(
        self, caller: Caller, sound: bytes, profile: str | None, consent: str | None
    ) -> SampleTaken:
        """Takes a recording into a profile, if it is the same voice and its owner has agreed, or agrees in it.

        Args:
            consent: id of the one that is read in it.

        Raises:
            ProblemError: 403 `consent_needed`, `not_in_plan`; 404; 409 `other_speaker`, `samples_full`; 410
                `consent_expired`; 422 for sound that is of no use, or where the sentence was not read.
        """
        check_right(caller)
        known = await self.find(caller, profile)
        if known.samples >= MOST_SAMPLES:
            detail = f"There are {MOST_SAMPLES} samples in it, which are enough."
            raise ProblemError(Problem(409, "samples_full", detail, {"limit": MOST_SAMPLES}))
        if consent is None and known.consent is None:
            raise ProblemError(no_consent())
        asked = None if consent is None else await self.consents.find(known, consent)
        prepared = await self._ears.prepared(sound)
        if asked is not None:
            heard = await self._ears.recognised(prepared, asked.language)
            await self.consents.check(asked, heard.text)
        measured = await self.measuring.measured(prepared.pcm)
        name = await self._kept(known, prepared.pcm)
        try:
            near = await self._taken(caller, known.id, measured, name, asked)
        except BaseException:
            await self._objects.discard(name)
            raise
        speech_s = measured.traits.speech_s
        warnings = (LITTLE_SPEECH,) if speech_s < BETTER_S else ()
        return SampleTaken(await self.find(caller, known.id), speech_s, near, warnings)

    async def own_voice(self, caller: Caller, profile: str, language: str) -> OwnVoice:
        """The voice that speaks for somebody in a language; where none is known yet that resembles, a search begins: it
        speaks where the voice is not cloned, or that fails.

        Raises ProblemError: 403 `not_in_plan`, `consent_needed`; 404.
        """
        known, print_ = await self._usable(caller, profile)
        code = base(language)
        found = known.voice_in(code)
        missing = None
        if found is None or found.level != known.level:
            missing = await self._sought(caller, known, code)
        if found is not None:
            missing = None
        return OwnVoice(known.id, print_, found, missing, await self.cloning.voice_of(known, code))

    async def seek(self, caller: Caller, profile: str | None, language: str) -> Job:
        """Begins the search for a language's voice. Raises ProblemError: 403, 404, 422 `unknown_language`."""
        known, _ = await self._usable(caller, profile)
        code = base(language)
        if not await self.measuring.finds(code):
            detail = "No voice of this language can be made to resemble another."
            raise ProblemError(Problem(422, "unknown_language", detail))
        return await self.search.begin(caller, known, code)

    async def sweep(self) -> None:
        """Deletes what has expired. Raises ObjectError, StorageError."""
        await self.consents.sweep()
        while names := await self.store.sweep():
            await self._clear(names)

    async def _usable(self, caller: Caller, profile: str | None) -> tuple[VoiceProfile, Voiceprint]:
        check_right(caller)
        known = await self.find(caller, profile)
        if known.consent is None or known.print is None:
            raise ProblemError(no_consent())
        return known, known.print

    async def _sought(self, caller: Caller, known: VoiceProfile, language: str) -> MessageWarning:
        """Why there is no voice yet; a search that cannot begin is no reason to refuse a message."""
        try:
            if not await self.measuring.finds(language):
                return NOT_IN_LANGUAGE
            await self.search.begin(caller, known, language)
        except ProblemError as error:
            return MessageWarning("own_voice_away", f"Your voice cannot be used now: {error.problem.detail}")
        return SOUGHT

    async def _taken(
        self, caller: Caller, profile: str, measured: VoiceReading, name: str, asked: ConsentAsked | None
    ) -> float | None:
        """How near it was to what was known."""
        for _ in range(_AT_ONCE):
            known = await self.find(caller, profile)
            old = await self._remeasuring.current(known, measured.encoder)
            near = None if old is None else _checked(old, measured)
            new = (
                first_print(measured.traits, measured.encoder) if old is None else grown(old, measured.traits)
            )
            sample = NewSample(name, measured.traits.speech_s, near)
            consent = None if asked is None else asked.id
            if await self.store.grow(known, new, sample, who_is(caller), consent):
                return near
        detail = "Too many samples of this voice came at once; try again."
        raise ProblemError(Problem(409, "busy", detail, {"retry_after_s": 1.0}))

    async def _kept(self, known: VoiceProfile, pcm: Pcm) -> str:
        """The sample itself: another engine would have to measure it anew."""
        data = await asyncio.to_thread(encode, pcm, HEARING_RATE_HZ, _FORMAT, level=False)
        until = self._clock() + known.keep_days * DAY_S
        try:
            return await self._objects.put(
                known.owner.tenant,
                data,
                suffix=f".{_FORMAT}",
                media_type=MEDIA_TYPES[_FORMAT],
                expires_at=until,
                profile=known.id,
            )
        except ObjectError as error:
            detail = "The sample could not be stored."
            raise ProblemError(Problem(503, "storage", detail, {"retry_after_s": 5.0})) from error

    async def _clear(self, names: list[str]) -> None:
        await self._remembered.let_go(names)
        await self._objects.delete(*names)


def owner_of(caller: Caller) -> Owner:
    """Whose profiles somebody asks about: a person's voice is not the tenant's."""
    return Owner(caller.tenant, caller.person)


def who_is(caller: Caller) -> str:
    """For the audit table."""
    return f"key {caller.key}" if caller.person is None else f"person {caller.person}, key {caller.key}"


def check_right(caller: Caller) -> None:
    """Raises ProblemError(403) where the plan gives no voice of one's own."""
    if not caller.may(Right.PROFILE):
        detail = f"The plan {caller.plan.name} gives no voice of one's own."
        raise ProblemError(Problem(403, "not_in_plan", detail))


def _checked(old: Voiceprint, new: VoiceReading) -> float:
    """How near it is. Raises ProblemError(409) where somebody else speaks."""
    near = similarity(old.embedding, new.traits.embedding)
    if near < SAME_SPEAKER:
        detail = f"Another voice speaks: the similarity to this profile is {near:.2f}, and {SAME_SPEAKER:g} is needed."
        more = {"similarity": round(near, 4), "needed": SAME_SPEAKER}
        raise ProblemError(Problem(409, "other_speaker", detail, more))
    return round(near, 4)

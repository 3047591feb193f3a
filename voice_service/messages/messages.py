"""Voice messages as a tenant asks for them: remembered or made, then noted and kept as the tenant has chosen."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.http.problems import Problem, ProblemError
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import first_span
from pipeline.recordings.finishing import MEDIA_TYPES
from voice_service.accounts.records import Caller
from voice_service.messages.answers import (
    result_from_bytes,
    result_to_bytes,
    translation_from_bytes,
    translation_to_bytes,
)
from voice_service.messages.choices import Choices, choices_of
from voice_service.messages.history import DAY_S, History, HistoryEntry
from voice_service.messages.interpreting import MessageInterpreter
from voice_service.messages.links import Links
from voice_service.messages.objects import ObjectError, Objects
from voice_service.messages.places import MessagePlaces
from voice_service.messages.records import (
    Heard,
    Interpreted,
    MessageQuality,
    MessageWarning,
    MessageWish,
    OwnVoice,
    Stage,
    TranslatedText,
)
from voice_service.messages.remembering import Remembered
from voice_service.messages.translating import MessageTranslator
from voice_service.messages.tuning import Exposure, MessageTuning, Tuner
from voice_service.profiles.records import NotCloned

log = structlog.get_logger(__name__)

RESULT_S: Final = DAY_S
"""How long a whole result is remembered."""
TRANSLATION_S: Final = 7 * DAY_S
_UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnswer:
    """What whoever asked is told."""

    job_id: str
    result: Interpreted
    audio_url: str | None
    audio_object: str | None
    """Name of the object that the link opens."""
    voice_similarity: float | None
    """Of what is spoken with the voice of one's own; None for a voice of the house."""
    processing_time_ms: float
    cached: bool
    warnings: tuple[MessageWarning, ...]


@dataclass(slots=True)
class _Job:
    """A message under way."""

    id: str
    caller: Caller
    wish: MessageWish
    choices: Choices
    created_at: float
    began_s: float
    keys: list[str]
    """What it was, or is to be, remembered by."""
    told: Callable[[Stage], None]
    """What begins."""
    exposures: Sequence[Exposure]
    """Trials that it is part of."""

    def took_ms(self) -> float:
        return round((time.monotonic() - self.began_s) * 1000, 1)


class Messages:
    """Answers messages.

    Args:
        places: of messages under way.
        clock: Unix time, s.
        link_s: how long links open their sound.
        tuner: chooses what nobody asks for.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        interpreter: MessageInterpreter,
        translator: MessageTranslator,
        history: History,
        objects: Objects,
        links: Links,
        remembered: Remembered,
        places: MessagePlaces,
        clock: Callable[[], float],
        link_s: float,
        tuner: Tuner,
    ) -> None:
        self._tuner = tuner
        self.history, self.objects, self.links = history, objects, links
        self._engine, self._interpreter, self._translator = engine, interpreter, translator
        self._remembered, self.places = remembered, places
        self._clock, self._link_s = clock, link_s

    async def translate(
        self,
        caller: Caller,
        wish: MessageWish,
        *,
        job_id: str = "",
        told: Callable[[Stage], None] = lambda stage: None,
    ) -> MessageAnswer:
        """Raises ProblemError, StorageError; a message that fails is noted in the history with the reason.

        Args:
            job_id: what it is called; empty: a new name.
            told: what begins.
        """
        with self.places.taken(caller.tenant):
            began_s = time.monotonic()
            choices = await choices_of(self._engine, caller.tenant)
            name = job_id or secrets.token_hex(12)
            tuned = await self._tuner.chosen(caller, wish, outside=choices.outside)
            wish = replace(wish, tuning=tuned.tuning)
            job = _Job(name, caller, wish, choices, self._clock(), began_s, [], told, tuned.exposures)
            try:
                with first_span(SpanName.INTERACTION, interaction="job" if job_id else "message"):
                    return await self._answer(job)
            except ProblemError as error:
                await self.history.add(self._failed(job, error.problem.code))
                raise

    async def transcribe(
        self, caller: Caller, sound: bytes, *, language: str | None, quality: MessageQuality
    ) -> Heard:
        """Nothing of it is kept. Raises ProblemError."""
        with self.places.taken(caller.tenant):
            return await self._interpreter.hearing.hear(sound, language=language, quality=quality, timings={})

    def link_to(self, entry: HistoryEntry, name: str | None) -> str | None:
        """To the sound of an entry of the history; None where there is none any more."""
        if name is None:
            return None
        kept_s = self.history.keep_s if entry.original_text is not None else self._link_s
        return self._link(name, entry.created_at + kept_s)

    async def link_again(self, name: str) -> str | None:
        """A new link to an object; None where it is gone."""
        try:
            found = await self.objects.find(name)
        except ProblemError:
            return None
        return self._link(name, found.expires_at)

    async def _answer(self, job: _Job) -> MessageAnswer:
        wish = job.wish
        if wish.source_language is not None:  # nothing is recognised in vain
            outside = job.choices.outside
            await self._translator.check(wish.source_language, wish.target_language, outside=outside)
        result = await self._from_before(job)
        cached = result is not None
        if result is None:
            result = await self._interpreter.interpret(
                wish, lambda heard: self._translated(job, heard), job.told
            )
            if job.choices.remembers and result.audio is not None:
                await self._remembered.put(
                    job.caller.tenant,
                    job.keys[0],
                    result_to_bytes(result),
                    RESULT_S,
                    profile=result.profile,
                )
        name, warnings = await self._stored(job, result)
        await self.history.add(await self._completed(job, result, name, cached=cached))
        if not cached:  # what came from before was made before the trial, or by its first turn
            await self._tuner.exposed(job.id, job.exposures)
        return MessageAnswer(
            job_id=job.id,
            result=result,
            audio_object=name if wish.return_audio_url else None,
            audio_url=self._link(name, job.created_at + self._kept_s(job))
            if wish.return_audio_url and name
            else None,
            voice_similarity=result.voice_similarity,
            processing_time_ms=job.took_ms(),
            cached=cached,
            warnings=(*result.warnings, *warnings),
        )

    async def _from_before(self, job: _Job) -> Interpreted | None:
        """What came of the same message the first time, where the tenant has it remembered."""
        if not job.choices.remembers:
            return None
        wish, own = job.wish, job.wish.own_voice
        voice = () if own is None else _told_apart(own)
        parts: tuple[bytes | str, ...] = (
            "result", *voice, wish.sound, wish.source_language or "", wish.target_language, wish.quality, wish.format,
            str(wish.preserve_emotion), str(wish.return_audio_url or wish.return_base64), str(job.choices.outside),
            *_if_unusual(wish.tuning, MessageTuning()),
        )  # fmt: skip
        job.keys.append(await asyncio.to_thread(self._remembered.key, job.caller.tenant, *parts))
        found = await self._remembered.get(job.caller.tenant, job.keys[0])
        result = None if found is None else result_from_bytes(found)
        if result is not None and result.original_text:  # deleting this message clears that as well
            job.keys.append(self._translation_key(job, result.source_language, result.original_text))
        return result

    async def _translated(self, job: _Job, heard: Heard) -> TranslatedText:
        wish, tenant, outside = job.wish, job.caller.tenant, job.choices.outside
        source = heard.language or wish.source_language or wish.target_language
        key = ""
        if job.choices.remembers and heard.text.strip():
            key = self._translation_key(job, source, heard.text)
            job.keys.append(key)
            found = await self._remembered.get(tenant, key)
            if found is not None and (translated := translation_from_bytes(found)) is not None:
                return translated
        translated = await self._translator.translate(
            heard.text,
            source=source,
            target=wish.target_language,
            quality=wish.quality,
            outside=outside,
            order=wish.tuning.translator,
        )
        if key:
            await self._remembered.put(tenant, key, translation_to_bytes(translated), TRANSLATION_S)
        return translated

    def _translation_key(self, job: _Job, source: str, text: str) -> str:
        wish = job.wish
        order = _if_unusual(wish.tuning.translator, MessageTuning().translator)
        outside = str(job.choices.outside)
        parts = ("translation", source, wish.target_language, wish.quality, outside, text, *order)
        return self._remembered.key(job.caller.tenant, *parts)

    async def _stored(self, job: _Job, result: Interpreted) -> tuple[str | None, tuple[MessageWarning, ...]]:
        """The object with the answer's sound, where somebody is to have it by a link or in the history."""
        if result.audio is None or not (job.wish.return_audio_url or job.choices.keeps):
            return None, ()
        try:
            name = await self.objects.put(
                job.caller.tenant,
                result.audio,
                suffix=f".{job.wish.format}",
                media_type=MEDIA_TYPES[job.wish.format],
                expires_at=self._clock() + self._kept_s(job),
                profile=result.profile,
            )
        except ObjectError as error:
            log.warning("sound is not stored", error=str(error))
            if job.wish.return_audio_url and not job.wish.return_base64:
                raise ProblemError(_no_store()) from error
            return None, (
                MessageWarning("not_stored", "The sound could not be stored: there is no link to it."),
            )
        return name, ()

    def _kept_s(self, job: _Job) -> float:
        return self.history.keep_s if job.choices.keeps else self._link_s

    def _link(self, name: str, until: float) -> str | None:
        expires = int(min(self._clock() + self._link_s, until))
        return self.links.link(name, expires) if expires > self._clock() else None

    async def _completed(
        self, job: _Job, result: Interpreted, name: str | None, *, cached: bool
    ) -> HistoryEntry:
        keeps = job.choices.keeps
        return replace(
            self._noted(job),
            status="completed",
            source_language=result.source_language or None,
            original_text=result.original_text if keeps else None,
            translated_text=result.translated_text if keeps else None,
            input_object=await self._input(job) if keeps else None,
            output_object=name,
            duration_s=result.duration_s,
            voice_similarity=result.voice_similarity,
            cached=cached,
            translated_by=", ".join(result.translated_by)[:120],
            **asdict(result.scores),
        )

    async def _input(self, job: _Job) -> str | None:
        try:
            return await self.objects.put(
                job.caller.tenant,
                job.wish.sound,
                suffix="",
                media_type=_UNKNOWN_TYPE,
                expires_at=self._clock() + self.history.keep_s,
            )
        except ObjectError as error:
            log.warning("sound is not kept", error=str(error))
            return None

    def _failed(self, job: _Job, code: str) -> HistoryEntry:
        return replace(self._noted(job), status="failed", error=code[:64])

    def _noted(self, job: _Job) -> HistoryEntry:
        return HistoryEntry(
            id=job.id,
            tenant=job.caller.tenant,
            person=job.caller.person,
            key=job.caller.key,
            status="processing",
            source_language=job.wish.source_language,
            target_language=job.wish.target_language,
            original_text=None,
            translated_text=None,
            input_object=None,
            output_object=None,
            duration_s=0.0,
            voice_similarity=None,
            processing_time_ms=job.took_ms(),
            cached=False,
            translated_by="",
            error=None,
            cache_keys=job.keys,
            created_at=job.created_at,
            completed_at=self._clock(),
        )


def _told_apart(own: OwnVoice) -> tuple[str, ...]:
    """What tells messages by one voice of somebody's own from those by another."""
    found = own.found.voice if own.found else ""
    clone = () if isinstance(own.clone, NotCloned) else (f"clone {own.clone.engine}",)
    return (own.profile, found, *clone)


def _if_unusual(chosen: object, built: object) -> tuple[str, ...]:
    """A part of a key, so that what is tried is not answered by what was made otherwise."""
    return () if chosen == built else (repr(chosen),)


def _no_store() -> Problem:
    return Problem(503, "storage", "The sound could not be stored.", {"retry_after_s": 5.0})

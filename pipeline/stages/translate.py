"""Clauses into one other language, in order; drafts of the coming clause beside them.

One lane a speaker and language: a slow language keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from config.settings import TranslationSettings
from foundation.recent import Recent
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import span
from pipeline.audio import Pcm
from pipeline.channel import Channel, WhenFull
from pipeline.clock import Monotonic
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    Translator,
    UnknownLanguage,
)
from pipeline.events import (
    Clause,
    Draft,
    DraftTranslation,
    NotTranslated,
    Segment,
    Translated,
    Translation,
)
from pipeline.load import Load, Sacrifice
from pipeline.text.glossary import Glossary
from protocol.notes import Note

log = structlog.get_logger(__name__)

Key = tuple[str, str, str, tuple[tuple[str, str], ...]]


class TranslationCache:
    """Remembers translations, the same number for each pair of languages; the least recently used goes first.

    Entries belong to one translator and one glossary. Only what was made from the text is remembered: a translation
    of a sound is that of one clause, and an error in it must not come again with the next "yes".
    """

    def __init__(self, entries_per_pair: int) -> None:
        self._limit = entries_per_pair
        self._pairs: dict[tuple[str, str], Recent[Key, TranslationResult]] = {}

    def get(self, key: Key) -> TranslationResult | None:
        """The remembered translation; asking keeps it young."""
        entries = self._pairs.get(key[:2])
        return None if entries is None else entries.use(key)

    def put(self, key: Key, result: TranslationResult) -> None:
        """Remembers a translation."""
        if (entries := self._pairs.get(key[:2])) is None:
            entries = self._pairs[key[:2]] = Recent(self._limit)
        entries[key] = result

    def clear(self) -> None:
        """Forgets everything, e.g. because the glossary changed."""
        self._pairs.clear()


class TranslationLane:
    """Translates one speaker's clauses into one language.

    Clauses wait in a bounded queue; beyond it the oldest stays untranslated, with that reason. A draft is
    translated while nothing else waits; when its words are then committed unchanged, the work is already done.

    Args:
        put: receives every outcome, clauses in their order; must not block.
        sound_of: how a clause was said, for translators that listen; None where it is no longer known.
    """

    def __init__(
        self,
        language: str,
        *,
        translator: Translator,
        settings: TranslationSettings,
        cache: TranslationCache,
        glossary: Glossary,
        put: Callable[[Translated, bool], None],
        now: Monotonic,
        sound_of: Callable[[Clause], Pcm | None] = lambda clause: None,
        load: Load | None = None,
    ) -> None:
        self.language = language
        self._translator, self._settings, self._cache, self._glossary = translator, settings, cache, glossary
        self._put, self._now, self._sound_of = put, now, sound_of
        self._load = load or Load(now)
        self._clauses: Channel[Clause] = Channel(
            settings.waiting_clauses, WhenFull.DROP_OLDEST, self._leave_untranslated
        )
        self._draft: Draft | None = None
        """The newest one, until somebody works on it."""
        self._context: deque[tuple[str, str]] = deque(maxlen=max(1, settings.context_clauses))

    def offer(self, segment: Segment) -> None:
        """Takes a clause or a draft; never blocks."""
        if isinstance(segment, Clause):
            self._draft = None
            self._clauses.put_nowait(segment)
        elif self._settings.drafts:
            self._offer_draft(segment)

    def _offer_draft(self, draft: Draft) -> None:
        if not draft.text:  # taken back: so is its translation
            self._draft = None
            self._put(DraftTranslation(draft, self.language, ""), False)
        elif not self._load.gives_up(Sacrifice.INTERIM_TRANSLATION):
            self._draft = draft
            self._clauses.wake()

    def close(self) -> None:
        """Lets `run` return once the waiting clauses are done."""
        self._clauses.close()

    async def run(self) -> None:
        """Translates until closed."""
        while True:
            clause = await self._next_clause()
            if clause is None:
                return
            self._put(*await self._traced(clause))

    async def _next_clause(self) -> Clause | None:
        """Waits for a clause; translates drafts meanwhile."""
        working: tuple[Draft, asyncio.Task[None]] | None = None
        try:
            while not self._clauses:
                if self._clauses.closed:
                    return None
                if working is None:
                    working = self._begin_newest_draft()
                await self._clauses.change()
                if working is not None and working[1].done():
                    working[1].result()
                    working = None
            clause = self._clauses.take_nowait()
            if working is not None and _became(working[0], clause):
                await working[1]
            return clause
        finally:
            if working is not None:
                await _given_up(working[1])

    def _begin_newest_draft(self) -> tuple[Draft, asyncio.Task[None]] | None:
        if self._draft is None:
            return None
        draft, self._draft = self._draft, None
        return self._begin_draft(draft)

    def _begin_draft(self, draft: Draft) -> tuple[Draft, asyncio.Task[None]]:
        task = asyncio.create_task(self._translate_draft(draft), name="draft translation")
        task.add_done_callback(lambda _: self._clauses.wake())
        return draft, task

    async def _translate_draft(self, draft: Draft) -> None:
        """Translates words that may still change; a failure is no news, the clause will tell."""
        try:
            known = self._cache.get(self._key(draft.text, draft.language))
            result = known or await self._ask(draft.text, draft.language, draft=True)
        except (EngineError, TimeoutError):
            return
        self._put(DraftTranslation(draft, self.language, result.text), False)

    def _leave_untranslated(self, clause: Clause) -> None:
        reason = f"translation is {self._settings.waiting_clauses} clauses behind"
        self._put(NotTranslated(clause, self.language, reason, Note.BEHIND), False)

    async def _traced(self, clause: Clause) -> tuple[Translation | NotTranslated, bool]:
        with span(SpanName.TRANSLATION, within=clause.trace, at_s=clause.committed_at_s) as translating:
            translating.tell(source=clause.language, language=self.language)
            outcome, drafted = await self._translate(clause)
            if isinstance(outcome, Translation):
                words, doubtful = len(outcome.text.split()), bool(outcome.doubt)
                translating.tell(outcome="done", engine=outcome.engine, words=words, doubtful=doubtful)
            else:
                translating.tell(outcome=outcome.note.value)
            translating.tell(drafted=drafted)
        return outcome, drafted

    async def _translate(self, clause: Clause) -> tuple[Translation | NotTranslated, bool]:
        with span(SpanName.TRANSLATION_CONTEXT):
            sound = self._sound_of(clause) if self._translator.info.uses_sound else None
            second_opinion = sound is not None and self._load.level is Sacrifice.NOTHING
            result, drafted = self._cache.get(self._key(clause.text, clause.language)), True
        if result is None or (result.doubt and second_opinion):  # nobody has listened to this clause yet
            try:
                result = await self._ask(
                    clause.text, clause.language, draft=False, sound=sound, second_opinion=second_opinion
                )
                drafted = False
            except (EngineError, TimeoutError) as error:
                if result is None:
                    return NotTranslated(clause, self.language, self._reason(error), _note(error)), False
        self._context.append((clause.text, result.text))
        return self._told(clause, result), drafted

    def _told(self, clause: Clause, result: TranslationResult) -> Translation:
        return Translation(
            clause,
            self.language,
            result.text,
            result.engine,
            result.route,
            translated_at_s=self._now(),
            doubt=result.doubt,
            score=result.score,
        )

    def _reason(self, error: EngineError | TimeoutError) -> str:
        late = f"no translation within {self._settings.timeout_s:g} s"
        return late if isinstance(error, TimeoutError) else str(error)

    async def _ask(
        self, text: str, source: str, *, draft: bool, sound: Pcm | None = None, second_opinion: bool = False
    ) -> TranslationResult:
        """Raises EngineError, TimeoutError."""
        request = TranslationRequest(
            text,
            source,
            self.language,
            context=tuple(self._context) if self._settings.context_clauses else (),
            draft=draft,
            sound=sound,
            glossary=self._glossary.narrowed(text, source),
            second_opinion=second_opinion,
        )
        async with asyncio.timeout(self._settings.timeout_s):
            result = await self._translator.translate(request)
        if not result.from_sound:
            self._cache.put(self._key(text, source), result)
        return result

    def _key(self, text: str, source: str) -> Key:
        context = tuple(self._context) if self._translator.info.uses_context else ()
        return (source, self.language, text, context)


def _note(error: EngineError | TimeoutError) -> Note:
    if isinstance(error, TimeoutError):
        return Note.LATE
    if isinstance(error, UnknownLanguage):
        return Note.UNAVAILABLE
    return Note.OVERLOADED if isinstance(error, EngineOverloaded) else Note.FAILED


def _became(draft: Draft, clause: Clause) -> bool:
    """Whether a draft became this clause, its words unchanged."""
    return (draft.number, draft.text) == (clause.number, clause.text)


async def _given_up(task: asyncio.Task[None]) -> None:
    """Nobody waits for it any more, and it has ended."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])

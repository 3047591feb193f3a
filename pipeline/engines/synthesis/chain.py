"""Several synthesisers as one: for each language the best that has it and has time, the next when it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

import structlog

from foundation.tracing.facts import SpanName
from foundation.tracing.spans import begin
from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    SynthesisRequest,
    Synthesizer,
    UnknownLanguage,
    Voice,
    joined_info,
)
from pipeline.engines.synthesis.blends import is_blend, parts_of, read
from pipeline.text.languages import base

log = structlog.get_logger(__name__)

LINGER_S = 30.0
"""So long after its last clause a language keeps its place with an engine."""


class SynthesizerChain:
    """Asks its synthesisers in order until one speaks.

    Voices are named ENGINE:VOICE. `voices` lists those of the engine that a language has by right, then those on
    standby: the other engines speak when that one fails before any sound came, has no time, or when one of their
    voices is asked for. Where nobody waits, only the engine of that voice speaks.

    Args:
        engines: in order of preference, at least one; closed with the chain.
        preferred: for a language "ENGINE" or "ENGINE:VOICE", which then comes first.
        places: for an engine, how many languages it may speak at the same time; a further one is spoken by the
            next engine that has it. Unlimited for engines that are not in it.
        patience_s: an engine that has not begun by then loses the clause to the next.
    """

    def __init__(
        self,
        engines: Sequence[Synthesizer],
        *,
        preferred: Mapping[str, str] | None = None,
        places: Mapping[str, int] | None = None,
        patience_s: float = 2.5,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if not engines:
            raise ValueError("a chain needs at least one synthesiser")
        self._engines = {engine.info.name: engine for engine in engines}
        self._preferred = {language.lower(): name for language, name in (preferred or {}).items()}
        self._patience_s = patience_s
        self._moved: set[str] = set()  # languages without a place, told once
        self._places = {name: _Places(count, now) for name, count in (places or {}).items()}
        self.info = joined_info([engine.info for engine in engines])

    def voices(self, language: str) -> tuple[Voice, ...]:
        wanted = self._wish(language)
        voices = [
            replace(voice, standby=bool(place))
            for place, engine in enumerate(self._having(language))
            for voice in self._voices_of(engine, language)
        ]
        return tuple(sorted(voices, key=lambda voice: voice.name != wanted))

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        engines = self._order(request)
        if not engines:
            raise UnknownLanguage(request.language, self.info.languages)
        failures: list[EngineError] = []
        for engine in engines:
            patience_s = None if engine is engines[-1] else self._patience_s
            own = replace(request, voice=self._voice(engine, request))
            sounded = False
            rendering = begin(SpanName.SYNTHESIS_AUDIO, engine=engine.info.name, language=request.language)
            try:
                async with aclosing(begun_within(patience_s, engine.synthesize(own))) as sound:
                    async for piece in sound:
                        sounded = sounded or bool(len(piece))
                        yield piece
            except EngineError as error:
                if sounded:
                    raise EngineError(f"{engine.info.name} broke off: {error}") from error
                failures.append(error)
                if engine is not engines[-1]:
                    _tell_of(error, engine, request.language)
            else:
                return
            finally:
                rendering.end()
                self._keep_place(engine, request.language)
        raise _as_one(engines, failures)

    async def close(self) -> None:
        closing = (engine.close() for engine in self._engines.values())
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    def _wish(self, language: str) -> str:
        """What the settings prefer for a language: "ENGINE", "ENGINE:VOICE" or nothing."""
        return self._preferred.get(language.lower()) or self._preferred.get(base(language), "")

    def _having(self, language: str) -> list[Synthesizer]:
        """The engines that have a language, in order of preference."""
        wished = self._wish(language).partition(":")[0]
        having = [engine for engine in self._engines.values() if engine.voices(language)]
        return sorted(having, key=lambda engine: engine.info.name != wished)

    def _order(self, request: SynthesisRequest) -> list[Synthesizer]:
        """The engines to ask: the one whose voice is asked for, then as preferred, those without a place last."""
        having = self._having(request.language)
        asked = request.voice.partition(":")[0]
        having.sort(key=lambda engine: engine.info.name != asked)
        if request.unhurried and having and having[0].info.name == asked:
            return having[:1]
        seated: list[Synthesizer] = []
        for engine in having:
            # who would be asked first needs a place of its own; who only stands in, does not take one yet
            if self._has_place(engine, request.language, take=not seated):
                seated.append(engine)
        if seated:
            self._tell_of_moving(base(request.language), seated[0], having[0])
        return seated + [engine for engine in having if engine not in seated]

    def _has_place(self, engine: Synthesizer, language: str, *, take: bool) -> bool:
        places = self._places.get(engine.info.name)
        return places is None or places.free(language, take=take)

    def _tell_of_moving(self, language: str, speaks: Synthesizer, better: Synthesizer) -> None:
        """Says once that a language is not spoken by its best engine."""
        if speaks is better:
            self._moved.discard(language)
        elif language not in self._moved:
            self._moved.add(language)
            log.warning(
                "language is spoken by another engine: the machine has no room for a better one",
                language=language,
                engine=speaks.info.name,
                better=better.info.name,
            )

    def _keep_place(self, engine: Synthesizer, language: str) -> None:
        if places := self._places.get(engine.info.name):
            places.touch(language)

    def _voices_of(self, engine: Synthesizer, language: str) -> list[Voice]:
        name = engine.info.name
        return [replace(voice, name=f"{name}:{voice.name}") for voice in engine.voices(language)]

    def _voice(self, engine: Synthesizer, request: SynthesisRequest) -> str:
        """The engine's own name of the voice that is asked for, or of one that can stand in for it."""
        own = engine.voices(request.language)
        named, _, voice = request.voice.partition(":")
        if named == engine.info.name:
            return voice
        other = self._engines.get(named)
        if other is not None and is_blend(voice):
            return _standing_in(own, other, voice)
        asked_of = () if other is None else other.voices(request.language)
        part = next((index for index, one in enumerate(asked_of) if one.name == voice), None)
        if part is None:
            return self._wished_of(engine, request.language)
        # the same register, and different speakers stay different
        fitting = [one for one in own if one.register == asked_of[part].register] or list(own)
        return fitting[part % len(fitting)].name

    def _wished_of(self, engine: Synthesizer, language: str) -> str:
        """The voice of the settings for a language, where it is one of this engine's."""
        name, _, voice = self._wish(language).partition(":")
        return voice if name == engine.info.name else ""


def _standing_in(own: Sequence[Voice], other: Synthesizer, blend: str) -> str:
    """Of an engine's own voices one as high as the largest part of another engine's blend, else its default."""
    main = parts_of(other).get(read(blend).main)
    return next((one.name for one in own if main is not None and one.register == main.register), "")


def _tell_of(failure: EngineError, engine: Synthesizer, language: str) -> None:
    log.warning(
        "speech goes to the next engine", language=language, engine=engine.info.name, reason=str(failure)
    )


def _as_one(engines: Sequence[Synthesizer], failures: Sequence[EngineError]) -> EngineError:
    """What all failures of a clause come to: each engine's own reason, or an overload where each was overloaded."""
    if len(failures) == 1 or all(isinstance(failure, EngineOverloaded) for failure in failures):
        return failures[-1]
    named = zip(engines, failures, strict=True)
    return EngineError("; ".join(f"{engine.info.name}: {failure}" for engine, failure in named))


class _Places:
    """Which languages an engine speaks at the moment."""

    def __init__(self, count: int, now: Callable[[], float]) -> None:
        self._count, self._now = count, now
        self._used_at_s: dict[str, float] = {}

    def free(self, language: str, *, take: bool) -> bool:
        """Whether there is a place for a language; `take` keeps it."""
        now_s = self._now()
        self._used_at_s = {key: at_s for key, at_s in self._used_at_s.items() if now_s - at_s < LINGER_S}
        key = base(language)
        free = key in self._used_at_s or len(self._used_at_s) < self._count
        if free and take:
            self._used_at_s[key] = now_s
        return free

    def touch(self, language: str) -> None:
        """A language that has a place has used it."""
        key = base(language)
        if key in self._used_at_s:
            self._used_at_s[key] = self._now()


async def begun_within(
    patience_s: float | None, sound: AsyncGenerator[Pcm, None]
) -> AsyncGenerator[Pcm, None]:
    """Passes sound on. Raises EngineError when the first of it is not there in time."""
    async with aclosing(sound):
        try:
            async with asyncio.timeout(patience_s):
                while (piece := await anext(sound, None)) is not None and not len(piece):
                    pass
        except TimeoutError as error:
            raise EngineError(f"no sound within {patience_s:g} s") from error
        if piece is None:
            return
        yield piece
        async for further in sound:
            yield further

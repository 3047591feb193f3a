"""Voices measured and found: `/speakers`, `/speakers/embedding`, `/voices/resembling`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from config.settings import Settings
from foundation.http.problems import ProblemError
from foundation.tasks import Tasks
from pipeline.engines.cloning.loading import CloningEngines
from pipeline.engines.protocols import EngineError, Resemblance, SpeakerTraits, UnknownLanguage, VoiceMatcher
from pipeline.engines.speakers.loading import LikenessEngines
from pipeline.text.languages import base
from speech_service.base_app import patience
from speech_service.likeness import (
    NDJSON,
    QUIET_S,
    NoVoiceFound,
    ResemblingRequest,
    Searching,
    SpeakersOffer,
    Traits,
    VoiceFound,
)
from speech_service.measures import Measures
from speech_service.problems import invalid, problem_of
from speech_service.sound_bodies import SOUND_BODY, received_sound

log = structlog.get_logger(__name__)

EMBEDDING_PATH: Final = "/speakers/embedding"
MOST_SOUND_S: Final = 300.0
"""What a sample of a voice may last."""
MEASURE_S: Final = 55.0
"""How long measuring may take."""

_NDJSON: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Lines of JSON: `progress`, then one `result` or `error`",
        "content": {NDJSON: {"schema": {"type": "string"}}},
    }
}


def add_speaker_routes(
    app: FastAPI,
    likeness: LikenessEngines,
    cloning: CloningEngines,
    settings: Settings,
    measures: Measures,
) -> None:
    """For what is there of it; where something is missing, the answer says what to do."""
    max_s = min(MOST_SOUND_S, settings.services.max_audio_s)
    offer = _offer(likeness, cloning)
    measures.state("likeness", offer.model_dump(exclude={"engine", "cloning"}))

    @app.get("/speakers")
    async def speakers() -> SpeakersOffer:
        """Whether voices can be measured and found here, and how to get what is missing."""
        return offer

    @app.post(EMBEDDING_PATH, openapi_extra=SOUND_BODY)
    async def embedding(request: Request) -> Traits:
        """Measures the one voice in a sound file of any common kind, or in bare 16 kHz mono sound as audio/pcm."""
        encoder = likeness.measures()
        recording = await received_sound(request, max_s=max_s)
        with measures.timing("measure_voice"):
            async with patience(MEASURE_S):
                return Traits.of(await encoder.describe(recording.pcm))

    @app.post("/voices/resembling", response_class=StreamingResponse, responses=_NDJSON)
    async def resembling(body: ResemblingRequest) -> StreamingResponse:
        """Searches for the blend of a language's voices that lies nearest to somebody's; some tens of seconds.

        Live speech on the same machine goes first: a search then takes longer.
        """
        matcher = likeness.finds()
        if base(body.language) not in matcher.languages:
            raise UnknownLanguage(body.language, matcher.languages)
        lines = _Search(matcher, _traits(body), body.language, measures).lines()
        first = await anext(lines)  # so that a failure is still an answer of its own
        return StreamingResponse(_sent(first, lines), media_type=NDJSON)


def _offer(likeness: LikenessEngines, cloning: CloningEngines) -> SpeakersOffer:
    return SpeakersOffer(
        engine=None if likeness.encoder is None else likeness.encoder.info,
        languages=[] if likeness.matcher is None else list(likeness.matcher.languages),
        missing=likeness.missing,
        cloning=None if cloning.cloner is None else cloning.cloner.info,
    )


def _traits(body: ResemblingRequest) -> SpeakerTraits:
    try:
        return body.traits()
    except ValueError as error:
        raise ProblemError(invalid(str(error))) from error


async def _sent(first: BaseModel, rest: AsyncGenerator[BaseModel, None]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield _line(first)
        async for line in rest:
            yield _line(line)


def _line(line: BaseModel) -> bytes:
    return line.model_dump_json().encode("utf-8") + b"\n"


class _Search:
    """One search and the lines that tell of it."""

    def __init__(
        self, matcher: VoiceMatcher, wanted: SpeakerTraits, language: str, measures: Measures
    ) -> None:
        self._matcher, self._wanted, self._language, self._measures = matcher, wanted, language, measures
        self._done = 0.0
        self._changed = asyncio.Event()
        self._outcome: Resemblance | EngineError | None = None

    async def lines(self) -> AsyncGenerator[BaseModel, None]:
        """One at least each `QUIET_S`; closing it ends the search. Raises EngineError before the first."""
        tasks = Tasks()
        try:
            work = tasks.start(self._run(), name="search for a voice")
            work.add_done_callback(lambda _: self._changed.set())
            told = False
            while not await self._ended(work):
                told = True
                yield Searching(done=min(max(self._done, 0.0), 1.0))
            work.result()  # what is no failure of an engine is the service's own
            match self._outcome:
                case Resemblance() as found:
                    yield _found(found)
                case EngineError() as error if told:
                    self._measures.failed(problem_of(error).code)
                    yield _failed(error)
                case EngineError() as error:
                    raise error
        finally:
            await tasks.close()

    async def _run(self) -> None:
        try:
            with self._measures.timing("find_voice"):
                self._outcome = await self._matcher.resembling(self._wanted, self._language, self._progress)
        except EngineError as error:
            self._outcome = error

    def _progress(self, done: float) -> None:
        self._done = done
        self._changed.set()

    async def _ended(self, work: asyncio.Task[None]) -> bool:
        """Waits until there is something to tell; whether it is the end."""
        try:
            async with asyncio.timeout(QUIET_S):
                await self._changed.wait()
        except TimeoutError:
            log.debug("a search goes on", done=self._done)
        self._changed.clear()
        return work.done()


def _found(found: Resemblance) -> VoiceFound:
    return VoiceFound(
        voice=found.voice,
        language=found.language,
        before=found.before,
        after=found.after,
        nearest=found.nearest,
    )


def _failed(error: EngineError) -> NoVoiceFound:
    problem = problem_of(error)
    return NoVoiceFound(code=problem.code, message=problem.detail, more=dict(problem.more))

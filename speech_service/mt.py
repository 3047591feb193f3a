"""Translation as a service: `/translate`, `/batch`, `/detect`, and `/ws/translate` for many small requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field

from config.settings import Settings
from foundation.http.problems import Problem, ProblemError
from foundation.tracing.spans import continuing
from pipeline.audio import AudioError, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    TranslationRequest,
    TranslationResult,
    Translator,
)
from pipeline.engines.translation import langid
from pipeline.engines.translation.langid import UNDETERMINED
from pipeline.text.glossary import Glossary
from protocol.glossary import GlossaryError
from speech_service.base_app import body_limits, check_text, new_service, patience
from speech_service.measures import Measures
from speech_service.multiplexer import RequestMultiplexer
from speech_service.problems import invalid, problem_of, too_long
from speech_service.sockets import Peer, conversation
from speech_service.wire import (
    FROM_TRANSLATION,
    TO_TRANSLATION,
    Cancel,
    Code,
    FromTranslation,
    Translate,
    TranslateBody,
    Translated,
    WireError,
    sound_from_text,
)

PATIENCE_S = 30.0
"""The longest that one text may take; who wants an answer sooner cancels."""
BATCH_TEXTS = 100
BATCH_SIZE = 10
"""How many times the longest text a batch may hold altogether."""
BATCH_AT_ONCE = 4

Detect = Callable[[str, Sequence[str]], tuple[str, float]]
"""From a text and the languages that come into question (none: all) to one of them, or "und", and how sure."""


class TranslateRequest(BaseModel):
    """A piece of text to translate."""

    text: str
    source: Code | None = None
    """None: to be detected."""
    target: Code
    context: Annotated[list[tuple[str, str]], Field(max_length=10)] = []
    """Previous (source, translation) pairs, oldest first."""
    draft: Annotated[bool, Field(strict=True)] = False
    unhurried: Annotated[bool, Field(strict=True)] = False
    """What a room says goes first."""


class TranslateAnswer(BaseModel):
    """A translated piece of text."""

    text: str
    engine: str
    route: list[str]
    """Languages passed, source and target included."""
    doubt: str
    """What may be wrong with it; empty for nothing."""
    score: float | None
    """Mean log probability of a token; null where the engine has none."""


class BatchRequest(BaseModel):
    """Several pieces of text."""

    requests: Annotated[list[TranslateRequest], Field(min_length=1, max_length=BATCH_TEXTS)]


class BatchFailure(BaseModel):
    """What stands in the place of a text that could not be translated."""

    error: dict[str, Any]


class BatchAnswer(BaseModel):
    """One result for each request, in their order."""

    results: list[TranslateAnswer | BatchFailure]


class DetectRequest(BaseModel):
    """A text in an unknown language."""

    text: str
    among: Annotated[list[Code], Field(max_length=100)] = []
    """Only these come into question; empty for any."""


class DetectAnswer(BaseModel):
    """The language of a text; null where it has no words in any that come into question."""

    language: str | None
    confidence: float
    """0…1, compared with the others that come into question."""


class Pair(BaseModel):
    """A translation that can be asked for."""

    source: str
    target: str
    route: list[str]


class Pairs(BaseModel):
    """Everything that can be asked for."""

    engine: EngineInfo
    pairs: list[Pair]


def mt_app(translator: Translator, settings: Settings, *, detect: Detect = langid.detect) -> FastAPI:
    """The service around a translator that is loaded; whoever loaded it closes it."""
    measures = Measures("mt")
    measures.room = settings.services.max_requests
    bodies = body_limits(settings, texts=BATCH_SIZE + 1)
    app = new_service("Translation", measures, translator, settings=settings, bodies=bodies)
    handler = _TranslationHandler(translator, detect, settings, measures)

    @app.get("/languages")
    async def languages() -> Pairs:
        """All pairs of languages with their routes, and what the engine says of itself."""
        return Pairs(engine=translator.info, pairs=handler.pairs())

    @app.post("/translate")
    async def translate(body: TranslateRequest) -> TranslateAnswer:
        """Translates one text."""
        return await handler.answer(body)

    @app.post("/batch")
    async def batch(body: BatchRequest) -> BatchAnswer:
        """Translates several texts; one that fails leaves a problem in its place."""
        return BatchAnswer(results=await handler.answer_all(body.requests))

    @app.post("/detect")
    async def detect_language(body: DetectRequest) -> DetectAnswer:
        """Tells which language a text is in."""
        check_text(body.text, settings)
        with measures.timing("detect"):
            language, confidence = detect(body.text, body.among)
        return DetectAnswer(language=None if language == UNDETERMINED else language, confidence=confidence)

    @app.websocket("/ws/translate")
    async def live(socket: WebSocket) -> None:
        idle_s = settings.services.idle_timeout_s
        async with conversation(socket, FROM_TRANSLATION, idle_timeout_s=idle_s, measures=measures) as peer:
            await _converse(peer, handler, settings, measures)

    return app


async def _converse(
    peer: Peer[FromTranslation], handler: _TranslationHandler, settings: Settings, measures: Measures
) -> None:
    """One connection on /ws/translate; ends with an exception, whoever ends it."""

    async def work(request: Translate) -> Translated:
        try:
            sound, glossary = sound_from_text(request.sound), Glossary.parse(request.glossary)
        except AudioError as error:
            raise ProblemError(problem_of(error)) from error
        except GlossaryError as error:
            raise ProblemError(invalid(f"glossary: {error}")) from error
        with continuing(request.traceparent):
            result = await handler.translate(
                request, sound=sound, glossary=glossary, second_opinion=request.second_opinion
            )
        return Translated(
            request.id,
            result.text,
            result.engine,
            result.route,
            doubt=result.doubt,
            score=result.score,
            from_sound=result.from_sound,
        )

    async with RequestMultiplexer(
        peer, limit=settings.services.max_requests, measures=measures
    ) as multiplexer:
        while True:
            message = await peer.receive()
            if isinstance(message, bytes):
                raise WireError("there is no sound here")
            match await multiplexer.read(TO_TRANSLATION, message):
                case Translate() as request:
                    await multiplexer.begin(request.id, partial(work, request))
                case Cancel(id=number):
                    multiplexer.cancel(number)


class _TranslationHandler:
    """Checks requests and has them translated."""

    def __init__(
        self, translator: Translator, detect: Detect, settings: Settings, measures: Measures
    ) -> None:
        self._translator, self._detect, self._settings = translator, detect, settings
        self._measures = measures

    def pairs(self) -> list[Pair]:
        """Every pair of the engine's languages between which there is a way."""
        known = self._translator.info.languages
        routes = ((a, b, self._translator.route(a, b)) for a in known for b in known if a != b)
        return [Pair(source=a, target=b, route=list(route)) for a, b, route in routes if route is not None]

    async def answer(self, body: TranslateRequest) -> TranslateAnswer:
        """Raises ProblemError, EngineError."""
        check_text(body.text, self._settings)
        source = body.source or self._detected(body.text)
        result = await self.translate(
            TranslateBody(
                text=body.text,
                source=source,
                target=body.target,
                context=tuple(body.context),
                draft=body.draft,
                unhurried=body.unhurried,
            )
        )
        return TranslateAnswer(
            text=result.text,
            engine=result.engine,
            route=list(result.route),
            doubt=result.doubt,
            score=result.score,
        )

    async def answer_all(self, bodies: list[TranslateRequest]) -> list[TranslateAnswer | BatchFailure]:
        """Raises ProblemError when they are too long together; for one text that fails it returns why."""
        limit = BATCH_SIZE * self._settings.services.max_text_characters
        if sum(len(body.text) for body in bodies) > limit:
            raise ProblemError(too_long("the batch", limit, "characters"))
        places = asyncio.Semaphore(BATCH_AT_ONCE)

        async def one(body: TranslateRequest) -> TranslateAnswer | BatchFailure:
            async with places:
                try:
                    return await self.answer(body)
                except EngineError as error:
                    problem = problem_of(error)
                except ProblemError as error:
                    problem = error.problem
            self._measures.failed(problem.code)
            return BatchFailure(error=problem.body())

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(body)) for body in bodies]
        return [task.result() for task in tasks]

    async def translate(
        self,
        body: TranslateBody,
        *,
        sound: Pcm | None = None,
        glossary: Glossary | None = None,
        second_opinion: bool = False,
    ) -> TranslationResult:
        """Raises ProblemError, EngineError."""
        check_text(body.text, self._settings)
        for pair in body.context:
            for text in pair:
                check_text(text, self._settings, may_be_empty=True)
        request = TranslationRequest(
            body.text,
            body.source,
            body.target,
            body.context,
            body.draft,
            sound,
            glossary or Glossary(),
            second_opinion,
            body.unhurried,
        )
        with self._measures.timing("draft" if body.draft else "translate"):
            async with patience(PATIENCE_S):
                return await self._translator.translate(request)

    def _detected(self, text: str) -> str:
        language, _ = self._detect(text, self._translator.info.languages)
        if language == UNDETERMINED:
            known = {"known": list(self._translator.info.languages)}
            raise ProblemError(
                Problem(422, "unknown_language", "the text is in none of the known languages", known)
            )
        return language

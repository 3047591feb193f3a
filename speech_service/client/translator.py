"""One copy of the translation service."""

from __future__ import annotations

import asyncio
import itertools
from typing import TypeAlias

import aiohttp
import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Services
from foundation.http.problems import Problem
from foundation.tracing.spans import carried
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.text.languages import base
from speech_service.client.connection import ServiceAway, get_json
from speech_service.client.copies import Copies
from speech_service.client.one_copy import Copy
from speech_service.client.reconnecting import ReconnectingSocket
from speech_service.problems import error_of
from speech_service.wire import (
    FROM_TRANSLATION,
    TO_TRANSLATION,
    Alive,
    Cancel,
    Cancelled,
    Failed,
    Translate,
    Translated,
    WireError,
    sound_to_text,
)

log = structlog.get_logger(__name__)

SERVICE = "the translation service"

Routes: TypeAlias = dict[tuple[str, str], tuple[str, ...]]


class TranslatorLine:
    """A connection to one copy, for many requests at once."""

    def __init__(self, copies: Copies, copy: Copy, services: Services) -> None:
        self.info = EngineInfo("remote", "Apache-2.0", "per model", True, False, ())
        self.copy = copy
        self._url = copy.url
        self._routes: Routes = {}
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[TranslationResult]] = {}
        self._places = asyncio.Semaphore(services.max_requests)
        self.socket = ReconnectingSocket(
            copies,
            copy,
            "/ws/translate",
            services,
            prepare=self._learn,
            take=self._take,
            lost=self._lost,
            alive=TO_TRANSLATION.encode(Alive()),
        )

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        """As the service said when it was last connected; None before the first time."""
        return self._routes.get((source, target)) or self._routes.get((base(source), base(target)))

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        """Raises ServiceAway where the connection breaks, UnknownLanguage, EngineOverloaded, EngineError.

        Cancelling it stops the service's work.
        """
        async with self._places:
            return await self._ask(request)

    async def _ask(self, request: TranslationRequest) -> TranslationResult:
        number = next(self._numbers) % 2**32
        message = Translate(
            id=number,
            text=request.text,
            source=request.source,
            target=request.target,
            context=request.context,
            draft=request.draft,
            unhurried=request.unhurried,
            sound=sound_to_text(request.sound) if self.info.uses_sound else "",
            glossary=request.glossary.data(),
            second_opinion=request.second_opinion,
            traceparent=carried(),
        )
        answer: asyncio.Future[TranslationResult] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self.socket.post(TO_TRANSLATION.encode(message))
            return await answer
        except asyncio.CancelledError:
            self._give_up(number)
            raise
        finally:
            del self._waiting[number]

    def _give_up(self, number: int) -> None:
        try:
            self.socket.post(TO_TRANSLATION.encode(Cancel(number)))
        except EngineOverloaded:
            log.debug("cancellation not sent, too much waits")

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            raise WireError("unexpected bytes")
        match FROM_TRANSLATION.decode(message):
            case Translated(id=number) as done:
                if answer := self._awaited(number):
                    answer.set_result(
                        TranslationResult(
                            done.text,
                            done.engine,
                            done.route,
                            doubt=done.doubt,
                            score=done.score,
                            from_sound=done.from_sound,
                        )
                    )
            case Failed(id=None, code=code):
                log.warning("service ends the connection", part=SERVICE, code=code)
            case Failed(id=int(number)) as failed:
                if answer := self._awaited(number):
                    answer.set_exception(_error(failed))
            case Cancelled():
                pass

    def _awaited(self, number: int) -> asyncio.Future[TranslationResult] | None:
        """The answer to a request, unless nobody waits for it any more."""
        answer = self._waiting.get(number)
        return None if answer is None or answer.done() else answer

    def _lost(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ServiceAway(f"the connection to {SERVICE} broke"))

    async def _learn(self, session: aiohttp.ClientSession) -> None:
        tree = await get_json(session, f"{self._url}/languages")
        try:
            self.info = _INFO.validate_python(tree["engine"])
            self._routes = {(p["source"], p["target"]): tuple(p["route"]) for p in tree["pairs"]}
        except (KeyError, TypeError, ValidationError) as error:
            raise WireError("the list of languages cannot be read") from error


_INFO = TypeAdapter(EngineInfo)


def _error(failed: Failed) -> EngineError | UnknownLanguage:
    return error_of(Problem(0, failed.code, failed.message, failed.more), SERVICE)

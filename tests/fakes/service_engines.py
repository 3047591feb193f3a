"""Engines that fail, stall or never end, for tests of the services around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    SynthesisRequest,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
    Voice,
)
from tests.fakes.engines import info


class FailingTranslator:
    """Knows two languages and raises the same error for every text."""

    def __init__(self, error: Exception) -> None:
        self.info = info("failing", "en", "es")
        self._error = error

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        return (source, target)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        raise self._error

    async def close(self) -> None:
        return None


class EchoTranslator:
    """Says everything again, in capitals."""

    def __init__(self) -> None:
        self.info = info("echo", "en", "es")

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        return (source, target) if {source, target} <= set(self.info.languages) else None

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        route = self.route(request.source, request.target)
        if route is None:
            raise UnknownLanguage(f"{request.source} to {request.target}", self.info.languages)
        return TranslationResult(request.text.upper(), "echo", route)

    async def close(self) -> None:
        return None


class FailingSynthesizer:
    """Speaks Spanish, but only fails."""

    def __init__(self, error: Exception) -> None:
        self.info = info("failing", "es")
        self._error = error

    def voices(self, language: str) -> tuple[Voice, ...]:
        return (Voice("es-1", "es"),) if language == "es" else ()

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        raise self._error
        yield np.zeros(0, np.int16)

    async def close(self) -> None:
        return None


class EndlessSynthesizer:
    """Never comes to an end. Notes how much was made, and when it is stopped."""

    def __init__(self) -> None:
        self.info = info("endless", "es")
        self.samples = 0
        self.stopped = asyncio.Event()

    def voices(self, language: str) -> tuple[Voice, ...]:
        return (Voice("es-1", "es"),) if language == "es" else ()

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        try:
            while True:
                self.samples += SPEAKING_RATE_HZ
                yield np.ones(SPEAKING_RATE_HZ, np.int16)
                await asyncio.sleep(0)
        finally:
            self.stopped.set()

    async def close(self) -> None:
        return None

"""Translators with one answer to everything, by pair of languages: one reads, one listens; one goes word by word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    TranslationRequest,
    TranslationResult,
)

Answer = str | EngineError


class TableTranslator:
    """Knows some pairs, each with one answer to everything: a text or an error."""

    def __init__(self, name: str, answers: Mapping[tuple[str, str], Answer]) -> None:
        languages = tuple(sorted({language for pair in answers for language in pair}))
        self.info = EngineInfo(name, "MIT", f"{name}-licence", name != "nc", False, languages, name == "a")
        self.asked: list[TranslationRequest] = []
        self.closed = False
        self._answers = dict(answers)

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        return (source, target) if (source, target) in self._answers else None

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        self.asked.append(request)
        answer = self._answers[request.source, request.target]
        if isinstance(answer, EngineError):
            raise answer
        return TranslationResult(answer, self.info.name, (request.source, request.target))

    async def close(self) -> None:
        self.closed = True


class ListeningTranslator(TableTranslator):
    """Knows its pairs from the sound only."""

    def __init__(self, name: str, answers: Mapping[tuple[str, str], Answer]) -> None:
        super().__init__(name, answers)
        self.info = replace(self.info, uses_sound=True)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        if request.sound is None or request.draft:
            self.asked.append(request)
            raise EngineError("no sound")
        return replace(await super().translate(request), from_sound=True)


class WordTranslator(TableTranslator):
    """Goes word by word, and leaves alone what it does not know.

    Args:
        words: for each pair what becomes of a word.
        loses: texts that hold this lose it.
    """

    def __init__(
        self, name: str, words: Mapping[tuple[str, str], Mapping[str, str]], *, loses: str = ""
    ) -> None:
        super().__init__(name, dict.fromkeys(words, ""))
        self._words, self._loses = words, loses

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        self.asked.append(request)
        table = self._words[request.source, request.target]
        kept = [word for word in request.text.split() if not (self._loses and self._loses in word)]
        text = " ".join(table.get(word, word) for word in kept)
        return TranslationResult(text, self.info.name, (request.source, request.target))

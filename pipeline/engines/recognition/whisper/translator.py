"""Whisper as a translator: speech in any of its languages to English text, from the sound itself.

Whisper was taught both tasks. For a committed clause its sound is encoded and decoded once more, as English; the
model is the recogniser's own, so it takes no more memory.
"""

from __future__ import annotations

from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.engines.recognition.whisper.language import base
from pipeline.engines.recognition.whisper.pieces import Piece
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.text.languages import word_count
from pipeline.text.matching import spelling
from protocol.notes import Doubt

_ENGLISH: Final = "en"
_MORE_WORDS: Final = 3
_SHORTEST_SAMPLES: Final = HEARING_RATE_HZ // 5


class WhisperTranslator:
    """Translates what was said into English.

    Args:
        recognizer: loaded already, and multilingual; whoever loaded it closes it.

    Raises:
        EngineError: a model that knows English only.
    """

    def __init__(self, recognizer: WhisperRecognizer) -> None:
        if not recognizer.multilingual:
            raise EngineError("this Whisper model knows English only and cannot translate")
        self._recognizer = recognizer
        languages = tuple(sorted({*recognizer.info.languages, _ENGLISH}))
        self.info = EngineInfo("whisper", "MIT", "MIT", True, True, languages, uses_sound=True)

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        """From everything to English."""
        known = base(source) in self._recognizer.info.languages
        if not known or base(target) != _ENGLISH or base(source) == _ENGLISH:
            return None
        return (source, target)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        """Needs the sound; text alone and drafts are refused. The terms in the text are what it may expect to hear."""
        if self.route(request.source, request.target) is None:
            raise UnknownLanguage(f"{request.source} to {request.target}", self.info.languages)
        if request.draft:
            raise EngineError("Whisper translates finished clauses only")
        if request.sound is None or len(request.sound) < _SHORTEST_SAMPLES:
            raise EngineError("Whisper translates speech, and there is no sound for this text")
        piece = Piece(request.sound, 0, base(request.source), _hint(request), final=True, into_english=True)
        reading = await self._recognizer.read(piece)
        if not reading.text:
            raise EngineError("Whisper found no words in the sound")
        route = (request.source, request.target)
        return TranslationResult(
            reading.text,
            self.info.name,
            route,
            doubt=Doubt.ONLY_TERMS if _echoes(reading.text, request) else "",
            score=reading.log_probability,
            from_sound=True,
        )

    async def close(self) -> None:
        """The recogniser goes on without it."""


def _echoes(text: str, request: TranslationRequest) -> bool:
    """Whether only the hint came back, where more was said: unclear sound is sometimes written down so."""
    terms = request.glossary.said(request.text, request.source)
    hint = {spelling(word) for place in terms for word in place.entry.written(request.target).split()}
    others = word_count(request.text, request.source) - sum(
        word_count(request.text[place.start : place.end], request.source) for place in terms
    )
    return others >= _MORE_WORDS and {spelling(word) for word in text.split()} <= hint


def _hint(request: TranslationRequest) -> str:
    """The terms that were said, as text before the translation; a sentence, because the model goes on in its style."""
    said = request.glossary.said(request.text, request.source)
    terms = dict.fromkeys(place.entry.written(request.target) for place in said)
    return f"Glossary: {', '.join(terms)}." if terms else ""

"""What was recorded is translated anew where the glossary has changed since: by the same translator and rules.

Only clauses in which a term was said that is new, gone or written otherwise now are touched, and of them only the
languages that they were translated into.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import structlog

from foundation.recent import Recent
from pipeline.engines.protocols import EngineError, TranslationRequest, TranslationResult
from pipeline.text.glossary import Glossary

log = structlog.get_logger(__name__)

MOST_CLAUSES: Final = 5000
"""Those that were said last; some hours of talk."""

Translate: TypeAlias = Callable[[TranslationRequest], Awaitable[TranslationResult]]
"""Raises EngineError, TimeoutError."""


@dataclass(slots=True)
class _Clause:
    original: str = ""
    translations: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By language, as lines of a transcript."""


@dataclass(frozen=True, slots=True)
class RerenderedLine:
    """A line that takes the place of the one with the same segment and language."""

    recording: str
    part: str
    line: dict[str, Any]


class Rerendering:
    """Remembers what was recorded, for as long as its interpreter is in the room."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate
        self._clauses: Recent[tuple[str, str, str, str], _Clause] = Recent(MOST_CLAUSES)

    def note(self, recording: str, part: str, line: dict[str, Any]) -> None:
        """Takes a line as it was written."""
        key = recording, part, line["speaker"], line["segment"]
        clause = self._clauses.get(key)
        if clause is None:
            clause = self._clauses[key] = _Clause()
        if line["language"] == line["source_language"]:
            clause.original = line["text"]
        elif not line["note"]:
            clause.translations[line["language"]] = line

    async def changed(self, before: Glossary, now: Glossary) -> AsyncIterator[RerenderedLine]:
        """The lines that read otherwise by the new glossary. What cannot be translated now stays as it was."""
        for (recording, part, _, _), clause in list(self._clauses.items()):
            for language, line in list(clause.translations.items()):
                source = line["source_language"]
                terms = now.narrowed(clause.original, source)
                if not clause.original or terms.entries == before.narrowed(clause.original, source).entries:
                    continue
                request = TranslationRequest(clause.original, source, language, glossary=terms)
                try:
                    result = await self._translate(request)
                except (EngineError, TimeoutError) as error:
                    log.info("not translated anew", language=language, error=type(error).__name__)
                    continue
                if result.text != line["text"]:
                    clause.translations[language] = {**line, "text": result.text, "doubt": result.doubt}
                    yield RerenderedLine(recording, part, clause.translations[language])

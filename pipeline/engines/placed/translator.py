"""Translators that are placed."""

from __future__ import annotations

from typing import Final

from pipeline.engines.placed.asking import PlacedRole
from pipeline.engines.placed.recognizer import DESCRIBE_S
from pipeline.engines.placed.replicas import TranslationTold
from pipeline.engines.protocols import TranslationRequest, TranslationResult
from pipeline.text.languages import base

TEXT_S: Final = 60.0
"""The longest that one text may take; whoever wants an answer sooner cancels."""


class PlacedTranslator:
    """See `Translator`."""

    def __init__(self, role: PlacedRole, told: TranslationTold) -> None:
        self.info = told.info
        self._role, self._routes = role, told.routes

    @classmethod
    async def over(cls, role: PlacedRole) -> PlacedTranslator:
        """Over the copies of a service. Raises EngineError, as its engines failed to load."""
        told: TranslationTold = await role.ask("describe", limit_s=DESCRIBE_S)
        return cls(role, told)

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        """See `Translator`; the ends are as they were asked for."""
        way = self._routes.get((source, target)) or self._routes.get((base(source), base(target)))
        return None if way is None else (source, *way[1:-1], target)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        """See `Translator`."""
        result: TranslationResult = await self._role.ask("translate", request, limit_s=TEXT_S)
        return result

    async def close(self) -> None:
        """The copies go on: they end with their cluster."""

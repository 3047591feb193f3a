"""Voices that are placed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from pipeline.audio import Pcm
from pipeline.engines.placed.asking import PlacedRole
from pipeline.engines.placed.recognizer import DESCRIBE_S
from pipeline.engines.placed.replicas import SpeechTold
from pipeline.engines.protocols import SynthesisRequest, Voice
from pipeline.text.languages import base

FIRST_SOUND_S: Final = 60.0
"""The longest that the first sound may take; whoever wants it sooner stops asking."""


class PlacedSynthesizer:
    """See `Synthesizer`."""

    def __init__(self, role: PlacedRole, told: SpeechTold) -> None:
        self.info = told.info
        self._role, self._voices = role, told.voices

    @classmethod
    async def over(cls, role: PlacedRole) -> PlacedSynthesizer:
        """Over the copies of a service. Raises EngineError, as its engines failed to load."""
        told: SpeechTold = await role.ask("describe", limit_s=DESCRIBE_S)
        return cls(role, told)

    def voices(self, language: str) -> tuple[Voice, ...]:
        """See `Synthesizer`."""
        return self._voices.get(language) or self._voices.get(base(language), ())

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        """See `Synthesizer`. What a copy was saying when it ended is not said again from its beginning: it fails."""
        async with aclosing(self._role.stream("synthesize", request, limit_s=FIRST_SOUND_S)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """The copies go on: they end with their cluster."""

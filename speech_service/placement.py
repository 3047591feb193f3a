"""Where the services' engines are: in this process, or in copies that Ray Serve places."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol

from config.engines import RecognitionEngine
from config.settings import Settings
from pipeline.capacity import Capacity
from pipeline.engines.choice import EngineChoice
from pipeline.engines.placed.asking import PlacedRole
from pipeline.engines.placed.figures import RoleFigures
from pipeline.engines.protocols import Recognizer, Synthesizer, Translator
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator

_PLACED: Final[RecognitionEngine] = "whisper"
"""The one recogniser that keeps nothing of a speaker beside its weights."""


class EngineSource(Protocol):
    """What the services are built around. Whoever loads an engine closes it."""

    capacity: Capacity | None
    """What fits at once on this machine; None where that does not bound them."""

    async def recognizer(self) -> Recognizer:
        """Raises EngineMissing, EngineError."""
        ...

    async def translator(self, recognizer: Recognizer | None) -> Translator:
        """`recognizer`: the one of this process, if there is one. Raises EngineMissing, EngineError."""
        ...

    async def synthesizer(self) -> Synthesizer:
        """Raises EngineMissing, EngineError."""
        ...

    def figures(self, service: str) -> RoleFigures | None:
        """Of the copies of a service's engines; None where they are in this process."""
        ...


class EnginesHere:
    """Engines in this process."""

    def __init__(self, settings: Settings, choice: EngineChoice) -> None:
        self.capacity = choice.capacity
        self._settings = settings

    async def recognizer(self) -> Recognizer:
        """See `EngineSource`."""
        return await load_recognizer(self._settings)

    async def translator(self, recognizer: Recognizer | None) -> Translator:
        """See `EngineSource`."""
        return await load_translator(self._settings, recognizer)

    async def synthesizer(self) -> Synthesizer:
        """See `EngineSource`."""
        return await load_synthesizer(self._settings)

    def figures(self, service: str) -> RoleFigures | None:
        """See `EngineSource`."""
        return None


class PlacedEngines:
    """Engines in copies, as far as they can be."""

    def __init__(self, settings: Settings, choice: EngineChoice, ways: Mapping[str, PlacedRole]) -> None:
        # of a cluster's machines only the copies' own limits tell
        self.capacity = None if settings.ray.address else choice.capacity
        self._settings, self._ways = settings, ways

    async def recognizer(self) -> Recognizer:
        """See `EngineSource`."""
        from pipeline.engines.placed.recognizer import placed_recognizer

        if "stt" not in self._ways:
            return await load_recognizer(self._settings)
        return await placed_recognizer(
            self._ways["stt"], max_speakers=self._settings.services.max_connections
        )

    async def translator(self, recognizer: Recognizer | None) -> Translator:
        """See `EngineSource`."""
        from pipeline.engines.placed.translator import PlacedTranslator

        return await PlacedTranslator.over(self._ways["mt"])

    async def synthesizer(self) -> Synthesizer:
        """See `EngineSource`."""
        from pipeline.engines.placed.synthesizer import PlacedSynthesizer

        return await PlacedSynthesizer.over(self._ways["tts"])

    def figures(self, service: str) -> RoleFigures | None:
        """See `EngineSource`."""
        return self._ways[service].figures if service in self._ways else None


@asynccontextmanager
async def engines_of(
    settings: Settings, choice: EngineChoice, services: Sequence[str], say: Callable[[str], None]
) -> AsyncIterator[EngineSource]:
    """Where `services.placement` puts them, for as long as the context lasts.

    Args:
        say: gets a line about each step that takes its time.

    Raises:
        EngineMissing: Ray is asked for and not installed.
        EngineError: it does not start.
    """
    if settings.services.placement == "here":
        yield EnginesHere(settings, choice)
        return
    from pipeline.engines.placed.cluster import placed

    movable = [name for name in services if name != "stt" or choice.recognition.engines[0] == _PLACED]
    if "stt" in services and "stt" not in movable:
        say(f"stt  stays here: {choice.recognition.engines[0]} keeps what a speaker says")
    async with placed(settings, choice, movable, say=say) as ways:
        yield PlacedEngines(settings, choice, ways)

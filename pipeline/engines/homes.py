"""What the module of an engine, which its row in `config.engines` names, has for those who look and load.

A home is imported only when somebody looks; its library only when it is loaded.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Protocol, cast

from config.engines import Engine
from config.settings import Models, Settings
from pipeline.engines.cloning.cloner import VoiceCloner
from pipeline.engines.protocols import EngineMissing, Recognizer, Synthesizer, Translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """With what an engine is to be loaded; each takes what concerns it."""

    settings: Settings
    device: str = "cpu"
    """"cpu" or "cuda"."""
    model: str = ""
    """Name or directory, for a recogniser that has several."""
    threads: int = 0
    """For one look of a recogniser; 0: its own choice."""
    recognizer: Recognizer | None = None
    """The one of this process, if it has one: one that translates as well needs it. Closed by its owner."""


class Home(Protocol):
    """What every engine has."""

    def look(self, models: Models, /) -> str:
        """Says what was found, and loads nothing. Blocking, a few file look-ups.

        Raises:
            EngineError: it could not be loaded; says what is missing.
        """
        ...


class RecognizerHome(Home, Protocol):
    """Of an engine that turns speech into words."""

    async def load_recognizer(self, wanted: Wanted, /) -> Recognizer:
        """Raises EngineMissing, EngineError."""
        ...


class TranslatorHome(Home, Protocol):
    """Of an engine that turns text into other languages."""

    async def load_translator(self, wanted: Wanted, /) -> Translator:
        """Raises EngineMissing, EngineError."""
        ...


class SynthesizerHome(Home, Protocol):
    """Of an engine that speaks."""

    async def load_synthesizer(self, wanted: Wanted, /) -> Synthesizer:
        """Raises EngineMissing, EngineError."""
        ...


class ClonerHome(Home, Protocol):
    """Of an engine that clones voices."""

    async def load_cloner(self, wanted: Wanted, /) -> VoiceCloner:
        """Raises EngineMissing, EngineError."""
        ...


def look(engine: Engine, models: Models) -> str:
    """See `Home.look`."""
    return cast(Home, importlib.import_module(engine.home)).look(models)


async def load_recognizer(engine: Engine, wanted: Wanted) -> Recognizer:
    """Raises EngineMissing, EngineError."""
    return await cast(RecognizerHome, importlib.import_module(engine.home)).load_recognizer(wanted)


async def load_translator(engine: Engine, wanted: Wanted) -> Translator:
    """Raises EngineMissing, EngineError."""
    return await cast(TranslatorHome, importlib.import_module(engine.home)).load_translator(wanted)


async def load_synthesizer(engine: Engine, wanted: Wanted) -> Synthesizer:
    """Raises EngineMissing, EngineError."""
    return await cast(SynthesizerHome, importlib.import_module(engine.home)).load_synthesizer(wanted)


async def load_cloner(engine: Engine, wanted: Wanted) -> VoiceCloner:
    """Raises EngineMissing, EngineError."""
    return await cast(ClonerHome, importlib.import_module(engine.home)).load_cloner(wanted)


def require_library(module: str, package: str) -> None:
    """Raises EngineMissing where a Python library is not installed."""
    if importlib.util.find_spec(module) is None:
        raise EngineMissing(f"{package} is not installed; `pip install {package}`")

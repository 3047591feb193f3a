"""The module of an engine that is not one of ours: it does whichever role its row names."""

from __future__ import annotations

from config.engines import Engine, EngineRole
from config.settings import Models
from pipeline.engines.homes import Wanted
from pipeline.engines.protocols import HearingOptions, RecognitionStream, Recognizer, Synthesizer, Translator
from tests.fakes.engines import ScriptedTranslator, info
from tests.fakes.voices import ScriptedVoices


def row(role: EngineRole) -> Engine:
    """All that the house has to be told of it."""
    return Engine(
        name="parrot",
        roles=(role,),
        home="tests.fakes.parrot",
        rank=-1,
        code_licence="Apache-2.0",
        weights_licence="Apache-2.0",
        models="parrot/*.bin",
    )


def look(models: Models) -> str:
    return f"a parrot in {models.directory}"


async def load_recognizer(wanted: Wanted) -> Recognizer:
    return ParrotRecognizer()


async def load_translator(wanted: Wanted) -> Translator:
    return ScriptedTranslator({("es", "Hello."): "Hola."})


async def load_synthesizer(wanted: Wanted) -> Synthesizer:
    return ScriptedVoices("parrot", {"es": ("polly",)})


class ParrotRecognizer:
    """Is loaded and closed, and hears nobody."""

    info = info("parrot", "en")

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        raise AssertionError("nobody speaks to it")

    async def forget(self, speaker: str) -> None:
        return None

    async def close(self) -> None:
        return None

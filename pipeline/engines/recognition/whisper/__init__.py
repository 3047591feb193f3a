"""Whisper on CTranslate2: every language, on a CPU or a GPU; it translates into English as well."""

from __future__ import annotations

from config.settings import Models
from pipeline.engines.homes import Wanted, require_library
from pipeline.engines.protocols import EngineError, EngineMissing, Recognizer, Translator


def look(models: Models) -> str:
    """See `Home.look`."""
    from pipeline.engines.recognition.whisper.models import installed

    require_library("faster_whisper", "faster-whisper")
    directory = models.directory / "whisper"
    names = installed(directory)
    if not names:
        raise EngineMissing(
            f"there is no Whisper model in {directory}; fetch one, e.g. `hive models fetch whisper-base`"
        )
    return f"models {', '.join(names)}"


async def load_recognizer(wanted: Wanted) -> Recognizer:
    """Loads the model that is wanted. Raises EngineMissing, EngineError."""
    from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

    return await WhisperRecognizer.load(
        wanted.model,
        device=wanted.device,
        compute_type=wanted.settings.recognition.compute_type,
        threads=wanted.threads,
        models_dir=wanted.settings.models.directory / "whisper",
    )


async def load_translator(wanted: Wanted) -> Translator:
    """Has the recogniser of this process translate. Raises EngineMissing where it is none or cannot."""
    from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
    from pipeline.engines.recognition.whisper.translator import WhisperTranslator

    if not isinstance(wanted.recognizer, WhisperRecognizer):
        raise EngineMissing("Whisper translates only in the process in which it recognises")
    try:
        return WhisperTranslator(wanted.recognizer)
    except EngineError as error:
        raise EngineMissing(str(error)) from error

"""PocketSphinx: English without a download, for trying HIVE."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the processes in which it runs pass here, too, and have no use for any of it
    from config.settings import Models
    from pipeline.engines.homes import Wanted
    from pipeline.engines.protocols import Recognizer


def look(_models: Models) -> str:
    """See `Home.look`."""
    from pipeline.engines.homes import require_library

    require_library("pocketsphinx", "pocketsphinx")
    return "installed, with its English model"


async def load_recognizer(wanted: Wanted) -> Recognizer:
    """Raises EngineMissing, EngineError."""
    from pipeline.engines.recognition.sphinx.recognizer import SphinxRecognizer

    return await SphinxRecognizer.load(max_speakers=wanted.settings.recognition.max_speakers)

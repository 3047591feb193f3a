"""OPUS-MT on CTranslate2: one model for each pair of languages."""

from __future__ import annotations

from config.settings import Models
from pipeline.engines.homes import Wanted, require_library
from pipeline.engines.protocols import EngineMissing, Translator


def look(models: Models) -> str:
    """See `Home.look`."""
    from pipeline.engines.translation.opus.models import find

    require_library("ctranslate2", "ctranslate2")
    found = find(models.directory / "opus")
    usable = [model for model in found if model.commercial_use or models.allow_non_commercial]
    if not usable:
        raise EngineMissing(
            "all translation models are for non-commercial use; if yours is, set models.allow_non_commercial"
        )
    return f"models {', '.join(model.name for model in usable)}"


async def load_translator(wanted: Wanted) -> Translator:
    """Raises EngineMissing, EngineError."""
    from pipeline.engines.translation.opus.translator import OpusTranslator

    return await OpusTranslator.load(
        wanted.settings.models.directory / "opus",
        device="auto" if wanted.device == "cuda" else "cpu",
        allow_non_commercial=wanted.settings.models.allow_non_commercial,
    )
